"""What CSV and XLSX share: a table whose first line names the columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from mteval.errors import InputError, location
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.formats.base import COLUMNS, with_statuses

__all__ = ["table_rows"]

_REQUIRED = ("source", "target")


def table_rows(path: Path, table: Iterable[tuple[int, list[str]]]) -> list[TermbaseRow]:
    """Return the rows of a table.

    Args:
        path: of the file, for messages.
        table: number and cells of each line; the first line with text names the columns.

    Raises:
        InputError: the table is empty, or its columns or a line are not as they must be.
    """
    lines = ((number, cells) for number, cells in table if any(map(str.strip, cells)))
    first = next(lines, None)
    if first is None:
        raise InputError(
            f"{location(path)}: the file is empty; its first line must name the columns "
            f"({', '.join(COLUMNS)}; only {' and '.join(_REQUIRED)} are required)"
        )
    names = _column_names(*first, path)
    rows = []
    for number, cells in lines:
        where = location(path, number)
        if len(cells) != len(names):
            raise InputError(
                f"{where}: the line has {len(cells)} cells where the header has {len(names)}; "
                "add or remove some, and put text with commas into quotation marks"
            )
        values = dict(zip(names, map(str.strip, cells), strict=True))
        values.setdefault("concept", values["source"])
        values.setdefault("status", "")
        rows.append(TermbaseRow(**values, where=where))
    return rows if "status" in names else with_statuses(rows)


def _column_names(number: int, header: list[str], path: Path) -> list[str]:
    where = location(path, number)
    names = [cell.strip().lower() for cell in header]
    if len(names) == 1 and re.search("[;\t]", names[0]):
        raise InputError(f"{where}: the cells are not separated by commas; export the file so")
    for name in names:
        if name not in COLUMNS:
            raise InputError(
                f"{where}: unknown column {name!r}; the columns known are "
                f"{', '.join(COLUMNS)}: rename or remove it"
            )
        if names.count(name) > 1:
            raise InputError(f"{where}: there are two columns {name!r}; remove or rename one")
    for name in _REQUIRED:
        if name not in names:
            raise InputError(
                f"{where}: there is no column {name!r}; the first line must name the columns, "
                f"{' and '.join(_REQUIRED)} among them"
            )
    return names
