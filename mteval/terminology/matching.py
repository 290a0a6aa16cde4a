"""Where the terms of a termbase are: source terms in Chinese, their renderings in English.

All terms are looked for at once by an Aho-Corasick automaton (Aho and Corasick 1975, library
ahocorasick-rs), so the work grows with the text and what is found in it, not with text x terms.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mteval.languages.text import count_han
from mteval.languages.zh_terms import YEAR_AFTER
from mteval.terminology.concepts import Concept, Rendering
from mteval.terminology.normalise import (
    Folded,
    Word,
    fold_source,
    is_acronym,
    split_words,
)
from mteval.terminology.vocabulary import STATUSES, CasePolicy

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

__all__ = ["Hit", "Matcher", "Occurrence", "Patterns", "attached_year"]

# Enough for a year with what may be around it.
_MAX_YEAR_CHARACTERS = 16
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An occurrence of a source term.

    Attributes:
        concepts: indices of the concepts that have the term; several where it is a homonym.
        start: character offset in the source where it starts.
        end: where it ends (half-open).
        year: year written after it, as four digits.
    """

    concepts: tuple[int, ...]
    start: int
    end: int
    year: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch of a text that is a listed rendering.

    Attributes:
        concept: index of the concept.
        rendering: the rendering.
        words: half-open range of words, without a year.
        start: character offset in the text where it starts.
        end: where it ends (half-open), without a year.
        exact: whether it is written letter by letter as it is listed.
    """

    concept: int
    rendering: Rendering
    words: tuple[int, int]
    start: int
    end: int
    exact: bool

    @property
    def order(self) -> int:
        """The order of hits that are alike otherwise: 0 preferred, 1 admitted, 2 deprecated."""
        return STATUSES.index(self.rendering.status)


class Patterns:
    """Many strings that are looked for in a text at once, wherever they are, overlapping too."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(dict.fromkeys(pattern for pattern in patterns if pattern))
        self._automaton = _automaton(self.patterns) if self.patterns else None

    def find(self, text: str) -> list[tuple[str, int, int]]:
        """Return (pattern, start, end) of every match, offsets in characters, half-open."""
        if self._automaton is None:
            return []
        return [
            (self.patterns[index], start, end)
            for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True)
        ]

    def counts(self, text: str) -> dict[str, int]:
        """Return the count of each pattern as by ``str.count``: without overlap with itself."""
        counts: defaultdict[str, int] = defaultdict(int)
        free: dict[str, int] = {}
        # By end, as the automaton finds them, is by start for the matches of one pattern.
        for pattern, start, end in self.find(text):
            if start >= free.get(pattern, 0):
                counts[pattern] += 1
                free[pattern] = end
        return dict(counts)


def _automaton(patterns: Sequence[str]) -> AhoCorasick:
    from ahocorasick_rs import AhoCorasick

    return AhoCorasick(patterns)


