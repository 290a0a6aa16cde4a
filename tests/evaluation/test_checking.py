"""Flags on outputs that look broken and on references that are summaries."""

from __future__ import annotations

from pathlib import Path

import pytest

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError


def test_outputs_are_checked_before_they_are_believed() -> None:
    references = ["About 700 people came on 26 October.", "The two sides met in the capital again."]
    test_set = TestSet(
        (
            Document.from_columns(
                "d", ["10月26日来了约700人。", "双方在首都再次会晤。"], [references]
            ),
        )
    )
    broken = SystemOutput(
        "x", {"d": ("About 7,000 people came on 26 October.", "双方在首都再次会晤。")}
    )
    evaluation = mteval.evaluate(test_set, [broken], ["chrf"])
    [row] = evaluation.system_rows()
    assert {name: count for name, count in row["flags"].items() if count} == {
        "number": 1,
        "copy": 1,
    }
    flags = {(r["flag"], r["segment"]): r["detail"] for r in evaluation.flag_rows()}
    assert "700" in flags["number", 1]
    assert evaluation.frame("segment")["flags"].tolist() == ["number", "copy"]
    unchecked = mteval.evaluate(test_set, [broken], ["chrf"], checks=False)
    assert unchecked.system_rows()[0]["flags"] == {}


def test_a_reference_that_is_a_summary_is_flagged(tmp_path: Path) -> None:
    for name, text in {
        "d.zh.txt": "甲\n乙\n",
        "d.en.txt": "one and two and three\nfour and five and six\n",
        "d.toml": "summaries = [2]\n",
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
    output = SystemOutput("x", {"d": ("one and two and three", "four and five and six")})
    evaluation = mteval.evaluate(tmp_path, [output], ["chrf"], samples=0)
    assert list(evaluation.flags["summary-reference"]) == [(0, 1)]
    assert any("the reference of 1 segment is a summary" in note for note in evaluation.notes)
    (tmp_path / "d.toml").write_text("summary = true\n")
    evaluation = mteval.evaluate(tmp_path, [output], ["chrf"], samples=0)
    assert list(evaluation.flags["summary-reference"]) == [(0, 0), (0, 1)]
    for wrong, said in (("[3]", "summaries names segment 3"), ('"2"', r"summaries is '2'")):
        (tmp_path / "d.toml").write_text(f"summaries = {wrong}\n")
        with pytest.raises(InputError, match=said):
            mteval.evaluate(tmp_path, [output], ["chrf"], samples=0)


def test_a_summary_that_was_not_translated_is_not_flagged() -> None:
    test_set = TestSet(
        (
            Document.from_columns("d", None, [["one", "two"]], summaries=(2,)),
            Document.from_columns("e", None, [["three", "four"]], summaries=(1,)),
        )
    )
    outputs = [
        SystemOutput("x", {"d": ("one", "two"), "e": ("three", "four")}),
        SystemOutput("y", {"d": ("one", "two")}),
    ]
    evaluation = mteval.evaluate(test_set, outputs, ["chrf"], allow_missing=True, samples=0)
    # Segments are counted over documents: (0, 2) is the first of e, which y lacks.
    assert set(evaluation.flags["summary-reference"]) == {(0, 1), (0, 2), (1, 1)}
