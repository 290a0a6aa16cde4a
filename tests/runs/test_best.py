"""Which systems are best."""

from __future__ import annotations

from dataclasses import replace

from mteval.runs.best import best_score, best_systems
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import DocumentRow

POINTS = MetricColumn("points", "Points", True, 1, "s", "s")
ERRORS = replace(POINTS, higher_is_better=False)


def row(system: str, segments: int, score: float | None) -> DocumentRow:
    return DocumentRow(system=system, document="d", segments=segments, scores={"points": score})


def test_the_best_of_the_complete_is_best_in_both_directions() -> None:
    rows = [row("a", 3, 10.0), row("b", 3, 20.0), row("part", 2, 30.0), row("none", 0, None)]
    assert best_systems(rows, POINTS, 3) == {"b"}
    assert best_systems(rows, ERRORS, 3) == {"a"}


def test_alike_are_best_together_but_not_with_an_incomplete_one() -> None:
    rows = [row("a", 3, 10.0), row("b", 3, 10.0), row("part", 2, 10.0)]
    assert best_systems(rows, POINTS, 3) == {"a", "b"}


def test_a_system_by_itself_or_without_a_score_is_best_of_nothing() -> None:
    assert best_systems([row("a", 3, 10.0)], POINTS, 3) == frozenset()
    assert best_systems([row("a", 2, 10.0), row("b", 3, None)], POINTS, 3) == frozenset()
    # One that is complete beside one that is not.
    assert best_systems([row("a", 2, 20.0), row("b", 3, 10.0)], POINTS, 3) == {"b"}


def test_the_best_score_is_of_those_that_there_are() -> None:
    assert best_score([None, 0.5, 0.0], higher_is_better=True) == 0.5
    assert best_score([None, 0.5, 0.0], higher_is_better=False) == 0.0
    assert best_score([None], higher_is_better=True) is None
