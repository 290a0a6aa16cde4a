"""Exports, read back by the programs that they are for, or by parsers that are not ours."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError, UsageError
from mteval.runs.evaluation import Evaluation
from mteval.runs.read import Run, find_run
from mteval.runs.schema.record import RunRecord
from mteval.runs.schema.rows import ErrorSpan, OccurrenceRow, Rendering, TermRow
from mteval.runs.write import write_run
from mteval.views import exports
from mteval.views.exports import TABLES, Format, export_run, neutralise, restore
from tests.conftest import Run as Command

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=timezone.utc)
FORMATS: tuple[Format, ...] = ("csv", "json", "markdown", "latex", "xlsx", "parquet")

PIECES = [
    *("</script><script>alert(1)</script>", "<b>", "<!-- x -->", "<!--", "-->", "]]>", "<![CDATA["),
    *("&amp;", "&lt;", "&#65;", "&nbsp", "&", "<", ">", '"', '""', "'", "''", "'=", "''+1", "'@x"),
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(", "=cmd|' /C calc'!A0"),
    *("http://a.example/b?c=d#e", "www.example.com", "mailto:a@b.example", "ftp://x", "//x"),
    *("@octocat", "#123", "GH-45", "a/b#6", ":smile:", ":+1:", "12:30:45", "$x^2$", "$$", "$5"),
    *("*a*", "**a**", "_a_", "__a__", "~~a~~", "`a`", "``", "[a](b)", "![a](b)", "[^1]", "[x]: y"),
    *("|", "||", r"\|", "\\", "\\\\", r"\*", "---", "| --- |", "# a", "- a", "1. a", "> a", "```"),
    *(r"\textbf{x}", r"\input{/etc/passwd}", r"\\", r"\\[2cm]", "%", "{", "}", "{}", "^^41", "^"),
    *("~", "--", "---", "''''", "``q''", "?`", "!`", ",,", "<<a>>", "[1]", "*", r"\newline{}"),
    *("_x0041_", "_x005F_", "_x000D_", "x005F_", "__x0041__", "_X0041_"),
    *("\t", "\r", "\f", "\v", "\x01", "\x08", "\x1b[31m", "\x1c", "\x1f", "\x7f", "\x80", "\x85"),
    *("\u2028", "\u2029", "\u200b", "\u200d", "\u200e", "\u200f", "\u202e", "\u2066", "\ufeff"),
    *(
        "\u00a0",
        "\u3000",
        "\ufffe",
        "\uffff",
        "\ufffd",
        "e\u0301\u0301",
        "עברית",
        "🚢",
        "👩‍🚀",
        "𠀋",
    ),
    *(
        " ",
        "  ",
        "中国人民解放军",
        "，",
        "。",
        "；",
        "NaN",
        "null",
        "None",
        "",
        "0012",
        "1e5",
        "TRUE",
    ),
    *("±", "↑", "↓", "a", "The end.", ";", ",", "a,b", "x" * 3000, "|" * 50),
]


def hostile_texts(count: int) -> list[str]:
    """Make texts that some format or other would take for more than text."""
    chance = random.Random(20261122)
    texts = [*PIECES, *(f"a{p}" for p in PIECES), *(f"{p}a" for p in PIECES)]
    while len(texts) < count:
        text = "".join(chance.choices(PIECES, k=chance.randint(2, 6)))
        # The one thing that no workbook of XlsxWriter holds; it is refused.
        if not re.search("_x[0-9A-F]{4}_x[0-9A-F]{4}_", text):
            texts.append(text)
    return texts[:count]


HOSTILE = hostile_texts(1000)
NAMES = ["=1+1|x", "*_<b>&@octocat"]


def evaluation_of(texts: list[str]) -> Evaluation:
    """Evaluate texts as hypotheses and as sources, and put them into the other tables too."""
    sources = [text if text.strip() else "甲" for text in texts]
    test_set = TestSet(
        (
            Document.from_columns(
                "d", sources, [["a reference"] * len(texts)], domain="=1+<b>|\\&_@x"
            ),
        )
    )
    systems = [
        SystemOutput(NAMES[0], {"d": tuple(texts)}),
        SystemOutput(NAMES[1], {"d": tuple(reversed(texts))}),
    ]
    found = mteval.evaluate(test_set, systems, ["chrf"], samples=0, checks=False)
    return dataclasses.replace(
        found,
        metrics=(
            *found.metrics,
            dataclasses.replace(
                found.metrics[0], name="term_accuracy", signature="terms", is_metric=False
            ),
        ),
        scores={**found.scores, "term_accuracy": found.scores["chrf"]},
        flags={"number": {(0, i): text for i, text in enumerate(texts)}},
        error_spans={
            "chrf": {
                (0, i): [
                    ErrorSpan(
                        start=0, end=len(text), text=text, severity="minor", confidence=0.1 + 0.2
                    )
                ]
                for i, text in enumerate(texts)
            }
        },
        terms=[
            TermRow(
                system=NAMES[0],
                kind="system",
                concept=f"c{i}",
                source=text,
                target=text,
                severity="major",
                occurrences=1,
                right=0,
                accuracy=0.0,
                verdicts={"other": 1},
                renderings=[Rendering(text or None, "other", 1)],
            )
            for i, text in enumerate(texts)
        ],
        occurrences=[
            OccurrenceRow(
                system=NAMES[0],
                kind="system",
                document="d",
                segment=i,
                concept=f"c{i}",
                source=text,
                source_start=0,
                source_end=1,
                verdict="other",
                rendering=text,
                start=None,
                end=None,
                listed=None,
                severity="major",
                confidence=None,
            )
            for i, text in enumerate(texts, 1)
        ],
    )


@pytest.fixture(scope="module")
def hostile() -> tuple[Evaluation, RunRecord]:
    evaluation = evaluation_of(HOSTILE)
    return evaluation, evaluation.run_record("r", NOON, [])


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Make a run with two metrics, a missing document, an empty hypothesis, a domain, intervals."""
    test_set = TestSet(
        (
            Document.from_columns(
                "d", ["甲", "乙"], [["one or two", "a second one of them"]], domain="news"
            ),
            Document.from_columns("e", ["丙"], [["one third exercise"]]),
        )
    )
    systems = [
        SystemOutput("x", {"d": ("one or two", ""), "e": ("=a third exercise",)}),
        SystemOutput("y", {"d": ("one", "a second of them")}),
        SystemOutput("z", {"d": ("two", "a second one"), "e": ("third",)}),
    ]
    evaluation = mteval.evaluate(
        test_set, systems, ["bleu", "ter"], allow_missing=True, samples=200
    )
    folder, _ = write_run(evaluation, tmp_path / "results", NOON, ["mteval", "score"])
    return find_run(Path(folder.name), tmp_path / "results")


