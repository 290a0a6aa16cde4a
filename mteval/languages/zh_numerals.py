"""Chinese numerals: what a run of digits and Han numerals means."""

from __future__ import annotations

import math
import re
import unicodedata

from mteval.languages.numbers import DIGITS, read_digits

__all__ = ["NUMERALS", "NUMERAL_RUN", "certain_value", "fold_numerals", "read_numeral"]

# The characters of numerals, to build patterns of.
NUMERALS = "零〇一二三四五六七八九十百千万亿两"
_DIGITS_OF_HAN = "零〇一二三四五六七八九"
# Han numerals, with decimals (七点五, 一点五亿), but not times of the day: 三点五分, 八点二十.
NUMERAL_RUN = (
    rf"[{NUMERALS}]+(?:点[{_DIGITS_OF_HAN}]+(?:[百千]?[万亿]+)?"
    rf"(?![{_DIGITS_OF_HAN}十百千分刻钟半]))?"
)
_DECIMAL = re.compile(rf"([{NUMERALS}]+)点([{_DIGITS_OF_HAN}]+)([百千]?[万亿]*)")
# Other ways to write numerals: 20 and 30 in one character, two and three that count by themselves.
_CONTRACTIONS = {"廿": "二十", "卅": "三十", "俩": "两个", "仨": "三个"}
_CONTRACTION = re.compile("[廿卅仨]|(?<!伎)俩")
# Those of cheques; each may be another word by itself (大陆, 队伍, 收拾).
_FORMAL = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億", "一二二三三四五六六七八九十百千万亿")
_FORMAL_RUN = re.compile(
    "(?=[零万萬亿億]*[壹贰貳叁參肆伍陆陸柒捌玖][拾佰仟])[零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟万萬亿億]{2,}"
)
_TOKEN = re.compile(rf"{DIGITS}|[{NUMERALS}]")
_NONZERO_PAIR = re.compile("[一二三四五六七八九两]{2}")
# 七八十 is 70 to 80, 三五百 is 300 to 500; no other two digits in a row are a range.
_RANGE = re.compile("一二|一两|两三|二三|三四|三五|四五|五六|六七|七八|八九")
_YEAR = re.compile("[一二][零〇一二三四五六七八九]{3}")
_DIGIT_BY_DIGIT = re.compile("[零〇一二三四五六七八九]{2,}")
# A million is 百万 or 一百万.
_SCALE_ALONE = re.compile("[百千]?[万亿]|[百千]?万亿|[百千]")


def fold_numerals(text: str) -> str:
    """Return a text with numerals in their usual characters: 廿三, 壹佰 as 二十三, 一百."""
    text = _FORMAL_RUN.sub(lambda match: match[0].translate(_FORMAL), text)
    return _CONTRACTION.sub(lambda match: _CONTRACTIONS[match[0]], text)


def read_numeral(run: str) -> tuple[float, ...]:
    """Return what digits and Chinese numerals mean: 3.5亿, 三百五 (350), 一点五亿, 二〇二三.

    Returns:
        The value; both ends of a range (七八十: 70 and 80); nothing for what is no number.
    """
    if run in ("零", "〇"):
        return (0.0,)
    if _SCALE_ALONE.fullmatch(run):
        run = "一" + run
    pair = _RANGE.search(run)
    if pair is not None and (pair[0] == run or not _DIGIT_BY_DIGIT.fullmatch(run)):
        ends = (run[: pair.start()] + digit + run[pair.end() :] for digit in pair[0])
        low, high = map(certain_value, ends)
        return (low, high) if low is not None and high is not None and low < high else ()
    if _DIGIT_BY_DIGIT.fullmatch(run):
        return (_read_digit_by_digit(run),)
    value = certain_value(run)
    return () if value is None else (value,)


def _read_digit_by_digit(run: str) -> float:
    return float(_read_digits_of(run))


def _read_digits_of(run: str) -> str:
    return "".join(f"{unicodedata.numeric(c):.0f}" for c in run)


def certain_value(run: str) -> float | None:
    """Return the value of numerals that can mean one number only.

    Returns:
        None for what is no number, or not certainly one: 一带, 七八十, 千万.
    """
    if (decimal := _DECIMAL.fullmatch(run)) is not None:
        return _read_decimal(decimal)
    if _YEAR.fullmatch(run):
        return _read_digit_by_digit(run)
    if _NONZERO_PAIR.search(run) or run[0] in "百千万亿零〇":
        return None
    return _compose(run)


def _read_decimal(match: re.Match[str]) -> float | None:
    """Return the value of a decimal, as 一点五亿; None if its whole part is no certain number."""
    whole = 0.0 if match[1] in ("零", "〇") else certain_value(match[1])
    scale = certain_value(f"一{match[3]}") if match[3] else 1.0
    if whole is None or scale is None:
        return None
    return float(f"{whole:.0f}.{_read_digits_of(match[2])}") * scale


def _compose(run: str) -> float | None:
    """Return the value of digits and scales: 3.5万亿, 三百五, 一万零五十; None if they do not fit.

    Sections of up to 9,999 are each multiplied by 万 or 亿; a last digit without a scale counts the
    next lower one (三百五, 3万3), unless 零 stands before it (三百零五).
    """
    total = section = 0.0
    pending: float | None = None
    smallest = math.inf
    zero = False
    last = 1.0
    # Unicode knows the value of 兩, but not of 两.
    for token in _TOKEN.findall(run.replace("两", "二")):
        if token in ("零", "〇"):
            zero = True
            continue
        is_digits = token[0].isascii()
        value = read_digits(token) if is_digits else unicodedata.numeric(token)
        if is_digits or value < 10:
            if pending is not None:
                return None
            pending = value
            continue
        if value < 10_000:
            if value >= smallest:
                return None
            section += (1 if pending is None else pending) * value
            smallest = value
        else:
            section += pending or 0
            if total and total < value:
                total, section = (total + section) * value, 0
            else:
                total, section = total + section * value, 0
            smallest = math.inf
        pending, last, zero = None, value, False
    if pending is not None and pending < 10 and last >= 100 and not zero:
        pending *= last / 10
    return total + section + (pending or 0)
