"""The lattice: what is known of each pair of paragraphs in a band, from which beads are made."""

from __future__ import annotations

import math

import numpy as np

from mteval.alignment.arrays import Bools, Floats, Ints, Singles
from mteval.alignment.band import Band
from mteval.alignment.beads import MAX_GROUP
from mteval.alignment.coverage import cover_band
from mteval.alignment.rareness import share_tokens
from mteval.alignment.rivals import Rivals, find_rivals
from mteval.alignment.side import Side
from mteval.alignment.speakers import compare_speakers
from mteval.alignment.weights import (
    EXPECTED_LENGTH_VOTES,
    EXTRA_LENGTH,
    MAX_LOG_LENGTH_RATIO,
    MIN_LENGTH_FOR_RATIO,
    MIN_MARGIN,
)

__all__ = ["Lattice"]


class Lattice:
    """What is known of the paragraphs of both sides and of their pairs within a band.

    What is summed over neighbours is kept as sums of the first n paragraphs (n_paragraphs + 1,), a
    pair of lists or arrays is of sources and of targets.

    Attributes:
        left: the sources.
        right: the targets.
        band: where paths may pass.
        dots: products of the vectors of each cell (n_cells,).
        norms: for each side, by size of a group, 1 to 4, the norms of its vectors' sums.
        rivals: for each side what else its paragraphs resemble.
        shared: weight of the tokens that each cell shares (n_cells,).
        totals: for each side sums of the weights of its tokens.
        inside: for each side whether a paragraph is within the text, not above or below it.
        lengths: for each side sums of lengths; of sources, as this translation would have them.
        headings: for each side sums of paragraphs that do not end as sentences do.
        repeats: for each side sums of paragraphs that the next one repeats.
        turns: for each side sums of paragraphs where a question or an answer begins.
        speakers: of each cell 1 for the same speaker, -1 for others, 0 if unknown (n_cells,).
        covered: for each side how well groups of the other cover its paragraphs.
    """

    def __init__(self, left: Side, right: Side, band: Band) -> None:
        self.left, self.right, self.band = left, right, band
        sides = left, right
        rows = np.repeat(np.arange(band.n_sources), band.stop - band.first)
        columns = np.arange(band.cells[-1]) - band.cells[rows] + band.first[rows]
        self.norms = [_group_norms(side.vectors) for side in sides]
        self.dots = np.zeros(len(rows), dtype=np.float32)
        for i in range(band.n_sources):
            a, b = int(band.first[i]), int(band.stop[i])
            self.dots[band.cells[i] : band.cells[i + 1]] = right.vectors[a:b] @ left.vectors[i]
        similarity = self.dots / (self.norms[0][0][rows] * self.norms[1][0][columns])
        similarity = similarity.astype(np.float64)
        self.rivals = (
            find_rivals(similarity, rows, columns, band.n_sources),
            find_rivals(similarity, columns, rows, band.n_targets),
        )
        self.shared, self.totals = share_tokens(left, right, band)
        mutual = _mutual_nearest(self.rivals)
        text = ~left.headings[mutual[0]] & ~right.headings[mutual[1]]
        self.inside = [
            _between(own[text], len(side)) for own, side in zip(mutual, sides, strict=True)
        ]
        scale = math.exp(_log_length_ratio(left, right, self.rivals[0].values, mutual))
        self.lengths = [
            np.concatenate([[0.0], np.cumsum(left.lengths * scale)]),
            np.concatenate([[0.0], np.cumsum(right.lengths)]),
        ]
        self.headings = [_sums(side.headings) for side in sides]
        self.repeats = [_sums(side.repeats) for side in sides]
        self.turns = [_sums(side.turns) for side in sides]
        self.speakers = _compare_labels(left, right, rows, columns)
        self.covered = cover_band(left, right, band)


def _sums(marks: Bools) -> Ints:
    return np.concatenate([[0], np.cumsum(marks)])


def _group_norms(vectors: Singles) -> list[Floats]:
    """Return for groups of 1 to 4 the norms of their sums, by where they start."""
    norms = []
    sums = vectors.astype(np.float32)
    for size in range(1, MAX_GROUP + 1):
        if size > 1:
            sums = sums[: max(len(sums) - 1, 0)] + vectors[size - 1 :]
        norms.append(np.maximum(np.linalg.norm(sums, axis=1).astype(np.float64), 1e-9))
    return norms


def _mutual_nearest(rivals: tuple[Rivals, Rivals]) -> tuple[Ints, Ints]:
    """Return the sources and targets that are each other's nearest."""
    nearest = rivals[0].indices[:, 0], rivals[1].indices[:, 0]
    mutual = nearest[1][nearest[0]] == np.arange(len(nearest[0]))
    own = np.nonzero((nearest[0] >= 0) & mutual)[0]
    return own, nearest[0][own]


def _between(paragraphs: Ints, count: int) -> Bools:
    """Return which paragraphs are neither above the first of some nor below the last."""
    found = np.zeros(count, dtype=bool)
    if len(paragraphs):
        found[paragraphs.min() : paragraphs.max() + 1] = True
    return found


def _log_length_ratio(left: Side, right: Side, values: Floats, mutual: tuple[Ints, Ints]) -> float:
    """Return by how much the target is longer than expected, as a logarithm.

    It is the median over the pairs that are each other's nearest and stand out.
    """
    own, other = mutual
    chosen = values[own, 0] - values[own, 1] > MIN_MARGIN
    chosen &= left.lengths[own] > MIN_LENGTH_FOR_RATIO
    own, other = own[chosen], other[chosen]
    if not len(own):
        return 0.0
    ratios = np.log((right.lengths[other] + EXTRA_LENGTH) / (left.lengths[own] + EXTRA_LENGTH))
    median = float(np.median(ratios)) * len(own) / (len(own) + EXPECTED_LENGTH_VOTES)
    return min(max(median, -MAX_LOG_LENGTH_RATIO), MAX_LOG_LENGTH_RATIO)


def _compare_labels(left: Side, right: Side, rows: Ints, columns: Ints) -> Singles:
    found = np.zeros(len(rows), dtype=np.float32)
    labelled = [np.array([bool(label) for label in s.labels], dtype=bool) for s in (left, right)]
    cells = np.nonzero(labelled[0][rows] & labelled[1][columns])[0]
    pairs = [
        (left.labels[i], right.labels[j])
        for i, j in zip(rows[cells].tolist(), columns[cells].tolist(), strict=True)
    ]
    compared = compare_speakers((left.language, right.language), pairs)
    found[cells] = [compared[pair] for pair in pairs]
    return found