def csv_rows(content: bytes) -> list[dict[str, str]]:
    # A field may hold 128 KiB by default, and no text of these tests is longer.
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


# ---- Texts survive -------------------------------------------------------------------------------

TEXT_COLUMNS = {
    "segments": ("source", "hypothesis"),
    "flags": ("detail",),
    "error_spans": ("text",),
    "terms": ("source", "target"),
    "occurrences": ("source", "rendering"),
}


def expected(evaluation: Evaluation, table: str, column: str) -> list[str]:
    if table != "segments":
        return HOSTILE
    if column == "hypothesis":
        return [*HOSTILE, *reversed(HOSTILE)]
    return [text if text.strip() else "甲" for text in HOSTILE] * 2


@pytest.mark.parametrize("table", TEXT_COLUMNS)
def test_csv_and_parquet_and_json_keep_every_text(
    hostile: tuple[Evaluation, RunRecord], table: str
) -> None:
    rows = csv_rows(export_run(*hostile, "csv", [table]))
    parquet = pa.parquet.read_table(io.BytesIO(export_run(*hostile, "parquet", [table])))
    found = json.loads(export_run(*hostile, "json", [table]))
    for column in TEXT_COLUMNS[table]:
        texts = expected(hostile[0], table, column)
        assert [restore(row[column]) for row in rows] == texts
        assert not [row[column] for row in rows if row[column][:1] in tuple("=+-@\t\r")]
        assert parquet[column].to_pylist() == texts
        assert [row[column] for row in found[table]] == texts
    assert restore(rows[0]["system"]) == NAMES[0] != rows[0]["system"]


