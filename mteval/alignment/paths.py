"""Paths from corner to corner: the best one, and the sum of all, which is how likely beads are.

The model is a conditional random field over the paths (Lafferty et al. 2001; Blunsom and Cohn 2006
for alignment): the best path is the alignment, and the sum over all paths makes of the weight of a
bead its probability. Omissions come before additions where both are neighbours, so that no
alignment is two paths.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mteval.alignment.arrays import Floats, Singles
from mteval.alignment.band import Band
from mteval.alignment.beads import SHAPES

__all__ = ["ADDITION", "OMISSION", "Scores", "Step", "Sums", "best_path", "sum_paths"]

# Steps of a path that pair nothing, beside the indices of SHAPES.
OMISSION, ADDITION = -1, -2


class Scores(NamedTuple):
    """The weights of beads.

    Attributes:
        beads: for each of SHAPES, by the node where a bead ends (n_nodes,); -inf for none.
        omitted: of each source alone (n_sources,).
        added: of each target alone (n_targets,).
    """

    beads: list[Singles]
    omitted: Floats
    added: Floats


class Sums(NamedTuple):
    """The probabilities of beads, laid out as Scores, and the logarithm of all paths' sum."""

    beads: list[Singles]
    omitted: Floats
    added: Floats
    total: float


class Step(NamedTuple):
    """One bead of a path: an index of SHAPES, OMISSION or ADDITION, and the node where it ends."""

    kind: int
    i: int
    j: int

    @property
    def shape(self) -> tuple[int, int]:
        """Return the numbers of sources and targets."""
        if self.kind == OMISSION:
            return 1, 0
        return (0, 1) if self.kind == ADDITION else SHAPES[self.kind]


def _nodes(band: Band, row: int, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Return the nodes of a row where beads of a shape may end, and those where they begin."""
    before = row - shape[0]
    first = max(int(band.low[row]), int(band.low[before]) + shape[1])
    last = min(int(band.high[row]), int(band.high[before]) + shape[1])
    size = max(last - first + 1, 0)
    end = int(band.offsets[row]) + first - int(band.low[row])
    begin = int(band.offsets[before]) + first - shape[1] - int(band.low[before])
    return slice(end, end + size), slice(begin, begin + size)


def sum_paths(band: Band, scores: Scores) -> Sums:
    """Return how likely each bead is (forward-backward algorithm)."""
    added = np.concatenate([[0.0], np.cumsum(scores.added)])
    with np.errstate(invalid="ignore"):
        before_omission, before = _forward(band, scores, added)
        after, after_addition = _backward(band, scores, added)
    total = float(before[-1])
    beads = []
    for shape, column in zip(SHAPES, scores.beads, strict=True):
        found = np.zeros(band.n_nodes, dtype=np.float32)
        for i in range(shape[0], band.n_sources + 1):
            end, begin = _nodes(band, i, shape)
            found[end] = np.exp(before[begin] + column[end] + after[end] - total)
        beads.append(found)
    alone = np.zeros(band.n_sources)
    more = np.zeros(band.n_targets)
    for i in range(band.n_sources + 1):
        if i < band.n_sources:
            end, begin = _nodes(band, i + 1, (1, 0))
            values = before_omission[begin] + after[end] + scores.omitted[i] - total
            alone[i] = np.exp(values).sum()
        row = band.row(i)
        low, high = int(band.low[i]), int(band.high[i])
        values = before[row][:-1] + scores.added[low:high] + after_addition[row][1:] - total
        more[low:high] += np.exp(values)
    return Sums(beads, alone, more, total)


def _forward(band: Band, scores: Scores, added: Floats) -> tuple[Floats, Floats]:
    """Return the log sums of the paths up to each node: that may go on with an omission, and all.

    ``added`` are the sums of the first n additions (n_targets + 1,).
    """
    open_ = np.full(band.n_nodes, -np.inf)
    any_ = np.full(band.n_nodes, -np.inf)
    open_[0] = 0.0
    for i in range(band.n_sources + 1):
        row = band.row(i)
        for shape, column in zip(SHAPES, scores.beads, strict=True):
            if i >= shape[0]:
                end, begin = _nodes(band, i, shape)
                open_[end] = np.logaddexp(open_[end], column[end] + any_[begin])
        if i:
            end, begin = _nodes(band, i, (1, 0))
            open_[end] = np.logaddexp(open_[end], open_[begin] + scores.omitted[i - 1])
        base = added[band.low[i] : band.high[i] + 1]
        any_[row] = np.logaddexp.accumulate(open_[row] - base) + base
    return open_, any_


def _backward(band: Band, scores: Scores, added: Floats) -> tuple[Floats, Floats]:
    """Return the log sums of the paths on from each node: after an addition they may not omit."""
    rest = np.full(band.n_nodes, -np.inf)
    after_addition = np.full(band.n_nodes, -np.inf)
    after_addition[-1] = 0.0
    for i in range(band.n_sources, -1, -1):
        row = band.row(i)
        for shape, column in zip(SHAPES, scores.beads, strict=True):
            if i + shape[0] <= band.n_sources:
                end, begin = _nodes(band, i + shape[0], shape)
                after_addition[begin] = np.logaddexp(after_addition[begin], column[end] + rest[end])
        base = added[band.low[i] : band.high[i] + 1]
        sums = np.logaddexp.accumulate((after_addition[row] + base)[::-1])[::-1]
        after_addition[row] = sums - base
        rest[row] = after_addition[row]
        if i < band.n_sources:
            end, begin = _nodes(band, i + 1, (1, 0))
            rest[begin] = np.logaddexp(rest[begin], rest[end] + scores.omitted[i])
    return rest, after_addition


def best_path(band: Band, scores: Scores) -> list[Step]:
    """Return the steps of the path of the greatest weight (Viterbi algorithm)."""
    added = np.concatenate([[0.0], np.cumsum(scores.added)])
    best = np.full(band.n_nodes, -np.inf)
    best[0] = 0.0
    kinds = np.full(band.n_nodes, ADDITION, dtype=np.int8)
    for i in range(band.n_sources + 1):
        row = band.row(i)
        for kind, (shape, column) in enumerate(zip(SHAPES, scores.beads, strict=True)):
            if i >= shape[0]:
                end, begin = _nodes(band, i, shape)
                _keep_better(best[end], kinds[end], column[end] + best[begin], kind)
        if i:
            end, begin = _nodes(band, i, (1, 0))
            _keep_better(best[end], kinds[end], best[begin] + scores.omitted[i - 1], OMISSION)
        base = added[band.low[i] : band.high[i] + 1]
        level = best[row] - base
        top = np.maximum.accumulate(level)
        # An addition where the best comes from further left.
        left = np.concatenate([[-np.inf], top[:-1]])
        kinds[row][left > level] = ADDITION
        best[row] = top + base
    path = []
    i, j = band.n_sources, band.n_targets
    while i or j:
        step = Step(int(kinds[band.node(i, j)]), i, j)
        path.append(step)
        i, j = i - step.shape[0], j - step.shape[1]
    return path[::-1]


def _keep_better(best: Floats, kinds: npt.NDArray[np.int8], values: Floats, kind: int) -> None:
    """Write values that are better than the best so far, and their kind, in place."""
    better = values > best
    best[better] = values[better]
    kinds[better] = kind
