from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from mteval.errors import EncodingError, InputError, UsageError
from mteval.terminology.concepts import Concept, Rendering, TermbaseRow
from mteval.terminology.formats.base import COLUMNS
from mteval.terminology.formats.csv import append_rows
from mteval.terminology.formats.registry import read_termbase, write_termbase
from mteval.terminology.termbase import Termbase
from tests.terminology.formats.common import (
    TERMBASE,
    refused,
    write,
)

HEADER = ",".join(COLUMNS)


def test_what_a_csv_file_looks_like(tmp_path: Path) -> None:
    assert write_termbase(tmp_path / "new" / "t.csv", TERMBASE) == []
    assert (tmp_path / "new" / "t.csv").read_bytes().decode() == (
        f"{HEADER}\n"
        "prc,中国,China,preferred,major,,,,\n"
        "prc,中国,Red China,deprecated,critical,hostile,exact,,\n"
        "prc,中华人民共和国,China,preferred,major,,,,\n"
        "prc,中华人民共和国,Red China,deprecated,critical,hostile,exact,,\n"
    )


def test_cells_that_look_like_formulas_stay_as_they_are(tmp_path: Path) -> None:
    renderings = tuple(Rendering(text, "admitted") for text in ["=a", "+a", "-a", "@a"])
    write_termbase(tmp_path / "t.csv", Termbase((Concept("c", ("一",), renderings),)))
    assert "c,一,=a,admitted" in (tmp_path / "t.csv").read_text("utf-8")


def test_columns_come_in_any_order_and_case(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv", "\ufeffTarget, SOURCE ,Status,concept", "China,中国,admitted,prc"
    )
    assert read_termbase(path).rows() == [TermbaseRow("prc", "中国", "China", "admitted")]


def test_two_columns_are_enough(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "source,target", "党,Party", "党,the Party", "党,party")
    assert read_termbase(path).rows() == [
        TermbaseRow("党", "党", "Party", "preferred"),
        TermbaseRow("党", "党", "the Party", "admitted"),
        # The same words, so not another rendering.
        TermbaseRow("党", "党", "party", "preferred"),
    ]


def test_without_statuses_the_first_of_each_concept_is_preferred(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv", "concept,source,target", "c,甲,A", "d,乙,B", "c,丙,A", "c,丙,C"
    )
    [c, d] = read_termbase(path).concepts
    assert c.sources == ("甲", "丙")
    assert c.renderings == (Rendering("A", "preferred"), Rendering("C", "admitted"))
    assert d.renderings == (Rendering("B", "preferred"),)


def test_lines_are_those_where_a_row_starts(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(
        b'source,target,note\r\n\r\na,A,"\n\n1\n"\r\n,,\r\n\r\nb,B,2\r\n"\nc",C,"3\n4"\r\n'
    )
    assert refused(path) == ("t.csv:10: the note contains a line break; remove or replace it")
    path.write_bytes(path.read_bytes().replace(b"3\n4", b"3"))
    places = [each.where.rpartition(":")[2] for each in read_termbase(path).concepts]
    assert places == ["3", "9", "10"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([""], "t.csv: the file is empty; its first line must name the columns (concept, source, "),
        (
            ["source,target,staus", "一,a,preferred"],
            "t.csv:1: unknown column 'staus'; the columns known are concept, source, target, "
            "status, severity, note, case, valid_from, valid_to: rename or remove it",
        ),
        (["source,target,"], "t.csv:1: unknown column ''; "),
        (["", "source,note"], "t.csv:2: there is no column 'target'; "),
        (["source,target,Target"], "t.csv:1: there are two columns 'target'; remove or rename one"),
        (["source;target"], "t.csv:1: the cells are not separated by commas; "),
        (["source\ttarget"], "t.csv:1: the cells are not separated by commas; "),
        (["source,target"], "t.csv: there is no term here; add a line"),
        (
            ["source,target", "一,a,b"],
            "t.csv:2: the line has 3 cells where the header has 2; add or remove some",
        ),
        (["source,target", "", "一"], "t.csv:3: the line has 1 cells where the header has 2; "),
        (["source,target", "一,"], "t.csv:2: the target is empty; fill it in"),
        (["source,target", ",a"], "t.csv:2: the source is empty; fill it in"),
        (["source,target,status", "一,a,"], "t.csv:2: the status is empty; fill it in"),
        (
            ["source,target,status", "一,a,good"],
            "t.csv:2: status is 'good'; use one of preferred, admitted, deprecated",
        ),
        (
            ["source,target", "一,a", '二,"b" c'],
            "t.csv:3: this is not valid CSV (",
        ),
        (["source,target", "一,a", '二,"b', "c"], "t.csv:3: this is not valid CSV ("),
        (["source,target", "一,a", "二,b", "一,a"], "t.csv:4: duplicate: '一' -> 'a' (preferred) "),
    ],
    ids=str,
)
def test_bad_csv_files_are_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    assert refused(write(tmp_path / "t.csv", *lines)).startswith(message)


