"""Terms that the Chinese shows by itself: quoted, listed, recurrent between changing neighbours.

Chinese marks neither words nor names, so the text itself says where a term may begin and end:
quotation marks, punctuation, years, characters that only join, and phrases that recur between
changing neighbours (accessor variety, Feng et al. 2004).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from mteval.languages.text import count_han
from mteval.languages.zh_terms import (
    AND_SO_ON,
    JOINS_NAMES,
    LISTED,
    NEVER_IN_TERMS,
    NO_TERM_ENDS,
    NO_TERM_START,
)
from mteval.terminology.mining.pairs import SegmentPair
from mteval.terminology.mining.weights import (
    MAX_TERM_CHARACTERS,
    MIN_COUNT_BESIDE_RECURRENT,
    MIN_TERM_CHARACTERS,
)
from mteval.terminology.normalise import fold_source

__all__ = ["Neighbours", "is_term", "listed_terms", "quoted_terms", "recurrent_terms"]


class Neighbours:
    """What is beside every one or two characters of the corpus, counted; None is a mark.

    Attributes:
        texts: for each run between marks the index of its segment and its folded text.
    """

    def __init__(self, pairs: Sequence[SegmentPair]) -> None:
        self.texts = [
            (number, fold_source(pair.source[start:end]).text)
            for number, pair in enumerate(pairs)
            for start, end in pair.chunks
        ]
        self._before: defaultdict[str, Counter[str | None]] = defaultdict(Counter)
        self._after: defaultdict[str, Counter[str | None]] = defaultdict(Counter)
        for _, text in self.texts:
            for length in (1, 2):
                for k in range(len(text) - length + 1):
                    gram = text[k : k + length]
                    self._before[gram][text[k - 1] if k else None] += 1
                    self._after[gram][text[k + length : k + length + 1] or None] += 1

    def is_cut(self, term: str, min_count: int) -> bool:
        """Return whether a term begins or ends inside a word, as its neighbour is always the same.

        ``min_count`` is how often the characters at its end must occur for that.
        """
        return any(
            beside is not None and None not in beside and len(beside) == 1
            for length in (1, 2)
            for beside in (
                self._before.get(term[:length]),
                self._after.get(term[-length:]),
            )
            if beside is not None and beside.total() >= min_count
        )


def quoted_terms(pairs: Sequence[SegmentPair]) -> Iterator[str]:
    """Yield what is in quotation marks, folded, without a year."""
    for pair in pairs:
        for start, end in pair.quoted:
            if not pair.is_known(start, end):
                yield fold_source(pair.source[start:end]).text


def listed_terms(pairs: Sequence[SegmentPair]) -> Iterator[str]:
    """Yield what is between the commas of an enumeration, folded."""
    for pair in pairs:
        for match in LISTED.finditer(pair.source):
            term = fold_source(match[1]).text
            if not pair.is_known(*match.span(1)) and len(term) > 1 and not JOINS_NAMES.search(term):
                yield term


def recurrent_terms(neighbours: Neighbours) -> list[str]:
    """Return phrases that recur in at least two segments between changing neighbours, folded."""
    texts = neighbours.texts
    places = [(t, k) for t, (_, text) in enumerate(texts) for k in range(len(text))]
    whole = []
    for length in range(MIN_TERM_CHARACTERS, MAX_TERM_CHARACTERS + 1):
        at: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for t, k in places:
            if k + length <= len(texts[t][1]):
                at[texts[t][1][k : k + length]].append((t, k))
        at = defaultdict(list, {gram: found for gram, found in at.items() if len(found) > 1})
        whole += [
            gram
            for gram, found in at.items()
            if len({texts[t][0] for t, _ in found}) > 1
            and is_term(gram)
            and _is_whole(found, length, texts)
            and not neighbours.is_cut(gram, MIN_COUNT_BESIDE_RECURRENT)
        ]
        places = [place for found in at.values() for place in found]
    return whole


def is_term(text: str) -> bool:
    """Return whether folded text is of Han characters only, and may begin and end as it does."""
    if not MIN_TERM_CHARACTERS <= count_han(text) == len(text) <= MAX_TERM_CHARACTERS:
        return False
    return not (
        NO_TERM_START.match(text)
        or text[-1] in NO_TERM_ENDS
        or NEVER_IN_TERMS & set(text)
        or AND_SO_ON.search(text)
    )


def _is_whole(
    found: Sequence[tuple[int, int]], length: int, texts: Sequence[tuple[int, str]]
) -> bool:
    """Return whether no one character is mostly before a phrase, nor after it."""
    before = Counter(texts[t][1][k - 1] if k else None for t, k in found)
    after = Counter(texts[t][1][k + length : k + length + 1] or None for t, k in found)
    for beside in (before, after):
        beside.pop(None, None)
        if beside and max(beside.values()) > len(found) / 2:
            return False
    return True
