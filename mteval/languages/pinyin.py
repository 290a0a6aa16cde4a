"""Pinyin: syllables, readings of characters, names spelt out; from the library pypinyin."""

from __future__ import annotations

import functools
import unicodedata

__all__ = ["is_reading", "pinyin", "pinyin_syllables", "strip_marks"]


@functools.cache
def pinyin_syllables() -> frozenset[str]:
    """List the toneless pinyin syllables, lower-case ASCII with ü as v (pypinyin's dictionary)."""
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    readings = {reading for entry in PINYIN_DICT.values() for reading in entry.split(",")}
    return frozenset(
        syllable
        for reading in readings
        if (syllable := to_normal(reading, v_to_u=False)).isascii() and syllable.isalpha()
    )


def pinyin(han: str) -> str:
    """Spell Han characters in pinyin without tones, as one lower-case word."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(han, errors="ignore")).lower()


def is_reading(character: str, syllable: str) -> bool:
    """Tell whether a toneless syllable is a reading of a character."""
    from pypinyin import Style
    from pypinyin import pinyin as readings

    return syllable in {
        strip_marks(reading)
        for reading in readings(character, style=Style.NORMAL, heteronym=True)[0]
    }


def strip_marks(syllable: str) -> str:
    """Strip tone marks; ü counts as v, as pypinyin writes it."""
    decomposed = unicodedata.normalize("NFD", syllable.lower())
    return decomposed.replace("u\u0308", "v").translate(_NO_MARKS)


_NO_MARKS = dict.fromkeys(range(0x0300, 0x0370))
