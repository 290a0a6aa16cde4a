"""English."""

from __future__ import annotations

import re

from mteval.languages import en_numbers, en_words
from mteval.languages.base import Language
from mteval.languages.en_pages import PAGE_WORDS
from mteval.languages.numbers import Figures, Number
from mteval.languages.text import LATIN, count_latin_words

__all__ = ["English"]


class English(Language):
    """English, British or American."""

    code = "en"
    name = "English"
    script = "Latn"
    letters = LATIN
    capitals = re.compile(r"(?<=[a-z0-9)] )(?=[A-Z0-9])")
    # "Wu Qian:" or "Spokesperson Wu Qian:".
    speaker = re.compile(r"^\s*([A-Z][A-Za-z.'’ -]{0,50}?)\s*[:：]")
    asks = re.compile(r"^(?:q|question)$|reporter|journalist|correspondent", re.IGNORECASE)
    answers = re.compile(r"^(?:a|answer)$|spokes|minister|director", re.IGNORECASE)
    page_words = PAGE_WORDS

    def count_words(self, text: str) -> int:
        """Return the number of runs of Latin letters."""
        return count_latin_words(text)

    def lemma(self, word: str) -> str:
        """Return the singular of a lower-case word, or the word, in American spelling."""
        return en_words.lemma(word)

    def find_numbers(self, text: str) -> tuple[Number, ...]:
        """Return the numbers and months of a text, each once.

        Raises:
            MissingPackageError: text2num is not installed.
        """
        return en_numbers.find_numbers(text)

    def read_figures(self, text: str) -> Figures:
        """Return the numbers and dates that a text has, or may be said to have.

        Raises:
            MissingPackageError: text2num is not installed.
        """
        return en_numbers.read_figures(text)

    def month_name(self, month: int) -> str:
        """Return the name of a month, from 1."""
        return en_numbers.MONTHS[month - 1]

    def weekday_name(self, weekday: int) -> str:
        """Return the name of a day of the week, from 0 for Monday."""
        return en_numbers.WEEKDAYS[weekday]
