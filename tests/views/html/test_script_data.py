from __future__ import annotations

from dataclasses import replace

from mteval.runs.schema.rows import ErrorSpan
from mteval.views.html.script_data import MARK_CLASSES, script_data
from tests.comparison.evaluations import column, evaluation_of
from tests.rows import occurrence

POINTS = column("points")
TEXT = "🚢 exercise"
EVALUATION = replace(
    evaluation_of(
        {POINTS: [[1.23456, float("nan")], [2, 3]]},
        systems=["x", "reference"],
        references=["a drill", "an end"],
        hypotheses=[[TEXT, None], ["a drill", "an end"]],
        occurrences=[
            occurrence(document="d0", start=2, end=10),
            occurrence(document="d0", verdict="omitted", start=None, end=None),
            occurrence(
                system="(reference)",
                kind="reference",
                document="d0",
                verdict="other",
                start=2,
                end=7,
            ),
        ],
    ),
    sources=["舰🚢演习", "结束"],
    flags={"copy": {}, "short": {(0, 0): ""}, "number": {(0, 0): "1", (1, 1): "2"}},
    error_spans={
        "points": {
            (0, 0): [
                ErrorSpan(start=2, end=4, text="ex", severity="major", confidence=1.0),
            ]
        }
    },
)


def test_spans_count_as_a_browser_does_and_texts_of_a_name_are_kept_apart() -> None:
    data = script_data(EVALUATION, [POINTS], ["short", "number"])
    looks = {name: n for n, name in enumerate(MARK_CLASSES)}
    # The ship is two units; the term of the source is marked once.
    assert data["term_spans"] == {
        0: {
            0: [(3, 11, looks["term ok"], "演习: preferred")],
            "source": [(0, 3, looks["src"], "k")],
            "reference": [(2, 7, looks["term other"], "演习: other")],
        }
    }
    assert data["error_spans"] == {"0-0": [(3, 5, "error major", "points: major error")]}


def test_a_bit_says_which_verdicts_and_flags_a_segment_has() -> None:
    data = script_data(EVALUATION, [POINTS], ["short", "number"])
    assert data["flag_bits"] == [[0b11, 0], [0, 0b10]]
    # The first verdict of the page is "preferred", the last but none "omitted".
    [[both, none], [other, _]] = data["verdict_bits"]
    assert both.bit_count() == 2
    assert both & 1
    assert (none, other) == (0, 0)


def test_scores_have_two_digits_more_than_are_shown_and_what_is_missing_is_null() -> None:
    data = script_data(EVALUATION, [POINTS], [])
    assert data["scores"] == {"points": [[1.235, None], [2.0, 3.0]]}
    assert data["segment_documents"] == [0, 0]
    assert data["document_domains"] == []
    assert data["diffs"] == [["0 2 2", ""], ["", ""]]
