"""CSV text: its rows with the lines that they start at, and texts that are no formulas in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from mteval.errors import InputError, location
from mteval.io.files import MAX_BYTES

__all__ = ["FORMULA", "NEUTRALISED", "neutralise", "parse_csv", "restore"]

# Spreadsheets take a cell for a formula by its first character. Regular expressions of Arrow and
# DuckDB (RE2) and of Python mean the same by these.
FORMULA = r"^('*[=+\-@\t\r])"
NEUTRALISED = r"^'('*[=+\-@\t\r])"


def neutralise(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe before its start.

    That is so for a text that begins with = + - @, a tab or a carriage return, and for one that
    begins with apostrophes and then one of these, so that ``restore`` can tell them apart; others
    stay as they are.
    """
    return re.sub(FORMULA, r"'\1", text, count=1)


def restore(text: str) -> str:
    """Return the text that ``neutralise`` made another of."""
    return re.sub(NEUTRALISED, r"\1", text, count=1)


def parse_csv(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV file's text, each with the number of the line where it starts.

    Raises:
        InputError: it is not valid CSV.
    """
    # One limit for the whole process, and too low for a text.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InputError(
                f"{location(path, number)}: this is not valid CSV ({error}); check the quotation "
                "marks"
            ) from None
        if cells is None:
            return
        yield number, cells
