from __future__ import annotations

import pytest

from mteval.languages.base import Language
from mteval.languages.en_words import lemma
from mteval.languages.registry import language


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("exercises", "exercise"),
        ("defence", "defense"),
        ("defences", "defense"),
        ("understandings", "understanding"),
        ("children", "child"),
        ("servicemen", "serviceman"),
        ("issued", "issued"),
        ("training", "training"),
        ("theatre", "theater"),
        ("", ""),
    ],
)
def test_lemmas_of_plurals_in_american_spelling(word: str, expected: str) -> None:
    assert lemma(word) == expected
    assert language("en").lemma(word) == expected
    assert Language("xx").lemma(word) == word
