from __future__ import annotations

import datetime
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from mteval.errors import EncodingError, InputError, MissingPackageError, UsageError
from mteval.terminology import formats
from mteval.terminology.formats import COLUMNS, Style, read_termbase, write_termbase
from mteval.terminology.termbase import Concept, Rendering, Row, Termbase
from tests.conftest import ROOT

HEADER = ",".join(COLUMNS)

# Every format and style: suffix, style.
KINDS: list[tuple[str, Style]] = [
    (".csv", "dca"),
    (".xlsx", "dca"),
    (".tbx", "dca"),
    (".tbx", "dct"),
    (".xml", "dca"),
]


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def refused(path: Path) -> str:
    """Give the message that a file is refused with, less the folder of the file."""
    with pytest.raises(InputError) as caught:
        read_termbase(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.replace(f"{path.parent}/", "")


def book(path: Path, *rows: list[Any]) -> Path:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


# Round trips.

ANY = st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"])
XML = st.characters(exclude_characters="\ufffe\uffff", exclude_categories=["Cs", "Cc"])
TRICKY = ["=1+1", "+1", "-x", "@a", "#N/A", '"', "a,b", "'x", "2023", "<b>&amp;", "]]>", "_x0041_"]


def texts(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    text = st.text(alphabet, max_size=8).map(str.strip)
    return (text | st.sampled_from([*TRICKY, "true", "a  b", "<!ENTITY x>"])).filter(bool)


@st.composite
def termbases(draw: st.DrawFn, alphabet: st.SearchStrategy[str]) -> Termbase:
    text = texts(alphabet)
    concepts = []
    for id in draw(st.lists(text, min_size=1, max_size=3, unique=True)):
        renderings: list[Rendering] = []
        for target in draw(st.lists(text, min_size=1, max_size=3, unique_by=str.casefold)):
            begin = draw(st.none() | st.dates())
            end = draw(st.none() | st.dates(min_value=begin or date.min))
            periods = [(begin, end)]
            # The same text may come back in the next period, with another status.
            if end is not None and end < date.max and draw(st.booleans()):
                periods.append((end + datetime.timedelta(1), None))
            for begin, end in periods:
                renderings.append(
                    Rendering(
                        target,
                        draw(st.sampled_from(["preferred", "admitted", "deprecated"])),
                        draw(st.sampled_from(["critical", "major", "minor"])),
                        draw(st.just("") | text),
                        draw(st.sampled_from(["auto", "exact", "ignore"])),
                        begin,
                        end,
                    )
                )
        sources = draw(st.lists(text, min_size=1, max_size=3, unique=True))
        concepts.append(Concept(id, tuple(sources), tuple(renderings)))
    return Termbase(tuple(concepts))


def goes_round(folder: Path, termbase: Termbase, suffix: str, style: Style) -> None:
    path = folder / f"terms{suffix}"
    write_termbase(path, termbase, style=style)
    again = read_termbase(path)
    assert again == termbase
    assert again.fingerprint() == termbase.fingerprint()
    assert [each.name for each in folder.iterdir()] == [path.name]


@given(termbases(ANY))
def test_csv_is_lossless(tmp_path_factory: pytest.TempPathFactory, termbase: Termbase) -> None:
    goes_round(tmp_path_factory.mktemp("csv"), termbase, ".csv", "dca")


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(termbases(XML))
def test_xlsx_is_lossless(tmp_path_factory: pytest.TempPathFactory, termbase: Termbase) -> None:
    goes_round(tmp_path_factory.mktemp("xlsx"), termbase, ".xlsx", "dca")


@given(termbases(XML), st.sampled_from([".tbx", ".xml"]), st.sampled_from(["dca", "dct"]))
def test_tbx_is_lossless(
    tmp_path_factory: pytest.TempPathFactory, termbase: Termbase, suffix: str, style: Style
) -> None:
    goes_round(tmp_path_factory.mktemp("tbx"), termbase, suffix, style)


@pytest.mark.parametrize(("suffix", "style"), KINDS)
def test_our_own_terms_go_round(tmp_path: Path, suffix: str, style: Style) -> None:
    termbase = read_termbase(ROOT / "references" / "terms.csv")
    assert len(termbase.concepts) >= 90
    assert termbase.concepts[0].where.endswith("terms.csv:2")
    goes_round(tmp_path, termbase, suffix, style)


# Any format.


def test_formats_are_told_by_suffix(tmp_path: Path) -> None:
    message = r"terms\.tsv: .* suffix '\.tsv'; use one of \.csv, \.xlsx, \.tbx, \.xml"
    with pytest.raises(UsageError, match=message):
        read_termbase(tmp_path / "terms.tsv")
    with pytest.raises(UsageError, match=message):
        write_termbase(tmp_path / "terms.tsv", Termbase(()))
    assert read_termbase(write(tmp_path / "A.CSV", "source,target", "一,a")).concepts


@pytest.mark.parametrize(("suffix", "style"), KINDS)
def test_files_that_are_not_there(tmp_path: Path, suffix: str, style: Style) -> None:
    assert "there is no such file" in refused(tmp_path / f"t{suffix}")
    (tmp_path / f"t{suffix}").mkdir()
    assert "this is a folder" in refused(tmp_path / f"t{suffix}")
    with pytest.raises(InputError, match=r"cannot be written \(.*; check permissions"):
        write_termbase(tmp_path / f"t{suffix}", TERMBASE, style=style)
    assert [each.name for each in tmp_path.iterdir()] == [f"t{suffix}"]


@pytest.mark.parametrize(("suffix", "style"), KINDS)
def test_a_termbase_that_would_not_read_back_is_not_written(
    tmp_path: Path, suffix: str, style: Style
) -> None:
    for text in ["a\nb", "\ud800", "a\0"]:
        bad = Termbase((Concept("c", ("一",), (Rendering(text, "preferred"),)),))
        with pytest.raises(InputError, match="the target contains"):
            write_termbase(tmp_path / f"t{suffix}", bad, style=style)
    with pytest.raises(InputError, match="there is no term here"):
        write_termbase(tmp_path / f"t{suffix}", Termbase(()), style=style)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".xlsx", ".tbx"])
