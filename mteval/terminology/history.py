"""What changed between runs: errors in terms that are new, fixed or still there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypedDict

from mteval.runs.schema.rows import OccurrenceRow, TermTally
from mteval.terminology.vocabulary import RIGHT, TermChange

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)

__all__ = ["ChangedOccurrence", "TermPoint", "TermTrend", "changes", "trend"]


class ChangedOccurrence(TypedDict):
    """An occurrence of a term that is wrong in either of two runs."""

    change: TermChange
    system: str
    document: str
    segment: int
    concept: str
    source: str
    verdict_before: str | None
    rendering_before: str | None
    verdict: str
    rendering: str | None


class TermPoint(TypedDict):
    """What a run has of a term of a system."""

    run: str
    occurrences: int
    right: int
    renderings: str | None


class TermTrend(TypedDict):
    """A term of a system over the runs that have it."""

    system: str
    concept: str
    source: str
    runs: list[TermPoint]


def changes(
    before: Iterable[OccurrenceRow], after: Iterable[OccurrenceRow]
) -> list[ChangedOccurrence]:
    """Return what changed in the occurrences of terms from one run to the next.

    An occurrence is the same if system, document, segment, source term and its place among those of
    the term in the segment are.

    Args:
        before: rows of occurrences of the earlier run.
        after: of the later one.

    Returns:
        One row for each occurrence that is wrong in either run, in the order of the later run, of
        the systems and documents that both runs have: ``change`` is "new" (wrong now, and right or
        not there before), "fixed" (wrong before, right now) or "still wrong"; an occurrence that
        was wrong and is no longer there is skipped, as nothing can be said of it.
        ``verdict_before`` and ``rendering_before`` are None where there was no such occurrence.
    """
    old = _by_identity(row for row in before if row.kind == "system")
    shared = {(row.system, row.document) for row in old.values()}
    rows: list[ChangedOccurrence] = []
    for identity, row in _by_identity(r for r in after if r.kind == "system").items():
        if (row.system, row.document) not in shared:
            continue
        earlier = old.get(identity)
        was_wrong = earlier is not None and earlier.verdict not in RIGHT
        is_wrong = row.verdict not in RIGHT
        if not (was_wrong or is_wrong):
            continue
        change: TermChange = "fixed" if not is_wrong else "still wrong" if was_wrong else "new"
        rows.append(
            {
                "change": change,
                "system": row.system,
                "document": row.document,
                "segment": row.segment,
                "concept": row.concept,
                "source": row.source,
                "verdict_before": None if earlier is None else earlier.verdict,
                "rendering_before": None if earlier is None else earlier.rendering,
                "verdict": row.verdict,
                "rendering": row.rendering,
            }
        )
    return rows


def trend(runs: Sequence[tuple[str, Iterable[TermTally]]]) -> list[TermTrend]:
    """Return what each system had for each term, run by run.

    Args:
        runs: names of runs, in order of time, with their rows of terms.

    Returns:
        One row for each system and concept, by system and concept: ``runs`` lists run, occurrences,
        right and renderings where the run has the term.
    """
    found: dict[tuple[str, str], TermTrend] = {}
    for run, rows in runs:
        for row in rows:
            if row.kind != "system":
                continue
            entry = found.setdefault(
                (row.system, row.concept),
                {"system": row.system, "concept": row.concept, "source": row.source, "runs": []},
            )
            entry["runs"].append(
                {
                    "run": run,
                    "occurrences": row.occurrences,
                    "right": row.right,
                    "renderings": row.renderings,
                }
            )
    return [found[key] for key in sorted(found)]


def _by_identity(
    rows: Iterable[OccurrenceRow],
) -> dict[tuple[str, str, int, str, int], OccurrenceRow]:
    counts: dict[tuple[str, str, int, str], int] = {}
    identified = {}
    for row in rows:
        term = (row.system, row.document, row.segment, row.source)
        counts[term] = counts.get(term, 0) + 1
        identified[(*term, counts[term])] = row
    return identified
