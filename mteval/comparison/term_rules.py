"""Whether the terms of a run are as they must be, and no worse than those of its baseline."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from mteval.comparison.failures import Failure
from mteval.errors import InputError, UsageError, location
from mteval.runs.files import OCCURRENCES_FILE
from mteval.runs.read import Run
from mteval.runs.schema.record import TERM_METRIC
from mteval.runs.schema.rows import OccurrenceRow
from mteval.terminology.history import changes
from mteval.terminology.scores import SEVERITY_WEIGHTS
from mteval.terminology.vocabulary import RIGHT
from mteval.wording import listing

__all__ = ["check_terms_compare", "wrong_renderings", "wrong_terms"]

# Part of the signature of terms that decides no verdict: the rules have a number of their own.
_NO_RULE = "version:"


def check_terms_compare(run: Run, baseline: Run) -> None:
    """Check that both runs judge the same terms in the same texts by the same termbase and rules.

    Documents that only one of them has do no harm.

    Raises:
        InputError: they do not.
    """
    now, before = (_term_rules(one) for one in (run, baseline))
    if now != before:
        raise InputError(
            f"{run.name} and {baseline.name} have other termbases or rules for terms ({now} and "
            f"{before}), so it cannot be told what became worse; score both with the same termbase"
        )
    (new_sources, new_dates), (old_sources, old_dates) = map(_sources_and_dates, (run, baseline))
    for words, new, old in (
        ("sources", new_sources, old_sources),
        ("dates", new_dates, old_dates),
    ):
        differ = [
            document for document in new if document in old and new[document] != old[document]
        ]
        if differ:
            raise InputError(
                f"{run.name} and {baseline.name} have other {words} of {listing(differ)}, so their "
                "terms do not compare; score both against the same ones"
            )


def _term_rules(run: Run) -> str:
    parts = (run.record.get("term_signature") or "no terms").split("|")
    return "|".join(part for part in parts if not part.startswith(_NO_RULE))


def _sources_and_dates(run: Run) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """Return by document the hash of its source, and its date: both decide verdicts."""
    inputs = run.record["inputs"]
    hashes = inputs.get("references", {})
    return {name: of.get("source") for name, of in hashes.items()}, inputs.get("dates", {})


def wrong_renderings(run: Run, baseline: Run | None, fail_on: Sequence[str]) -> list[Failure]:
    """Return the occurrences of terms with a verdict that fails, if the baseline lacks them.

    A system of which nothing was judged fails too.

    Args:
        run: the run to judge.
        baseline: what may be wrong as it was, if there is one.
        fail_on: verdicts.
    """
    rows = _judged(run)
    judged = {row.system for row in rows}
    failures = [
        Failure("rendering", system, "no occurrence of a term was judged")
        for system in run.record["systems"]
        if system not in judged
    ]
    if not failures and "deprecated" in fail_on and run.record.get("term_statuses") is not None:
        failures += _without_deprecated(run)
    found: list[tuple[str, str, str, str]] = []
    if baseline is not None:
        old = _judged(baseline)
        known = {(row.system, row.document) for row in old}
        for row in changes(old, rows):
            # Or wrong before, and wrong in another way now.
            if row["change"] == "new" or (
                row["change"] == "still wrong" and row["rendering"] != row["rendering_before"]
            ):
                words = _words(row["verdict"], row["rendering"], row["document"], row["segment"])
                found.append((row["system"], row["source"], row["verdict"], words))
        rows = [row for row in rows if (row.system, row.document) not in known]
    alone = [(row.system, row.source, row.verdict, _described(row)) for row in rows]
    failures += [
        Failure("rendering", system, f"{source} is {described}")
        for system, source, verdict, described in (*alone, *found)
        if verdict in fail_on
    ]
    return failures


def _without_deprecated(run: Run) -> list[Failure]:
    if run.record["term_statuses"].get("deprecated"):
        return []
    reason = "no term that occurs has a deprecated rendering, so that none can be judged"
    return [Failure("rendering", system, reason) for system in run.record["systems"]]


def wrong_terms(run: Run, must_pass: Sequence[str]) -> list[Failure]:
    """Return the occurrences of the terms that must be right and are not.

    A system of which no occurrence of such a term was judged fails too.

    Args:
        run: the run to judge.
        must_pass: concepts, by id or source term, or severities.

    Raises:
        UsageError: no term of a name occurs, and it is no severity.
    """
    rows = _judged(run)
    failures = []
    wanted = set(must_pass)
    found: set[tuple[str, str]] = set()
    for row in rows:
        names = {row.concept, row.source, row.severity} & wanted
        found |= {(name, row.system) for name in names}
        if names and row.verdict not in RIGHT:
            reason = f"{row.source} must be right and is {_described(row)}"
            failures.append(Failure("term", row.system, reason))
    names_found = {name for name, _ in found}
    for name in must_pass:
        if name not in names_found | set(SEVERITY_WEIGHTS):
            raise UsageError(
                f"--must-pass {name!r}: no such term occurs in {run.name}; check the concept or "
                "source term"
            )
    for name in dict.fromkeys(must_pass):
        kind = f"of a {name} term" if name in SEVERITY_WEIGHTS else f"of {name}"
        failures += [
            Failure("term", system, f"no occurrence {kind} was judged")
            for system in run.record["systems"]
            if (name, system) not in found
        ]
    return failures


def _judged(run: Run) -> list[OccurrenceRow]:
    """Return the occurrences of systems, after checking that they are those of the scores.

    Raises:
        InputError: the run has no terms, or its occurrences give another score.
    """
    rows = [row for row in run.occurrences if row.kind == "system"]
    n_judged = Counter(row.system for row in rows)
    n_right = Counter(row.system for row in rows if row.verdict in RIGHT)
    for system in run.record["systems"]:
        share = n_right[system] / n_judged[system] if n_judged[system] else math.nan
        known = run.system_score(TERM_METRIC, system)
        if not math.isclose(share, known, rel_tol=1e-9) and not (
            math.isnan(share) and math.isnan(known)
        ):
            raise InputError(
                f"{location(run.folder / OCCURRENCES_FILE)}: the occurrences of terms give "
                f"{system} a share of right ones of {share:.6g}, and the scores of the run have "
                f"{known:.6g}; a file was changed: score again"
            )
    return rows


def _described(row: OccurrenceRow) -> str:
    """Return the verdict and rendering of an occurrence, and its location."""
    return _words(row.verdict, row.rendering, row.document, row.segment)


def _words(verdict: str, rendering: str | None, document: str, segment: int) -> str:
    shown = "" if rendering is None else f", {rendering!r}"
    return f"{verdict}{shown} ({document}:{segment})"
