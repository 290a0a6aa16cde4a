"""Differences are found where they are: in segments, documents, lengths, terms."""

from __future__ import annotations

import math
from typing import Any

import pytest

from mteval.comparison.differences import (
    DocumentDifference,
    LengthDifference,
    SegmentDifference,
    TermDifference,
    document_differences,
    length_differences,
    segment_differences,
    term_differences,
    word_diff,
)
from mteval.runs.schema.rows import OccurrenceRow
from tests import rows
from tests.comparison.evaluations import column, evaluation_of

POINTS, ERRORS = column("points"), column("errors", higher_is_better=False)


def test_the_segments_that_differ_most_come_first() -> None:
    evaluation = evaluation_of(
        {
            POINTS: [[5, 5, 5, 5, 5, 5, 5, 5], [5, 4, 9, math.nan, 5.5, 5.5, 8, 5.25]],
            ERRORS: [[1, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 7]],
        },
        [3, 5],
        hypotheses=[[f"text {n}" for n in range(8)], ["text"] * 8],
    )
    found = segment_differences(evaluation, (0, 1))
    assert found[0] == SegmentDifference("b", "a", "points", "d0", 3, 9.0, 5.0, "text[- 2-]")
    # At most five, ties in order; those that are alike or have no score are not among them.
    assert [(row.metric, row.document, row.segment) for row in found] == [
        *(("points", "d0", 3), ("points", "d1", 4), ("points", "d0", 2), ("points", "d1", 2)),
        *(("points", "d1", 3), ("errors", "d1", 5)),
    ]
    # The other way round the same segments differ.
    assert [row.segment for row in segment_differences(evaluation, (1, 0))] == [3, 4, 2, 2, 3, 5]


def test_a_text_that_is_missing_is_shown_as_empty() -> None:
    evaluation = evaluation_of({POINTS: [[1], [2]]}, hypotheses=[[None], ["new"]])
    [row] = segment_differences(evaluation, (0, 1))
    assert row.diff == "{+new+}"
    [row] = segment_differences(evaluation, (1, 0))
    assert row.diff == "[-new-]"


