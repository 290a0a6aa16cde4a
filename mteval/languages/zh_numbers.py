"""Numbers and dates in Chinese texts.

``find_numbers`` lists every number, for whoever weighs evidence. ``expected_numbers`` lists those
that a translation must have, and is silent where there is doubt: 0 and 1, 几十 and other vague
ones, 两国, 三大, two digits in a row (十四五, 六一, 七八十), numbers of lists, those inside names
(A2, PM2.5), old measures (亩, 斤), 等5国 after a list.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator

from mteval.languages.numbers import DIGITS, DOTTED, Kind, Number
from mteval.languages.text import fold_spaces
from mteval.languages.zh_numerals import (
    NUMERAL_RUN,
    certain_value,
    fold_numerals,
    read_numeral,
)

__all__ = ["expected_numbers", "find_numbers"]

# --- every number of a text ----------------------------------------------------------------------

_SIMPLIFIED = str.maketrans("萬億兩餘幾號個點時後禮間幣份歲", "万亿两余几号个点时后礼间币份岁")
_GAP = re.compile(r"(?<=\d)\s+(?=[%十百千万亿多余年月日号个])")
_DOTTED_DATE = re.compile(
    r"(?<![0-9.])((?:19|20)[0-9]{2})([./-])(0?[1-9]|1[0-2])\2(0?[1-9]|[12][0-9]|3[01])(?![0-9.])"
)
_NUMBER = re.compile(
    rf"(?P<ordinal>第)?(?P<run>(?:{DIGITS})[十百千万亿]*(?:(?<=[千万亿])(?:{DIGITS})[百千万]+)*"
    r"(?:(?<=[万亿])[0-9]{3,4}(?![0-9])|(?<=[千万亿])[1-9](?![0-9.,%十百千万亿]))?"
    rf"|{NUMERAL_RUN})(?P<more>[多余来几](?P<scale>[十百千万亿]*))?"
)
_FRACTION = re.compile(rf"(?P<below>{DIGITS}|{NUMERAL_RUN})分之(?P<above>{DIGITS}|{NUMERAL_RUN})")
# What a single numeral counts wherever it is a number at all; else it is part of a word (统一).
_COUNTER = re.compile("[月个名次间年日项宗家位届季期份天倍人种艘架章条]")
# These words are written in numerals.
_NO_NUMBERS = frozenset({"万一", "一一"})
_VAGUE_BEFORE = ("几", "数")
_LAST_MONTH = 12


@functools.lru_cache(maxsize=65536)
def find_numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers, months and fractions of a Chinese text in their order, certain or not.

    Single numerals are numbers where they count something. Vague ones (几十) have no value.
    """
    folded = _DOTTED_DATE.sub(r"\1年\3月\4日", _fold(text))
    found = []
    for match in _matches(folded):
        before, after = folded[: match.start()], folded[match.end() :]
        item = _fraction(match) if match.re is _FRACTION else _any_number(before, match, after)
        if item is not None:
            found.append(item)
    return tuple(found)


def _fold(text: str) -> str:
    folded = fold_numerals(unicodedata.normalize("NFKC", text)).translate(_SIMPLIFIED)
    return _GAP.sub("", fold_spaces(folded))


def _matches(text: str, position: int = 0) -> Iterator[re.Match[str]]:
    """Yield the fractions, and the numbers outside of them, in their order."""
    while (number := _NUMBER.search(text, position)) is not None:
        fraction = _FRACTION.search(text, position)
        match = number if fraction is None or fraction.start() > number.start() else fraction
        yield match
        position = match.end()


def _any_number(before: str, match: re.Match[str], after: str) -> Number | None:
    run, more = match["run"], match["more"]
    if before.endswith(_VAGUE_BEFORE) or run in _NO_NUMBERS:
        return None
    is_counted = match["ordinal"] or more or _COUNTER.match(after)
    if len(run) == 1 and not run.isascii() and not is_counted:
        return None
    values = read_numeral(run)
    if not values:
        return None
    if not more and after.startswith("月") and len(values) == 1 and 1 <= values[0] <= _LAST_MONTH:
        return Number("date", run + "月", values, month=int(values[0]))
    if not more:
        # Of a range (七八十) anything between its ends will do.
        return Number("number", match[0], values, values[1] if len(values) > 1 else None)
    scale = (read_numeral(match["scale"]) or (1.0,))[0] if match["scale"] else 1.0
    upper = (values[-1] + _last_place(values[-1])) * scale
    return Number("number", match[0], tuple(value * scale for value in values), upper)


def _last_place(value: float) -> float:
    """Return the place of the last digit that is not zero: 10 for 20, 100 for 3,700."""
    digits = f"{value:.0f}"
    return float(10 ** (len(digits) - len(digits.rstrip("0"))))


def _fraction(match: re.Match[str]) -> Number | None:
    below, above = _value_of_share(match["below"]), _value_of_share(match["above"])
    if not below or not above:
        return None
    if below in (100, 1000):
        return Number("number", match[0], (above, above / below))
    percent = 100 * above / below
    return Number(
        "number", match[0], (above / below, percent, float(round(percent)), float(int(percent)))
    )


