"""Numbers and dates in English texts; number words are read by text2num."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Callable, Iterator

from mteval.errors import MissingPackageError
from mteval.io.surrogates import check_surrogates
from mteval.languages.numbers import DIGITS, DOTTED, Figures, Number, read_digits
from mteval.languages.text import shorten
from mteval.packages import install_command

__all__ = ["MONTHS", "WEEKDAYS", "find_numbers", "read_figures"]

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# --- patterns of numbers -------------------------------------------------------------------------

_SCALES = {
    **{"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12},
    **{"m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12, "k": 1e3},
    **{"dozen": 12.0, "decade": 10.0, "score": 20.0, "wan": 1e4, "万": 1e4, "亿": 1e8},
    # As text2num writes hundred, thousand, hundred million and so on after digits.
    **{str(10**power): 10.0**power for power in range(2, 15)},
}
# Years and smaller numbers are shown as they are written.
_YEAR_DIGITS = 4
_NUMBER = re.compile(
    rf"(?P<number>{DIGITS})(?P<half>\s+and\s+a\s+half)?"
    r"(?P<scale>\s*(?:hundred|thousand|million|billion|trillion|dozen|decade|score)s?(?![a-z])"
    r"|\s*(?:mn|mln|bn|tn|wan)(?![a-z])|[mbk](?![a-z])|\s*[万亿]"
    r"|\s+10{2,14}(?![0-9]|[,.][0-9]))?"
)
_DOTTED = re.compile(DOTTED)
_RANGE = re.compile(r"\s*(?:-|–|—|~|to|or|and|,|/)\s*")
_DATE_WITH_DOTS = re.compile(r"(?<![0-9.])([0-9]{1,2})\.([0-9]{1,2})\.\s?((?:19|20)[0-9]{2})")
# Two thirds, as text2num leaves them: 2 3rds; a quarter, 2/3, one in three.
_SHARE = re.compile(
    r"\b(?P<above>[0-9]{1,9}|an?)(?:\s*/\s*|\s+(?:in|of|out\s+of)\s+|\s+)(?:every\s+)?"
    r"(?:(?P<below>[0-9]{1,9})(?:st|nd|rd|th)?s?|quarters?)\b",
    re.ASCII,
)
_HYPHEN = re.compile(r"(?<=[a-z])[-‐‑–/](?=[a-z])")
# What words may say that are no number words, or not only.
_MEANINGS = {
    **dict.fromkeys(("both", "couple", "pair", "twice", "double", "doubled", "doubling"), (2.0,)),
    **dict.fromkeys(("dual", "twin", "bilateral", "two", "twofold", "doubles"), (2.0,)),
    **dict.fromkeys(("triple", "tripled", "thrice", "threefold", "trio", "trilateral"), (3.0,)),
    **dict.fromkeys(("tripartite", "triples", "tripling", "triennial", "triplets"), (3.0,)),
    **dict.fromkeys(("quadruple", "quadrupled", "fourfold", "quartet", "quad"), (4.0,)),
    **dict.fromkeys(("quintuple", "fivefold", "pentagon", "quinquennial"), (5.0,)),
    **dict.fromkeys(("tenfold", "decade", "decadal"), (10.0,)),
    **dict.fromkeys(("half", "halves", "halved", "halfway", "halving"), (0.5, 50.0, 30.0, 6.0)),
    **dict.fromkeys(("quarter", "quarters", "quarterly"), (0.25, 25.0, 15.0)),
    **dict.fromkeys(("dozen", "dozens"), (12.0, 10.0)),
    **dict.fromkeys(("century", "centuries", "centenary", "centennial"), (100.0,)),
    **dict.fromkeys(("hundred", "hundreds"), (100.0,)),
    **dict.fromkeys(("thousand", "thousands", "millennium", "millennia"), (1000.0,)),
    **dict.fromkeys(("million", "millions", "millionth"), (1e6,)),
    **dict.fromkeys(("billion", "billions"), (1e9,)),
    **dict.fromkeys(("trillion", "trillions"), (1e12,)),
    **{"fortnight": (14.0, 2.0), "noon": (12.0,), "midnight": (12.0, 24.0), "teenage": (10.0,)},
    **{"teens": (10.0,), "score": (20.0,), "biweekly": (2.0,), "fifties": (50.0,)},
    **{"tens": (10.0,), "twenties": (20.0,), "thirties": (30.0,), "forties": (40.0,)},
    **{"sixties": (60.0,), "seventies": (70.0,), "eighties": (80.0,), "nineties": (90.0,)},
    **{"yearly": (12.0,), "annual": (12.0,), "week": (7.0,), "fifths": (5.0,)},
}
_WORD = re.compile(r"[a-z]+")

# --- patterns of dates ---------------------------------------------------------------------------

_MONTHS_LOWER = tuple(month.lower() for month in MONTHS)
_MONTH = re.compile(
    r"\b(?:(January|Jan|JANUARY|JAN)|(February|Feb|FEBRUARY|FEB)|(March|Mar|MARCH)|(April|Apr|APRIL)"
    r"|(May|MAY)|(June|Jun|JUNE)|(July|Jul|JULY)|(August|Aug|AUGUST)|(September|Sept?|SEPTEMBER)"
    r"|(October|Oct|OCTOBER)|(November|Nov|NOVEMBER)|(December|Dec|DECEMBER))(?![a-z])"
)
_ORDINAL_DAY = r"(?<![0-9.,])([0-3]?[0-9])(?:st|nd|rd|th)?"
_AND_DAY = r"(?:\s*(?:-|–|—|~|to|and|through)\s*(?:the\s+)?" + _ORDINAL_DAY + r"(?![0-9]))?"
_DAY_BEFORE = re.compile(_ORDINAL_DAY + _AND_DAY + r"(?:\s+of)?,?\s*$")
_DAY_AFTER = re.compile(r"\.?,?\s*(?:the\s+)?" + _ORDINAL_DAY + r"(?![0-9])" + _AND_DAY)
_WEEKDAY = re.compile(r"\b(?:(mon)|(tue)s?|(wed)nes|(thu)rs|(fri)|(sat)ur|(sun))(?:day)s?\b")
_PART = re.compile(
    r"\b(early|beginning of|start of|first (?:ten|10) days of|mid|middle of|late|end of"
    r"|last (?:ten|10) days of)[-\s]+(" + "|".join(_MONTHS_LOWER) + r")\b"
)
_PART_OF = {"e": "early", "b": "early", "s": "early", "f": "early", "m": "mid", "l": "late"}
_ROMAN = re.compile(r"\b(?=[IVX])(X{0,3})(IX|IV|V?I{0,3})\b")
_ROMAN_UNITS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")


@functools.lru_cache(maxsize=65536)
def find_numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers that an English text has in digits or words, each value once, and months.

    Raises:
        MissingPackageError: text2num is not installed.
    """
    figures = read_figures(text)
    return (
        *(
            Number("number", written, (value,))
            for value, written in figures.numbers.items()
            if written
        ),
        *(
            Number("date", MONTHS[month - 1], (float(month),), month=month)
            for month in sorted(figures.months)
        ),
    )


