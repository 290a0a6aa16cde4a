"""Results as display-neutral tables: which cells there are and which is best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mteval.results import Evaluation, MetricColumn

__all__ = ["Cell", "Column", "Table", "document_table", "plain_table", "system_table"]


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold one cell as text, and whether it is the best of its group."""

    text: str
    best: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """Hold a heading, of one line or more, and whether the column holds numbers."""

    heading: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Hold a table ready for any output; ``groups`` are runs of rows that belong together."""

    title: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[tuple[Cell, ...], ...], ...]

    def marks_best(self) -> bool:
        """Tell whether any cell is marked as best."""
        return any(cell.best for group in self.groups for row in group for cell in row)


def system_table(evaluation: Evaluation) -> Table:
    """Tabulate one row a system; the best complete system of each metric is marked."""
    rows = evaluation.system_rows()
    total = len(evaluation.segment_numbers)
    return Table(
        "Systems",
        (Column("system", False), Column("segments", True), *_metric_columns(evaluation)),
        (_group(rows, ("system",), evaluation.metrics, total),),
    )


def document_table(evaluation: Evaluation) -> Table:
    """Tabulate one row for each document and system; the best of each document is marked."""
    rows = evaluation.document_rows()
    n_systems = len(evaluation.systems)
    sizes = evaluation.document_sizes()
    return Table(
        "Documents",
        (
            Column("document", False),
            Column("system", False),
            Column("segments", True),
            *_metric_columns(evaluation),
        ),
        tuple(
            _group(
                rows[d * n_systems : (d + 1) * n_systems],
                ("document", "system"),
                evaluation.metrics,
                int(sizes[d]),
            )
            for d in range(len(evaluation.documents))
        ),
    )


def _metric_columns(evaluation: Evaluation) -> tuple[Column, ...]:
    return tuple(
        Column(
            f"{metric.label} {'↑' if metric.higher_is_better else '↓'}"
            + (f"\n{metric.variant}" if metric.variant else ""),
            True,
        )
        for metric in evaluation.metrics
    )


def _group(
    rows: Sequence[dict[str, Any]],
    names: tuple[str, ...],
    metrics: Sequence[MetricColumn],
    complete: int,
) -> tuple[tuple[Cell, ...], ...]:
    # Scores over different segments do not compare, so only complete rows can be best; with a
    # single row there is nothing to be better than.
    best: dict[str, float] = {}
    for metric in metrics:
        values = [
            row[metric.name]
            for row in rows
            if row[metric.name] is not None and row["segments"] == complete
        ]
        if len(rows) > 1 and values:
            best[metric.name] = max(values) if metric.higher_is_better else min(values)
    return tuple(
        (
            *(Cell("" if name == "document" and number > 0 else str(row[name])) for name in names),
            Cell(
                str(row["segments"])
                if row["segments"] == complete
                else f"{row['segments']}/{complete}"
            ),
            *(
                Cell("-")
                if row[metric.name] is None
                else Cell(
                    f"{row[metric.name]:.{metric.decimals}f}",
                    row["segments"] == complete and best.get(metric.name) == row[metric.name],
                )
                for metric in metrics
            ),
        )
        for number, row in enumerate(rows)
    )


def plain_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Tabulate rows of text under headings, with nothing marked."""
    return Table(
        title,
        tuple(Column(heading, False) for heading in headings),
        (tuple(tuple(Cell(text) for text in row) for row in rows),),
    )
