"""Runs that the tests of tracking share."""

from __future__ import annotations

import csv
from datetime import datetime, timezone
from pathlib import Path

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.write import write_run


def small_run(
    results: Path,
    *,
    hour: int = 12,
    last: str = "one third exercise",
    document: str = "e",
    domain: str | None = None,
) -> Path:
    """Write a run of two systems, one of which lacks a document."""
    test_set = TestSet(
        (
            Document.from_columns("d", ["甲", "乙"], [["one, two", "a second one"]]),
            Document.from_columns(document, ["丙"], [[last]], domain=domain),
        )
    )
    systems = [
        SystemOutput("x", {"d": ("one, two", "a second"), document: ("a third exercise",)}),
        SystemOutput("y", {"d": ("one", "a second")}),
    ]
    evaluation = mteval.evaluate(test_set, systems, ["bleu", "ter"], allow_missing=True, samples=0)
    made = datetime(2026, 11, 22, hour, tzinfo=timezone.utc)
    return write_run(evaluation, results, made, ["mteval"])[0]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
