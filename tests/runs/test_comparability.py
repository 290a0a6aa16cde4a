"""Scores compare only where everything that decides them is the same."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.history import read_history
from mteval.runs.write import write_run

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=timezone.utc)
TERMS = """concept,source,target,status,severity,note
defence,国防部,Ministry of National Defense,preferred,major,
"""


def score_on(date: str | None, results: Path, hour: int) -> None:
    """Write a run of one test set, whose document has this date."""
    lines = ["The Ministry of National Defense spoke.", "It spoke again."]
    test_set = TestSet(
        (Document.from_columns("d", ["国防部发言。", "再次发言。"], [lines], date=date),)
    )
    terms = results.parent / "terms.csv"
    terms.write_text(TERMS, "utf-8")
    evaluation = mteval.evaluate(
        test_set,
        [SystemOutput("x", {"d": tuple(lines)})],
        ["chrf"],
        terms=terms,
        samples=0,
        checks=False,
    )
    write_run(evaluation, results, NOON + timedelta(hours=hour))


def test_terms_of_another_date_do_not_compare_and_other_scores_do(tmp_path: Path) -> None:
    results = tmp_path / "results"
    dates = ("2023-11-30", "2024-05-01", "2024-05-01", None)
    for hour, date in enumerate(dates):
        score_on(date, results, hour)
    found = read_history(results).as_dict()
    comparable = {
        trend["metric"]: [point["comparable"] for point in trend["runs"]]
        for trend in found["trends"]["systems"]
    }
    assert comparable == {
        "chrf": [True, True, True, True],
        # Which renderings were in force depends on the date of the document.
        "term_accuracy": [True, False, True, False],
    }
    assert [run["systems"][0]["incomparable"] for run in found["runs"]] == [
        *([], ["term_accuracy"], [], ["term_accuracy"])
    ]
