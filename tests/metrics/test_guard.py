"""Whatever a metric of another package does wrong is one sentence with its name."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from mteval.errors import UnavailableError
from mteval.metrics.base import Array, Metric, MetricSpec, Statistics, mean
from mteval.metrics.guard import GuardedMetric
from mteval.metrics.registry import METRICS, load_metric

SYSTEMS: list[list[str | None]] = [["a b", None], ["c", "d e f"]]


class Words(Metric):
    """Counts words, and may do one thing wrong."""

    n_statistics = 2

    def __init__(self, wrong: dict[str, Any] | None = None) -> None:
        self._wrong = wrong or {}

    def statistics(
        self,
        sources: Sequence[str] | None,
        references: Sequence[Sequence[str]],
        systems: Sequence[Sequence[str | None]],
        *_: object,
    ) -> Statistics:
        values = [
            [(0, 0) if text is None else (len(text.split()), 1) for text in texts]
            for texts in systems
        ]
        found = Statistics(np.array(values, np.float64))
        return self._wrong["statistics"](found) if "statistics" in self._wrong else found

    def score(self, sums: Array) -> Array:
        return self._wrong["score"](sums) if "score" in self._wrong else mean(sums)

    def signature(self, n_references: int) -> str:
        return f"refs:{n_references // self._wrong.get('divisor', 1)}"


def _fails(_: object) -> Any:
    raise ZeroDivisionError("division\nby zero")


def _use(metric: Metric) -> None:
    metric.score(metric.statistics(None, [], SYSTEMS).values.sum(axis=1))
    metric.signature(1)


def test_a_metric_that_does_its_work_is_let_alone() -> None:
    metric = GuardedMetric("words", Words())
    found = metric.statistics(None, [], SYSTEMS)
    assert found.values.tolist() == [[[2, 1], [0, 0]], [[1, 1], [3, 1]]]
    assert metric.score(found.values.sum(axis=1)).tolist() == [2, 2]
    assert metric.segment_score(found.values)[1].tolist() == [1, 3]
    assert (metric.n_statistics, metric.signature(1), metric.segment_signature(2)) == (
        *(2, "refs:1", "refs:2"),
    )
    assert (metric.variant, metric.model, metric.footnote) == (None, None, None)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"statistics": _fails}, "ZeroDivisionError: division by zero"),
        ({"statistics": lambda _: None}, "its statistics are a NoneType"),
        (
            {"statistics": lambda found: Statistics(found.values[:1])},
            r"its statistics are of shape \(1, 2, 2\) and not \(2, 2, 2\)",
        ),
        (
            {"statistics": lambda found: Statistics(found.values * np.nan)},
            "some of its statistics are not finite",
        ),
        ({"score": _fails}, "ZeroDivisionError"),
        ({"score": lambda _: 1.0}, r"its scores are of shape \(\) and not \(2,\)"),
        ({"divisor": 0}, "ZeroDivisionError"),
    ],
)
def test_what_a_metric_does_wrong_is_a_sentence_with_its_name(
    wrong: dict[str, Any], says: str
) -> None:
    metric = GuardedMetric("words", Words(wrong))
    with pytest.raises(UnavailableError, match=f"the metric 'words' of another.*{says}") as error:
        _use(metric)
    assert len(str(error.value).splitlines()) == 1


def _spec(implementation: str) -> MetricSpec:
    return dataclasses.replace(
        METRICS["bleu"], name="words", aliases=(), implementation=implementation
    )


@pytest.mark.parametrize(
    ("implementation", "says"),
    [
        (f"{__name__}:nothing", "AttributeError"),
        (f"{__name__}:_fails", "TypeError"),
        ("builtins:list", "its factory returned a list, which is not a Metric"),
    ],
)
def test_a_metric_that_cannot_be_made_is_a_sentence(implementation: str, says: str) -> None:
    with pytest.raises(UnavailableError, match=f"the metric 'words' of another.*{says}"):
        load_metric(_spec(implementation))


def test_metrics_of_others_are_guarded_and_mteval_s_own_are_not() -> None:
    assert isinstance(load_metric(_spec(f"{__name__}:Words")), GuardedMetric)
    for name in ("bleu", "ter"):
        assert not isinstance(load_metric(METRICS[name]), GuardedMetric)
