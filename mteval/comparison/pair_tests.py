"""The tests of pairs of systems by a metric, and what they mean in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mteval.comparison.differences import Pair
from mteval.runs.results import SegmentStatistics
from mteval.runs.schema.record import MetricColumn
from mteval.statistics.metric_deltas import meaningful_difference
from mteval.statistics.significance import (
    ALPHA,
    Test,
    bootstrap_scores,
    can_be_significant,
    holm,
    paired_bootstrap_p,
    possible_p,
    randomization_p,
)

__all__ = ["TOO_FEW_SAMPLES", "MetricTests", "PairTesting", "verdict"]

Array = npt.NDArray[np.float64]

# A difference is meaningful if people agree with it in 4 of 5 cases: 2.3 BLEU, 1.6 chrF, 0.0056
# COMET-22 (Kocmi et al. 2024). Chosen by hand.
MEANINGFUL_AGREEMENT = 0.8
# Of metrics that the study does not have: this share of their scale, which is 5 points of TER.
# Chosen by hand; those that it has need 0.5 to 2.3 % of theirs.
MEANINGFUL_SHARE_OF_SCALE = 0.05
# The verdict where nothing could be found, whatever the scores.
TOO_FEW_SAMPLES = "too few samples to tell"


@dataclass(frozen=True, slots=True)
class MetricTests:
    """The tests of all pairs by one metric.

    Attributes:
        column: the metric.
        resampled: bootstrap scores behind intervals, (n_systems, interval_samples).
        p_values: of the tests, none smaller than the data allow, (n_pairs,).
        adjusted: the same, corrected for the number of pairs; verdicts are made by these.
        is_decisive: whether any of them can be significant, with so many pairs and samples.
    """

    column: MetricColumn
    resampled: Array
    p_values: Array
    adjusted: Array
    is_decisive: bool


@dataclass(frozen=True, slots=True)
class PairTesting:
    """How pairs of systems are tested.

    Attributes:
        pairs: indices of systems, the baseline first.
        test: paired bootstrap or approximate randomisation.
        samples: resamples or trials of the test.
        interval_samples: bootstrap resamples behind intervals, whatever the test.
        seed: of the generator.
    """

    pairs: Sequence[Pair]
    test: Test
    samples: int
    interval_samples: int
    seed: int

    def tests(
        self, column: MetricColumn, scores: Array, statistics: SegmentStatistics
    ) -> MetricTests:
        """Return the tests of all pairs by one metric.

        Args:
            column: the metric.
            scores: of the systems, (n_systems,).
            statistics: of the units that are resampled.
        """
        values, score = statistics.values, statistics.score
        observed = np.array([abs(scores[a] - scores[b]) for a, b in self.pairs])
        if self.test == "bootstrap":
            # The first draws equal those of fewer samples, so intervals are those of `score`.
            resampled = bootstrap_scores(
                values, score, max(self.samples, self.interval_samples), self.seed
            )
            p_values = paired_bootstrap_p(resampled[:, : self.samples], observed, self.pairs)
        else:
            resampled = bootstrap_scores(values, score, self.interval_samples, self.seed)
            p_values = randomization_p(values, score, observed, self.pairs, self.samples, self.seed)
        possible = possible_p(p_values, values, observed, self.pairs)
        return MetricTests(
            column,
            resampled[:, : self.interval_samples],
            possible,
            holm(possible),
            # Pairs that cannot be tested do not count in the correction.
            can_be_significant(int(np.count_nonzero(~np.isnan(possible))), self.samples),
        )


def verdict(tests: MetricTests, k: int, delta: float, detectable: float) -> str:
    """Return in words what the test of the k-th pair shows.

    Args:
        tests: of the metric.
        k: number of the pair, from 0.
        delta: what the system scores more than the baseline.
        detectable: the smallest true difference that the test would find in 4 of 5 cases.
    """
    column, p_value = tests.column, float(tests.adjusted[k])
    if np.isnan(delta):
        return "no score"
    if np.isnan(p_value) or np.isnan(detectable):
        return "too few segments to tell"
    if p_value < ALPHA:
        return "better" if (delta > 0) == column.higher_is_better else "worse"
    if not tests.is_decisive:
        return TOO_FEW_SAMPLES
    meaningful = meaningful_difference(column.name, column.model, MEANINGFUL_AGREEMENT)
    if meaningful is None:
        meaningful = MEANINGFUL_SHARE_OF_SCALE * column.scale
    # More segments are needed if a meaningful difference could have been missed, and also if one
    # was seen that is not significant.
    unclear = max(detectable, abs(delta)) > meaningful
    return "too few segments to tell" if unclear else "no difference shown"
