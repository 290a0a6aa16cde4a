"""Results as display-neutral tables: which cells there are and which is best."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from mteval.runs.evaluation import Evaluation
from mteval.runs.rows import document_rows, domain_rows, system_rows
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import (
    SEVERITIES,
    SystemRow,
    TermRow,
)
from mteval.runs.tables import detail_text
from mteval.terminology.inventory import OccurrenceInContext, TextRates
from mteval.views.best import ScoredRow, best_score, best_systems

__all__ = [
    "VERDICT_KEY",
    "VERDICT_SIGNS",
    "Cell",
    "Column",
    "Table",
    "comparison_tables",
    "document_table",
    "domain_name",
    "domain_table",
    "gravest_first",
    "occurrence_table",
    "plain_table",
    "rate_table",
    "samples_text",
    "system_table",
    "term_table",
    "verdict_text",
    "wrong_term_table",
]

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
# The scores of terms, with the headings of their columns.
_RateName = Literal[
    "occurrence_accuracy",
    "tsr_wmt25",
    "consistency_macro",
    "consistency_micro",
    "deprecated_rate",
    "severity_weighted_error_rate",
]
_RATES: Mapping[_RateName, str] = {
    "occurrence_accuracy": "accuracy ↑",
    "tsr_wmt25": "TSR WMT25 ↑",
    "consistency_macro": "consistency\nmacro ↑",
    "consistency_micro": "consistency\nmicro ↑",
    "deprecated_rate": "deprecated ↓",
    "severity_weighted_error_rate": "weighted\nerrors ↓",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold one cell as text, whether it is the best of its group, and what to add in small."""

    text: str
    best: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """Hold a heading, of one line or more, and whether the column holds numbers."""

    heading: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Hold a table ready for any output; ``groups`` are runs of rows that belong together."""

    title: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[tuple[Cell, ...], ...], ...]

    def marks_best(self) -> bool:
        """Tell whether any cell is marked as best."""
        return any(cell.best for group in self.groups for row in group for cell in row)


def system_table(evaluation: Evaluation) -> Table:
    """Tabulate one row a system; the best complete system of each metric is marked."""
    rows = system_rows(evaluation)
    total = len(evaluation.segment_numbers)
    scored = _group(rows, None, evaluation.metrics, total)
    flagged = [
        ", ".join(f"{count} {flag}" for flag, count in row.flags.items() if count) for row in rows
    ]
    return Table(
        "Systems",
        (
            Column("system", False),
            Column("segments", True),
            *_metric_columns(evaluation),
            *((Column("flagged segments", False),) if any(flagged) else ()),
        ),
        (
            tuple(
                (*cells, *((Cell(text),) if any(flagged) else ()))
                for cells, text in zip(scored, flagged, strict=True)
            ),
        ),
    )


def domain_table(evaluation: Evaluation) -> Table:
    """Tabulate one row for each domain and system; the best of each domain is marked."""
    rows = domain_rows(evaluation)
    n_systems = len(evaluation.systems)
    sizes = evaluation.domain_documents() @ evaluation.document_sizes()
    return Table(
        "Domains",
        (
            Column("domain", False),
            Column("system", False),
            Column("segments", True),
            *_metric_columns(evaluation),
        ),
        tuple(
            _group(
                rows[g * n_systems : (g + 1) * n_systems],
                domain_name(domain),
                evaluation.metrics,
                int(sizes[g]),
            )
            for g, domain in enumerate(evaluation.domains())
        ),
    )


def domain_name(domain: str | None) -> str:
    """Name a domain for reading; documents without one have a name too."""
    return domain or "(none)"


def document_table(evaluation: Evaluation) -> Table:
    """Tabulate one row for each document and system; the best of each document is marked."""
    rows = document_rows(evaluation)
    n_systems = len(evaluation.systems)
    sizes = evaluation.document_sizes()
    return Table(
        "Documents",
        (
            Column("document", False),
            Column("system", False),
            Column("segments", True),
            *_metric_columns(evaluation),
        ),
        tuple(
            _group(
                rows[d * n_systems : (d + 1) * n_systems],
                document,
                evaluation.metrics,
                int(sizes[d]),
            )
            for d, document in enumerate(evaluation.documents)
        ),
    )


def _metric_columns(evaluation: Evaluation) -> tuple[Column, ...]:
    return tuple(
        Column(
            metric.heading + (f"\n{metric.variant}" if metric.variant else ""),
            True,
        )
        for metric in evaluation.metrics
    )


def _group(
    rows: Sequence[ScoredRow],
    label: str | None,
    metrics: Sequence[MetricColumn],
    complete: int,
) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of a group: its label, which stands once, if it has one; systems, scores."""
    best = {metric.name: best_systems(rows, metric, complete) for metric in metrics}

    def scored(row: ScoredRow, metric: MetricColumn) -> Cell:
        score = row.scores[metric.name]
        if score is None:
            return Cell("-")
        return Cell(
            f"{score:.{metric.decimals}f}",
            row.system in best[metric.name],
            detail_text(row, metric) if isinstance(row, SystemRow) else "",
        )

    return tuple(
        (
            *(() if label is None else (Cell("" if number else label),)),
            Cell(row.system),
            Cell(str(row.segments) if row.segments == complete else f"{row.segments}/{complete}"),
            *(scored(row, metric) for metric in metrics),
        )
        for number, row in enumerate(rows)
    )


