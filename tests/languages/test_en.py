from __future__ import annotations

import pytest

from mteval.languages.registry import language

ENGLISH = language("en")


def test_texts() -> None:
    assert ENGLISH.count_words("Wu Qian: façade 20th 国防部") == 4
    assert ENGLISH.script_runs("façade 国防部 A1") == ["façade", "A"]
    assert ENGLISH.month_name(10) == "October"
    assert ENGLISH.weekday_name(6) == "Sunday"


def test_numbers() -> None:
    assert [number.values for number in ENGLISH.find_numbers("two and a half million")] == [
        (2.5e6,)
    ]
    assert [number.text for number in ENGLISH.expected_numbers("352 troops in three units")] == [
        "352"
    ]
    assert 12 in ENGLISH.read_figures("a dozen").numbers


@pytest.mark.parametrize(
    ("text", "speaker", "asks", "answers"),
    [
        ("Spokesperson Wu Qian: Good", "Spokesperson Wu Qian", False, True),
        ("Reporter: May I", "Reporter", True, False),
        ("Q: Why", "Q", True, False),
        ("A: Because", "A", False, True),
    ],
)
def test_speakers(text: str, speaker: str, asks: bool, answers: bool) -> None:
    match = ENGLISH.speaker.match(text)
    assert match is not None
    assert match[1] == speaker
    assert bool(ENGLISH.asks.search(speaker)) == asks
    assert bool(ENGLISH.answers.search(speaker)) == answers
