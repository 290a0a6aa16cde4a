"""Reading and writing files: strict UTF-8 in, whole files or nothing out."""

from __future__ import annotations

import csv
import errno
import functools
import hashlib
import io
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from mteval.errors import EncodingError, InputError, location

__all__ = [
    "MAX_BYTES",
    "MAX_LINE",
    "check_inside",
    "decode_any",
    "kind_of",
    "list_folder",
    "new_folder",
    "parse_csv",
    "read_bytes",
    "read_lines",
    "read_text",
    "read_toml",
    "sha256",
    "toml_text",
    "unreadable",
    "utf8_name",
    "write_files",
]

NEWLINE = b"\n"
# Of one file. Test sets have a few megabytes; what is larger is training data or a mistake, and
# as text in memory it takes up to four times as much.
MAX_BYTES = 256 * 1024 * 1024
# Of one segment, in characters: more is no paragraph, and metrics would take hours for it.
MAX_LINE = 1_000_000
# Of one folder.
MAX_FILES = 100_000
# What charset-normalizer looks at to name an encoding; enough to tell GB18030 from Big5.
_SAMPLE_BYTES = 65_536
# Tried first: a short Chinese text passes for Korean as well.
_CHINESE_AND_WESTERN = ["gb18030", "big5", "big5hkscs", "cp1252"]
# Longest first, as that of UTF-16 begins that of UTF-32.
_MARKS = (
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# The encodings that Chinese and English pages come in. Supersets stand for what they contain.
_CANDIDATES = ("gb18030", "big5hkscs", "cp950", "cp1252", "utf-16-le", "utf-16-be")
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}
_NAMES = {"big5hkscs": "Big5-HKSCS", "cp950": "Big5 (code page 950)", "cp1252": "Windows-1252"}
# What is judged to tell a right decoding from a wrong one: so many characters, and the share of
# those outside ASCII that Chinese and English pages commonly have. Of the texts of WMT22 zh-en
# (100 cuts a decoding, of 12 to 400 characters), right decodings have 0.93 and more.
_SAMPLE_CHARACTERS = 100_000
_PLAUSIBLE = 0.85
_CLEARLY = 0.1


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
            f"{location(path)}: the path cannot be used ({reason}); check it and its permissions"
        ) from None
    return "folder" if stat.S_ISDIR(mode) else "file"


def utf8_name(name: str, path: Path) -> str:
    """Give a name that ``path`` has as UTF-8, whatever the locale, as results hold it.

    Raises:
        InputError: it is not UTF-8.
    """
    try:
        return os.fsencode(name).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{location(path)}: the file name is not UTF-8; rename it") from None


def parse_csv(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of a CSV file's text, each with the number of the line where it starts.

    Raises:
        InputError: it is not valid CSV.
    """
    # One limit for the whole process, and too low for a text.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InputError(
                f"{location(path, number)}: this is not valid CSV ({error}); check the quotation "
                "marks"
            ) from None
        if cells is None:
            return
        yield number, cells


def list_folder(folder: Path, *, hidden: bool = False) -> list[Path]:
    """List what lies in a folder in the order of names, hidden files (.name) on request.

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
    """Say that a file cannot be read, and why."""
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(
        f"{location(path)}: the file cannot be read ({reason}); check its name and permissions"
    )


def read_bytes(path: Path, most: int | None = MAX_BYTES) -> bytes:
    """Read a file whole, or refuse one that has more than ``most`` bytes without reading it.

    Raises:
        InputError: there is no such file, it is a folder or a device, it may not be read, or is too
            large.
    """
    try:
        # A pipe without a writer must not hold us up before it is looked at.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            os.close(handle)
            raise IsADirectoryError
        with open(handle, "rb") as file:  # noqa: PTH123 - of a descriptor
            if stat.S_ISFIFO(found.st_mode):
                os.set_blocking(handle, True)
            elif not stat.S_ISREG(found.st_mode):
                raise InputError(
                    f"{location(path)}: this is a device and no file of text; save the text to a "
                    "file first"
                )
            size = found.st_size
            if most is None or size <= most:
                # It may grow while it is read.
                data = file.read(-1 if most is None else most + 1)
                if most is None or len(data) <= most:
                    return data
                size = len(data)
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
        f"{most // 2**20} MiB are read; split it, or take a sample of it"
    )


def read_text(path: Path, most: int | None = MAX_BYTES) -> str:
    """Read a UTF-8 file, with or without a byte-order mark, of no more than ``most`` bytes.

    Raises:
        InputError: the file cannot be read, or is too large.
        EncodingError: it is not UTF-8; the message has the byte offset and the likely encoding.
    """
    return decode(read_bytes(path, most), path)


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
                f"{location(path, data.count(NEWLINE, 0, error.start) + 1)}: half a surrogate pair "
                f"stands at byte offset {error.start}, which is not UTF-8; remove it"
            ) from None
        line = data.count(NEWLINE, 0, error.start) + 1
        guess = _likely_encoding(data)
        looks = f"it looks like {guess}" if guess else "its encoding cannot be told"
        source = guess or "ENCODING"
        raise EncodingError(
            f"{location(path, line)}: the text is not UTF-8 (byte offset {error.start}; {looks}); "
            f"convert it, for example with: iconv -f {source} -t UTF-8"
        ) from None
    if "\0" in text:
        offset = data.index(b"\0")
        guess = "UTF-16" if data.count(b"\0") * 3 > len(data) else None
        raise EncodingError(
            f"{location(path, data.count(NEWLINE, 0, offset) + 1)}: a NUL character stands at byte "
            f"offset {offset}, which no text has"
            + (f"; it looks like {guess}: convert it to UTF-8" if guess else "; remove it")
        )
    return text.removeprefix("\ufeff")


