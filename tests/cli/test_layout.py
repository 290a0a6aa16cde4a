"""Tables on screens of any width: nothing is cropped, and what is left out is named."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mteval.views.tables import Cell, Column, Table, key_columns, plain_table
from tests.cli.tables import all_shown, left_out, lines_of

NAMES = st.text(st.sampled_from("abc-_/ .国务卿，שل\u0301👍\x1b\u200b"), min_size=1, max_size=60)
NUMBERS = st.from_regex(r"[+-]?[0-9]{1,4}(\.[0-9]{1,4})?%?", fullmatch=True)
DETAILS = st.sampled_from(["", "", "±6.0 (1)", "+0.001", "≠"])


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = [Column(draw(NAMES), key=draw(st.booleans()), group=draw(st.booleans()))]
    for _ in range(draw(st.integers(0, 6))):
        numeric, key = draw(st.booleans()), draw(st.booleans())
        key = key and not numeric
        optional = 0 if key else draw(st.integers(0, 3))
        columns.append(Column(draw(NAMES), numeric, key=key, optional=optional))

    def cell(column: Column) -> Cell:
        if column.numeric:
            return Cell(draw(NUMBERS), draw(st.booleans()), draw(DETAILS))
        return Cell(draw(NAMES), draw(st.booleans()))

    groups = tuple(
        tuple(tuple(map(cell, columns)) for _ in range(draw(st.integers(1, 3))))
        for _ in range(draw(st.integers(0, 3)))
    )
    return Table(draw(NAMES), tuple(columns), groups)


@given(tables(), st.integers(20, 130))
def test_no_table_loses_anything_or_is_wider_than_the_screen(table: Table, width: int) -> None:
    lines = lines_of(table, width)
    all_shown(table, lines)
    assert all(cell_len(line) <= width for line in lines)


@given(tables(), st.integers(1, 19))
def test_screens_of_no_use_lose_nothing_either(table: Table, width: int) -> None:
    all_shown(table, lines_of(table, width))


def scores(names: list[str], *metrics: str) -> Table:
    """Return a table as that of systems, with scores that none but the first has best."""
    return Table(
        "Systems",
        (
            Column("system", key=True),
            Column("segments", True, optional=1),
            *(Column(f"{metric} ↑", True) for metric in metrics),
            Column("flagged segments", optional=2),
        ),
        (
            tuple(
                (
                    Cell(name),
                    Cell("26"),
                    *(Cell(f"{40 - n}.{n}", n == 0, f" ±{n}.0 ({n + 1})") for _ in metrics),
                    Cell("1 copy"),
                )
                for n, name in enumerate(names)
            ),
        ),
    )


def shown(table: Table, width: int | None) -> str:
    return "\n".join(lines_of(table, width))


def test_a_table_is_made_narrower_step_by_step() -> None:
    table = scores(["llm-a", "llm-b"], "BLEU", "chrF")
    assert (
        shown(table, None)
        == shown(table, 73)
        == """\
Systems

  system   segments           BLEU ↑           chrF ↑   flagged segments
 ────────────────────────────────────────────────────────────────────────
  llm-a          26   40.0* ±0.0 (1)   40.0* ±0.0 (1)   1 copy
  llm-b          26   39.1  ±1.0 (2)   39.1  ±1.0 (2)   1 copy
"""
    )
    assert (
        shown(table, 60)
        == """\
Systems

                                                   flagged
 system  segments          BLEU ↑          chrF ↑  segments
────────────────────────────────────────────────────────────
 llm-a         26  40.0* ±0.0 (1)  40.0* ±0.0 (1)  1 copy
 llm-b         26  39.1  ±1.0 (2)  39.1  ±1.0 (2)  1 copy
"""
    )
    assert (
        shown(table, 48)
        == """\
Systems

                                       flagged
 system  segments    BLEU ↑    chrF ↑  segments
────────────────────────────────────────────────
 llm-a         26     40.0*     40.0*  1 copy
                   ±0.0 (1)  ±0.0 (1)
 llm-b         26     39.1      39.1   1 copy
                   ±1.0 (2)  ±1.0 (2)
"""
    )
    assert (
        shown(table, 32)
        == """\
Systems

 system    BLEU ↑    chrF ↑
────────────────────────────
 llm-a      40.0*     40.0*
         ±0.0 (1)  ±0.0 (1)
 llm-b      39.1      39.1
         ±1.0 (2)  ±1.0 (2)
 left out, as the screen is
   narrow: segments, flagged
   segments; a wider one, | cat
   or --json shows all
"""
    )
    assert (
        shown(table, 26)
        == """\
Systems

 system
──────────────────────────
 llm-a
   segments
     26
   BLEU ↑
     40.0* ±0.0 (1)
   chrF ↑
     40.0* ±0.0 (1)
   flagged segments
     1 copy

 llm-b
   segments
     26
   BLEU ↑
     39.1 ±1.0 (2)
   chrF ↑
     39.1 ±1.0 (2)
   flagged segments
     1 copy
"""
    )


def test_keys_of_several_rows_stand_above_them() -> None:
    rows = [("llm-a", "mnd-2023-12-28-military-diplomacy:6", "空军", "Air Force (preferred)", "x")]
    rows += [(*rows[0][:2], "海军", "Navy (preferred)", "")]
    columns = [*key_columns("system", "place", "term"), Column("before"), Column("after")]
    assert (
        shown(plain_table("T", columns, rows), 60)
        == """\
T

 system  place
   term  before                 after
──────────────────────────────────────
 llm-a  mnd-2023-12-28-military-diplomacy:6
   空军  Air Force (preferred)  x
   海军  Navy (preferred)
"""
    )


def test_keys_that_stand_in_their_column_stand_nowhere_else() -> None:
    columns = (Column("words", group=True), Column("system", key=True), Column("text"))
    table = Table("T", columns, (((Cell("1-10"), Cell("a"), Cell("a long text of words")),),))
    assert (
        shown(table, 28)
        == """\
T

 words  system  text
────────────────────────────
 1-10   a       a long text
                of words
"""
    )


def test_long_names_are_broken_at_their_joints_and_many_metrics_become_blocks() -> None:
    names = ["a-system-" * 6 + "x", "没有空格的名字" * 5, "nospaces" * 8]
    three = scores(names, "BLEU", "chrF", "TER")
    assert "\n a-system-a-system-a-system-a-  " in shown(three, 80)
    assert not left_out(lines_of(three, 80))
    ten = shown(scores(names, *(f"Metric{n}" for n in range(10))), 80)
    assert all(f"\n {name}\n" in ten for name in names)
    assert ten.count("   Metric9 ↑         ") == 3


def test_a_table_without_rows_shows_its_headings() -> None:
    columns = [f"a heading {n}" for n in range(9)]
    assert shown(plain_table("0 rows", columns, []), 40).split() == [
        *("0", "rows"),
        *" ".join(columns).split(),
        "─" * 40,
    ]
