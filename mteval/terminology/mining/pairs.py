"""A segment and its reference as mining sees them: runs of the source, capitals of the text."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence

from mteval.languages.en_terms import INNER_WORDS, JOINT
from mteval.languages.text import count_han
from mteval.languages.zh_terms import CHUNK, NEVER_IN_TERMS, QUOTED, YEAR_AT_END
from mteval.terminology.matching import Matcher, Occurrence
from mteval.terminology.mining.weights import MAX_QUOTED_SAYING
from mteval.terminology.normalise import (
    BREAK,
    Word,
    split_words,
)
from mteval.terminology.passages import Passage
from mteval.terminology.termbase import Termbase

__all__ = ["SegmentPair", "SourceSpan", "capitalised_runs", "is_capital", "is_noun", "read_pairs"]

# An occurrence: index of the segment, start and end (half-open) in its source.
SourceSpan = tuple[int, int, int]


class SegmentPair:
    """A segment with its reference, and what of both a termbase explains.

    Attributes:
        source: the Chinese.
        passage: the reference as words, of which those that a known term explains are taken.
        known: half-open character offsets in the source of terms that the termbase has.
    """

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.passage = Passage(text, split_words(text))
        self.known: list[tuple[int, int]] = []

    @functools.cached_property
    def chunks(self) -> list[tuple[int, int]]:
        """Runs of the source between marks: half-open character offsets."""
        return [match.span() for match in CHUNK.finditer(self.source)]

    @functools.cached_property
    def quoted(self) -> list[tuple[int, int]]:
        """What is in quotation marks in the source, without a year: character offsets."""
        spans = []
        for match in QUOTED.finditer(self.source):
            name = YEAR_AT_END.sub("", match[1]).strip()
            start = match.start(1) + match[1].index(name)
            is_sentence = len(name) > MAX_QUOTED_SAYING and NEVER_IN_TERMS & set(name)
            if count_han(name) > 1 and not is_sentence:
                spans.append((start, start + len(name)))
        return spans

    @functools.cached_property
    def capitals(self) -> set[tuple[int, int]]:
        """Capitalised words that follow another one directly, as ranges of one word."""
        words, text = self.passage.words, self.passage.text
        return {
            (k, k + 1)
            for k in range(1, len(words))
            if is_capital(words[k])
            and is_capital(words[k - 1])
            and JOINT.fullmatch(text, words[k - 1].end, words[k].start)
        }

    def is_known(self, start: int, end: int) -> bool:
        """Return whether a stretch of the source lies wholly inside a term of the termbase."""
        return any(first <= start and end <= last for first, last in self.known)

    def keys(self, words: tuple[int, int]) -> str:
        """Return the keys of a half-open range of words, joined by spaces."""
        return " ".join(word.key for word in self.passage.words[slice(*words)])

    def surface(self, words: tuple[int, int]) -> str:
        """Return a half-open range of words as they are written."""
        first, last = self.passage.words[words[0]], self.passage.words[words[1] - 1]
        return " ".join(self.passage.text[first.start : last.end].split())


def read_pairs(
    sources: Sequence[str], references: Sequence[str], termbase: Termbase | None
) -> list[SegmentPair]:
    """Return the pairs of n_segments sources and references, what a termbase explains taken."""
    pairs = [SegmentPair(source, text) for source, text in zip(sources, references, strict=True)]
    if termbase is None or not pairs:
        return pairs
    matcher = Matcher(termbase.concepts)
    for pair in pairs:
        occurrences = matcher.occurrences(pair.source)
        pair.known = [(each.start, each.end) for each in occurrences]
        _take_known(pair, matcher, occurrences)
    return pairs


def _take_known(pair: SegmentPair, matcher: Matcher, occurrences: Sequence[Occurrence]) -> None:
    """Take the words that render terms of the termbase, long renderings first."""
    passage = pair.passage
    middles: defaultdict[int, list[float]] = defaultdict(list)
    for each in occurrences:
        for concept in each.concepts:
            middles[concept].append((each.start + each.end) / 2)
    hits = matcher.hits(passage.words, middles)
    for hit in sorted(hits, key=lambda hit: (hit.words[0] - hit.words[1], hit.start)):
        if not passage.taken[slice(*hit.words)].any():
            centre = (hit.start + hit.end) / 2
            scale = len(pair.source) / max(len(passage.text), 1)
            middle = min(middles[hit.concept], key=lambda m: abs(m - centre * scale))
            passage.take(hit.words, middle, centre)


def capitalised_runs(pair: SegmentPair) -> list[tuple[int, int]]:
    """Return the longest runs of free capitalised words: half-open ranges of words."""
    text, words = pair.passage.text, pair.passage.words
    if text.isupper():
        return []
    runs = []
    i = 0
    while i < len(words):
        if not is_capital(words[i]) or pair.passage.taken[i]:
            i += 1
            continue
        j = i + 1
        end = j
        while j < len(words) and not pair.passage.taken[j]:
            if not JOINT.fullmatch(text, words[j - 1].end, words[j].start):
                break
            if is_capital(words[j]):
                end = j + 1
            elif words[j].text not in INNER_WORDS:
                break
            j += 1
        runs.append((i, end))
        i = end
    return runs


def is_capital(word: Word) -> bool:
    """Return whether a word begins with a capital letter."""
    return word.key != BREAK and word.text[:1].isupper()


def is_noun(word: Word, *, plural: bool) -> bool:
    """Return whether a word in small letters has the form of a noun rather than of a verb."""
    # American spelling makes a dialog of a dialogue.
    if word.text in (word.key, f"{word.key}ue"):
        return not word.text.endswith("ly")
    return plural and (word.text == f"{word.key}s" or word.text.endswith("ings"))
