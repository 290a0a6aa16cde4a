"""The history of runs as one HTML page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mteval.views.history_document import (
    KEY,
    HistoryRun,
    HistoryScores,
    ScorePoint,
    changed_terms,
    creation_time,
    rate_text,
)
from mteval.views.html.render import render, safe
from mteval.views.plots import MAX_DRAWN, trend_plot

__all__ = ["history_page"]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A score, whether it does not compare with the one before, and its difference."""

    text: str
    marked: bool
    detail: str


@dataclass(frozen=True, slots=True)
class _SystemRow:
    """A system of a run."""

    system: str
    segments: int | None
    changed: str
    cells: Sequence[_Cell]


@dataclass(frozen=True, slots=True)
class _RunRows:
    """A run with its number, from 1, and the address of its report, if it has one."""

    number: int
    run: str
    created: str
    link: str | None
    command: str
    changed: str
    rows: Sequence[_SystemRow]


@dataclass(frozen=True, slots=True)
class _Step:
    """What there is of a trend in the run of this number."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _ScoreRow:
    """The scores of a system by a metric, over runs."""

    system: str
    metric: str
    points: Sequence[_Step]


@dataclass(frozen=True, slots=True)
class _TermRow:
    """The right renderings of a term, over runs."""

    system: str
    source: str
    concept: str
    points: Sequence[_Step]


def history_page(history: Mapping[str, Any], links: Mapping[str, str]) -> str:
    """Return the page of a history: one HTML file that needs nothing else.

    Args:
        history: as ``mteval history --json`` prints it.
        links: by run, where its report lies as seen from the page; none for runs without.
    """
    scores = HistoryScores.of(history)
    numbers = {run["run"]: n for n, run in enumerate(scores.document["runs"], 1)}
    return render(
        "history.html",
        headings=list(scores.headings.values()),
        runs=[
            _run_rows(run, n, links.get(run["run"]), scores)
            for n, run in enumerate(scores.document["runs"], 1)
        ],
        trends=_score_rows(scores, numbers),
        terms=_term_rows(scores, numbers),
        plots=[safe(plot) for plot in _plots(scores, numbers)],
        drawn_note=_drawn_note(scores),
        key=KEY,
    )


def _run_rows(run: HistoryRun, number: int, link: str | None, scores: HistoryScores) -> _RunRows:
    def cell(system: str, metric: str, point: ScorePoint | None) -> _Cell:
        return _Cell(
            scores.number_text(metric, point),
            point is not None and not point["comparable"],
            scores.change_text(system, metric, point),
        )

    return _RunRows(
        number=number,
        run=run["run"],
        created=creation_time(run),
        link=link,
        command=" ".join(run["command"]),
        changed="; ".join(run["changed"]),
        rows=[
            _SystemRow(
                row["system"],
                row["segments"],
                "; ".join(row["changed"]),
                [
                    cell(row["system"], *item)
                    for item in scores.points(run["run"], row["system"]).items()
                ],
            )
            for row in run["systems"]
        ],
    )


def _score_rows(scores: HistoryScores, numbers: Mapping[str, int]) -> list[_ScoreRow]:
    """Return the trends of scores that several runs have."""
    return [
        _ScoreRow(
            trend["system"],
            scores.label(trend),
            [
                _Step(numbers[point["run"]], scores.step_text(trend, point))
                for point in trend["runs"]
            ],
        )
        for trend in scores.document["trends"]["systems"]
        if len(trend["runs"]) > 1
    ]


def _term_rows(scores: HistoryScores, numbers: Mapping[str, int]) -> list[_TermRow]:
    return [
        _TermRow(
            row["system"],
            row["source"] or row["concept"],
            row["concept"],
            [_Step(numbers[point["run"]], rate_text(point)) for point in row["runs"]],
        )
        for row in changed_terms(scores.document)
    ]


def _plots(scores: HistoryScores, numbers: Mapping[str, int]) -> list[str]:
    """Return a plot of each metric over runs; a line breaks where scores do not compare."""
    digits = len(str(len(numbers)))
    plots = []
    for name, heading in scores.headings.items():
        metric = scores.document["metrics"][name]
        series: dict[str, list[tuple[str, float]]] = {}
        for trend in scores.document["trends"]["systems"]:
            if trend["metric"] != name:
                continue
            points = series.setdefault(trend["system"], [])
            for point in trend["runs"]:
                number = f"{numbers[point['run']]:0{digits}}"
                if not point["comparable"] and points:
                    points.append((number, math.nan))
                points.append((number, point["score"]))
        if len({number for points in series.values() for number, _ in points}) > 1:
            drawn = _drawn(series, higher_is_better=metric["higher_is_better"])
            plots.append(trend_plot(drawn, heading))
    return plots


def _drawn(
    series: Mapping[str, Sequence[tuple[str, float]]], *, higher_is_better: bool
) -> dict[str, Sequence[tuple[str, float]]]:
    """Return the lines that a plot shows: those of the latest runs, of these the best scores."""
    sign = -1 if higher_is_better else 1
    order = sorted(series, key=lambda system: sign * series[system][-1][1])
    order.sort(key=lambda system: series[system][-1][0], reverse=True)
    kept = set(order[:MAX_DRAWN])
    return {system: points for system, points in series.items() if system in kept}


def _drawn_note(scores: HistoryScores) -> str:
    """Return which systems plots show, as a sentence; empty where they show all."""
    n_systems = len({trend["system"] for trend in scores.document["trends"]["systems"]})
    if n_systems <= MAX_DRAWN:
        return ""
    return (
        f"Shown are {MAX_DRAWN} of {n_systems:,} systems: those with the best scores in the latest "
        "runs."
    )
