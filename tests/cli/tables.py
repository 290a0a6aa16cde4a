"""What the tests of tables on screens ask of their lines."""

from __future__ import annotations

from collections import Counter

from mteval.cli.layout import lay_out
from mteval.views.tables import Table

_NOTE = "left out, as the screen is narrow: "


def lines_of(table: Table, width: int | None) -> list[str]:
    """Return the lines of a table as text, without the blanks at their ends."""
    return ["".join(text for text, _ in line).rstrip() for line in lay_out(table, width)]


def left_out(lines: list[str]) -> str:
    """Return the headings that the line under a table names, run together; empty without one."""
    text = "".join("".join(lines).split())
    _, found, names = text.partition("".join(_NOTE.split()))
    return names.partition(";awiderone")[0] if found else ""


def all_shown(table: Table, lines: list[str]) -> None:
    """Check that lines have every key, text and number of a table, but what they say is left out.

    Texts may be broken into lines anywhere, in columns beside each other, so characters are
    counted; numbers stand in one piece.
    """
    names = left_out(lines)
    shown = []
    for n, column in enumerate(table.columns):
        if column.optional and _run_together(column.heading) in names.split(","):
            assert not column.key
            assert not column.group
        else:
            shown.append(n)
    rows = [row for group in table.groups for row in group]
    # A heading that has a short form is one or the other; an empty column may have none.
    texts = [table.title]
    for n in shown:
        if not table.columns[n].short and (any(row[n].text for row in rows) or not rows):
            texts.append(table.columns[n].heading)
    for n in shown:
        cells = [row[n].text + row[n].detail for row in rows]
        # Keys that several rows have may stand once above them.
        texts += sorted(set(cells)) if table.columns[n].group else cells
    missing = Counter("".join(map(_run_together, texts))) - Counter("".join(lines))
    assert not missing, missing
    tokens = {token for line in lines for token in line.replace("*", " ").split()}
    for n in shown:
        if table.columns[n].numeric:
            wanted = " ".join(f"{row[n].text} {row[n].detail}" for row in rows).split()
            assert not set(wanted) - tokens, (wanted, lines)


def _run_together(text: str) -> str:
    text = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    return "".join(text.split())
