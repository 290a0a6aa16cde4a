"""Comparing systems: tests, what a difference means, and where it comes from."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from mteval.errors import MismatchError, UsageError
from mteval.runs.evaluation import Evaluation, MetricColumn, Unit, known_number, unit_statistics
from mteval.statistics.metric_deltas import agreement, meaningful_difference
from mteval.statistics.significance import (
    ALPHA,
    DEFAULT_SAMPLES,
    SEED,
    Test,
    bootstrap_scores,
    check_samples,
    clusters,
    detectable_difference,
    holm,
    interval,
    min_p_value,
    paired_bootstrap_p,
    randomization_p,
    samples_for,
)

__all__ = ["Comparison", "compare", "word_diff"]

Array = npt.NDArray[np.float64]
Pair = tuple[int, int]

# A difference that people agree with so often is one to care for.
_AGREED = 0.8
# Where nobody has studied that: such a share of a metric's scale, which is 1 or 100.
_SHARE_OF_SCALE = 0.05
# Upper ends of the buckets of segments by words of the (first) reference.
_BUCKETS = (10, 20, 40)
_SEGMENTS_SHOWN = 5
_WORD = re.compile(r"\s+|[^\w\s]|\w+")


@dataclass(frozen=True)
class Comparison:
    """Hold how systems compare.

    Attributes:
        rows: one for each pair of systems and metric: scores, difference, p-value, and what it
            means in words.
        ranks: one for each metric and system, where all pairs were tested.
        segments: for each system, baseline and metric, the segments that differ most.
        documents: for each system, baseline, metric and document, both scores.
        buckets: the same for segments by length.
        terms: occurrences of terms whose verdict differs between a system and the baseline.
        settings: test, samples, seed, unit and number of units.
    """

    rows: list[dict[str, Any]]
    ranks: list[dict[str, Any]]
    segments: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    buckets: list[dict[str, Any]]
    terms: list[dict[str, Any]]
    settings: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Give the comparison as JSON holds it."""
        return {
            "settings": self.settings,
            "comparisons": self.rows,
            "ranks": self.ranks,
            "segments": self.segments,
            "documents": self.documents,
            "buckets": self.buckets,
            "terms": self.terms,
        }


