"""Normalising steps on text: pure ``str -> str`` functions and what composes them."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from mteval.io.surrogates import check_surrogates

if TYPE_CHECKING:
    import opencc

__all__ = [
    "HAN",
    "LATIN",
    "compose",
    "count_han",
    "count_latin_words",
    "fold_spaces",
    "shorten",
    "strip_invisible",
    "to_simplified",
]

Step = Callable[[str], str]

# Unicode 15 blocks of Han ideographs in modern use: URO, extension A, compatibility, ext. B-H.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# Latin letters with the accents of European languages.
LATIN = "A-Za-z\u00c0-\u024f"
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile(f"[{LATIN}]+")
# Zero-width and formatting characters that web pages leave behind. Joiners and directional marks
# carry no meaning in Chinese or English running text.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def compose(*steps: Step) -> Step:
    """Return one function that applies steps from left to right."""
    return lambda text: functools.reduce(lambda value, step: step(value), steps, text)


def fold_spaces(text: str) -> str:
    """Return a text with each run of white space, no-break and ideographic too, as one space."""
    return " ".join(text.split())


def strip_invisible(text: str) -> str:
    """Return a text without zero-width characters, soft hyphens, byte-order and direction marks."""
    return _INVISIBLE.sub("", text)


def count_han(text: str) -> int:
    """Return the number of Han ideographs of a text."""
    return len(_HAN_CHARACTER.findall(text))


def count_latin_words(text: str) -> int:
    """Return the number of runs of Latin letters of a text."""
    return len(_LATIN_WORD.findall(text))


def shorten(text: str, width: int = 40) -> str:
    """Return a text of at most ``width`` characters for a message; … stands for what was cut."""
    folded = fold_spaces(text)
    return folded if len(folded) <= width else folded[: width - 1] + "…"


def to_simplified(text: str) -> str:
    """Return a text with simplified Chinese characters for traditional ones (OpenCC, t2s).

    Raises:
        InputError: the text has half a surrogate pair.
    """
    check_surrogates(text)
    return str(_converter().convert(text))


@functools.cache
def _converter() -> opencc.OpenCC:
    import opencc

    return opencc.OpenCC("t2s")
