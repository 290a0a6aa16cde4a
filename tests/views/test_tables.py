from __future__ import annotations

from mteval.views.tables import Cell, Column, Table, key_columns, plain_table
from tests.views.cells import texts


def test_a_plain_table_marks_nothing() -> None:
    table = plain_table("T", ("a", "b"), [("1", "2")])
    assert texts(table) == [["1", "2"]]
    assert [column.heading for column in table.columns] == ["a", "b"]
    assert not table.marks_best()


def test_a_best_cell_in_any_group_is_seen() -> None:
    columns = (Column("a", True),)
    assert Table("T", columns, (((Cell("1"),),), ((Cell("2", best=True),),))).marks_best()
    assert not Table("T", columns, ()).marks_best()


def test_the_last_of_several_keys_is_that_of_a_row() -> None:
    assert [(c.heading, c.key, c.group) for c in key_columns("system", "place", "term")] == [
        ("system", False, True),
        ("place", False, True),
        ("term", True, False),
    ]
    assert plain_table("T", key_columns("a"), [("1",)]).columns == (Column("a", key=True),)
