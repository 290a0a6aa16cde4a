"""The tables of a comparison: tests, ranks, documents, lengths, terms, segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict, cast

from mteval.runs.schema.record import MetricColumn
from mteval.runs.shown import SPREAD_SIGN, change_text, number_text, p_text, spread_text
from mteval.views.tables import Cell, Column, Table, key_columns, plain_table
from mteval.views.term_tables import verdict_text

__all__ = ["ComparisonDocument", "comparison_tables"]

_Columns = Mapping[str, MetricColumn]


class _PairKeys(TypedDict):
    """The two systems that a row compares."""

    system: str
    baseline: str


class _TestKeys(_PairKeys):
    """The test of a pair by a metric."""

    metric: str
    score: float | None
    baseline_score: float | None
    delta: float | None
    delta_ci: tuple[float | None, float | None]
    p_value: float | None
    p_adjusted: float | None
    ci: float | None
    baseline_ci: float | None
    agreement: float | None
    detectable: float | None
    wins: int
    ties: int
    losses: int
    verdict: str


class _RankKeys(TypedDict):
    """The rank of a system by a metric."""

    metric: str
    system: str
    rank: int | None


class _DifferenceKeys(_PairKeys):
    """The score of a system by a metric over some of the segments, and what it gains."""

    metric: str
    score: float | None
    baseline_score: float | None
    delta: float | None


class _DocumentKeys(_DifferenceKeys):
    """A difference over a document."""

    document: str


class _LengthKeys(_DifferenceKeys):
    """A difference over the segments of some number of words."""

    words: str


class _SegmentKeys(_PairKeys):
    """A segment that two systems translated differently well."""

    metric: str
    document: str
    segment: int
    score: float
    baseline_score: float
    diff: str


class _TermKeys(_PairKeys):
    """An occurrence of a term whose verdict differs."""

    document: str
    segment: int
    source: str
    baseline_verdict: str | None
    baseline_rendering: str | None
    verdict: str | None
    rendering: str | None


class ComparisonDocument(TypedDict):
    """What tables show of the JSON of a comparison, which has more; lists may be empty."""

    comparisons: list[_TestKeys]
    ranks: list[_RankKeys]
    documents: list[_DocumentKeys]
    buckets: list[_LengthKeys]
    terms: list[_TermKeys]
    segments: list[_SegmentKeys]


def comparison_tables(
    comparison: Mapping[str, Any], metrics: Sequence[MetricColumn]
) -> tuple[Table, ...]:
    """Return the tables of a comparison that has something in them.

    Args:
        comparison: as JSON has it, with the keys of ``ComparisonDocument``.
        metrics: that it compares by.
    """
    found = cast("ComparisonDocument", comparison)
    columns = {metric.name: metric for metric in metrics}
    tables = [_test_table(found["comparisons"], columns)]
    if found["ranks"]:
        tables.append(_rank_table(found["ranks"], columns))
    if found["documents"]:
        by_document = [(row["document"], row) for row in found["documents"]]
        tables.append(_difference_table("By document", "document", by_document, columns))
        by_words = [(row["words"], row) for row in found["buckets"]]
        tables.append(_difference_table("By words of the reference", "words", by_words, columns))
    if found["terms"]:
        tables.append(_changed_term_table(found["terms"]))
    if found["segments"]:
        tables.append(_segment_table(found["segments"], columns))
    return tuple(tables)


def _test_table(rows: Sequence[_TestKeys], columns: _Columns) -> Table:
    """Return a table of tests; it names the baseline in its title where all have the same."""
    one_baseline = len({row["baseline"] for row in rows}) == 1
    is_corrected = len({(row["baseline"], row["system"]) for row in rows}) > 1
    pairs: dict[tuple[str, str], list[_TestKeys]] = {}
    for row in rows:
        pairs.setdefault((row["baseline"], row["system"]), []).append(row)
    return Table(
        f"Comparison with {rows[0]['baseline']}" if one_baseline else "Comparison of all pairs",
        (
            *(() if one_baseline else (Column("baseline", group=True),)),
            Column("system", group=True),
            Column("metric", key=True),
            Column("score", True),
            Column("baseline score", True, short="base"),
            Column("difference", True, short="diff"),
            Column("p (Holm)" if is_corrected else "p", True),
            Column("people agree", True, optional=2, short="agree"),
            Column("detectable", True, optional=1, short="detect- able"),
            Column("wins/ties/losses", True, optional=3, short="wins/ ties/ losses"),
            Column("verdict"),
        ),
        tuple(
            tuple(
                (
                    *(() if one_baseline else (Cell(row["baseline"] if n == 0 else ""),)),
                    Cell(row["system"] if n == 0 else ""),
                    Cell(columns[row["metric"]].label),
                    *_test_cells(row, columns[row["metric"]]),
                )
                for n, row in enumerate(group)
            )
            for group in pairs.values()
        ),
    )


def _test_cells(row: _TestKeys, metric: MetricColumn) -> tuple[Cell, ...]:
    def number(value: float | None) -> str:
        return number_text(value, metric.decimals)

    def spread(half_width: float | None) -> str:
        return "" if half_width is None else f"{SPREAD_SIGN}{number(half_width)}"

    return (
        Cell(number(row["score"]), detail=spread(row["ci"])),
        Cell(number(row["baseline_score"]), detail=spread(row["baseline_ci"])),
        Cell(
            change_text(row["score"], row["baseline_score"], metric.decimals),
            detail=spread_text(*row["delta_ci"], metric.decimals),
        ),
        # Of a single pair it is the p-value itself.
        Cell(p_text(row["p_adjusted"])),
        Cell("-" if row["agreement"] is None else f"{row['agreement']:.0%}"),
        Cell(number(row["detectable"])),
        Cell(f"{row['wins']}/{row['ties']}/{row['losses']}"),
        Cell(row["verdict"]),
    )


def _rank_table(ranks: Sequence[_RankKeys], columns: _Columns) -> Table:
    """Return a table of system x metric, in the order of the ranks by the first metric."""
    systems = list(dict.fromkeys(row["system"] for row in ranks))
    found = {(row["system"], row["metric"]): row["rank"] for row in ranks}
    names = list(dict.fromkeys(row["metric"] for row in ranks))
    order = sorted(systems, key=lambda system: found[system, names[0]] or len(systems) + 1)
    return Table(
        "Ranks",
        (Column("system", key=True), *(Column(columns[name].label, True) for name in names)),
        (
            tuple(
                (Cell(system), *(Cell(str(found[system, name] or "-")) for name in names))
                for system in order
            ),
        ),
    )


def _difference_table(
    title: str, heading: str, rows: Iterable[tuple[str, _DifferenceKeys]], columns: _Columns
) -> Table:
    """Return a table of groups of systems, a column a metric.

    Args:
        title: of the table.
        heading: of the column that names the groups.
        rows: each with the name of its group.
        columns: the metrics by name.
    """
    groups: dict[str, dict[str, dict[str, _DifferenceKeys]]] = {}
    names: dict[str, None] = {}
    for label, row in rows:
        groups.setdefault(label, {}).setdefault(row["system"], {})[row["metric"]] = row
        names.setdefault(row["metric"])

    def cell(row: _DifferenceKeys, decimals: int) -> Cell:
        return Cell(
            number_text(row["score"], decimals),
            detail=change_text(row["score"], row["baseline_score"], decimals, ""),
        )

    return Table(
        f"{title}: score and difference from the baseline",
        (
            Column(heading, group=True),
            Column("system", key=True),
            *(Column(columns[name].label, True) for name in names),
        ),
        tuple(
            tuple(
                (
                    Cell(label if n == 0 else ""),
                    Cell(system),
                    *(cell(by_metric[name], columns[name].decimals) for name in names),
                )
                for n, (system, by_metric) in enumerate(by_system.items())
            )
            for label, by_system in groups.items()
        ),
    )


def _changed_term_table(rows: Sequence[_TermKeys]) -> Table:
    return plain_table(
        "Terms with another verdict",
        (*key_columns("system", "place", "term"), "baseline has", "system has"),
        [
            (
                row["system"],
                f"{row['document']}:{row['segment']}",
                row["source"],
                verdict_text(row["baseline_verdict"], row["baseline_rendering"]),
                verdict_text(row["verdict"], row["rendering"]),
            )
            for row in rows
        ],
    )


def _segment_table(rows: Sequence[_SegmentKeys], columns: _Columns) -> Table:
    def scores(row: _SegmentKeys) -> str:
        decimals = columns[row["metric"]].decimals
        before, after = row["baseline_score"], row["score"]
        return f"{number_text(before, decimals)} -> {number_text(after, decimals)}"

    return plain_table(
        "Segments that differ most: [-baseline-] {+system+}",
        (*key_columns("system", "metric", "place"), "baseline -> system", "text"),
        [
            (
                row["system"],
                columns[row["metric"]].label,
                f"{row['document']}:{row['segment']}",
                scores(row),
                row["diff"],
            )
            for row in rows
        ],
    )
