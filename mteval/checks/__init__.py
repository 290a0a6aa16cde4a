"""Output checks: what is plainly wrong with a translation, whatever its scores say.

Each check prefers to say nothing where there is doubt, because a translator has to look at every
flag. Where there are references, they excuse: a number, a name in Chinese characters or a
repetition that a reference shares is no fault of a system. Nothing is said of empty hypotheses.

* ``copy``: the source again, or most of its Chinese characters. Nothing else is
  said of such a segment.
* ``chinese``: Chinese characters that no reference has.
* ``short`` and ``long``: the length in characters against the expected one (``_expected``).
* ``repetition``: words or characters back to back, or the same words far more often than in the
  references and than anything in the source.
* ``number``: digits and Chinese numerals that the English has in no form known here. Not looked
  for: 0 and 1, 几十 and other vague ones, 两国, 三大, two digits in a row (十四五, 六一, 七八十),
  numbers of lists, those inside names (A2, PM2.5), old measures (亩, 斤), 等5国 after a list.
* ``date``: months, days, years, decades, weekdays, and the early, middle or late part of a month.

Chinese numerals are a few lines over the values that Unicode gives them; English number words are
read by text2num.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mteval.errors import MissingPackageError
from mteval.languages.text import HAN, count_han, fold_spaces, shorten

__all__ = ["CHECKS", "Check", "check_outputs"]

# Index of a system, index of a segment.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Check:
    """Name a check.

    Attributes:
        name: one word for the flags column.
        meaning: the explanation, to follow "N segments".
    """

    name: str
    meaning: str


CHECKS: tuple[Check, ...] = (
    Check("copy", "that repeat the source instead of translating it"),
    Check("chinese", "with Chinese characters left in the English"),
    Check("short", "far shorter than expected, or cut off"),
    Check("long", "far longer than expected"),
    Check("repetition", "that say the same words over and over"),
    Check("number", "with a number of the source missing or different"),
    Check("date", "with a date of the source missing or different"),
)

# --- copies, Chinese characters, lengths -----------------------------------------------------

# English characters for one Han character, where no references tell: the median of WMT22's
# references, what is not Chinese in the source taken as it is.
_ENGLISH_PER_HAN = 4.5
# Shorter texts vary too much in length to tell anything by it.
_LONG_ENOUGH = 100
_TOO_SHORT = 0.5
# A text that stops in the middle of a sentence needs to be less short.
_CUT_SHORT = 0.75
_TOO_LONG = 2.2
# Without references the expectation is looser.
_TOO_SHORT_BY_SOURCE = 0.42
_CUT_SHORT_BY_SOURCE = 0.75
_TOO_LONG_BY_SOURCE = 2.5
_MOST = 0.8
_FEW_HAN = 4
# The character 丨 serves as a line between titles.
_RUN_OF_HAN = re.compile(f"(?:(?!丨)[{HAN}])+")
# A text that ends with punctuation, and one that stops after a word or a comma.
_ENDED = re.compile(r"(?:[^\w\s]|_)\s*$")
_CUT_OFF = re.compile(r"[\w,，、]\s*$")
_SHOWN = 3


def check_outputs(
    sources: Sequence[str] | None,
    references: Sequence[Sequence[str]],
    systems: Sequence[Sequence[str | None]],
) -> dict[str, dict[Place, str]]:
    """Find what is plainly wrong with translations into English.

    Without sources only lengths (against references), Chinese characters and repetitions are
    looked at. Nothing is said of hypotheses that are empty or None.

    Args:
        sources: ``n_segments`` Chinese texts, or None.
        references: ``n_references`` columns of ``n_segments`` English texts; may be empty.
        systems: ``n_systems`` lists of ``n_segments`` hypotheses.

    Returns:
        By the name of a check, in the order of ``CHECKS``: the index of the system and of the
        segment, and what is wrong, in words.

    Raises:
        MissingPackageError: text2num is not installed, and there are sources.
    """
    found: dict[str, dict[Place, str]] = {check.name: {} for check in CHECKS}
    seen: dict[tuple[int, str], dict[str, str]] = {}
    n_segments = max((len(system) for system in systems), default=0)
    segments = [
        _Segment(None if sources is None else sources[i], tuple(column[i] for column in references))
        for i in range(n_segments)
    ]
    for s, system in enumerate(systems):
        for i, text in enumerate(system):
            if text is None or not text.strip():
                continue
            key = (i, text)
            if key not in seen:
                seen[key] = segments[i].check(text)
            for name, detail in seen[key].items():
                found[name][s, i] = detail
    return found


class _Segment:
    """Keep what is to be known of a source and its references, each thing worked out once."""

    def __init__(self, source: str | None, references: tuple[str, ...]) -> None:
        self.source = source
        self.references = tuple(text for text in references if text.strip())

    def check(self, text: str) -> dict[str, str]:
        """Give, by check, what is wrong with a hypothesis."""
        if (detail := self._copy(text)) is not None:
            return {"copy": detail}
        rules: dict[str, Callable[[str], str | None]] = {
            "chinese": self._chinese,
            "short": self._short,
            "long": self._long,
            "repetition": self._repetition,
            "number": functools.partial(self._wrong, kind="number"),
            "date": functools.partial(self._wrong, kind="date"),
        }
        return {name: detail for name, rule in rules.items() if (detail := rule(text)) is not None}

    def _copy(self, text: str) -> str | None:
        # Without a Chinese character there may be nothing to translate: Porsche 911.
        if self.source is None or text.isascii() or not _RUN_OF_HAN.search(text):
            return None
        source, copy = _bare(self.source), _bare(text)
        if source == copy:
            return "the source itself"
        wanted, kept = _RUN_OF_HAN.findall(source), _RUN_OF_HAN.findall(copy)
        n_wanted, n_kept = sum(map(len, wanted)), sum(map(len, kept))
        if n_kept < _FEW_HAN or n_kept * 2 < len(copy):
            return None
        common = (Counter("".join(wanted)) & Counter("".join(kept))).total()
        if common < _MOST * n_wanted or common < _MOST * n_kept:
            return None
        return f"{common} of the {n_wanted} Chinese characters of the source"

    def _chinese(self, text: str) -> str | None:
        if text.isascii():
            return None
        excused = frozenset().union(*(_RUN_OF_HAN.findall(text) for text in self.references))
        runs = [run for run in dict.fromkeys(_RUN_OF_HAN.findall(text)) if run not in excused]
        if not runs:
            return None
        more = len(runs) - _SHOWN
        shown = ", ".join(shorten(run, 20) for run in runs[:_SHOWN])
        return f"{shown}{f' and {more} more' if more > 0 else ''} left in Chinese"

    @functools.cached_property
    def _expected(self) -> tuple[float, bool] | None:
        """Give the expected number of characters, and whether references tell it."""
        if self.references:
            lengths = [len(fold_spaces(text)) for text in self.references]
            return sum(lengths) / len(lengths), True
        if self.source is None:
            return None
        source = fold_spaces(self.source)
        n_han = count_han(source)
        return n_han * _ENGLISH_PER_HAN + sum(c.isascii() for c in source), False

    @functools.cached_property
    def _ends(self) -> bool:
        """Tell whether a translation has to end with punctuation."""
        texts = self.references if self.source is None else (self.source,)
        return all(_ENDED.search(text) and not _CUT_OFF.search(text) for text in texts)

    def _short(self, text: str) -> str | None:
        if self._expected is None:
            return None
        expected, by_reference = self._expected
        length = len(fold_spaces(text))
        if expected < _LONG_ENOUGH:
            return None
        share = length / expected
        if share < (_TOO_SHORT if by_reference else _TOO_SHORT_BY_SOURCE):
            return f"{share:.0%} of the expected length"
        limit = _CUT_SHORT if by_reference else _CUT_SHORT_BY_SOURCE
        if share < limit and self._ends and _CUT_OFF.search(text):
            return f"{share:.0%} of the expected length, and no end to the last sentence"
        return None

    def _long(self, text: str) -> str | None:
        if self._expected is None:
            return None
        expected, by_reference = self._expected
        limit = _TOO_LONG if by_reference else _TOO_LONG_BY_SOURCE
        length = len(fold_spaces(text))
        # A line of a few characters may need a sentence to be told in English.
        if length < _LONG_ENOUGH or length <= limit * max(expected, _LONG_ENOUGH / 2):
            return None
        return f"{length / expected:.1f} times the expected length" if expected else None

    @functools.cached_property
    def _rhythm(self) -> tuple[int, int]:
        """Give how often source or references say a thing: in a row, and at all."""
        loops = [_loops(text) for text in self.references]
        in_row = [loop.row[1] for loop in loops]
        at_all = [loop.often[1] for loop in loops]
        if self.source is not None:
            loop = _loops(" ".join(_bare(self.source)))
            in_row.append(loop.row[1])
            at_all.append(loop.often[1])
        return max(in_row, default=0), max(at_all, default=0)

    def _repetition(self, text: str) -> str | None:
        loops = _loops(text)
        phrase, count = loops.row
        if count and count > self._rhythm[0]:
            return f"repeats {shorten(phrase)!r} {count} times in a row"
        phrase, count = loops.often
        if count and count > 2 * self._rhythm[1]:
            return f"repeats {shorten(phrase)!r} {count} times"
        return None

    @functools.cached_property
    def _wanted(self) -> tuple[_Wanted, ...]:
        """List the numbers and dates to look for: those that some reference has, if there are."""
        if self.source is None:
            return ()
        wanted = _read_chinese(self.source)
        if not (wanted and self.references):
            return wanted
        known = [_read_english(text) for text in self.references]
        return tuple(item for item in wanted if any(item.found_in(english) for english in known))

    def _wrong(self, text: str, kind: Literal["number", "date"]) -> str | None:
        if not any(item.kind == kind for item in self._wanted):
            return None
        english = _read_english(text)
        missing = [
            item for item in self._wanted if item.kind == kind and not item.found_in(english)
        ]
        if not missing:
            return None
        spare = english.spare(self._wanted)
        details = dict.fromkeys(item.compare(english, spare) for item in missing)
        more = len(details) - _SHOWN
        return "; ".join(list(details)[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _bare(text: str) -> str:
    """Fold a text to its letters and digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


