"""Tokens that both languages have: numbers, months, words in Latin letters, names in pinyin."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence

from mteval.alignment.weights import KEY_DIGITS, MAX_NAME_CHARACTERS
from mteval.languages import en_numbers, zh_numbers
from mteval.languages.numbers import Number
from mteval.languages.pinyin import pinyin, pinyin_syllables
from mteval.languages.text import HAN

__all__ = ["common_tokens"]

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
            frozenset(_number_tokens(zh_numbers.find_numbers(text))) | own | name
            for text, own, name in zip(sources, latin, spelt, strict=True)
        ],
        [
            frozenset(_number_tokens(en_numbers.find_numbers(text)))
            | {word for word in map(str.lower, _LATIN.findall(text)) if word in known}
            | (name & found)
            for text, name in zip(targets, names, strict=True)
        ],
    )


def _number_tokens(numbers: Iterable[Number]) -> Iterator[str]:
    for number in numbers:
        if number.month is not None:
            yield f"month {number.month}"
        else:
            for value in number.values[:1]:
                yield f"{value:.{KEY_DIGITS}g}"


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
