"""Reading and writing files: strict UTF-8 in, whole files or nothing out."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from mteval.errors import EncodingError, InputError, place

__all__ = [
    "kind_of",
    "new_folder",
    "read_bytes",
    "read_lines",
    "read_text",
    "read_toml",
    "sha256",
    "toml_text",
    "write_files",
]

NEWLINE = b"\n"
# What charset-normalizer looks at to name an encoding; enough to tell GB18030 from Big5.
_SAMPLE_BYTES = 65_536
# Tried first: a short Chinese text passes for Korean as well.
_CHINESE_AND_WESTERN = ["gb18030", "big5", "big5hkscs", "cp1252"]


def kind_of(path: Path) -> Literal["file", "folder"] | None:
    """Tell whether a path is a file or a folder, or None where there is nothing.

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
            f"{place(path)}: the path cannot be used ({reason}); check it and its permissions"
        ) from None
    return "folder" if stat.S_ISDIR(mode) else "file"


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises:
        InputError: there is no such file, it is a folder, or it may not be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(
            f"{place(path)}: there is no such file; check the path and its spelling"
        ) from None
    except IsADirectoryError:
        raise InputError(
            f"{place(path)}: this is a folder where a file is wanted; name a file in it"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{place(path)}: the file cannot be read ({reason}); check its name and permissions"
        ) from None


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte-order mark.

    Raises:
        InputError: the file cannot be read.
        EncodingError: it is not UTF-8; the message has the byte offset and the likely encoding.
    """
    return decode(read_bytes(path), path)


def decode(data: bytes, path: Path) -> str:
    """Decode the content of ``path`` as UTF-8, dropping a byte-order mark at the start.

    Raises:
        EncodingError: the bytes are not UTF-8.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _has_lone_surrogates(data):
            raise EncodingError(
                f"{place(path, data.count(NEWLINE, 0, error.start) + 1)}: half a surrogate pair "
                f"stands at byte offset {error.start}, which is not UTF-8; remove it"
            ) from None
        line = data.count(NEWLINE, 0, error.start) + 1
        guess = _likely_encoding(data)
        looks = f"it looks like {guess}" if guess else "its encoding cannot be told"
        source = guess or "ENCODING"
        raise EncodingError(
            f"{place(path, line)}: the text is not UTF-8 (byte offset {error.start}; {looks}); "
            f"convert it, for example with: iconv -f {source} -t UTF-8"
        ) from None
    if "\0" in text:
        offset = data.index(b"\0")
        guess = "UTF-16" if data.count(b"\0") * 3 > len(data) else None
        raise EncodingError(
            f"{place(path, data.count(NEWLINE, 0, offset) + 1)}: a NUL character stands at byte "
            f"offset {offset}, which no text has"
            + (f"; it looks like {guess}: convert it to UTF-8" if guess else "; remove it")
        )
    return text.removeprefix("\ufeff")


def _has_lone_surrogates(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _likely_encoding(data: bytes) -> str | None:
    # Byte-order marks are certain; charset-normalizer guesses the rest.
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    import charset_normalizer

    # Cut at a line end, as half a character rules its encoding out.
    sample = data[: data.rfind(b"\n", 0, _SAMPLE_BYTES) + 1] or data
    best = (
        charset_normalizer.from_bytes(sample, cp_isolation=_CHINESE_AND_WESTERN).best()
        or charset_normalizer.from_bytes(sample).best()
    )
    return None if best is None else best.encoding.upper().replace("_", "-")


def read_lines(path: Path) -> list[str]:
    r"""Read the lines of a UTF-8 file, split at ``\n`` only; ``\r\n`` is accepted.

    Other characters that Python's ``splitlines`` breaks at (U+2028, form feed) stay in their
    line, so that the count is the one ``wc -l`` gives, plus one for a last line without its end.

    Raises:
        InputError: the file cannot be read or is empty.
        EncodingError: it is not UTF-8.
    """
    text = read_text(path)
    if not text:
        raise InputError(f"{place(path)}: the file is empty; it must hold one segment a line")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        InputError: the file cannot be read or is not TOML; the message has the line.
        EncodingError: it is not UTF-8.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        data: dict[str, Any] = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{place(path)}: this is not valid TOML: {error}; mend the file") from None
    return data


def toml_text(data: Mapping[str, Any]) -> str:
    """Write a mapping as TOML text."""
    import tomli_w

    return tomli_w.dumps(data)


def sha256(data: bytes | str) -> str:
    """Hash bytes, or text as UTF-8 (SHA-256, 64 hexadecimal digits)."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Make a folder that appears whole or not at all.

    Yields a scratch folder beside ``path``; it is renamed to ``path`` on success and removed
    on any failure.

    Raises:
        InputError: the folder cannot be written, or ``path`` exists and is not empty.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise _cannot_write(path, error) from None
    try:
        yield scratch
        scratch.chmod(0o777 & ~_umask())
        scratch.rename(path)
    except OSError as error:
        raise _cannot_write(path, error) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write several files into a folder, replacing what is there; texts become UTF-8.

    Everything is written beside its place first and renamed last, so that a failure while
    writing (a full disk, a folder in a file's place) leaves the old files as they were.

    Raises:
        InputError: the folder or a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".mteval-", dir=folder))
    except OSError as error:
        raise _cannot_write(folder, error) from None
    try:
        for name, content in contents.items():
            (scratch / name).write_bytes(
                content.encode("utf-8") if isinstance(content, str) else content
            )
            if (folder / name).is_dir():
                raise IsADirectoryError(errno.EISDIR, f"{name} is a folder")
        for name in contents:
            (scratch / name).replace(folder / name)
    except OSError as error:
        raise _cannot_write(folder, error) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cannot_write(path: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(
        f"{place(path)}: it cannot be written ({reason}); "
        "check permissions and free space, or name another folder with -o"
    )
