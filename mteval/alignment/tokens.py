"""Tokens that both languages have: numbers, months, words in Latin letters, names in pinyin."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from mteval.alignment.weights import KEY_DIGITS, MAX_NAME_CHARACTERS
from mteval.languages.pinyin import pinyin, pinyin_syllables
from mteval.languages.text import HAN

__all__ = ["common_tokens"]

_DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_NUMERALS = "零〇一二三四五六七八九十百千万亿两"
_HAN_NUMBER = re.compile(
    rf"(?P<digits>{_DIGITS})(?:余|多)?\s*(?P<scale>[十百千万亿]*)(?P<month>\s*月)?"
    rf"|(?P<han>[{_NUMERALS}]+)(?P<han_month>月)?(?P<counted>[个名次间年日项宗家位届季期份天倍人种艘架章条])?"
)
_HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_SCALES = {"十": 10.0, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}
_ONES = "zero one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_WORDS = {
    **{word: float(n) for n, word in enumerate(f"{_ONES} {_TEENS}".split())},
    **{word: 10.0 * n for n, word in enumerate(_TENS.split(), 2)},
    **{word: float(n) for n, word in enumerate(_ORDINALS.split(), 1)},
}
_SCALES = {
    **{"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12},
    **{"mn": 1e6, "bn": 1e9, "m": 1e6},
}
_SCALE = "hundred|thousand|million|billion|trillion"
_ENGLISH_NUMBER = re.compile(
    rf"(?P<digits>{_DIGITS})(?:\s*(?P<scale>{_SCALE}|mn|bn|m)\b)?"
    rf"|\b(?P<word>{'|'.join(_WORDS)})\b(?:[\s-]+(?P<unit>{_ONES.replace(' ', '|')})\b)?"
    rf"(?:\s+(?P<word_scale>{_SCALE})\b)?",
    re.IGNORECASE,
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9&]+")
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+(?:['’][a-z]+)?\b")
_HAN_RUN = re.compile(f"[{HAN}]+")


def common_tokens(
    sources: Sequence[str], targets: Sequence[str]
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Return what each source and each target has that can be found again in the other language."""
    latin = [frozenset(map(str.lower, _LATIN.findall(text))) for text in sources]
    known = frozenset().union(*latin)
    names = [frozenset(_english_names(text)) for text in targets]
    wanted = frozenset().union(*names)
    spelt = [frozenset(_han_names(text, wanted)) for text in sources]
    found = frozenset().union(*spelt)
    return (
        [
            frozenset(_han_numbers(text)) | own | name
            for text, own, name in zip(sources, latin, spelt, strict=True)
        ],
        [
            frozenset(_english_numbers(text))
            | {word for word in map(str.lower, _LATIN.findall(text)) if word in known}
            | (name & found)
            for text, name in zip(targets, names, strict=True)
        ],
    )


def _key(value: float) -> str:
    return f"{value:.{KEY_DIGITS}g}"


def _han_numbers(text: str) -> Iterator[str]:
    for match in _HAN_NUMBER.finditer(text):
        if match["digits"]:
            value = float(match["digits"].replace(",", ""))
            if match["month"] and not match["scale"] and value <= len(_MONTHS):
                yield f"month {value:.0f}"
            else:
                for scale in match["scale"]:
                    value *= _HAN_SCALES[scale]
                yield _key(value)
        elif len(match["han"]) > 1 or match["han_month"] or match["counted"]:
            number = _han_value(match["han"])
            if number is not None:
                yield f"month {number:.0f}" if match["han_month"] else _key(number)


def _han_value(run: str) -> float | None:
    """Return the value of Chinese numerals (十二, 三百五十, 一万二千, 二〇二二); None for none."""
    if all(c in _HAN_DIGITS for c in run):
        return float("".join(str(_HAN_DIGITS[c]) for c in run))
    total = section = digit = 0.0
    for c in run:
        if c in _HAN_DIGITS:
            digit = float(_HAN_DIGITS[c])
        elif (scale := _HAN_SCALES[c]) < 1e4:
            section += (digit or 1.0) * scale
            digit = 0.0
        else:
            total = (total + section + digit) * scale
            section = digit = 0.0
    value = total + section + digit
    return value or None


def _english_numbers(text: str) -> Iterator[str]:
    for match in _ENGLISH_NUMBER.finditer(text):
        if match["digits"]:
            value = float(match["digits"].replace(",", ""))
            scale = match["scale"]
        else:
            value = _WORDS[match["word"].lower()] + _WORDS.get((match["unit"] or "").lower(), 0.0)
            scale = match["word_scale"]
        yield _key(value * _SCALES.get((scale or "").lower(), 1.0))
    for name in _MONTH.findall(text):
        yield f"month {_MONTHS.index(name) + 1}"


def _english_names(text: str) -> Iterator[str]:
    """Yield the words that may be names in pinyin, and what neighbouring ones are together."""
    before, end = "", -2
    for match in _CAPITALISED.finditer(text):
        word = match[0].lower()
        count = _syllables(word)
        if not count:
            before = ""
            continue
        if count > 1:
            yield word
        if before and match.start() == end + 1:
            yield before + word
        before, end = word, match.end()


@functools.lru_cache(maxsize=65536)
def _syllables(word: str) -> int:
    """Return the number of syllables of pinyin that a word is made of, 0 where it is not."""
    counts: list[int | None] = [0] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end):
            known = counts[start]
            if known is not None and word[start:end] in pinyin_syllables():
                best = counts[end]
                counts[end] = known + 1 if best is None else min(best, known + 1)
    return counts[-1] or 0


def _han_names(text: str, wanted: frozenset[str]) -> Iterator[str]:
    for run in _HAN_RUN.findall(text):
        readings = [_reading(c) for c in run]
        for size in range(2, MAX_NAME_CHARACTERS + 1):
            for start in range(len(readings) - size + 1):
                if (name := "".join(readings[start : start + size])) in wanted:
                    yield name


@functools.lru_cache(maxsize=65536)
def _reading(character: str) -> str:
    return pinyin(character)
