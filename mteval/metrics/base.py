"""What a metric is: sufficient statistics per segment, and a score of their sums."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mteval.metrics.options import MetricOption

if TYPE_CHECKING:
    from mteval.executor import Executor
else:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)

__all__ = [
    "Array",
    "CellIndex",
    "ErrorSpan",
    "Flag",
    "Metric",
    "MetricSpec",
    "Progress",
    "Statistics",
    "mean",
]

Array = npt.NDArray[np.float64]
# Called with the number of hypotheses done so far and the number in all.
Progress = Callable[[int, int], None]
# Index of a system, index of a segment.
CellIndex = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """What there is to know of a metric without loading what computes it.

    Attributes:
        name: key in results and on the command line, lower case.
        label: how tables write it.
        higher_is_better: direction.
        range: lowest and highest score; None where there is no bound.
        needs_source: whether it reads the source.
        needs_reference: whether it reads references.
        paper: authors, year and title of the source of the formula.
        implementation: ``module:factory`` of the Metric, imported on use.
        package: what computes it, as the package registry knows it.
        extra: the extra of mteval that installs it, for packages that come with one.
        aliases: other spellings accepted on the command line.
        decimals: digits after the point that tables show.
        options: what it may be told, declared once for command line, settings and help; their
            names are keywords of the factory.
        versions: further packages whose version decides the scores.
        scale: how many points are the whole of what a system may gain, as a rule.
        score: ``module:function`` that scores sums, for metrics whose loading takes a model.
        threaded: whether it runs threads of its own, as torch does. No process may be forked
            beside them, so such metrics run after those that share work between processes.
    """

    name: str
    label: str
    higher_is_better: bool
    range: tuple[float | None, float | None]
    needs_source: bool
    needs_reference: bool
    paper: str
    implementation: str
    package: str
    extra: str | None = None
    aliases: tuple[str, ...] = ()
    decimals: int = 1
    options: tuple[MetricOption, ...] = ()
    versions: tuple[str, ...] = ()
    scale: float = 100.0
    score: str | None = None
    threaded: bool = False


def mean(sums: Array) -> Array:
    """Return the averages of summed statistics (score, 1): (..., 2) -> (...), NaN for none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums[..., 0] / sums[..., 1])


@dataclass(frozen=True, slots=True)
class ErrorSpan:
    """An error that a metric found in a hypothesis.

    Attributes:
        start: offset of its first character, from 0.
        end: offset after its last character; ``hypothesis[start:end]`` is ``text``.
        text: the characters.
        severity: minor, major or critical, as the model names them.
        confidence: mean probability of the labels, 0-1.
        reference: index of the reference it was judged by, None without references.
    """

    start: int
    end: int
    text: str
    severity: str
    confidence: float
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """A mark of segments whose score needs a word of explanation.

    Attributes:
        name: one word for the flags column.
        meaning: the explanation, to follow "N segments".
        details: the cells, each with what is to be said of it alone.
    """

    name: str
    meaning: str
    details: Mapping[CellIndex, str]


@dataclass(frozen=True)
class Statistics:
    """What a metric found.

    Attributes:
        values: shape (n_systems, n_segments, k).
        flags: segments to mark.
        notes: what a reader must know of all scores.
        error_spans: for metrics that find errors, those of each segment; None for others.
    """

    values: Array
    flags: tuple[Flag, ...] = ()
    notes: tuple[str, ...] = ()
    error_spans: Mapping[CellIndex, tuple[ErrorSpan, ...]] | None = field(default=None)


class Metric(ABC):
    """A way from texts to statistics, and from sums of statistics to scores.

    The two methods obey one law: for any set of segments, ``score`` of the sum of their rows is
    the metric's score of exactly those segments. A document, a bootstrap resample and the whole
    corpus are sums of different rows; nothing else is ever averaged.
    """

    @property
    @abstractmethod
    def n_statistics(self) -> int:
        """The number of statistics of a segment (k)."""

    @abstractmethod
    def statistics(
        self,
        sources: Sequence[str] | None,
        references: Sequence[Sequence[str]],
        systems: Sequence[Sequence[str | None]],
        progress: Progress | None = None,
        executor: Executor | None = None,
    ) -> Statistics:
        """Return the statistics of every segment of every system.

        Args:
            sources: ``n_segments`` texts, or None.
            references: ``n_references`` columns of ``n_segments`` texts.
            systems: ``n_systems`` lists of ``n_segments`` hypotheses; None is a segment that
                was not translated: its row is zero and adds nothing to any sum.
            progress: called as work is done.
            executor: what runs the batches of the work; None for this process.

        Raises:
            UnavailableError: the metric needs sources or references and there are none.
        """

    @abstractmethod
    def score(self, sums: Array) -> Array:
        """Return the scores of summed statistics: (..., k) -> (...)."""

    def segment_score(self, statistics: Array) -> Array:
        """Return scores of single segments, (..., k) -> (...), if the field has another way."""
        return self.score(statistics)

    @abstractmethod
    def signature(self, n_references: int) -> str:
        """Return every parameter that changes the score, with versions."""

    @property
    def variant(self) -> str | None:
        """What tables add to the metric's name, where it is one of several."""
        return None

    @property
    def model(self) -> str | None:
        """The name of the model of a learned metric."""
        return None

    @property
    def footnote(self) -> str | None:
        """What the reader of a table must know of the metric."""
        return None

    def segment_signature(self, n_references: int) -> str:
        """Return the parameters of ``segment_score``."""
        return self.signature(n_references)