def test_documents_have_both_scores() -> None:
    evaluation = evaluation_of(
        {
            POINTS: [[1, 2, 6], [4, 4, 5], [0, 0, math.nan]],
            ERRORS: [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
        },
        [2, 1],
    )
    assert document_differences(evaluation, (0, 1)) == [
        DocumentDifference("b", "a", "points", "d0", 4.0, 1.5, 2.5),
        DocumentDifference("b", "a", "points", "d1", 5.0, 6.0, -1.0),
        DocumentDifference("b", "a", "errors", "d0", 1.0, 1.0, 0.0),
        DocumentDifference("b", "a", "errors", "d1", 1.0, 1.0, 0.0),
    ]
    assert document_differences(evaluation, (1, 2))[:2] == [
        DocumentDifference("c", "b", "points", "d0", 0.0, 4.0, -4.0),
        DocumentDifference("c", "b", "points", "d1", None, 5.0, None),
    ]


@pytest.mark.parametrize(
    ("words", "bucket"),
    [
        *((1, "1-10"), (10, "1-10"), (11, "11-20"), (20, "11-20")),
        *((21, "21-40"), (40, "21-40"), (41, "41+"), (1000, "41+")),
    ],
)
def test_a_segment_is_in_the_bucket_of_its_words(words: int, bucket: str) -> None:
    evaluation = evaluation_of({POINTS: [[1], [3]]}, references=[" ".join(["word"] * words)])
    assert length_differences(evaluation, (0, 1)) == [
        LengthDifference("b", "a", "points", bucket, 1, 3.0, 1.0, 2.0)
    ]


def test_the_scores_of_a_bucket_are_those_of_its_segments() -> None:
    evaluation = evaluation_of(
        {
            POINTS: [[1, 2, 30, 4], [2, 4, 20, 8], [7, 7, 7, math.nan]],
            ERRORS: [[0] * 4, [1] * 4, [2] * 4],
        },
        references=["w " * 3, "w " * 9, "w " * 50, "w " * 15],
    )
    assert length_differences(evaluation, (0, 1)) == [
        LengthDifference("b", "a", "points", "1-10", 2, 3.0, 1.5, 1.5),
        LengthDifference("b", "a", "errors", "1-10", 2, 1.0, 0.0, 1.0),
        LengthDifference("b", "a", "points", "11-20", 1, 8.0, 4.0, 4.0),
        LengthDifference("b", "a", "errors", "11-20", 1, 1.0, 0.0, 1.0),
        LengthDifference("b", "a", "points", "41+", 1, 20.0, 30.0, -10.0),
        LengthDifference("b", "a", "errors", "41+", 1, 1.0, 0.0, 1.0),
    ]
    [row] = [
        row
        for row in length_differences(evaluation, (1, 2))
        if (row.metric, row.words) == ("points", "11-20")
    ]
    assert (row.score, row.baseline_score, row.delta) == (None, 8.0, None)


def test_without_references_there_are_no_lengths() -> None:
    assert length_differences(evaluation_of({POINTS: [[1], [2]]}), (0, 1)) == []


def occurrence(system: str, verdict: str, rendering: str | None, **more: Any) -> OccurrenceRow:
    return rows.occurrence(system=system, verdict=verdict, rendering=rendering, **more)


def test_terms_with_another_verdict_are_found() -> None:
    evaluation = evaluation_of(
        {POINTS: [[1], [2], [3]]},
        occurrences=[
            occurrence("a", "preferred", "exercise"),
            # A reference that has the name of a system is none.
            occurrence("a", "other", "play", kind="reference"),
            occurrence("c", "omitted", None),
            occurrence("b", "deprecated", "manoeuvre"),
            # The same term twice in a segment, and one that both have alike.
            occurrence("a", "omitted", None, source_start=7),
            occurrence("b", "admitted", "drill", source_start=7),
            occurrence("a", "admitted", "drill", segment=2),
            occurrence("b", "admitted", "exercises", segment=2),
            occurrence("b", "other", "play", document="e"),
            occurrence("a", "preferred", "exercise", document="e", concept="another"),
        ],
    )
    assert term_differences(evaluation, (0, 1)) == [
        TermDifference(
            *("b", "a", "d", 1, "k", "演习"), *("preferred", "exercise", "deprecated", "manoeuvre")
        ),
        TermDifference(*("b", "a", "d", 1, "k", "演习"), *("omitted", None, "admitted", "drill")),
        TermDifference(
            *("b", "a", "e", 1, "k", "演习"), *("preferred", "exercise", "other", "play")
        ),
    ]


def test_a_text_that_was_not_judged_somewhere_has_no_verdict_there() -> None:
    evaluation = evaluation_of(
        {POINTS: [[1.0], [2.0]]},
        occurrences=[
            occurrence("a", "preferred", "exercise"),
            occurrence("b", "other", "x", segment=2),
        ],
    )
    assert term_differences(evaluation, (0, 1)) == [
        TermDifference(*("b", "a", "d", 1, "k", "演习"), *("preferred", "exercise", None, None)),
        TermDifference(*("b", "a", "d", 2, "k", "演习"), *(None, None, "other", "x")),
    ]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("a b c", "a x c", "a [-b-]{+x+} c"),
        ("same", "same", "same"),
        ("", "", ""),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("", "two words", "{+two words+}"),
        ("two words", "", "[-two words-]"),
        ("a " * 250, "b " + "a " * 250, "{+b +}" + "a " * 250),
        ("Beibu Unity-2023.", "Beibu Unity-2024.", "Beibu Unity-[-2023-]{+2024+}."),
        ("a b, c", "a c", "a [-b, -]c"),
        ("one  two", "one two", "one[-  -]{+ +}two"),
        # A word that is everywhere is still a word.
        ("a " * 300 + "b", "a " * 300 + "c", "a " * 300 + "[-b-]{+c+}"),
    ],
)
def test_word_diff(before: str, after: str, shown: str) -> None:
    assert word_diff(before, after) == shown