@functools.lru_cache(maxsize=65536)
def read_figures(text: str) -> Figures:
    """Return the numbers and dates that an English text has, and those that it may mean.

    Raises:
        MissingPackageError: text2num is not installed.
        InputError: the text has half a surrogate pair.
    """
    check_surrogates(text)
    plain = unicodedata.normalize("NFKC", text)
    lower = plain.lower()
    return Figures(
        _numbers(plain, lower),
        frozenset(int(match.lastindex or 0) for match in _MONTH.finditer(plain)),
        frozenset(int(match.lastindex or 0) - 1 for match in _WEEKDAY.finditer(lower)),
        tuple(
            (_MONTHS_LOWER.index(match[2]) + 1, _part(match[1])) for match in _PART.finditer(lower)
        ),
        tuple(dict.fromkeys(_days(plain))),
    )


def _numbers(plain: str, lower: str) -> dict[float, str]:
    """Return the values of numbers: how they are written, or "" for what may mean them."""
    numbers = {
        10.0 * len(match[1]) + _ROMAN_UNITS.index(match[2]): ""
        for match in _ROMAN.finditer(plain)
        if match[0]
    }
    text = _DATE_WITH_DOTS.sub(r"\1 , \2 , \3", lower)
    text = _DOTTED.sub(lambda match: match[0].replace(".", " , "), text)
    text = _number_words()(_HYPHEN.sub(" ", text))
    _add_written(numbers, text)
    for match in _SHARE.finditer(text):
        below = float(match["below"] or 4)
        if below:
            above = match["above"]
            numbers.setdefault((float(above) if above[0].isdigit() else 1.0) / below, "")
    for word in _WORD.findall(lower):
        for value in _MEANINGS.get(word, ()):
            numbers.setdefault(value, "")
    return numbers


