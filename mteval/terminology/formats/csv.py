"""Termbases in CSV: the format that people edit, and that mined terms are appended to."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from pathlib import Path

from mteval.errors import UsageError, location
from mteval.io.csv_rows import parse_csv
from mteval.io.encodings import decode
from mteval.io.files import kind_of, read_bytes, read_text
from mteval.io.writing import extend_file
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.formats.base import COLUMNS, Style, TermFormat, cells_of
from mteval.terminology.formats.tables import table_rows
from mteval.terminology.termbase import Termbase

__all__ = ["CSV", "append_rows"]


def _read(path: Path) -> list[TermbaseRow]:
    return table_rows(path, parse_csv(path, read_text(path)))


def _write(termbase: Termbase, _: Style) -> tuple[str, list[str]]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    # Cells that begin with = + - @ stay as they are: an apostrophe before them would keep a
    # spreadsheet from calculating, but would be part of the term for everybody else. The XLSX
    # format marks such cells as text.
    writer.writerows(map(cells_of, termbase.rows()))
    return text.getvalue(), []


CSV = TermFormat("CSV", (".csv",), _read, _write)


def append_rows(path: Path, rows: Sequence[TermbaseRow]) -> None:
    """Append rows to a termbase in CSV, whose lines stay as they are, byte for byte.

    Cells go into the columns that the file has; what it has no column for is not written. A file
    that is missing or empty is begun with all columns. Nothing is written unless the whole can be
    read.

    Raises:
        UsageError: the file is not CSV.
        InputError: the file cannot be read or written, or it and the rows contradict each other.
    """
    if path.suffix.lower() not in CSV.suffixes:
        raise UsageError(
            f"{location(path)}: terms can be appended to .csv only; write them to a new .csv file "
            "and convert it"
        )
    if not rows:
        return
    before = b"" if kind_of(path) is None else read_bytes(path)
    text = decode(before, path)
    mark = ""
    if text.strip():
        columns = _columns(text)
        mark = "\ufeff" if before.startswith(codecs.BOM_UTF8) else ""
        end = "\r\n" if "\r\n" in text else "\n"
        if not text.endswith("\n"):
            text += end
        if any(line.strip() for line in text.splitlines()[1:]):
            _check(path, text)
    else:
        columns, end, text = list(COLUMNS), "\n", ",".join(COLUMNS) + "\n"
    lines = io.StringIO()
    csv.writer(lines, lineterminator=end).writerows(
        [getattr(row, column, "") for column in columns] for row in rows
    )
    text += lines.getvalue()
    _check(path, text)
    extend_file(path, before, f"{mark}{text}".encode())


def _check(path: Path, text: str) -> None:
    """Check that a text is a termbase, as the file of a path."""
    Termbase.from_rows(table_rows(path, parse_csv(path, text)), location(path))


def _columns(text: str) -> list[str]:
    """Return the columns of a table in CSV, which its first line with any text names."""
    for cells in csv.reader(io.StringIO(text, newline="")):
        if any(map(str.strip, cells)):
            return [cell.strip().lower() for cell in cells]
    return list(COLUMNS)
