from __future__ import annotations

import pytest

from mteval.languages import text


@pytest.mark.parametrize(
    ("given", "folded"),
    [("a \u00a0 b", "a b"), ("\u3000吴谦:好\u3000", "吴谦:好"), ("a\t\nb", "a b"), ("", "")],
)
def test_white_space_folds(given: str, folded: str) -> None:
    assert text.fold_spaces(given) == folded


def test_invisible_characters_go() -> None:
    assert text.strip_invisible("a\u200bb\ufeffc\u00add\u202ee") == "abcde"


def test_counts() -> None:
    assert text.count_han("运-20飞机 Y-20𠀀") == 4
    assert text.count_latin_words("Wu Qian: façade 20th 国防部") == 4


def test_traditional_becomes_simplified() -> None:
    assert text.to_simplified("國防部發言人吳謙") == "国防部发言人吴谦"


def test_steps_compose_from_left_to_right() -> None:
    both = text.compose(lambda value: value + "a", lambda value: value + "b")
    assert both("x") == "xab"


def test_shortened_text_says_so() -> None:
    assert text.shorten("abc  def", 20) == "abc def"
    assert text.shorten("x" * 30, 10) == "x" * 9 + "…"
