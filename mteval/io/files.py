"""Files and folders, found and read: what is at a path, and its bytes, text or lines."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from mteval.errors import InputError, location
from mteval.io.encodings import decode
from mteval.io.pipes import read_to_end

__all__ = [
    "MAX_BYTES",
    "MAX_LINE",
    "check_inside",
    "kind_of",
    "list_folder",
    "read_bytes",
    "read_lines",
    "read_text",
    "unreadable",
    "utf8_name",
]

# Of one file. Test sets have a few megabytes; what is larger is training data or a mistake, and
# as text in memory it takes up to four times as much.
MAX_BYTES = 256 * 1024 * 1024
# Of one segment, in characters: more is no paragraph, and metrics would take hours for it.
MAX_LINE = 1_000_000
# Of one folder.
MAX_FILES = 100_000


def kind_of(path: Path) -> Literal["file", "folder"] | None:
    """Return whether a path is a file or a folder, or None where there is nothing.

    Raises:
        InputError: that cannot be told: the name is too long, or a folder above is closed.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{location(path)}: the path cannot be used ({reason}); check it and its permissions"
        ) from None
    return "folder" if stat.S_ISDIR(mode) else "file"


def utf8_name(name: str, path: Path) -> str:
    """Return a name that ``path`` has as UTF-8, whatever the locale, as results hold it.

    Raises:
        InputError: it is not UTF-8.
    """
    try:
        return os.fsencode(name).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{location(path)}: the file name is not UTF-8; rename it") from None


def list_folder(folder: Path, *, hidden: bool = False) -> list[Path]:
    """Return what lies in a folder in the order of names, hidden files (.name) on request.

    Raises:
        InputError: it may not be read, or has more than MAX_FILES files.
    """
    paths = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if hidden or not entry.name.startswith("."):
                    paths.append(folder / entry.name)
                if len(paths) > MAX_FILES:
                    raise InputError(
                        f"{location(folder)}: more than {MAX_FILES:,} files lie here; name the "
                        "folder of the files themselves"
                    )
    except OSError as error:
        raise InputError(
            f"{location(folder)}: the folder cannot be read ({error.strerror}); check its "
            "permissions"
        ) from None
    return sorted(paths)


def unreadable(path: Path, error: OSError | ValueError) -> InputError:
    """Return the error that says that a file cannot be read, and why."""
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(
        f"{location(path)}: the file cannot be read ({reason}); check its name and permissions"
    )


def read_bytes(path: Path, max_bytes: int | None = MAX_BYTES) -> bytes:
    """Return the content of a file of no more than ``max_bytes`` bytes; a larger one is not read.

    Raises:
        InputError: there is no such file, it is a folder or a device, it may not be read, or is too
            large.
    """
    try:
        # A pipe without a writer must not hold us up before it is looked at.
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
        try:
            found = os.fstat(handle)
            if stat.S_ISDIR(found.st_mode):
                raise IsADirectoryError
            if not stat.S_ISFIFO(found.st_mode) and not stat.S_ISREG(found.st_mode):
                raise InputError(
                    f"{location(path)}: this is a device and no file of text; save the text to a "
                    "file first"
                )
            size = found.st_size
            if max_bytes is None or size <= max_bytes:
                # It may grow while it is read.
                data = read_to_end(path, handle, None if max_bytes is None else max_bytes + 1)
                if max_bytes is None or len(data) <= max_bytes:
                    return data
                size = len(data)
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise InputError(
            f"{location(path)}: there is no such file; check the path and its spelling"
        ) from None
    except IsADirectoryError:
        raise InputError(
            f"{location(path)}: this is a folder where a file is wanted; name a file in it"
        ) from None
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    raise InputError(
        f"{location(path)}: the file has {size / 2**20:,.0f} MiB, and no more than "
        f"{max_bytes // 2**20} MiB are read; split it, or take a sample of it"
    )


def read_text(path: Path, max_bytes: int | None = MAX_BYTES) -> str:
    """Return the text of a UTF-8 file of no more than ``max_bytes`` bytes, without its mark.

    Raises:
        InputError: the file cannot be read, or is too large.
        EncodingError: it is not UTF-8; the message has the byte offset and the likely encoding.
    """
    return decode(read_bytes(path, max_bytes), path)


def check_inside(root: Path, paths: Iterable[Path]) -> None:
    """Check that files of a folder lie in it, whatever links say.

    Raises:
        InputError: a link leads out of the folder.
    """
    top = os.path.realpath(root)
    for path in paths:
        if os.path.commonpath([top, os.path.realpath(path)]) != top:
            raise InputError(
                f"{location(path)}: this is a link that leads out of {location(root)}, and such "
                "are not followed; put a copy in its place"
            )


def read_lines(path: Path) -> list[str]:
    r"""Return the lines of a UTF-8 file, split at ``\n`` only; ``\r\n`` is accepted.

    Other characters that Python's ``splitlines`` breaks at (U+2028, form feed) stay in their
    line, so that the count is the one ``wc -l`` gives, plus one for a last line without its end.

    Raises:
        InputError: the file cannot be read, is empty, or has a line that is too long.
        EncodingError: it is not UTF-8.
    """
    text = read_text(path)
    if not text:
        raise InputError(f"{location(path)}: the file is empty; it must hold one segment a line")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            raise InputError(
                f"{location(path, number)}: the line has {len(line):,} characters, and a segment "
                f"may have {MAX_LINE:,}; break it into segments"
            )
    return [line.removesuffix("\r") for line in lines]
