"""Metrics of other packages, whose failures say in a sentence which metric is to blame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from mteval.errors import MtevalError, UnavailableError
from mteval.metrics.base import Array, Metric, Progress, Statistics

if TYPE_CHECKING:
    from mteval.executor import Executor

__all__ = ["GuardedMetric", "guarded"]

Result = TypeVar("Result")


def guarded(name: str, function: Callable[..., Result], *args: object, **kwargs: object) -> Result:
    """Return what a function of another package's metric returns.

    Raises:
        UnavailableError: it raised anything but an error of mteval.
    """
    try:
        return function(*args, **kwargs)
    except MtevalError:
        raise
    # What a package raises may be anything.
    except Exception as error:
        raise _unusable(name, f"{type(error).__name__}: {error}") from error


def _unusable(name: str, problem: str) -> UnavailableError:
    return UnavailableError(
        f"the metric {name!r} of another package cannot be used ({problem}); update that package, "
        "or choose other metrics (see: mteval metrics)"
    )


class GuardedMetric(Metric):
    """A metric of another package, each of whose results is checked.

    Args:
        name: of the metric.
        metric: what computes it.

    Raises:
        UnavailableError: it is not a Metric.
    """

    def __init__(self, name: str, metric: object) -> None:
        if not isinstance(metric, Metric):
            problem = f"its factory returned a {type(metric).__name__}, which is not a Metric"
            raise _unusable(name, problem)
        self._name = name
        self._metric = metric

    @property
    def n_statistics(self) -> int:
        """The number of statistics of a segment (k)."""
        return guarded(self._name, lambda: self._metric.n_statistics)

    def statistics(
        self,
        sources: Sequence[str] | None,
        references: Sequence[Sequence[str]],
        systems: Sequence[Sequence[str | None]],
        progress: Progress | None = None,
        executor: Executor | None = None,
    ) -> Statistics:
        """Return the statistics of every segment of every system.

        Raises:
            UnavailableError: the metric lacks something, fails, or returns another shape.
        """
        found = guarded(
            self._name, self._metric.statistics, sources, references, systems, progress, executor
        )
        if not isinstance(found, Statistics):
            raise _unusable(self._name, f"its statistics are a {type(found).__name__}")
        wanted = (len(systems), len(systems[0]) if systems else 0, self.n_statistics)
        if np.shape(found.values) != wanted:
            shape = np.shape(found.values)
            raise _unusable(self._name, f"its statistics are of shape {shape} and not {wanted}")
        if not np.isfinite(found.values).all():
            raise _unusable(self._name, "some of its statistics are not finite")
        return found

    def score(self, sums: Array) -> Array:
        """Return the scores of summed statistics: (..., k) -> (...)."""
        return self._scores(self._metric.score, sums)

    def segment_score(self, statistics: Array) -> Array:
        """Return scores of single segments, (..., k) -> (...)."""
        return self._scores(self._metric.segment_score, statistics)

    def _scores(self, function: Callable[[Array], Array], sums: Array) -> Array:
        scores = np.asarray(guarded(self._name, function, sums))
        if scores.shape != sums.shape[:-1]:
            problem = f"its scores are of shape {scores.shape} and not {sums.shape[:-1]}"
            raise _unusable(self._name, problem)
        return scores

    def signature(self, n_references: int) -> str:
        """Return every parameter that changes the score, with versions."""
        return guarded(self._name, self._metric.signature, n_references)

    @property
    def variant(self) -> str | None:
        """What tables add to the metric's name, where it is one of several."""
        return guarded(self._name, lambda: self._metric.variant)

    @property
    def model(self) -> str | None:
        """The name of the model of a learned metric."""
        return guarded(self._name, lambda: self._metric.model)

    @property
    def footnote(self) -> str | None:
        """What the reader of a table must know of the metric."""
        return guarded(self._name, lambda: self._metric.footnote)

    def segment_signature(self, n_references: int) -> str:
        """Return the parameters of ``segment_score``."""
        return guarded(self._name, self._metric.segment_signature, n_references)
