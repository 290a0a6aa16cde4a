"""Settings of a project and of its user: mteval.toml, pyproject.toml, environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mteval.errors import InputError, UsageError, location
from mteval.io.files import kind_of
from mteval.io.toml import read_toml

__all__ = ["SETTINGS", "read_settings"]

# name in mteval.toml -> environment variable that goes before it
SETTINGS = {
    "comet_model": "MTEVAL_COMET_MODEL",
    "long_inputs": "MTEVAL_LONG_INPUTS",
    "precision": "MTEVAL_PRECISION",
    "device": "MTEVAL_DEVICE",
}


def read_settings(folder: Path) -> dict[str, str]:
    """Read the settings that hold in a folder.

    Environment variables go first, then ``mteval.toml`` in the folder, or where there is none
    ``[tool.mteval]`` of its ``pyproject.toml``.

    Raises:
        InputError: a file is not TOML, a value is not a text, or a table is none.
        UsageError: a setting is unknown.
    """
    settings = _from_files(folder)
    for name, variable in SETTINGS.items():
        if value := os.environ.get(variable):
            settings[name] = value
    return settings


def _from_files(folder: Path) -> dict[str, str]:
    for name in ("mteval.toml", "pyproject.toml"):
        path = folder / name
        if kind_of(path) != "file":
            continue
        found: Any = read_toml(path)
        if name == "pyproject.toml":
            for table in ("tool", "mteval"):
                found = found.get(table, {})
                if not isinstance(found, dict):
                    raise InputError(
                        f"{location(path)}: {table} is no table; settings go below [tool.mteval]"
                    )
        return _checked(found, path)
    return {}


def _checked(found: Mapping[str, Any], path: Path) -> dict[str, str]:
    for name, value in found.items():
        if name not in SETTINGS:
            raise UsageError(
                f"{location(path)}: there is no setting {name!r}; there are {', '.join(SETTINGS)}"
            )
        if not isinstance(value, str) or not value:
            raise InputError(f"{location(path)}: {name} is {value!r}; give it as a text in quotes")
    return dict(found)
