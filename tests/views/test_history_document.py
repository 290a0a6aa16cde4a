from __future__ import annotations

import json
from pathlib import Path

import pytest

from mteval.runs.history import read_history
from mteval.runs.schema.validation import checked
from mteval.views.history_document import HistoryDocument, HistoryScores, changed_terms
from tests.runs.test_history import make_run
from tests.views.histories import HISTORY

SCORES = HistoryScores.of(HISTORY)


def test_what_is_shown_is_what_histories_have(tmp_path: Path) -> None:
    results = tmp_path / "results"
    make_run(results, 0)
    make_run(results, 1, metrics=["chrf"], terms=None)
    for history in (read_history(results).as_dict(), HISTORY):
        checked(json.loads(json.dumps(history)), HistoryDocument)


def test_the_scores_of_trends_are_those_of_the_runs(tmp_path: Path) -> None:
    results = tmp_path / "results"
    make_run(results, 0)
    make_run(results, 1, metrics=["bleu"], references={"001": ["Another one welcomed it."]})
    history = read_history(results).as_dict()
    scores = HistoryScores.of(history)
    for run in history["runs"]:
        for row in run["systems"]:
            points = scores.points(run["run"], row["system"])
            assert list(points) == list(history["metrics"])
            for metric, point in points.items():
                assert (None if point is None else point["score"]) == row.get(metric)
                if point is not None:
                    assert point["comparable"] == (metric not in row["incomparable"])
    assert {m for row in history["runs"][1]["systems"] for m in row["incomparable"]} == {
        *("bleu", "term_accuracy"),
    }


@pytest.mark.parametrize(
    ("run", "system", "metric", "number", "change"),
    [
        ("first", "x", "bleu", "20.0", ""),
        ("second", "x", "ter", "58.50", "-1.50"),
        # No difference is not the same as none that is known.
        ("first", "y", "ter", "60.00", "="),
        ("first", "y", "bleu", "-", ""),
    ],
)
def test_scores_and_changes_have_the_digits_of_their_metric(
    run: str, system: str, metric: str, number: str, change: str
) -> None:
    point = SCORES.points(run, system)[metric]
    assert SCORES.number_text(metric, point) == number
    assert SCORES.change_text(system, metric, point) == change


def test_terms_that_are_the_same_in_all_runs_did_not_change() -> None:
    assert [row["concept"] for row in changed_terms(SCORES.document)] == ["k"]
