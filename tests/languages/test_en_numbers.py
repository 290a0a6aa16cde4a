from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mteval.languages.en_numbers import MONTHS, WEEKDAYS, find_numbers, read_figures

ONES = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))


def below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{ONES[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words.append(TENS[tens] + (f"-{ONES[ones]}" if ones else ""))
    elif rest:
        words.append(ONES[rest])
    return " and ".join(words)


def in_words(number: int) -> str:
    parts = []
    for scale, name in SCALES:
        count, number = divmod(number, scale)
        if count:
            parts.append(f"{below_thousand(count)} {name}")
    return " ".join([*parts, *([below_thousand(number)] if number else [])])


def values(text: str) -> list[float | str]:
    """List the months by name and the values of the other numbers."""
    return [number.text if number.month else number.values[0] for number in find_numbers(text)]


@given(st.integers(1, 10**12 - 1))
@example(100)
@example(1_000_000)
@example(999_999_999_999)
def test_number_words_are_read(number: int) -> None:
    assert number in read_figures(f"There were {in_words(number)} of them.").numbers


@given(st.integers(0, 10**9), st.integers(1, 99))
def test_digits_are_read(number: int, hundredths: int) -> None:
    for digits in (f"{number}", f"{number:,}"):
        assert values(f"There are {digits} of them.") == [number]
        assert values(f"{digits}.{hundredths:02}%") == [float(f"{number}.{hundredths:02}")]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("two and a half million", [2.5e6]),
        ("1.2bn", [1.2e9]),
        ("3.5 trillion", [3.5e12]),
        ("350 mn", [350e6]),
        ("120 million people, 12,000 tons, the first", [120e6, 12_000, 1]),
        ("in October 2023 and on 3 May", [2023, 3, "May", "October"]),
        ("COP28", [28]),
        ("a dozen or so", []),
        ("", []),
    ],
)
def test_numbers_that_are_written(text: str, numbers: list[float | str]) -> None:
    assert values(text) == numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a dozen", 12),
        ("twice", 2),
        ("two thirds", 2 / 3),
        ("a quarter", 0.25),
        ("three quarters", 0.75),
        ("one in three", 1 / 3),
        ("twenty to thirty thousand", 20_000),
        ("200 to 300 thousand", 200_000),
        ("3, 700", 3700),
        ("twenty twenty-three", 2023),
        ("World War II", 2),
        ("the eighties", 80),
    ],
)
def test_what_may_mean_a_number(text: str, value: float) -> None:
    assert any(abs(value - found) < 1e-9 for found in read_figures(text).numbers)


@pytest.mark.parametrize(
    ("text", "value"),
    [("3, 70", 3070), ("3 20", 320), ("30 200", 230), ("2000 to 3000 thousand", 2_000_000)],
)
def test_what_numbers_do_not_mean_together(text: str, value: float) -> None:
    assert value not in read_figures(text).numbers


def test_dates() -> None:
    figures = read_figures(
        "On Friday, 26 and 27 October 2023, and Tuesdays in early March; May 1st"
    )
    assert figures.months == {10, 3, 5}
    assert figures.weekdays == {4, 1}
    assert figures.parts == ((3, "early"),)
    assert figures.days == ((10, 26), (10, 27), (5, 1))


@pytest.mark.parametrize(("index", "name"), list(enumerate(WEEKDAYS)))
def test_weekdays(index: int, name: str) -> None:
    assert read_figures(f"on {name}").weekdays == {index}
    assert read_figures(f"ON {name.upper()}").weekdays == {index}


@pytest.mark.parametrize(("number", "name"), list(enumerate(MONTHS, 1)))
def test_months(number: int, name: str) -> None:
    for text in (name, name.upper(), f"late {name}", f"{name} 3"):
        assert read_figures(text).months == {number}
    assert read_figures(f"{name} 3").days == ((number, 3),)