def decode_any(data: bytes, path: Path, declared: str | None = None) -> tuple[str, str]:
    """Decode the content of ``path`` from whatever encoding Chinese and English pages come in.

    A byte-order mark is certain and strict UTF-8 nearly so. Else the declared encoding and those
    that charset-normalizer names are tried first, then all others, and a text is taken only if it
    decodes without error, looks like Chinese or English, and no other decoding looks as good.

    Args:
        data: the content.
        path: its file, for messages.
        declared: the encoding that the content says it is in, if it says so.

    Returns:
        The text without a byte-order mark, and the name of the encoding.

    Raises:
        EncodingError: the text is damaged, or its encoding cannot be told.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_marked(data, len(mark), encoding, path)
    if b"\0" not in data:
        try:
            return data.decode("utf-8"), "UTF-8"
        except UnicodeDecodeError:
            pass
    texts: dict[str, tuple[str, float]] = {}
    for encoding in _ranked(data, declared):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        texts[encoding] = text, _plausibility(text)
    best = max((score for _, score in texts.values()), default=0.0)
    for encoding, (text, score) in texts.items():
        if score >= max(_PLAUSIBLE, best - _CLEARLY):
            # Two encodings that look as good and read differently cannot be told apart.
            if any(
                other != text and value > score - _CLEARLY and value >= _PLAUSIBLE
                for other, value in texts.values()
            ) and encoding not in (declared, _SUPERSETS.get(declared or "")):
                break
            return text, _name(encoding, text)
    return decode(data, path), "UTF-8"


def _decode_marked(data: bytes, start: int, encoding: str, path: Path) -> tuple[str, str]:
    if encoding == "utf-8":
        return decode(data, path), "UTF-8 (with a byte-order mark)"
    name = _NAMES.get(encoding, encoding.upper())
    try:
        text = data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        raise EncodingError(
            f"{location(path)}: the file begins as {name} does but is damaged at byte offset "
            f"{start + error.start} ({error.reason}); save it again as UTF-8"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise EncodingError(
            f"{location(path, line)}: a NUL character stands in the text, which no text has; "
            "remove it"
        )
    return text, f"{name} (with a byte-order mark)"


def _ranked(data: bytes, declared: str | None) -> Sequence[str]:
    """List the encodings to try, the likeliest first."""
    import charset_normalizer

    sample = data[: data.rfind(b"\n", 0, _SAMPLE_BYTES) + 1] or data[:_SAMPLE_BYTES]
    named = charset_normalizer.from_bytes(sample, cp_isolation=_CHINESE_AND_WESTERN)
    order = [declared.lower()] if declared else []
    order += [match.encoding for match in named]
    supersets = (_SUPERSETS.get(encoding, encoding) for encoding in order)
    known = (encoding for encoding in supersets if encoding in _CANDIDATES)
    return tuple(dict.fromkeys((*known, *_CANDIDATES)))


def _name(encoding: str, text: str) -> str:
    for plain in ("gb2312", "gbk", "big5"):
        if _SUPERSETS[plain] == encoding:
            try:
                text.encode(plain)
            except UnicodeEncodeError:
                continue
            return {"gb2312": "GB2312", "gbk": "GBK", "big5": "Big5"}[plain]
    return _NAMES.get(encoding, encoding.upper())


def _plausibility(text: str) -> float:
    """Give the share, 0-1, of the characters outside ASCII that the pages in question have."""
    sample = text[:_SAMPLE_CHARACTERS]
    if _CONTROL.search(sample):
        return 0.0
    beyond = [character for character in sample if character > "\x7f"]
    if not beyond:
        return 1.0
    usual = sum(map(_is_usual, beyond))
    # Letters with accents stand in Latin words, a few in each.
    accented = len(_ACCENTED_WORD.findall(sample))
    return (usual + accented) / len(beyond)


# What no text has, C1 included.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffe\uffff]")
_ACCENTED_WORD = re.compile(
    "[à-öø-ɏ](?=[a-z])(?<=[A-Za-z(（].)|[À-ÖØ-Þ](?=[a-z])|(?<=[a-z]{2})[à-öø-ɏ]"
)


@functools.lru_cache(maxsize=65_536)
def _is_usual(character: str) -> bool:
    """Tell a common Han character (first level of GB 2312 or of Big5) or common punctuation."""
    if character in "\xa0£§©®°±²³·×÷–—―‘’“”†•…‰′″※€™−■□●○◆▲►→←↑↓√≥≤\u200b\ufeff":
        return True
    if "\u3000" <= character <= "\u301f" or "\uff01" <= character <= "\uff5e":
        return True
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            data = character.encode(encoding)
        except UnicodeEncodeError:
            continue
        if len(data) == 2 and first <= data[0] <= last:
            return True
    return False


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
        raise InputError(
            f"{location(path)}: this is not valid TOML: {error}; mend the file"
        ) from None
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
    path = folder
    try:
        for name, content in contents.items():
            path = folder / name
            (scratch / name).write_bytes(
                content.encode("utf-8") if isinstance(content, str) else content
            )
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "there is a folder of this name")
        for name in contents:
            path = folder / name
            (scratch / name).replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cannot_write(path: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(
        f"{location(path)}: it cannot be written ({reason}); "
        "check permissions and free space, or name another folder with -o"
    )
