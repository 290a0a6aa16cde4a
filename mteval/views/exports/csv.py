"""CSV: one table, with no text that a spreadsheet would take for a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mteval.runs.tables import csv_bytes
from mteval.views.exports.base import Export, ExportFormat
from mteval.views.exports.run_tables import data_table

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)

__all__ = ["EXPORT"]


def _write(export: Export) -> bytes:
    return csv_bytes(data_table(export.results, export.tables[0]))


EXPORT = ExportFormat(_write, default_tables=("segments",), one_table=True)
