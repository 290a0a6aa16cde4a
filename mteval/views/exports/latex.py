"""LaTeX for a paper: tables that set every text as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mteval.views.exports.base import Export, ExportFormat
from mteval.views.exports.reading import TABLES_SHOWN, Note, reading_notes, reading_tables
from mteval.views.tables import Cell, Table

__all__ = ["EXPORT"]

_SPECIAL = str.maketrans(
    {
        **{c: rf"\{c}" for c in "&%$#_{}"},
        **{c: rf"\symbol{{{ord(c)}}}" for c in map(chr, (*range(32), *range(127, 160)))},
        "\n": "\n",
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "`": r"\textasciigrave{}",
        '"': r"\textquotedbl{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        # After the end of a row these would be its options.
        "[": "{[}",
        "]": "{]}",
        "*": "{*}",
        "↑": r"$\uparrow$",
        "↓": r"$\downarrow$",
        "±": r"$\pm$",
    }
)
# Fonts join these into dashes and quotation marks.
_LIGATURE = re.compile(r"([-',])(?=\1)")
_EDGE_SPACE = re.compile(r"(?m)^ | $| (?= )")
# About as many rows, at the size of a text, as fit on a page; a longer table must break.
_MAX_FLOAT_ROWS = 40
# In characters: about half of a line of a page. Columns with longer texts break their lines, and
# share some 70 % of the width, of which one takes 40 % at most. Chosen by hand.
_MAX_LINE = 40
_WIDE_SHARE = 0.7
_MAX_WIDTH = 0.4
# The first line of every file.
_MARK = "% Written by mteval.\n"
_PREAMBLE = r"""% Needs \usepackage{booktabs}, and \usepackage{longtable} for long tables.
% Chinese needs XeLaTeX or LuaLaTeX with a CJK font, for example with XeLaTeX:
% \usepackage{xeCJK} \setCJKmainfont{Noto Serif CJK SC}
"""


def _write(export: Export) -> bytes:
    tables = reading_tables(export)
    return _document(tables, reading_notes(export, tables)).encode()


def _document(tables: Sequence[Table], notes: Sequence[Note]) -> str:
    lines = [rf"{_escaped(note.name)}: {_escaped(note.text)}\\" + "\n" for note in notes]
    below = "\\begin{flushleft}\\footnotesize\n" + "".join(lines) + "\\end{flushleft}\n"
    return "\n".join([_MARK + _PREAMBLE, *(_table(table) for table in tables), below])


def _is_ours(content: bytes) -> bool:
    return content.startswith(_MARK.encode())


def _table(table: Table) -> str:
    rows = [row for group in table.groups for row in group]
    wide = [
        not column.numeric
        and any(len(line) > _MAX_LINE for row in rows for line in row[c].text.split("\n"))
        for c, column in enumerate(table.columns)
    ]
    width = min(_MAX_WIDTH, _WIDE_SHARE / max(1, sum(wide)))
    layout = "".join(
        "r" if column.numeric else rf"p{{{width:.2f}\linewidth}}" if is_wide else "l"
        for column, is_wide in zip(table.columns, wide, strict=True)
    )

    def lines(text: str, c: int) -> str:
        parts = _escaped(text).split("\n")
        if len(parts) == 1:
            return parts[0]
        if wide[c]:
            return r"\newline{}".join(parts)
        side = "r" if table.columns[c].numeric else "l"
        return rf"\shortstack[{side}]{{" + r"\\".join(parts) + "}"

    def cell(cell: Cell, c: int) -> str:
        text = lines(cell.text, c)
        detail = f" {_escaped(cell.detail.strip())}" if cell.detail else ""
        return (rf"\textbf{{{text}}}" if cell.best else text) + detail

    head = " & ".join(lines(column.heading, c) for c, column in enumerate(table.columns))
    body = "\\addlinespace\n".join(
        "".join(" & ".join(cell(one, c) for c, one in enumerate(row)) + " \\\\\n" for row in group)
        for group in table.groups
    )
    caption = rf"\caption{{{_escaped(table.title)}}}"
    if len(rows) > _MAX_FLOAT_ROWS:
        return (
            f"\\begin{{longtable}}{{{layout}}}\n{caption} \\\\\n\\toprule\n{head} \\\\\n\\midrule\n"
            f"\\endfirsthead\n\\toprule\n{head} \\\\\n\\midrule\n\\endhead\n"
            f"\\bottomrule\n\\endfoot\n{body}\\end{{longtable}}\n"
        )
    return (
        f"\\begin{{table}}[htbp]\n\\centering\n{caption}\n\\begin{{tabular}}{{{layout}}}\n\\toprule\n"
        f"{head} \\\\\n\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n\\end{{table}}\n"
    )


def _escaped(text: str) -> str:
    """Return a text that LaTeX sets as it is; ends of lines are left to the caller."""
    return _EDGE_SPACE.sub(r"\\ ", _LIGATURE.sub(r"\1\\/", text.translate(_SPECIAL)))


EXPORT = ExportFormat(_write, default_tables=TABLES_SHOWN, is_ours=_is_ours)
