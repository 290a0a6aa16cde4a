"""Whether a run passes: what cannot be judged, or judges nothing, fails with its reason."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real

from mteval.arguments import checked_names
from mteval.comparison.coverage import missing
from mteval.comparison.drops import drops
from mteval.comparison.failures import Failure
from mteval.comparison.term_rules import check_terms_compare, wrong_renderings, wrong_terms
from mteval.errors import InputError, UsageError
from mteval.runs.read import Run
from mteval.terminology.vocabulary import RIGHT, VERDICTS

__all__ = ["Failure", "gate", "parse_drops"]


def parse_drops(given: Iterable[str]) -> dict[str, float]:
    """Return the largest drop allowed by metric, of texts such as ``chrf=0.5``.

    Raises:
        UsageError: a text is written otherwise, its points are negative or infinite, or a metric
            is given twice.
    """
    drops: dict[str, float] = {}
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
        if metric in drops:
            raise UsageError(
                f"--max-drop {text!r}: there is a bound for {metric} already; give one a metric"
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

    Whatever is asked for, what a system lacks fails: of what it has in the baseline, else of the
    test set. A rule that has nothing to judge fails too.

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
        UsageError: nothing is asked for, or what is asked for is unknown, or lets everything pass.
        InputError: the runs do not compare, or a file of one is not what was written.
    """
    fail_on = checked_names(fail_on, "fail_on")
    must_pass = checked_names(must_pass, "must_pass")
    _check_request(max_drop, fail_on, must_pass)
    if max_drop and baseline is None:
        raise UsageError("--max-drop needs a run to compare with; name one with --baseline")
    if baseline is not None:
        if not set(run.record["systems"]) & set(baseline.record["systems"]):
            raise InputError(
                f"{run.name} and {baseline.name} have no system of the same name; name them alike"
            )
        if fail_on or must_pass:
            check_terms_compare(run, baseline)
    failures: list[Failure] = []
    if baseline is not None and max_drop:
        failures += drops(run, baseline, max_drop, any_drop=any_drop)
    failures = missing(run, baseline) + failures
    if fail_on:
        failures += wrong_renderings(run, baseline, fail_on)
    if must_pass:
        failures += wrong_terms(run, must_pass)
    return failures


def _check_request(
    max_drop: Mapping[str, float], fail_on: Sequence[str], must_pass: Sequence[str]
) -> None:
    if not (max_drop or fail_on or must_pass):
        raise UsageError(
            "the gate has nothing to judge by; give --max-drop, --fail-on or --must-pass"
        )
    for metric, points in max_drop.items():
        if not isinstance(points, Real) or not 0 <= points < math.inf:
            raise UsageError(f"{metric} may drop by {points!r} points; give a number from 0 up")
    unknown = [verdict for verdict in fail_on if verdict not in VERDICTS or verdict in RIGHT]
    if unknown:
        wrong = ", ".join(verdict for verdict in VERDICTS if verdict not in RIGHT)
        raise UsageError(
            f"--fail-on {unknown[0]!r} is not a verdict of a wrong rendering; take one of: {wrong}"
        )
