from __future__ import annotations

from mteval.views.tables import Cell, Column, Table, plain_table
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
