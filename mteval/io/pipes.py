"""Pipes, whose other end may not be open yet, and the names of open files (/dev/stdin)."""

from __future__ import annotations

import os
import re
import select
import stat
import time
from pathlib import Path

__all__ = ["PATIENCE_SECONDS", "follow_links", "open_to_write", "read_to_end", "write_to_end"]

# As many links as Linux follows.
_MAX_LINKS = 40
# How long somebody may take to open the other end of a pipe (chosen: the time to start a program).
PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.02
_BLOCK_BYTES = 1 << 20


def follow_links(path: Path) -> tuple[int | None, Path]:
    """Return the open descriptor of this process that a path stands for, and the path behind links.

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


def read_to_end(path: Path, handle: int, max_bytes: int | None) -> bytes:
    """Return what can be read of an open file, up to ``max_bytes`` bytes.

    A pipe is read from when somebody opens it to write, for whom it waits ``PATIENCE_SECONDS``, to
    when the last of them closes it; a file that has nothing yet is given as long.

    Raises:
        OSError: it cannot be read, or nothing comes.
    """
    is_pipe = stat.S_ISFIFO(os.fstat(handle).st_mode)
    own = follow_links(path)[0] if is_pipe else None
    # Of a pipe that this process has open, others may have written all before it is opened again.
    handle = handle if own is None else own
    # Whether nothing to read is the end, and not the time before anything was written.
    has_begun = not is_pipe or own is not None
    has_waited = False
    parts: list[bytes] = []
    left = max_bytes
    while left is None or left > 0:
        try:
            part = os.read(handle, _BLOCK_BYTES if left is None else min(left, _BLOCK_BYTES))
        except BlockingIOError:
            # Somebody has the pipe open to write, and will close it at last.
            has_begun = True
            if not _wait(handle, None if is_pipe else PATIENCE_SECONDS):
                raise
            continue
        if part:
            has_begun = True
            parts.append(part)
            left = None if left is None else left - len(part)
        elif has_begun:
            break
        elif has_waited:
            raise OSError(0, f"nobody has written to the pipe for {PATIENCE_SECONDS:.0f} s")
        else:
            has_waited = True
            has_begun = _wait(handle, PATIENCE_SECONDS)
    return b"".join(parts)


def _wait(handle: int, seconds: float | None) -> bool:
    """Wait until something can be read, or the pipe was closed, and return whether it is so."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def open_to_write(path: Path) -> int:
    """Return a descriptor of what is there, neither made nor emptied should it have become a file.

    Raises:
        OSError: it cannot be opened, or nobody opens a pipe to read it for ``PATIENCE_SECONDS``.
    """
    flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return os.open(path, flags)
        except OSError:
            if not path.is_fifo():
                raise
            if time.monotonic() > until:
                reason = f"nobody has opened the pipe to read it for {PATIENCE_SECONDS:.0f} s"
                raise OSError(0, reason) from None
        time.sleep(_POLL_SECONDS)


def write_to_end(handle: int, content: bytes) -> None:
    """Write all of a content, waiting where nothing can be taken at the moment.

    Raises:
        OSError: it cannot be written.
    """
    rest = memoryview(content)
    while rest:
        try:
            rest = rest[os.write(handle, rest) :]
        except BlockingIOError:
            select.select([], [handle], [])
