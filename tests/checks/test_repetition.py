from __future__ import annotations

import pytest

from tests.checks.flags import flags


def test_loops() -> None:
    assert flags(None, "and the two sides " + "agreed that " * 6) == {
        "repetition": "repeats 'agreed that' 6 times in a row"
    }
    assert flags(None, "February, " * 9)["repetition"] == "repeats 'february' 9 times in a row"
    assert flags(None, "It was " + "ha" * 40)["repetition"] == "repeats 'ha' 40 times in a row"
    scattered = " ".join(f"we will work with the {n}." for n in "abcdef")
    assert flags(None, scattered) == {"repetition": "repeats 'we will work with' 6 times"}


@pytest.mark.parametrize(
    "text",
    [
        "It was very, very, very good, and it went on and on.",
        "The China-Russia joint exercise, the China-Laos joint exercise, the joint exercise of all",
        "U.S. U.S. forces, hahahaha, 1, 2, 3, 4, 5",
        "-----------------------------------------",
    ],
)
def test_lists_and_emphasis_are_no_loops(text: str) -> None:
    assert flags(None, text) == {}


def test_repetition_that_source_or_reference_share() -> None:
    text = "Learn, learn, learn, learn!"
    assert "repetition" in flags(None, text)
    assert flags("学习学习学习学习！", text) == {}
    assert flags(None, text, "Study, study, study, study!") == {}


def scattered(phrase: str, count: int) -> str:
    return " ".join(f"{phrase} {n}x" for n in range(count))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("very " * 3, 0),
        ("very very very good, very very good", 0),
        ("very " * 4, 4),
        ("and on " * 2, 0),
        ("and on " * 3, 3),
        ("a b c d e f g h i j " * 3, 3),
        (scattered("we will work", 9), 0),
        (scattered("we will work on", 4), 0),
        (scattered("we will work on", 5), 5),
        ("ha" * 11, 0),
        ("ha" * 12, 12),
        ("x" + "ha" * 5 + "abcdefghijklmnopqrst", 0),
    ],
)
def test_where_repetition_begins(text: str, count: int) -> None:
    found = flags(None, text).get("repetition", " 0 times")
    assert f" {count} times" in found


def test_twice_as_often_as_the_reference_is_no_fault() -> None:
    reference = scattered("we will work on", 5)
    assert flags(None, scattered("we will work on", 10), reference) == {}
    assert "repetition" in flags(None, scattered("we will work on", 11), reference)
