"""Whether a run may pass: no significant drop, no new wrong rendering, no lost term."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mteval.errors import InputError, UsageError
from mteval.metrics import score_function
from mteval.runs.folders import Run
from mteval.statistics.significance import ALPHA, bootstrap_scores, min_p_value, paired_bootstrap_p
from mteval.terminology.history import changes
from mteval.terminology.scores import SEVERITY_WEIGHTS, ratio
from mteval.terminology.verdicts import RIGHT, VERDICTS

__all__ = ["Failure", "gate", "parse_drops"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Failure:
    """Hold one reason why a run does not pass.

    Attributes:
        kind: drop, missing, rendering or term.
        system: the system that fails.
        reason: in words.
    """

    kind: str
    system: str
    reason: str


def parse_drops(given: Iterable[str]) -> dict[str, float]:
    """Read ``metric=points`` as the largest drop allowed by metric.

    Raises:
        UsageError: it is written otherwise.
    """
    drops = {}
    for text in given:
        name, _, points = text.partition("=")
        try:
            drops[name.strip().lower()] = float(points)
        except ValueError:
            points = ""
        if not name.strip() or not points or not 0 <= drops[name.strip().lower()] < np.inf:
            raise UsageError(f"--max-drop {text!r} is no metric and points, as in chrf=0.5")
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
    """List why a run fails, if it does.

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
        raise UsageError(f"--fail-on {unknown[0]!r} is no verdict of a wrong rendering: {wrong}")
    failures: list[Failure] = []
    if max_drop:
        if baseline is None:
            raise UsageError("--max-drop needs a run to compare with; name one with --baseline")
        failures += _drops(run, baseline, max_drop, any_drop=any_drop)
    if fail_on:
        failures += _renderings(run, baseline, fail_on)
    if must_pass:
        failures += _terms(run, must_pass)
    return failures


def _drops(
    run: Run, baseline: Run, max_drop: Mapping[str, float], *, any_drop: bool
) -> list[Failure]:
    references = [one.record["inputs"].get("references") for one in (run, baseline)]
    if references[0] != references[1]:
        raise InputError(
            f"{run.name} and {baseline.name} have other references, so their scores do not "
            "compare; score both against the same ones"
        )
    shared = [name for name in run.record["systems"] if name in baseline.record["systems"]]
    failures = _missing(run, baseline)
    if not shared:
        raise InputError(
            f"{run.name} and {baseline.name} have no system of the same name; name them alike"
        )
    for metric, allowed in max_drop.items():
        for one in (run, baseline):
            if metric not in one.record["metrics"]:
                known = ", ".join(one.record["metrics"])
                raise UsageError(f"{one.name} has no scores of {metric!r}; it has: {known}")
        signatures = [
            (one.record["signatures"] | {"term_accuracy": one.record.get("term_signature")})[metric]
            for one in (run, baseline)
        ]
        if signatures[0] != signatures[1]:
            raise InputError(
                f"{metric} was computed in two ways, {signatures[1]} in {baseline.name} and "
                f"{signatures[0]} in {run.name}; score both runs alike"
            )
        score = ratio if metric == "term_accuracy" else score_function(metric)
        sign = 1.0 if run.record["metrics"][metric]["higher_is_better"] else -1.0
        for system in shared:
            before, now = (_statistics(one, metric, system) for one in (baseline, run))
            if before.shape != now.shape:
                raise InputError(
                    f"{run.name} and {baseline.name} have {len(now)} and {len(before)} segments, "
                    "so their scores do not compare; score both against the same references"
                )
            both = np.stack([before, now])
            old, new = (float(value) for value in score(both.sum(axis=1)))
            drop = sign * (old - new)
            if np.isnan(new) and not np.isnan(old):
                failures.append(Failure("missing", system, f"{metric} has no score any more"))
            if not drop > allowed:
                continue
            difference = np.array([abs(drop)])
            [p] = np.maximum(
                paired_bootstrap_p(bootstrap_scores(both, score), difference, [(0, 1)]),
                min_p_value(both, difference, [(0, 1)]),
            )
            # What cannot be tested does not pass either.
            if any_drop or not p >= ALPHA:
                failures.append(
                    Failure(
                        "drop",
                        system,
                        f"{metric} fell by {drop:.4g}, from {old:.4g} to {new:.4g}, where "
                        f"{allowed:g} is allowed (p = {p:.4f})",
                    )
                )
    return failures


def _missing(run: Run, baseline: Run) -> list[Failure]:
    """List the systems, and documents of systems, that the baseline has and the run lacks."""
    now, before = (one.record["inputs"].get("systems", {}) for one in (run, baseline))
    failures = []
    for system in baseline.record["systems"]:
        lacking = sorted(set(before.get(system, {})) - set(now.get(system, {})))
        if system not in now:
            failures.append(Failure("missing", system, f"{run.name} does not have this system"))
        elif lacking:
            failures.append(Failure("missing", system, f"lacks {', '.join(lacking)}"))
    return failures


def _statistics(run: Run, metric: str, system: str) -> Array:
    if metric not in run.statistics:
        raise InputError(f"{run.name} has no statistics of {metric}; score again")
    values: Array = run.statistics[metric][run.record["systems"].index(system)]
    return values


def _renderings(run: Run, baseline: Run | None, fail_on: Sequence[str]) -> list[Failure]:
    rows: list[dict[str, Any]]
    if baseline is None:
        rows = [row for row in run.occurrences if row["kind"] == "system"]
    else:
        known = {(row["system"], row["document"]) for row in baseline.occurrences}
        rows = [
            row
            for row in run.occurrences
            if row["kind"] == "system" and (row["system"], row["document"]) not in known
        ]
        rows += [
            row
            for row in changes(baseline.occurrences, run.occurrences)
            if row["change"] == "new"
            or (row["change"] == "still wrong" and row["rendering"] != row["rendering_before"])
        ]
    return [
        Failure(
            "rendering",
            row["system"],
            f"{row['source']} is {_found(row)}",
        )
        for row in rows
        if row["verdict"] in fail_on
    ]


def _found(row: Mapping[str, Any]) -> str:
    """Say what a text has for an occurrence, and where."""
    rendering = "" if row["rendering"] is None else f", {row['rendering']!r}"
    return f"{row['verdict']}{rendering} ({row['document']}:{row['segment']})"


def _terms(run: Run, must_pass: Sequence[str]) -> list[Failure]:
    found: set[str] = set()
    failures = []
    for row in run.occurrences:
        names = {row["concept"], row["source"], row["severity"]} & set(must_pass)
        found |= names
        if names and row["kind"] == "system" and row["verdict"] not in RIGHT:
            failures.append(
                Failure(
                    "term",
                    row["system"],
                    f"{row['source']} must be right and is {_found(row)}",
                )
            )
    lacking = [name for name in must_pass if name not in found | set(SEVERITY_WEIGHTS)]
    if lacking:
        raise UsageError(
            f"--must-pass {lacking[0]!r}: no such term occurs in {run.name}; check the concept or "
            "source term"
        )
    return failures