@pytest.mark.parametrize("character", ["\x0b", "\x01", "\ufffe"])
def test_characters_that_xml_cannot_hold(tmp_path: Path, suffix: str, character: str) -> None:
    csv = write(tmp_path / "t.csv", "source,target,note", "一,a,", f"二,b,x{character}y")
    message = (
        rf"t\.csv:3: the note contains the character U\+{ord(character):04X}, which "
        rf"{suffix[1:].upper()} cannot hold; remove it, or write \.csv"
    )
    with pytest.raises(InputError, match=message):
        write_termbase(tmp_path / f"t{suffix}", read_termbase(csv))


@pytest.mark.parametrize(("suffix", "package"), [(".xlsx", "openpyxl"), (".tbx", "lxml")])
def test_missing_packages_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    message = rf"need the package {package}, .* pip install 'mteval-toolkit\[terms\]'"
    with pytest.raises(MissingPackageError, match=message):
        read_termbase(tmp_path / f"t{suffix}")
    with pytest.raises(MissingPackageError, match=message):
        write_termbase(tmp_path / f"t{suffix}", TERMBASE)


TERMBASE = Termbase(
    (
        Concept(
            "prc",
            ("中国", "中华人民共和国"),
            (
                Rendering("China", "preferred"),
                Rendering("Red China", "deprecated", "critical", "hostile", "exact"),
            ),
        ),
    )
)


# CSV.


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
    assert read_termbase(path).rows() == [Row("prc", "中国", "China", "admitted")]


