"""How a table stands on a screen: as it is, tightened, or row by row in blocks; never cropped."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from mteval.cli.grid import Content, Grid, GridRow, Line, hung
from mteval.cli.printable import printable
from mteval.cli.wrapping import cell_len, longest_word, pad, wrap
from mteval.views.tables import Cell, Column, Table

__all__ = ["lay_out"]

# Parts of texts that are wider are folded, so that they cannot widen a column alone (chosen: a
# quarter of the usual screen).
_MAX_PIECE = 20
# Cells between the columns of a tightened table.
_GAP = 2


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to make a table narrower.

    Attributes:
        lifted: keys that hold for several rows stand on a line of their own above them.
        below: details stand under their numbers, not beside them.
        keys_wrap: keys may be of several lines, as other texts.
        skipped: how many columns that may be left out are.
    """

    lifted: bool = False
    below: bool = False
    keys_wrap: bool = False
    skipped: int = 0


def lay_out(table: Table, width: int | None) -> list[Line]:
    """Return the lines of a table, with an empty one at its end.

    A table that fits is shown as it is. Else the first of these that fits: tightened, in the way
    that takes the fewest lines; without the columns that may be left out, one by one, which a line
    below says; in blocks, a line a cell, with nothing left out. Blocks are also taken where they
    are shorter than a table of narrow columns.

    Args:
        table: to show.
        width: of the screen in cells, of which a wide character takes two; None for no limit.
    """
    shown = _cleaned(table)
    width = sys.maxsize if width is None else width
    title = [[(line, True)] for line in wrap(shown.title, width)]
    return [*title, [], *(_whole(shown, width) or _fitted(shown, width)), []]


def _cleaned(table: Table) -> Table:
    """Return a table of printable texts, with a key."""
    has_key = any(column.key or column.group for column in table.columns)
    return Table(
        printable(table.title),
        tuple(
            replace(
                column,
                heading=printable(column.heading),
                short=printable(column.short or column.heading),
                key=column.key or column.group or (n == 0 and not has_key),
            )
            for n, column in enumerate(table.columns)
        ),
        tuple(
            tuple(
                tuple(Cell(printable(c.text), c.best, printable(c.detail)) for c in row)
                for row in group
            )
            for group in table.groups
        ),
    )


def _whole(table: Table, width: int) -> list[Line] | None:
    """Return the lines of a table as it is, or nothing where it does not fit."""
    grid = Grid(
        [Content(column.heading, bold=True) for column in table.columns],
        [column.numeric for column in table.columns],
        [
            [GridRow(row) for row in group]
            for group in _rows(table, range(len(table.columns)), below=False)
        ],
        edge=1,
        indent=2,
        gap=3,
    )
    return grid.lines() if grid.width() <= width else None


def _contents(table: Table, n: int, *, below: bool) -> list[list[Content]]:
    """Return the n-th column by group: texts, marks of the best, details after or below them."""
    cells = [[row[n] for row in group] for group in table.groups]
    # Beside a number that is marked, another keeps a blank, so that digits stand under digits.
    marks = any(cell.best for group in cells for cell in group)

    def content(cell: Cell) -> Content:
        mark = "*" if cell.best else " " if marks or (cell.detail and not below) else ""
        detail = f"\n{cell.detail}" if cell.detail and below else cell.detail
        return Content(cell.text + mark + detail, cell.best)

    return [[content(cell) for cell in group] for group in cells]


def _rows(table: Table, shown: Sequence[int], *, below: bool) -> list[list[tuple[Content, ...]]]:
    """Return the rows of each group, of the columns that are shown."""
    columns = [_contents(table, n, below=below) for n in shown]
    return [list(zip(*group, strict=True)) for group in zip(*columns, strict=True)]


def _fitted(table: Table, width: int) -> list[Line]:
    """Return the lines of a table that does not fit as it is."""
    blocks = _blocks(table, width)
    n_optional = sum(column.optional > 0 for column in table.columns)
    for skipped, keys_wrap in product(range(n_optional + 1), (False, True)):
        ways = (
            _Way(lifted, below, keys_wrap, skipped)
            for lifted, below in product((False, True), repeat=2)
        )
        grids = [grid for way in ways if (grid := _tightened(table, way, width)) is not None]
        if grids:
            return min([*grids, blocks], key=len)
    return blocks


