"""An evaluation as users of Python have it: its results, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mteval.runs.record import fingerprint, run_record, score_document
from mteval.runs.results import Results
from mteval.runs.rows import document_rows, domain_rows, error_span_rows, flag_rows, system_rows
from mteval.runs.schema.record import RunRecord
from mteval.runs.tables import FrameName, frame, notebook_html, score_table, segment_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["Evaluation"]


@dataclass(frozen=True, repr=False)
class Evaluation(Results):
    """Every number of one evaluation, and the texts that it is about.

    A score that does not exist (a document that a system has not translated) is NaN in the arrays,
    None in rows, null in JSON and empty in files; never 0. What it has besides the attributes of
    Results is made by the modules rows, tables and record; rows come as the dictionaries that JSON
    has, one key a metric.
    """

    def system_rows(self) -> list[dict[str, Any]]:
        """Return one row a system, with its scores over all segments that it has."""
        return [row.as_dict() for row in system_rows(self)]

    def document_rows(self) -> list[dict[str, Any]]:
        """Return one row for each document and system."""
        return [row.as_dict() for row in document_rows(self)]

    def domain_rows(self) -> list[dict[str, Any]]:
        """Return one row for each domain and system, with the scores over its documents."""
        return [row.as_dict() for row in domain_rows(self)]

    def flag_rows(self) -> list[dict[str, Any]]:
        """Return one row for each flag and segment that it marks."""
        return [row.as_dict() for row in flag_rows(self)]

    def error_span_rows(self) -> list[dict[str, Any]]:
        """Return one row for each error that a metric found in a hypothesis."""
        return [row.as_dict() for row in error_span_rows(self)]

    def frame(self, table: FrameName) -> pd.DataFrame:
        """Return a table as a pandas DataFrame: scores, one column a metric, or terms.

        Args:
            table: a row is a system, a domain of a system, a document of a system, a segment of a
                system, a term of a text, or an occurrence of a term in a text.
        """
        return frame(self, table)

    def segment_table(self) -> pa.Table:
        """Return one row for each segment that a system has: texts, scores, flags."""
        return segment_table(self)

    def score_table(self) -> pa.Table:
        """Return every number on a row of its own, with its metric, level, system and location."""
        return score_table(self)

    def fingerprint(self) -> str:
        """Return a hash of everything that decides the numbers: texts, signatures, versions."""
        return fingerprint(self)

    def run_record(self, run: str, created: datetime, command: Sequence[str]) -> RunRecord:
        """Return what was computed from what, by which versions, with which command."""
        return run_record(self, run, created, command)

    def document(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return the one JSON document that ``mteval score --json`` prints."""
        return score_document(self, record)

    def _repr_html_(self) -> str:
        """Return the scores of systems as a notebook shows them."""
        return notebook_html(self)
