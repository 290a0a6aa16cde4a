from __future__ import annotations

from tests.checks.flags import flags


def test_chinese_left_in() -> None:
    assert flags(None, "The 国防部 and 外交部 said 国防部, 甲, 乙") == {
        "chinese": "国防部, 外交部, 甲 and 1 more left in Chinese"
    }
    # What a reference has, too, is no fault; nor is the character that serves as a line.
    assert flags(None, "The term 气 (qi)", "Qi (气) is a term") == {}
    assert flags("新华全媒丨头条", "Xinhua丨Headlines") == {}
