"""Excel workbooks: a sheet for each table, and one that says which run it is."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mteval.errors import InputError, UsageError
from mteval.runs.shown import RANK_MEANING
from mteval.views.exports.base import Export, ExportFormat
from mteval.views.exports.run_tables import data_table

if TYPE_CHECKING:
    import pyarrow as pa
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

__all__ = ["EXPORT"]

# Excel's limits (its "specifications and limits"); characters are UTF-16 code units, and a row of
# the 1,048,576 is the headings'.
MAX_CELL_CHARACTERS = 32_767
MAX_SHEET_ROWS = 1_048_575
# XlsxWriter escapes the first of two such that share an underscore, and readers lose the other.
_OVERLAPPING_ESCAPES = re.compile("_x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_")
# Of the properties of every workbook. Programs that save it again leave the note, and change the
# time: then it is somebody's work.
_MARK = "Written by mteval."
_PROPERTIES = "docProps/core.xml"
_MAX_PROPERTIES = 10_000
_OURS = re.compile(
    rf">{re.escape(_MARK)}</dc:description>.*<dcterms:created[^>]*>([^<]*)</dcterms:created>"
    r"<dcterms:modified[^>]*>\1</dcterms:modified>",
    re.DOTALL,
)
# In characters: a wider column would leave no room for others on a screen.
_MAX_COLUMN_WIDTH = 60
# As Excel and LibreOffice write it: the size of a column that fits so many digits.
_COLUMN_MARGIN = 2


class _ExactFloat(float):
    """A number that XlsxWriter writes with all its digits; of its own it writes 16 of 17."""

    def __format__(self, _: str) -> str:
        return repr(float(self))


def _write(export: Export) -> bytes:
    import xlsxwriter

    sheets = {name: data_table(export.results, name) for name in export.tables}
    sheets["run"] = _run_sheet(export.record)
    for name, table in sheets.items():
        _check_sheet(name, table)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    # Without it the time of the export would stand in the file.
    book.set_properties({"created": _creation_time(export.record), "comments": _MARK})
    # With it a text that looks like a formula stays a text when somebody edits the cell.
    text_format = book.add_format({"quote_prefix": True})
    bold = book.add_format({"bold": True})
    for name, table in sheets.items():
        _fill_sheet(book.add_worksheet(name), table, bold, text_format)
    book.close()
    return buffer.getvalue()


def _fill_sheet(sheet: Worksheet, table: pa.Table, bold: Format, text_format: Format) -> None:
    """Write a table to a sheet: headings that stay in sight, and filters."""
    import pyarrow as pa

    for c, (heading, column) in enumerate(zip(table.column_names, table.columns, strict=True)):
        sheet.write_string(0, c, heading, bold)
        is_text = pa.types.is_string(column.type)
        width = len(heading)
        for r, value in enumerate(column.to_pylist(), 1):
            if value is None:
                continue
            if is_text:
                sheet.write_string(r, c, value, text_format)
                width = max(width, len(value))
            else:
                sheet.write_number(r, c, _ExactFloat(value) if type(value) is float else value)
        sheet.set_column(c, c, min(width, _MAX_COLUMN_WIDTH) + _COLUMN_MARGIN)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, table.num_rows, table.num_columns - 1)


def _run_sheet(record: Mapping[str, Any]) -> pa.Table:
    """Return a table of what a record says of the run, its signatures and versions."""
    import pyarrow as pa

    rows = {
        **{key: record.get(key) for key in ("run", "created", "fingerprint")},
        **{f"finding {n}": text for n, text in enumerate(record.get("findings", ()), 1)},
        "meaning of rank": RANK_MEANING,
        **{f"signature of {name}": text for name, text in record["signatures"].items()},
        "signature of terms": record.get("term_signature"),
        **{f"version of {name}": text for name, text in record.get("versions", {}).items()},
    }
    known = {key: str(value) for key, value in rows.items() if value is not None}
    return pa.table(
        {
            "what": pa.array(list(known), pa.string()),
            "value": pa.array(list(known.values()), pa.string()),
        }
    )


def _creation_time(record: Mapping[str, Any]) -> datetime:
    try:
        return datetime.strptime(record["created"], "%Y-%m-%dT%H:%M:%SZ")
    except (KeyError, TypeError, ValueError):
        raise InputError(
            "the record of this run (run.json) does not say when it was created; score again, or "
            "export it as csv"
        ) from None


def _check_sheet(name: str, table: pa.Table) -> None:
    """Refuse a table that a sheet would cut off or change."""
    import pyarrow as pa

    if table.num_rows > MAX_SHEET_ROWS:
        raise UsageError(
            f"{name}: {table.num_rows:,} rows are more than the {MAX_SHEET_ROWS:,} that a sheet "
            "holds; export the table as csv or parquet"
        )
    for heading, column in zip(table.column_names, table.columns, strict=True):
        if not pa.types.is_string(column.type):
            continue
        for r, text in enumerate(column.to_pylist()):
            problem = None if text is None else _cell_problem(text)
            if problem is not None:
                row = table.slice(r, 1).to_pylist()[0]
                location = (
                    f"{row['document']}:{row['segment']}"
                    if "segment" in row
                    else str(row[table.column_names[0]])
                )
                raise UsageError(
                    f"{location}: the {heading} has {problem}; export the table {name} as csv"
                )


def _cell_problem(text: str) -> str | None:
    """Return what keeps a text from being in a cell of a spreadsheet, if anything does."""
    # Quick for nearly all: no character is more than two units.
    if len(text) * 2 > MAX_CELL_CHARACTERS:
        units = len(text.encode("utf-16-le")) // 2
        if units > MAX_CELL_CHARACTERS:
            return (
                f"{units:,} characters, more than the {MAX_CELL_CHARACTERS:,} that a cell of a "
                "spreadsheet holds"
            )
    overlapping = _OVERLAPPING_ESCAPES.search(text)
    return None if overlapping is None else f"{overlapping[0]}, which a spreadsheet would change"


def _is_ours(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(_PROPERTIES) as file:
            properties = file.read(_MAX_PROPERTIES)
    # Damaged archives make zipfile raise almost anything: BadZipFile, KeyError, zlib.error, ...
    except Exception:
        return False
    return _OURS.search(properties.decode("utf-8", "replace")) is not None


EXPORT = ExportFormat(_write, is_binary=True, is_ours=_is_ours)
