"""Display-neutral tables: which cells there are, and which of them is the best of its group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Cell", "Column", "Table", "plain_table"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as text, whether it is the best of its group, and a detail to show in small."""

    text: str
    best: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, of one line or more, and whether the column has numbers."""

    heading: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready for any output; ``groups`` are runs of rows that belong together."""

    title: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[tuple[Cell, ...], ...], ...]

    def marks_best(self) -> bool:
        """Return whether any cell is marked as best."""
        return any(cell.best for group in self.groups for row in group for cell in row)


def plain_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table of texts under headings, with nothing marked."""
    return Table(
        title,
        tuple(Column(heading, False) for heading in headings),
        (tuple(tuple(Cell(text) for text in row) for row in rows),),
    )
