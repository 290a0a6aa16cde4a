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
