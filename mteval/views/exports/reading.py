"""Tables to be read, rounded as on the screen, with the notes that a reader needs below them."""

from __future__ import annotations

from dataclasses import dataclass

from mteval.runs.results import Results
from mteval.runs.shown import BEST_MEANING, number_text, sign_meanings
from mteval.runs.standings import findings
from mteval.views.exports.base import Export
from mteval.views.exports.run_tables import data_table
from mteval.views.score_tables import document_table, domain_table, system_table
from mteval.views.tables import Cell, Column, Table
from mteval.views.term_tables import VERDICT_KEY, term_table, wrong_term_table

__all__ = ["TABLES_SHOWN", "Note", "reading_notes", "reading_tables"]

# What `mteval score` prints.
TABLES_SHOWN = ("systems", "domains", "documents", "terms")
# Of numbers that are no scores of a metric.
_OTHER_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Note:
    """A name or a sign of tables, and what it means."""

    name: str
    text: str


def reading_tables(export: Export) -> list[Table]:
    """Return the tables of an export for reading; of terms the gravest, if nobody asked for all."""
    return [_table(export.results, name, chosen=export.chosen) for name in export.tables]


def reading_notes(export: Export, tables: list[Table]) -> list[Note]:
    """Return what a reader of these tables must know: run, marks, signatures."""
    results = export.results
    notes = [Note("run", str(export.record["run"]))] if "run" in export.record else []
    if any(table.marks_best() for table in tables):
        notes.append(Note("bold", BEST_MEANING))
    if "systems" in export.tables:
        notes += [Note("finding", text) for text in findings(results)]
        notes += [Note(sign, meaning) for sign, meaning in sign_meanings(results)]
    if "terms" in export.tables:
        notes.append(Note("verdicts", VERDICT_KEY))
    notes += [
        Note(metric.label, metric.footnote)
        for metric in results.metrics
        if metric.footnote is not None
    ]
    notes += [Note(name, text) for name, text in results.signatures().items()]
    signature = results.term_signature()
    return notes if signature is None else [*notes, Note("terms", signature)]


def _table(results: Results, name: str, *, chosen: bool) -> Table:
    if name == "systems":
        return system_table(results)
    if name == "domains":
        return domain_table(results)
    if name == "documents":
        return document_table(results)
    if name == "terms":
        # Who asks for terms wants all of them.
        return term_table(results.terms) if chosen else _gravest_terms(results)
    return _rounded(results, name)


def _gravest_terms(results: Results) -> Table:
    return wrong_term_table(results.terms)


def _rounded(results: Results, name: str) -> Table:
    """Return a table with all its rows and columns, numbers rounded."""
    import pyarrow as pa

    data = data_table(results, name)
    decimals = {metric.name: metric.decimals for metric in results.metrics}
    are_texts = [pa.types.is_string(column.type) for column in data.columns]
    columns = [
        [
            _cell(value, decimals.get(heading, _OTHER_DECIMALS), is_text)
            for value in column.to_pylist()
        ]
        for heading, column, is_text in zip(data.column_names, data.columns, are_texts, strict=True)
    ]
    return Table(
        name.replace("_", " ").capitalize(),
        tuple(
            Column(heading, not is_text)
            for heading, is_text in zip(data.column_names, are_texts, strict=True)
        ),
        (tuple(zip(*columns, strict=True)),),
    )


def _cell(value: str | float | None, decimals: int, is_text: bool) -> Cell:
    if value is None:
        return Cell("" if is_text else "-")
    return Cell(number_text(value, decimals) if isinstance(value, float) else str(value))
