"""Splitting texts that are translations of each other into aligned chunks that an encoder takes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from mteval.languages.sentences import clause_ends, sentence_ends

__all__ = ["Limits", "Span", "split_aligned"]

# Half-open range of characters.
Span = tuple[int, int]

# Cutting between any tokens is the last resort: so many places in a chunk, and in a short text.
_CUTS_A_CHUNK = 8
_CUTS_A_TEXT = 50


class Limits(NamedTuple):
    """How many tokens the texts of a chunk may have, each and together."""

    each: int
    together: int

    def allow(self, counts: Sequence[int]) -> bool:
        """Return whether chunks of these token counts can be scored together."""
        return max(counts) <= self.each and sum(counts) <= self.together


class _Cuts(NamedTuple):
    characters: list[int]  # where the text may be cut, from 0 to its length
    tokens: list[int]  # tokens before each of them


def split_aligned(
    texts: Sequence[str], tokens: Sequence[Sequence[Span]], limits: Limits
) -> list[tuple[Span, ...]] | None:
    """Split translations of each other into as few aligned chunks as fit.

    Chunks end at sentence ends where that is possible, else at clause ends, else between tokens.
    Among the splits into that number of chunks the one is taken whose ends lie at the most equal
    shares of all texts (translations grow in proportion: Gale and Church 1993).

    Args:
        texts: the source, the hypothesis, the reference or some of them.
        tokens: for each text the character ranges of its tokens.
        limits: what fits.

    Returns:
        For each chunk the character range in every text; None where nothing fits.
    """
    longest = max(range(len(texts)), key=lambda t: len(tokens[t]))
    levels = (sentence_ends, clause_ends, None)
    coarse = limits.together // (_CUTS_A_CHUNK * len(texts))
    # A long source keeps its sentences whole even where a short hypothesis has too few of them.
    for level in range(len(levels)):
        for others in range(level, len(levels)):
            cuts = [
                _cuts(text, tokens[t], levels[level if t == longest else others], coarse)
                for t, text in enumerate(texts)
            ]
            found = _best_split(cuts, longest, limits, empty=False)
            if found is not None:
                return found
    # A hypothesis of fewer tokens than there are chunks leaves some without any.
    return _best_split(cuts, longest, limits, empty=True)


def _cuts(
    text: str, spans: Sequence[Span], ends: Callable[[str], list[int]] | None, coarse: int
) -> _Cuts:
    """Return where a text may be cut, with the tokens before each cut; 0 and the end included."""
    starts = [start for start, _ in spans]
    if ends is None:
        step = max(1, min(coarse, len(starts) // _CUTS_A_TEXT))
        inner = [start for start in starts[::step] if start > 0]
    else:
        inner = [end for end in ends(text) if 0 < end < len(text)]
    characters, tokens = [0], [0]
    for character in inner:
        before = bisect_left(starts, character)
        if tokens[-1] < before < len(starts):
            characters.append(character)
            tokens.append(before)
    return _Cuts([*characters, len(text)], [*tokens, len(starts)])


def _nearest(tokens: Sequence[int], share: float) -> int:
    """Return the index of the cut nearest to a share of the tokens; 0 and 1 are exact."""
    wanted = share * tokens[-1]
    after = bisect_left(tokens, wanted, 0, len(tokens) - 1)
    if after > 0 and wanted - tokens[after - 1] < tokens[after] - wanted:
        return after - 1
    return after


def _best_split(
    cuts: Sequence[_Cuts], longest: int, limits: Limits, *, empty: bool
) -> list[tuple[Span, ...]] | None:
    """Find the best chain of cuts by dynamic programming over those of the longest text."""
    pivot = cuts[longest].tokens
    total = max(pivot[-1], 1)
    rows = [[_nearest(cut.tokens, before / total) for cut in cuts] for before in pivot]
    for place, row in enumerate(rows):
        row[longest] = place
    rows[-1] = [len(cut.tokens) - 1 for cut in cuts]  # also of a text without tokens
    misfit = [
        sum(
            abs(cut.tokens[i] / max(cut.tokens[-1], 1) - before / total)
            for i, cut in zip(row, cuts, strict=True)
        )
        for row, before in zip(rows, pivot, strict=True)
    ]
    # best[i]: fewest chunks, then least misfit and most even sizes, that end at cut i, and the
    # cut before it.
    best: list[tuple[int, float, int] | None] = [(0, 0.0, 0)] + [None] * (len(rows) - 1)
    for stop in range(1, len(rows)):
        for start in range(stop - 1, -1, -1):
            if pivot[stop] - pivot[start] > limits.each:
                break
            sizes = [
                cut.tokens[i] - cut.tokens[j]
                for cut, i, j in zip(cuts, rows[stop], rows[start], strict=True)
            ]
            before_start = best[start]
            if before_start is None or not limits.allow(sizes):
                continue
            if not empty and any(
                not size and cut.tokens[-1] for size, cut in zip(sizes, cuts, strict=True)
            ):
                continue
            share = (pivot[stop] - pivot[start]) / total
            cost = before_start[1] + misfit[stop] + share * share
            known = best[stop]
            candidate = (before_start[0] + 1, cost, start)
            if known is None or candidate < known:
                best[stop] = candidate
    ends = [len(rows) - 1]
    while ends[-1]:
        link = best[ends[-1]]
        if link is None:
            return None
        ends.append(link[2])
    ends.reverse()
    return [
        tuple(
            (cut.characters[rows[start][t]], cut.characters[rows[stop][t]])
            for t, cut in enumerate(cuts)
        )
        for start, stop in pairwise(ends)
    ]
