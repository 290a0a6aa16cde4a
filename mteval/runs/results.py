"""What an evaluation found: its numbers, and the texts that they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from mteval.runs.schema.record import InputHashes, MetricColumn, ResamplingRecord
from mteval.runs.schema.rows import ErrorSpan, OccurrenceRow, ScoreLevel, TermRow
from mteval.wording import counted, listing

__all__ = [
    "RESAMPLE_UNITS",
    "CellIndex",
    "ResampleUnit",
    "Results",
    "SegmentStatistics",
    "domain_documents",
    "domain_names",
    "unit_statistics",
]

# What is drawn at once where scores are resampled.
ResampleUnit = Literal["segments", "documents"]
RESAMPLE_UNITS: tuple[ResampleUnit, ...] = get_args(ResampleUnit)
# Indices of a system and of a segment.
CellIndex = tuple[int, int]
_Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SegmentStatistics:
    """What a metric counted, and what makes scores of it.

    Attributes:
        values: (n_systems, n_segments, k); a segment that is not translated is a row of 0.
        score: from summed statistics (..., k) to scores (...).
        segment_score: from the statistics of single segments (..., k) to scores (...).
    """

    values: _Array
    score: Callable[[_Array], _Array]
    segment_score: Callable[[_Array], _Array]


def unit_statistics(
    statistics: Mapping[str, SegmentStatistics], sizes: Sequence[int], unit: ResampleUnit
) -> dict[str, SegmentStatistics]:
    """Return statistics summed over what is resampled: segments as they are, or whole documents."""
    if unit == "segments":
        return dict(statistics)
    starts = np.cumsum([0, *sizes[:-1]])
    return {
        name: replace(found, values=np.add.reduceat(found.values, starts, axis=1))
        for name, found in statistics.items()
    }


def domain_names(document_domains: Sequence[str | None]) -> list[str | None]:
    """Return the domains in the order of their first documents; none where no document has one.

    None stands for documents without a domain among those that have one.
    """
    found = list(dict.fromkeys(document_domains))
    return found if any(found) else []


def domain_documents(document_domains: Sequence[str | None]) -> npt.NDArray[np.bool_]:
    """Return which documents belong to which domain: shape (n_domains, n_documents)."""
    names = domain_names(document_domains)
    belongs = [[own == name for own in document_domains] for name in names]
    return np.array(belongs, dtype=bool).reshape(len(names), len(document_domains))


@dataclass(frozen=True, repr=False)
class Results:
    """Every number of one evaluation, and the texts that it is about.

    A score that does not exist (a document that a system has not translated) is NaN in the arrays.

    Attributes:
        systems: names, n_systems of them.
        documents: ids, n_documents of them, in order.
        segment_documents: for each of n_segments segments, the index of its document.
        segment_numbers: its number within the document, from 1.
        sources: n_segments texts, or None.
        references: n_references columns of n_segments texts.
        hypotheses: n_systems lists of n_segments texts; None is not translated.
        metrics: what was computed.
        scores: by metric and level; shapes (n_systems,), (n_systems, n_domains),
            (n_systems, n_documents), (n_systems, n_segments).
        inputs: SHA-256 of every text that went in.
        versions: what computed the scores.
        notes: what a reader must know: skipped paths, empty hypotheses, missing documents.
        flags: by flag, the segments it marks, each with a detail.
        unchecked: names of the flags that nobody looked for.
        error_spans: by metric, for metrics that find errors, those of each segment.
        terms: one row for each concept that occurs and each text, references too: what it has.
        occurrences: one row for each occurrence of a term and each text: verdict and rendering.
        term_statuses: by status of the termbase, how many occurrences are of a term with such a
            rendering.
        document_domains: for each document its domain, or None.
        statistics: by metric, what the scores were made of.
        intervals: by metric, the 95 % interval of system scores, (n_systems, 2); none for metrics
            that could not be resampled.
        tests: by metric, the p-value of every pair of complete systems (paired bootstrap, corrected
            by Holm for all pairs): (n_systems, n_systems), NaN where no test was made.
        ranks: by metric, the rank of each system: a new one begins where every system before is
            significantly better (5 %) than every one after; None for systems that lack segments.
        resampling: samples, seed and unit behind them.
    """

    systems: tuple[str, ...]
    documents: tuple[str, ...]
    segment_documents: npt.NDArray[np.int64]
    segment_numbers: npt.NDArray[np.int64]
    sources: Sequence[str] | None
    references: Sequence[Sequence[str]]
    hypotheses: Sequence[Sequence[str | None]]
    metrics: tuple[MetricColumn, ...]
    scores: Mapping[str, Mapping[ScoreLevel, _Array]]
    inputs: InputHashes
    versions: Mapping[str, str]
    notes: tuple[str, ...] = ()
    flags: Mapping[str, Mapping[CellIndex, str]] = field(default_factory=dict)
    error_spans: Mapping[str, Mapping[CellIndex, Sequence[ErrorSpan]]] = field(default_factory=dict)
    terms: Sequence[TermRow] = ()
    occurrences: Sequence[OccurrenceRow] = ()
    term_statuses: Mapping[str, int] = field(default_factory=dict)
    document_domains: Sequence[str | None] = ()
    statistics: Mapping[str, SegmentStatistics] = field(default_factory=dict)
    intervals: Mapping[str, _Array] = field(default_factory=dict)
    tests: Mapping[str, _Array] = field(default_factory=dict)
    ranks: Mapping[str, Sequence[int | None]] = field(default_factory=dict)
    resampling: ResamplingRecord = field(default_factory=ResamplingRecord)
    unchecked: Sequence[str] = ()

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} of {listing(self.systems)}: "
            f"{counted(len(self.documents), 'document')}, "
            f"{counted(len(self.segment_numbers), 'segment')}, "
            f"{', '.join(m.name for m in self.metrics)}>"
        )

    def domains(self) -> list[str | None]:
        """Return the domains in the order of their first documents, as ``domain_names`` does."""
        return domain_names(self.document_domains)

    def domain_documents(self) -> npt.NDArray[np.bool_]:
        """Return which documents belong to which domain: shape (n_domains, n_documents)."""
        return domain_documents(self.document_domains or (None,) * len(self.documents))

    def document_sizes(self) -> npt.NDArray[np.int64]:
        """Return the number of segments of each document: shape (n_documents,)."""
        return np.bincount(self.segment_documents, minlength=len(self.documents))

    def document_counts(self) -> npt.NDArray[np.int64]:
        """Return the number of segments scored: shape (n_systems, n_documents)."""
        starts = np.searchsorted(self.segment_documents, np.arange(len(self.documents)))
        return np.add.reduceat(self.translated().astype(np.int64), starts, axis=1)

    def translated(self) -> npt.NDArray[np.bool_]:
        """Return which segments each system has: shape (n_systems, n_segments)."""
        return np.array([[text is not None for text in system] for system in self.hypotheses])

    def signatures(self) -> dict[str, str]:
        """Return by metric the signature of its system and document scores."""
        return {metric.name: metric.signature for metric in self.metrics if metric.is_metric}

    def term_signature(self) -> str | None:
        """Return the signature of the verdicts on terms, if there are any."""
        return next((m.signature for m in self.metrics if not m.is_metric), None)
