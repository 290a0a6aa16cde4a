"""A toy language: all that adding a language to the toolkit takes, but for its line."""

from __future__ import annotations

import re

from mteval.languages.base import Language
from mteval.languages.numbers import Figures, Number

_NUMBERS = {"un": 1.0, "du": 2.0, "tri": 3.0, "dek": 10.0, "cent": 100.0}
_MONTHS = ("januaro", "februaro", "marto")


class Esperanto(Language):
    code = "eo"
    name = "Esperanto"
    script = "Latn"
    letters = "A-Za-zĉĝĥĵŝŭĈĜĤĴŜŬ"
    asks = re.compile("demando|ĵurnalisto")

    def find_numbers(self, text: str) -> tuple[Number, ...]:
        words = text.lower().split()
        return (
            *super().find_numbers(text),
            *(Number("number", word, (_NUMBERS[word],)) for word in words if word in _NUMBERS),
        )

    def read_figures(self, text: str) -> Figures:
        numbers = {number.values[0]: number.text for number in self.find_numbers(text)}
        months = [n for n, month in enumerate(_MONTHS, 1) if month in text.lower()]
        return Figures(numbers, frozenset(months))

    def month_name(self, month: int) -> str:
        return _MONTHS[month - 1]
