"""Whether a run passes: no significant drop, no new wrong rendering, no missing system or term."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mteval.errors import InputError, UsageError
from mteval.metrics.registry import score_function
from mteval.runs.read import Run
from mteval.runs.schema.record import TERM_METRIC
from mteval.runs.schema.rows import OccurrenceRow
from mteval.statistics.significance import (
    ALPHA,
    bootstrap_scores,
    min_p_value,
    paired_bootstrap_p,
)
from mteval.terminology.history import ChangedOccurrence, changes
from mteval.terminology.scores import SEVERITY_WEIGHTS, ratio
from mteval.terminology.vocabulary import RIGHT, VERDICTS

__all__ = ["Failure", "gate", "parse_drops"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Failure:
    """One reason why a run does not pass.

    Attributes:
        kind: a score that dropped; a system, document or score that is missing; a wrong rendering;
            a term that must be right and is not.
        system: the system that fails.
        reason: in words.
    """

    kind: Literal["drop", "missing", "rendering", "term"]
    system: str
    reason: str


@dataclass(frozen=True, slots=True)
class _DropRule:
    """How far one metric may drop.

    Attributes:
        metric: name.
        max_drop: points that are allowed.
        any_drop: whether a drop fails that is not significant.
        score: from summed statistics (..., k) to scores (...).
        higher_is_better: direction.
    """

    metric: str
    max_drop: float
    any_drop: bool
    score: Callable[[Array], Array]
    higher_is_better: bool


def parse_drops(given: Iterable[str]) -> dict[str, float]:
    """Return the largest drop allowed by metric, of texts such as ``chrf=0.5``.

    Raises:
        UsageError: a text is written otherwise, or its points are negative or infinite.
    """
    drops = {}
    for text in given:
        name, _, written = text.partition("=")
        try:
            points = float(written)
        except ValueError:
            points = math.nan
        metric = name.strip().lower()
        if not metric or not 0 <= points < math.inf:
            raise UsageError(
                f"--max-drop {text!r} is not a metric and points; write it like chrf=0.5"
            )
        drops[metric] = points
    return drops


def gate(
    run: Run,
    baseline: Run | None,
    *,
    max_drop: Mapping[str, float],
    fail_on: Sequence[str] = (),
    must_pass: Sequence[str] = (),
    any_drop: bool = False,
) -> list[Failure]:
    """Return the reasons why a run fails; none if it passes.

    Args:
        run: the run to judge.
        baseline: what it is compared with, system by system of the same name; needed for drops.
        max_drop: by metric, how many points a system may lose; term_accuracy is one of them.
        fail_on: verdicts that fail: every rendering with one that the baseline did not have there
            (nothing, where it lacks the system or document), or any at all without a baseline.
        must_pass: concepts, by id or source term, or severities, that every occurrence must have
            right.
        any_drop: let a drop count that is not significant (paired bootstrap, 5 %).

    Raises:
        UsageError: nothing is asked for, or what is asked for is unknown.
        InputError: the runs do not compare.
    """
    if not (max_drop or fail_on or must_pass):
        raise UsageError(
            "the gate has nothing to judge by; give --max-drop, --fail-on or --must-pass"
        )
    unknown = [verdict for verdict in fail_on if verdict not in VERDICTS or verdict in RIGHT]
    if unknown:
        wrong = ", ".join(verdict for verdict in VERDICTS if verdict not in RIGHT)
        raise UsageError(
            f"--fail-on {unknown[0]!r} is not a verdict of a wrong rendering; take one of: {wrong}"
        )
    failures: list[Failure] = []
    if max_drop:
        if baseline is None:
            raise UsageError("--max-drop needs a run to compare with; name one with --baseline")
        failures += _drops(run, baseline, max_drop, any_drop=any_drop)
    if fail_on:
        failures += _wrong_renderings(run, baseline, fail_on)
    if must_pass:
        failures += _wrong_terms(run, must_pass)
    return failures


def _drops(
    run: Run, baseline: Run, max_drop: Mapping[str, float], *, any_drop: bool
) -> list[Failure]:
    """Return what is missing, and then the drops, metric by metric."""
    references = [one.record["inputs"].get("references") for one in (run, baseline)]
    if references[0] != references[1]:
        raise InputError(
            f"{run.name} and {baseline.name} have other references, so their scores do not "
            "compare; score both against the same ones"
        )
    shared = [name for name in run.record["systems"] if name in baseline.record["systems"]]
    if not shared:
        raise InputError(
            f"{run.name} and {baseline.name} have no system of the same name; name them alike"
        )
    failures = _missing(run, baseline)
    for metric, points in max_drop.items():
        rule = _drop_rule(run, baseline, metric, points, any_drop=any_drop)
        for system in shared:
            failures += _score_failures(run, baseline, rule, system)
    return failures


def _missing(run: Run, baseline: Run) -> list[Failure]:
    """Return the systems, and documents of systems, that the baseline has and the run lacks."""
    now, before = (one.record["inputs"].get("systems", {}) for one in (run, baseline))
    failures = []
    for system in baseline.record["systems"]:
        lacking = sorted(set(before.get(system, {})) - set(now.get(system, {})))
        if system not in now:
            failures.append(Failure("missing", system, f"{run.name} does not have this system"))
        elif lacking:
            failures.append(Failure("missing", system, f"lacks {', '.join(lacking)}"))
    return failures


def _drop_rule(run: Run, baseline: Run, metric: str, points: float, *, any_drop: bool) -> _DropRule:
    """Return the rule of one metric, after checking that both runs computed it alike."""
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
    return _DropRule(
        metric,
        points,
        any_drop,
        ratio if metric == TERM_METRIC else score_function(metric),
        run.record["metrics"][metric]["higher_is_better"],
    )


def _score_failures(run: Run, baseline: Run, rule: _DropRule, system: str) -> list[Failure]:
    """Return whether the score of a system is gone, or dropped too far: one failure, or none."""
    before, now = (_statistics(one, rule.metric, system) for one in (baseline, run))
    if before.shape != now.shape:
        raise InputError(
            f"{run.name} and {baseline.name} have {len(now)} and {len(before)} segments, "
            "so their scores do not compare; score both against the same references"
        )
    both = np.stack([before, now])
    old, new = (float(value) for value in rule.score(both.sum(axis=1)))
    if math.isnan(new) and not math.isnan(old):
        return [Failure("missing", system, f"{rule.metric} has no score any more")]
    drop = old - new if rule.higher_is_better else new - old
    if not drop > rule.max_drop:  # NaN too: where the baseline has no score, none can drop
        return []
    p_value = _p_value(both, rule.score, drop)
    # What cannot be tested (NaN) does not pass.
    if p_value >= ALPHA and not rule.any_drop:
        return []
    tested = "cannot be tested" if math.isnan(p_value) else f"p = {p_value:.4f}"
    reason = (
        f"{rule.metric} fell by {drop:.4g}, from {old:.4g} to {new:.4g}, where {rule.max_drop:g} "
        f"is allowed ({tested})"
    )
    return [Failure("drop", system, reason)]


def _statistics(run: Run, metric: str, system: str) -> Array:
    """Return the statistics of one system, (n_segments, k)."""
    if metric not in run.statistics:
        raise InputError(f"{run.name} has no statistics of {metric}; score again")
    values: Array = run.statistics[metric][run.record["systems"].index(system)]
    return values


def _p_value(both: Array, score: Callable[[Array], Array], drop: float) -> float:
    """Return the p-value, 0-1, of a drop between two rows of statistics (2, n_segments, k)."""
    pairs, difference = [(0, 1)], np.array([abs(drop)])
    tested = paired_bootstrap_p(bootstrap_scores(both, score), difference, pairs)
    return float(np.maximum(tested, min_p_value(both, difference, pairs))[0])


def _wrong_renderings(run: Run, baseline: Run | None, fail_on: Sequence[str]) -> list[Failure]:
    """Return the occurrences of terms with a verdict that fails, if the baseline lacks them."""
    rows = [row for row in run.occurrences if row.kind == "system"]
    changed: list[ChangedOccurrence] = []
    if baseline is not None:
        known = {(row.system, row.document) for row in baseline.occurrences}
        rows = [row for row in rows if (row.system, row.document) not in known]
        changed = [
            row
            for row in changes(baseline.occurrences, run.occurrences)
            if row["change"] == "new"
            # Wrong before, and wrong in another way now.
            or (row["change"] == "still wrong" and row["rendering"] != row["rendering_before"])
        ]
    found = [
        *((row.system, row.source, row.verdict, _described(row)) for row in rows),
        *(
            (
                *(row["system"], row["source"], row["verdict"]),
                _words(row["verdict"], row["rendering"], row["document"], row["segment"]),
            )
            for row in changed
        ),
    ]
    return [
        Failure("rendering", system, f"{source} is {described}")
        for system, source, verdict, described in found
        if verdict in fail_on
    ]


def _wrong_terms(run: Run, must_pass: Sequence[str]) -> list[Failure]:
    """Return the occurrences of the terms that must be right and are not."""
    found: set[str] = set()
    failures = []
    for row in run.occurrences:
        names = {row.concept, row.source, row.severity} & set(must_pass)
        found |= names
        if names and row.kind == "system" and row.verdict not in RIGHT:
            reason = f"{row.source} must be right and is {_described(row)}"
            failures.append(Failure("term", row.system, reason))
    lacking = [name for name in must_pass if name not in found | set(SEVERITY_WEIGHTS)]
    if lacking:
        raise UsageError(
            f"--must-pass {lacking[0]!r}: no such term occurs in {run.name}; check the concept or "
            "source term"
        )
    return failures


def _described(row: OccurrenceRow) -> str:
    """Return the verdict and rendering of an occurrence, and its location."""
    return _words(row.verdict, row.rendering, row.document, row.segment)


def _words(verdict: str, rendering: str | None, document: str, segment: int) -> str:
    shown = "" if rendering is None else f", {rendering!r}"
    return f"{verdict}{shown} ({document}:{segment})"
