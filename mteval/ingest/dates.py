"""Dates as pages have them: in digits, or with the name of the month."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mteval.ingest.page_languages import PAGE_WORDS, joined
from mteval.languages.page_words import either

__all__ = ["DATE", "TIME", "WEEKDAY", "WRITTEN_DATE", "iso_date", "strip_dates"]

_YEAR, _MONTH, _DAY = (
    "".join(words.date_marks[index] for words in PAGE_WORDS) for index in range(3)
)
_DAY_MARK = f"[{_DAY}]?" if _DAY else ""
# Patterns, to be compiled without regard to case: 2024-03-05, 2024/3/5, 2024年3月5日 ...
DATE = rf"\d{{4}}\s?[-/.{_YEAR}]\s?\d{{1,2}}\s?[-/.{_MONTH}]\s?\d{{1,2}}\s?{_DAY_MARK}"
# ... March 5, 2024 or 5 March 2024 ...
WRITTEN_DATE = f"(?:{joined('written_date')})"
# ... and 16:45 or 16:45:03.
TIME = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"

_DIGITS = re.compile(
    rf"(?<!\d)(\d{{4}})\s?[-/.{_YEAR}]\s?(\d{{1,2}})\s?[-/.{_MONTH}]\s?(\d{{1,2}})(?!\d){_DAY_MARK}"
)
_WRITTEN = re.compile(rf"\b{WRITTEN_DATE}", re.IGNORECASE)
WEEKDAY = re.compile(joined("weekday"), re.IGNORECASE)
_MONTHS = {name: n for words in PAGE_WORDS for n, name in enumerate(words.months, 1)}
_MONTH_NAME = re.compile(either(_MONTHS), re.IGNORECASE)


def iso_date(text: str) -> str | None:
    """Return the first date of a text as YYYY-MM-DD, dates in digits before others."""
    for match in _DIGITS.finditer(text):
        year, month, day = (int(part) for part in match.groups())
        if 1 <= month <= 12 and 1 <= day <= 31:
            return f"{year:04}-{month:02}-{day:02}"
    return next(_written_dates(text), None)


def _written_dates(text: str) -> Iterator[str]:
    for match in _WRITTEN.finditer(text):
        name = _MONTH_NAME.search(match[0])
        day, year = (int(number) for number in re.findall(r"\d+", match[0]))
        if name is not None:
            yield f"{year:04}-{_MONTHS[name[0].lower()]:02}-{day:02}"


def strip_dates(text: str, instead: str = "") -> str:
    """Return a text without its dates, with another text instead of each."""
    return _WRITTEN.sub(instead, _DIGITS.sub(instead, text))