def plain_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Tabulate rows of text under headings, with nothing marked."""
    return Table(
        title,
        tuple(Column(heading, False) for heading in headings),
        (tuple(tuple(Cell(text) for text in row) for row in rows),),
    )


def rate_table(rows: Sequence[TextRates]) -> Table:
    """Tabulate the scores of terms, one row a text; the best system of each score is marked."""
    systems = [row for row in rows if row["kind"] == "system"]
    best = {
        name: best_score((row[name] for row in systems), higher_is_better="↑" in heading)
        for name, heading in _RATES.items()
        if len(systems) > 1
    }
    return Table(
        "Scores of terms",
        (
            Column("system", False),
            Column("occurrences", True),
            *(Column(heading, True) for heading in _RATES.values()),
        ),
        tuple(
            tuple(
                (
                    Cell(row["system"]),
                    Cell(str(row["occurrences"])),
                    *(
                        Cell("-")
                        if row[name] is None
                        else Cell(
                            f"{row[name]:.3f}",
                            row["kind"] == "system" and best.get(name) == row[name],
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
    """Tabulate term x text: every rendering with its verdict."""
    names = list(dict.fromkeys(row.system for row in rows))
    by_concept: dict[str, dict[str, TermRow]] = {}
    for row in rows:
        by_concept.setdefault(row.concept, {})[row.system] = row
    return Table(
        "Terms",
        (Column("term", False), *(Column(name, False) for name in names)),
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


def _named(source: str, concept: str) -> str:
    return source if source == concept else f"{source}\n{concept}"


def wrong_term_table(rows: Sequence[TermRow], most: int) -> Table:
    """Tabulate terms that a system has wrong, the gravest and those of most systems first.

    Args:
        rows: of terms.
        most: terms to show.
    """
    order = gravest_first(row for row in rows if row.kind == "system")
    shown = order[:most]
    table = term_table([row for concept in shown for row in rows if row.concept == concept])
    which = f"{len(shown)} of {len(order)}, the gravest; all are in terms.csv"
    return replace(table, title=f"Terms that a system has wrong ({which})")


def gravest_first(rows: Iterable[TermRow]) -> list[str]:
    """List the concepts that are wrong in these rows of terms: the gravest, then the commonest."""
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


def _renderings(row: TermRow) -> str:
    return "\n".join(
        f"{VERDICT_SIGNS[found.verdict]} {found.rendering or found.verdict}"
        + (f" x{found.count}" if found.count > 1 else "")
        for found in row.renderings
    )


def occurrence_table(rows: Sequence[OccurrenceInContext]) -> Table:
    """Tabulate occurrences with the sentence that each stands in, the rendering in brackets."""
    return Table(
        "Occurrences",
        tuple(
            Column(heading, False) for heading in ("place", "term", "system", "verdict", "context")
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


def samples_text(resampling: Mapping[str, Any]) -> str:
    """Say how scores were resampled."""
    what = "randomization trials" if resampling.get("test") == "randomization" else "resamples"
    for_ranks = resampling.get("rank_samples")
    return (
        f"{resampling['samples']:,} {what} of {resampling['unit']}"
        + (f", {for_ranks:,} for ranks" if for_ranks else "")
        + f", seed {resampling['seed']}"
    )


def comparison_tables(
    comparison: Mapping[str, Any], metrics: Sequence[MetricColumn]
) -> tuple[Table, ...]:
    """Tabulate a comparison: the tests, ranks, documents, lengths, terms, segments."""
    by_name = {metric.name: metric for metric in metrics}
    rows = comparison["comparisons"]
    paired = len({row["baseline"] for row in rows}) == 1
    tests = Table(
        "Comparison with " + rows[0]["baseline"] if paired else "Comparison of all pairs",
        (
            *(() if paired else (Column("baseline", False),)),
            Column("system", False),
            Column("metric", False),
            Column("score", True),
            Column("baseline score", True),
            Column("difference", True),
            Column("p" if paired else "p (Holm)", True),
            Column("people agree", True),
            Column("detectable", True),
            Column("wins/ties/losses", True),
            Column("verdict", False),
        ),
        tuple(
            tuple(
                (
                    *(() if paired else (Cell(row["baseline"] if n == 0 else ""),)),
                    Cell(row["system"] if n == 0 else ""),
                    Cell(by_name[row["metric"]].label),
                    *_comparison_cells(row, by_name[row["metric"]], paired=paired),
                )
                for n, row in enumerate(group)
            )
            for group in _by_pair(rows)
        ),
    )
    tables = [tests]
    if comparison["ranks"]:
        tables.append(_rank_table(comparison["ranks"], by_name))
    if comparison["documents"]:
        tables.append(
            _difference_table("By document", "document", comparison["documents"], by_name)
        )
        tables.append(
            _difference_table("By words of the reference", "words", comparison["buckets"], by_name)
        )
    if comparison["terms"]:
        headings = ("system", "place", "term", "baseline has", "system has")
        tables.append(
            plain_table(
                "Terms with another verdict",
                headings,
                [
                    (
                        row["system"],
                        f"{row['document']}:{row['segment']}",
                        row["source"],
                        verdict_text(row["baseline_verdict"], row["baseline_rendering"]),
                        verdict_text(row["verdict"], row["rendering"]),
                    )
                    for row in comparison["terms"]
                ],
            )
        )
    if comparison["segments"]:
        tables.append(
            plain_table(
                "Segments that differ most: [-baseline-] {+system+}",
                ("system", "metric", "place", "baseline -> system", "text"),
                [
                    (
                        row["system"],
                        by_name[row["metric"]].label,
                        f"{row['document']}:{row['segment']}",
                        " -> ".join(
                            f"{row[key]:.{by_name[row['metric']].decimals}f}"
                            for key in ("baseline_score", "score")
                        ),
                        row["diff"],
                    )
                    for row in comparison["segments"]
                ],
            )
        )
    return tuple(tables)


def _by_pair(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    pairs: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        pairs.setdefault((row["baseline"], row["system"]), []).append(row)
    return list(pairs.values())


def _comparison_cells(
    row: Mapping[str, Any], metric: MetricColumn, *, paired: bool
) -> tuple[Cell, ...]:
    def number(value: float | None, sign: str = "") -> str:
        return "-" if value is None else f"{value:{sign}.{metric.decimals}f}"

    p = row["p_value" if paired else "p_adjusted"]
    half = None if row["delta_ci"][0] is None else (row["delta_ci"][1] - row["delta_ci"][0]) / 2

    def spread(value: float | None) -> str:
        return "" if value is None else f"±{number(value)}"

    return (
        Cell(number(row["score"]), detail=spread(row["ci"])),
        Cell(number(row["baseline_score"]), detail=spread(row["baseline_ci"])),
        Cell(number(row["delta"], "+"), detail=spread(half)),
        Cell("-" if p is None else f"{p:.4f}"),
        Cell("-" if row["agreement"] is None else f"{row['agreement']:.0%}"),
        Cell(number(row["detectable"])),
        Cell(f"{row['wins']}/{row['ties']}/{row['losses']}"),
        Cell(row["verdict"]),
    )


def _rank_table(ranks: Sequence[Mapping[str, Any]], metrics: Mapping[str, MetricColumn]) -> Table:
    systems = list(dict.fromkeys(row["system"] for row in ranks))
    found = {(row["system"], row["metric"]): row["rank"] for row in ranks}
    names = list(dict.fromkeys(row["metric"] for row in ranks))
    order = sorted(systems, key=lambda system: found[system, names[0]] or len(systems) + 1)
    return Table(
        "Ranks",
        (Column("system", False), *(Column(metrics[name].label, True) for name in names)),
        (
            tuple(
                (Cell(system), *(Cell(str(found[system, name] or "-")) for name in names))
                for system in order
            ),
        ),
    )


def _difference_table(
    title: str, key: str, rows: Sequence[Mapping[str, Any]], metrics: Mapping[str, MetricColumn]
) -> Table:
    names = list(dict.fromkeys(row["metric"] for row in rows))
    groups: dict[str, dict[str, dict[str, Mapping[str, Any]]]] = {}
    for row in rows:
        groups.setdefault(row[key], {}).setdefault(row["system"], {})[row["metric"]] = row

    def cell(row: Mapping[str, Any], metric: MetricColumn) -> Cell:
        if row["delta"] is None:
            return Cell("-")
        return Cell(
            f"{row['score']:.{metric.decimals}f}", detail=f"{row['delta']:+.{metric.decimals}f}"
        )

    return Table(
        f"{title}: score and difference from the baseline",
        (
            Column(key, False),
            Column("system", False),
            *(Column(metrics[name].label, True) for name in names),
        ),
        tuple(
            tuple(
                (
                    Cell(label if n == 0 else ""),
                    Cell(system),
                    *(cell(by_metric[name], metrics[name]) for name in names),
                )
                for n, (system, by_metric) in enumerate(by_system.items())
            )
            for label, by_system in groups.items()
        ),
    )


def verdict_text(verdict: str | None, rendering: str | None) -> str:
    """Give a rendering with its verdict, or what there is of them."""
    if verdict is None:
        return "-"
    return verdict if rendering is None else f"{rendering} ({verdict})"
