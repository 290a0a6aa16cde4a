"""The stretch of a Chinese paragraph that is most like an English name."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from mteval.languages.pair import ZH_EN
from mteval.languages.text import count_han
from mteval.languages.zh_terms import (
    CHUNK,
    DATE,
    JOINING,
    JOINS_NAMES,
    MIDDLE_DOTS,
    NO_TERM_ENDS,
    NO_TERM_START,
)
from mteval.terminology.mining.pairs import SegmentPair
from mteval.terminology.mining.source_terms import Neighbours
from mteval.terminology.mining.weights import (
    DISTANCE_PENALTY,
    EDGE_BONUS,
    MAX_NAME_CHARACTERS,
    MAX_NAME_RATIO,
    MAX_REACH,
    MAX_SHIFT,
    MIN_CLEARANCE,
    MIN_COUNT_BESIDE_NAME,
    MIN_NAME_LIKENESS,
    MIN_NAME_MARGIN,
    MIN_NAME_RATIO,
    REACH,
    REACH_SHARE,
)
from mteval.terminology.normalise import (
    BREAK,
    fold_source,
)
from mteval.terminology.vectors import Vectors

__all__ = ["most_alike", "stretches_of"]

# Rounded, as the limits of lengths were chosen with it.
HAN_PER_CHARACTER = round(1 / ZH_EN.terms, 3)


def stretches_of(pair: SegmentPair, neighbours: Neighbours) -> list[tuple[int, int]]:
    """Return the stretches of a source that may be a name: half-open character offsets, sorted."""
    source = pair.source
    found = []
    for first, last in pair.chunks:
        for start in range(first, last):
            if (
                source[start] in MIDDLE_DOTS
                or source[start] == "-"
                or NO_TERM_START.match(source, start)
            ):
                continue
            if start > first and _is_inside_latin(source, start):
                continue
            for end in range(start + 2, min(start + MAX_NAME_CHARACTERS, last) + 1):
                if source[end - 1] in NO_TERM_ENDS or source[end - 1] in f"{MIDDLE_DOTS}-":
                    continue
                if end < last and _is_inside_latin(source, end):
                    continue
                term = _folded(source[start:end])
                if (
                    count_han(term) > 1
                    and not DATE.search(term)
                    and not pair.is_known(start, end)
                    and not neighbours.is_cut(term, MIN_COUNT_BESIDE_NAME)
                ):
                    found.append((start, end))
    return found


@functools.lru_cache(maxsize=1 << 16)
def _folded(stretch: str) -> str:
    """Return a stretch of a source folded; the same ones come over and over."""
    return fold_source(stretch).text


def _is_inside_latin(text: str, at: int) -> bool:
    a, b = text[at - 1], text[at]
    return a.isascii() and b.isascii() and a.isalnum() and b.isalnum()


def most_alike(
    pair: SegmentPair,
    words: tuple[int, int],
    stretches: Sequence[tuple[int, int]],
    vectors: Vectors,
) -> tuple[float, tuple[int, int]] | None:
    """Return the score and offsets of the stretch most like a name, if none else comes near."""
    passage, source = pair.passage, pair.source
    begin, end = passage.words[words[0]].start, passage.words[words[1] - 1].end
    scale = len(source) / max(len(passage.text), 1)
    expected = (begin + end) / 2 * scale
    reach = min(max(REACH, REACH_SHARE * len(source)), MAX_REACH)
    usual = (end - begin) * HAN_PER_CHARACTER
    surface = pair.surface(words)
    longest = max(MAX_NAME_RATIO * usual, 4) if words[1] - words[0] > 1 else MAX_NAME_CHARACTERS
    # Stretches are in order.
    begins = bisect_left(stretches, (int(expected - reach) - MAX_NAME_CHARACTERS, 0))
    ends = bisect_left(stretches, (int(expected + reach) + 1, 0))
    near = [
        (first, last)
        for first, last in stretches[begins:ends]
        if MIN_NAME_RATIO * usual <= last - first <= longest
        and abs((first + last) / 2 - expected) <= reach
        and surface not in source[first:last]
    ]
    if not near:
        return None
    if "and" in [word.text for word in passage.words[slice(*words)]]:
        # Two names, unless one Chinese name has both words without a joining character.
        near = [(a, b) for a, b in near if not JOINS_NAMES.search(source[a:b])]
        if not near:
            return None
    alike = vectors([_folded(source[a:b]) or BREAK for a, b in near]) @ vectors([surface])[0]
    far = np.array([abs((a + b) / 2 - expected) for a, b in near]) / len(source)
    edges = np.array([_is_edge(source, a) + _is_edge(source, b) for a, b in near])
    scores = alike - DISTANCE_PENALTY * far + EDGE_BONUS * edges
    best = int(scores.argmax())
    first, last = near[best]
    rivals = [s for s, (a, b) in zip(scores, near, strict=True) if b <= first or last <= a]
    if (
        alike[best] < MIN_NAME_LIKENESS
        or scores[best] - max(rivals, default=-1.0) < MIN_NAME_MARGIN
    ):
        return None
    # An end within a run of characters must differ from those beside it.
    for end in (0, 1):
        if _is_edge(source, near[best][end]):
            continue
        for other, (span, value) in enumerate(zip(near, alike, strict=True)):
            if (
                other != best
                and span[1 - end] == near[best][1 - end]
                and abs(span[end] - near[best][end]) <= MAX_SHIFT
                and value > alike[best] - MIN_CLEARANCE
            ):
                return None
    return float(scores[best]), near[best]


def _is_edge(text: str, at: int) -> bool:
    """Return whether a term may end or begin at an offset, by a mark or a joining character."""
    return (
        not CHUNK.fullmatch(text[at - 1 : at + 1])
        or at in (0, len(text))
        or any(
            m.start() == at or m.end() == at for m in JOINING.finditer(text, max(0, at - 4), at + 4)
        )
    )
