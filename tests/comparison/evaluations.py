"""Small evaluations made of numbers, so that what a comparison of them shows can be worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mteval.metrics.base import mean
from mteval.runs.evaluation import Evaluation
from mteval.runs.results import SegmentStatistics
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import OccurrenceRow

Array = npt.NDArray[np.float64]


def column(name: str = "points", *, higher_is_better: bool = True, **more: Any) -> MetricColumn:
    """Describe a metric."""
    return MetricColumn(name, name, higher_is_better, 1, "signature", "signature", **more)


def evaluation_of(
    scores: Mapping[MetricColumn, Sequence[Sequence[float]]],
    sizes: Sequence[int] | None = None,
    *,
    systems: Sequence[str] | None = None,
    references: Sequence[str] | None = None,
    hypotheses: Sequence[Sequence[str | None]] | None = None,
    occurrences: Sequence[OccurrenceRow] = (),
) -> Evaluation:
    """Make an evaluation whose scores are means over the segments that have one (NaN: none).

    Args:
        scores: by metric, those of segments: (n_systems, n_segments).
        sizes: how many segments each document has; one document by default.
        systems: names; a, b, c... by default.
        references: texts, none by default.
        hypotheses: by system, texts.
        occurrences: of terms.
    """
    arrays = {metric.name: np.array(values, np.float64) for metric, values in scores.items()}
    n_systems, n_segments = next(iter(arrays.values())).shape
    sizes = [n_segments] if sizes is None else sizes
    starts = np.cumsum([0, *sizes[:-1]])
    statistics = {name: _statistics(values) for name, values in arrays.items()}
    return Evaluation(
        systems=tuple("abcdefgh"[:n_systems]) if systems is None else tuple(systems),
        documents=tuple(f"d{n}" for n in range(len(sizes))),
        segment_documents=np.repeat(np.arange(len(sizes)), sizes),
        segment_numbers=np.concatenate([np.arange(1, size + 1) for size in sizes]),
        sources=None,
        references=[] if references is None else [references],
        hypotheses=[["text"] * n_segments] * n_systems if hypotheses is None else hypotheses,
        metrics=tuple(scores),
        scores={
            name: {
                "system": mean(found.values.sum(axis=1)),
                "document": mean(np.add.reduceat(found.values, starts, axis=1)),
                "segment": arrays[name],
            }
            for name, found in statistics.items()
        },
        inputs={},
        versions={},
        occurrences=occurrences,
        statistics=statistics,
    )


def _statistics(values: Array) -> SegmentStatistics:
    known = ~np.isnan(values)
    return SegmentStatistics(np.stack([np.where(known, values, 0), known], axis=-1), mean, mean)
