"""Where paths may pass: everywhere in short documents, within a band in long ones.

A long document is first aligned coarsely, along a chain of nearest neighbours, and then only within
a band around that chain, so that memory grows with the number of paragraphs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mteval.alignment.arrays import Ints, unit_rows
from mteval.alignment.beads import MAX_GROUP
from mteval.alignment.side import Side
from mteval.alignment.weights import BLOCK, MAX_FULL_CELLS, NEIGHBOURS, RADIUS

__all__ = ["Band", "find_band", "full_band"]

# A source, a target, and by how much the target stands out among its neighbours.
Neighbour = tuple[int, int, float]


class Band:
    """The nodes (i, j), i sources and j targets gone by, that paths may pass.

    Row i has the columns low[i] to high[i]; both grow with i, and rows overlap. Nodes are numbered
    row by row, and so are cells: the pairs of paragraphs that beads within the band touch.

    Attributes:
        low: first column of each row (n_sources + 1,).
        high: last column of each row (n_sources + 1,).
        offsets: number of the first node of each row, and of all nodes (n_sources + 2,).
        first: first target that each source shares a cell with (n_sources,).
        stop: one past the last of them (n_sources,).
        cells: number of the first cell of each source, and of all cells (n_sources + 1,).
    """

    def __init__(self, low: Ints, high: Ints) -> None:
        self.low, self.high = low, high
        self.offsets = np.concatenate([[0], np.cumsum(high - low + 1)])
        self.n_sources, self.n_targets = len(low) - 1, int(high[-1])
        rows = np.arange(self.n_sources)
        self.first = low[np.maximum(rows - MAX_GROUP + 1, 0)]
        self.stop = high[np.minimum(rows + MAX_GROUP, self.n_sources)]
        self.cells = np.concatenate([[0], np.cumsum(self.stop - self.first)])

    @property
    def n_nodes(self) -> int:
        """Return the number of nodes."""
        return int(self.offsets[-1])

    def row(self, i: int) -> slice:
        """Return the numbers of a row's nodes."""
        return slice(int(self.offsets[i]), int(self.offsets[i + 1]))

    def node(self, i: int, j: int) -> int:
        """Return the number of a node."""
        return int(self.offsets[i]) + j - int(self.low[i])

    def nodes(self, start: int, stop: int) -> tuple[Ints, Ints]:
        """Return i and j of the nodes of rows ``start`` up to ``stop``."""
        widths = self.high[start:stop] - self.low[start:stop] + 1
        i = np.repeat(np.arange(start, stop), widths)
        at = np.arange(self.offsets[start], self.offsets[stop])
        return i, at - self.offsets[i] + self.low[i]

    def cell(self, row: Ints, column: Ints) -> Ints:
        """Return the numbers of cells."""
        return np.asarray(self.cells[row] + column - self.first[row])


def full_band(n_sources: int, n_targets: int) -> Band:
    """Return the band that lets paths pass anywhere."""
    return Band(
        np.zeros(n_sources + 1, dtype=np.int64), np.full(n_sources + 1, n_targets, dtype=np.int64)
    )


def find_band(left: Side, right: Side) -> Band:
    """Return the band that the path of a document must be in; all of it for a short one."""
    n, m = len(left), len(right)
    if n * m <= MAX_FULL_CELLS:
        return full_band(n, m)
    chain = [(0, 0), *((i + 1, j + 1) for i, j in _chain(_neighbours(left, right), m)), (n, m)]
    corners = np.array(chain)
    path = np.interp(np.arange(n + 1), corners[:, 0], corners[:, 1])
    # Where the chain does not advance in i, a row has all of its columns.
    least, most = np.floor(path).astype(np.int64), np.ceil(path).astype(np.int64)
    np.minimum.at(least, corners[:, 0], corners[:, 1])
    np.maximum.at(most, corners[:, 0], corners[:, 1])
    rows = np.arange(n + 1)
    low = np.maximum(least[np.maximum(rows - RADIUS, 0)] - RADIUS, 0)
    high = np.minimum(most[np.minimum(rows + RADIUS, n)] + RADIUS, m)
    low[0], high[n] = 0, m
    return Band(np.maximum.accumulate(low), np.maximum.accumulate(high))


def _neighbours(left: Side, right: Side) -> list[Neighbour]:
    """Return for each source its nearest targets, and by how much they stand out."""
    units = unit_rows(right.vectors)
    count = min(NEIGHBOURS, len(right) - 1)
    found: list[Neighbour] = []
    for start in range(0, len(left), BLOCK):
        similarity = unit_rows(left.vectors[start : start + BLOCK]) @ units.T
        best = np.argpartition(similarity, -count - 1, axis=1)[:, -count - 1 :]
        values = np.take_along_axis(similarity, best, axis=1)
        values -= values.min(axis=1, keepdims=True)
        rows, columns = np.nonzero(values > 0)
        found += zip(
            (rows + start).tolist(),
            best[rows, columns].tolist(),
            values[rows, columns].tolist(),
            strict=True,
        )
    return found


def _chain(neighbours: Sequence[Neighbour], width: int) -> list[tuple[int, int]]:
    """Return the chain, growing in both coordinates, that weighs most (Fenwick tree of maxima)."""
    ordered = sorted(neighbours, key=lambda point: (point[0], -point[1]))
    # Nodes of the tree: the weight of the best chain that ends in their columns, and its last link.
    tree: list[tuple[float, int]] = [(0.0, -1)] * (width + 1)
    before: list[int] = []
    for link, (_, column, weight) in enumerate(ordered):
        best = _best_of_prefix(tree, column)
        before.append(best[1])
        entry = (best[0] + weight, link)
        k = column + 1
        while k <= width:
            tree[k] = max(tree[k], entry)
            k += k & -k
    link = _best_of_prefix(tree, width)[1]
    chain = []
    while link >= 0:
        chain.append(ordered[link][:2])
        link = before[link]
    return chain[::-1]


def _best_of_prefix(tree: Sequence[tuple[float, int]], stop: int) -> tuple[float, int]:
    best = (0.0, -1)
    while stop > 0:
        best = max(best, tree[stop])
        stop -= stop & -stop
    return best
