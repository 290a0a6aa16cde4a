"""The scores of documents as heat maps, one for each metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mteval.runs.best import ScoredRow, best_systems
from mteval.runs.results import Results
from mteval.runs.rows import document_rows, domain_rows
from mteval.runs.schema.record import MetricColumn
from mteval.runs.shown import number_text
from mteval.views.score_tables import domain_name

__all__ = ["HeatMap", "heat_maps"]


@dataclass(frozen=True, slots=True)
class _Score:
    """A score as text, empty where there is none; heat is 0 for the worst, 100 for the best."""

    text: str
    best: bool
    heat: int


@dataclass(frozen=True, slots=True)
class _Line:
    """The scores of systems for a document or domain.

    Attributes:
        document: its name.
        segments: how many it has.
        first: index of the first segment of a document; None of a domain.
        cells: a score for each system.
    """

    document: str
    segments: int
    first: int | None
    cells: Sequence[_Score]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The scores by one metric: of domains, then of documents, by system."""

    heading: str
    domains: Sequence[_Line]
    rows: Sequence[_Line]


def heat_maps(results: Results) -> list[HeatMap]:
    """Return document x system for each metric."""
    sizes = results.document_sizes()
    domain_sizes = (results.domain_documents() @ sizes).tolist()
    starts = np.searchsorted(results.segment_documents, np.arange(len(sizes))).tolist()
    n_systems = len(results.systems)
    of_domains, of_documents = (
        [rows[n : n + n_systems] for n in range(0, len(rows), n_systems)]
        for rows in (domain_rows(results), document_rows(results))
    )
    maps = []
    for metric in results.metrics:
        scale = _Scale.of(results, metric)
        maps.append(
            HeatMap(
                metric.heading,
                [
                    scale.line(domain_name(domain), None, size, rows)
                    for domain, size, rows in zip(
                        results.domains(), domain_sizes, of_domains, strict=True
                    )
                ],
                [
                    scale.line(document, start, size, rows)
                    for document, start, size, rows in zip(
                        results.documents, starts, sizes.tolist(), of_documents, strict=True
                    )
                ],
            )
        )
    return maps


@dataclass(frozen=True, slots=True)
class _Scale:
    """From the lowest to the highest score that a document has by a metric."""

    metric: MetricColumn
    low: float
    high: float

    @classmethod
    def of(cls, results: Results, metric: MetricColumn) -> _Scale:
        scores = results.scores[metric.name]["document"]
        known = scores[~np.isnan(scores)]
        low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
        return cls(metric, low, high)

    def line(self, name: str, first: int | None, size: int, rows: Sequence[ScoredRow]) -> _Line:
        """Return the scores for a document or domain of this name and size."""
        best = best_systems(rows, self.metric, size)
        scores = [(row.system, row.scores[self.metric.name]) for row in rows]
        cells = [
            _Score("", False, 0)
            if score is None
            else _Score(number_text(score, self.metric.decimals), system in best, self._heat(score))
            for system, score in scores
        ]
        return _Line(name, size, first, cells)

    def _heat(self, score: float) -> int:
        share = (score - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        better = share if self.metric.higher_is_better else 1 - share
        return round(100 * min(max(better, 0.0), 1.0))
