"""What the steps of an evaluation have found so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mteval.metrics.base import CellIndex
from mteval.runs.results import SegmentStatistics
from mteval.runs.schema.record import InputHashes, MetricColumn
from mteval.runs.schema.rows import ErrorSpan, OccurrenceRow, TermRow

__all__ = ["Findings", "FlagDetails"]

# By flag, the segments that it marks, each with a detail.
FlagDetails = dict[str, Mapping[CellIndex, str]]


@dataclass
class Findings:
    """What an evaluation has found so far; each step adds its own.

    Attributes:
        notes: what a reader must know, in the order it was found.
        columns: how to read the scores of each metric, and of terms.
        statistics: by column, what its scores are made of.
        flags: by flag, the segments that it marks.
        unchecked: names of the output checks that were not made.
        error_spans: by metric that finds errors, those of each segment.
        inputs: SHA-256 of what decided the numbers.
        packages: those whose versions decide the numbers.
        terms: one row for each concept that occurs and each text.
        occurrences: one row for each occurrence of a term and each text.
        term_statuses: by status, how many occurrences are of a term with such a rendering.
    """

    notes: list[str]
    columns: list[MetricColumn] = field(default_factory=list)
    statistics: dict[str, SegmentStatistics] = field(default_factory=dict)
    flags: FlagDetails = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()
    error_spans: dict[str, Mapping[CellIndex, Sequence[ErrorSpan]]] = field(default_factory=dict)
    inputs: InputHashes = field(default_factory=InputHashes)
    packages: set[str] = field(default_factory=lambda: {"numpy"})
    terms: tuple[TermRow, ...] = ()
    occurrences: tuple[OccurrenceRow, ...] = ()
    term_statuses: Mapping[str, int] = field(default_factory=dict)