@given(st.text())
def test_an_apostrophe_put_before_a_text_can_be_taken_away(text: str) -> None:
    safe = neutralise(text)
    assert restore(safe) == text
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe in (text, f"'{text}")


@pytest.mark.parametrize(
    ("text", "safe"),
    [("=1", "'=1"), ("'=1", "''=1"), ("''@", "'''@"), ("'s", "'s"), ("", ""), ("'", "'")],
)
def test_the_rule_of_apostrophes(text: str, safe: str) -> None:
    assert neutralise(text) == safe


SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def shared_strings(content: bytes) -> set[str]:
    """Read the texts of a workbook as ECMA-376 (22.9.2.19, ST_Xstring) says."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read("xl/sharedStrings.xml"))
        assert not [n for n in archive.namelist() if "externalLink" in n or n.endswith(".vml")]
    return {
        re.sub(
            "_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), node.findtext(f"{SHEET}t") or ""
        )
        for node in root
    }


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


class Page(HTMLParser):
    """Collect the texts of the cells of a page, its tags, and its text nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.nodes: list[str] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.open = True
        elif tag == "br":
            self.rows[-1][-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.open = False

    def handle_data(self, data: str) -> None:
        self.nodes.append(data)
        if self.open:
            self.rows[-1][-1] += data


def page(markdown: bytes) -> Page:
    found = Page()
    found.feed(MarkdownIt("commonmark").enable("table").render(markdown.decode("utf-8")))
    found.close()
    return found


SHOWN_TAGS = {"h3", "table", "thead", "tbody", "tr", "th", "td", "br", "span", "ul", "li", "strong"}


@pytest.mark.parametrize("table", TEXT_COLUMNS)
def test_markdown_shows_every_text_as_it_is(
    hostile: tuple[Evaluation, RunRecord], table: str
) -> None:
    found = page(export_run(*hostile, "markdown", [table]))
    assert found.tags <= SHOWN_TAGS
    head, *rows = found.rows
    assert {len(row) for row in rows} == {len(head)}
    if table == "terms":
        assert [row[0] for row in rows] == [f"{text}\nc{i}" for i, text in enumerate(HOSTILE)]
        assert [row[1] for row in rows] == [f"? {text or 'other'}" for text in HOSTILE]
        return
    for column in TEXT_COLUMNS[table]:
        at = head.index(column)
        assert [row[at] for row in rows] == expected(hostile[0], table, column)


def test_github_finds_nothing_to_link_in_a_text(
    hostile: tuple[Evaluation, RunRecord],
) -> None:
    # What GitHub looks for stands in one text node, once Markdown is HTML.
    sought = re.compile(r"@\w|#\d|://|:[a-z0-9_+-]+:|www\.|GH-\d", re.IGNORECASE | re.ASCII)
    nodes = page(export_run(*hostile, "markdown", ["segments"])).nodes
    assert not [node for node in nodes if sought.search(node)]
    assert {node for node in nodes if "$" in node} == {"$"}


def unlatex(text: str) -> str:
    """Undo what was done for LaTeX; fail at what LaTeX would not set as it is."""

    def plain(match: re.Match[str]) -> str:
        if match["symbol"]:
            return chr(int(match["symbol"]))
        if match["name"]:
            return {
                **{"backslash": "\\", "asciitilde": "~", "asciicircum": "^", "quotedbl": '"'},
                **{"asciigrave": "`", "less": "<", "greater": ">", "bar": "|"},
            }[match["name"]]
        if match["math"]:
            return {"uparrow": "↑", "downarrow": "↓", "pm": "±"}[match["math"]]
        assert not match["wrong"], text
        return str(match["escaped"] or match["braced"] or (" " if match[0] == "\\ " else ""))

    assert not re.search(r"--|''|,,|  |^ | $", re.sub(r"\\ ", "_", text)), text
    return re.sub(
        r"\\symbol\{(?P<symbol>\d+)\}|\\text(?P<name>[a-z]+)\{\}|\$\\(?P<math>[a-z]+)\$"
        r"|\\(?P<escaped>[&%$#_{}])|\{(?P<braced>[\[\]*])\}|\\/|\\ "
        r"|(?P<wrong>[\\&%$#_{}~^`\"<>|\[\]*\x00-\x1f\x7f-\x9f])",
        plain,
        text,
    )


@pytest.mark.parametrize("table", ["segments", "flags", "error_spans", "occurrences"])
def test_latex_sets_every_text_as_it_is(hostile: tuple[Evaluation, RunRecord], table: str) -> None:
    text = export_run(*hostile, "latex", [table]).decode("utf-8")
    assert text.startswith("%")
    assert "xeCJK" in text
    body = re.split(r"\\endfoot\n|\\end\{longtable\}", text)[1]
    [head] = re.findall(r"\\toprule\n(.*) \\\\\n\\midrule\n\\endfirsthead", text)
    headings = [unlatex(cell) for cell in head.split(" & ")]
    rows = []
    for line in body.removesuffix("\n").split("\n"):
        assert line.endswith(" \\\\")
        rows.append([unlatex(cell) for cell in line.removesuffix(" \\\\").split(" & ")])
    for column in TEXT_COLUMNS[table]:
        at = headings.index(column)
        assert [row[at] for row in rows] == expected(hostile[0], table, column)


def test_names_of_domains_are_kept_as_they_are() -> None:
    names = [text for text in dict.fromkeys(HOSTILE) if text]
    test_set = TestSet(
        tuple(
            Document.from_columns(f"d{i}", None, [["one ship"]], domain=name)
            for i, name in enumerate(names)
        )
    )
    output = SystemOutput("x", {f"d{i}": ("one",) for i in range(len(names))})
    evaluation = mteval.evaluate(test_set, [output], ["chrf"], samples=0, checks=False)
    exported = (evaluation, evaluation.run_record("r", NOON, []))
    rows = csv_rows(export_run(*exported, "csv", ["domains"]))
    assert [restore(row["domain"]) for row in rows] == names
    assert not [row for row in rows if row["domain"][:1] in tuple("=+-@\t\r")]
    parquet = pa.parquet.read_table(io.BytesIO(export_run(*exported, "parquet", ["domains"])))
    assert parquet["domain"].to_pylist() == names
    found = json.loads(export_run(*exported, "json", ["domains"]))["domains"]
    assert [row["domain"] for row in found] == names
    assert set(names) <= shared_strings(export_run(*exported, "xlsx", ["domains"]))
    shown = page(export_run(*exported, "markdown", ["domains"]))
    assert [row[0] for row in shown.rows[1:]] == names
    assert shown.tags <= SHOWN_TAGS
    latex = export_run(*exported, "latex", ["domains"]).decode("utf-8")
    body = re.split(r"\\endfoot\n|\\end\{longtable\}", latex)[1].replace("\\addlinespace\n", "")
    assert [unlatex(line.split(" & ")[0]) for line in body.split("\n")[:-1]] == names


def test_a_run_without_domains_has_no_table_of_them() -> None:
    test_set = TestSet((Document.from_columns("d", None, [["one ship"]]),))
    evaluation = mteval.evaluate(test_set, [SystemOutput("x", {"d": ("one",)})], ["chrf"])
    exported = (evaluation, evaluation.run_record("r", NOON, []))
    for format in ("csv", "json", "markdown", "latex", "xlsx", "parquet"):
        with pytest.raises(UsageError, match="this run has no table 'domains'"):
            export_run(*exported, format, ["domains"])
    assert b"Domains" not in export_run(*exported, "markdown")
    assert "domains" not in json.loads(export_run(*exported, "json"))
    book = openpyxl.load_workbook(io.BytesIO(export_run(*exported, "xlsx")))
    assert "domains" not in book.sheetnames


# ---- Numbers -------------------------------------------------------------------------------------


def test_numbers_are_the_same_in_every_format_and_missing_ones_are_null(run: Run) -> None:
    evaluation = run.evaluation
    for table in ("systems", "domains", "documents", "segments"):
        from_json = json.loads(export_run(evaluation, run.record, "json", [table]))[table]
        from_csv = csv_rows(export_run(evaluation, run.record, "csv", [table]))
        parquet = pa.parquet.read_table(
            io.BytesIO(export_run(evaluation, run.record, "parquet", [table]))
        )
        book = openpyxl.load_workbook(
            io.BytesIO(export_run(evaluation, run.record, "xlsx", [table]))
        )
        head, *sheet = book[table].iter_rows(values_only=True)
        assert list(head) == parquet.column_names == list(from_csv[0])
        for metric in ("bleu", "ter"):
            wanted = [row[metric] for row in from_json]
            assert [float(row[metric]) if row[metric] else None for row in from_csv] == wanted
            assert parquet[metric].to_pylist() == wanted
            assert [row[head.index(metric)] for row in sheet] == wanted
    documents = json.loads(export_run(evaluation, run.record, "json", ["documents"]))["documents"]
    assert documents == evaluation.document_rows()
    assert [row["ter"] for row in documents if (row["system"], row["document"]) == ("y", "e")] == [
        None
    ]


def test_the_columns_of_a_table_are_those_of_the_run_folder(run: Run) -> None:
    for table in ("systems", "domains", "documents", "segments"):
        rows = csv_rows(export_run(run.evaluation, run.record, "csv", [table]))
        written = csv_rows((run.folder / f"{table}.csv").read_bytes())
        assert sorted(rows[0]) == sorted(written[0])
        assert [[restore(row[name]) for name in row] for row in rows] == [
            [kept[name] for name in row] for row, kept in zip(rows, written, strict=True)
        ]


def test_numbers_have_no_apostrophe_and_all_their_digits(run: Run) -> None:
    value = -(0.1 + 0.2)
    evaluation = run.evaluation
    scores = {
        name: {**levels, "segment": np.full_like(levels["segment"], value)}
        for name, levels in evaluation.scores.items()
    }
    evaluation = dataclasses.replace(evaluation, scores=scores)
    rows = csv_rows(export_run(evaluation, run.record, "csv"))
    assert {row["ter"] for row in rows} == {"-0.30000000000000004"}
    assert rows[2]["hypothesis"] == "'=a third exercise"
    book = openpyxl.load_workbook(io.BytesIO(export_run(evaluation, run.record, "xlsx")))
    head, *sheet = book["segments"].iter_rows(values_only=True)
    assert {row[head.index("ter")] for row in sheet} == {value}


def test_a_table_without_rows_has_its_columns(run: Run) -> None:
    evaluation = dataclasses.replace(run.evaluation, flags={"copy": {}}, error_spans={"ter": {}})
    content = export_run(evaluation, run.record, "csv", ["flags"])
    assert content == b'"system","document","segment","flag","detail"\n'
    table = pa.parquet.read_table(
        io.BytesIO(export_run(evaluation, run.record, "parquet", ["error_spans"]))
    )
    assert table.num_rows == 0
    assert table.schema.field("confidence").type == pa.float64()
    for format in ("markdown", "latex", "xlsx", "json"):
        assert export_run(evaluation, run.record, format, ["flags", "error_spans"])


# ---- What a reader of Markdown or LaTeX sees -----------------------------------------------------


def test_markdown_has_what_score_shows(run: Run) -> None:
    text = export_run(run.evaluation, run.record, "markdown").decode("utf-8")
    found = page(text.encode())
    titles = ("Systems", "Domains", "Documents")
    assert tuple(node for node in found.nodes if node in titles) == titles
    [domain] = [row for row in found.rows if row[:2] == ["news", "x"]]
    assert domain[3] == f"{run.evaluation.domain_rows()[0]['bleu']:.1f}"
    assert [row[1] for row in found.rows if row[0] == "(none)"] == ["x"]
    [x, y, z] = found.rows[1:4]
    assert re.fullmatch(r"\d+\.\d ±\d+\.\d \(1\)", x[2])
    assert y[1] == "2/3"
    assert "(" not in y[2]
    assert f"**{x[3].split(' ')[0]}** ±" in text
    assert z[3].split(" ")[0] in text
    assert run.evaluation.signatures()["bleu"] in "".join(found.nodes)
    assert "ter: " in text.split("\n| ")[-1]


def test_latex_has_what_score_shows(run: Run) -> None:
    text = export_run(run.evaluation, run.record, "latex").decode("utf-8")
    assert text.count("\\begin{tabular}{") == text.count("\\end{tabular}") == 3
    assert text.count("\\toprule") == text.count("\\bottomrule") == 3
    assert r"\textbf{" in text
    assert r"2/3 & " in text
    assert (
        unlatex(text.split("bleu: ")[1].split("\\\\\n")[0]) == (run.evaluation.signatures()["bleu"])
    )


def test_who_asks_for_terms_gets_all_of_them(hostile: tuple[Evaluation, RunRecord]) -> None:
    gravest = page(export_run(*hostile, "markdown"))
    assert "Terms that a system has wrong (12 of 1000, the gravest; all are in terms.csv)" in (
        gravest.nodes
    )
    assert len(page(export_run(*hostile, "markdown", ["terms"])).rows) == 1001


# ---- What cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "tables", "says"),
    [
        ("csv", ["scores"], "there is no table 'scores'; this run has systems, domains, doc"),
        ("json", ["terms"], "this run has no table 'terms', only systems, domains, documents, s"),
        ("markdown", ["error_spans"], "no table 'error_spans'"),
        ("csv", ["systems", "documents"], "csv holds one table and 2 were asked for"),
        ("parquet", ["systems", "documents"], "parquet holds one table"),
        ("docx", [], "there is no format 'docx'"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    run: Run, format: Format, tables: list[str], says: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        export_run(run.evaluation, run.record, format, tables)


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
    monkeypatch.setattr(exports, "_SHEET_ROWS", 7)
    with pytest.raises(UsageError, match="segments: 8 rows are more than the 7"):
        export_run(run.evaluation, run.record, "xlsx")


def test_a_record_without_its_time_is_told(run: Run) -> None:
    with pytest.raises(InputError, match="does not say when"):
        export_run(run.evaluation, {**run.record, "created": "noon"}, "xlsx")


# ---- The command ---------------------------------------------------------------------------------


def test_the_command_writes_what_the_library_does_twice_the_same(run: Run, mteval: Command) -> None:
    for format in FORMATS:
        done = mteval("export", run.name, "--format", format, "-o", f"out/file.{format}")
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        content = (run.folder.parents[1] / "out" / f"file.{format}").read_bytes()
        assert content == export_run(run.evaluation, run.record, format)


def test_json_is_the_document_that_score_prints(run: Run, mteval: Command) -> None:
    done = mteval("export", run.folder, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == run.evaluation.document(run.record)
    kept = json.loads((run.folder / "evaluation.json").read_text("utf-8"))
    assert json.loads(done.stdout) == kept


def test_bytes_go_to_a_pipe_as_they_are(run: Run) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mteval", "export", str(run.folder), "--format", "xlsx"],
        capture_output=True,
        timeout=300,
        check=True,
    )
    assert done.stdout == export_run(run.evaluation, run.record, "xlsx")


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of POSIX")
def test_a_terminal_gets_no_bytes(run: Run) -> None:
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "mteval", "export", str(run.folder), "--format", "parquet"],
            stdout=theirs,
            stderr=subprocess.PIPE,
            timeout=300,
            check=False,
        )
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == 2
    assert done.stderr == b"mteval: parquet is not for a terminal to show; name a file with -o\n"


def test_a_wrong_request_is_one_sentence_and_leaves_no_file(run: Run, mteval: Command) -> None:
    done = mteval("export", run.name, "--format", "csv", "--table", "terms", "-o", "terms.csv")
    assert done.returncode == 2
    assert done.stderr.startswith("mteval: this run has no table 'terms'")
    assert done.stderr.count("\n") == 1
    assert not (run.folder.parents[1] / "terms.csv").exists()


def test_the_help_says_what_csv_does_to_texts(mteval: Command) -> None:
    done = mteval("export", "--help")
    assert "one apostrophe more" in " ".join(done.stdout.split())
    for table in TABLES:
        assert table in done.stdout
