"""Exports, read back by the programs that they are for, or by parsers that are not ours."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import re
import subprocess
import sys

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import UsageError
from mteval.io.csv_rows import restore
from mteval.runs.evaluation import Evaluation
from mteval.runs.read import Run
from mteval.runs.schema.record import RunRecord
from mteval.views.exports.export import export_run
from mteval.views.exports.registry import Format, format_names
from mteval.views.exports.run_tables import TABLES
from tests.conftest import Run as Command
from tests.views.exports.hostile import HOSTILE, NAMES, NOON
from tests.views.exports.readers import (
    SHOWN_TAGS,
    TEXT_COLUMNS,
    csv_rows,
    expected,
    page,
    shared_strings,
    unlatex,
)


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
    for format in format_names():
        with pytest.raises(UsageError, match="this run has no table 'domains'"):
            export_run(*exported, format, ["domains"])
    assert b"Domains" not in export_run(*exported, "markdown")
    assert "domains" not in json.loads(export_run(*exported, "json"))
    book = openpyxl.load_workbook(io.BytesIO(export_run(*exported, "xlsx")))
    assert "domains" not in book.sheetnames


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
        assert [[row[name] for name in row] for row in rows] == [
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


def test_the_command_writes_what_the_library_does_twice_the_same(run: Run, mteval: Command) -> None:
    for format in format_names():
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
