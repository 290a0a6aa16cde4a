"""What the name of a file to write leads to: a file to make or replace, or a device or pipe."""

from __future__ import annotations

import os
import re
import select
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mteval.errors import InputError, location

__all__ = ["Target", "cannot_write", "find_target", "write_stream"]

# As many links as Linux follows.
_MAX_LINKS = 40
# How long somebody may take to open the other end of a pipe (chosen: the time to start a program).
PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.02


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
        descriptor, file = _follow(path)
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


def _follow(path: Path) -> tuple[int | None, Path]:
    """Return the descriptor of this process that a path stands for, or the file that it leads to.

    Raises:
        OSError: links lead in a circle.
    """
    own = re.compile(rf"/dev/fd|/proc/{os.getpid()}(/task/\d+)?/fd")
    here = path
    for _ in range(_MAX_LINKS):
        folder = Path(os.path.realpath(here.parent))
        here = folder / here.name
        if own.fullmatch(str(folder)) and here.name.isdigit():
            return int(here.name), here
        if not here.is_symlink():
            return None, here
        if re.match("/proc/[0-9]", str(folder)):
            # A link of the kernel to what another process has open, which its text may not name.
            return None, here
        here = folder / here.readlink()
    here.stat()
    return None, here


def write_stream(target: Target, content: bytes) -> None:
    """Write to a device, a pipe or an open descriptor; a reader who leaves early is no error.

    Raises:
        InputError: it cannot be written, or nobody opens the other end of a pipe.
    """
    try:
        with _opened(target) as handle:
            rest = memoryview(content)
            while rest:
                try:
                    rest = rest[os.write(handle, rest) :]
                except BlockingIOError:
                    select.select([], [handle], [])
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
    handle = _open(target.named)
    try:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "a file has taken its place")
        os.set_blocking(handle, True)
        yield handle
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    # Neither made nor emptied, should it have become a file.
    flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return os.open(path, flags)
        except OSError:
            if not path.is_fifo():
                raise
            if time.monotonic() > until:
                raise OSError(
                    0, f"nobody has opened the pipe to read it for {PATIENCE_SECONDS:.0f} s"
                ) from None
        time.sleep(_POLL_SECONDS)


def cannot_write(path: Path, error: OSError | ValueError) -> InputError:
    """Return the error that says that a file cannot be written, and why."""
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(
        f"{location(path)}: it cannot be written ({reason}); "
        "check permissions and free space, or name another folder with -o"
    )
