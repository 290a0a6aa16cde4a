from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.languages.base import Language
from mteval.languages.numbers import significant_digits

UNKNOWN = Language("xx")


def test_words_and_letters() -> None:
    assert UNKNOWN.count_words("Два слова, 3 числа") == 3
    assert UNKNOWN.fold("ａ１") == "a1"
    assert UNKNOWN.romanise("Москва") == ""
    assert UNKNOWN.script_runs("Москва") == []
    assert UNKNOWN.count_letters("Москва") == 0


def test_sentences() -> None:
    text = "Une phrase. Une autre, plus longue."
    assert [text[end:] for end in UNKNOWN.sentence_ends(text)] == [" Une autre, plus longue."]
    assert len(UNKNOWN.clause_ends(text)) == 2


def test_nobody_is_known_to_ask_or_answer() -> None:
    match = UNKNOWN.speaker.match("Question : pourquoi ?")
    assert match is not None
    assert match[1] == "Question"
    assert not UNKNOWN.asks.search("Question")
    assert not UNKNOWN.answers.search("")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Es waren 352 von 2023.", ["352", "2023"]),
        ("30, 350 und 2000", []),
        ("A320, 1,234, 1.234, v123, 12-345, 3,5", []),
    ],
)
def test_numbers_that_must_be_translated(text: str, numbers: list[str]) -> None:
    assert [number.text for number in UNKNOWN.expected_numbers(text)] == numbers


@pytest.mark.parametrize(
    "text", ["46.8 Millionen", "46,8 Millionen", "46 800 000", "46.800.000", "46,800,000"]
)
def test_significant_digits_are_found_in_any_writing(text: str) -> None:
    assert UNKNOWN.read_figures(text).digits == frozenset({"468"})


@given(st.integers(1, 10**12), st.integers(0, 6))
def test_significant_digits(number: int, zeros: int) -> None:
    assert significant_digits(f"{number}{'0' * zeros}") == f"{number}".strip("0")
    assert significant_digits(f"{number:,}") == significant_digits(f"{number}")


def test_names_of_months_and_days() -> None:
    assert UNKNOWN.month_name(12) == "month 12"
    assert UNKNOWN.weekday_name(0) == "weekday 1"