def test_two_columns_are_enough(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "source,target", "党,Party", "党,the Party", "党,party")
    assert read_termbase(path).rows() == [
        Row("党", "党", "Party", "preferred"),
        Row("党", "党", "the Party", "admitted"),
        # The same words, so not another rendering.
        Row("党", "党", "party", "preferred"),
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


# XLSX.


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
        Row(
            *("2023", "2023", "2023", "preferred"),
            note="1.5",
            valid_from="2020-01-02",
            valid_to="2021-03-04",
        ),
        Row("真", "真", "TRUE", "preferred"),
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
            "t.xlsx:2: valid_to is '2020-01-02 03:00:00', which is no date; ",
        ),
        (
            [["source", "target"], ["一", "a"], ["一", "a"]],
            "t.xlsx:3: duplicate: '一' -> 'a' (preferred) stands in concept '一' already, at "
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
    monkeypatch.setattr(formats, "_MAX_UNPACKED", 999_999)
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
        "1 rows hold text like _x0041_, which Excel shows as a character"
    ]


# TBX. Written after the examples of the TBX-Basic dialect: github.com/LTAC-Global.

DCA = """\
<?xml version="1.0" encoding="UTF-8"?>
<?xml-model href="https://example.org/TBX-Basic.rng" type="application/xml"?>
<tbx xmlns="urn:iso:std:iso:30042:ed-2" style="dca" type="TBX-Basic" xml:lang="en">
  <tbxHeader><fileDesc><sourceDesc><p>By hand</p></sourceDesc></fileDesc></tbxHeader>
  <text><body>
    <!-- one concept -->
    <conceptEntry id="c1">
      <descrip type="subjectField">politics</descrip>
      <note>of the entry</note>
      <langSec xml:lang="en-GB">
        <descripGrp><descrip type="definition">State</descrip><note>of it</note></descripGrp>
        <termSec>
          <term>People's
            <!-- hm -->Republic of <hi>China</hi></term>
          <termNote type="partOfSpeech">noun</termNote>
          <termNote type="administrativeStatus">preferredTerm-admn-sts</termNote>
          <note>in full</note>
          <note>official</note>
        </termSec>
        <termSec>
          <term>Cathay</term>
          <termNoteGrp>
            <termNote type="administrativeStatus">supersededTerm-admn-sts</termNote>
            <note>of the status</note>
          </termNoteGrp>
        </termSec>
        <termSec><term>China</term></termSec>
      </langSec>
      <langSec xml:lang="en-US"><termSec><term>China</term></termSec></langSec>
      <langSec xml:lang="zh-Hans">
        <termSec><term>中国</term></termSec><termSec><term>中华人民共和国</term></termSec>
      </langSec>
      <langSec xml:lang="zh_TW"><termSec><term>中國</term></termSec></langSec>
      <langSec xml:lang="cmn"><termSec><term>中国</term></termSec></langSec>
      <langSec xml:lang="fr"><termSec><term>Chine</term></termSec></langSec>
    </conceptEntry>
  </body></text>
</tbx>
"""

DCT = """\
<?xml version="1.0" encoding="UTF-8"?>
<tbx xmlns="urn:iso:std:iso:30042:ed-2" style="dct" type="TBX-Basic" xml:lang="en"
    xmlns:min="http://www.tbxinfo.net/ns/min" xmlns:basic="http://www.tbxinfo.net/ns/basic">
  <tbxHeader><fileDesc><sourceDesc><p>By hand</p></sourceDesc></fileDesc></tbxHeader>
  <text><body>
    <conceptEntry id="c1">
      <min:subjectField>politics</min:subjectField>
      <langSec xml:lang="zh">
        <basic:definition>国家</basic:definition>
        <termSec><term>中国</term><min:partOfSpeech>noun</min:partOfSpeech></termSec>
      </langSec>
      <langSec xml:lang="en">
        <termSec>
          <term>China</term>
          <min:administrativeStatus>admittedTerm-admn-sts</min:administrativeStatus>
          <basic:context>China is here.</basic:context>
          <note>short</note>
        </termSec>
        <termSec>
          <term>Sina</term>
          <min:administrativeStatus>deprecatedTerm-admn-sts</min:administrativeStatus>
        </termSec>
      </langSec>
    </conceptEntry>
  </body></text>
</tbx>
"""

