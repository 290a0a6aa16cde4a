"""How often people agree with differences is what the study found."""

from __future__ import annotations

import math

import mt_thresholds
import pytest

from mteval.statistics.metric_deltas import agreement, meaningful_difference

# Metric, model, the study's name of it, and how many of its points one of ours is.
STUDIED = [
    ("bleu", None, "bleu", 1),
    ("chrf", None, "chrf", 1),
    ("comet", "Unbabel/wmt22-comet-da", "comet22", 100),
    ("comet", "Unbabel/wmt22-cometkiwi-da", "cometkiwi22", 100),
    ("comet", "Unbabel/XCOMET-XL", "xcometxl", 100),
    ("comet", "Unbabel/XCOMET-XXL", "xcometxxl", 100),
]


@pytest.mark.parametrize(("metric", "model", "name", "scale"), STUDIED)
def test_agreement_is_that_of_the_study(
    metric: str, model: str | None, name: str, scale: float
) -> None:
    # Kocmi et al. 2024, as mt-thresholds 1.0.4 has it.
    for points in (0.5, 2.0, 100.0):
        wanted = mt_thresholds.accuracy(points, name) / 100
        assert 0.5 < wanted <= 1
        for difference in (points / scale, -points / scale):
            assert agreement(metric, model, difference) == pytest.approx(wanted)
    for share in (0.6, 0.8):
        assert meaningful_difference(metric, model, share) == pytest.approx(
            mt_thresholds.delta(share, name) / scale
        )


@pytest.mark.parametrize(("metric", "model", "name", "scale"), STUDIED)
def test_no_difference_is_agreed_with_less_than_by_chance(
    metric: str, model: str | None, name: str, scale: float
) -> None:
    assert mt_thresholds.accuracy(1e-4, name) < 50
    assert agreement(metric, model, 1e-4 / scale) == 0.5
    assert agreement(metric, model, 0.0) is None
    assert agreement(metric, model, math.nan) is None


def test_what_nobody_studied_is_not_known() -> None:
    for metric, model in (("ter", None), ("comet", "mteval/comet-mini-en"), ("comet", None)):
        assert agreement(metric, model, 1.0) is None
        assert meaningful_difference(metric, model, 0.8) is None
    # No difference of BLEU is agreed with in 99 of 100 cases.
    assert math.isnan(mt_thresholds.delta(0.99, "bleu"))
    assert meaningful_difference("bleu", None, 0.99) is None
