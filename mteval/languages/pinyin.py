"""Pinyin: syllables, readings of characters, names spelt out; from the library pypinyin."""

from __future__ import annotations

import functools
import unicodedata

__all__ = ["ends_with_reading", "is_reading", "pinyin", "pinyin_syllables", "strip_marks"]

# zhuang, chuang, shuang; none is longer.
_MAX_SYLLABLE = 6
# At the end of a word 儿 is an r of the syllable before it: huar for 花儿.
_RETROFLEX = ("儿", "r")


@functools.cache
def pinyin_syllables() -> frozenset[str]:
    """Return the toneless pinyin syllables, lower-case ASCII, ü as v (pypinyin's dictionary)."""
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    readings = {reading for entry in PINYIN_DICT.values() for reading in entry.split(",")}
    return frozenset(
        syllable
        for reading in readings
        if (syllable := to_normal(reading, v_to_u=False)).isascii() and syllable.isalpha()
    )


def pinyin(han: str) -> str:
    """Return Han characters in pinyin without tones, as one lower-case word."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(han, errors="ignore")).lower()


def is_reading(character: str, syllable: str) -> bool:
    """Return whether a toneless syllable is a reading of a character."""
    from pypinyin import Style
    from pypinyin import pinyin as readings

    return syllable in {
        strip_marks(reading)
        for reading in readings(character, style=Style.NORMAL, heteronym=True)[0]
    }


def ends_with_reading(text: str, letters: str) -> bool:
    """Return whether toneless letters are a reading of the last characters of a text."""
    if not letters or not text:
        return not letters
    character, before = text[-1], text[:-1]
    return any(
        ends_with_reading(before, letters[:-size])
        for size in range(1, min(len(letters), _MAX_SYLLABLE) + 1)
        if is_reading(character, letters[-size:]) or (character, letters[-size:]) == _RETROFLEX
    )


def strip_marks(syllable: str) -> str:
    """Return a syllable without tone marks, in lower case, ü as v, as pypinyin writes it."""
    decomposed = unicodedata.normalize("NFD", syllable.lower())
    return decomposed.replace("u\u0308", "v").translate(_NO_MARKS)


_NO_MARKS = dict.fromkeys(range(0x0300, 0x0370))
