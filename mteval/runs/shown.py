"""How scores are shown: one way to round them, and what the signs beside them mean.

JSON, CSV, Parquet and XLSX have every number in full. Wherever a number is rounded it is rounded
here, once, from the full one; a difference beside two rounded scores is the difference of what is
shown, so that whoever subtracts gets the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal

from mteval.runs.results import Results
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import SystemRow
from mteval.statistics.significance import ALPHA

__all__ = [
    "BEST_MEANING",
    "RANK_MEANING",
    "RANK_SIGN",
    "SPREAD_SIGN",
    "change_text",
    "detail_text",
    "number_text",
    "p_text",
    "samples_text",
    "segments_text",
    "sign_meanings",
    "spread_text",
]

# A star, or bold: of rows over the same texts, which are all, or those of a document or domain.
BEST_MEANING = "best score of the systems that have every segment there, significantly or not"
SPREAD_SIGN, RANK_SIGN = "±", "(rank)"
# As in the WMT findings (Bojar et al. 2013).
RANK_MEANING = (
    "a new rank begins where every system before is significantly better than every one after "
    "(5 %, Holm's correction for all pairs); systems of one rank can still differ significantly"
)
# Of p-values.
_P_DECIMALS = 4
_MAX_P_DECIMALS = 12


def number_text(value: float | None, decimals: int, missing: str = "-") -> str:
    """Return a number with so many decimals: the nearest, of two as near the even one, never -0.

    Args:
        value: None or NaN is missing.
        decimals: digits after the point.
        missing: stands for a number that does not exist.
    """
    if value is None or math.isnan(value):
        return missing
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def change_text(
    value: float | None, before: float | None, decimals: int, missing: str = "-"
) -> str:
    """Return, with its sign, the difference of two numbers as they are shown.

    ``0.0`` is none at all; ``≈0.0`` is one that the digits shown do not have.
    """
    if value is None or before is None or math.isnan(value) or math.isnan(before):
        return missing
    change = Decimal(number_text(value, decimals)) - Decimal(number_text(before, decimals))
    if change:
        return f"{change:+f}"
    return ("" if value == before else "≈") + number_text(0.0, decimals)


def spread_text(low: float | None, high: float | None, decimals: int) -> str:
    """Return half the width of an interval after ±; empty where there is none."""
    if low is None or high is None:
        return ""
    return f"{SPREAD_SIGN}{number_text((high - low) / 2, decimals)}"


def p_text(p_value: float | None, missing: str = "-") -> str:
    """Return a p-value with four decimals, and more where these would say another thing.

    So 0.04996 is not shown as 0.0500, which would not be significant.
    """
    if p_value is None or math.isnan(p_value):
        return missing
    for decimals in range(_P_DECIMALS, _MAX_P_DECIMALS):
        text = f"{p_value:.{decimals}f}"
        if (float(text) < ALPHA) == (p_value < ALPHA) and (float(text) > 0) == (p_value > 0):
            return text
    return f"{p_value:.1e}"


def detail_text(row: SystemRow, metric: MetricColumn) -> str:
    """Return in short how wide a system score's interval is (half of it), and its rank."""
    low, high = row.intervals[metric.name] or (None, None)
    spread, rank = spread_text(low, high, metric.decimals), row.ranks[metric.name]
    return (f" {spread}" if spread else "") + (f" ({rank})" if rank is not None else "")


def segments_text(segments: int, n_segments: int) -> str:
    """Return how many segments a system has, and of how many where it lacks some."""
    return str(segments) if segments == n_segments else f"{segments}/{n_segments}"


def sign_meanings(results: Results) -> list[tuple[str, str]]:
    """Return the signs beside the scores of systems, each with what it means."""
    found = []
    if results.intervals:
        found.append(
            (SPREAD_SIGN, f"half of the 95 % interval ({samples_text(results.resampling)})")
        )
    if results.ranks:
        found.append((RANK_SIGN, RANK_MEANING))
    return found


def samples_text(resampling: Mapping[str, object]) -> str:
    """Return in words how scores were resampled: settings of a run, or those of a comparison."""
    what = "randomization trials" if resampling.get("test") == "randomization" else "resamples"
    for_ranks = resampling.get("rank_samples")
    return (
        f"{resampling['samples']:,} {what} of {resampling['unit']}"
        + (f", {for_ranks:,} for ranks" if for_ranks else "")
        + f", seed {resampling['seed']}"
    )