class Matcher:
    """The terms of concepts, to be matched in texts of both languages."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        self.concepts = tuple(concepts)
        self._sources: defaultdict[str, dict[int, None]] = defaultdict(dict)
        self._renderings: defaultdict[str, list[tuple[int, Rendering]]] = defaultdict(list)
        for c, concept in enumerate(self.concepts):
            if concept.renderings:
                for source in concept.sources:
                    self._sources[fold_source(source).text][c] = None
            for rendering in concept.renderings:
                self._renderings[_joined(split_words(rendering.text))].append((c, rendering))
        self._source_patterns = Patterns(self._sources)
        self._rendering_patterns = Patterns(key for key in self._renderings if key.strip())

    def occurrences(self, source: str) -> list[Occurrence]:
        """Return the source terms of a text, long ones first: one inside another does not count.

        Simplified and traditional characters, full and half width, middle dots, hyphens, spaces
        and quotation marks make no difference.

        Returns:
            The occurrences in the order of the text; no two overlap.
        """
        folded = fold_source(source)
        found = [
            (start, end, pattern)
            for pattern, start, end in self._source_patterns.find(folded.text)
            if _is_whole(folded, start, end)
        ]
        taken = bytearray(len(folded.text))
        kept = []
        for start, end, pattern in sorted(found, key=lambda f: (f[0] - f[1], f[0])):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                kept.append((start, end, pattern))
        spans = [(*folded.span(start, end), pattern) for start, end, pattern in sorted(kept)]
        begins = {start for start, _, _ in spans}
        occurrences = []
        for start, end, pattern in spans:
            year = _year_after(source, end)
            # A year that begins another term is not this one's.
            own = year is not None and not begins & set(range(end, end + year.end()))
            occurrences.append(
                Occurrence(
                    tuple(self._sources[pattern]), start, end, year[1] if year and own else None
                )
            )
        return occurrences

    def left_in_chinese(self, text: str) -> list[Occurrence]:
        """Return the source terms in a text that should be English, as ``occurrences`` does."""
        return self.occurrences(text) if count_han(text) else []

    def hits(self, words: Sequence[Word], concepts: Iterable[int]) -> list[Hit]:
        """Return the renderings of concepts in a text that was split into words.

        Word boundaries hold; inflection, spelling, articles, and what joins two words (hyphen,
        space, slash) make no difference, letter case as the rendering says.

        Returns:
            Every match of every rendering, in the order of the text; they may overlap.
        """
        wanted = set(concepts)
        text = _joined(words)
        index = {}
        position = 1
        for number, word in enumerate(words):
            index[position] = number
            position += len(word.key) + 1
        hits = []
        for pattern, start, end in self._rendering_patterns.find(text):
            first, beyond = index[start + 1], index.get(end, len(words))
            for c, rendering in self._renderings[pattern]:
                if c not in wanted:
                    continue
                inside = words[first:beyond]
                if _case_fits(rendering.case, _split(rendering.text), inside):
                    exact = _as_written(inside) == _as_written(_split(rendering.text))
                    hits.append(
                        Hit(
                            c,
                            rendering,
                            (first, beyond),
                            words[first].start,
                            words[beyond - 1].end,
                            exact,
                        )
                    )
        return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.concept))


@functools.lru_cache(maxsize=65536)
def _split(text: str) -> tuple[Word, ...]:
    return tuple(split_words(text))


def _as_written(words: Sequence[Word]) -> list[tuple[str, int]]:
    """Return words with how far each is from the first, which a comma between them changes."""
    return [(word.text, word.start - words[0].start) for word in words]


def _joined(words: Sequence[Word]) -> str:
    return f" {' '.join(word.key for word in words)} "


def _is_whole(folded: Folded, start: int, end: int) -> bool:
    """Return whether a match does not begin or end inside a Latin word or a number."""
    text, offsets = folded.text, folded.offsets

    def inside_word(left: int) -> bool:
        if not 0 <= left < len(text) - 1:
            return False
        a, b = text[left], text[left + 1]
        joined = offsets[left + 1] - offsets[left] <= 1
        return joined and a.isascii() and b.isascii() and a.isalnum() and b.isalnum()

    return not inside_word(start - 1) and not inside_word(end - 1)


def _case_fits(policy: CasePolicy, listed: Sequence[Word], found: Sequence[Word]) -> bool:
    if policy == "ignore":
        return True
    return all(
        _same_case(a.text, b.text)
        for a, b in zip(listed, found, strict=True)
        if policy == "exact" or is_acronym(a.text)
    )


def _same_case(listed: str, found: str) -> bool:
    # Over what both have, as an inflected form is longer or shorter.
    a, b = listed.replace(".", ""), found.replace(".", "")
    return all(x.isupper() == y.isupper() for x, y in zip(a, b, strict=False))


def attached_year(text: str, end: int, year: str | None) -> int:
    """Return where a rendering ends when the year that its term has follows it, else ``end``."""
    match = None if year is None else _year_after(text, end)
    return end if match is None or match[1] != year else end + match.end()


def _year_after(text: str, at: int) -> re.Match[str] | None:
    """Return the match of a year that follows a name, in digits of either width."""
    return YEAR_AFTER.match(text[at : at + _MAX_YEAR_CHARACTERS].translate(_HALF_WIDTH))
