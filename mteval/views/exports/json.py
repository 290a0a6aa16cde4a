"""JSON: the document that ``mteval score --json`` prints, or some of its tables."""

from __future__ import annotations

import json

from mteval.runs.record import score_document
from mteval.views.exports.base import Export, ExportFormat
from mteval.views.exports.run_tables import data_table

__all__ = ["EXPORT"]


def _write(export: Export) -> bytes:
    found = score_document(export.results, export.record)
    if export.chosen:
        # Rows as they are in the whole document, or as in a table where they are not in it.
        found = {
            name: found[name] if name in found else data_table(export.results, name).to_pylist()
            for name in export.tables
        }
    text = json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False)
    # An argument of the command that is no UTF-8 stays readable: its bytes become JSON escapes.
    return f"{text}\n".encode("utf-8", "backslashreplace")


EXPORT = ExportFormat(_write)
