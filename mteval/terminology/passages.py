"""Segments of a text as words, of which some are explained, and occurrences to explain there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mteval.languages.en_terms import FUNCTION_WORDS
from mteval.languages.pinyin import strip_marks
from mteval.terminology.matching import Occurrence
from mteval.terminology.normalise import BREAK, Word

__all__ = ["Passage", "Question", "pinyin_letters"]

Array = npt.NDArray[np.float64]


class Passage:
    """A segment of a text as words, and what of it is explained already.

    Attributes:
        text: the segment.
        words: its n_words words.
        taken: whether each word is explained: (n_words,).
        anchors: character offsets in the source and in the text of what is explained.
    """

    def __init__(self, text: str, words: Sequence[Word]) -> None:
        self.text = text
        self.words = words
        self.taken = np.zeros(len(words), dtype=bool)
        self.anchors: list[tuple[float, float]] = []

    @cached_property
    def keys(self) -> str:
        """The keys of all words, each between spaces."""
        return f" {' '.join(word.key for word in self.words)} "

    @cached_property
    def starts(self) -> Array:
        """Character offset of every word: (n_words,)."""
        return np.array([word.start for word in self.words], dtype=np.float64)

    @cached_property
    def ends(self) -> Array:
        """Offset behind every word: (n_words,)."""
        return np.array([word.end for word in self.words], dtype=np.float64)

    @cached_property
    def is_break(self) -> npt.NDArray[np.bool_]:
        """Whether a word is punctuation that ends a phrase: (n_words,)."""
        return np.array([word.key == BREAK for word in self.words], dtype=bool)

    @cached_property
    def is_function_word(self) -> npt.NDArray[np.bool_]:
        """Whether a word neither begins nor ends a term: (n_words,)."""
        return np.array([word.text.lower() in FUNCTION_WORDS for word in self.words], dtype=bool)

    def words_within(self, start: int, end: int) -> tuple[int, int]:
        """Return the words that share characters with a stretch of the text: half-open range."""
        first = int(np.searchsorted(self.ends, start, side="right"))
        return first, int(np.searchsorted(self.starts, end, side="left"))

    def take(self, words: tuple[int, int], source: float, offset: float) -> None:
        """Mark words at an offset as explained, by a term at an offset of the source."""
        self.taken[words[0] : words[1]] = True
        self.anchors.append((source, offset))

    def expected(self, source_length: int, at: Sequence[float]) -> Array:
        """Return where the text may render what is at offsets of the source: (n,) -> (n,)."""
        known = sorted([(0.0, 0.0), *self.anchors, (float(source_length), float(len(self.text)))])
        return np.interp(at, [a for a, _ in known], [b for _, b in known])

    def words_near(self, offset: float, reach: float) -> tuple[int, int]:
        """Return the words that start near an offset: half-open range, empty for none."""
        near = np.abs(self.starts - offset) <= reach
        if not near.any():
            return 0, 0
        return int(near.argmax()), len(near) - int(near[::-1].argmax())

    @cached_property
    def spelt(self) -> list[str]:
        """The letters of each word, in lower case: (n_words,)."""
        return [pinyin_letters(word.text) for word in self.words]

    @cached_property
    def by_letters(self) -> dict[str, list[int]]:
        """The words that have the same letters."""
        found: dict[str, list[int]] = {}
        for n, letters in enumerate(self.spelt):
            found.setdefault(letters, []).append(n)
        return found


@dataclass(frozen=True)
class Question:
    """An occurrence of a term to explain.

    Attributes:
        passage: the text that must have it.
        source: the source segment.
        occurrence: where the term is in it.
        listed: the renderings that the termbase lists.
        reference: what the official reference has for the occurrence, if that is known.
        elsewhere: passages of the same text whose source has the term as well, PASSAGES at most.
        without: passages of the same text whose source does not have it, as many.
    """

    passage: Passage
    source: str
    occurrence: Occurrence
    listed: tuple[str, ...]
    reference: str | None
    elsewhere: Sequence[Passage]
    without: Sequence[Passage]

    @property
    def term(self) -> str:
        """The term as the source has it."""
        return self.source[self.occurrence.start : self.occurrence.end]


def pinyin_letters(text: str) -> str:
    """Return the letters of pinyin that texts spell alike: lower case, no tones, ü as u."""
    return "".join(c for c in strip_marks(text) if c.isalpha()).replace("v", "u")
