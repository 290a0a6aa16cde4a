"""CSV: one table, with no text that a spreadsheet would take for a formula."""

from __future__ import annotations

import re

from mteval.views.exports.base import Export, ExportFormat
from mteval.views.exports.run_tables import data_table

__all__ = ["EXPORT", "neutralise", "restore"]

# Spreadsheets take a cell for a formula by its first character.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def neutralise(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe before its start.

    That is so for a text that begins with = + - @, a tab or a carriage return, and for one that
    begins with apostrophes and then one of these, so that ``restore`` can tell them apart; others
    stay as they are.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """Return the text that ``neutralise`` made another of."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _write(export: Export) -> bytes:
    import pyarrow as pa
    import pyarrow.csv

    table = data_table(export.results, export.tables[0])
    safe = {
        name: pa.array([v if v is None else neutralise(v) for v in column.to_pylist()], pa.string())
        if pa.types.is_string(column.type)
        else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    buffer = pa.BufferOutputStream()
    pa.csv.write_csv(pa.table(safe), buffer)
    return bytes(buffer.getvalue().to_pybytes())


EXPORT = ExportFormat(_write, default_tables=("segments",), one_table=True)
