"""Flags on outputs that look broken and on references that are summaries."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import mteval
from mteval.checks.outputs import check_outputs
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError
from mteval.evaluation.checking import BATCH_SIZE
from mteval.runs.rows import system_rows
from mteval.views.score_tables import flags_text


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
    assert unchecked.system_rows()[0]["flags"] == dict.fromkeys(row["flags"])
    assert unchecked.frame("segment")["flags"].isna().all()
    assert unchecked.frame("system")["flag_copy"].isna().all()
    assert flags_text(system_rows(unchecked)[0]) == "not checked"


class Backwards:
    """An executor that does the last batch first, and counts batches."""

    workers = 2
    n_batches = 0

    def map(
        self, task: Callable[[Any], Any], batches: Sequence[Any], *, uses_all_cores: bool = False
    ) -> Iterator[Any]:
        self.n_batches = len(batches)
        done = [task(pickle.loads(pickle.dumps(batch))) for batch in reversed(batches)]
        yield from reversed(done)


def test_checks_are_shared_and_their_flags_the_same() -> None:
    n_segments = 2 * BATCH_SIZE // 3
    sources = [f"来了{n}人。" for n in range(1000, 1000 + n_segments)]
    references = [f"{n} people came." for n in range(1000, 1000 + n_segments)]
    texts = {
        "x": [text if n % 7 else "Nobody came." for n, text in enumerate(references)],
        "y": [text if n % 5 else sources[n] for n, text in enumerate(references)],
        "z": [text if n % 9 else "7,777 people came." for n, text in enumerate(references)],
    }
    test_set = TestSet((Document.from_columns("d", sources, [references]),))
    outputs = [SystemOutput(name, {"d": tuple(lines)}) for name, lines in texts.items()]
    whole = check_outputs(sources, [references], list(texts.values()))
    executor = Backwards()
    for each in (None, executor):
        flags = mteval.evaluate(test_set, outputs, ["chrf"], samples=0, executor=each).flags
        assert flags == whole
        assert [list(cells) for cells in flags.values()] == [list(c) for c in whole.values()]
    assert executor.n_batches == 3
    assert whole["copy"]
    assert whole["number"]


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