# --- repetition ------------------------------------------------------------------------------

_WORD = re.compile(rf"[{HAN}]|(?:[a-z]\.){{2,}}|[^\W_{HAN}]+(?:['’][^\W_{HAN}]+)*")
_LONGEST_PHRASE = 16
# Very, very, very good; and, with the words of a phrase: on and on and on.
_WORD_IN_ROW = 4
_PHRASE_IN_ROW = 3
_PHRASE = 4
_PHRASE_OFTEN = 5
# Within a word: hahahaha is laughter, three times that is a loop.
_LONG_WORD = 24
_LETTERS_IN_ROW = re.compile(r"([^\W\d_]{1,8}?)\1{5,}")


@dataclass(frozen=True, slots=True)
class _Loops:
    """Hold what a text says most often in a row, and most often at all; "" and 0 for nothing."""

    row: tuple[str, int] = ("", 0)
    often: tuple[str, int] = ("", 0)


@functools.lru_cache(maxsize=65536)
def _loops(text: str) -> _Loops:
    row, often = ("", 0), ("", 0)
    words = _WORD.findall(text.lower())
    for word in words:
        if len(word) < _LONG_WORD:
            continue
        if (letters := _LETTERS_IN_ROW.search(word)) is not None:
            row = letters[1], len(letters[0]) // len(letters[1])
    pairs = Counter(itertools.pairwise(words))
    if max(pairs.values(), default=0) < _PHRASE_IN_ROW:
        return _Loops(row)
    for size in range(1, min(_LONGEST_PHRASE, len(words) // 2) + 1):
        length = 0
        for i in range(size, len(words)):
            length = length + 1 if words[i] == words[i - size] else 0
            count = 1 + length // size
            least = _WORD_IN_ROW if size == 1 else _PHRASE_IN_ROW
            if count >= least and count > row[1]:
                row = " ".join(words[i - size + 1 : i + 1]), count
    phrases = Counter(zip(*(words[i:] for i in range(_PHRASE)), strict=False))
    if phrases:
        phrase, count = max(phrases.items(), key=lambda item: item[1])
        if count >= _PHRASE_OFTEN:
            often = " ".join(phrase), count
    return _Loops(row, often)


# --- numbers and dates in Chinese ------------------------------------------------------------

_SAME = str.maketrans("萬億兩餘幾號個點時後禮間幣份歲", "万亿两余几号个点时后礼间币份岁")
_DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_NUMERALS = "零〇一二三四五六七八九十百千万亿两"
# Identifiers and codes: A2, PM2.5, #12, 10km; they are none of our business.
_NAME = re.compile(r"[A-Za-z\d_#&@./:+-]*[A-Za-z_#&@][A-Za-z\d_#&@./:+-]*", re.ASCII)
_LIST_MARK = re.compile(r"\s*[(]?[0-9]{1,3}(?:\.[0-9]{1,2})*\s*[.、):,](?![0-9])\s*")
_DOTTED_DATE = re.compile(
    r"(?<![0-9.])((?:19|20)[0-9]{2})([./-])(0?[1-9]|1[0-2])\2(0?[1-9]|[12][0-9]|3[01])(?![0-9.])"
)
_DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+){2,}")
_GAP = re.compile(r"(?<=\d)\s+(?=[%十百千万亿多余年月日号个])")
_NUMBER = re.compile(
    rf"(?P<ordinal>第)?(?P<run>(?:{_DIGITS})[十百千万亿]*(?:(?<=[千万亿])(?:{_DIGITS})[百千万]+)*"
    r"(?:(?<=[万亿])[0-9]{3,4}(?![0-9]))?"
    rf"|[{_NUMERALS}]+)(?P<more>[多余来几](?P<scale>[十百千万亿]*))?"
)
_FRACTION = re.compile(
    rf"(?P<below>{_DIGITS}|[{_NUMERALS}]+)分之(?P<above>{_DIGITS}|[{_NUMERALS}]+)"
)
_TOKEN = re.compile(rf"{_DIGITS}|[{_NUMERALS}]")
_NONZERO_PAIR = re.compile("[一二三四五六七八九两]{2}")
_YEAR = re.compile("[一二][零〇一二三四五六七八九]{3}")
# What a single numeral has to count, in order to be a number.
_MEASURE = re.compile(
    "个(?=月|小时|星期|国家|孩子|省|县|城市|学生|人(?!性))|名|岁|年(?!级)|天|小时|分钟|公里|吨|万"
    "|届|艘|架|辆|倍|美元|元(?!素|宵)"
)
_ORDINAL_MEASURE = re.compile("[届次批名位轮季期代章条个]")
_OLD_MEASURE = re.compile(
    "亩|斤|尺|寸|丈|里(?![面边程约])|克拉|刻|两|平(?!均|方)|折|番|环|号线|级|档|连|杀|码|线"
)
_UNIT = re.compile(
    "%|世纪|公里|美元|个(?:人|月|小时|国家|星期)|[年月日号人名个位次天岁届项家艘架辆条件篇本部所座套台款场轮批期"
    "倍国元吨米张种类支颗枚份门队组成折]|周[年岁]?"
)
_AFTERNOON = re.compile("(?:下午|傍晚|晚上?|夜间?|午后|中午|凌晨)$")
_WEEKDAY = re.compile(
    "(?:星期|礼拜|(?<![一二三四五六七八九十几两每本上下\\d])周)([一二三四五六日天])(?![年个次周期到])"
)
_PART = re.compile(rf"({_DIGITS}|[一二三四五六七八九十]+)月(?:份)?([上中下])旬")
_DAY = re.compile("日(?!内|之内|间|游|均|夜)|号(?![线楼院馆店机房车位])")
_PERIOD = re.compile("季度|世纪")
_MONTH_BEFORE = re.compile(r"((?<![0-9])[0-9]{1,2}|[一二三四五六七八九十]{1,3})月$")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_PARTS = {"上": "early", "中": "mid", "下": "late"}
_LARGEST_OF_LIST = 20
_LONGEST_NUMBER = 30


@dataclass(frozen=True)
class _Wanted:
    """Hold a number of the source.

    Attributes:
        kind: the check that it belongs to.
        text: how the source writes it.
        values: what may stand for it in English; the first is its own.
        above: for "more than": any number from the first value up to this one, too.
        month: the number of a month, from 1.
        weekday: the number of a day of the week, from 0.
        part: early, mid or late, with ``month``.
        decade: the last two digits of years, 80 for the 1980s.
        day: whether it is a day of a month.
        of_month: the month of that day.
    """

    kind: Literal["number", "date"]
    text: str
    values: tuple[float, ...] = ()
    above: float | None = None
    month: int | None = None
    weekday: int | None = None
    part: str | None = None
    decade: int | None = None
    day: bool = False
    of_month: int | None = None

    def found_in(self, english: _English) -> bool:
        """Tell whether English has the number; true also where nothing can be told."""
        if self.weekday is not None:
            # Friday may be today; another weekday and no Friday is plain.
            return not english.weekdays or self.weekday in english.weekdays
        if self.part is not None:
            parts = {part for month, part in english.parts if month == self.month}
            return not parts or self.part in parts
        if self.month is not None and self.month in english.months:
            return True
        if self.other_months(english):
            return False
        return any(self.accepts(value) for value in english.numbers)

    def other_months(self, english: _English) -> list[int]:
        """List the months that English has the day in, if it has it in wrong ones only."""
        if self.of_month is None:
            return []
        months = [month for month, day in english.days if day == self.values[0]]
        return [] if self.of_month in months else months

    def accepts(self, value: float) -> bool:
        """Tell whether a number of the English stands for this one."""
        if any(math.isclose(value, mine, rel_tol=1e-9) for mine in self.values):
            return True
        if not self.values:
            return False
        own = self.values[0]
        if self.above is not None and own <= value < self.above:
            return True
        if self.decade is not None and value % 100 == self.decade:
            return True
        return _is_rounded(value, own)

    def compare(self, english: _English, spare: Sequence[float]) -> str:
        """Say what the English has instead."""
        if self.weekday is not None:
            other = ", ".join(_WEEKDAYS[day].title() for day in sorted(english.weekdays))
            return f"{self.text} is {other} here"
        if self.part is not None:
            other = ", ".join(part for month, part in english.parts if month == self.month)
            return f"{self.text} is {other} {_MONTHS[(self.month or 1) - 1].title()} here"
        if self.month is not None:
            if english.months:
                other = ", ".join(_MONTHS[month - 1].title() for month in sorted(english.months))
                return f"{self.text} is {other} here"
            return f"{self.text} is missing here"
        if months := self.other_months(english):
            other = ", ".join(
                f"{_MONTHS[month - 1].title()} {self.values[0]:.0f}" for month in months
            )
            return f"{self.of_month}月{self.text} is {other} here"
        if self.day:
            others = [day for _, day in english.days if day in spare]
            return f"{self.text} is {f'day {others[0]}' if others else 'missing'} here"
        best = min(spare, key=lambda value: _distance(self, value), default=None)
        if best is None or math.isinf(_distance(self, best)):
            return f"{self.text} is missing here"
        return f"{self.text} is {english.numbers[best]} here"


def _is_rounded(value: float, own: float) -> bool:
    """Tell whether a number is another one, of more digits, rounded to two or more digits."""
    if not (1e4 <= own < 1e300 and own / 2 < value < own * 2) or value == own:
        return False
    digits = f"{value:.15e}".split("e")[0].rstrip("0").replace(".", "")
    return len(digits) >= 2 and math.isclose(float(f"{own:.{len(digits) - 1}e}"), value)


def _distance(wanted: _Wanted, value: float) -> float:
    """Tell how unlike a number is to what was wanted; infinite for one that must mean another."""
    own = wanted.values[0]
    if value <= 1 or own <= 0 or math.isinf(value) or math.isinf(own):
        return math.inf
    ratio = math.log10(value / own)
    if abs(ratio - round(ratio)) < 1e-9 and max(own, value) >= 100:
        return abs(ratio) / 1000
    mine, theirs = f"{own:.15g}", f"{value:.15g}"
    if len(mine) == len(theirs) > 1 and sum(a != b for a, b in zip(mine, theirs, strict=True)) == 1:
        return 0.5
    if wanted.kind == "date":
        return math.inf
    return 1 + abs(ratio) if own >= 1000 and abs(ratio) < math.log10(1.1) else math.inf


def _value(run: str) -> float | None:
    """Give the value of digits and Chinese numerals: 3.5万亿, 三百五, 一万零五十, 二〇二三.

    Returns:
        None for what is no number, or none that can be told: 一带, 七八十, 千万.
    """
    if _YEAR.fullmatch(run):
        return float("".join(f"{unicodedata.numeric(c):.0f}" for c in run))
    if _NONZERO_PAIR.search(run) or run[0] in "百千万亿零〇":
        return None
    total = section = 0.0
    pending: float | None = None
    least = math.inf
    zero = False
    last = 1.0
    # Unicode knows the value of 兩, but not of 两.
    for token in _TOKEN.findall(run.replace("两", "二")):
        value = float(token.replace(",", "")) if token[0].isascii() else unicodedata.numeric(token)
        if token in ("零", "〇"):
            zero = True
            continue
        if value < 10 or token[0].isascii():
            if pending is not None:
                return None
            pending = value
            continue
        if value < 10_000:
            if value >= least:
                return None
            section += (1 if pending is None else pending) * value
            least = value
        else:
            section += pending or 0
            if total and total < value:
                total, section = (total + section) * value, 0
            else:
                total, section = total + section * value, 0
            least = math.inf
        pending, last, zero = None, value, False
    if pending is not None and last >= 100 and not zero and run[-1] in _NUMERALS:
        pending *= last / 10
    return total + section + (pending or 0)


@functools.lru_cache(maxsize=65536)
def _read_chinese(source: str) -> tuple[_Wanted, ...]:
    """List the numbers and dates of a Chinese text that a translation has to have."""
    text = unicodedata.normalize("NFKC", source).translate(_SAME)
    text = _GAP.sub("", fold_spaces(text))
    text = _NAME.sub(lambda match: "~" * len(match[0]), text)
    text = _DOTTED_DATE.sub(r"\1年\3月\4日", text)
    text = _DOTTED.sub(lambda match: "~" * len(match[0]), text)
    found = [
        _Wanted("date", match[0], weekday=min("一二三四五六日天".index(match[1]), 6))
        for match in _WEEKDAY.finditer(text)
    ]
    for match in _PART.finditer(text):
        month = _value(match[1])
        if month is not None and 1 <= month <= 12:
            found.append(_Wanted("date", match[0], month=int(month), part=_PARTS[match[2]]))
    text = _WEEKDAY.sub(lambda match: "~" * len(match[0]), text)
    mark = _LIST_MARK.match(text)
    position = 0 if mark is None else mark.end()
    while (number := _NUMBER.search(text, position)) is not None:
        fraction = _FRACTION.search(text, position)
        if fraction is not None and fraction.start() <= number.start():
            item, position = _fraction(fraction), fraction.end()
        else:
            item, position = _number(text, number), number.end()
        if item is not None:
            found.append(item)
    return tuple(dict.fromkeys(found))


def _fraction(match: re.Match[str]) -> _Wanted | None:
    below, above = _value_of_share(match["below"]), _value_of_share(match["above"])
    if not below or not above:
        return None
    if below in (100, 1000):
        return _Wanted("number", match[0], (above, above / below))
    percent = 100 * above / below
    percent = 100 * above / below
    return _Wanted(
        "number", match[0], (above / below, percent, float(round(percent)), float(int(percent)))
    )


def _value_of_share(run: str) -> float | None:
    return {"百": 100.0, "千": 1000.0, "万": None}.get(run, _value(run))


def _number(text: str, match: re.Match[str]) -> _Wanted | None:
    """Read one number in its place, or None where none is to be looked for."""
    run, more = match["run"], match["more"]
    before, after = text[: match.start()], text[match.end() :]
    value = _value(run)
    is_digits = run[0].isascii()
    if value is None or value < 2 or len(run) > _LONGEST_NUMBER:
        return _day_one(run, value, after)
    if before.endswith(("双", "百分", "几", "数", "#")):
        return None
    written = match[0] + _unit(after, is_digits)
    # The 1980s are also 20世纪80年代.
    if re.match("世纪[^,。;]{0,6}年代", after):
        return None
    if (date := _date(before, run, more, after, value)) is not None:
        return date
    if not is_digits and not _is_number(match, after):
        return None
    if _OLD_MEASURE.match(after) or (before.endswith("等") and value <= _LARGEST_OF_LIST):
        return None
    values = [value, *_other_values(before, after, value)]
    if 1.0 in values:
        if not after.startswith("年"):
            return None
        values.remove(1.0)
    above = None
    if more:
        scale = _value("一" + match["scale"]) if match["scale"] else 1.0
        if scale is None or more[0] == "几":
            return None if match["scale"] else _Wanted("number", written, (value,), value + 10)
        values, above = [value * scale], (value + _last_place(value)) * scale
    kind: Literal["number", "date"] = "date" if _PERIOD.match(after) else "number"
    return _Wanted(kind, written, tuple(values), above)


def _day_one(run: str, value: float | None, after: str) -> _Wanted | None:
    """Read the first day or month; other ones are said in too many ways."""
    if value != 1 or run != "1":
        return None
    if after.startswith("月"):
        return _Wanted("date", run + "月", (1.0,), month=1)
    if after.startswith(("日", "号")):
        return _Wanted("date", run + after[0], (1.0,), day=True)
    return None


def _unit(after: str, is_digits: bool) -> str:
    """Give what a number counts, where that is one of the common ones."""
    if after.startswith("大") and not is_digits:
        return "大"
    match = _UNIT.match(after)
    return "" if match is None else match[0]


def _is_number(match: re.Match[str], after: str) -> bool:
    """Tell whether Chinese numerals are a number here: not 十分, 一律, 十一."""
    run = match["run"]
    if run in ("十一", "十") or len(run) == 1:
        if match["ordinal"]:
            return _ORDINAL_MEASURE.match(after) is not None
        return run not in ("一", "二", "两") and (
            _MEASURE.match(after) is not None or (run == "十" and match["more"] is not None)
        )
    return any(c in run for c in "十百千万亿")


def _date(before: str, run: str, more: str | None, after: str, value: float) -> _Wanted | None:
    """Read a number as part of a date, or None where it is none."""
    if more or value != int(value):
        return None
    if (
        after.startswith("月")
        and value <= 12
        and not before.endswith(("农历", "阴历", "腊", "夏历"))
    ):
        if not after.startswith(("月大", "月龄")):
            return _Wanted("date", run + "月", (value,), month=int(value))
        return None
    if re.match("[至到~—-]+(?:\\d{1,2}|[一二三四五六七八九十]+)月", after) and value <= 12:
        return _Wanted("date", run + "月", (value,), month=int(value))
    if (
        value <= 31
        and run != "两"
        and _DAY.match(after)
        and (after[0] == "日" or before.endswith(("月", "月份", "至", "到")))
    ):
        month = _MONTH_BEFORE.search(before)
        of_month = None if month is None else _value(month[1])
        return _Wanted(
            "date",
            run + after[0],
            (value,),
            day=True,
            of_month=int(of_month) if of_month and of_month <= 12 else None,
        )
    decade = re.match("年代|后(?![的来面续方退半])", after)
    if decade is not None and value < 100 and value % 5 == 0:
        return _Wanted("date", run + decade[0], (value,), decade=int(value))
    if re.match("年(?!级)", after) and 1000 <= value <= 2999 and len(run) == 4:
        return _Wanted("date", run + "年", (value,))
    return None


def _other_values(before: str, after: str, value: float) -> list[float]:
    """List what else stands for a number with this unit: 14天 is two weeks."""
    other: list[float] = []
    units = {"天": 7, "个月": 12, "年": 10, "小时": 24, "分钟": 60, "年间": 10}
    for unit, size in units.items():
        if after.startswith(unit):
            other.append(value / size)
            if unit == "年":
                other.append(value / 100)
    if after.startswith(("周", "个星期", "个礼拜")):
        other.append(value * 7)
    if after.startswith("%"):
        other.append(value / 100)
    if after.startswith("倍"):
        other += [value + 1, value - 1 if value > 2 else value]
    if after.startswith(("成", "折")):
        other += [value * 10, 100 - value * 10]
    if re.match("个?(?:年|月|小时|天|多)?半", after):
        other.append(value + 0.5)
    if value <= 24 and re.match("[点时:]", after):
        other.append(value - 12 if value > 12 else value + 12)
    if _AFTERNOON.search(before) and value <= 12:
        other.append(value + 12)
    return [number for number in other if number > 0]


def _last_place(value: float) -> float:
    """Give the place of the last digit that is not zero: 10 for 20, 100 for 3,700."""
    digits = f"{value:.0f}"
    return float(10 ** (len(digits) - len(digits.rstrip("0"))))


# --- numbers and dates in English ------------------------------------------------------------

_SCALES = {
    **{"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12},
    **{"m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12, "k": 1e3},
    **{"dozen": 12.0, "decade": 10.0, "score": 20.0, "wan": 1e4, "万": 1e4, "亿": 1e8},
    # As text2num writes hundred, thousand, hundred million and so on after digits.
    **{str(10**power): 10.0**power for power in range(2, 15)},
}
_YEAR_DIGITS = 4
_ENGLISH_NUMBER = re.compile(
    rf"(?P<number>{_DIGITS})(?P<half>\s+and\s+a\s+half)?"
    r"(?P<scale>\s*(?:hundred|thousand|million|billion|trillion|dozen|decade|score)s?(?![a-z])"
    r"|\s*(?:mn|mln|bn|tn|wan)(?![a-z])|[mbk](?![a-z])|\s*[万亿]"
    r"|\s+10{2,14}(?![0-9]|[,.][0-9]))?"
)
_RANGE = re.compile(r"\s*(?:-|–|—|~|to|or|and|,|/)\s*")
_DATE_WITH_DOTS = re.compile(r"(?<![0-9.])([0-9]{1,2})\.([0-9]{1,2})\.\s?((?:19|20)[0-9]{2})")
# Two thirds, as text2num leaves them: 2 3rds; a quarter, 2/3, one in three.
_SHARE = re.compile(
    r"\b(?P<above>[0-9]{1,9}|an?)(?:\s*/\s*|\s+(?:in|of|out\s+of)\s+|\s+)(?:every\s+)?"
    r"(?:(?P<below>[0-9]{1,9})(?:st|nd|rd|th)?s?|quarters?)\b",
    re.ASCII,
)
_HYPHEN = re.compile(r"(?<=[a-z])[-‐‑–/](?=[a-z])")
_ORDINARY = {
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
_ENGLISH_WORD = re.compile(r"[a-z]+")
_MONTH = re.compile(
    r"\b(?:(January|Jan|JANUARY|JAN)|(February|Feb|FEBRUARY|FEB)|(March|Mar|MARCH)|(April|Apr|APRIL)"
    r"|(May|MAY)|(June|Jun|JUNE)|(July|Jul|JULY)|(August|Aug|AUGUST)|(September|Sept?|SEPTEMBER)"
    r"|(October|Oct|OCTOBER)|(November|Nov|NOVEMBER)|(December|Dec|DECEMBER))(?![a-z])"
)
_ORDINAL_DAY = r"(?<![0-9.,])([0-3]?[0-9])(?:st|nd|rd|th)?"
_AND_DAY = r"(?:\s*(?:-|–|—|~|to|and|through)\s*(?:the\s+)?" + _ORDINAL_DAY + r"(?![0-9]))?"
_DAY_BEFORE = re.compile(_ORDINAL_DAY + _AND_DAY + r"(?:\s+of)?,?\s*$")
_DAY_AFTER = re.compile(r"\.?,?\s*(?:the\s+)?" + _ORDINAL_DAY + r"(?![0-9])" + _AND_DAY)
_ENGLISH_WEEKDAY = re.compile(
    r"\b(?:(mon)|(tue)s?|(wed)nes|(wed)\b|(thu)rs|(fri)|(sat)ur|(sun))(?:day)s?\b"
)
_ENGLISH_PART = re.compile(
    r"\b(early|beginning of|start of|first (?:ten|10) days of|mid|middle of|late|end of"
    r"|last (?:ten|10) days of)[-\s]+(" + "|".join(_MONTHS) + r")\b"
)
_PART_OF = {"e": "early", "b": "early", "s": "early", "f": "early", "m": "mid", "l": "late"}
_ROMAN = re.compile(r"\b(?=[IVX])(X{0,3})(IX|IV|V?I{0,3})\b")
_ROMAN_UNITS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")


@dataclass(frozen=True)
class _English:
    """Hold the numbers and dates of an English text.

    Attributes:
        numbers: how each value is written; "" for a word that may mean it.
        months: numbers of months, from 1.
        weekdays: days of the week, from 0.
        parts: early, mid or late, each with a month.
        days: days with their months.
    """

    numbers: dict[float, str] = field(default_factory=dict)
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    parts: tuple[tuple[int, str], ...] = ()
    days: tuple[tuple[int, int], ...] = ()

    def spare(self, wanted: Iterable[_Wanted]) -> list[float]:
        """List the numbers that are written out and stand for nothing of the source."""
        items = list(wanted)
        return [
            value
            for value, text in self.numbers.items()
            if text
            and not any(item.accepts(value) for item in items if item.month not in self.months)
        ]


@functools.lru_cache(maxsize=65536)
def _read_english(text: str) -> _English:
    """List the numbers and dates of an English text."""
    plain = unicodedata.normalize("NFKC", text)
    lower = plain.lower()
    numbers: dict[float, str] = {}
    for match in _ROMAN.finditer(plain):
        if match[0]:
            numbers[10.0 * len(match[1]) + _ROMAN_UNITS.index(match[2])] = ""
    last: tuple[float, int] | None = None
    lower = _DATE_WITH_DOTS.sub(r"\1 , \2 , \3", lower)
    lower = _DOTTED.sub(lambda match: match[0].replace(".", " , "), lower)
    digits = _number_words()(_HYPHEN.sub(" ", lower))
    for match in _ENGLISH_NUMBER.finditer(digits):
        number = float(match["number"].replace(",", ""))
        scale_text = (match["scale"] or "").strip()
        scale = _SCALES.get(scale_text.rstrip("s"), 1.0)
        if match["half"]:
            numbers.setdefault(number, "")
            number += 0.5
        value = number * scale
        written = _written(match, value)
        if scale != 1:
            numbers.setdefault(number, "")
            if scale_text.isdigit():
                numbers.setdefault(scale, "")
        numbers[value] = written
        if last is not None:
            between = digits[last[1] : match.start()]
            _join(numbers, last[0], value, scale, between)
        last = value, match.end()
    for match in _SHARE.finditer(digits):
        below = float(match["below"] or 4)
        if below:
            above = match["above"]
            numbers.setdefault((float(above) if above[0].isdigit() else 1.0) / below, "")
    for word in _ENGLISH_WORD.findall(lower):
        for value in _ORDINARY.get(word, ()):
            numbers.setdefault(value, "")
    return _English(
        numbers,
        frozenset(int(match.lastindex or 0) for match in _MONTH.finditer(plain)),
        frozenset(
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].index(
                next(filter(None, match.groups()))
            )
            for match in _ENGLISH_WEEKDAY.finditer(lower)
        ),
        tuple(
            (_MONTHS.index(match[2]) + 1, _part(match[1]))
            for match in _ENGLISH_PART.finditer(lower)
        ),
        tuple(dict.fromkeys(_days(plain))),
    )


def _days(text: str) -> Iterator[tuple[int, int]]:
    """Find days with the names of their months, on either side of them."""
    for match in _MONTH.finditer(text):
        before = _DAY_BEFORE.search(text, max(0, match.start() - 16), match.start())
        after = _DAY_AFTER.match(text, match.end())
        for found in (before, after):
            if found is not None:
                yield from ((match.lastindex or 0, int(day)) for day in found.groups() if day)


def _part(words: str) -> str:
    return "late" if words.startswith(("end", "last")) else _PART_OF[words[0]]


def _written(match: re.Match[str], value: float) -> str:
    """Write a number of the English as it stands there, or plainly if it stood in words."""
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
        if first >= 1000 > 0 and second < first:
            numbers.setdefault(first + second, "")


@functools.cache
def _number_words() -> Callable[[str], str]:
    """Give what writes the number words of an English text in digits."""
    try:
        from text_to_num import alpha2digit
    except ModuleNotFoundError:
        raise MissingPackageError(
            "checking the numbers of translations needs the package text2num, which is not "
            "installed; install it with: pip install 'mteval-toolkit[terms]'"
        ) from None
    return functools.partial(alpha2digit, lang="en", threshold=0)