def _value_of_share(run: str) -> float | None:
    return {"百": 100.0, "千": 1000.0, "万": None}.get(run, certain_value(run))


# --- what a translation must have ----------------------------------------------------------------

# Identifiers and codes: A2, PM2.5, #12, 10km; translations may write them in any way.
_NAME = re.compile(r"[A-Za-z\d_#&@./:+-]*[A-Za-z_#&@][A-Za-z\d_#&@./:+-]*", re.ASCII)
_LIST_MARK = re.compile(r"\s*[(]?[0-9]{1,3}(?:\.[0-9]{1,2})*\s*[.、):,](?![0-9])\s*")
_DOTTED = re.compile(DOTTED)
# What a single numeral has to count to be certainly a number.
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
# What is measured by decimals, and not a time: 三点五倍, 七点五米.
_OF_DECIMALS = re.compile("倍|%|个?百分点|[公千厘毫平立]|[美欧日]?元|[吨米克升度级]")
_LAST_HOUR = 24
# 3-5万 is 30,000 to 50,000.
_RANGE_UP_TO = re.compile(rf"[-~—至到]+(?:{DIGITS})([百千万亿]+)")
_AFTERNOON = re.compile("(?:下午|傍晚|晚上?|夜间?|午后|中午|凌晨)$")
# From Monday; Sunday has two names.
_WEEKDAYS = "一二三四五六日天"
_WEEKDAY = re.compile(
    "(?:星期|礼拜|(?<![一二三四五六七八九十几两每本上下\\d])周)([一二三四五六日天])(?![年个次周期到])"
)
_PART = re.compile(rf"({DIGITS}|[一二三四五六七八九十]+)月(?:份)?([上中下])旬")
_PARTS = {"上": "early", "中": "mid", "下": "late"}
_DAY = re.compile("日(?!内|之内|间|游|均|夜)|号(?![线楼院馆店机房车位])")
_PERIOD = re.compile("季度|世纪")
_MONTH_BEFORE = re.compile(r"((?<![0-9])[0-9]{1,2}|[一二三四五六七八九十]{1,3})月$")
_UP_TO_MONTH = re.compile(r"[至到~—-]+(?:\d{1,2}|[一二三四五六七八九十]+)月")
# The 1980s are also 20世纪80年代.
_DECADE_OF_CENTURY = re.compile("世纪[^,。;]{0,6}年代")
_DECADE = re.compile("年代|后(?![的来面续方退半])")
_AND_A_HALF = re.compile("个?(?:年|月|小时|天|多)?半")
# By its unit, what else a number may be: as many weeks, decades, percent.
_OTHER_VALUES: dict[str, Callable[[float], tuple[float, ...]]] = {
    "天": lambda days: (days / 7,),
    "周": lambda weeks: (weeks * 7,),
    "个星期": lambda weeks: (weeks * 7,),
    "个礼拜": lambda weeks: (weeks * 7,),
    "个月": lambda months: (months / 12,),
    "年": lambda years: (years / 10, years / 100),
    "小时": lambda hours: (hours / 24,),
    "分钟": lambda minutes: (minutes / 60,),
    "%": lambda percent: (percent / 100,),
    # Twice as many are one time more; English says either.
    "倍": lambda times: (times + 1, times - 1 if times > 2 else times),
    # Up to 30 %, or down by 70 %.
    "成": lambda tenths: (tenths * 10, 100 - tenths * 10),
}
# 等5国 closes a list that has its five members; more than these nobody lists.
_MAX_LISTED = 20
# Longer runs are codes.
_MAX_DIGITS = 30
_LAST_DAY = 31


