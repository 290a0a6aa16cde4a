"""The lines of a raw page: where they stand and which language they are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mteval.text import count_han, count_latin_words

__all__ = ["Language", "Line", "extract_lines", "language_of"]

Language = Literal["zh", "en", "none"]


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line of a page: its number (from 1), its text, its language.

    ``none`` is a line without words of either language: digits, symbols.
    """

    number: int
    text: str
    language: Language


def language_of(text: str) -> Language:
    """Tell which language a line is in: Chinese if it has more Han characters than Latin words."""
    han, words = count_han(text), count_latin_words(text)
    if han > words or (han and han == words):
        return "zh"
    return "en" if words else "none"


def extract_lines(text: str) -> list[Line]:
    """List the lines of a page that hold anything but white space."""
    return [
        Line(number, line, language_of(line))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]
