"""Markdown for a pull request: tables that GitHub shows with every text as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mteval.views.exports.base import Export, ExportFormat
from mteval.views.exports.reading import TABLES_SHOWN, Note, reading_notes, reading_tables
from mteval.views.tables import Cell, Table

__all__ = ["EXPORT"]

_COMMENT = "<!-- -->"
# The first line of every file.
_MARK = "<!-- Written by mteval. -->\n"
# GitHub looks for mentions, numbers of issues, emoji and addresses in the text that Markdown has
# made, where no backslash is left; only a comment between the characters keeps it from that
# (github/cmark-gfm issues 181 and 389). Its documentation wants dollar signs in a span.
_SPECIAL = re.compile(
    r"(?P<backslash>[\\`*_\[\]~|])|(?P<other>[<>&$\n\r\t\f])"
    r"|(?P<parted>@|\#(?=\d)|:(?=//)|:(?=[\w+-]+:)|(?i:www(?=\.)|GH(?=-\d)))"
)
_REPLACED = {
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
    "$": "<span>$</span>",
    "\n": "<br>",
    "\r": "&#13;",
    "\t": "&#9;",
    "\f": "&#12;",
}


def _write(export: Export) -> bytes:
    tables = reading_tables(export)
    return _document(tables, reading_notes(export, tables)).encode()


def _document(tables: Sequence[Table], notes: Sequence[Note]) -> str:
    parts = [_table(table) for table in tables]
    parts.append("".join(f"- {_escaped(note.name)}: {_escaped(note.text)}\n" for note in notes))
    return "\n".join([_MARK, *parts])


def _is_ours(content: bytes) -> bool:
    return content.startswith(_MARK.encode())


def _table(table: Table) -> str:
    def cell(cell: Cell) -> str:
        text = _escaped(cell.text)
        # The space before a detail is ours.
        detail = f" {_escaped(cell.detail.strip())}" if cell.detail else ""
        return (f"**{text}**" if cell.best else text) + detail

    lines = [
        [_escaped(column.heading) for column in table.columns],
        ["---:" if column.numeric else "---" for column in table.columns],
        *([cell(one) for one in row] for group in table.groups for row in group),
    ]
    body = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return f"### {_escaped(table.title)}\n\n{body}"


def _escaped(text: str) -> str:
    """Return a text as Markdown that GitHub shows as it is in the cell of a table."""

    def written(match: re.Match[str]) -> str:
        found = match[0]
        if match["backslash"]:
            return f"\\{found}"
        return _REPLACED[found] if match["other"] else f"{found}{_COMMENT}"

    safe = _SPECIAL.sub(written, text)
    # White space at the edges would be dropped.
    before, after = (
        _COMMENT if edge.isspace() or edge == "\ufeff" else "" for edge in (safe[:1], safe[-1:])
    )
    return f"{before}{safe}{after}"


EXPORT = ExportFormat(_write, default_tables=TABLES_SHOWN, is_ours=_is_ours)