def _tightened(table: Table, way: _Way, width: int) -> list[Line] | None:
    """Return the lines of a table set in some way, or nothing where it does not fit so."""
    optional = sorted(
        (n for n, column in enumerate(table.columns) if column.optional),
        key=lambda n: (table.columns[n].optional, n),
    )
    skipped = optional[len(optional) - way.skipped :]
    lifted = [n for n, column in enumerate(table.columns) if column.group and way.lifted]
    shown = [n for n in range(len(table.columns)) if n not in {*skipped, *lifted}]
    if (way.lifted and not lifted) or not shown:
        return None
    columns = [table.columns[n] for n in shown]
    rows = _rows(table, shown, below=way.below)
    indent = 3 if lifted else 1
    room = width - indent - _GAP * (len(columns) - 1)
    widths = _widths(columns, [row for group in rows for row in group], way, room)
    if widths is None:
        return None

    def wrapped(contents: Sequence[Content]) -> list[Content]:
        return [
            content if column.numeric else content.wrapped(size)
            for content, column, size in zip(contents, columns, widths, strict=True)
        ]

    grid = Grid(
        [Content(c.short, bold=True).wrapped(w) for c, w in zip(columns, widths, strict=True)],
        [column.numeric for column in columns],
        [
            [
                GridRow(wrapped(contents), names if n == 0 or names != above[n - 1] else "")
                for n, (contents, names) in enumerate(zip(group, above, strict=True))
            ]
            for group, above in zip(rows, _shared_keys(table), strict=True)
        ],
        edge=0,
        indent=indent,
        gap=_GAP,
        above=_joined(table.columns[n].short for n in lifted),
    )
    return grid.lines(width) + _skipped_note([table.columns[n] for n in sorted(skipped)], width)


def _widths(
    columns: Sequence[Column], rows: Sequence[Sequence[Content]], way: _Way, room: int
) -> list[int] | None:
    """Return the widths of columns, or nothing where they do not fit; texts share the room.

    Args:
        columns: to fit.
        rows: their contents.
        way: that they are set in.
        room: cells that the columns have together, without the gaps.
    """
    least, most = [], []
    for n, column in enumerate(columns):
        contents = [row[n] for row in rows]
        full = max((content.width() for content in contents), default=0)
        heading = min(longest_word(column.short), _MAX_PIECE)
        breaks = not column.numeric and (way.keys_wrap or not column.key)
        piece = max((content.piece() for content in contents), default=0) if breaks else full
        least.append(max(min(piece, _MAX_PIECE) if breaks else full, heading))
        most.append(max(full, heading))
    if sum(least) > room:
        return None
    # The level that all may rise to, as water in basins: the narrow ones have what they need first.
    level = max(size for size in range(room + 1) if _risen(least, most, size) <= room)
    return [max(low, min(high, level)) for low, high in zip(least, most, strict=True)]


def _risen(least: Sequence[int], most: Sequence[int], level: int) -> int:
    return sum(max(low, min(high, level)) for low, high in zip(least, most, strict=True))


def _skipped_note(columns: Sequence[Column], width: int) -> list[Line]:
    """Return the line that says which columns are not shown, and where they are."""
    if not columns:
        return []
    names = ", ".join(" ".join(column.heading.split()) for column in columns)
    note = f"left out, as the screen is narrow: {names}; a wider one, | cat and --json show all"
    return hung(note, width, 1)


def _blocks(table: Table, width: int) -> list[Line]:
    """Return a table as a block of lines for each row: its keys, then each other cell."""
    shared_keys = [n for n, column in enumerate(table.columns) if column.group]
    own_keys = [n for n, column in enumerate(table.columns) if column.key and not column.group]
    keys = [*shared_keys, *own_keys]
    others = [n for n in range(len(table.columns)) if n not in keys]
    headings = {n: " ".join(table.columns[n].heading.split()) for n in others}
    size = max((cell_len(heading) for heading in headings.values()), default=0)
    # Beside the headings where these leave the texts half of the screen, else below each.
    beside = 3 + size + 2 if size <= width // 2 - 5 else None
    lines = hung(_joined(table.columns[n].heading for n in keys), width, 1, bold=True)
    lines.append([("─" * width, False)])
    for group, shared in zip(table.groups, _shared_keys(table), strict=True):
        for row, above in zip(group, shared, strict=True):
            lines += hung(_joined([above, *(row[n].text for n in own_keys)]), width, 1, bold=True)
            for n in others:
                lines += _block_cell(headings[n], row[n], beside, width)
            lines.append([])
    return lines[:-1] if table.groups else lines


def _shared_keys(table: Table) -> list[list[str]]:
    """Return the keys that several rows have, joined, for each row of each group."""
    columns = [n for n, column in enumerate(table.columns) if column.group]
    found: list[list[str]] = []
    last = ""
    for group in table.groups:
        found.append([])
        for row in group:
            last = _joined(row[n].text for n in columns) or last
            found[-1].append(last)
    return found


def _block_cell(heading: str, cell: Cell, beside: int | None, width: int) -> list[Line]:
    """Return the lines of a cell under its heading, or beside it from some column on."""
    text = cell.text + ("*" if cell.best else "") + (f" {cell.detail}" if cell.detail else "")
    if not text:
        return []
    start = beside or 5
    lines = wrap(text, width - start)
    first = pad("   " + heading, start, right=False) if beside else " " * start
    return [
        *([] if beside else hung(heading, width, 3)),
        *(
            [(first if n == 0 else " " * start, False), (line, cell.best)]
            for n, line in enumerate(lines)
        ),
    ]


def _joined(texts: Iterable[str]) -> str:
    """Return texts in one line, without the empty ones."""
    return "  ".join(" ".join(text.split("\n")) for text in texts if text)
