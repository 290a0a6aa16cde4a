from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.alignment.aligner import align
from mteval.languages.encoder import Embed, sentence_encoder
from tests.alignment.support import (
    DOCUMENTS,
    PARAGRAPHS,
    check,
    diagonal,
    hashed,
    pages,
    read,
    report,
    shapes,
)


@given(st.lists(PARAGRAPHS, max_size=9), st.lists(PARAGRAPHS, max_size=9))
def test_each_paragraph_is_in_one_bead_in_order(sources: list[str], targets: list[str]) -> None:
    alignment = align(sources, targets, hashed)
    check(alignment, len(sources), len(targets))
    assert align(sources, targets, hashed) == alignment


def test_nothing_aligns_with_nothing() -> None:
    assert align([], [], hashed).beads == ()
    assert shapes(align([], ["a", "b"], hashed)) == [((), (0,)), ((), (1,))]
    assert shapes(align(["甲", "乙"], [], hashed)) == [((0,), ()), ((1,), ())]


@pytest.mark.parametrize("many", [5, 40])
def test_one_paragraph_against_many(many: int) -> None:
    chinese, english = read("state-2023-10-27-blinken-wang", "zh"), ["Nothing of the kind."] * many
    english[3] = read("state-2023-10-27-blinken-wang", "en")[5]
    alignment = align([chinese[5]], english, sentence_encoder())
    check(alignment, 1, many)
    assert [(bead.sources, bead.targets) for bead in alignment.paired] == [((0,), (3,))]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_references_pair_line_by_line(document: str) -> None:
    sides = read(document, "zh"), read(document, "en")
    alignment = align(*sides, sentence_encoder())
    assert shapes(alignment) == diagonal(len(sides[0]))
    assert not alignment.is_summary
    assert not any(bead.is_summary for bead in alignment.beads)


@pytest.mark.parametrize("name", pages())
@pytest.mark.parametrize("side", [0, 1])
def test_a_paragraph_without_counterpart_shifts_nothing(name: str, side: int, embed: Embed) -> None:
    whole = pages()[name]
    for dropped in range(len(whole[0])):
        sides = [list(texts) for texts in whole]
        del sides[side][dropped]
        truth = []
        for n in range(len(whole[0])):
            left = () if side == 0 and n == dropped else (n - (side == 0 and n > dropped),)
            right = () if side == 1 and n == dropped else (n - (side == 1 and n > dropped),)
            truth.append((left, right))
        assert shapes(align(sides[0], sides[1], embed)) == truth


@pytest.mark.parametrize("name", pages())
@pytest.mark.parametrize("side", [0, 1])
def test_merged_paragraphs_are_found(name: str, side: int, embed: Embed) -> None:
    whole = pages()[name]
    count = len(whole[0])
    for first in range(count - 1):
        # A heading that runs on into its paragraph hardly shows.
        if not whole[1][first].endswith((".", "?", "!")) or not whole[1][first + 1].endswith("."):
            continue
        sides = [list(texts) for texts in whole]
        sides[side][first : first + 2] = [("", " ")[side].join(whole[side][first : first + 2])]
        two, one = (first, first + 1), (first,)
        truth = [
            *diagonal(first),
            (two, one) if side == 1 else (one, two),
            *(((n - (side == 0),), (n - (side == 1),)) for n in range(first + 2, count)),
        ]
        assert shapes(align(sides[0], sides[1], embed)) == truth


def test_an_added_paragraph_with_other_numbers_stays_alone(embed: Embed) -> None:
    chinese, english = report("enforcement")
    added = english[2].replace("April 2023", "June 2021").replace("$5 million", "$12 million")
    alignment = align(chinese, [*english[:3], added, *english[3:]], embed)
    assert alignment.added == (3,)
    assert alignment.omitted == ()


def test_look_alikes_pair_by_their_numbers(embed: Embed) -> None:
    chinese = [f"二零二{n}年，第{n}類機構的比率為{n}3.{n}%，高於最低要求。" for n in range(1, 9)]
    english = [
        f"In 202{n}, the ratio of category {n} institutions was {n}3.{n}%, above the minimum."
        for n in range(1, 9)
    ]
    del chinese[5], english[2]
    alignment = align(chinese, english, embed)
    assert alignment.omitted == (2,)
    assert alignment.added == (4,)


