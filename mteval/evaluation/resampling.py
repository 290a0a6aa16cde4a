"""Intervals, tests and ranks of system scores, from bootstrap resamples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from mteval.evaluation.findings import Findings
from mteval.evaluation.inputs import Texts
from mteval.metrics.base import Array
from mteval.runs.results import ResampleUnit, unit_statistics
from mteval.runs.schema.record import MetricColumn, ResamplingRecord
from mteval.statistics.significance import (
    bootstrap_scores,
    can_be_significant,
    clusters,
    few_documents_note,
    holm,
    interval,
    paired_bootstrap_p,
    possible_p,
    samples_for,
    symmetric,
)

__all__ = ["Resampled", "Resampling", "resampled_scores"]


@dataclass(frozen=True)
class Resampling:
    """How scores are resampled.

    Attributes:
        samples: bootstrap resamples behind intervals; 0 for none.
        seed: of the generator.
        unit: what is drawn at once.
    """

    samples: int
    seed: int
    unit: ResampleUnit


@dataclass(frozen=True)
class Resampled:
    """Intervals, tests and ranks.

    Attributes:
        intervals: by metric, the 95 % interval of every system score, (n_systems, 2).
        tests: by metric, the corrected p-value of every pair of complete systems, as in Results.
        ranks: by metric, the rank of every complete system, None for others.
        record: samples, seed and unit, for the record of the run.
        notes: what a reader must know.
    """

    intervals: Mapping[str, Array]
    tests: Mapping[str, Array]
    ranks: Mapping[str, Sequence[int | None]]
    record: ResamplingRecord
    notes: list[str] = field(default_factory=list)


def resampled_scores(
    found: Findings, scores: Mapping[str, Array], texts: Texts, how: Resampling
) -> Resampled:
    """Return the interval of every system score, and tests and ranks of complete systems.

    Args:
        found: the metrics and their statistics.
        scores: by metric, the scores of systems, (n_systems,).
        texts: what they were computed of.
        how: samples, seed and unit.
    """
    notes = []
    if how.samples and how.unit == "documents":
        notes += few_documents_note(len(texts.sizes))
    record: ResamplingRecord = {"samples": how.samples, "seed": how.seed, "unit": how.unit}
    complete = np.flatnonzero(texts.translated.all(axis=1))
    n_pairs = math.comb(len(complete), 2)
    rank_samples = samples_for(n_pairs, how.samples)
    # So many pairs cannot be told apart, whatever their scores.
    testable = n_pairs > 0 and can_be_significant(n_pairs, rank_samples)
    samples = rank_samples if testable else how.samples
    intervals: dict[str, Array] = {}
    tests: dict[str, Array] = {}
    ranks: dict[str, Sequence[int | None]] = {}
    units = unit_statistics(found.statistics, texts.sizes.tolist(), how.unit)
    for column in found.columns:
        own = units[column.name]
        # A single unit is the same in every resample.
        if not how.samples or own.values.shape[1] < 2:
            continue
        resampled = bootstrap_scores(own.values, own.score, samples, how.seed)
        # The first `samples` draws equal a run with only that many, so intervals stay comparable.
        intervals[column.name] = interval(resampled[:, : how.samples])
        if testable:
            table, ranks[column.name] = _tests_and_ranks(
                column, own.values, scores[column.name], resampled, complete
            )
            if not np.isnan(table).all():
                tests[column.name] = table
    if samples > how.samples:
        record["rank_samples"] = samples
    if intervals and n_pairs and not testable:
        notes.append(
            f"{len(complete):,} systems are too many to rank: corrected for so many pairs, no test "
            f"of {rank_samples:,} resamples could be significant; compare fewer of them, with: "
            "mteval compare"
        )
    return Resampled(intervals, tests, ranks, record, notes)


def _tests_and_ranks(
    column: MetricColumn,
    statistics: Array,
    scores: Array,
    resampled: Array,
    complete: npt.NDArray[np.int64],
) -> tuple[Array, list[int | None]]:
    """Return the corrected p-values of pairs of systems, and the rank of every system.

    Systems that are not complete have no tests (NaN) and no rank (None).
    """
    pairs = list(combinations(complete.tolist(), 2))
    differences = np.array([abs(scores[a] - scores[b]) for a, b in pairs])
    p_values = paired_bootstrap_p(resampled, differences, pairs)
    corrected = holm(possible_p(p_values, statistics, differences, pairs))
    tests = symmetric(len(scores), pairs, corrected)
    ranks: list[int | None] = [None] * len(scores)
    found = clusters(scores[complete], corrected, higher_is_better=column.higher_is_better)
    for system, rank in zip(complete, found, strict=True):
        ranks[system] = rank
    return tests, ranks
