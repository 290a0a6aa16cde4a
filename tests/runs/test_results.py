"""Results are summed, counted and hashed as they always were."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import numpy as np
import pytest

from mteval.runs.record import fingerprint
from mteval.runs.results import unit_statistics
from mteval.runs.rows import system_rows
from tests.comparison.evaluations import column, evaluation_of

POINTS = column("points")


def test_statistics_are_summed_over_whole_documents() -> None:
    results = evaluation_of({POINTS: [[1, 2, 4, 8, 16, 32], [0, 1, 0, 1, 0, 1]]}, [1, 3, 2])
    by_document = unit_statistics(results.statistics, [1, 3, 2], "documents")["points"]
    assert by_document.values[..., 0].tolist() == [[1, 14, 48], [0, 2, 1]]
    assert by_document.values[..., 1].tolist() == [[1, 3, 2], [1, 3, 2]]
    assert by_document.score is results.statistics["points"].score
    by_segment = unit_statistics(results.statistics, [1, 3, 2], "segments")["points"]
    assert by_segment is results.statistics["points"]


# printf '%s' 'TEXT' | sha256sum: what earlier versions hashed, with keys sorted, as ASCII.
@pytest.mark.parametrize(
    ("domains", "text"),
    [
        (
            (),
            '{"inputs": {"references": {"\\u6587": {"a": "1", "b": null}}}, '
            '"resampling": {"samples": 5, "seed": 1, "unit": "segments"}, '
            '"signatures": [["points", "signature", "signature"]], '
            '"versions": {"a": "2", "b": "1"}}',
        ),
        (
            ("news", None),
            '{"domains": ["news", null], '
            '"inputs": {"references": {"\\u6587": {"a": "1", "b": null}}}, '
            '"resampling": {"samples": 5, "seed": 1, "unit": "segments"}, '
            '"signatures": [["points", "signature", "signature"]], '
            '"versions": {"a": "2", "b": "1"}}',
        ),
    ],
)
def test_the_fingerprint_of_the_same_numbers_never_changes(
    domains: tuple[str | None, ...], text: str
) -> None:
    inputs: Any = {"references": {"文": {"b": None, "a": "1"}}}
    results = dataclasses.replace(
        evaluation_of({POINTS: [[1, 2]]}, [1, 1]),
        inputs=inputs,
        versions={"b": "1", "a": "2"},
        document_domains=domains,
        resampling={"samples": 5, "seed": 1, "unit": "segments"},
    )
    assert fingerprint(results) == hashlib.sha256(text.encode("ascii")).hexdigest()


def test_an_interval_of_which_an_end_is_unknown_is_none() -> None:
    for ends, wanted in (((1.0, 2.0), (1.0, 2.0)), ((np.nan, 2.0), None), ((1.0, np.nan), None)):
        results = dataclasses.replace(
            evaluation_of({POINTS: [[1, 2]]}), intervals={"points": np.array([ends])}
        )
        assert system_rows(results)[0].intervals == {"points": wanted}
    assert system_rows(evaluation_of({POINTS: [[1, 2]]}))[0].intervals == {"points": None}
