from __future__ import annotations

from mteval.alignment.aligner import align
from mteval.alignment.speakers import compare_speakers, find_turns
from mteval.languages.encoder import Embed
from mteval.languages.registry import language
from tests.alignment.support import diagonal, shapes


def test_speakers_tell_question_from_answer(embed: Embed) -> None:
    chinese = ["記者:請介紹會談情況。", "吳謙:我介紹一下會談情況。"]
    alignment = align(chinese, ["Wu Qian: Let me tell you about the talks."], embed)
    assert alignment.omitted == (0,)
    alignment = align(chinese, ["Reporter: Please tell us about the talks."], embed)
    assert alignment.omitted == (1,)


def test_an_agency_may_ask_without_being_called_reporter(embed: Embed) -> None:
    # Both sides name Lin Xiao, so she answers; of AFP nothing is known.
    chinese = ["法新社記者:會談進展如何?", "林曉:雙方進行了坦誠的交流。"]
    english = ["AFP: How are the talks going?", "Lin Xiao: The two sides had candid exchanges."]
    assert shapes(align(chinese, english, embed)) == diagonal(2)
    assert align(chinese, english[1:], embed).omitted == (0,)
    assert align(chinese, english[:1], embed).omitted == (1,)


def test_a_question_is_no_part_of_an_answer(embed: Embed) -> None:
    chinese = [
        "記者:請問雙方何時恢復會談?",
        "吳謙:雙方商定下月恢復國防部工作會晤。",
        "希望對方同我們相向而行。",
    ]
    english = [
        "Wu Qian: The two sides agreed to resume the defense ministry talks next month. We hope "
        "that the other side will move in the same direction as us."
    ]
    alignment = align(chinese, english, embed)
    assert shapes(alignment) == [((0,), ()), ((1, 2), (0,))]


def test_speakers_are_compared_by_name_and_by_what_they_do() -> None:
    labels = [
        ("国防部发言人吴谦", "Wu Qian"),
        ("记者", "Reporter"),
        ("记者", "Wu Qian"),
        ("吴谦", "Question"),
        ("法新社", "Wu Qian"),
        ("张晓刚", "Zhang Xiaogang"),
        ("部长", "Minister"),
    ]
    found = compare_speakers((language("zh"), language("en")), labels)
    assert [found[pair] for pair in labels] == [1, 1, -1, 0, 0, 1, 0]


def test_a_turn_begins_where_a_question_follows_an_answer() -> None:
    labels = ["记者", "吴谦", "", "吴谦", "记者"]
    assert find_turns(labels, language("zh")).tolist() == [False, True, False, False, True]
