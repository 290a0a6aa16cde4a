"""What a run lacks of what its baseline has, or, without one, of its own test set."""

from __future__ import annotations

from collections.abc import Mapping

from mteval.comparison.failures import Failure
from mteval.runs.read import Run
from mteval.wording import counted

__all__ = ["missing", "new_systems", "segments_of_systems"]


def missing(run: Run, baseline: Run | None) -> list[Failure]:
    """Return what of every system is not there, so that nothing can be said of it.

    A system of the baseline must have what it has there; any other one, and every one without a
    baseline, all segments of the run's test set.
    """
    now = segments_of_systems(run)
    whole = run.sizes
    before = {} if baseline is None else segments_of_systems(baseline)
    failures = []
    for system in dict.fromkeys((*before, *now)):
        if system not in now:
            failures.append(Failure("missing", system, f"{run.name} does not have this system"))
        elif lacking := _lacking(before.get(system, whole), now[system]):
            failures.append(Failure("missing", system, f"lacks {lacking}"))
    return failures


def new_systems(run: Run, baseline: Run) -> list[str]:
    """Return the systems that the baseline does not have: no score of theirs can drop."""
    known = set(baseline.record["systems"])
    return [name for name in run.record["systems"] if name not in known]


def segments_of_systems(run: Run) -> dict[str, dict[str, int]]:
    """Return by system of the record, and document, how many segments there are: none of 0."""
    found: dict[str, dict[str, int]] = {system: {} for system in run.record["systems"]}
    for row in run.score_rows:
        if row.level == "document" and row.document and row.segments and row.system in found:
            found[row.system][row.document] = row.segments
    return found


def _lacking(wanted: Mapping[str, int], found: Mapping[str, int]) -> str:
    gone = sorted(wanted.keys() - found.keys())
    part = [
        f"{counted(n - found[document], 'segment')} of {document}"
        for document, n in sorted(wanted.items())
        if 0 < found.get(document, 0) < n
    ]
    return ", ".join(gone + part)
