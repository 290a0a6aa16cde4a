from __future__ import annotations

import dataclasses
import io
import re

import openpyxl
import pytest

from mteval.errors import InputError, UsageError
from mteval.runs.evaluation import Evaluation
from mteval.runs.read import Run
from mteval.runs.schema.record import RunRecord
from mteval.views.exports import xlsx
from mteval.views.exports.export import export_run
from mteval.views.exports.run_tables import TABLES
from tests.views.exports.hostile import HOSTILE, NOON, evaluation_of
from tests.views.exports.readers import (
    expected,
    shared_strings,
)


def test_a_workbook_keeps_every_text_as_text(hostile: tuple[Evaluation, RunRecord]) -> None:
    content = export_run(*hostile, "xlsx")
    assert set(HOSTILE) - {""} <= shared_strings(content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == [*TABLES, "run"]
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref is not None
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                assert cell.data_type in ("s", "n"), cell
                assert cell.hyperlink is None
                assert cell.data_type == "n" or cell.quotePrefix
    table = book["segments"]
    headings = [cell.value for cell in table[1]]
    for column in ("source", "hypothesis"):
        at = headings.index(column)
        cells = [row[at] for row in table.iter_rows(min_row=2, values_only=True)]
        for cell, text in zip(cells, expected(hostile[0], "segments", column), strict=True):
            # openpyxl leaves control characters as _xHHHH_ and drops "x005F_" from any text.
            plain = re.sub(
                "_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), str("" if cell is None else cell)
            )
            assert plain == text or re.search("x00", text, re.IGNORECASE), (cell, text)


@pytest.mark.parametrize("text", ["x" * 32_768, "🚢" * 16_384])
def test_a_text_that_a_cell_cannot_hold_is_refused(text: str) -> None:
    evaluation = evaluation_of(["fine", text])
    record = evaluation.run_record("r", NOON, [])
    with pytest.raises(UsageError, match=r"^d:2: the source has 32,768 characters.*as csv$"):
        export_run(evaluation, record, "xlsx", ["segments"])
    assert export_run(evaluation, record, "csv")


def test_a_text_that_xlsxwriter_would_change_is_refused() -> None:
    evaluation = evaluation_of(["a_x0041_x005F_"])
    with pytest.raises(UsageError, match=r"^d:1: the source has _x0041_x005F_, which"):
        export_run(evaluation, evaluation.run_record("r", NOON, []), "xlsx", ["segments"])


def test_a_text_that_fills_a_cell_is_kept() -> None:
    text = "x" * 32_767
    evaluation = dataclasses.replace(evaluation_of([text]), error_spans={})
    content = export_run(evaluation, evaluation.run_record("r", NOON, []), "xlsx", ["segments"])
    assert text in shared_strings(content)


def test_more_rows_than_a_sheet_holds_are_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MAX_SHEET_ROWS", 7)
    with pytest.raises(UsageError, match="segments: 8 rows are more than the 7"):
        export_run(run.evaluation, run.record, "xlsx")


def test_a_record_without_its_time_is_told(run: Run) -> None:
    with pytest.raises(InputError, match="does not say when"):
        export_run(run.evaluation, {**run.record, "created": "noon"}, "xlsx")
