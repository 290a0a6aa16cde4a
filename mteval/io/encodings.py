"""Text of bytes: strict UTF-8, or whatever Chinese and English pages are encoded in."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path

from mteval.errors import EncodingError, location

__all__ = ["decode", "decode_any"]

NEWLINE = b"\n"
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
# What a decoding is judged by: so many of its characters.
_SAMPLE_CHARACTERS = 100_000
# The least share of common characters among those outside ASCII in a right decoding. In WMT22 zh-en
# (100 cuts a decoding, of 12 to 400 characters), right decodings have 0.93 and more.
_MIN_COMMON_SHARE = 0.85
# The least difference in that share by which one of two such decodings is the right one; by hand.
_MIN_MARGIN = 0.1


def decode(data: bytes, path: Path) -> str:
    """Return the content of ``path``, which must be UTF-8, without a byte-order mark.

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
    """Return the content of ``path`` in whatever encoding Chinese and English pages come in.

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
        texts[encoding] = text, _common_share(text)
    best = max((score for _, score in texts.values()), default=0.0)
    for encoding, (text, score) in texts.items():
        if score >= max(_MIN_COMMON_SHARE, best - _MIN_MARGIN):
            # Two encodings that look as good and read differently cannot be told apart.
            if any(
                other != text and value > score - _MIN_MARGIN and value >= _MIN_COMMON_SHARE
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
    """Return the encodings to try, the likeliest first."""
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


def _common_share(text: str) -> float:
    """Return the share, 0-1, of characters outside ASCII that Chinese and English pages have."""
    sample = text[:_SAMPLE_CHARACTERS]
    if _CONTROL.search(sample):
        return 0.0
    beyond = [character for character in sample if character > "\x7f"]
    if not beyond:
        return 1.0
    common = sum(map(_is_common, beyond))
    # Letters with accents stand in Latin words, a few in each.
    accented = len(_ACCENTED_WORD.findall(sample))
    return (common + accented) / len(beyond)


# What no text has, C1 included.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffe\uffff]")
_ACCENTED_WORD = re.compile(
    "[à-öø-ɏ](?=[a-z])(?<=[A-Za-z(（].)|[À-ÖØ-Þ](?=[a-z])|(?<=[a-z]{2})[à-öø-ɏ]"
)


@functools.lru_cache(maxsize=65_536)
def _is_common(character: str) -> bool:
    """Return whether a Han character is common (first level of GB 2312 or Big5), or a mark is."""
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
