"""Comparing systems: significance tests, what a difference means, and ranks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from mteval.arguments import check_choice
from mteval.comparison.differences import (
    DocumentDifference,
    LengthDifference,
    Pair,
    SegmentDifference,
    TermDifference,
    document_differences,
    length_differences,
    segment_differences,
    term_differences,
)
from mteval.comparison.pair_tests import (
    TOO_FEW_SAMPLES,
    MetricTests,
    PairTesting,
    verdict,
)
from mteval.errors import MismatchError, UsageError
from mteval.runs.evaluation import Evaluation
from mteval.runs.results import RESAMPLE_UNITS, ResampleUnit, unit_statistics
from mteval.runs.rows import known_number
from mteval.runs.schema.record import MetricColumn
from mteval.runs.shown import RANK_MEANING, samples_text
from mteval.statistics.metric_deltas import agreement
from mteval.statistics.significance import (
    DEFAULT_SAMPLES,
    MAX_GIVEN_SAMPLES,
    MIN_SAMPLES,
    SEED,
    Test,
    check_samples,
    check_seed,
    clusters,
    detectable_difference,
    few_documents_note,
    interval,
    samples_for,
    samples_needed,
    symmetric,
)

__all__ = ["Comparison", "ComparisonSettings", "PairResult", "SystemRank", "compare"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairResult:
    """How a system compares with a baseline by one metric; scores are None where there are none.

    Attributes:
        system: name.
        baseline: name.
        metric: name.
        score: of the system over all segments, in points of the metric.
        baseline_score: of the baseline.
        delta: score less baseline score.
        delta_ci: the ends of its 95 % interval.
        p_value: of the test, 0-1, not smaller than the data allow (``min_p_value``).
        p_adjusted: corrected for the number of pairs (Holm 1979); the verdict is made by it.
        mean: mean score of the bootstrap resamples.
        ci: half the width of their 95 % interval.
        baseline_mean: the same of the baseline.
        baseline_ci: the same of the baseline.
        agreement: how often people agree with such a difference, 0.5-1, if that is known.
        detectable: the smallest true difference that the test would find in 4 of 5 cases.
        wins: how many segments the system has with a better score.
        ties: with the same.
        losses: with a worse one.
        verdict: what it means in words.
    """

    system: str
    baseline: str
    metric: str
    score: float | None
    baseline_score: float | None
    delta: float | None
    delta_ci: tuple[float | None, float | None]
    p_value: float | None
    p_adjusted: float | None
    mean: float | None
    ci: float | None
    baseline_mean: float | None
    baseline_ci: float | None
    agreement: float | None
    detectable: float | None
    wins: int
    ties: int
    losses: int
    verdict: str


@dataclass(frozen=True, slots=True)
class SystemRank:
    """The rank of a system by a metric, from 1; None where it has no score."""

    metric: str
    system: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class ComparisonSettings:
    """How systems were compared.

    Attributes:
        test: paired bootstrap or approximate randomisation.
        samples: resamples or trials of the tests.
        seed: of the generator.
        unit: what was drawn or swapped.
        units: how many of them there are.
        all_pairs: whether all pairs were tested, and not only those with the first system.
        interval_samples: bootstrap resamples behind means, intervals and detectable differences.
    """

    test: Test
    samples: int
    seed: int
    unit: ResampleUnit
    units: int
    all_pairs: bool
    interval_samples: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How systems compare.

    Attributes:
        rows: one for each metric and pair of systems.
        ranks: one for each metric and system, if all pairs were tested.
        tests: by metric the corrected p-values of all pairs, as in Results, if they were tested.
        segments: the segments that differ most, by pair and metric; like the following, only if
            systems were compared with the first one.
        documents: both scores, by pair, metric and document.
        buckets: both scores, by pair, length of segments and metric.
        terms: occurrences of terms whose verdict differs, by pair.
        settings: how they were compared.
    """

    rows: list[PairResult]
    ranks: list[SystemRank]
    tests: dict[str, Array]
    segments: list[SegmentDifference]
    documents: list[DocumentDifference]
    buckets: list[LengthDifference]
    terms: list[TermDifference]
    settings: ComparisonSettings

    def notes(self) -> list[str]:
        """Return sentences on how the numbers of the comparison are to be read."""
        settings = self.settings
        n_pairs = len({(row.baseline, row.system) for row in self.rows})
        sentence = f"{samples_text(asdict(settings))}; better and worse are significant at 5 %"
        if n_pairs > 1:
            sentence += f" after Holm's correction for {n_pairs:,} pairs"
        if settings.test != "bootstrap" or settings.samples != settings.interval_samples:
            sentence += (
                f"; ± and detectable are of {settings.interval_samples:,} bootstrap resamples"
            )
        if any(row.verdict == TOO_FEW_SAMPLES for row in self.rows):
            needed = samples_needed(n_pairs)
            more = f"give --samples {needed}, or " if needed <= MAX_GIVEN_SAMPLES else ""
            sentence += (
                f"; with so few no test of {n_pairs:,} pairs can be significant: {more}compare "
                "fewer systems"
            )
        few = few_documents_note(settings.units) if settings.unit == "documents" else []
        return [sentence, *few, *([f"ranks: {RANK_MEANING}"] if self.ranks else [])]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON has it."""
        return {
            "settings": asdict(self.settings),
            "comparisons": [asdict(row) for row in self.rows],
            "ranks": [asdict(row) for row in self.ranks],
            "segments": [asdict(row) for row in self.segments],
            "documents": [asdict(row) for row in self.documents],
            "buckets": [asdict(row) for row in self.buckets],
            "terms": [asdict(row) for row in self.terms],
        }


def compare(
    evaluation: Evaluation,
    *,
    all_pairs: bool = False,
    test: Test = "bootstrap",
    samples: int | None = None,
    seed: int = SEED,
    resample: ResampleUnit = "segments",
) -> Comparison:
    """Test systems against the first one, or every pair of them.

    Args:
        evaluation: of the systems, all of them complete; the first is the baseline.
        all_pairs: test every pair, and rank.
        test: paired bootstrap or approximate randomisation; p-values are corrected for the number
            of pairs (Holm 1979).
        samples: resamples or trials, by default 1,000 or 10,000; tests take more where the
            correction for so many pairs needs more.
        seed: of the generator.
        resample: what is drawn or swapped: segments, or whole documents.

    Raises:
        UsageError: there is only one system or one unit, there are too few samples, the seed is
            negative, or the test or what is resampled is unknown.
        MismatchError: a system lacks segments.
    """
    n_systems = len(evaluation.systems)
    if all_pairs:
        pairs = list(combinations(range(n_systems), 2))
    else:
        pairs = [(0, k) for k in range(1, n_systems)]
    check_choice(test, "the test", DEFAULT_SAMPLES)
    check_choice(resample, "what is resampled", RESAMPLE_UNITS)
    asked = DEFAULT_SAMPLES[test] if samples is None else samples
    _check_request(evaluation, asked, test)
    check_seed(seed)
    count = samples_for(len(pairs), asked)
    interval_samples = asked if test == "bootstrap" else DEFAULT_SAMPLES["bootstrap"]
    sizes = [int(size) for size in evaluation.document_sizes()]
    n_units = len(sizes) if resample == "documents" else sum(sizes)
    if n_units < 2:
        remedy = "add segments" if resample == "segments" else "resample segments, or add documents"
        raise UsageError(
            f"the test set is one {resample[:-1]}, and a test takes at least two; {remedy}"
        )
    units = unit_statistics(evaluation.statistics, sizes, resample)
    testing = PairTesting(pairs, test, count, interval_samples, seed)
    tested = [
        testing.tests(column, evaluation.scores[column.name]["system"], units[column.name])
        for column in evaluation.metrics
    ]
    ranked = [tests for tests in tested if all_pairs and tests.is_decisive]
    # With many pairs nobody reads where each difference comes from.
    detailed = [] if all_pairs else pairs
    return Comparison(
        rows=[
            _pair_result(evaluation, tests, k, pair)
            for tests in tested
            for k, pair in enumerate(pairs)
        ],
        ranks=[row for tests in ranked for row in _ranks(evaluation, tests)],
        tests={
            tests.column.name: symmetric(n_systems, pairs, tests.adjusted)
            for tests in ranked
            if not np.isnan(tests.adjusted).all()
        },
        segments=[row for pair in detailed for row in segment_differences(evaluation, pair)],
        documents=[row for pair in detailed for row in document_differences(evaluation, pair)],
        buckets=[row for pair in detailed for row in length_differences(evaluation, pair)],
        terms=[row for pair in detailed for row in term_differences(evaluation, pair)],
        settings=ComparisonSettings(
            test, count, seed, resample, n_units, all_pairs, interval_samples
        ),
    )


def _check_request(evaluation: Evaluation, samples: int, test: Test) -> None:
    """Check that there are samples, and two or more systems, all of them complete."""
    if not samples:
        raise UsageError(
            f"a test takes samples; leave --samples out, or give at least {MIN_SAMPLES}"
        )
    check_samples(samples, test)
    if len(evaluation.systems) < 2:
        raise UsageError("comparing takes a baseline and another system; name at least two")
    for system, texts in zip(evaluation.systems, evaluation.hypotheses, strict=True):
        if None in texts:
            raise MismatchError(
                f"system {system} lacks segments that others have, so it does not compare; leave "
                "it out, or complete it"
            )


def _ranks(evaluation: Evaluation, tests: MetricTests) -> list[SystemRank]:
    """Return the rank of every system by one metric; all pairs must have been tested."""
    name = tests.column.name
    ranks = clusters(
        evaluation.scores[name]["system"],
        tests.adjusted,
        higher_is_better=tests.column.higher_is_better,
    )
    return [
        SystemRank(name, system, rank)
        for system, rank in zip(evaluation.systems, ranks, strict=True)
    ]


def _pair_result(evaluation: Evaluation, tests: MetricTests, k: int, pair: Pair) -> PairResult:
    """Return the result of the k-th pair by one metric."""
    baseline, system = pair
    column, resampled = tests.column, tests.resampled
    scores = evaluation.scores[column.name]["system"]
    delta = float(scores[system] - scores[baseline])
    ends = interval(resampled[[system, baseline]])
    differences = resampled[system] - resampled[baseline]
    low, high = interval(differences)
    detectable = float(detectable_difference(differences))
    wins, ties, losses = _wins(evaluation, column, pair)
    return PairResult(
        system=evaluation.systems[system],
        baseline=evaluation.systems[baseline],
        metric=column.name,
        score=known_number(scores[system]),
        baseline_score=known_number(scores[baseline]),
        delta=known_number(delta),
        delta_ci=(known_number(low), known_number(high)),
        p_value=known_number(tests.p_values[k]),
        p_adjusted=known_number(tests.adjusted[k]),
        mean=known_number(resampled[system].mean()),
        ci=known_number((ends[0, 1] - ends[0, 0]) / 2),
        baseline_mean=known_number(resampled[baseline].mean()),
        baseline_ci=known_number((ends[1, 1] - ends[1, 0]) / 2),
        agreement=agreement(column.name, column.model, delta),
        detectable=known_number(detectable),
        wins=wins,
        ties=ties,
        losses=losses,
        verdict=verdict(tests, k, delta, detectable),
    )


def _wins(evaluation: Evaluation, column: MetricColumn, pair: Pair) -> tuple[int, int, int]:
    """Return how many segments the system wins, ties and loses, of those that have scores."""
    scores = evaluation.scores[column.name]["segment"]
    baseline, system = pair
    gain = scores[system] - scores[baseline]
    if not column.higher_is_better:
        gain = -gain
    # Comparisons with NaN, the score of a segment that has none, are false.
    return int((gain > 0).sum()), int((gain == 0).sum()), int((gain < 0).sum())
