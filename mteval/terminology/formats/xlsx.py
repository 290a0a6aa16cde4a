"""Termbases in workbooks of Excel (XLSX): the first sheet, with the columns of CSV."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mteval.errors import InputError, location
from mteval.io.files import read_bytes
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.formats.base import (
    COLUMNS,
    Style,
    TermFormat,
    cells_of,
    check_characters,
    location_of,
    missing_package,
)
from mteval.terminology.formats.tables import table_rows
from mteval.terminology.termbase import Termbase
from mteval.wording import counted

__all__ = ["XLSX"]

# Of all parts of a workbook unpacked, and of cells in its first sheet: enough for every term of
# the United Nations, and little enough not to fill the memory.
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_CELLS = 10_000_000
# In units of UTF-16, the limit of Excel; openpyxl would cut longer text off.
MAX_CELL_TEXT = 32_767
# Of columns, in characters: most terms of references/terms.csv fit without scrolling.
_WIDTHS = {"source": 24, "target": 44, "note": 60, "concept": 24}
_OTHER_WIDTH = 12
_EXCEL_ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise missing_package("XLSX", "openpyxl") from None
    return openpyxl


def _read(path: Path) -> list[TermbaseRow]:
    openpyxl = _openpyxl()
    data = read_bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked <= MAX_UNPACKED_BYTES:
            with warnings.catch_warnings():
                # About styles, validation and the like, which do not matter here.
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(io.BytesIO(data))
                sheet = book.worksheets[0]
    # Damaged workbooks make openpyxl raise almost anything: BadZipFile, KeyError, ParseError, ...
    except Exception as error:
        reason = str(error).strip("'\"").partition("\n")[0] or type(error).__name__
        raise InputError(
            f"{location(path)}: this is not an XLSX workbook that can be read ({reason}); save it "
            "as .xlsx, without a password"
        ) from None
    if unpacked > MAX_UNPACKED_BYTES or sheet.max_row * sheet.max_column > MAX_CELLS:
        raise InputError(
            f"{location(path)}: the workbook is far larger than a termbase can be; remove what is "
            "not terms, or save it as .csv"
        )
    return table_rows(path, _lines(path, sheet))


def _lines(path: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    width = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_text(cell, location(path, number)) for cell in row]
        # Cells that are merely formatted are no cells of the table.
        while cells and not cells[-1].strip():
            cells.pop()
        width = width or len(cells)
        yield number, cells + [""] * (width - len(cells) if cells else 0)


def _text(cell: Any, where: str) -> str:
    value = cell.value
    if cell.data_type in ("f", "e"):
        what = "a formula" if cell.data_type == "f" else f"the error {value}"
        raise InputError(
            f"{where}: cell {cell.coordinate} holds {what} where text is wanted; paste its "
            "value, or format the cell as text"
        )
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def _write(termbase: Termbase, _: Style) -> tuple[bytes, list[str]]:
    openpyxl = _openpyxl()
    rows = termbase.rows()
    check_characters(rows, "XLSX")
    _check_lengths(rows)
    table = [list(COLUMNS), *map(cells_of, rows)]
    book = openpyxl.Workbook()
    _fill(book.active, table, openpyxl)
    data = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book.save(data)
    escapes = sum(any(map(_EXCEL_ESCAPE.search, cells)) for cells in table)
    notes = []
    if escapes:
        told = counted(escapes, "row")
        notes.append(f"{told} with text like _x0041_, which Excel shows as a character")
    return data.getvalue(), notes


def _check_lengths(rows: list[TermbaseRow]) -> None:
    for row in rows:
        for column, text in zip(COLUMNS, cells_of(row), strict=True):
            if len(text.encode("utf-16-le")) > 2 * MAX_CELL_TEXT:
                raise InputError(
                    f"{location_of(row)}: the {column} is longer than the {MAX_CELL_TEXT} "
                    "characters that a cell in XLSX can hold; shorten it, or write .csv"
                )


def _fill(sheet: Any, table: list[list[str]], openpyxl: Any) -> None:
    sheet.title = "terms"
    for number, cells in enumerate(table, 1):
        for index, text in enumerate(cells, 1):
            if text:
                cell = sheet.cell(number, index, text)
                # Text, though it begin with "=", and text still after somebody edits it.
                cell.data_type = "s"
                cell.number_format = "@"
    for index, column in enumerate(COLUMNS, 1):
        sheet.cell(1, index).font = openpyxl.styles.Font(bold=True)
        letter = openpyxl.utils.get_column_letter(index)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column, _OTHER_WIDTH)
    sheet.freeze_panes = "A2"


XLSX = TermFormat("XLSX", (".xlsx",), _read, _write)
