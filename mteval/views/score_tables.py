"""The tables of scores: by system, domain and document."""

from __future__ import annotations

from collections.abc import Sequence

from mteval.runs.best import ScoredRow, best_systems
from mteval.runs.results import Results
from mteval.runs.rows import document_rows, domain_rows, system_rows
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import SystemRow
from mteval.runs.shown import detail_text, number_text, segments_text
from mteval.views.tables import Cell, Column, Table

__all__ = [
    "document_table",
    "domain_name",
    "domain_table",
    "flags_text",
    "system_table",
]


def system_table(results: Results) -> Table:
    """Return one row a system; the best complete system of each metric is marked."""
    rows = system_rows(results)
    scored = _group(rows, None, results.metrics, len(results.segment_numbers))
    flags = [flags_text(row) for row in rows]
    return Table(
        "Systems",
        (
            Column("system", key=True),
            Column("segments", True, optional=1),
            *_metric_columns(results),
            *((Column("flagged segments", optional=2),) if any(flags) else ()),
        ),
        (
            tuple(
                (*cells, *((Cell(text),) if any(flags) else ()))
                for cells, text in zip(scored, flags, strict=True)
            ),
        ),
    )


def domain_table(results: Results) -> Table:
    """Return one row for each domain and system; the best of each domain is marked."""
    sizes = (results.domain_documents() @ results.document_sizes()).tolist()
    labels = [domain_name(domain) for domain in results.domains()]
    return _grouped_table("Domains", "domain", labels, domain_rows(results), sizes, results)


def document_table(results: Results) -> Table:
    """Return one row for each document and system; the best of each document is marked."""
    sizes = results.document_sizes().tolist()
    rows = document_rows(results)
    return _grouped_table("Documents", "document", results.documents, rows, sizes, results)


def domain_name(domain: str | None) -> str:
    """Return the name of a domain for reading; documents without one have a name too."""
    return domain or "(none)"


def flags_text(row: SystemRow) -> str:
    """Return how many segments of a system have which flag; empty if none has any.

    Of a system that was not checked it says so, and which other flags there are.
    """
    unchecked = ["not checked"] if None in row.flags.values() else []
    return ", ".join([*(f"{n} {flag}" for flag, n in row.flags.items() if n), *unchecked])


def _grouped_table(
    title: str,
    heading: str,
    labels: Sequence[str],
    rows: Sequence[ScoredRow],
    sizes: Sequence[int],
    results: Results,
) -> Table:
    """Return a table of groups, a row for each system in each.

    Args:
        title: of the table.
        heading: of the column of labels.
        labels: of the groups.
        rows: those of the first group, then those of the next.
        sizes: of the groups, in segments.
        results: that the rows are of.
    """
    n_systems = len(results.systems)
    return Table(
        title,
        (
            Column(heading, group=True),
            Column("system", key=True),
            Column("segments", True, optional=1),
            *_metric_columns(results),
        ),
        tuple(
            _group(rows[g * n_systems : (g + 1) * n_systems], label, results.metrics, sizes[g])
            for g, label in enumerate(labels)
        ),
    )


def _metric_columns(results: Results) -> tuple[Column, ...]:
    return tuple(
        Column(metric.heading + (f"\n{metric.variant}" if metric.variant else ""), True)
        for metric in results.metrics
    )


def _group(
    rows: Sequence[ScoredRow],
    label: str | None,
    metrics: Sequence[MetricColumn],
    n_segments: int,
) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of a group: its label in the first, if it has one; systems and scores."""
    best = {metric.name: best_systems(rows, metric, n_segments) for metric in metrics}

    def scored(row: ScoredRow, metric: MetricColumn) -> Cell:
        score = row.scores[metric.name]
        if score is None:
            return Cell("-")
        return Cell(
            number_text(score, metric.decimals),
            row.system in best[metric.name],
            detail_text(row, metric) if isinstance(row, SystemRow) else "",
        )

    return tuple(
        (
            *(() if label is None else (Cell("" if number else label),)),
            Cell(row.system),
            Cell(segments_text(row.segments, n_segments)),
            *(scored(row, metric) for metric in metrics),
        )
        for number, row in enumerate(rows)
    )
