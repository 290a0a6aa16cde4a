"""Numbers and dates of sources that outputs lack or have differently.

What a source asks for, and what an output may be said to have, is read by their languages.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence

from mteval.checks.base import MAX_SHOWN, Check, Rule, Segment
from mteval.languages.base import Language
from mteval.languages.numbers import (
    MIN_SIGNIFICANT_DIGITS,
    Figures,
    Kind,
    Number,
    significant_digits,
)

__all__ = ["DATE", "NUMBER"]


# Numbers and dates of one segment are asked for one after the other.
@functools.lru_cache(maxsize=1)
def _wanted(segment: Segment) -> tuple[Number, ...]:
    """Return the numbers and dates to look for: those that some reference has, if there are any."""
    numbers = segment.source_language.expected_numbers(segment.source or "")
    if not (numbers and segment.references):
        return numbers
    known = [segment.target_language.read_figures(text) for text in segment.references]
    return tuple(
        number for number in numbers if any(_is_found(number, figures) for figures in known)
    )


def _prepare(segment: Segment, kind: Kind) -> Rule | None:
    wanted = _wanted(segment)
    asked = [number for number in wanted if number.kind == kind]
    if not asked:
        return None
    language = segment.target_language

    def rule(text: str) -> str | None:
        figures = language.read_figures(text)
        missing = [number for number in asked if not _is_found(number, figures)]
        if not missing:
            return None
        spare = _spare_values(figures, wanted)
        details = list(
            dict.fromkeys(_compare(number, figures, spare, language) for number in missing)
        )
        more = len(details) - MAX_SHOWN
        return "; ".join(details[:MAX_SHOWN]) + (f"; and {more} more" if more > 0 else "")

    return rule


def _is_found(number: Number, figures: Figures) -> bool:
    """Return whether a text has the number; true also where that cannot be told."""
    if figures.digits is not None:
        digits = [significant_digits(f"{value:.15g}") for value in number.values]
        return not digits or any(
            len(known) < MIN_SIGNIFICANT_DIGITS or known in figures.digits for known in digits
        )
    if number.weekday is not None:
        # Friday may be today; another weekday and no Friday is plain.
        return not figures.weekdays or number.weekday in figures.weekdays
    if number.part is not None:
        parts = {part for month, part in figures.parts if month == number.month}
        return not parts or number.part in parts
    if number.month is not None and number.month in figures.months:
        return True
    if _other_months(number, figures):
        return False
    return any(_accepts(number, value) for value in figures.numbers)


def _spare_values(figures: Figures, wanted: Iterable[Number]) -> list[float]:
    """Return the numbers that a text writes out and that stand for nothing of the source."""
    items = list(wanted)
    return [
        value
        for value, written in figures.numbers.items()
        if written
        and not any(_accepts(item, value) for item in items if item.month not in figures.months)
    ]


def _compare(number: Number, figures: Figures, spare: Sequence[float], language: Language) -> str:
    """Return what a text has instead of a number that it lacks, in words."""
    if number.weekday is not None:
        other = ", ".join(language.weekday_name(day) for day in sorted(figures.weekdays))
        return f"{number.text} is {other} here"
    if number.part is not None:
        other = ", ".join(part for month, part in figures.parts if month == number.month)
        return f"{number.text} is {other} {language.month_name(number.month or 1)} here"
    if number.month is not None:
        other = ", ".join(language.month_name(month) for month in sorted(figures.months))
        return f"{number.text} is {other or 'missing'} here"
    if months := _other_months(number, figures):
        other = ", ".join(
            f"{language.month_name(month)} {number.values[0]:.0f}" for month in months
        )
        return f"{number.full_text} is {other} here"
    if number.day:
        others = [day for _, day in figures.days if day in spare]
        return f"{number.text} is {f'day {others[0]}' if others else 'missing'} here"
    best = min(spare, key=lambda value: _distance(number, value), default=None)
    if best is None or math.isinf(_distance(number, best)):
        return f"{number.text} is missing here"
    return f"{number.text} is {figures.numbers[best]} here"


def _other_months(number: Number, figures: Figures) -> list[int]:
    """Return the months that a text has the day in, if it has it in wrong ones only."""
    if number.of_month is None:
        return []
    months = [month for month, day in figures.days if day == number.values[0]]
    return [] if number.of_month in months else months


def _accepts(number: Number, value: float) -> bool:
    """Return whether a value stands for a number."""
    if any(math.isclose(value, own, rel_tol=1e-9) for own in number.values):
        return True
    if not number.values:
        return False
    own = number.values[0]
    if number.upper is not None and own <= value < number.upper:
        return True
    if number.decade is not None and value % 100 == number.decade:
        return True
    return _is_rounded(value, own)


def _is_rounded(value: float, own: float) -> bool:
    """Return whether a value is another one, of more digits, rounded to two or more digits."""
    if not (1e4 <= own < 1e300 and own / 2 < value < own * 2) or value == own:
        return False
    digits = f"{value:.15e}".split("e")[0].rstrip("0").replace(".", "")
    return len(digits) >= 2 and math.isclose(float(f"{own:.{len(digits) - 1}e}"), value)


def _distance(number: Number, value: float) -> float:
    """Return how unlike a value is to a number; infinite for one that must mean another."""
    own = number.values[0]
    if value <= 1 or own <= 0 or math.isinf(value) or math.isinf(own):
        return math.inf
    ratio = math.log10(value / own)
    # A wrong power of ten is the commonest error with 万 and 亿.
    if abs(ratio - round(ratio)) < 1e-9 and max(own, value) >= 100:
        return abs(ratio) / 1000
    mine, theirs = f"{own:.15g}", f"{value:.15g}"
    if len(mine) == len(theirs) > 1 and sum(a != b for a, b in zip(mine, theirs, strict=True)) == 1:
        return 0.5
    if number.kind == "date":
        return math.inf
    return 1 + abs(ratio) if own >= 1000 and abs(ratio) < math.log10(1.1) else math.inf


NUMBER = Check(
    "number",
    "with a number of the source missing or different",
    functools.partial(_prepare, kind="number"),
    needs_source=True,
)
DATE = Check(
    "date",
    "with a date of the source missing or different",
    functools.partial(_prepare, kind="date"),
    needs_source=True,
)
