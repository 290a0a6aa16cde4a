"""Display-neutral tables: which cells there are, and what of them matters where space is short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Cell", "Column", "Table", "key_columns", "plain_table"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as text, whether it is the best of its group, and a detail to show in small."""

    text: str
    best: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and what may become of it where the screen is narrow.

    Attributes:
        heading: of one line or more.
        numeric: whether it has numbers, which are never broken.
        key: whether it names the row, and so is always there; without any, the first column does.
        group: whether it is a key that several rows have: those below that have the same, or none.
        optional: 0 for a column that is always shown; of others the highest is left out first.
        short: the heading where space is short, if it has another.
    """

    heading: str
    numeric: bool = False
    key: bool = False
    group: bool = False
    optional: int = 0
    short: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready for any output; ``groups`` are runs of rows that belong together."""

    title: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[tuple[Cell, ...], ...], ...]

    def marks_best(self) -> bool:
        """Return whether any cell is marked as best."""
        return any(cell.best for group in self.groups for row in group for cell in row)


def key_columns(*headings: str) -> tuple[Column, ...]:
    """Return the columns of texts that name a row together; all but the last may name several."""
    *several, last = headings
    return (*(Column(heading, group=True) for heading in several), Column(last, key=True))


def plain_table(
    title: str, columns: Sequence[Column | str], rows: Iterable[Sequence[str]]
) -> Table:
    """Return a table of texts with nothing marked; a column may be given as its heading alone."""
    return Table(
        title,
        tuple(Column(column) if isinstance(column, str) else column for column in columns),
        (tuple(tuple(Cell(text) for text in row) for row in rows),),
    )
