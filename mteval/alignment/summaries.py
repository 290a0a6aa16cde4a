"""Summaries: targets that say only a part of what their sources say, of a bead or of it all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from mteval.alignment.beads import DOUBTFUL, Bead
from mteval.alignment.search import find_beads
from mteval.alignment.side import Side
from mteval.alignment.weights import (
    MAX_FULL_CELLS,
    MAX_SHORT_SHARE,
    MAX_SUMMARY_TOKENS,
    MAX_VERY_SHORT_SHARE,
    MIN_FAITHFUL_SIMILARITY,
    MIN_LONG_LENGTH,
    MIN_OWN_TOKENS,
    MIN_SUMMARY_SIMILARITY,
    MIN_SURELY_FAITHFUL_SIMILARITY,
    MIN_WHOLE_SIMILARITY,
    SUMMARY_CONFIDENCE,
    SUMMARY_SHARE,
    WEIGHTS_WITHOUT_LENGTH,
)

__all__ = ["is_summary", "mark_summaries"]


def mark_summaries(beads: Sequence[Bead], left: Side, right: Side) -> list[Bead]:
    """Return the beads, summaries marked and paired where only their length kept both apart."""
    found: list[Bead] = []
    for is_pair, run in itertools.groupby(beads, key=lambda bead: bead.is_pair):
        if is_pair:
            found += [replace(bead, is_summary=_is_short(bead, left, right)) for bead in run]
        else:
            gap = list(run)
            found += _pair_summaries(_without_length(gap, left, right), gap, left, right)
    return found


def _without_length(gap: Sequence[Bead], left: Side, right: Side) -> list[Bead]:
    """Return the beads that a gap would have if lengths did not matter; none for a large gap."""
    sources = [i for bead in gap for i in bead.sources]
    targets = [j for bead in gap for j in bead.targets]
    if not sources or not targets or len(sources) * len(targets) > MAX_FULL_CELLS:
        return []
    parts = left.part(sources[0], sources[-1] + 1), right.part(targets[0], targets[-1] + 1)
    return [
        replace(
            bead,
            sources=tuple(n + sources[0] for n in bead.sources),
            targets=tuple(n + targets[0] for n in bead.targets),
        )
        for bead in find_beads(*parts, WEIGHTS_WITHOUT_LENGTH)
    ]


def _pair_summaries(
    inner: Sequence[Bead], gap: Sequence[Bead], left: Side, right: Side
) -> Iterator[Bead]:
    """Yield the beads of a gap, with those of ``inner`` that are summaries."""
    alone = {bead.sources or (-1 - bead.targets[0],): bead for bead in gap}
    for bead in inner:
        if (
            bead.is_pair
            and (bead.similarity or 0.0) >= MIN_SUMMARY_SIMILARITY
            and _is_short(bead, left, right)
        ):
            confidence = SUMMARY_CONFIDENCE * bead.confidence
            yield replace(bead, is_summary=True, confidence=confidence)
        else:
            yield from (alone.pop((i,)) for i in bead.sources)
            yield from (alone.pop((-1 - j,)) for j in bead.targets)
    if not inner:
        yield from gap


def _is_short(bead: Bead, left: Side, right: Side) -> bool:
    """Return whether the target of a bead is much shorter and lacks numbers of its source."""
    expected, length = left.length_of(bead.sources), right.length_of(bead.targets)
    if expected < MIN_LONG_LENGTH or length >= MAX_SHORT_SHARE * expected:
        return False
    if length < MAX_VERY_SHORT_SHARE * expected:
        return True
    wanted = left.tokens_of(bead.sources)
    return len(wanted & right.tokens_of(bead.targets)) <= MAX_SUMMARY_TOKENS * len(wanted)


def is_summary(beads: Sequence[Bead], left: Side, right: Side) -> bool:
    """Return whether the target is a summary: short, on the same matter, and not a part of it."""
    expected, length = float(left.lengths.sum()), float(right.lengths.sum())
    if expected < MIN_LONG_LENGTH or not 0 < length < MAX_SHORT_SHARE * expected:
        return False
    anywhere = frozenset().union(*left.tokens)
    faithful = [bead for bead in beads if _is_faithful(bead, left, right, anywhere)]
    said = sum(left.length_of(bead.sources) for bead in faithful)
    by = sum(right.length_of(bead.targets) for bead in faithful)
    if said >= SUMMARY_SHARE * expected or by >= SUMMARY_SHARE * length:
        return False
    sums = left.vectors.sum(axis=0), right.vectors.sum(axis=0)
    alike = float(sums[0] @ sums[1]) / max(float(np.linalg.norm(sums[0])), 1e-9)
    alike /= max(float(np.linalg.norm(sums[1])), 1e-9)
    return alike >= MIN_WHOLE_SIMILARITY


def _is_faithful(bead: Bead, left: Side, right: Side, anywhere: frozenset[str]) -> bool:
    """Return whether a bead is surely a translation.

    One that is not so alike must have the tokens of its own sources, not those of others
    (``anywhere`` are those of all sources).
    """
    similarity = bead.similarity or 0.0
    if similarity < MIN_FAITHFUL_SIMILARITY or bead.is_summary or bead.confidence <= DOUBTFUL:
        return False
    if similarity >= MIN_SURELY_FAITHFUL_SIMILARITY:
        return True
    said = right.tokens_of(bead.targets) & anywhere
    return len(said & left.tokens_of(bead.sources)) >= MIN_OWN_TOKENS * len(said)
