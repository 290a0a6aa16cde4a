"""Which models the settings of a project may name: the project may be somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

from mteval.errors import UsageError, location
from mteval.metrics.comet.checkpoints import LEGACY_FOLDER, local_path
from mteval.metrics.comet.hub import hub_folder

__all__ = ["TRUSTED_MODELS", "check_project_model"]

# Folders whose models the settings of any project may name; the user's alone to set.
TRUSTED_MODELS = "MTEVAL_TRUSTED_MODELS"


def check_project_model(name: str, where: str) -> None:
    """Check that a model which a project's settings name is mteval's, fetched, or trusted.

    Args:
        name: the model.
        where: file and key of the setting.

    Raises:
        UsageError: it is a folder or file that the project may have brought along.
    """
    path = local_path(name)
    if path is None:
        return
    given = filter(None, os.environ.get(TRUSTED_MODELS, "").split(os.pathsep))
    # A relative one would be a folder of every project.
    trusted = [
        folder for folder in (Path(one).expanduser() for one in given) if folder.is_absolute()
    ]
    folders = [*trusted, LEGACY_FOLDER.expanduser(), hub_folder()]
    if not any(path.resolve().is_relative_to(folder.resolve()) for folder in folders if folder):
        raise UsageError(
            f"{where} is {location(name)}, and a project's settings may name models of mteval, "
            "fetched ones, and those below the folders (absolute) in your variable "
            f"{TRUSTED_MODELS}; if you trust this one, name it with --comet-model"
        )
