from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mteval.errors import InputError
from mteval.terminology.concepts import Concept, Rendering, TermbaseRow
from mteval.terminology.formats import xlsx
from mteval.terminology.formats.base import COLUMNS
from mteval.terminology.formats.registry import read_termbase, write_termbase
from mteval.terminology.termbase import Termbase
from tests.terminology.formats.common import (
    goes_round,
    refused,
)


def book(path: Path, *rows: list[Any]) -> Path:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


def test_what_a_workbook_looks_like(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    formula = Termbase((Concept("2023", ("一",), (Rendering("=1+1", "preferred"),)),))
    assert write_termbase(path, formula) == []
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["C"].width > 20
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("=1+1", "s")
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("2023", "s")


def test_numbers_and_dates_become_text(tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.xlsx",
        ["Source", "target", "note", "valid_from", "valid_to", None],
        [2023, 2023.0, 1.5, datetime.datetime(2020, 1, 2), date(2021, 3, 4), None],
        [None, None, None, None, None, " "],
        ["真", True, None, None, None, None],
    )
    assert read_termbase(path).rows() == [
        TermbaseRow(
            *("2023", "2023", "2023", "preferred"),
            note="1.5",
            valid_from="2020-01-02",
            valid_to="2021-03-04",
        ),
        TermbaseRow("真", "真", "TRUE", "preferred"),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[None]], "t.xlsx: the file is empty; "),
        ([["source", "traget"]], "t.xlsx:1: unknown column 'traget'; "),
        ([["source", "target"]], "t.xlsx: there is no term here; "),
        ([["source", "target"], ["一", "a", "b"]], "t.xlsx:2: the line has 3 cells where the "),
        ([["source", "target"], [], ["一"]], "t.xlsx:3: the target is empty; "),
        (
            [["source", "target"], ["一", "=A1"]],
            "t.xlsx:2: cell B2 holds a formula where text is wanted; paste its value",
        ),
        ([["source", "target"], ["一", "#N/A"]], "t.xlsx:2: cell B2 holds the error #N/A where "),
        (
            [["source", "target", "valid_to"], ["一", "a", datetime.datetime(2020, 1, 2, 3)]],
            "t.xlsx:2: valid_to is '2020-01-02 03:00:00', which is not a date; ",
        ),
        (
            [["source", "target"], ["一", "a"], ["一", "a"]],
            "t.xlsx:3: duplicate: '一' -> 'a' (preferred) is in concept '一' already, at "
            "t.xlsx:2; ",
        ),
    ],
    ids=str,
)
def test_bad_workbooks_are_refused(tmp_path: Path, rows: list[list[Any]], message: str) -> None:
    assert refused(book(tmp_path / "t.xlsx", *rows)).startswith(message)


def no_zip(path: Path) -> None:
    path.write_bytes(b"source,target\n")


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")


def cut(path: Path) -> None:
    book(path, ["source", "target"], ["一", "a"])
    path.write_bytes(path.read_bytes()[:-400])


def spoilt(path: Path) -> None:
    book(path, ["source", "target"], ["一", "a"])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><a></worksheet>"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


@pytest.mark.parametrize("make", [no_zip, nothing, other_zip, cut, spoilt])
def test_broken_workbooks_are_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "t.xlsx")
    message = refused(tmp_path / "t.xlsx")
    assert message.startswith("t.xlsx: this is not an XLSX workbook that can be read (")
    assert message.endswith("; save it as .xlsx, without a password")


def test_bombs_are_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 1_000_000)
    monkeypatch.setattr(xlsx, "MAX_UNPACKED_BYTES", 999_999)
    assert "far larger than a termbase can be" in refused(tmp_path / "t.xlsx")


def test_endless_sheets_are_not_walked(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["XFD1048576"] = "x"
    workbook.save(tmp_path / "t.xlsx")
    assert "far larger than a termbase can be" in refused(tmp_path / "t.xlsx")


def test_cells_too_long_for_a_workbook(tmp_path: Path) -> None:
    for length, fits in [(16_383, True), (16_384, False)]:
        note = "\U0001f409" * length
        long = Termbase((Concept("c", ("一",), (Rendering("a", "preferred", note=note),)),))
        if fits:
            goes_round(tmp_path, long, ".xlsx", "dca")
        else:
            with pytest.raises(InputError, match="the note is longer than the 32767 characters"):
                write_termbase(tmp_path / "t.xlsx", long)


def test_text_that_excel_shows_otherwise_is_noted(tmp_path: Path) -> None:
    odd = Termbase((Concept("c", ("一",), (Rendering("_x0041_", "preferred"),)),))
    assert write_termbase(tmp_path / "t.xlsx", odd) == [
        "1 row with text like _x0041_, which Excel shows as a character"
    ]
