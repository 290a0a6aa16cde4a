"""Locks on folders, and the removal of what killed runs leave behind."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["lock_folder", "remove_leftovers"]

# What new_folder writes a run in, and so what a killed run leaves behind.
_SCRATCH_NAME = re.compile(r"\.\d{8}T\d{6}Z-[0-9a-f]{8}(-\d+)?\.\w+")
# A run locks its folder as soon as it is made: one that is not locked after a minute has no owner.
_UNLOCKED_SECONDS = 60.0
# Where nothing can be locked, what is a day old has no owner: no run writes for so long.
_UNLOCKABLE_SECONDS = 86_400.0


def remove_leftovers(results: Path) -> None:
    """Remove what runs that were killed while writing have left in a folder of results."""
    try:
        found = [path for path in results.iterdir() if _SCRATCH_NAME.fullmatch(path.name)]
    except (OSError, ValueError):  # a name that the system does not take
        return
    for path in found:
        try:
            age = time.time() - path.stat().st_mtime
            # Another run may be about to lock a young one.
            if age > _UNLOCKED_SECONDS:
                with lock_folder(path) as locked:
                    if locked or age > _UNLOCKABLE_SECONDS:
                        shutil.rmtree(path, ignore_errors=True)
        except OSError:  # in use, or renamed
            continue


@contextmanager
def lock_folder(folder: Path) -> Iterator[bool]:
    """Lock a folder while the block runs; yield False where there are no such locks.

    The lock ends with the process, however that ends.

    Raises:
        BlockingIOError: another process holds it.
    """
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):  # Windows
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            locked = True
        except BlockingIOError:
            raise
        except OSError:  # some network file systems
            locked = False
        yield locked
    finally:
        os.close(handle)