# Version 2 (ISO 30042:2008), without a namespace and with a document type, as CAT tools export it.
MARTIF = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE martif SYSTEM "TBXBasiccoreStructV02.dtd">
<martif type="TBX-Basic" xml:lang="en">
  <martifHeader><fileDesc><sourceDesc><p>By hand</p></sourceDesc></fileDesc></martifHeader>
  <text><body>
    <termEntry id="t1">
      <langSet xml:lang="zh-CN">
        <tig><term>中国</term></tig>
      </langSet>
      <langSet xml:lang="en-US">
        <ntig>
          <termGrp>
            <term>China</term>
            <termNote type="administrativeStatus">preferredTerm-admn-sts</termNote>
          </termGrp>
          <note>short</note>
        </ntig>
        <tig>
          <term>Cathay</term>
          <termNote type="normativeAuthorization">deprecatedTerm</termNote>
        </tig>
      </langSet>
    </termEntry>
    <termEntry>
      <langSet xml:lang="zh-CN"><tig><term>党</term></tig></langSet>
      <langSet xml:lang="en-US">
        <tig><term>party</term></tig>
        <tig><term>Party</term></tig>
        <tig><term>CPC</term></tig>
      </langSet>
    </termEntry>
  </body></text>
</martif>
"""


def one_entry(entry: str) -> list[str]:
    """Put an entry into TBX, where it begins on line 2."""
    start = '<tbx xmlns="urn:iso:std:iso:30042:ed-2" style="dca" type="TBX-Basic"><text><body>'
    return [start, entry, "</body></text></tbx>"]


def test_dca_is_read(tmp_path: Path) -> None:
    termbase = read_termbase(write(tmp_path / "t.tbx", DCA))
    assert termbase.concepts == (
        Concept(
            "c1",
            ("中国", "中华人民共和国", "中國"),
            (
                Rendering("People's Republic of China", "preferred", note="in full; official"),
                Rendering("Cathay", "deprecated"),
                Rendering("China", "admitted"),
            ),
        ),
    )
    places = [each.where.rpartition("/")[2] for each in termbase.concepts[0].renderings]
    assert places == ["t.tbx:13", "t.tbx:21", "t.tbx:27"]


def test_dct_is_read(tmp_path: Path) -> None:
    assert read_termbase(write(tmp_path / "t.xml", DCT)).concepts == (
        Concept(
            "c1",
            ("中国",),
            (Rendering("China", "admitted", note="short"), Rendering("Sina", "deprecated")),
        ),
    )


def test_version_2_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.tbx"
    path.write_bytes(MARTIF.replace("UTF-8", "UTF-16").encode("utf-16"))
    assert read_termbase(path).concepts == (
        Concept(
            "t1",
            ("中国",),
            (Rendering("China", "preferred", note="short"), Rendering("Cathay", "deprecated")),
        ),
        Concept(
            "entry 2",
            ("党",),
            (
                Rendering("party", "preferred"),
                Rendering("Party", "preferred"),
                Rendering("CPC", "admitted"),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("preferredTerm-admn-sts", "preferred"),
        ("preferredTerm", "preferred"),
        ("preferred", "preferred"),
        ("standardizedTerm-admn-sts", "preferred"),
        ("admittedTerm-admn-sts", "admitted"),
        ("deprecatedTerm-admn-sts", "deprecated"),
        ("supersededTerm-admn-sts", "deprecated"),
        ("notRecommended", "deprecated"),
        ("obsolete", "deprecated"),
    ],
)
def test_statuses(tmp_path: Path, word: str, status: str) -> None:
    path = write(tmp_path / "t.tbx", DCA.replace("preferredTerm-admn-sts", word))
    assert read_termbase(path).rows()[0].status == status


@pytest.mark.parametrize("style", ["dca", "dct"])
def test_what_is_written_is_tbx(tmp_path: Path, style: Style) -> None:
    plain = Termbase((Concept("prc", ("中国",), (Rendering("China", "preferred", note="n"),)),))
    path = tmp_path / "t.tbx"
    assert write_termbase(path, plain, style=style) == []
    root = etree.parse(str(path)).getroot()
    assert root.tag == "{urn:iso:std:iso:30042:ed-2}tbx"
    assert dict(root.attrib) == {
        "style": style,
        "type": "TBX-Basic",
        "{http://www.w3.org/XML/1998/namespace}lang": "en",
    }
    if style == "dca":
        status = '<termNote type="administrativeStatus">preferredTerm-admn-sts</termNote>'
    else:
        assert root.nsmap["min"] == "http://www.tbxinfo.net/ns/min"
        status = "<min:administrativeStatus>preferredTerm-admn-sts</min:administrativeStatus>"
    text = path.read_text("utf-8")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<tbx ')
    assert [line.strip() for line in text.splitlines()][11:-3] == [
        '<conceptEntry id="prc">',
        '<langSec xml:lang="zh">',
        "<termSec>",
        "<term>中国</term>",
        "</termSec>",
        "</langSec>",
        '<langSec xml:lang="en">',
        "<termSec>",
        "<term>China</term>",
        status,
        "<note>n</note>",
        "</termSec>",
        "</langSec>",
        "</conceptEntry>",
    ]


@pytest.mark.parametrize("style", ["dca", "dct"])
def test_what_tbx_has_no_category_for_is_noted(tmp_path: Path, style: Style) -> None:
    rendering = Rendering("C", "preferred", "minor", "", "exact", date(2020, 1, 2))
    termbase = Termbase(
        tuple(Concept(id, ("一",), (rendering,)) for id in ["20th", "c1", "c3", "中 国"])
    )
    notes = write_termbase(tmp_path / "t.tbx", termbase, style=style)
    assert [note.partition(" ")[0] for note in notes] == ["TBX", "2"]
    assert read_termbase(tmp_path / "t.tbx") == termbase
    ids = [each.get("id") for each in etree.parse(str(tmp_path / "t.tbx")).iter("{*}conceptEntry")]
    assert ids == ["c1_", "c1", "c3", "c4"]
    text = (tmp_path / "t.tbx").read_text("utf-8")
    if style == "dca":
        assert '<termNote type="x-mteval-validFrom">2020-01-02</termNote>' in text
        assert '<admin type="x-mteval-concept">20th</admin>' in text
    else:
        assert 'xmlns:mteval="urn:mteval:tbx:1"' in text
        assert "<mteval:severity>minor</mteval:severity>" in text


ZH = '<langSec xml:lang="zh"><termSec><term>一</term></termSec></langSec>'
EN = '<langSec xml:lang="en"><termSec><term>one</term></termSec></langSec>'


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "t.tbx:1: this is not valid XML ("),
        (["<tbx>", "<a>", "</tbx>"], "t.tbx:3: this is not valid XML ("),
        (["<tbx>\x01</tbx>"], "t.tbx:1: this is not valid XML ("),
        (["not XML"], "t.tbx:1: this is not valid XML ("),
        (
            ["", "<html/>"],
            "t.tbx:2: this is not TBX, as its root element is <html> and not <tbx> or <martif>; ",
        ),
        (["<tbx/>"], "t.tbx: there is no term here; "),
        (
            one_entry(f'<conceptEntry id="a">\n{ZH}\n</conceptEntry>'),
            "t.tbx:2: entry 'a' has no English (en) term; add one, or remove the entry",
        ),
        (
            one_entry(f'<conceptEntry id="a">\n{EN}\n</conceptEntry>'),
            "t.tbx:2: entry 'a' has no Chinese (zh) term; add one, or remove the entry",
        ),
        (
            one_entry(
                f'<conceptEntry id="a">{ZH}{EN}</conceptEntry>\n'
                f'<conceptEntry id="a">{ZH}{EN}</conceptEntry>'
            ),
            "t.tbx:3: the entry has the id 'a' of the entry at t.tbx:2; give it one of its own",
        ),
        (
            one_entry(f'<conceptEntry id="a">{ZH}\n{EN.replace("one", " ")}</conceptEntry>'),
            "t.tbx:3: the term is empty; fill it in, or remove it",
        ),
        (
            one_entry(
                f'<conceptEntry id="a">{ZH}\n<langSec xml:lang="en"><termSec/></langSec>'
                "</conceptEntry>"
            ),
            "t.tbx:3: the term is empty; ",
        ),
        (
            one_entry(
                f'<conceptEntry id="a">{ZH}\n<langSec xml:lang="en"><termSec><term>one</term>'
                '<termNote type="administrativeStatus">fine</termNote></termSec></langSec>'
                "</conceptEntry>"
            ),
            "t.tbx:3: the administrative status 'fine' of 'one' is unknown; use one of preferred",
        ),
        (
            one_entry(
                f'<conceptEntry id="a">{ZH}<langSec xml:lang="en">\n'
                "<termSec><term>one</term></termSec>\n"
                '<termSec><term>One</term><termNote type="administrativeStatus">deprecated'
                "</termNote></termSec></langSec></conceptEntry>"
            ),
            "t.tbx:4: concept 'a' has the contradictory status deprecated for 'One', which t.tbx:3 "
            "has 'one' as ",
        ),
        (
            one_entry(
                f'<conceptEntry id="a">{ZH}<langSec xml:lang="en">\n'
                "<termSec><term>one</term></termSec>\n<termSec><term>one</term></termSec>"
                "</langSec></conceptEntry>"
            ),
            "t.tbx:4: duplicate: '一' -> 'one' (preferred) stands in concept 'a' already, at "
            "t.tbx:3; ",
        ),
    ],
    ids=str,
)
def test_bad_tbx_is_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    assert refused(write(tmp_path / "t.tbx", *lines)).startswith(message)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_bombs_are_refused(tmp_path: Path, encoding: str) -> None:
    bomb = f'<?xml version="1.0" encoding="{encoding}"?>\n<!DOCTYPE tbx [\n<!ENTITY a "ha">\n'
    bomb += "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">\n' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    bomb += "]>\n<tbx style='&j;'><text>&j;</text></tbx>"
    (tmp_path / "t.tbx").write_bytes(bomb.encode(encoding))
    assert refused(tmp_path / "t.tbx").startswith("t.tbx:3: the file declares entities, ")


def test_files_outside_are_not_read(tmp_path: Path) -> None:
    write(tmp_path / "secret", "secret")
    write(
        tmp_path / "t.tbx",
        f'<!DOCTYPE tbx [<!ENTITY a SYSTEM "{tmp_path}/secret">]>',
        f'<tbx><conceptEntry id="a">{ZH}{EN.replace("one", "&a;")}</conceptEntry></tbx>',
    )
    assert refused(tmp_path / "t.tbx").startswith("t.tbx:1: the file declares entities, ")


def test_entities_nobody_declares_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "t.tbx", MARTIF.replace("<term>China", "<term>China&nbsp;"))
    assert refused(tmp_path / "t.tbx").startswith("t.tbx:13: the file uses &nbsp;, which it does ")


def test_beyond_the_lines_that_libxml2_counts_entries_are_named(tmp_path: Path) -> None:
    for term, where in [("<term> </term>", "t.tbx:70002"), ("<term/>", "t.tbx, entry 1")]:
        english = f'<langSec xml:lang="en"><termSec>{term}</termSec></langSec>'
        entry = f'<conceptEntry id="a">{ZH}{english}</conceptEntry>'
        write(tmp_path / "t.tbx", *one_entry("\n" * 70_000 + entry))
        assert refused(tmp_path / "t.tbx").startswith(f"{where}: the term is empty; ")
