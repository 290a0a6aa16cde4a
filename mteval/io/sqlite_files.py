"""What SQLite makes of files: whether it may open one, and what it says of it."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

from mteval.errors import location

__all__ = ["check_is_file", "is_locked", "sqlite_reason"]

# Of what SQLite says of a damaged file, in characters.
_MAX_REASON = 200


def check_is_file(path: Path) -> None:
    """Check that a path is a file or nothing: SQLite would wait for ever for what a pipe holds.

    Raises:
        OSError: it is something else, or cannot be looked at.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is no regular file")


def is_locked(reason: str) -> bool:
    """Return whether SQLite says that another process keeps a file locked."""
    return "locked" in reason or "busy" in reason


def sqlite_reason(error: Exception) -> str:
    """Return what SQLite says, on one line and without the content that it quotes."""
    text = " ".join(str(error).split()).partition(" with text")[0]
    return location(text if len(text) <= _MAX_REASON else f"{text[:_MAX_REASON]}...")
