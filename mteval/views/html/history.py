"""The history of runs as tables for the screen, and as one HTML page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mteval.views.html.render import render, safe
from mteval.views.plots import trend_plot
from mteval.views.tables import Cell, Column, Table, plain_table

__all__ = ["KEY", "RUNS_SHOWN", "history_page", "history_tables", "query_table"]

KEY = (
    "After a score: its difference from the last run that compares (= none); ≠ it does not compare "
    "with the score before it, as references, sources or signature are others"
)
# What tables show of a long history; --json and the page have all.
RUNS_SHOWN = 50
_LATEST = 8


def history_tables(history: Mapping[str, Any]) -> tuple[Table, ...]:
    """Tabulate a history: runs with what changed, trends of scores, terms that changed."""
    columns = history["metrics"]
    deltas = _deltas(history)
    runs = Table(
        "Runs",
        (
            Column("run", False),
            Column("created (UTC)", False),
            Column("system", False),
            Column("segments", True),
            *(Column(_heading(column), True) for column in columns.values()),
            Column("changed since the run before", False),
        ),
        tuple(
            tuple(
                (
                    Cell(run["run"] if n == 0 else ""),
                    Cell(_moment(run) if n == 0 else ""),
                    Cell(row["system"]),
                    Cell("-" if row["segments"] is None else str(row["segments"])),
                    *(
                        Cell("-")
                        if row.get(name) is None
                        else Cell(
                            _number(row[name], column),
                            detail="≠"
                            if name in row["incomparable"]
                            else _difference(deltas.get((run["run"], row["system"], name)), column),
                        )
                        for name, column in columns.items()
                    ),
                    Cell("; ".join(row["changed"])),
                )
                for n, row in enumerate(run["systems"])
            )
            or ((Cell(run["run"]), Cell(_moment(run)), *_blank(len(columns) + 2), _changed(run)),)
            for run in history["runs"][-RUNS_SHOWN:]
        ),
    )
    tables = [runs]
    trends = history["trends"]["systems"]
    if any(len(trend["runs"]) > 1 for trend in trends):
        tables.append(
            plain_table(
                "Scores over runs",
                ("system", "metric", "scores"),
                [
                    (
                        trend["system"],
                        columns[trend["metric"]]["label"],
                        _latest(
                            [_step(point, columns[trend["metric"]]) for point in trend["runs"]]
                        ),
                    )
                    for trend in trends
                ],
            )
        )
    changed = changed_terms(history)
    if changed:
        tables.append(
            plain_table(
                "Right renderings of each term that changed",
                ("system", "term", "right of occurrences"),
                [(row["system"], row["source"] or row["concept"], _rates(row)) for row in changed],
            )
        )
    return tuple(tables)


def history_page(history: Mapping[str, Any], links: Mapping[str, str]) -> str:
    """Write the page of a history: one HTML file that needs nothing else.

    Args:
        history: as ``mteval history --json`` prints it.
        links: by run, where its report lies as seen from the page; none for runs without.
    """
    columns = history["metrics"]
    deltas = _deltas(history)
    numbers = {run["run"]: n for n, run in enumerate(history["runs"], 1)}
    runs = [
        {
            "number": numbers[run["run"]],
            "run": run["run"],
            "created": _moment(run),
            "link": links.get(run["run"]),
            "command": " ".join(run["command"]),
            "changed": "; ".join(run["changed"]),
            "rows": [
                {
                    "system": row["system"],
                    "segments": row["segments"],
                    "changed": "; ".join(row["changed"]),
                    "cells": [
                        {
                            "text": "-" if row.get(name) is None else _number(row[name], column),
                            "marked": name in row["incomparable"],
                            "detail": ""
                            if row.get(name) is None
                            else _difference(deltas.get((run["run"], row["system"], name)), column),
                        }
                        for name, column in columns.items()
                    ],
                }
                for row in run["systems"]
            ],
        }
        for run in history["runs"]
    ]
    trends = [
        {
            "system": trend["system"],
            "metric": columns[trend["metric"]]["label"],
            "points": [
                {"number": numbers[point["run"]], "text": _step(point, columns[trend["metric"]])}
                for point in trend["runs"]
            ],
        }
        for trend in history["trends"]["systems"]
        if len(trend["runs"]) > 1
    ]
    terms = [
        {
            "system": row["system"],
            "source": row["source"] or row["concept"],
            "concept": row["concept"],
            "points": [
                {"number": numbers[point["run"]], "text": _rate(point)} for point in row["runs"]
            ],
        }
        for row in changed_terms(history)
    ]
    return render(
        "history.html",
        headings=[_heading(column) for column in columns.values()],
        runs=runs,
        trends=trends,
        terms=terms,
        plots=[safe(plot) for plot in _plots(history, numbers)],
        key=KEY,
    )


def query_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Tabulate what a query found; a missing value is an empty cell."""
    numeric = [
        any(row[n] is not None for row in rows)
        and all(isinstance(row[n], (int, float, type(None))) for row in rows)
        for n in range(len(columns))
    ]
    return Table(
        f"{len(rows):,} row{'' if len(rows) == 1 else 's'}",
        tuple(Column(name, number) for name, number in zip(columns, numeric, strict=True)),
        (tuple(tuple(Cell("" if v is None else str(v)) for v in row) for row in rows),),
    )


