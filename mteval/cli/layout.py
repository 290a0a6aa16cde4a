"""How a table stands on a screen: as it is, tightened, or row by row in blocks; never cropped."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product, zip_longest

from mteval.cli.grid import Content, Grid, GridRow, Line, hung
from mteval.cli.printable import printable
from mteval.cli.wrapping import MAX_PIECE, cell_len, least_width, longest_word, pad, wrap
from mteval.views.tables import Cell, Column, Table

__all__ = ["lay_out"]

# Cells between the columns of a tightened table, and before what belongs to keys above it.
_GAP = 2
_INDENT = 3
# What stands beside headings in blocks has so many cells at least (chosen: a score and its detail).
_MIN_BESIDE = 12


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


class _Contents:
    """What stands in a column, by group."""

    def __init__(self, groups: list[list[Content]]) -> None:
        self.groups = groups

    @cached_property
    def width(self) -> int:
        """How many cells it takes where nothing is broken."""
        return max((cell.width() for group in self.groups for cell in group), default=0)

    @cached_property
    def least_width(self) -> int:
        """How many cells it needs at least where its texts are broken into lines."""
        return max((cell.least_width() for group in self.groups for cell in group), default=0)

    def wrapped(self, width: int) -> _Contents:
        """Return it with its texts broken into lines of a width."""
        if width >= self.width:
            return self
        return _Contents([[cell.wrapped(width) for cell in group] for group in self.groups])


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
        [[GridRow(row) for row in group] for group in _rows(_set(table, below=False))],
        edge=1,
        indent=2,
        gap=3,
    )
    return grid.lines() if grid.width() <= width else None


def _set(table: Table, *, below: bool) -> list[_Contents]:
    """Return the contents of each column, with details after texts or below them."""
    return [
        _contents([[row[n] for row in group] for group in table.groups], below=below)
        for n in range(len(table.columns))
    ]


def _contents(cells: Sequence[Sequence[Cell]], *, below: bool) -> _Contents:
    # Beside a number that is marked, another keeps a blank, so that digits stand under digits.
    marks = any(cell.best for group in cells for cell in group)

    def content(cell: Cell) -> Content:
        mark = "*" if cell.best else " " if marks or (cell.detail and not below) else ""
        detail = f"\n{cell.detail.strip()}" if cell.detail and below else cell.detail
        return Content(cell.text + mark + detail, cell.best)

    return _Contents([[content(cell) for cell in group] for group in cells])


def _rows(columns: Sequence[_Contents]) -> list[list[tuple[Content, ...]]]:
    """Return the rows of each group."""
    groups = zip(*(column.groups for column in columns), strict=True)
    return [list(zip(*group, strict=True)) for group in groups]


def _fitted(table: Table, width: int) -> list[Line]:
    """Return the lines of a table that does not fit as it is."""
    blocks = _blocks(table, width)
    details = any(cell.detail for group in table.groups for row in group for cell in row)
    sets = {below: _set(table, below=below) for below in ((False, True) if details else (False,))}
    n_optional = sum(column.optional > 0 for column in table.columns)
    for skipped, keys_wrap in product(range(n_optional + 1), (False, True)):
        ways = (
            _Way(lifted, below, keys_wrap, skipped)
            for lifted, below in product((False, True), sets)
        )
        tried = (_tightened(table, sets[way.below], way, width) for way in ways)
        grids = [lines for lines in tried if lines is not None]
        if grids:
            return min([*grids, blocks], key=len)
    return blocks


def _tightened(
    table: Table, contents: Sequence[_Contents], way: _Way, width: int
) -> list[Line] | None:
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
    indent = _INDENT if lifted else 1
    room = width - indent - _GAP * (len(columns) - 1)
    widths = _widths(columns, [contents[n] for n in shown], way, room)
    if widths is None:
        return None
    rows = _rows(
        [
            contents[n] if table.columns[n].numeric else contents[n].wrapped(size)
            for n, size in zip(shown, widths, strict=True)
        ]
    )
    grid = Grid(
        [Content(c.short, bold=True).wrapped(w) for c, w in zip(columns, widths, strict=True)],
        [column.numeric for column in columns],
        [
            [
                GridRow(row, names if lifted and (n == 0 or names != above[n - 1]) else "")
                for n, (row, names) in enumerate(zip(group, above, strict=True))
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
    columns: Sequence[Column], contents: Sequence[_Contents], way: _Way, room: int
) -> list[int] | None:
    """Return the widths of columns, or nothing where they do not fit; texts share the room.

    Args:
        columns: to fit.
        contents: of each.
        way: that they are set in.
        room: cells that the columns have together, without the gaps.
    """
    least, most = [], []
    for column, found in zip(columns, contents, strict=True):
        heading = max(min(longest_word(column.short), MAX_PIECE), least_width(column.short))
        breaks = not column.numeric and (way.keys_wrap or not column.key)
        least.append(max(found.least_width if breaks else found.width, heading))
        most.append(max(found.width, heading))
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
    note = f"left out, as the screen is narrow: {names}; a wider one, | cat or --json shows all"
    return hung(note, width, 1)


def _blocks(table: Table, width: int) -> list[Line]:
    """Return a table as a block of lines for each row: its keys, then each other cell."""
    shared_keys = [n for n, column in enumerate(table.columns) if column.group]
    own_keys = [n for n, column in enumerate(table.columns) if column.key and not column.group]
    keys = [*shared_keys, *own_keys]
    others = [n for n in range(len(table.columns)) if n not in keys]
    label_width = _label_width(table, others, width)
    named = keys if any(table.groups) else range(len(table.columns))
    lines = hung(_joined(table.columns[n].heading for n in named), width, 1, bold=True)
    lines.append([("─" * width, False)])
    for group, shared in zip(table.groups, _shared_keys(table), strict=True):
        for row, above in zip(group, shared, strict=True):
            lines += hung(_joined([above, *(row[n].text for n in own_keys)]), width, 1, bold=True)
            for n in others:
                lines += _block_cell(table.columns[n], row[n], label_width, width)
            lines.append([])
    return lines[:-1] if any(table.groups) else lines


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


def _label_width(table: Table, shown: Sequence[int], width: int) -> int | None:
    """Return the width of the headings of blocks; None where what stands beside has no room.

    Args:
        table: to show in blocks.
        shown: columns that are not keys.
        width: of the screen.
    """
    half = (width - _INDENT - _GAP) // 2
    size = min(max((cell_len(_joined([table.columns[n].heading])) for n in shown), default=0), half)
    numbers = [n for n in shown if table.columns[n].numeric]
    cells = [row[n].text for group in table.groups for row in group for n in numbers]
    needed = max((longest_word(text) + 1 for text in cells), default=0)
    return size if width - _INDENT - size - _GAP >= max(needed, _MIN_BESIDE) else None


def _block_cell(column: Column, cell: Cell, label_width: int | None, width: int) -> list[Line]:
    """Return the lines of a cell beside its heading, or below where that is given no width."""
    detail = cell.detail.strip()
    text = cell.text + "*" * cell.best + (f" {detail}" if detail else "")
    if not text:
        return []
    heading = _joined([column.heading])
    if label_width is None:
        start = _INDENT + _GAP
        # Numbers are whole on any screen.
        room = max(width - start, longest_word(text) if column.numeric else 0)
        below = [[(" " * start, False), (line, cell.best)] for line in wrap(text, room)]
        return hung(heading, width, _INDENT) + below
    labels = wrap(heading, label_width)
    lines = wrap(text, width - _INDENT - label_width - _GAP)
    return [
        [
            (" " * _INDENT + pad(label, label_width + _GAP, right=False), False),
            (line, cell.best),
        ]
        for label, line in zip_longest(labels, lines, fillvalue="")
    ]


def _joined(texts: Iterable[str]) -> str:
    """Return texts in one line, without the empty ones."""
    return "  ".join(" ".join(text.split("\n")) for text in texts if text)
