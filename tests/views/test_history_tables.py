from __future__ import annotations

import copy

from mteval.views.history_tables import RUNS_SHOWN, history_tables, query_table
from tests.views.cells import details, texts
from tests.views.histories import HISTORY


def test_a_history_is_runs_trends_and_changed_terms() -> None:
    runs, trends, terms = history_tables(HISTORY)
    assert [column.heading for column in runs.columns] == [
        *("run", "created (UTC)", "system", "segments", "BLEU ↑", "TER ↓"),
        "changed since the run before",
    ]
    assert texts(runs) == [
        ["first", "2026-11-22 12:00:00", "x", "3", "20.0", "60.00", "first run"],
        ["", "", "y", "-", "-", "60.00", "first run"],
        ["second", "-", "x", "3", "30.0", "58.50", "termbase; references of d"],
        # A run without scores has a row too.
        ["empty", "2026-11-23 12:00:00", "", "", "", "", "system x removed"],
    ]
    assert [row[4:6] for row in details(runs)] == [["", ""], ["", "="], ["≠", "-1.50"], ["", ""]]
    assert texts(trends) == [
        ["x", "BLEU", "20.0  ≠ 30.0"],
        ["x", "TER", "60.00  58.50 (-1.50)"],
        ["y", "TER", "60.00 (=)"],
    ]
    assert texts(terms) == [["x", "演习", "1/2  2/2"]]


def test_of_a_long_history_the_latest_is_shown() -> None:
    history = copy.deepcopy(HISTORY)
    runs = [{**history["runs"][0], "run": f"r{n}"} for n in range(RUNS_SHOWN + 1)]
    points = [
        {"run": run["run"], "score": n, "delta": None, "comparable": True}
        for n, run in enumerate(runs)
    ]
    history["runs"] = runs
    history["trends"]["systems"] = [{"system": "x", "metric": "bleu", "runs": points}]
    history["trends"]["terms"] = []
    shown, trends = history_tables(history)
    assert [group[0][0].text for group in shown.groups] == [f"r{n + 1}" for n in range(RUNS_SHOWN)]
    assert texts(trends) == [
        ["x", "BLEU", "… 43.0  44.0  45.0  46.0  47.0  48.0  49.0  50.0"],
    ]


def test_numbers_of_a_query_are_numeric_columns_and_what_is_missing_is_empty() -> None:
    table = query_table(["run", "n", "none"], [("a", 1, None), ("b", None, None)])
    assert table.title == "2 rows"
    assert [column.numeric for column in table.columns] == [False, True, False]
    assert texts(table) == [["a", "1", ""], ["b", "", ""]]
    assert query_table(["run"], [("a",)]).title == "1 row"
