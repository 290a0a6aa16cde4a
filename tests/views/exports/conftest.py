"""Runs to export."""

from __future__ import annotations

from pathlib import Path

import pytest

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.evaluation import Evaluation
from mteval.runs.read import Run, find_run
from mteval.runs.schema.record import RunRecord
from mteval.runs.write import write_run
from tests.views.exports.hostile import HOSTILE, NOON, evaluation_of


@pytest.fixture(scope="session")
def hostile() -> tuple[Evaluation, RunRecord]:
    evaluation = evaluation_of(HOSTILE)
    return evaluation, evaluation.run_record("r", NOON, [])


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a run with a missing document, an empty hypothesis, a domain and intervals."""
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