def _add_written(numbers: dict[float, str], text: str) -> None:
    """Add the numbers of a text whose number words are in digits."""
    last: tuple[float, int] | None = None
    for match in _NUMBER.finditer(text):
        number = read_digits(match["number"])
        scale_text = (match["scale"] or "").strip()
        scale = _SCALES.get(scale_text.rstrip("s"), 1.0)
        if match["half"]:
            numbers.setdefault(number, "")
            number += 0.5
        value = number * scale
        if scale != 1:
            numbers.setdefault(number, "")
            if scale_text.isdigit():
                numbers.setdefault(scale, "")
        numbers[value] = _written(match, value)
        if last is not None:
            between = text[last[1] : match.start()]
            _join(numbers, last[0], value, scale, between)
        last = value, match.end()


def _days(text: str) -> Iterator[tuple[int, int]]:
    """Yield days with the names of their months, on either side of them."""
    for match in _MONTH.finditer(text):
        before = _DAY_BEFORE.search(text, max(0, match.start() - 16), match.start())
        after = _DAY_AFTER.match(text, match.end())
        for found in (before, after):
            if found is not None:
                yield from ((match.lastindex or 0, int(day)) for day in found.groups() if day)


def _part(words: str) -> str:
    return "late" if words.startswith(("end", "last")) else _PART_OF[words[0]]


def _written(match: re.Match[str], value: float) -> str:
    """Return a number as the text writes it, or plainly if that is in words."""
    scale = (match["scale"] or "").strip()
    if not scale.isdigit() and match["half"] is None and len(match["number"]) <= _YEAR_DIGITS:
        return shorten(match[0].strip())
    for word in ("trillion", "billion", "million"):
        share = f"{value / _SCALES[word]:.6g}"
        if value >= _SCALES[word] and math.isclose(float(share) * _SCALES[word], value):
            return f"{share} {word}"
    return f"{value:,.15g}"


def _join(
    numbers: dict[float, str], first: float, second: float, scale: float, between: str
) -> None:
    """Add what two numbers mean together: 20 to 30 thousand, twenty twenty-three, 2 and 80."""
    if _RANGE.fullmatch(between) and first < 1000 <= second:
        # Twenty to thirty thousand: the scale is that of both.
        size = scale if scale > 1 else float(1000 ** int(math.log10(min(second, 1e300)) / 3))
        numbers.setdefault(first * size, "")
    if between == ", " and first < 1000 and 100 <= second < 1000:
        numbers.setdefault(first * 1000 + second, "")
    if not between.strip():
        if 10 <= first < 100 and 10 <= second < 100:
            numbers.setdefault(first * 100 + second, "")
        if first >= 1000 and second < first:
            numbers.setdefault(first + second, "")


@functools.cache
def _number_words() -> Callable[[str], str]:
    """Return what replaces the number words of an English text by digits."""
    try:
        from text_to_num import alpha2digit
    except ModuleNotFoundError:
        raise MissingPackageError(
            "checking the numbers of translations needs the package text2num, which is not "
            f"installed; install it with: {install_command('text2num')}"
        ) from None
    return functools.partial(alpha2digit, lang="en", threshold=0)
