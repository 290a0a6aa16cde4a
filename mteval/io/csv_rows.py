"""Rows of CSV text, with the lines that they start at."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from mteval.errors import InputError, location
from mteval.io.files import MAX_BYTES

__all__ = ["parse_csv"]


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