def compare(
    evaluation: Evaluation,
    *,
    all_pairs: bool = False,
    test: Test = "bootstrap",
    samples: int | None = None,
    seed: int = SEED,
    resample: Unit = "segments",
) -> Comparison:
    """Test systems against the first one, or every pair of them.

    Args:
        evaluation: of the systems, all of them complete; the first is the baseline.
        all_pairs: test every pair, correct for that (Holm 1979) and rank.
        test: paired bootstrap or approximate randomisation.
        samples: resamples or trials; by default 1,000 or 10,000, more where so many pairs want it.
        seed: of the generator.
        resample: what is drawn or changes place: segments, or whole documents.

    Raises:
        UsageError: there is one system only, one unit only, or too few samples.
        MismatchError: a system lacks segments.
    """
    count = DEFAULT_SAMPLES[test] if samples is None else samples
    if all_pairs and samples is None:
        count = samples_for(len(evaluation.systems) * (len(evaluation.systems) - 1) // 2, count)
    if not count:
        raise UsageError("a test takes samples; leave --samples out, or give 40 at least")
    check_samples(count, test)
    if len(evaluation.systems) < 2:
        raise UsageError("comparing takes a baseline and another system; name two at least")
    for system, texts in zip(evaluation.systems, evaluation.hypotheses, strict=True):
        if None in texts:
            raise MismatchError(
                f"system {system} lacks segments that others have, so it does not compare; leave "
                "it out, or complete it"
            )
    sizes = [int(size) for size in evaluation.document_sizes()]
    units = unit_statistics(evaluation.statistics, sizes, resample)
    n_units = len(sizes) if resample == "documents" else sum(sizes)
    if n_units < 2:
        raise UsageError(
            f"the test set is one {resample[:-1]}, and a test takes two at least; resample "
            "segments, or add documents"
        )
    n = len(evaluation.systems)
    pairs = list(combinations(range(n), 2)) if all_pairs else [(0, k) for k in range(1, n)]
    rows: list[dict[str, Any]] = []
    ranks: list[dict[str, Any]] = []
    for column in evaluation.metrics:
        statistics = units[column.name]
        scores = evaluation.scores[column.name]["system"]
        observed = np.array([abs(scores[a] - scores[b]) for a, b in pairs])
        resamples = count if test == "bootstrap" else DEFAULT_SAMPLES["bootstrap"]
        resampled = bootstrap_scores(statistics.values, statistics.score, resamples, seed)
        if test == "bootstrap":
            p_values = paired_bootstrap_p(resampled, observed, pairs)
        else:
            p_values = randomization_p(
                statistics.values, statistics.score, observed, pairs, count, seed
            )
        decisive = np.maximum(p_values, min_p_value(statistics.values, observed, pairs))
        adjusted = holm(decisive)
        for k, pair in enumerate(pairs):
            rows.append(
                _row(
                    evaluation,
                    column,
                    pair,
                    resampled,
                    float(p_values[k]),
                    float(adjusted[k] if all_pairs else decisive[k]),
                    float(adjusted[k]),
                )
            )
        if all_pairs:
            found = clusters(scores, adjusted, higher_is_better=column.higher_is_better)
            ranks += [
                {"metric": column.name, "system": evaluation.systems[s], "rank": found[s]}
                for s in range(n)
            ]
    detailed = [] if all_pairs else pairs
    return Comparison(
        rows,
        ranks,
        [row for pair in detailed for row in _segments(evaluation, pair)],
        [row for pair in detailed for row in _documents(evaluation, pair)],
        [row for pair in detailed for row in _buckets(evaluation, pair)],
        [row for pair in detailed for row in _terms(evaluation, pair)],
        {
            "test": test,
            "samples": count,
            "seed": seed,
            "unit": resample,
            "units": n_units,
            "all_pairs": all_pairs,
        },
    )


def _row(
    evaluation: Evaluation,
    column: MetricColumn,
    pair: Pair,
    resampled: Array,
    p_value: float,
    decisive: float,
    adjusted: float,
) -> dict[str, Any]:
    baseline, system = pair
    scores = evaluation.scores[column.name]["system"]
    delta = float(scores[system] - scores[baseline])
    ends = interval(resampled[[system, baseline]])
    differences = resampled[system] - resampled[baseline]
    delta_ends = interval(differences)
    detectable = float(detectable_difference(differences))
    wins, ties, losses = _wins(evaluation, column, pair)
    return {
        "system": evaluation.systems[system],
        "baseline": evaluation.systems[baseline],
        "metric": column.name,
        "score": known_number(scores[system]),
        "baseline_score": known_number(scores[baseline]),
        "delta": known_number(delta),
        "delta_ci": [known_number(end) for end in delta_ends],
        "p_value": known_number(p_value),
        "p_adjusted": known_number(adjusted),
        "mean": known_number(resampled[system].mean()),
        "ci": known_number((ends[0, 1] - ends[0, 0]) / 2),
        "baseline_mean": known_number(resampled[baseline].mean()),
        "baseline_ci": known_number((ends[1, 1] - ends[1, 0]) / 2),
        "agreement": agreement(column.name, column.model, delta),
        "detectable": known_number(detectable),
        "wins": wins,
        "ties": ties,
        "losses": losses,
        "verdict": _verdict(column, delta, decisive, detectable),
    }


def _verdict(column: MetricColumn, delta: float, p_value: float, detectable: float) -> str:
    """Say in words what a test shows."""
    if np.isnan(delta):
        return "no score"
    if np.isnan(p_value) or np.isnan(detectable):
        return "too few segments to tell"
    if p_value < ALPHA:
        return "better" if (delta > 0) == column.higher_is_better else "worse"
    meaningful = meaningful_difference(column.name, column.model, _AGREED)
    if meaningful is None:
        meaningful = _SHARE_OF_SCALE * column.scale
    # A difference to care for that is seen, and not significant, wants more segments as well.
    unclear = max(detectable, abs(delta)) > meaningful
    return "too few segments to tell" if unclear else "no difference shown"


def _wins(evaluation: Evaluation, column: MetricColumn, pair: Pair) -> tuple[int, int, int]:
    """Count the segments that the system wins, ties and loses; those without scores count not."""
    scores = evaluation.scores[column.name]["segment"]
    difference = scores[pair[1]] - scores[pair[0]]
    if not column.higher_is_better:
        difference = -difference
    known = difference[~np.isnan(difference)]
    return int((known > 0).sum()), int((known == 0).sum()), int((known < 0).sum())


def _segments(evaluation: Evaluation, pair: Pair) -> list[dict[str, Any]]:
    """List the segments that differ most by each metric, both ways together."""
    baseline, system = pair
    rows = []
    for column in evaluation.metrics:
        scores = evaluation.scores[column.name]["segment"]
        difference = scores[system] - scores[baseline]
        known = np.flatnonzero(~np.isnan(difference) & (difference != 0))
        order = known[np.argsort(-np.abs(difference[known]), kind="stable")]
        for i in order[:_SEGMENTS_SHOWN]:
            texts = [evaluation.hypotheses[s][i] or "" for s in (baseline, system)]
            rows.append(
                {
                    "system": evaluation.systems[system],
                    "baseline": evaluation.systems[baseline],
                    "metric": column.name,
                    "document": evaluation.documents[evaluation.segment_documents[i]],
                    "segment": int(evaluation.segment_numbers[i]),
                    "score": known_number(scores[system, i]),
                    "baseline_score": known_number(scores[baseline, i]),
                    "diff": word_diff(texts[0], texts[1]),
                }
            )
    return rows


def _documents(evaluation: Evaluation, pair: Pair) -> list[dict[str, Any]]:
    return [
        _group_row(evaluation, column, pair, {"document": document}, *scores[list(pair), d])
        for column in evaluation.metrics
        for scores in [evaluation.scores[column.name]["document"]]
        for d, document in enumerate(evaluation.documents)
    ]


def _buckets(evaluation: Evaluation, pair: Pair) -> list[dict[str, Any]]:
    """Score segments by the words of their first reference, where there is one."""
    if not evaluation.references:
        return []
    words = np.array([len(text.split()) for text in evaluation.references[0]])
    starts = (1, *(end + 1 for end in _BUCKETS))
    rows = []
    for n, start in enumerate(starts):
        name = f"{start}-{_BUCKETS[n]}" if n < len(_BUCKETS) else f"{start}+"
        inside = (words >= start) & (words <= (_BUCKETS[n] if n < len(_BUCKETS) else np.inf))
        if not inside.any():
            continue
        for column in evaluation.metrics:
            found = evaluation.statistics[column.name]
            scores = found.score(found.values[list(pair)][:, inside].sum(axis=1))
            label = {"words": name, "segments": int(inside.sum())}
            rows.append(_group_row(evaluation, column, pair, label, *scores))
    return rows


def _group_row(
    evaluation: Evaluation,
    column: MetricColumn,
    pair: Pair,
    label: dict[str, Any],
    baseline_score: float,
    score: float,
) -> dict[str, Any]:
    return {
        "system": evaluation.systems[pair[1]],
        "baseline": evaluation.systems[pair[0]],
        "metric": column.name,
        **label,
        "score": known_number(score),
        "baseline_score": known_number(baseline_score),
        "delta": known_number(score - baseline_score),
    }


def _terms(evaluation: Evaluation, pair: Pair) -> list[dict[str, Any]]:
    """List the occurrences of terms that two systems have with different verdicts."""
    names = [evaluation.systems[s] for s in pair]
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in evaluation.occurrences:
        if row["kind"] == "system" and row["system"] in names:
            place = (row["document"], row["segment"], row["source_start"])
            found.setdefault(place, {})[row["system"]] = row
    rows = []
    for (document, segment, _), by_system in found.items():
        before, after = (by_system[name] for name in names)
        if before["verdict"] != after["verdict"]:
            rows.append(
                {
                    "system": names[1],
                    "baseline": names[0],
                    "document": document,
                    "segment": segment,
                    "concept": after["concept"],
                    "source": after["source"],
                    "baseline_verdict": before["verdict"],
                    "baseline_rendering": before["rendering"],
                    "verdict": after["verdict"],
                    "rendering": after["rendering"],
                }
            )
    return rows


def word_diff(before: str, after: str) -> str:
    """Show what changed between two texts word by word: [-left out-] and {+put in+}."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    pieces = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append("".join(old[a:b]))
            continue
        if a < b:
            pieces.append(f"[-{''.join(old[a:b])}-]")
        if c < d:
            pieces.append(f"{{+{''.join(new[c:d])}+}}")
    return "".join(pieces)