@functools.lru_cache(maxsize=65536)
def expected_numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers and dates of a Chinese text that a translation must have.

    Dates are months, days, years, decades, weekdays, and the early, middle or late part of a month.
    """
    text = _NAME.sub(_mask, _fold(text))
    text = _DOTTED.sub(_mask, _DOTTED_DATE.sub(r"\1年\3月\4日", text))
    found = [
        Number("date", match[0], weekday=min(_WEEKDAYS.index(match[1]), 6))
        for match in _WEEKDAY.finditer(text)
    ]
    for match in _PART.finditer(text):
        month = certain_value(match[1])
        if month is not None and 1 <= month <= _LAST_MONTH:
            found.append(Number("date", match[0], month=int(month), part=_PARTS[match[2]]))
    text = _WEEKDAY.sub(_mask, text)
    mark = _LIST_MARK.match(text)
    for match in _matches(text, 0 if mark is None else mark.end()):
        item = _fraction(match) if match.re is _FRACTION else _certain_number(text, match)
        if item is not None:
            found.append(item)
    return tuple(dict.fromkeys(found))


def _mask(match: re.Match[str]) -> str:
    return "~" * len(match[0])


def _certain_number(text: str, match: re.Match[str]) -> Number | None:
    """Return one number or date in its context, or None where it is not certain."""
    run, more = match["run"], match["more"]
    before, after = text[: match.start()], text[match.end() :]
    value = certain_value(run)
    is_digits = run[0].isascii()
    if value is None or value < 2 or len(run) > _MAX_DIGITS:
        return _day_one(run, value, after)
    if before.endswith(("双", "百分", *_VAGUE_BEFORE, "#")) or _DECADE_OF_CENTURY.match(after):
        return None
    if (date := _date(before, run, more, after, value)) is not None:
        return date
    if not is_digits and not _is_number(match, after):
        return None
    if _OLD_MEASURE.match(after) or (before.endswith("等") and value <= _MAX_LISTED):
        return None
    values = [value, *_other_values(before, after, value)]
    if 1.0 in values:
        if not after.startswith("年"):
            return None
        values.remove(1.0)
    written = match[0] + _unit(after, is_digits)
    kind: Kind = "date" if _PERIOD.match(after) else "number"
    if more:
        return _more_than(kind, match, value, written)
    return Number(kind, written, tuple(values))


def _more_than(kind: Kind, match: re.Match[str], value: float, written: str) -> Number | None:
    """Return 20多 or 二十多万 with the largest number that it may be."""
    scale = certain_value("一" + match["scale"]) if match["scale"] else 1.0
    if match["more"].startswith("几"):
        return None if match["scale"] else Number("number", written, (value,), value + 10)
    if scale is None:
        return None
    return Number(kind, written, (value * scale,), (value + _last_place(value)) * scale)


def _day_one(run: str, value: float | None, after: str) -> Number | None:
    """Return the first day or month, if in digits; other ones are said in too many ways."""
    if value != 1 or run != "1":
        return None
    if after.startswith("月"):
        return Number("date", run + "月", (1.0,), month=1)
    if after.startswith(("日", "号")):
        return Number("date", run + after[0], (1.0,), day=True)
    return None


def _unit(after: str, is_digits: bool) -> str:
    """Return what a number counts, where that is one of the common units."""
    if after.startswith("大") and not is_digits:
        return "大"
    match = _UNIT.match(after)
    return "" if match is None else match[0]


def _is_number(match: re.Match[str], after: str) -> bool:
    """Return whether Chinese numerals are a number here: not 十分, 一律, 十一."""
    run = match["run"]
    if "点" in run:
        value = certain_value(run) or 0
        is_time = 1 <= value <= _LAST_HOUR and run[-1] not in "万亿"
        return not is_time or _OF_DECIMALS.match(after) is not None
    if run in ("十一", "十") or len(run) == 1:
        if match["ordinal"]:
            return _ORDINAL_MEASURE.match(after) is not None
        return run not in ("一", "二", "两") and (
            _MEASURE.match(after) is not None or (run == "十" and match["more"] is not None)
        )
    return any(c in run for c in "十百千万亿")


def _date(before: str, run: str, more: str | None, after: str, value: float) -> Number | None:
    """Return a number as part of a date, or None where it is none."""
    if more or value != int(value):
        return None
    if after.startswith("月") and value <= _LAST_MONTH:
        if not before.endswith(("农历", "阴历", "腊", "夏历")):
            if after.startswith(("月大", "月龄")):
                return None
            return Number("date", run + "月", (value,), month=int(value))
    elif _UP_TO_MONTH.match(after) and value <= _LAST_MONTH:
        return Number("date", run + "月", (value,), month=int(value))
    if (day := _day_of_month(before, run, after, value)) is not None:
        return day
    decade = _DECADE.match(after)
    if decade is not None and value < 100 and value % 5 == 0:
        return Number("date", run + decade[0], (value,), decade=int(value))
    if re.match("年(?!级)", after) and 1000 <= value <= 2999 and len(run) == 4:
        return Number("date", run + "年", (value,))
    return None


def _day_of_month(before: str, run: str, after: str, value: float) -> Number | None:
    """Return a day with its month, where that is named before it."""
    if value > _LAST_DAY or run == "两" or not _DAY.match(after):
        return None
    if after[0] != "日" and not before.endswith(("月", "月份", "至", "到")):
        return None
    month = _MONTH_BEFORE.search(before)
    value_of_month = None if month is None else certain_value(month[1])
    of_month = int(value_of_month) if value_of_month and value_of_month <= _LAST_MONTH else None
    return Number(
        "date",
        run + after[0],
        (value,),
        day=True,
        of_month=of_month,
        full_text="" if of_month is None else f"{of_month}月{run}{after[0]}",
    )


def _other_values(before: str, after: str, value: float) -> list[float]:
    """Return what else stands for a number with this unit: 14天 is two weeks."""
    other = [
        number
        for unit, others in _OTHER_VALUES.items()
        if after.startswith(unit)
        for number in others(value)
    ]
    if (upper := _RANGE_UP_TO.match(after)) is not None:
        other += [value * scale for scale in read_numeral(upper[1])]
    if _AND_A_HALF.match(after):
        other.append(value + 0.5)
    if value <= 24 and after.startswith(("点", "时", ":")):
        other.append(value - 12 if value > 12 else value + 12)
    if _AFTERNOON.search(before) and value <= 12:
        other.append(value + 12)
    return [number for number in other if number > 0]
