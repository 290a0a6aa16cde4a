"""Numbers and dates as texts state them, in whatever language: what readers of numerals return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "DIGITS",
    "DOTTED",
    "MIN_SIGNIFICANT_DIGITS",
    "Figures",
    "Kind",
    "Number",
    "read_digits",
    "significant_digits",
]

Kind = Literal["number", "date"]

# Digits with thousands separated by commas, or without; a decimal point.
DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
# Versions, sections, addresses: 1.2.3.
DOTTED = r"[0-9]+(?:\.[0-9]+){2,}"
# Numbers of fewer significant digits are often written in words, as 30 or two million, and are not
# looked for in languages whose number words are not known.
MIN_SIGNIFICANT_DIGITS = 3


def read_digits(digits: str) -> float:
    """Return the value of digits as ``DIGITS`` matches them: 3,700.5."""
    return float(digits.replace(",", ""))


def significant_digits(number: str) -> str:
    """Return the digits of a number without separators and outer zeros: 468 of 46,8 and 4680000."""
    return "".join(c for c in number if c.isdecimal()).strip("0")


@dataclass(frozen=True)
class Number:
    """A number or a date that a text states.

    Attributes:
        kind: whether it is (part of) a date.
        text: how the text writes it, with what it counts where that is common.
        values: what may stand for it in another language; the first is its own. Both ends of a
            range (70 and 80 for 七八十); none for weekdays and parts of months.
        upper: for "more than" and ranges: any number from the first value up to this one, too.
        month: the number of a month, from 1.
        weekday: the number of a day of the week, from 0 for Monday.
        part: early, mid or late, with ``month``.
        decade: the last two digits of years, 80 for the 1980s.
        day: whether it is a day of a month.
        of_month: the month of that day.
        full_text: a day with its month, as the text writes it.
    """

    kind: Kind
    text: str
    values: tuple[float, ...] = ()
    upper: float | None = None
    month: int | None = None
    weekday: int | None = None
    part: str | None = None
    decade: int | None = None
    day: bool = False
    of_month: int | None = None
    full_text: str = ""


@dataclass(frozen=True)
class Figures:
    """The numbers and dates that a text has, or may be said to have.

    Attributes:
        numbers: how each value is written; "" for a value that something may mean, as "dozen" 12.
        months: numbers of months, from 1.
        weekdays: days of the week, from 0 for Monday.
        parts: months with early, mid or late.
        days: months with their days.
        digits: of a language of whose number words and separators nothing is known, the significant
            digits of its numbers, and no more; None for other languages.
    """

    numbers: dict[float, str] = field(default_factory=dict)
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    parts: tuple[tuple[int, str], ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    digits: frozenset[str] | None = None
