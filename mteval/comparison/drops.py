"""Whether the scores of a run dropped further than they may since its baseline."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from mteval.comparison.coverage import segments_of_systems
from mteval.comparison.failures import Failure
from mteval.errors import InputError, UsageError, location
from mteval.metrics.registry import parse_metrics, score_function
from mteval.runs.files import STATISTICS_FILE
from mteval.runs.read import Run
from mteval.runs.schema.record import TERM_METRIC
from mteval.runs.shown import number_text, p_text
from mteval.statistics.significance import (
    ALPHA,
    bootstrap_scores,
    min_p_value,
    paired_bootstrap_p,
)
from mteval.terminology.scores import ratio

__all__ = ["drops"]

Array = npt.NDArray[np.float64]
# How far the sum of a run's statistics may be from the score beside them, relatively: sums of
# another order differ by 1e-12, what is shown by 1e-4.
_SCORE_TOLERANCE = 1e-6
# Decimals of what scores hardly too far apart need; of a double as large as 100 more say nothing.
_MAX_DECIMALS = 15
# What an older mteval does not say: three digits serve every scale.
_DECIMALS = 3
# Of term accuracy, a share.
_TERM_RANGE = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class _DropRule:
    """How far one metric may drop.

    Attributes:
        metric: name.
        max_drop: points that are allowed.
        any_drop: whether a drop fails that is not significant.
        score: from summed statistics (..., k) to scores (...).
        higher_is_better: direction.
        decimals: of scores as they are shown.
    """

    metric: str
    max_drop: float
    any_drop: bool
    score: Callable[[Array], Array]
    higher_is_better: bool
    decimals: int


def drops(
    run: Run, baseline: Run, max_drop: Mapping[str, float], *, any_drop: bool
) -> list[Failure]:
    """Return the drops of the systems that both runs have, metric by metric.

    Args:
        run: the run to judge.
        baseline: what it is compared with.
        max_drop: by metric, how many points a system may lose.
        any_drop: let a drop count that is not significant.

    Raises:
        UsageError: a run has no such metric.
        InputError: the runs do not compare, or the statistics of one are not those of its scores.
    """
    _check_references(run, baseline)
    known = set(baseline.record["systems"])
    shared = [name for name in run.record["systems"] if name in known]
    failures = []
    for metric, points in max_drop.items():
        rule = _drop_rule(run, baseline, metric, points, any_drop=any_drop)
        for system in shared:
            failures += _score_failures(run, baseline, rule, system)
    return failures


def _check_references(run: Run, baseline: Run) -> None:
    now, before = (one.record["inputs"].get("references") for one in (run, baseline))
    if now != before:
        raise InputError(
            f"{run.name} and {baseline.name} have other references, so their scores do not "
            "compare; score both against the same ones"
        )


def _drop_rule(run: Run, baseline: Run, metric: str, points: float, *, any_drop: bool) -> _DropRule:
    """Return the rule of one metric, after checking that both runs computed it alike.

    Raises:
        UsageError: a run has no such metric, or no score of it can drop too far.
        InputError: the runs computed it in two ways.
    """
    for one in (run, baseline):
        if metric not in one.record["metrics"]:
            known = ", ".join(one.record["metrics"])
            raise UsageError(f"{one.name} has no scores of {metric!r}; it has: {known}")
    now, before = (
        (one.record["signatures"] | {TERM_METRIC: one.record.get("term_signature")})[metric]
        for one in (run, baseline)
    )
    if now != before:
        raise InputError(
            f"{metric} was computed in two ways, {before} in {baseline.name} and {now} in "
            f"{run.name}; score both runs alike"
        )
    low, high = _TERM_RANGE if metric == TERM_METRIC else parse_metrics([metric])[0].range
    if low is not None and high is not None and points > high - low:
        raise UsageError(
            f"--max-drop {metric}={points:g} lets everything pass, as {metric} is from {low:g} to "
            f"{high:g}; give less"
        )
    return _DropRule(
        metric,
        points,
        any_drop,
        ratio if metric == TERM_METRIC else score_function(metric),
        run.record["metrics"][metric]["higher_is_better"],
        run.record["metrics"][metric].get("decimals", _DECIMALS),
    )


def _score_failures(run: Run, baseline: Run, rule: _DropRule, system: str) -> list[Failure]:
    """Return whether the score of a system is gone, or dropped too far: one failure, or none."""
    before, now = (_statistics(one, rule.metric, system) for one in (baseline, run))
    if len(before) != len(now):
        raise InputError(
            f"{run.name} and {baseline.name} have {len(now)} and {len(before)} segments, "
            "so their scores do not compare; score both against the same references"
        )
    for one, values in ((baseline, before), (run, now)):
        _check_score(one, rule, system, values)
    before, now = _of_same_documents(run, baseline, system, before, now)
    old, new = (float(rule.score(values.sum(axis=0))) for values in (before, now))
    if math.isnan(old):
        reason = f"{baseline.name} has no score of {rule.metric} to compare with"
        return [Failure("missing", system, reason)]
    if math.isnan(new):
        return [Failure("missing", system, f"{rule.metric} has no score any more")]
    drop = old - new if rule.higher_is_better else new - old
    if drop <= rule.max_drop:
        return []
    lowest, p_value = _p_values(np.stack([before, now]), rule.score, drop)
    # What cannot be tested does not pass: NaN, and where no outcome would be significant.
    if p_value >= ALPHA > lowest and not rule.any_drop:
        return []
    tested = f"p = {p_text(p_value)}"
    if math.isnan(p_value):
        tested = "cannot be tested"
    elif lowest >= ALPHA and not rule.any_drop:
        tested = "too few segments differ to tell whether it is by chance"
    allowed = repr(rule.max_drop).removesuffix(".0")
    reason = f"{_drop_text(rule, old, new)}, where {allowed} is allowed ({tested})"
    return [Failure("drop", system, reason)]


def _of_same_documents(
    run: Run, baseline: Run, system: str, before: Array, now: Array
) -> tuple[Array, Array]:
    """Return statistics of the baseline and the run, of the documents that the baseline has.

    One that is new could hide what others lost; where one is gone, that fails by itself.
    """
    has_now, shared = (segments_of_systems(one)[system] for one in (run, baseline))
    if not shared.keys() <= has_now.keys():
        return before, now
    parts = []
    for one, statistics in ((baseline, before), (run, now)):
        ends = dict(zip(one.sizes, np.cumsum([*one.sizes.values()]).tolist(), strict=True))
        rows = [np.arange(ends[name] - one.sizes[name], ends[name]) for name in shared]
        parts.append(statistics[np.concatenate([np.arange(0), *rows])])
    return parts[0], parts[1]


def _drop_text(rule: _DropRule, old: float, new: float) -> str:
    """Return a drop between both scores as they are shown, with the digits to see it as too far."""
    verb = "fell" if rule.higher_is_better else "rose"
    for decimals in range(rule.decimals, _MAX_DECIMALS):
        before, after = number_text(old, decimals), number_text(new, decimals)
        points = abs(Decimal(after) - Decimal(before))
        if points > rule.max_drop:
            break
    return f"{rule.metric} {verb} by {points:f}, from {before} to {after}"


def _statistics(run: Run, metric: str, system: str) -> Array:
    """Return the statistics of one system, (n_segments, k)."""
    if metric not in run.statistics:
        raise InputError(f"{run.name} has no statistics of {metric}; score again")
    values: Array = run.statistics[metric][run.record["systems"].index(system)]
    return values


def _check_score(run: Run, rule: _DropRule, system: str, statistics: Array) -> None:
    """Check that statistics (n_segments, k) give the score that the run has."""
    known = run.system_score(rule.metric, system)
    try:
        score = float(rule.score(statistics.sum(axis=0)))
    # Of another number of columns than the metric has.
    except (IndexError, ValueError, TypeError) as error:
        raise InputError(
            f"{location(run.folder / STATISTICS_FILE)}: these are not the statistics of "
            f"{rule.metric} ({error}); score again"
        ) from None
    if not math.isclose(score, known, rel_tol=_SCORE_TOLERANCE, abs_tol=_SCORE_TOLERANCE) and not (
        math.isnan(score) and math.isnan(known)
    ):
        raise InputError(
            f"{location(run.folder / STATISTICS_FILE)}: the statistics of {rule.metric} give "
            f"{system} {score:.6g}, and the scores of the run have {known:.6g}; a file was "
            "changed: score again"
        )


def _p_values(both: Array, score: Callable[[Array], Array], drop: float) -> tuple[float, float]:
    """Return the least p-value that two rows of statistics (2, n, k) allow, and that of a drop."""
    pairs, difference = [(0, 1)], np.array([abs(drop)])
    tested = paired_bootstrap_p(bootstrap_scores(both, score), difference, pairs)
    lowest = min_p_value(both, difference, pairs)
    return float(lowest[0]), float(np.maximum(tested, lowest)[0])
