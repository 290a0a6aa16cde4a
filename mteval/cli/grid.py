"""Lines of a terminal, of texts in columns under headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mteval.cli.wrapping import cell_len, least_width, pad, wrap

__all__ = ["Content", "Grid", "GridRow", "Line", "hung"]

# Of a line, each text and whether it is bold.
Line = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a cell: text of one line or more, and whether it is bold."""

    text: str
    bold: bool = False

    @property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.split("\n")

    def width(self) -> int:
        """Return how many cells it takes where it is not broken."""
        return max(map(cell_len, self.lines))

    def least_width(self) -> int:
        """Return how many cells it needs at least where it is broken into lines."""
        return least_width(self.text)

    def wrapped(self, width: int) -> Content:
        """Return it broken into lines of a width."""
        return replace(self, text="\n".join(wrap(self.text, width)))


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row, and what stands above it on lines of its own, if anything does."""

    contents: Sequence[Content]
    above: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of texts in columns as wide as the texts, in sections with an empty line between them.

    Attributes:
        headings: of the columns.
        numeric: whether each column stands on the right.
        sections: of rows.
        edge: cells before the line under the headings.
        indent: cells before the first column.
        gap: cells between columns.
        above: heading of what stands above rows.
    """

    headings: Sequence[Content]
    numeric: Sequence[bool]
    sections: Sequence[Sequence[GridRow]]
    edge: int
    indent: int
    gap: int
    above: str = ""

    def widths(self) -> list[int]:
        """Return the width of each column."""
        rows = [row.contents for section in self.sections for row in section]
        return [max(row[n].width() for row in (self.headings, *rows)) for n in range(self._n())]

    def width(self) -> int:
        """Return how many cells the columns take, and one that the line under the headings has."""
        return self.indent + sum(self.widths()) + self.gap * (self._n() - 1) + 1

    def lines(self, screen: int | None = None) -> list[Line]:
        """Return the lines; what stands above rows, and the line under headings, fit the screen."""
        widths, wide = self.widths(), self.width()
        room = wide if screen is None else screen
        lines = hung(self.above, room, 1, bold=True) if self.above else []
        lines += self._row_lines(self.headings, widths, at_bottom=True)
        lines.append([(" " * self.edge + "─" * (min(wide, room) - self.edge), False)])
        for n, section in enumerate(self.sections):
            lines += [[]] if n else []
            for row in section:
                lines += hung(row.above, room, 1, bold=True) if row.above else []
                lines += self._row_lines(row.contents, widths)
        return lines

    def _n(self) -> int:
        return len(self.headings)

    def _row_lines(
        self, contents: Sequence[Content], widths: Sequence[int], *, at_bottom: bool = False
    ) -> list[Line]:
        """Return the lines of a row, whose texts begin at the top, or end at the bottom."""
        height = max(len(content.lines) for content in contents)
        lines = []
        for n in range(height):
            line = [(" " * self.indent, False)]
            for content, width, right in zip(contents, widths, self.numeric, strict=True):
                row = n - (height - len(content.lines)) if at_bottom else n
                text = content.lines[row] if 0 <= row < len(content.lines) else ""
                line += [(pad(text, width, right=right), content.bold), (" " * self.gap, False)]
            lines.append(line[:-1])
        return lines


def hung(text: str, width: int, indent: int, *, bold: bool = False) -> list[Line]:
    """Return the lines of a text, from the second on two cells further in."""
    return [[(" " * indent + line, bold)] for line in wrap(text, width - indent, hung=True)]
