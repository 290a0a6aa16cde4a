from __future__ import annotations

import pytest

from mteval.languages.registry import language

CHINESE = language("zh")


def test_texts() -> None:
    assert CHINESE.fold("國防部２０") == "国防部20"
    assert CHINESE.count_words("运-20 Y20") == CHINESE.count_letters("运-20 Y20") == 1
    assert CHINESE.script_runs("新华丨头条 and 国防部") == ["新华", "头条", "国防部"]
    assert CHINESE.romanise("吴谦") == "wuqian"


@pytest.mark.parametrize(
    ("text", "speaker", "asks", "answers"),
    [
        ("国防部发言人吴谦：好", "国防部发言人吴谦", False, True),
        ("记者： 请问", "记者", True, False),
        ("问：为什么", "问", True, False),
        ("答: 因为", "答", False, True),
    ],
)
def test_speakers(text: str, speaker: str, asks: bool, answers: bool) -> None:
    match = CHINESE.speaker.match(text)
    assert match is not None
    assert match[1] == speaker
    assert bool(CHINESE.asks.search(speaker)) == asks
    assert bool(CHINESE.answers.search(speaker)) == answers


def test_figures() -> None:
    figures = CHINESE.read_figures("10月有一亿两千万人，七八十名")
    assert figures.numbers == {10: "10月", 1.2e8: "一亿两千万", 70: "七八十", 80: "七八十"}
    assert figures.months == {10}
    assert CHINESE.month_name(10) == "10月"
    assert [CHINESE.weekday_name(day) for day in (0, 6)] == ["星期一", "星期日"]
