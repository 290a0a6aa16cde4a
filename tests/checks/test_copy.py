from __future__ import annotations

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
