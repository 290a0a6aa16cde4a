"""How well the sentences of a paragraph are found on the other side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mteval.alignment.arrays import Floats, Singles
from mteval.alignment.band import Band
from mteval.alignment.beads import MAX_GROUP
from mteval.alignment.side import Side

__all__ = ["cover_band", "coverage_by"]


def coverage_by(own: Side, other: Side, n: int, others: Sequence[int]) -> float:
    """Return how well neighbouring paragraphs of the other side cover one.

    Returns:
        The mean, weighted by length, over its sentences of the best cosine with one of theirs.
    """
    mine = slice(int(own.starts[n]), int(own.starts[n + 1]))
    theirs = slice(int(other.starts[others[0]]), int(other.starts[others[-1] + 1]))
    alike = own.sentences[mine].astype(np.float32) @ other.sentences[theirs].astype(np.float32).T
    return float(own.weights[mine] @ alike.max(axis=1))


def cover_band(left: Side, right: Side, band: Band) -> tuple[list[Singles], list[Singles]]:
    """Return how well groups of the other side cover each source, and each target.

    Returns:
        For sources: by size of the group, 1 to 4, an array over the cells; the value of a cell is
        the coverage of its source by the group that begins at its target. For targets likewise.
    """
    size = int(band.cells[-1])
    sides: tuple[list[Singles], list[Singles]] = (
        [np.zeros(size, dtype=np.float32) for _ in range(MAX_GROUP)],
        [np.zeros(size, dtype=np.float32) for _ in range(MAX_GROUP)],
    )
    for i in range(band.n_sources):
        at = slice(int(band.cells[i]), int(band.cells[i + 1]))
        found = _coverage(left, right, i, int(band.first[i]), int(band.stop[i]))
        for out, values in zip(sides[0], found, strict=True):
            out[at] = values
    # Cells of a column are those of neighbouring rows, as both bounds grow with the row.
    columns = np.arange(band.n_targets)
    first = np.searchsorted(band.stop, columns, side="right")
    stop = np.searchsorted(band.first, columns, side="right")
    for j in range(band.n_targets):
        rows = np.arange(first[j], stop[j])
        cells = band.cell(rows, np.full(len(rows), j))
        found = _coverage(right, left, j, int(first[j]), int(stop[j]))
        for out, values in zip(sides[1], found, strict=True):
            out[cells] = values
    return sides


def _coverage(own: Side, other: Side, n: int, first: int, stop: int) -> list[Floats]:
    """Return by size how well groups that begin at ``first`` up to ``stop`` cover a paragraph."""
    if stop <= first:
        return [np.zeros(0)] * MAX_GROUP
    mine = slice(int(own.starts[n]), int(own.starts[n + 1]))
    start, end = int(other.starts[first]), int(other.starts[stop])
    others = other.sentences[start:end].astype(np.float32)
    similarity = own.sentences[mine].astype(np.float32) @ others.T
    single = np.maximum.reduceat(similarity, other.starts[first:stop] - start, axis=1)
    best = single.copy()
    found = []
    for size in range(1, MAX_GROUP + 1):
        # A range too near the end for so many keeps what fewer of them cover; no bead asks.
        kept = max(stop - first - size + 1, 0)
        np.maximum(best[:, :kept], single[:, size - 1 :], out=best[:, :kept])
        found.append(own.weights[mine] @ best)
    return found
