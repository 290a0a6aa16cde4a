"""The record of a run of any version, and what is refused in one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mteval.runs.schema.record import MetricColumn, metric_column, validation_error
from mteval.runs.schema.validation import ShapeError

COLUMN = MetricColumn("bleu", "BLEU", True, 1, "sig", "segment sig", model=None)
RECORD: dict[str, Any] = {
    "run": "r",
    "versions": {"python": "3.12"},
    "signatures": {"bleu": "sig"},
    "metrics": {"bleu": COLUMN.as_dict()},
    "resampling": {"samples": 1000, "seed": 1, "unit": "segments"},
    "systems": ["x"],
    "documents": ["d"],
    "domains": [None],
    "segments": [2],
    "inputs": {
        "references": {"d": {"source": None, "references": ["0"]}},
        "systems": {"x": {"d": "0"}},
        "dates": {"d": None},
    },
    "notes": [],
}


def test_a_record_of_any_version_is_right() -> None:
    assert validation_error(RECORD) is None
    assert validation_error({}) is None
    assert validation_error({"systems": ["x"], "created": None, "of another version": [1]}) is None


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"signatures": ["sig"]}, "signatures"),
        ({"signatures": {"bleu": 1}}, "signatures.bleu"),
        ({"systems": "x"}, "systems"),
        ({"systems": [["x"]]}, "systems"),
        ({"segments": [0]}, "segments"),
        ({"segments": [2**31]}, "segments"),
        ({"segments": [True]}, "segments"),
        ({"domains": [1]}, "domains"),
        ({"metrics": {"bleu": "BLEU"}}, "metrics.bleu"),
        ({"inputs": 7}, "inputs"),
        ({"inputs": {"references": {"d": "0"}}}, "inputs.references.d"),
        ({"inputs": {"dates": {"d": 2026}}}, "inputs.dates.d"),
        ({"resampling": {"seed": "1"}}, "resampling.seed"),
        ({"created": 20261122}, "created"),
    ],
)
def test_the_part_that_is_of_another_type_is_named(change: dict[str, Any], path: str) -> None:
    assert validation_error(RECORD | change) == path


def test_how_to_read_a_metric_comes_back() -> None:
    assert metric_column("bleu", COLUMN.as_dict()) == COLUMN
    assert replace(COLUMN, higher_is_better=False).heading == "BLEU ↓"
    with pytest.raises(ShapeError, match=r"metrics\.bleu\.decimals"):
        metric_column("bleu", COLUMN.as_dict() | {"decimals": "1"})
    with pytest.raises(ShapeError, match=r"metrics\.bleu: colour is not known"):
        metric_column("bleu", COLUMN.as_dict() | {"colour": "red"})
