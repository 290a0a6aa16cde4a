"""Outputs that say the same words over and over.

Words or characters back to back, or the same words far more often than in the references and than
anything in the source.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from dataclasses import dataclass

from mteval.checks.base import Check, Rule, Segment, fold_letters
from mteval.languages.text import HAN, shorten

__all__ = ["REPETITION"]

# Han characters are words; words are not split at apostrophes, nor abbreviations at full stops.
_WORD = re.compile(rf"[{HAN}]|(?:[a-z]\.){{2,}}|[^\W_{HAN}]+(?:['’][^\W_{HAN}]+)*")
# Longer loops of whole sentences show by the phrases in them.
_MAX_WORDS_IN_ROW = 16
# Very, very, very good is emphasis; and, with the words of a phrase: on and on and on.
_MIN_WORD_IN_ROW = 4
_MIN_PHRASE_IN_ROW = 3
# Phrases of so many words are no idioms, and five times the same one is no style.
_PHRASE_WORDS = 4
_MIN_PHRASE_OFTEN = 5
# A text may say a thing up to so many times as often as its source or references do.
_MAX_OFTEN_RATIO = 2
# Within a word: hahahaha is laughter, three times that is a loop.
_MIN_LONG_WORD = 24
_LETTERS_IN_ROW = re.compile(r"([^\W\d_]{1,8}?)\1{5,}")


@dataclass(frozen=True, slots=True)
class _Loops:
    """What a text says most often in a row, and most often at all; "" and 0 for nothing."""

    row: tuple[str, int] = ("", 0)
    often: tuple[str, int] = ("", 0)


@functools.lru_cache(maxsize=65536)
def _loops(text: str) -> _Loops:
    words = _WORD.findall(text.lower())
    row = _letters_in_row(words)
    pairs = Counter(itertools.pairwise(words))
    if max(pairs.values(), default=0) < _MIN_PHRASE_IN_ROW:
        return _Loops(row)
    row = _words_in_row(words, row)
    phrases = Counter(zip(*(words[i:] for i in range(_PHRASE_WORDS)), strict=False))
    phrase, count = max(phrases.items(), key=lambda item: item[1], default=((), 0))
    return _Loops(row, (" ".join(phrase), count) if count >= _MIN_PHRASE_OFTEN else ("", 0))


def _letters_in_row(words: list[str]) -> tuple[str, int]:
    """Return the letters that the last long word repeats, and how often."""
    row = ("", 0)
    for word in words:
        if len(word) >= _MIN_LONG_WORD and (letters := _LETTERS_IN_ROW.search(word)) is not None:
            row = letters[1], len(letters[0]) // len(letters[1])
    return row


def _words_in_row(words: list[str], row: tuple[str, int]) -> tuple[str, int]:
    """Return the words that stand most often in a row, if more often than those known."""
    for size in range(1, min(_MAX_WORDS_IN_ROW, len(words) // 2) + 1):
        least = _MIN_WORD_IN_ROW if size == 1 else _MIN_PHRASE_IN_ROW
        length = 0
        for i in range(size, len(words)):
            length = length + 1 if words[i] == words[i - size] else 0
            count = 1 + length // size
            if count >= least and count > row[1]:
                row = " ".join(words[i - size + 1 : i + 1]), count
    return row


def _prepare(segment: Segment) -> Rule:
    known = [_loops(text) for text in segment.references]
    if segment.source is not None:
        known.append(_loops(" ".join(fold_letters(segment.source))))
    in_row = max((loops.row[1] for loops in known), default=0)
    often = max((loops.often[1] for loops in known), default=0)

    def rule(text: str) -> str | None:
        loops = _loops(text)
        phrase, count = loops.row
        if count > in_row:
            return f"repeats {shorten(phrase)!r} {count} times in a row"
        phrase, count = loops.often
        if count > _MAX_OFTEN_RATIO * often:
            return f"repeats {shorten(phrase)!r} {count} times"
        return None

    return rule


REPETITION = Check("repetition", "that say the same words over and over", _prepare)