def test_clashing_lines_are_both_named(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv",
        "source,target,status",
        "一,a,preferred",
        "二,b,preferred",
        "一,a,deprecated",
    )
    message = refused(path)
    assert message.startswith("t.csv:4: ")
    assert " which t.csv:2 has as preferred; " in message


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("source,target\n中华人民共和国,a\n".encode("gb18030"))
    with pytest.raises(EncodingError, match=r"t\.csv:2: the text is not UTF-8"):
        read_termbase(tmp_path / "t.csv")


# Appending.

ROWS = [
    TermbaseRow("b", "乙", "B, “b”", "preferred", "minor", 'a "note"'),
    TermbaseRow("b", "乙", "BB", "admitted", "minor", 'a "note"'),
]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "target,source\nA,甲",
            'target,source\nA,甲\n"B, “b”",乙\nBB,乙\n',
        ),
        (
            "\ufeffSource , TARGET,status,concept\r\n甲,A,preferred,a\r\n",
            "\ufeffSource , TARGET,status,concept\r\n甲,A,preferred,a\r\n"
            '乙,"B, “b”",preferred,b\r\n乙,BB,admitted,b\r\n',
        ),
        ("source,target\n", 'source,target\n乙,"B, “b”"\n乙,BB\n'),
        (
            "\n\nnote,source,target\n\n,甲,A\n\n",
            '\n\nnote,source,target\n\n,甲,A\n\n"a ""note""",乙,"B, “b”"\n"a ""note""",乙,BB\n',
        ),
    ],
)
def test_rows_go_into_the_columns_there_are(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "terms.csv"
    path.write_bytes(before.encode())
    append_rows(path, ROWS)
    assert path.read_bytes().decode() == after
    renderings = {
        (rendering.text, rendering.status)
        for concept in read_termbase(path).concepts
        for rendering in concept.renderings
    }
    assert {("B, “b”", "preferred"), ("BB", "admitted")} <= renderings


@pytest.mark.parametrize("before", [None, "", "\n"])
def test_a_new_file_has_all_columns(tmp_path: Path, before: str | None) -> None:
    path = tmp_path / "terms.CSV"
    if before is not None:
        path.write_text(before)
    append_rows(path, ROWS)
    with path.open(newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    assert table[0] == list(COLUMNS)
    assert len(table) == 3
    assert [each.name for each in tmp_path.iterdir()] == ["terms.CSV"]


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("concept,source,target,status\nb,丙,bb,deprecated\n", "contradictory status"),
        ("concept,source,target,status\nb,丙,C,wrong\n", "status is 'wrong'"),
        ('source,target\n甲,"A\n', "not valid CSV"),
        ("source;target\n", "not separated by commas"),
        ("source,english\n", "unknown column 'english'"),
        ("source\n", "no column 'target'"),
    ],
)
def test_what_cannot_be_read_again_is_not_written(tmp_path: Path, before: str, reason: str) -> None:
    path = tmp_path / "terms.csv"
    path.write_text(before, "utf-8")
    with pytest.raises(InputError, match=re.escape(reason)) as caught:
        append_rows(path, ROWS)
    assert str(caught.value).startswith(str(path))
    assert path.read_text("utf-8") == before
    assert list(tmp_path.iterdir()) == [path]


def test_rows_go_into_csv_only(tmp_path: Path) -> None:
    for name in ("terms.xlsx", "terms.tbx", "terms"):
        with pytest.raises(UsageError, match=r"\.csv only"):
            append_rows(tmp_path / name, ROWS)
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(InputError, match="folder"):
        append_rows(tmp_path / "x.csv", ROWS)


def test_no_rows_touch_nothing(tmp_path: Path) -> None:
    append_rows(tmp_path / "terms.csv", [])
    assert list(tmp_path.iterdir()) == []
