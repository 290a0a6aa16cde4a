"""The CSV and JSON of a run: the one reader of tables, and where it says that one is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import InputError
from mteval.runs.files import read_csv, read_json, write_csv, write_json
from mteval.runs.schema.rows import OccurrenceRow, SegmentRow, TermTally
from tests.rows import occurrence

TERMS = "system,kind,concept,source,occurrences,right,renderings\n"


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = [
        occurrence(rendering=None, start=None, end=None),
        occurrence(system='a,"b"', source="two\nlines", listed="=1", confidence=0.1 + 0.2),
    ]
    write_csv(OccurrenceRow, rows, tmp_path / "o.csv")
    assert read_csv(tmp_path / "o.csv", OccurrenceRow, neutralised=True) == rows


def test_no_rows_are_headings(tmp_path: Path) -> None:
    write_csv(OccurrenceRow, [], tmp_path / "o.csv")
    text = (tmp_path / "o.csv").read_text("utf-8")
    assert text == (
        '"system","kind","document","segment","concept","source","verdict","rendering","severity"\n'
    )
    (tmp_path / "t.csv").write_text(TERMS, "utf-8")
    assert read_csv(tmp_path / "t.csv", TermTally, neutralised=True) == []


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (TERMS + "x,system,c,s,2,1,r\nx,system,c,s,many,1,r\n", 3, "'many' is not a number"),
        (TERMS + '"a\nb",system,c,s,2,1,r\nx,system,c,s,2,,r\n', 4, "a cell is empty"),
        (TERMS.replace("right", "left"), 1, "no column 'right'"),
        (TERMS + "x,system,c,s,2,1,r\nx,system\n", 3, "7 columns"),
        (TERMS + '"x,system,c,s,2,1,r\n', 3, "a quotation mark is left open"),
        ("", 1, "names no columns"),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        read_csv(path, TermTally, neutralised=True)
    assert str(caught.value).startswith(f"{path}:{line}: this is not a file that mteval score")
    assert reason in str(caught.value)


def test_long_texts_and_references_are_read(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    long = "a" * 3_000_000
    path.write_text(
        "system,document,segment,source,hypothesis,reference,reference_2,bleu,flags\n"
        f'"x","d",1,,"{long}","","two",,""\n',
        "utf-8",
    )
    [row] = read_csv(path, SegmentRow, neutralised=True)
    assert (row.hypothesis, row.source, row.references) == (
        *(long, None, {"reference": "", "reference_2": "two"}),
    )


def test_arguments_that_are_no_text_stay_readable(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_json({"command": ["\udcff", "\\ud800", "甲"]}, path)
    assert read_json(path) == {"command": ["\\udcff", "\\ud800", "甲"]}
