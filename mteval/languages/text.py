"""Normalising steps on text: pure ``str -> str`` functions and what composes them."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mteval.errors import MissingPackageError

if TYPE_CHECKING:
    import opencc
    from py3langid.langid import LanguageIdentifier

__all__ = [
    "HAN",
    "compose",
    "count_han",
    "count_latin_words",
    "fold_spaces",
    "identify_language",
    "shorten",
    "strip_invisible",
    "to_simplified",
]

Step = Callable[[str], str]

# Unicode 15 blocks of Han ideographs in modern use: URO, extension A, compatibility, ext. B-H.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
# Zero-width and formatting characters that web pages leave behind. Joiners and directional marks
# carry no meaning in Chinese or English running text.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def compose(*steps: Step) -> Step:
    """Compose steps into one function that applies them from left to right."""
    return lambda text: functools.reduce(lambda value, step: step(value), steps, text)


def fold_spaces(text: str) -> str:
    """Fold every run of white space (no-break and ideographic spaces too) into one space."""
    return " ".join(text.split())


def strip_invisible(text: str) -> str:
    """Remove zero-width characters, soft hyphens, byte-order and directional marks."""
    return _INVISIBLE.sub("", text)


def count_han(text: str) -> int:
    """Count the Han ideographs of a text."""
    return len(_HAN_CHARACTER.findall(text))


def count_latin_words(text: str) -> int:
    """Count the runs of Latin letters of a text."""
    return len(_LATIN_WORD.findall(text))


def shorten(text: str, width: int = 40) -> str:
    """Shorten a text to ``width`` characters for a message, ending in … where it was cut."""
    folded = fold_spaces(text)
    return folded if len(folded) <= width else folded[: width - 1] + "…"


def to_simplified(text: str) -> str:
    """Convert traditional Chinese characters to simplified ones (OpenCC, profile t2s)."""
    return str(_converter().convert(text))


@functools.cache
def _converter() -> opencc.OpenCC:
    import opencc

    return opencc.OpenCC("t2s")


# Headings of a few words and lists of names pass for anything; a line of prose is beyond doubt.
_SURE = 0.999
# More lines, taken from all over, make nobody surer.
_ENOUGH_LINES = 200


def identify_language(texts: Sequence[str]) -> str | None:
    """Tell in which language texts are, as ISO 639-1 (py3langid); None where that is not sure.

    Raises:
        MissingPackageError: py3langid is not installed.
    """
    step = -(-len(texts) // _ENOUGH_LINES) or 1
    language, probability = _identifier().classify("\n".join(texts[::step]))
    return str(language) if probability > _SURE else None


@functools.cache
def _identifier() -> LanguageIdentifier:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ModuleNotFoundError:
        raise MissingPackageError(
            "telling the language of references needs the package py3langid, which is not "
            "installed; install it with: pip install 'mteval-toolkit[comet]'"
        ) from None
    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
