from __future__ import annotations

import csv
import hashlib
import json
from datetime import datetime, timezone
from pathlib import Path

import pyarrow.parquet
import pytest

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError
from mteval.runs.evaluation import Evaluation
from mteval.runs.read import Run
from mteval.runs.write import write_run

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=timezone.utc)


@pytest.fixture
def evaluation() -> Evaluation:
    test_set = TestSet(
        (
            Document.from_columns("d", ['甲,"引"', "乙"], [['one, "two"', "a second one"]] * 2),
            Document.from_columns("e", ["丙"], [["one third exercise"]] * 2),
        )
    )
    systems = [
        SystemOutput("x", {"d": ('one, "two"', ""), "e": ("=a third exercise",)}),
        SystemOutput("y", {"d": ("one", "a second")}),
    ]
    return mteval.evaluate(test_set, systems, ["bleu", "ter"], allow_missing=True)


def test_a_run_folder_holds_what_the_design_says(evaluation: Evaluation, tmp_path: Path) -> None:
    folder, record = write_run(evaluation, tmp_path / "results", NOON, ["mteval", "score"])
    assert folder.name == f"20261122T120000Z-{evaluation.fingerprint()[:8]}"
    assert sorted(path.name for path in folder.iterdir()) == [
        *(
            "documents.csv",
            "evaluation.json",
            "run.json",
            "scores.parquet",
            "segments.csv",
            "statistics.npz",
            "systems.csv",
        ),
    ]
    assert json.loads((folder / "run.json").read_text("utf-8")) == record
    assert record["created"] == "2026-11-22T12:00:00Z"
    assert record["signatures"] == evaluation.signatures()
    # The hash of a column is that of its file: printf '丙\n' | sha256sum
    assert (
        record["inputs"]["references"]["e"]["source"] == hashlib.sha256("丙\n".encode()).hexdigest()
    )
    assert [path.name for path in (tmp_path / "results").iterdir()] == [folder.name]


def test_segments_csv_has_texts_scores_and_flags(evaluation: Evaluation, tmp_path: Path) -> None:
    folder, _ = write_run(evaluation, tmp_path, NOON, [])
    with (folder / "segments.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        *("system", "document", "segment", "source", "hypothesis", "reference", "reference_2"),
        *("bleu", "ter", "flags"),
    ]
    assert [(row["system"], row["document"], row["segment"]) for row in rows] == [
        *(("x", "d", "1"), ("x", "d", "2"), ("x", "e", "1")),
        *(("y", "d", "1"), ("y", "d", "2")),
    ]
    assert rows[0]["source"] == '甲,"引"'
    assert rows[1]["flags"] == "empty"
    assert [float(row["ter"]) for row in rows] == [
        value
        for system in evaluation.scores["ter"]["segment"]
        for value in system
        if value == value
    ]


def test_every_number_has_a_row_and_a_missing_one_is_null(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    folder, _ = write_run(evaluation, tmp_path, NOON, [])
    rows = pyarrow.parquet.read_table(folder / "scores.parquet").to_pylist()
    # 2 metrics x (2 systems + 2 x 2 documents + 5 segments)
    assert len(rows) == 22
    [missing] = [row for row in rows if row["metric"] == "ter" and row["value"] is None]
    assert (missing["level"], missing["system"], missing["document"]) == ("document", "y", "e")
    assert {row["higher_is_better"] for row in rows if row["metric"] == "ter"} == {False}
    by_place = {
        (row["metric"], row["level"], row["system"], row["document"], row["segment"]): row["value"]
        for row in rows
    }
    assert by_place["ter", "segment", "x", "d", 2] == evaluation.scores["ter"]["segment"][0, 1]
    assert by_place["bleu", "system", "x", None, None] == evaluation.scores["bleu"]["system"][0]
    with (folder / "documents.csv").open(encoding="utf-8", newline="") as file:
        [row] = [r for r in csv.DictReader(file) if (r["system"], r["document"]) == ("y", "e")]
    assert (row["bleu"], row["ter"], row["segments"]) == ("", "", "0")


def test_a_run_is_read_back_as_it_was(evaluation: Evaluation, tmp_path: Path) -> None:
    folder, record = write_run(evaluation, tmp_path, NOON, [])
    run = Run(folder)
    assert run.record == record
    again = run.evaluation
    assert again.document(record) == evaluation.document(record)
    assert again.segment_table().equals(evaluation.segment_table())
    assert again.score_table().equals(evaluation.score_table())
    assert again.fingerprint() == evaluation.fingerprint()
    # In their order too, which is that of columns.
    assert [m.name for m in again.metrics] == [m.name for m in evaluation.metrics]


def test_a_run_of_before_there_were_domains_is_read(evaluation: Evaluation, tmp_path: Path) -> None:
    folder, record = write_run(evaluation, tmp_path, NOON, [])
    del record["domains"]
    (folder / "run.json").write_text(json.dumps(record), "utf-8")
    again = Run(folder).evaluation
    assert again.document_domains == (None,) * len(evaluation.documents)
    assert again.score_table().equals(evaluation.score_table())


def test_what_is_not_there_stays_so(tmp_path: Path) -> None:
    test_set = TestSet(
        (Document.from_columns("d", None, [["one"]]), Document.from_columns("e", None, [["two"]]))
    )
    systems = [SystemOutput("x", {"d": ("one",)})]
    evaluation = mteval.evaluate(test_set, systems, ["chrf"], allow_missing=True, samples=0)
    again = Run(write_run(evaluation, tmp_path, NOON, [])[0]).evaluation
    assert again.sources is None
    assert again.hypotheses == [["one", None]]
    assert again.documents == ("d", "e")
    # Nobody has the second document, so the folder does not keep its text.
    assert again.references == [["one", ""]]
    assert again.intervals == {}


@pytest.mark.parametrize("file", ["evaluation.json", "scores.parquet", "segments.csv", "run.json"])
@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "garbled"])
def test_a_damaged_run_is_told_in_a_sentence(
    evaluation: Evaluation, tmp_path: Path, file: str, damage: str
) -> None:
    folder, _ = write_run(evaluation, tmp_path, NOON, [])
    path = folder / file
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(
            {
                "empty": b"",
                "cut": content[: len(content) // 2],
                "garbled": content[:20] + b"\x00\xff{]" + content[25:],
            }[damage]
        )
    with pytest.raises(InputError, match=r"score again|check the path|is not UTF-8"):
        _ = Run(folder).evaluation


def test_the_same_evaluation_writes_the_same_files(evaluation: Evaluation, tmp_path: Path) -> None:
    one, _ = write_run(evaluation, tmp_path / "one", NOON, ["mteval"])
    two, _ = write_run(evaluation, tmp_path / "two", NOON, ["mteval"])
    for path in one.iterdir():
        assert path.read_bytes() == (two / path.name).read_bytes(), path.name


def test_a_second_run_in_the_same_second_gets_its_own_folder(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    one, _ = write_run(evaluation, tmp_path, NOON, [])
    two, record = write_run(evaluation, tmp_path, NOON, [])
    assert two.name == f"{one.name}-2" == record["run"]


def test_where_nothing_can_be_written_nothing_appears(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        write_run(evaluation, tmp_path / "file", NOON, [])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
