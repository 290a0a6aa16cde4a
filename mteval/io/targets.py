"""What the name of a file to write leads to: a file to make or replace, or a device or pipe."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mteval.errors import InputError, location
from mteval.io.pipes import follow_links, open_to_write, write_to_end

__all__ = ["Target", "cannot_write", "find_target", "write_stream"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where the content of a file goes.

    Attributes:
        named: the path as somebody named it.
        file: the file itself, where links lead; None where the content is written to something
            that is no file.
        found: what is there: None for a new file.
        descriptor: an open descriptor of this process that the path stands for (/dev/stdout).
    """

    named: Path
    file: Path | None
    found: os.stat_result | None = None
    descriptor: int | None = None

    @property
    def is_link(self) -> bool:
        """Whether the file lies elsewhere than its name says, by a link in place of the file."""
        return self.named.is_symlink()


def find_target(path: Path) -> Target:
    """Return what a path leads to; links of folders above it count for nothing.

    Raises:
        InputError: it is a folder or a disk, or the path cannot be used.
    """
    try:
        descriptor, file = follow_links(path)
        if descriptor is not None:
            return Target(path, None, os.fstat(descriptor), descriptor)
        try:
            found = file.stat()
        except FileNotFoundError:
            return Target(path, file)
    except (OSError, ValueError) as error:
        raise cannot_write(path, error) from None
    if stat.S_ISDIR(found.st_mode):
        raise InputError(
            f"{location(path)}: this is a folder where a file is expected; name a file in it"
        )
    if stat.S_ISBLK(found.st_mode):
        raise InputError(f"{location(path)}: this is a disk, which no file is written over")
    return Target(path, file if stat.S_ISREG(found.st_mode) else None, found)


def write_stream(target: Target, content: bytes) -> None:
    """Write to a device, a pipe or an open descriptor; a reader who leaves early is no error.

    Raises:
        InputError: it cannot be written, or nobody opens the other end of a pipe.
    """
    try:
        with _opened(target) as handle:
            write_to_end(handle, content)
    except BrokenPipeError:
        return
    except OSError as error:
        raise cannot_write(target.named, error) from None


@contextmanager
def _opened(target: Target) -> Iterator[int]:
    if target.descriptor is not None:
        # Not opened again: a file that it leads to would be written from its start.
        yield target.descriptor
        return
    handle = open_to_write(target.named)
    try:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "a file has taken its place")
        os.set_blocking(handle, True)
        yield handle
    finally:
        os.close(handle)


def cannot_write(path: Path, error: OSError | ValueError) -> InputError:
    """Return the error that says that a file cannot be written, and why."""
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(
        f"{location(path)}: it cannot be written ({reason}); "
        "check permissions and free space, or name another folder with -o"
    )
