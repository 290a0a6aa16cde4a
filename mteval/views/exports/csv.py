"""CSV: one table, with no text that a spreadsheet would take for a formula."""

from __future__ import annotations

from mteval.io.csv_rows import neutralise, restore
from mteval.runs.tables import csv_bytes
from mteval.views.exports.base import Export, ExportFormat
from mteval.views.exports.run_tables import data_table

__all__ = ["EXPORT", "neutralise", "restore"]


def _write(export: Export) -> bytes:
    return csv_bytes(data_table(export.results, export.tables[0]))


EXPORT = ExportFormat(_write, default_tables=("segments",), one_table=True)
