"""The history of runs, and what queries found in it, as tables for the screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mteval.views.history_document import (
    HistoryRun,
    HistoryScores,
    HistorySystem,
    ScorePoint,
    changed_terms,
    creation_time,
    rate_text,
)
from mteval.views.tables import Cell, Column, Table, key_columns, plain_table

__all__ = ["RUNS_SHOWN", "history_tables", "query_table"]

# What tables show of a long history; --json and the page have all.
RUNS_SHOWN = 50
# As many steps of a trend as fit into a line of the screen.
_MAX_STEPS = 8


def history_tables(history: Mapping[str, Any]) -> tuple[Table, ...]:
    """Return the tables of a history: runs with what changed, trends of scores, changed terms.

    Args:
        history: as ``mteval history --json`` prints it.
    """
    scores = HistoryScores.of(history)
    tables = [_run_table(scores)]
    trends = scores.document["trends"]["systems"]
    if any(len(trend["runs"]) > 1 for trend in trends):
        tables.append(
            plain_table(
                "Scores over runs",
                (*key_columns("system", "metric"), "scores"),
                [
                    (
                        trend["system"],
                        scores.label(trend),
                        _latest(scores.step_text(trend, p) for p in trend["runs"]),
                    )
                    for trend in trends
                ],
            )
        )
    changed = changed_terms(scores.document)
    if changed:
        tables.append(
            plain_table(
                "Right renderings of each term that changed",
                (*key_columns("system", "term"), "right of occurrences"),
                [
                    (
                        row["system"],
                        row["source"] or row["concept"],
                        _latest(map(rate_text, row["runs"])),
                    )
                    for row in changed
                ],
            )
        )
    return tuple(tables)


def query_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], n_found: int | None = None
) -> Table:
    """Return what a query found as a table; a missing value is an empty cell.

    Args:
        columns: names.
        rows: those to show.
        n_found: how many it found; those by default.
    """
    n_found = len(rows) if n_found is None else n_found
    shown = f"{len(rows):,} of " if n_found > len(rows) else ""
    numeric = [
        any(row[n] is not None for row in rows)
        and all(isinstance(row[n], (int, float, type(None))) for row in rows)
        for n in range(len(columns))
    ]
    return Table(
        f"{shown}{n_found:,} row{'' if n_found == 1 else 's'}",
        tuple(Column(name, number) for name, number in zip(columns, numeric, strict=True)),
        (tuple(tuple(Cell("" if v is None else str(v)) for v in row) for row in rows),),
    )


def _run_table(scores: HistoryScores) -> Table:
    """Return a group of rows for each of the last runs: a row a system."""
    return Table(
        "Runs",
        (
            Column("run", group=True),
            Column("created (UTC)", group=True),
            Column("system", key=True),
            Column("segments", True, optional=1),
            *(Column(heading, True) for heading in scores.headings.values()),
            Column("changed since the run before"),
        ),
        tuple(_run_rows(run, scores) for run in scores.document["runs"][-RUNS_SHOWN:]),
    )


def _run_rows(run: HistoryRun, scores: HistoryScores) -> tuple[tuple[Cell, ...], ...]:
    name, time = Cell(run["run"]), Cell(creation_time(run))
    if not run["systems"]:
        blank = [Cell("")] * (len(scores.headings) + 2)
        return ((name, time, *blank, Cell("; ".join(run["changed"]))),)
    return tuple(
        (*((name, time) if n == 0 else (Cell(""), Cell(""))), *_system_cells(run, system, scores))
        for n, system in enumerate(run["systems"])
    )


def _system_cells(run: HistoryRun, system: HistorySystem, scores: HistoryScores) -> list[Cell]:
    def detail(metric: str, point: ScorePoint | None) -> str:
        compares = point is None or point["comparable"]
        return scores.change_text(system["system"], metric, point) if compares else "≠"

    return [
        Cell(system["system"]),
        Cell("-" if system["segments"] is None else str(system["segments"])),
        *(
            Cell(scores.number_text(metric, point), detail=detail(metric, point))
            for metric, point in scores.points(run["run"], system["system"]).items()
        ),
        Cell("; ".join(system["changed"])),
    ]


def _latest(steps: Iterable[str]) -> str:
    texts = list(steps)
    return ("… " if len(texts) > _MAX_STEPS else "") + "  ".join(texts[-_MAX_STEPS:])
