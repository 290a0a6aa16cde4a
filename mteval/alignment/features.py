"""What speaks for a bead, and how much: the features of the model, weighed.

Similarity of sentence embeddings (as Vecalign, Thompson and Koehn 2019, and Bertalign, Liu and Zhu
2023, have it), by how much it beats that of the neighbours (the margin of Artetxe and Schwenk
2019), lengths, numbers and names that both sides have or one side lacks, headings and speakers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mteval.alignment.arrays import Bools, Floats, Ints, Singles
from mteval.alignment.beads import SHAPES
from mteval.alignment.lattice import Lattice
from mteval.alignment.paths import Scores
from mteval.alignment.weights import (
    ALONE_LENGTH_UNIT,
    BLOCK,
    EXTRA_LENGTH,
    FEATURES,
    MAX_LENGTH_PENALTY,
    OVERLAP_SMOOTHING,
    PART_OVERLAP_SMOOTHING,
)

__all__ = ["alone_features", "bead_features", "score_beads"]

_COLUMNS = {name: column for column, name in enumerate(FEATURES)}
_SHAPE_FEATURES = {
    shape: "pair"
    if shape == (1, 1)
    else "two with two"
    if shape == (2, 2)
    else f"group of {max(shape)}"
    for shape in SHAPES
}
# A name of FEATURES, and its value for each bead.
Column = tuple[str, Floats | Singles | Bools | float]


def score_beads(lattice: Lattice, weights: Floats) -> Scores:
    """Return the weight of every bead, features (FEATURES) weighed with ``weights``."""
    band = lattice.band
    beads: list[Singles] = []
    for shape in SHAPES:
        scores = np.full(band.n_nodes, -np.inf, dtype=np.float32)
        for start in range(0, band.n_sources + 1, BLOCK):
            stop = min(start + BLOCK, band.n_sources + 1)
            nodes, matrix = bead_features(lattice, shape, start, stop)
            scores[nodes] = matrix @ weights
        beads.append(scores)
    return Scores(beads, alone_features(lattice, 0) @ weights, alone_features(lattice, 1) @ weights)


def alone_features(lattice: Lattice, side: int) -> Floats:
    """Return the features of the beads of one paragraph alone (n_paragraphs, n_features)."""
    own = (lattice.left, lattice.right)[side]
    return _matrix(
        len(own),
        [
            ("none", 1.0),
            ("none, heading", own.headings),
            ("none, heading inside", own.headings & lattice.inside[side]),
            ("none, length", np.log((own.lengths + EXTRA_LENGTH) / ALONE_LENGTH_UNIT)),
            ("none, likeness", lattice.rivals[side].values[:, 0]),
        ],
    )


def bead_features(
    lattice: Lattice, shape: tuple[int, int], start: int, stop: int
) -> tuple[Ints, Floats]:
    """Return the features of the beads of one shape that end in rows ``start`` up to ``stop``.

    Returns:
        The numbers of the nodes where they end, and their features (n_beads, n_features).
    """
    beads = _Beads(lattice, shape, start, stop)
    columns = [
        (_SHAPE_FEATURES[shape], 1.0),
        *beads.similarities(),
        *beads.lengths(),
        *beads.tokens(),
        *beads.headings_and_speakers(),
        *beads.coverage(),
    ]
    return beads.nodes, _matrix(len(beads.nodes), columns)


def _matrix(count: int, columns: list[Column]) -> Floats:
    matrix = np.zeros((count, len(FEATURES)))
    for name, values in columns:
        matrix[:, _COLUMNS[name]] = values
    return matrix


class _Beads:
    """The beads of one shape that end in some rows; each method yields some of their features.

    Attributes:
        nodes: numbers of the nodes where they end (n_beads,).
        starts: first source and first target of each (n_beads,).
        cells: numbers of the cells of its p-th source and q-th target.
        dots: products of the vectors of these cells.
        similarity: cosine of both sides (n_beads,).
        is_pair: whether they pair one with one.
        kind: how features name that.
    """

    def __init__(self, lattice: Lattice, shape: tuple[int, int], start: int, stop: int) -> None:
        self.lattice, self.shape = lattice, shape
        band = lattice.band
        i, j = band.nodes(start, stop)
        r, c = i - shape[0], j - shape[1]
        fits = (r >= 0) & (c >= 0)
        fits &= (c >= band.low[np.maximum(r, 0)]) & (c <= band.high[np.maximum(r, 0)])
        self.nodes = np.arange(band.offsets[start], band.offsets[stop])[fits]
        self.starts = r, c = r[fits], c[fits]
        self.cells = [[band.cell(r + p, c + q) for q in range(shape[1])] for p in range(shape[0])]
        self.dots = [[lattice.dots[cell].astype(np.float64) for cell in row] for row in self.cells]
        norms = lattice.norms[0][shape[0] - 1][r] * lattice.norms[1][shape[1] - 1][c]
        self.similarity = sum(map(sum, self.dots)) / norms
        self.is_pair = shape == (1, 1)
        self.kind = "pair" if self.is_pair else "group"

    def _sums(self, sums: list[Floats] | list[Ints]) -> list[Floats]:
        """Return what each bead has on each side, of sums of the first n paragraphs."""
        return [
            side[first + count] - side[first]
            for side, first, count in zip(sums, self.starts, self.shape, strict=True)
        ]

    def similarities(self) -> Iterator[Column]:
        """Yield how alike both sides are, the parts too, and by how much they beat their rivals."""
        (a, b), (r, c), dots, norms = self.shape, self.starts, self.dots, self.lattice.norms
        rivals = self.lattice.rivals
        parts, margins = [], []
        for p in range(a):
            alike = sum(dots[p]) / (norms[0][0][r + p] * norms[1][b - 1][c])
            parts.append(alike)
            margins.append(alike - rivals[0].mean(r + p, c, b))
        for q in range(b):
            alike = sum(row[q] for row in dots) / (norms[0][a - 1][r] * norms[1][0][c + q])
            parts.append(alike)
            margins.append(alike - rivals[1].mean(c + q, r, a))
        yield f"similarity of {self.kind}", self.similarity
        yield f"margin of {self.kind}", np.mean(margins, axis=0)
        yield "least margin", np.min(margins, axis=0)
        if not self.is_pair:
            yield "least similarity of a part", np.min(parts, axis=0)
            yield "gain by grouping", self.similarity - self._without_an_end()

    def _without_an_end(self) -> Floats:
        """Return the best similarity of what a group would be without its first or last part."""
        (a, b), (r, c), dots, norms = self.shape, self.starts, self.dots, self.lattice.norms
        if a == b:
            return np.asarray(
                (
                    dots[0][0] / (norms[0][0][r] * norms[1][0][c])
                    + dots[1][1] / (norms[0][0][r + 1] * norms[1][0][c + 1])
                )
                / 2
            )
        if b == 1:
            column = [row[0] for row in dots]
            head = sum(column[:-1]) / (norms[0][a - 2][r] * norms[1][0][c])
            tail = sum(column[1:]) / (norms[0][a - 2][r + 1] * norms[1][0][c])
        else:
            head = sum(dots[0][:-1]) / (norms[0][0][r] * norms[1][b - 2][c])
            tail = sum(dots[0][1:]) / (norms[0][0][r] * norms[1][b - 2][c + 1])
        return np.asarray(np.maximum(head, tail))

    def lengths(self) -> Iterator[Column]:
        """Yield how far apart the lengths of both sides are, as logarithms."""
        left, right = (sums + EXTRA_LENGTH for sums in self._sums(self.lattice.lengths))
        length = np.abs(np.log(right / left))
        yield "length" if self.is_pair else "length of group", length
        yield "length squared", np.minimum(length**2, MAX_LENGTH_PENALTY)

    def tokens(self) -> Iterator[Column]:
        """Yield the weights of tokens that both sides have, or one side alone."""
        shares = [
            [self.lattice.shared[cell].astype(np.float64) for cell in row] for row in self.cells
        ]
        totals = self._sums(self.lattice.totals)
        shared = np.minimum(sum(map(sum, shares)), np.minimum(*totals))
        yield "shared", np.log1p(shared)
        yield "source alone", np.log1p(np.maximum(totals[0] - shared, 0.0))
        yield "target alone", np.log1p(np.maximum(totals[1] - shared, 0.0))
        yield "overlap", 2 * shared / (totals[0] + totals[1] + OVERLAP_SMOOTHING)
        if not self.is_pair:
            yield "least overlap of a part", self._least_overlap(shares)

    def _least_overlap(self, shares: list[list[Floats]]) -> Floats:
        """Return the least share of a part's tokens that the other side has; 1 for no tokens."""
        least = np.ones(len(self.nodes))
        for side, count in enumerate(self.shape):
            if count == 1:
                continue
            sums, first = self.lattice.totals[side], self.starts[side]
            for p in range(count):
                own = sums[first + p + 1] - sums[first + p]
                found = sum(shares[p]) if side == 0 else sum(row[p] for row in shares)
                ratio = (found + PART_OVERLAP_SMOOTHING) / (own + PART_OVERLAP_SMOOTHING)
                least = np.minimum(least, np.where(own > 0, ratio, 1.0))
        return least

    def headings_and_speakers(self) -> Iterator[Column]:
        """Yield whether both sides, or one, end as headings or questions do, and who speaks."""
        lattice, (a, b), (r, c) = self.lattice, self.shape, self.starts
        last = lattice.left.headings[r + a - 1], lattice.right.headings[c + b - 1]
        asks = lattice.left.questions[r + a - 1], lattice.right.questions[c + b - 1]
        yield "headings alike", (last[0] & last[1]) * self.similarity
        yield "both headings", last[0] & last[1]
        yield "one heading", last[0] ^ last[1]
        yield "questions differ", asks[0] ^ asks[1]
        yield "speakers", lattice.speakers[self.cells[0][0]]
        if not self.is_pair:
            headings = self._sums(lattice.headings)
            yield "headings in group", headings[0] + headings[1] - (last[0] & last[1])
            # The last paragraph may repeat what follows, the first may begin a turn.
            yield (
                "repeats in group",
                sum(
                    sums[first + count - 1] - sums[first]
                    for sums, first, count in zip(
                        lattice.repeats, self.starts, self.shape, strict=True
                    )
                ),
            )
            yield (
                "turns in group",
                sum(
                    sums[first + count] - sums[first + 1]
                    for sums, first, count in zip(
                        lattice.turns, self.starts, self.shape, strict=True
                    )
                ),
            )

    def coverage(self) -> Iterator[Column]:
        """Yield how well each part is covered by the other side, and what grouping adds to it."""
        covered, cells, (a, b) = self.lattice.covered, self.cells, self.shape
        covers = [covered[0][b - 1][cells[p][0]] for p in range(a)]
        covers += [covered[1][a - 1][cells[0][q]] for q in range(b)]
        yield f"coverage of {self.kind}", np.mean(covers, axis=0)
        yield "least coverage", np.min(covers, axis=0)
        if a == 1 < b:
            before = covered[0][b - 2][cells[0][0]], covered[0][b - 2][cells[0][1]]
            yield "gain of coverage", covers[0] - np.maximum(*before)
        elif b == 1 < a:
            before = covered[1][a - 2][cells[0][0]], covered[1][a - 2][cells[1][0]]
            yield "gain of coverage", covers[-1] - np.maximum(*before)
