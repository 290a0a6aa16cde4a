"""Cleaning steps on one line of a page, and the damage that no step can repair."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from mteval.ingest import weights
from mteval.languages.pinyin import ends_with_reading, pinyin_syllables, strip_marks
from mteval.languages.text import HAN, count_han, fold_spaces, strip_invisible

__all__ = ["FOLDED", "STEPS", "Change", "Damage", "clean_line", "find_damage", "strip_glosses"]

# A pinyin gloss is in brackets right behind its character or word: 務(wù), 例行（lì xíng）.
# Typesetters write ɡ and ɑ as in textbooks, and accents apart from their letters.
_GLOSS = re.compile(
    rf"(?<=[{HAN}])[(（]\s*"
    r"([A-Za-zɡɑāáǎàēéěèêīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿ\u0300-\u030c' ’·-]{1,40}?)"
    r"\s*[)）]"
)
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_LETTER_FORMS = str.maketrans("ɡɑ", "ga", " '’·-")
# What is left where a gloss or a character was torn apart: a toned letter, a Greek or Cyrillic
# letter beside a Chinese character, a lone Latin letter between two, a question mark that no
# Chinese sentence has, characters that stand for others that were lost.
_DAMAGE = re.compile(
    rf"[{_TONED}]"
    rf"|[\u0370-\u04ff](?=[{HAN}])|(?<=[{HAN}])[\u0370-\u04ff]"
    rf"|(?<=[{HAN}])[a-z](?=[{HAN}])"
    rf"|(?<=[{HAN}])\?(?=[a-z{_TONED},、。;:])"
    r"|[\ufffd\ue000-\uf8ff]"
)


@dataclass(frozen=True, slots=True)
class Change:
    """What a step did to one line: which step, on which line, how many times.

    ``file`` is 1 for the second of two files that make one document.
    """

    step: str
    line: int
    count: int
    file: int = 0


@dataclass(frozen=True, slots=True)
class Damage:
    """A run of text that no rule can repair.

    ``column`` (from 1) and ``text`` are of the cleaned line.
    """

    line: int
    column: int
    text: str
    file: int = 0


def drop_invisible(text: str) -> tuple[str, int]:
    """Return a text without zero-width characters, soft hyphens, byte-order and other marks."""
    result = strip_invisible(text)
    return result, len(text) - len(result)


def fold_white_space(text: str) -> tuple[str, int]:
    """Return a text with its white space folded, no-break and ideographic spaces too."""
    result = fold_spaces(text)
    return result, int(result != text)


def strip_glosses(text: str) -> tuple[str, int]:
    """Return a text without the pinyin glosses behind its characters or words, and their number.

    A bracket goes if it holds a reading of the characters before it (pypinyin), or one syllable
    with a tone mark; ``(a)`` behind a character that is not read so stays, and so does
    ``(Beijing)``, which is no gloss without its tones.
    """
    count = 0

    def strip(match: re.Match[str]) -> str:
        nonlocal count
        letters = unicodedata.normalize("NFC", match[1]).translate(_LETTER_FORMS)
        plain = strip_marks(letters)
        toned = any(letter in _TONED for letter in letters.lower())
        if (toned and plain in pinyin_syllables()) or (
            (toned or letters.islower()) and ends_with_reading(text[: match.start()], plain)
        ):
            count += 1
            return ""
        return match[0]

    return _GLOSS.sub(strip, text), count


FOLDED = "white space folded"
STEPS: tuple[tuple[str, Callable[[str], tuple[str, int]]], ...] = (
    ("invisible characters dropped", drop_invisible),
    (FOLDED, fold_white_space),
    ("pinyin glosses stripped", strip_glosses),
)


def clean_line(number: int, text: str) -> tuple[str, list[Change]]:
    """Return a line after every step of STEPS in order, and which of them changed it."""
    changes = []
    for name, step in STEPS:
        text, count = step(text)
        if count:
            changes.append(Change(name, number, count))
    return text, changes


def find_damage(number: int, text: str) -> list[Damage]:
    """Return the runs of a cleaned line that are damaged beyond repair by rule."""
    if not count_han(text):
        return _find_mojibake(number, text)
    runs: list[tuple[int, int]] = []
    for match in _DAMAGE.finditer(text):
        if runs and match.start() - runs[-1][1] <= weights.MAX_GAP_IN_DAMAGE:
            runs[-1] = (runs[-1][0], match.end())
        else:
            runs.append((match.start(), match.end()))
    around = weights.CONTEXT_OF_DAMAGE
    return [
        Damage(number, start + 1, text[max(0, start - around) : end + around])
        for start, end in runs
    ]


def _find_mojibake(number: int, text: str) -> list[Damage]:
    """Return English text that was decoded as the wrong encoding (ftfy's heuristic)."""
    from ftfy.badness import BADNESS_RE

    return [
        Damage(number, match.start() + 1, match[0])
        for match in BADNESS_RE.finditer(text)
        if match[0].strip()
    ]
