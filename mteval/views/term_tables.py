"""The tables of terms: scores, renderings with their verdicts, occurrences in their sentences."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from mteval.runs.best import best_score
from mteval.runs.schema.rows import SEVERITIES, TermRow
from mteval.runs.shown import number_text
from mteval.runs.standings import lacks
from mteval.terminology.inventory import Inventory, OccurrenceInContext, TextRates
from mteval.views.tables import Cell, Column, Table

__all__ = [
    "VERDICT_KEY",
    "VERDICT_SIGNS",
    "gravest_first",
    "incomplete_systems",
    "occurrence_table",
    "rate_table",
    "term_table",
    "verdict_text",
    "wrong_term_table",
]

# Terms that a summary of a run shows, about a screen of them (chosen); `terms check` prints all.
MAX_WRONG_TERMS = 12
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s+(?=[\"“‘(A-Z])")
# What a verdict counts as, at a glance and without colours.
VERDICT_SIGNS = {
    "preferred": "+",
    "admitted": "+",
    "deprecated": "x",
    "transliterated": "x",
    "left in Chinese": "x",
    "other": "?",
    "omitted": "-",
}
VERDICT_KEY = (
    "+ preferred or admitted   x deprecated, transliterated or left in Chinese   "
    "? other, not in the termbase   - omitted or unclear"
)
_RATE_DECIMALS = 3
# The scores of terms, with their columns.
_RateName = Literal[
    "occurrence_accuracy",
    "tsr_wmt25",
    "consistency_macro",
    "consistency_micro",
    "deprecated_rate",
    "severity_weighted_error_rate",
]
_RATES: Mapping[_RateName, Column] = {
    "occurrence_accuracy": Column("accuracy ↑", True, short="accu- racy ↑"),
    "tsr_wmt25": Column("TSR WMT25 ↑", True),
    "consistency_macro": Column("consistency\nmacro ↑", True, short="consis- tency macro ↑"),
    "consistency_micro": Column("consistency\nmicro ↑", True, short="consis- tency micro ↑"),
    "deprecated_rate": Column("deprecated ↓", True, short="depre- cated ↓"),
    "severity_weighted_error_rate": Column("weighted\nerrors ↓", True),
}


def incomplete_systems(inventory: Inventory) -> dict[str, str]:
    """Return by system that lacks segments what it lacks, in words."""
    first = inventory.n_references
    counts = inventory.document_counts()[first:]
    return lacks(inventory.names[first:], counts, inventory.document_sizes())


def rate_table(rows: Sequence[TextRates], incomplete: Collection[str] = ()) -> Table:
    """Return the scores of terms, one row a text; the best complete system of each is marked.

    Args:
        rows: of texts.
        incomplete: systems that lack segments: scores over others do not compare with theirs.
    """
    systems = [row for row in rows if row["kind"] == "system"]
    complete = [row for row in systems if row["system"] not in incomplete]
    best = {
        name: best_score((row[name] for row in complete), higher_is_better="↑" in column.heading)
        for name, column in _RATES.items()
        if len(systems) > 1
    }
    return Table(
        "Scores of terms",
        (
            Column("system", key=True),
            Column("occurrences", True, optional=1, short="occur- rences"),
            *_RATES.values(),
        ),
        tuple(
            tuple(
                (
                    Cell(row["system"]),
                    Cell(str(row["occurrences"])),
                    *(
                        Cell(
                            number_text(row[name], _RATE_DECIMALS),
                            row in complete
                            and row[name] is not None
                            and best.get(name) == row[name],
                        )
                        for name in _RATES
                    ),
                )
                for row in rows
                if row["kind"] == kind
            )
            for kind in ("reference", "system")
        ),
    )


def term_table(rows: Sequence[TermRow]) -> Table:
    """Return a table of term x text: every rendering with its verdict."""
    names = list(dict.fromkeys(row.system for row in rows))
    by_concept: dict[str, dict[str, TermRow]] = {}
    for row in rows:
        by_concept.setdefault(row.concept, {})[row.system] = row
    return Table(
        "Terms",
        (Column("term", group=True), *(Column(name) for name in names)),
        tuple(
            (
                (
                    Cell(_named(next(iter(by_name.values())).source, concept)),
                    *(
                        Cell(_renderings(by_name[name]) if name in by_name else "")
                        for name in names
                    ),
                ),
            )
            for concept, by_name in by_concept.items()
        ),
    )


def wrong_term_table(rows: Sequence[TermRow], most: int = MAX_WRONG_TERMS) -> Table:
    """Return the terms that a system has wrong, the gravest and those of most systems first.

    Args:
        rows: of terms.
        most: terms to show.
    """
    order = gravest_first(row for row in rows if row.kind == "system")
    shown = order[:most]
    table = term_table([row for concept in shown for row in rows if row.concept == concept])
    which = f"{len(shown)} of {len(order)}, the gravest; all are in terms.csv" if order else "none"
    return replace(table, title=f"Terms that a system has wrong ({which})")


def occurrence_table(rows: Sequence[OccurrenceInContext]) -> Table:
    """Return occurrences, each in its sentence, with the rendering in brackets."""
    return Table(
        "Occurrences",
        (
            Column("place", group=True),
            Column("term", group=True),
            Column("system", key=True),
            Column("verdict"),
            Column("context"),
        ),
        tuple(
            tuple(
                (
                    Cell(f"{row.document}:{row.segment}" if n == 0 else ""),
                    Cell(row.source if n == 0 else ""),
                    Cell(row.system),
                    Cell(f"{VERDICT_SIGNS[row.verdict]} {row.verdict}"),
                    Cell(_context(row)),
                )
                for n, row in enumerate(group)
            )
            for group in _by_occurrence(rows)
        ),
    )


def gravest_first(rows: Iterable[TermRow]) -> list[str]:
    """Return the concepts that are wrong in these rows: the gravest, then the commonest."""
    wrong: dict[str, list[TermRow]] = {}
    for row in rows:
        if row.right < row.occurrences:
            wrong.setdefault(row.concept, []).append(row)
    return sorted(
        wrong,
        key=lambda concept: (
            SEVERITIES.index(wrong[concept][0].severity),
            -len(wrong[concept]),
            -sum(row.occurrences - row.right for row in wrong[concept]),
        ),
    )


def verdict_text(verdict: str | None, rendering: str | None) -> str:
    """Return a rendering with its verdict, or what there is of them."""
    if verdict is None:
        return "-"
    return verdict if rendering is None else f"{rendering} ({verdict})"


def _named(source: str, concept: str) -> str:
    return source if source == concept else f"{source}\n{concept}"


def _renderings(row: TermRow) -> str:
    return "\n".join(
        f"{VERDICT_SIGNS[found.verdict]} {found.rendering or found.verdict}"
        + (f" x{found.count}" if found.count > 1 else "")
        for found in row.renderings
    )


def _by_occurrence(rows: Sequence[OccurrenceInContext]) -> list[list[OccurrenceInContext]]:
    locations: dict[tuple[str, int, int], list[OccurrenceInContext]] = {}
    for row in rows:
        locations.setdefault((row.document, row.segment, row.source_start), []).append(row)
    return list(locations.values())


def _context(row: OccurrenceInContext) -> str:
    text, start, end = row.text or "", row.start, row.end
    if start is None or end is None:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    first = max((e for e in ends if e <= start), default=0)
    last = min((e for e in ends if e >= end), default=len(text))
    return f"{text[first:start]}[{text[start:end]}]{text[end:last]}".strip()
