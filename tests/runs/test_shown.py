"""One way to round, and what stands beside what."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.runs.schema.rows import SystemRow
from mteval.runs.shown import (
    RANK_MEANING,
    change_text,
    detail_text,
    number_text,
    p_text,
    samples_text,
    segments_text,
    sign_meanings,
    spread_text,
)
from tests.comparison.evaluations import column, evaluation_of

SCORES = st.floats(-1000, 1000)
DECIMALS = st.integers(0, 4)


@given(SCORES, DECIMALS)
def test_a_number_is_rounded_to_the_nearest_and_is_never_minus_zero(
    value: float, decimals: int
) -> None:
    text = number_text(value, decimals)
    # Exact arithmetic on the number as it is: halves go to the even digit.
    exact = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    assert Decimal(text) == exact
    assert not (text.startswith("-") and exact == 0)


@given(SCORES, SCORES, DECIMALS)
def test_a_difference_is_that_of_the_numbers_beside_it(
    value: float, before: float, decimals: int
) -> None:
    text = change_text(value, before, decimals)
    shown = Decimal(number_text(value, decimals)) - Decimal(number_text(before, decimals))
    assert Decimal(text.removeprefix("≈")) == shown
    assert text[0] in ("+-" if shown else "≈0")
    # What differs is never shown as no difference.
    assert (text == number_text(0, decimals)) == (value == before)


def test_examples() -> None:
    assert change_text(48.86, 49.44, 1) == "-0.5"  # 48.9 and 49.4; the difference itself is -0.58
    assert number_text(-0.04, 1) == "0.0"
    assert (number_text(0.25, 1), number_text(0.35, 1), number_text(2.5, 0)) == ("0.2", "0.3", "2")
    assert (number_text(None, 1), number_text(float("nan"), 1, "–")) == ("-", "–")
    assert change_text(1.04, 1.01, 1) == "≈0.0"
    assert change_text(None, 1.0, 1, "") == change_text(1.0, float("nan"), 1, "") == ""
    assert (spread_text(1.0, 3.5, 1), spread_text(None, None, 1)) == ("±1.2", "")
    assert spread_text(None, 3.5, 1) == spread_text(1.0, None, 1) == ""
    assert change_text(1.0, None, 1) == change_text(float("nan"), 1.0, 1) == "-"


@pytest.mark.parametrize(
    ("p_value", "text"),
    [
        (1.0, "1.0000"),
        (0.0689, "0.0689"),
        (50 / 1001, "0.04995"),  # significant, which 0.0500 is not
        (0.05, "0.0500"),
        (0.05000001, "0.0500"),
        (1 / 20_001, "0.00005"),
        (2**-40, "9.1e-13"),
        (0.0, "0.0000"),
        (None, "-"),
    ],
)
def test_a_p_value_is_shown_on_the_right_side_of_5_percent(
    p_value: float | None, text: str
) -> None:
    assert p_text(p_value) == text


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {"samples": 1000, "unit": "segments", "seed": 12345},
            "1,000 resamples of segments, seed 12345",
        ),
        (
            {"samples": 1000, "unit": "documents", "seed": 1, "rank_samples": 26000},
            "1,000 resamples of documents, 26,000 for ranks, seed 1",
        ),
        (
            {"samples": 9, "unit": "segments", "seed": 1, "test": "randomization"},
            "9 randomization trials of segments, seed 1",
        ),
    ],
)
def test_how_scores_were_resampled_is_said_in_words(settings: dict[str, object], text: str) -> None:
    assert samples_text(settings) == text


@pytest.mark.parametrize(
    ("interval", "rank", "text"),
    [
        ((1.0, 2.6), 2, " ±0.8 (2)"),
        ((1.0, 2.6), None, " ±0.8"),
        (None, 1, " (1)"),
        (None, None, ""),
    ],
)
def test_spread_and_rank_stand_after_a_score(
    interval: tuple[float, float] | None, rank: int | None, text: str
) -> None:
    row = SystemRow("x", 3, {"points": 1.8}, {"points": interval}, {"points": rank}, 0, {}, [])
    assert detail_text(row, column()) == text


def test_segments_are_of_how_many_only_where_some_lack() -> None:
    assert (segments_text(20, 20), segments_text(0, 20)) == ("20", "0/20")


def test_signs_that_stand_beside_no_score_are_not_explained() -> None:
    evaluation = evaluation_of({column(): [[1, 2], [2, 3]]})
    assert sign_meanings(evaluation) == []
    spread = replace(
        evaluation,
        intervals={"points": np.array([[1.0, 2], [2, 3]])},
        resampling={"samples": 1000, "unit": "segments", "seed": 1},
    )
    half = ("±", "half of the 95 % interval (1,000 resamples of segments, seed 1)")
    assert sign_meanings(spread) == [half]
    assert sign_meanings(replace(spread, ranks={"points": [1, 1]})) == [
        *(half, ("(rank)", RANK_MEANING))
    ]
