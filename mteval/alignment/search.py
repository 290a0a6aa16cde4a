"""The beads of the best path, each with its probability."""

from __future__ import annotations

from mteval.alignment.arrays import Floats
from mteval.alignment.band import find_band
from mteval.alignment.beads import Bead
from mteval.alignment.features import score_beads
from mteval.alignment.lattice import Lattice
from mteval.alignment.paths import ADDITION, OMISSION, best_path, sum_paths
from mteval.alignment.side import Side, similarity_of

__all__ = ["find_beads"]


def find_beads(left: Side, right: Side, weights: Floats) -> list[Bead]:
    """Return the beads of the best path of two sides, neither of which is empty."""
    band = find_band(left, right)
    scores = score_beads(Lattice(left, right, band), weights)
    sums = sum_paths(band, scores)
    beads = []
    for step in best_path(band, scores):
        a, b = step.shape
        sources, targets = range(step.i - a, step.i), range(step.j - b, step.j)
        similarity = None
        if step.kind == OMISSION:
            confidence = sums.omitted[step.i - 1]
        elif step.kind == ADDITION:
            confidence = sums.added[step.j - 1]
        else:
            confidence = sums.beads[step.kind][band.node(step.i, step.j)]
            similarity = similarity_of(left, right, sources, targets)
        bead = Bead(tuple(sources), tuple(targets), float(min(confidence, 1.0)), similarity)
        beads.append(bead)
    return beads
