"""Texts in columns: how lines are padded and where they hang."""

from __future__ import annotations

from mteval.cli.grid import Content, Grid, GridRow, Line, hung


def texts(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def test_columns_are_as_wide_as_their_texts_and_headings_end_at_the_line() -> None:
    grid = Grid(
        [Content("term"), Content("two\nlines", bold=True)],
        [False, True],
        [
            [GridRow([Content("国务卿"), Content("1")], above="a key")],
            [GridRow([Content("b"), Content("22\n±3", bold=True)])],
        ],
        edge=0,
        indent=3,
        gap=2,
        above="key",
    )
    assert grid.width() == 3 + 6 + 2 + 5 + 1
    lines = grid.lines(40)
    assert texts(lines) == [
        " key",
        "             two",
        "   term    lines",
        "─────────────────",
        " a key",
        "   国务卿      1",
        "",
        "   b          22",
        "              ±3",
    ]
    assert [(text.strip(), bold) for text, bold in lines[7] if bold] == [("22", True)]


def test_a_text_hangs_from_its_second_line_on() -> None:
    assert texts(hung("one two three four five", 14, 1)) == [" one two three", "   four five"]
