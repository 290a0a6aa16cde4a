"""The work of counting, cut into batches of segments that processes can share.

A hypothesis that several systems have in common is counted once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from mteval.metrics.lexical.ngrams import Integers, expand

__all__ = [
    "Batch",
    "BatchTexts",
    "DistinctHypotheses",
    "cut_evenly",
    "distinct_hypotheses",
    "lay_out",
]


class Batch(NamedTuple):
    """Segments that are counted together.

    Attributes:
        make: makes sacrebleu's metric.
        references: of each segment.
        hypotheses: of each segment, the different ones.
    """

    make: Callable[[], Any]
    references: list[tuple[str, ...]]
    hypotheses: list[list[str]]


class BatchTexts(NamedTuple):
    """All texts of a batch: the references of a segment, its hypotheses, the next segment's.

    Attributes:
        texts: all of them.
        segments: index of the segment of each text, (n_texts,).
        hypotheses: indices of the texts that are hypotheses, (n_hypotheses,).
        references: indices of the references of each, (n_hypotheses, n_references).
    """

    texts: list[str]
    segments: Integers
    hypotheses: Integers
    references: Integers


@dataclass(frozen=True, slots=True)
class DistinctHypotheses:
    """The different hypotheses of each segment.

    Attributes:
        texts: of each segment.
        rows: which one a system has, counted over all segments, (n_segments, n_systems); -1 where
            the segment was not translated.
        total: number of all.
    """

    texts: list[list[str]]
    rows: Integers
    total: int


def distinct_hypotheses(
    systems: Sequence[Sequence[str | None]], n_segments: int
) -> DistinctHypotheses:
    """Return the different hypotheses that systems have for each of ``n_segments`` segments."""
    rows = np.full((n_segments, len(systems)), -1, np.int64)
    texts: list[list[str]] = []
    total = 0
    for i in range(n_segments):
        found: dict[str, int] = {}
        rows[i] = [
            -1 if text is None else found.setdefault(text, total + len(found))
            for text in [system[i] for system in systems]
        ]
        texts.append(list(found))
        total += len(found)
    return DistinctHypotheses(texts, rows, total)


def cut_evenly(weights: Sequence[int], limit: int, workers: int) -> Iterator[tuple[int, int]]:
    """Return where batches of segments begin and end, of about equal weight.

    Args:
        weights: the work of each segment.
        limit: weight of a batch where there is plenty of work. Where there is not, batches are
            smaller so that each worker gets two, but not below a sixteenth: a batch must be worth
            handing over.
        workers: how many processes share the work.
    """
    limit = min(limit, max(sum(weights) // (2 * workers), limit // 16))
    begin = weight = 0
    for i, one in enumerate(weights):
        weight += one
        if weight >= limit or i == len(weights) - 1:
            yield begin, i + 1
            begin, weight = i + 1, 0


def lay_out(batch: Batch) -> BatchTexts:
    """Return the texts of a batch, one after another."""
    n_references = len(batch.references[0])
    counts = np.fromiter(map(len, batch.hypotheses), np.int64, len(batch.hypotheses))
    firsts = np.cumsum(counts + n_references) - counts - n_references
    return BatchTexts(
        [
            text
            for pair in zip(batch.references, batch.hypotheses, strict=True)
            for t in pair
            for text in t
        ],
        np.repeat(np.arange(len(counts)), counts + n_references),
        expand(firsts + n_references, counts),
        np.repeat(firsts, counts)[:, None] + np.arange(n_references),
    )
