"""Beads of more than four paragraphs: pairs take what is alone beside them, where they lack it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mteval.alignment.arrays import Floats
from mteval.alignment.beads import MAX_GROUP, Bead
from mteval.alignment.coverage import coverage_by
from mteval.alignment.side import Side, length_ratio, similarity_of
from mteval.alignment.weights import JOINED_IS_RIGHT, LENGTH_SLACK, MAX_LOOKAHEAD, MIN_COVERAGE

__all__ = ["absorb_omitted", "join_beads", "widen"]


def join_beads(first: Bead, second: Bead, confidence: float, left: Side, right: Side) -> Bead:
    """Return two neighbours as one bead, less sure than ``confidence``: it was found to be two."""
    sources, targets = first.sources + second.sources, first.targets + second.targets
    similarity = similarity_of(left, right, sources, targets)
    return Bead(sources, targets, confidence * JOINED_IS_RIGHT, similarity)


def widen(
    beads: Sequence[Bead],
    left: Side,
    right: Side,
    side: int,
    min_coverage: float,
    *,
    full: bool = False,
) -> list[Bead]:
    """Return the beads where pairs took what they lack of what is alone beside them.

    Args:
        beads: in order.
        left: the sources.
        right: the targets.
        side: 0 to take sources, 1 to take targets.
        min_coverage: cosine from which a pair covers what it takes.
        full: whether only pairs take that have as many of that side as a path can pair.
    """
    widening = _Widening(left, right, side, min_coverage, full, length_ratio(left, right))
    return widening.backward(widening.forward(beads))


@dataclass(frozen=True)
class _Widening:
    left: Side
    right: Side
    side: int
    min_coverage: float
    full: bool
    ratio: float

    def forward(self, beads: Sequence[Bead]) -> list[Bead]:
        return self._one_way(beads, 1)

    def backward(self, beads: Sequence[Bead]) -> list[Bead]:
        return self._one_way(beads[::-1], -1)[::-1]

    def _one_way(self, ordered: Sequence[Bead], step: int) -> list[Bead]:
        found: list[Bead] = []
        widened = -1
        for at, bead in enumerate(ordered):
            if found and self._is_alone(bead) and self._belongs(bead, found[-1], ordered, at):
                first, second = (found[-1], bead)[::step]
                confidence = found[-1].confidence
                if widened == len(found):
                    # Once is enough to be less sure.
                    confidence = min(confidence / JOINED_IS_RIGHT, 1.0)
                found[-1] = join_beads(first, second, confidence, self.left, self.right)
                widened = len(found)
            else:
                found.append(bead)
        return found

    def _is_alone(self, bead: Bead) -> bool:
        own, others = bead.seen_from(self.side)
        return bool(own) and not others

    def _belongs(self, alone: Bead, before: Bead, ordered: Sequence[Bead], at: int) -> bool:
        """Return whether the bead before covers what is alone, and no worse than the pair after."""
        n = alone.seen_from(self.side)[0][0]
        cover = self._coverage(n, before)
        rest = itertools.dropwhile(self._is_alone, ordered[at + 1 : at + 1 + MAX_LOOKAHEAD])
        return cover >= 0 and cover >= self._coverage(n, next(rest, None))

    def _coverage(self, n: int, bead: Bead | None) -> float:
        """Return how well a bead covers what it may take; -1 for what it may not."""
        if bead is None or not bead.is_pair:
            return -1.0
        own, others = bead.seen_from(self.side)
        left, right = self.left, self.right
        lacks = right.length_of(bead.targets) - self.ratio * left.length_of(bead.sources)
        length = -right.lengths[n] if self.side else self.ratio * left.lengths[n]
        if self.full and len(own) < MAX_GROUP:
            return -1.0
        if not 0 <= length / (LENGTH_SLACK * lacks or 1e-9) <= 1:
            return -1.0
        sides = (right, left) if self.side else (left, right)
        cover = coverage_by(*sides, n, others)
        return cover if cover >= self.min_coverage else -1.0


def absorb_omitted(beads: Sequence[Bead], left: Side, right: Side) -> list[Bead]:
    """Return the beads where targets that are too long took the omitted sources beside them.

    A target alone takes two or more, if it covers them by MIN_COVERAGE on average.
    """
    ratio = length_ratio(left, right)
    waiting: list[Bead | None] = list(beads)
    for at, bead in enumerate(beads):
        if not bead.targets:
            continue
        space = right.length_of(bead.targets) - ratio * left.length_of(bead.sources)
        taken = _omitted_beside(waiting, at, space, left.lengths * ratio)
        absorbed = _absorb(bead, list(taken), left, right)
        if absorbed is not None:
            for k in taken.values():
                waiting[k] = None
            waiting[at] = absorbed
    return [bead for bead in waiting if bead is not None]


def _omitted_beside(
    beads: Sequence[Bead | None], at: int, space: float, lengths: Floats
) -> dict[int, int]:
    """Return the omitted sources around a bead that it has space for, with their indices."""
    taken: dict[int, int] = {}
    for step in (-1, 1):
        k = at + step
        while 0 <= k < len(beads) and (other := beads[k]) and not other.targets:
            length = float(lengths[list(other.sources)].sum())
            if length > LENGTH_SLACK * space:
                break
            space -= length
            taken[other.sources[0]] = k
            k += step
    return taken


def _absorb(bead: Bead, omitted: Sequence[int], left: Side, right: Side) -> Bead | None:
    """Return a bead with omitted sources; None where it may not have them, or there are none."""
    confidence = bead.confidence
    if not bead.sources:
        covers = [coverage_by(left, right, n, bead.targets) for n in omitted]
        if len(omitted) < 2 or float(np.mean(covers)) < MIN_COVERAGE:
            return None
        confidence = 1 - bead.confidence
    if not omitted:
        return None
    sources = tuple(sorted((*bead.sources, *omitted)))
    similarity = similarity_of(left, right, sources, bead.targets)
    return Bead(sources, bead.targets, confidence, similarity)