def test_traditional_and_simplified_are_the_same(embed: Embed) -> None:
    import opencc

    chinese, english = report("fund")
    simplified = [str(opencc.OpenCC("t2s").convert(text)) for text in chinese]
    assert align(chinese, english, embed) == align(simplified, english, embed)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_short_document_is_nearly_as_sure_as_a_long_one(document: str, embed: Embed) -> None:
    # A page's title and the question come before; nothing else could be the counterpart.
    asked = ["國防部例行記者會實錄", "記者:請介紹有關情況。"]
    for zh, en in zip(read(document, "zh"), read(document, "en"), strict=True):
        if en.endswith("."):
            [bead] = align([zh], [en], embed).beads
            assert bead.confidence > 0.95
            alignment = align([*asked, zh], [en], embed)
            assert [bead.sources for bead in alignment.paired] == [(2,)]
            assert alignment.paired[0].confidence > 0.75


def test_beginnings_of_other_texts_around_the_text_pair_with_nothing(embed: Embed) -> None:
    chinese, english = report("pension")
    above, below = ["環球視野", "圖集:老街的夜晚"], ["深度觀察丨一座山城的轉身", "文化"]
    frame = ["Most Read", "Special: Winter Games"], ["Beyond the Headlines", "Lifestyle and Travel"]
    alignment = align([*above, *chinese, *below], [*frame[0], *english, *frame[1]], embed)
    count = len(chinese)
    assert alignment.omitted == (0, 1, count + 2, count + 3)
    assert alignment.added == (0, 1, count + 2, count + 3)


def test_texts_that_have_nothing_to_do_with_each_other_do_not_pair(embed: Embed) -> None:
    chinese, _ = report("pension")
    english = [
        "The recipe wants two eggs, a cup of flour and a pinch of salt.",
        "Our cat sleeps on the warm roof of the neighbour's car all day long.",
        "The orchestra will play Mahler's second symphony next Friday evening.",
    ]
    alignment = align(chinese, english, embed)
    assert alignment.paired == ()
    assert not alignment.is_summary


def test_a_greeting_that_both_sides_repeat_pairs_each_time(embed: Embed) -> None:
    chinese = [
        "女士們、先生們:",
        "今天我們在這裏舉行論壇開幕式。",
        "女士們、先生們!",
        "讓我們攜手推動地區和平與發展。",
    ]
    english = [
        "Ladies and gentlemen,",
        "Today we gather here for the opening ceremony of the forum.",
        "Ladies and gentlemen,",
        "Let us join hands to promote peace and development in the region.",
    ]
    assert shapes(align(chinese, english, embed)) == diagonal(4)


def test_a_title_that_its_paragraph_repeats_stays_alone(embed: Embed) -> None:
    chinese, english = report("airport")
    title = chinese[2].split("，")[1]
    alignment = align([*chinese[:2], title, *chinese[2:]], english, embed)
    assert alignment.omitted == (2,)
    assert alignment.added == ()


@pytest.mark.parametrize(
    ("title", "paragraph", "english"),
    [
        (
            "两军关系稳步发展",
            "两军关系稳步发展，取得了新的成果。",
            "Relations between the two militaries developed steadily, with new results.",
        ),
        (
            "机场年内客运量上升。",
            "机场年内客运量上升。全年共有4,500万人次，较上年增加一成。",
            "Passenger traffic at the airport rose in the year. In all there were 45 million, 10% "
            "more than in the year before.",
        ),
        (
            "我们坚决反对这种做法。",
            "我们坚决反对这种做法。希望对方停止挑衅。",
            "We firmly oppose this practice. We hope that the other side will stop provoking us.",
        ),
    ],
)
def test_a_sentence_that_its_paragraph_repeats_is_no_part_of_the_translation(
    title: str, paragraph: str, english: str, embed: Embed
) -> None:
    assert shapes(align([title, paragraph], [english], embed)) == [((0,), ()), ((1,), (0,))]


def test_of_look_alikes_questions_pair_with_questions(embed: Embed) -> None:
    chinese = ["美方已作出回应。", "美方是否已作出回应？"]
    english = ["Has the US side responded?", "The US side has responded."]
    assert shapes(align(chinese, english, embed)) == [((0,), ()), ((1,), (0,)), ((), (1,))]


def test_years_tell_look_alikes_apart(embed: Embed) -> None:
    # Nothing but the last digit of a number tells them apart.
    chinese = [f"{year}年，比率高于最低要求。" for year in (2019, 2020, 2021)]
    english = [f"In {year}, the ratio was above the minimum." for year in (2020, 2021)]
    assert shapes(align(chinese, english, embed)) == [((0,), ()), ((1,), (0,)), ((2,), (1,))]


def test_other_languages_align_by_what_is_known_of_any() -> None:
    french = [f"Article {n} : le chiffre est {n * 111}." for n in range(1, 8)]
    german = [f"Artikel {n}: die Zahl ist {n * 111}." for n in range(1, 8)]
    del french[2], german[4]
    found = align(french, german, hashed, languages=("fr", "de"))
    assert found.added == (2,)
    assert found.omitted == (3,)
