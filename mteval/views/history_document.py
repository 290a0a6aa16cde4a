"""The history of runs as it is shown: what its JSON has, and its scores and changes in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypedDict, cast

from mteval.runs.shown import change_text, number_text

__all__ = [
    "KEY",
    "HistoryDocument",
    "HistoryRun",
    "HistoryScores",
    "HistorySystem",
    "ScorePoint",
    "ScoreTrend",
    "TermPoint",
    "TermTrend",
    "changed_terms",
    "creation_time",
    "rate_text",
]

KEY = (
    "After a score: its difference from the last run that compares (= none, ≈ less than the digits "
    "shown); ≠ it does not compare "
    "with the score before it, as references, sources or signature are others"
)


class ScoreFormat(TypedDict):
    """How to show the scores of a metric."""

    label: str
    higher_is_better: bool
    decimals: int


class HistorySystem(TypedDict):
    """A system of a run; its scores are in the trends."""

    system: str
    segments: int | None
    changed: list[str]


class HistoryRun(TypedDict):
    """A run, with what changed since the one before."""

    run: str
    created: str | None
    command: list[str]
    changed: list[str]
    systems: list[HistorySystem]


class ScorePoint(TypedDict):
    """A score of a run, and its difference from the last run that compares with it, if one does."""

    run: str
    score: float
    delta: float | None
    compared_with: str | None
    comparable: bool


class ScoreTrend(TypedDict):
    """The scores of a system by a metric, the oldest run first."""

    system: str
    metric: str
    runs: list[ScorePoint]


class TermPoint(TypedDict):
    """How many renderings of a term are right in a run."""

    run: str
    occurrences: int | None
    right: int | None


class TermTrend(TypedDict):
    """What a system has for a term, the oldest run first."""

    system: str
    concept: str
    source: str | None
    runs: list[TermPoint]


class Trends(TypedDict):
    """How scores and terms moved over the runs."""

    systems: list[ScoreTrend]
    terms: list[TermTrend]


class HistoryDocument(TypedDict):
    """What is shown of the JSON of a history, which has more."""

    runs: list[HistoryRun]
    metrics: dict[str, ScoreFormat]
    trends: Trends


@dataclass(frozen=True)
class HistoryScores:
    """The scores of a history in words.

    Attributes:
        document: of the history.
    """

    document: HistoryDocument

    @classmethod
    def of(cls, history: Mapping[str, Any]) -> HistoryScores:
        """Return the scores of a history as ``mteval history --json`` prints it."""
        return cls(cast("HistoryDocument", history))

    @cached_property
    def headings(self) -> dict[str, str]:
        """By metric, its label with the direction that is better."""
        return {
            name: f"{metric['label']} {'↑' if metric['higher_is_better'] else '↓'}"
            for name, metric in self.document["metrics"].items()
        }

    @cached_property
    def _points(self) -> dict[tuple[str, str, str], ScorePoint]:
        return {
            (point["run"], trend["system"], trend["metric"]): point
            for trend in self.document["trends"]["systems"]
            for point in trend["runs"]
        }

    def points(self, run: str, system: str) -> dict[str, ScorePoint | None]:
        """Return by metric the score of a system of a run; None where it has none."""
        return {name: self._points.get((run, system, name)) for name in self.headings}

    def label(self, trend: ScoreTrend) -> str:
        """Return what the metric of a trend is called."""
        return self.document["metrics"][trend["metric"]]["label"]

    def number_text(self, metric: str, point: ScorePoint | None) -> str:
        """Return a score with the digits of its metric, or a dash where there is none."""
        score = None if point is None else point["score"]
        return number_text(score, self.document["metrics"][metric]["decimals"])

    def change_text(self, system: str, metric: str, point: ScorePoint | None) -> str:
        """Return the difference from the last run that compares; empty where there is none."""
        if point is None or point["delta"] is None or point["compared_with"] is None:
            return ""
        before = self._points[point["compared_with"], system, metric]["score"]
        if point["score"] == before:
            return "="
        return change_text(point["score"], before, self.document["metrics"][metric]["decimals"])

    def step_text(self, trend: ScoreTrend, point: ScorePoint) -> str:
        """Return a step of a trend: the score, its difference, and whether they compare."""
        metric = trend["metric"]
        change = self.change_text(trend["system"], metric, point)
        return (
            ("" if point["comparable"] else "≠ ")
            + self.number_text(metric, point)
            + (f" ({change})" if change else "")
        )


def changed_terms(document: HistoryDocument) -> list[TermTrend]:
    """Return the terms whose right renderings or occurrences are not the same in all runs."""
    return [
        row
        for row in document["trends"]["terms"]
        if len({(point["right"], point["occurrences"]) for point in row["runs"]}) > 1
    ]


def creation_time(run: HistoryRun) -> str:
    """Return when a run was made, in UTC, or a dash where it does not say."""
    return "-" if run["created"] is None else run["created"].replace("T", " ").rstrip("Z")


def rate_text(point: TermPoint) -> str:
    """Return how many renderings are right, of how many occurrences."""
    return f"{point['right']}/{point['occurrences']}"
