"""Tables of what is found about terms: the audit, proposed terms, changes between runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mteval.terminology.audit import AuditRow
from mteval.terminology.history import ChangedOccurrence, TermTrend
from mteval.terminology.mining.proposals import Proposal
from mteval.views.tables import Column, Table, key_columns, plain_table
from mteval.views.term_tables import verdict_text
from mteval.wording import counted

__all__ = ["audit_table", "change_counts", "change_table", "proposal_table", "trend_table"]

# In the order in which they are shown.
_CHANGES = ("new", "fixed", "still wrong")


def audit_table(rows: Sequence[AuditRow]) -> Table:
    """Return the official renderings to look at, one row for each; a term stands once."""
    return plain_table(
        f"Official renderings to look at ({counted(len(rows), 'term')})",
        (
            *(Column(heading, group=True) for heading in ("term", "preferred", "problems")),
            *("verdict", "rendering", "times", "places"),
        ),
        [cells for row in rows for cells in _audit_cells(row)],
    )


def _audit_cells(row: AuditRow) -> Iterator[tuple[str, ...]]:
    for n, found in enumerate(row["renderings"]):
        term = (row["source"], row["target"] or "-", ", ".join(row["problems"]))
        yield (
            *(("", "", "") if n else term),
            found["verdict"],
            found["rendering"] or "-",
            str(found["count"]),
            ", ".join(f"{place['document']}:{place['segment']}" for place in found["places"]),
        )


def proposal_table(proposals: Sequence[Proposal]) -> Table:
    """Return the proposed terms, one row for each, in their order."""
    return plain_table(
        f"Proposed terms ({len(proposals)})",
        (
            *("source", "target", "kind", "times", "so rendered", "confidence"),
            Column("documents", optional=1),
        ),
        [
            (
                proposal.source,
                proposal.target,
                proposal.kind,
                str(proposal.count),
                str(proposal.paired),
                f"{proposal.confidence:.2f}",
                ", ".join(proposal.documents),
            )
            for proposal in proposals
        ],
    )


def change_table(changed: Sequence[ChangedOccurrence], before: str, after: str) -> Table:
    """Return the occurrences that became wrong, right, or wrong in another way.

    Args:
        changed: what changed between two runs.
        before: name of the earlier run.
        after: name of the later run.
    """
    return plain_table(
        f"Errors in terms: {before} -> {after}",
        (*key_columns("change", "system", "place", "term"), "before", "after"),
        [
            (
                row["change"],
                row["system"],
                f"{row['document']}:{row['segment']}",
                row["source"],
                verdict_text(row["verdict_before"], row["rendering_before"]),
                verdict_text(row["verdict"], row["rendering"]),
            )
            for word in _CHANGES
            for row in changed
            if row["change"] == word and _is_news(row)
        ],
    )


def change_counts(changed: Sequence[ChangedOccurrence]) -> str:
    """Return how many errors are new, fixed and still there: ``1 new, 0 fixed, ...``."""
    counts = [f"{sum(row['change'] == word for row in changed)} {word}" for word in _CHANGES]
    same = sum(not _is_news(row) for row in changed)
    return ", ".join(counts) + (
        f" ({same} of them with the same rendering, not shown)" if same else ""
    )


def _is_news(row: ChangedOccurrence) -> bool:
    """Return whether to show a change: an error that is the same as before is none."""
    return row["change"] != "still wrong" or row["rendering"] != row["rendering_before"]


def trend_table(over_time: Sequence[TermTrend], runs: Sequence[str]) -> Table:
    """Return the right renderings of each term that was ever wrong, run by run.

    Args:
        over_time: the terms of each system in all runs.
        runs: names of the runs, the latest last.
    """
    return plain_table(
        f"Right renderings of each term that was ever wrong ({len(runs)} runs, in order)",
        (*key_columns("system", "term"), "right", "now"),
        [
            (
                entry["system"],
                entry["source"],
                " ".join(_rates(entry, runs)),
                _renderings_in(entry, runs[-1]),
            )
            for entry in over_time
            if any(run["right"] < run["occurrences"] for run in entry["runs"])
        ],
    )


def _rates(entry: TermTrend, runs: Sequence[str]) -> Iterator[str]:
    for run in runs:
        found = [each for each in entry["runs"] if each["run"] == run]
        yield f"{found[0]['right']}/{found[0]['occurrences']}" if found else "-"


def _renderings_in(entry: TermTrend, run: str) -> str:
    found = [each["renderings"] for each in entry["runs"] if each["run"] == run]
    return str(found[0]) if found and found[0] else "-"
