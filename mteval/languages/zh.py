"""Chinese."""

from __future__ import annotations

import re
import unicodedata

from mteval.languages import zh_numbers
from mteval.languages.base import Language
from mteval.languages.numbers import Figures, Number
from mteval.languages.pinyin import pinyin, pinyin_syllables
from mteval.languages.text import HAN, count_han, to_simplified
from mteval.languages.zh_pages import PAGE_WORDS

__all__ = ["Chinese"]

# The character 丨 serves as a line between titles.
_RUN = re.compile(f"(?:(?!丨)[{HAN}])+")
_WEEKDAYS = "一二三四五六日"


class Chinese(Language):
    """Chinese, in simplified or traditional characters."""

    code = "zh"
    name = "Chinese"
    script = "Hani"
    letters = HAN
    # "吴谦:" or "国防部发言人吴谦:".
    speaker = re.compile(rf"^\s*([{HAN}· ]{{1,20}}?)\s*[:：]")
    asks = re.compile("记者|提问|^问$")
    answers = re.compile("^答$|发言人|部长|主任|局长|司长|主席|总理")
    page_words = PAGE_WORDS

    def fold(self, text: str) -> str:
        """Return a text in simplified characters (OpenCC) and in NFKC."""
        return unicodedata.normalize("NFKC", to_simplified(text))

    def count_words(self, text: str) -> int:
        """Return the number of Han characters: words are not told apart."""
        return count_han(text)

    def count_letters(self, text: str) -> int:
        """Return the number of Han characters."""
        return count_han(text)

    def script_runs(self, text: str) -> list[str]:
        """Return the runs of Han characters."""
        return [] if text.isascii() else _RUN.findall(text)

    def romanise(self, text: str) -> str:
        """Return the pinyin of the Han characters of a text, as one lower-case word."""
        return pinyin(text)

    def syllables(self) -> frozenset[str]:
        """Return the syllables of pinyin, without tones."""
        return pinyin_syllables()

    def find_numbers(self, text: str) -> tuple[Number, ...]:
        """Return the numbers and months of a text, certain or not."""
        return zh_numbers.find_numbers(text)

    def expected_numbers(self, text: str) -> tuple[Number, ...]:
        """Return the numbers and dates that a translation of the text must have."""
        return zh_numbers.expected_numbers(text)

    def read_figures(self, text: str) -> Figures:
        """Return the numbers and months that a text has."""
        found = self.find_numbers(text)
        numbers = {value: number.text for number in found for value in number.values}
        months = frozenset(number.month for number in found if number.month is not None)
        return Figures(numbers, months)

    def month_name(self, month: int) -> str:
        """Return the name of a month, from 1."""
        return f"{month}月"

    def weekday_name(self, weekday: int) -> str:
        """Return the name of a day of the week, from 0 for Monday."""
        return f"星期{_WEEKDAYS[weekday]}"
