from __future__ import annotations

import pytest

from mteval.languages.pinyin import (
    ends_with_reading,
    is_reading,
    pinyin,
    pinyin_syllables,
    strip_marks,
)


def test_names_in_pinyin() -> None:
    assert pinyin("吴谦") == "wuqian"
    assert pinyin("A甲1") == "jia"


def test_syllables() -> None:
    assert {"zhuang", "lv", "a", "er"} <= pinyin_syllables()
    assert max(map(len, pinyin_syllables())) == 6
    assert "word" not in pinyin_syllables()


def test_readings_of_a_character() -> None:
    assert is_reading("长", "chang")
    assert is_reading("长", "zhang")
    assert not is_reading("长", "a")


@pytest.mark.parametrize(
    ("text", "letters", "expected"),
    [
        ("国防部", "guofangbu", True),
        ("国防部", "bu", True),
        ("国防部", "guofang", False),
        ("部长", "buzhang", True),
        ("花儿", "huar", True),
        ("花儿", "huaer", True),
        ("花", "huar", False),
        ("双", "shuang", True),
        ("长", "", True),
        ("", "chang", False),
    ],
)
def test_readings_of_the_end_of_a_text(text: str, letters: str, expected: bool) -> None:
    assert ends_with_reading(text, letters) == expected


def test_marks_are_stripped() -> None:
    assert strip_marks("Lǚ") == "lv"
    assert strip_marks("zhuāng") == "zhuang"
