"""How often people agree with a difference between two scores, as far as that was studied."""

from __future__ import annotations

import math
import warnings
from types import ModuleType

__all__ = ["agreement", "meaningful_difference"]

# The study's name of each of our metrics (and its model), and how many of its points one of ours
# is. Source: Kocmi et al. 2024, "Navigating the Metrics Maze", as fitted in mt-thresholds 1.0.4,
# which has learned metrics on a scale of 100. test_agreement_is_that_of_the_study checks them.
_STUDIED: dict[tuple[str, str | None], tuple[str, float]] = {
    ("bleu", None): ("bleu", 1.0),
    ("chrf", None): ("chrf", 1.0),
    ("comet", "Unbabel/wmt22-comet-da"): ("comet22", 100.0),
    ("comet", "Unbabel/wmt22-cometkiwi-da"): ("cometkiwi22", 100.0),
    ("comet", "Unbabel/XCOMET-XL"): ("xcometxl", 100.0),
    ("comet", "Unbabel/XCOMET-XXL"): ("xcometxxl", 100.0),
}
# Below this the fitted curves are meaningless: guessing agrees with people in half of all cases.
_CHANCE = 0.5


def agreement(metric: str, model: str | None, difference: float) -> float | None:
    """Return how often people agree with a difference of scores, 0.5-1.

    That is the share of pairs of systems that people rank in the order of the metric, among pairs
    that differ so much (Kocmi et al. 2024, "Navigating the Metrics Maze"; package mt-thresholds).

    Args:
        metric: name.
        model: of a learned metric.
        difference: of two system scores, in points of the metric; its sign does not matter.

    Returns:
        None if the metric was not studied, and for a difference of 0 or NaN.
    """
    studied = _STUDIED.get((metric, model))
    if studied is None or math.isnan(difference) or difference == 0:
        return None
    name, scale = studied
    percent = float(_library().accuracy(abs(difference) * scale, name))
    return max(_CHANCE, percent / 100.0)


def meaningful_difference(metric: str, model: str | None, share: float) -> float | None:
    """Return the difference of scores that people agree with in this share of cases.

    Args:
        metric: name.
        model: of a learned metric.
        share: 0.5-1.

    Returns:
        In points of the metric; None if the metric was not studied or never reaches the share.
    """
    studied = _STUDIED.get((metric, model))
    if studied is None:
        return None
    name, scale = studied
    found = float(_library().delta(share, name))
    return None if math.isnan(found) else found / scale


def _library() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has an invalid escape in a string
        import mt_thresholds
    module: ModuleType = mt_thresholds
    return module