def changed_terms(history: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List the terms whose right renderings or occurrences are not the same in all runs."""
    return [
        row
        for row in history["trends"]["terms"]
        if len({(point["right"], point["occurrences"]) for point in row["runs"]}) > 1
    ]


def _plots(history: Mapping[str, Any], numbers: Mapping[str, int]) -> list[str]:
    """Draw each metric over runs; a line breaks where scores do not compare."""
    digits = len(str(len(numbers)))
    plots = []
    for name, column in history["metrics"].items():
        series: dict[str, list[tuple[str, float]]] = {}
        for trend in history["trends"]["systems"]:
            if trend["metric"] != name:
                continue
            points = series.setdefault(trend["system"], [])
            for point in trend["runs"]:
                number = f"{numbers[point['run']]:0{digits}}"
                if not point["comparable"] and points:
                    points.append((number, math.nan))
                points.append((number, point["score"]))
        if len({number for points in series.values() for number, _ in points}) > 1:
            plots.append(trend_plot(series, _heading(column)))
    return plots


def _deltas(history: Mapping[str, Any]) -> dict[tuple[str, str, str], float | None]:
    return {
        (point["run"], trend["system"], trend["metric"]): point["delta"]
        for trend in history["trends"]["systems"]
        for point in trend["runs"]
    }


def _heading(column: Mapping[str, Any]) -> str:
    return f"{column['label']} {'↑' if column['higher_is_better'] else '↓'}"


def _moment(run: Mapping[str, Any]) -> str:
    return "-" if run["created"] is None else run["created"].replace("T", " ").rstrip("Z")


def _number(value: float, column: Mapping[str, Any]) -> str:
    return f"{value:.{column['decimals']}f}"


def _difference(delta: float | None, column: Mapping[str, Any]) -> str:
    if delta is None:
        return ""
    return "=" if delta == 0 else f"{delta:+.{column['decimals']}f}"


def _step(point: Mapping[str, Any], column: Mapping[str, Any]) -> str:
    difference = _difference(point["delta"], column)
    return (
        ("" if point["comparable"] else "≠ ")
        + _number(point["score"], column)
        + (f" ({difference})" if difference else "")
    )


def _rate(point: Mapping[str, Any]) -> str:
    return f"{point['right']}/{point['occurrences']}"


def _rates(row: Mapping[str, Any]) -> str:
    return _latest([_rate(point) for point in row["runs"]])


def _latest(steps: Sequence[str]) -> str:
    return ("… " if len(steps) > _LATEST else "") + "  ".join(steps[-_LATEST:])


def _blank(count: int) -> list[Cell]:
    return [Cell("") for _ in range(count)]


def _changed(run: Mapping[str, Any]) -> Cell:
    return Cell("; ".join(run["changed"]))
