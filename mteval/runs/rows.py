"""The rows of an evaluation: one for each system, domain, document, flag and error span."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from mteval.runs.results import CellIndex, Results
from mteval.runs.schema.columns import Names
from mteval.runs.schema.rows import (
    VERDICTS,
    DocumentRow,
    DomainRow,
    ErrorSpanRow,
    FlagRow,
    PairTestRow,
    ScoreLevel,
    SystemRow,
    reference_name,
)

__all__ = [
    "column_names",
    "document_rows",
    "domain_rows",
    "error_span_rows",
    "flag_rows",
    "known_number",
    "pair_test_rows",
    "system_rows",
]


def known_number(value: float) -> float | None:
    """Return a score as rows hold it: None for one that does not exist."""
    return None if math.isnan(value) else float(value)


def column_names(results: Results) -> Names:
    """Return what the columns of tables of an evaluation are named after."""
    return {
        "metrics": [metric.name for metric in results.metrics],
        "flags": [*results.unchecked, *results.flags],
        "verdicts": VERDICTS,
        "references": [reference_name(r) for r in range(len(results.references))],
        "span_metrics": list(results.error_spans),
    }


def system_rows(results: Results) -> list[SystemRow]:
    """Return one row a system, with its scores over all segments that it has."""
    counts = results.document_counts()
    names = [metric.name for metric in results.metrics]
    flagged = {flag: Counter(s for s, _ in cells) for flag, cells in results.flags.items()}
    return [
        SystemRow(
            system=system,
            segments=int(counts[s].sum()),
            scores=_scores(results, "system", s),
            intervals={name: _interval(results, name, s) for name in names},
            ranks={
                name: results.ranks[name][s] if name in results.ranks else None for name in names
            },
            empty_hypotheses=sum(
                text is not None and not text.strip() for text in results.hypotheses[s]
            ),
            flags={
                **dict.fromkeys(results.unchecked),
                **{flag: by_system[s] for flag, by_system in flagged.items()},
            },
            missing_documents=[
                document for d, document in enumerate(results.documents) if counts[s, d] == 0
            ],
        )
        for s, system in enumerate(results.systems)
    ]


def document_rows(results: Results) -> list[DocumentRow]:
    """Return one row for each document and system."""
    counts = results.document_counts()
    return [
        DocumentRow(
            system=system,
            document=document,
            segments=int(counts[s, d]),
            scores=_scores(results, "document", s, d),
        )
        for d, document in enumerate(results.documents)
        for s, system in enumerate(results.systems)
    ]


def domain_rows(results: Results) -> list[DomainRow]:
    """Return one row for each domain and system, with the scores over its documents."""
    counts = results.document_counts()
    belongs = results.domain_documents()
    return [
        DomainRow(
            system=system,
            domain=domain,
            documents=int((counts[s, belongs[g]] > 0).sum()),
            segments=int(counts[s, belongs[g]].sum()),
            scores=_scores(results, "domain", s, g),
        )
        for g, domain in enumerate(results.domains())
        for s, system in enumerate(results.systems)
    ]


def pair_test_rows(results: Results) -> list[PairTestRow]:
    """Return one row for each metric and pair of systems that were tested."""
    return [
        PairTestRow(metric, results.systems[a], results.systems[b], float(table[a, b]))
        for metric, table in results.tests.items()
        for a, b in np.argwhere(np.triu(~np.isnan(table), 1)).tolist()
    ]


def flag_rows(results: Results) -> list[FlagRow]:
    """Return one row for each flag and segment that it marks."""
    return [
        FlagRow(*_location(results, cell), flag, cells[cell])
        for flag, cells in results.flags.items()
        for cell in sorted(cells)
    ]


def error_span_rows(results: Results) -> list[ErrorSpanRow]:
    """Return one row for each error that a metric found in a hypothesis."""
    rows = []
    for metric, found in results.error_spans.items():
        for cell, spans in sorted(found.items()):
            system, document, segment = _location(results, cell)
            rows += [
                ErrorSpanRow(
                    system=system,
                    document=document,
                    segment=segment,
                    metric=metric,
                    start=span.start,
                    end=span.end,
                    text=span.text,
                    severity=span.severity,
                    confidence=span.confidence,
                    reference=span.reference,
                )
                for span in spans
            ]
    return rows


def _scores(results: Results, level: ScoreLevel, *index: int) -> dict[str, float | None]:
    return {
        metric.name: known_number(results.scores[metric.name][level][index])
        for metric in results.metrics
    }


def _interval(results: Results, metric: str, system: int) -> tuple[float, float] | None:
    if metric not in results.intervals:
        return None
    low, high = results.intervals[metric][system]
    return None if np.isnan(low) or np.isnan(high) else (float(low), float(high))


def _location(results: Results, cell: CellIndex) -> tuple[str, str, int]:
    """Return system, document and number of a segment."""
    system, segment = cell
    return (
        results.systems[system],
        results.documents[results.segment_documents[segment]],
        int(results.segment_numbers[segment]),
    )
