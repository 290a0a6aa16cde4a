from __future__ import annotations

import pytest

from tests.checks.flags import flags


def test_copy_of_the_source() -> None:
    source = "国防部发言人吴谦：双方达成了20多项共识。"
    assert flags(source, source) == {"copy": "the source itself"}
    assert flags(source, "国防部发言人吴谦:双方达成了 ２０ 多项共识") == {
        "copy": "the source itself"
    }
    assert flags(source, "国防部发言人吴谦 said: 双方达成了20多项共识.") == {
        "copy": "17 of the 17 Chinese characters of the source"
    }


def test_a_name_is_no_copy() -> None:
    assert flags("Porsche 911", "Porsche 911") == {}
    assert flags("国防部发言人吴谦。", "Wu Qian (吴谦), spokesperson") == {
        "chinese": "吴谦 left in Chinese"
    }


CHARACTERS = "甲乙丙丁戊己庚辛壬癸"


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (CHARACTERS[:8], "8 of the 10 Chinese characters of the source"),
        (CHARACTERS[:7], None),
        (CHARACTERS + "子丑", "10 of the 10 Chinese characters of the source"),
        (CHARACTERS + "子丑寅", None),
        (CHARACTERS + "abcdefghij", "10 of the 10 Chinese characters of the source"),
        (CHARACTERS + "abcdefghijk", None),
    ],
)
def test_where_a_copy_begins(text: str, detail: str | None) -> None:
    assert flags(CHARACTERS, text).get("copy") == detail


def test_fewer_characters_than_four_are_a_name() -> None:
    assert flags("甲乙丙", "甲乙丙A") == {"chinese": "甲乙丙 left in Chinese"}
    assert flags("甲乙丙丁", "甲乙丙丁A") == {"copy": "4 of the 4 Chinese characters of the source"}
