"""Repositories on the hub: what of them is on this machine, and how they are downloaded."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from mteval.errors import MissingPackageError, UnavailableError, UsageError, location
from mteval.packages import install_command

__all__ = ["download", "find_snapshot", "hub_folder"]


def download(name: str, patterns: list[str]) -> Path:
    """Download what matches the patterns of a repository, and return the folder it is in.

    Raises:
        UnavailableError: the package, the network or the permission for it is missing.
    """
    if not _is_installed():
        raise MissingPackageError(
            "COMET models by name need the package huggingface_hub; install it with: "
            f"{install_command('huggingface-hub')}"
        )
    import huggingface_hub

    try:
        return Path(huggingface_hub.snapshot_download(name, allow_patterns=patterns))
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UnavailableError(
            f"{location(name)} cannot be downloaded ({reason}); check the network, the name, and "
            "whether the model wants its licence accepted on the hub (then: huggingface-cli "
            "login), or copy its folder from another machine and name it with --comet-model"
        ) from None


def _is_installed() -> bool:
    return importlib.util.find_spec("huggingface_hub") is not None


def hub_folder() -> Path | None:
    """Return the folder that the hub's library keeps what it fetches in; None without it."""
    if not _is_installed():
        return None
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def find_snapshot(name: str, file: str) -> Path | None:
    """Return a repository's newest snapshot with a file, in the hub's cache; None for none.

    Raises:
        UsageError: it is not a name that a hub could have.
    """
    if not _is_installed():
        return None
    import huggingface_hub
    from huggingface_hub.errors import HFValidationError

    try:
        found = huggingface_hub.try_to_load_from_cache(name, file)
    except HFValidationError:
        raise UsageError(
            f"{name!r} is neither a file or folder nor a name on the hub; check its spelling"
        ) from None
    return Path(found).parent if isinstance(found, str) else None
