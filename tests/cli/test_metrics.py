"""mteval metrics, as users run it."""

from __future__ import annotations

import json

from tests.conftest import Run


def test_metrics_are_listed(mteval: Run) -> None:
    table = mteval("metrics").stdout
    assert "Popović 2015" in table
    listed = json.loads(mteval("metrics", "--json").stdout)["metrics"]
    assert [(m["name"], m["higher_is_better"], m["range"]) for m in listed][-3:] == [
        ("ter", False, [0.0, None]),
        ("comet", True, [None, None]),
        ("bertscore", True, [None, 1.0]),
    ]
