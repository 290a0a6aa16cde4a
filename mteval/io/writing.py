"""Files and folders written whole or not at all, and nothing of others replaced.

One rule for every file that somebody names: a device or pipe is written to; a link is followed only
to a file that mteval wrote or that is not there yet, and stays a link; a file that is there is
replaced only if mteval wrote it, or by force. What is replaced keeps its mode and its owner.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from mteval.errors import InputError, location
from mteval.io.files import read_bytes
from mteval.io.interrupts import keep_scratch, uninterrupted
from mteval.io.surrogates import utf8
from mteval.io.targets import Target, cannot_write, find_target, write_stream

__all__ = ["IsOurs", "extend_file", "new_folder", "write_file", "write_files", "write_folder"]

# Returns whether the content of a file says that mteval wrote it.
IsOurs = Callable[[bytes], bool]


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a scratch folder that becomes ``path``, whole or not at all.

    Yields a scratch folder beside ``path``; it is renamed to ``path`` on success and removed
    on any failure. An empty folder that is there gives its mode; where ``path`` is a link, its
    target becomes the folder.

    Raises:
        InputError: the folder cannot be written, or ``path`` exists and is not empty.
    """
    try:
        place = Path(os.path.realpath(path))
        os.fsencode(place)  # a name that the system does not take
    except ValueError as error:
        raise cannot_write(path, error) from None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        scratch = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        with keep_scratch(scratch):
            scratch.mkdir()
            yield scratch
            if place.is_dir():
                scratch.chmod(stat.S_IMODE(place.stat().st_mode))
            with uninterrupted():
                scratch.rename(place)
    except OSError as error:
        raise cannot_write(path, error) from None


def write_folder(path: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write a new folder of files, whole or not at all; names may have folders in them.

    Raises:
        InputError: the folder cannot be written, or ``path`` exists and is not empty.
    """
    with new_folder(path) as scratch:
        for name, content in contents.items():
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            (scratch / name).write_bytes(_encoded(content, path / name))


def write_file(
    path: Path, content: str | bytes, *, is_ours: IsOurs | None = None, force: bool = False
) -> None:
    """Write a file that somebody named, replacing only what mteval wrote.

    A file that has this very content is left alone.

    Args:
        path: the file, or a device, a pipe or a link.
        content: texts become UTF-8.
        is_ours: whether a file of this content is one that mteval wrote; None for a format that
            has no place to say so.
        force: replace the file whoever wrote it; no link is followed to it, though.

    Raises:
        InputError: there is something that may not be replaced, or the file cannot be written.
    """
    data = _encoded(content, path)
    target = find_target(path)
    if not _has_content(target, data):
        _check_replaceable(target, is_ours, force=force)
        _write([(target, data)])


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write several files into a folder of mteval's, replacing what is there.

    Everything is written beside its place first and renamed last, so that a failure while
    writing (a full disk, a folder in a file's place) leaves the old files as they were. Links lead
    to no file that is there.

    Raises:
        InputError: the folder or a file cannot be written, or a link leads to a file.
    """
    writes = []
    for name, content in contents.items():
        target = find_target(folder / name)
        _check_replaceable(target, None, force=True)
        writes.append((target, _encoded(content, folder / name)))
    _write(writes)


def extend_file(path: Path, before: bytes, after: bytes) -> None:
    """Write a file of somebody's again that was read and only added to; links stay links.

    Args:
        path: the file, which may be missing, or a link to it.
        before: its content as it was read; empty where it was missing.
        after: its new content.

    Raises:
        InputError: it is no file, it has changed since it was read, or it cannot be written.
    """
    target = find_target(path)
    if target.file is None:
        raise InputError(
            f"{location(path)}: this is not a file, and nothing can be added to it; name a file"
        )
    now = b"" if target.found is None else read_bytes(target.file)
    if now != before:
        raise InputError(
            f"{location(path)}: the file has changed since it was read, and nothing was added; "
            "try again"
        )
    _check_writable(target)
    _write([(target, after)])


def _encoded(content: str | bytes, path: Path) -> bytes:
    return utf8(content, f"{location(path)}: the text") if isinstance(content, str) else content


def _has_content(target: Target, data: bytes) -> bool:
    """Return whether a file has this very content."""
    if target.file is None or target.found is None or target.found.st_size != len(data):
        return False
    with suppress(InputError):
        return read_bytes(target.file, len(data)) == data
    return False


def _check_replaceable(target: Target, is_ours: IsOurs | None, *, force: bool) -> None:
    """Check that what is at a target, if anything, may be replaced.

    Raises:
        InputError: it may not.
    """
    if target.file is None or target.found is None:
        return
    path = location(target.named)
    size = f"{target.found.st_size:,} bytes"
    if not (force and not target.is_link) and not _is_ours(target.file, is_ours):
        if target.is_link:
            raise InputError(
                f"{path}: this is a link to {location(target.file)}, a file of {size} that does "
                "not say that mteval wrote it, and such links are not followed; name that file "
                "itself, or another"
            )
        raise InputError(
            f"{path}: there is something already, a file of {size} that does not say that mteval "
            "wrote it; name another file, or replace it with --force"
        )
    if not force:
        _check_writable(target)


def _is_ours(file: Path, is_ours: IsOurs | None) -> bool:
    with suppress(InputError):
        return is_ours is not None and is_ours(read_bytes(file))
    return False


def _check_writable(target: Target) -> None:
    if target.file is not None and target.found is not None and not os.access(target.file, os.W_OK):
        raise cannot_write(target.named, OSError(errno.EACCES, os.strerror(errno.EACCES)))


def _write(writes: list[tuple[Target, bytes]]) -> None:
    """Write contents to targets: all files, then all others."""
    path = Path()
    try:
        with ExitStack() as stack:
            ready = []
            for target, data in writes:
                path = target.named
                if target.file is not None:
                    target.file.parent.mkdir(parents=True, exist_ok=True)
                    scratch = target.file.with_name(f".mteval-{secrets.token_hex(8)}")
                    stack.enter_context(keep_scratch(scratch))
                    _write_scratch(scratch, data, target.found)
                    ready.append((scratch, path, target.file))
            with uninterrupted():
                for scratch, named, file in ready:
                    path = named
                    scratch.replace(file)
    except OSError as error:
        raise cannot_write(path, error) from None
    for target, data in writes:
        if target.file is None:
            write_stream(target, data)


def _write_scratch(scratch: Path, data: bytes, replaced: os.stat_result | None) -> None:
    """Write a file with the mode, and as far as may be the owner, of the one that it replaces."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    mode = 0o666 if replaced is None else 0o600
    with os.fdopen(os.open(scratch, flags, mode), "wb") as file:
        file.write(data)
    if replaced is not None:
        with suppress(OSError, AttributeError):  # there are no owners on Windows
            os.chown(scratch, replaced.st_uid, replaced.st_gid)
        scratch.chmod(stat.S_IMODE(replaced.st_mode) & 0o777)
