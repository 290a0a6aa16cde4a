"""What people make of a difference between two scores, as far as that has been studied."""

from __future__ import annotations

import math
import warnings
from types import ModuleType

__all__ = ["agreement", "meaningful_difference"]

# What the study calls our metrics, and how many of its points are one of ours.
_STUDIED: dict[tuple[str, str | None], tuple[str, float]] = {
    ("bleu", None): ("bleu", 1.0),
    ("chrf", None): ("chrf", 1.0),
    ("comet", "Unbabel/wmt22-comet-da"): ("comet22", 100.0),
    ("comet", "Unbabel/wmt22-cometkiwi-da"): ("cometkiwi22", 100.0),
    ("comet", "Unbabel/XCOMET-XL"): ("xcometXL", 100.0),
    ("comet", "Unbabel/XCOMET-XXL"): ("xcometXXL", 100.0),
}


def agreement(metric: str, model: str | None, difference: float) -> float | None:
    """Give how often people agree with a difference, 0.5-1; None for none, or if not known.

    The share of pairs of systems that people rank as the metric does (Kocmi et al. 2024,
    "Navigating the Metrics Maze"; package mt-thresholds).

    Args:
        metric: name.
        model: of a learned metric.
        difference: of system scores.
    """
    studied = _STUDIED.get((metric, model))
    if studied is None or math.isnan(difference) or difference == 0:
        return None
    name, scale = studied
    # The curve that was fitted begins a little below chance.
    return max(0.5, float(_library().accuracy(abs(difference) * scale, name)) / 100.0)


def meaningful_difference(metric: str, model: str | None, share: float) -> float | None:
    """Give the difference that people agree with in such a share of cases, 0.5-1, or None."""
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
