from __future__ import annotations

import pytest

from mteval.terminology.mining.pairs import SegmentPair
from mteval.terminology.mining.source_terms import (
    Neighbours,
    is_term,
    listed_terms,
    recurrent_terms,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("国务卿", True),
        ("中央军委", True),
        ("和平发展", True),
        ("以色列", True),
        ("的国务卿", False),
        ("和美国人", False),
        ("者和企业", False),
        ("国务卿在", False),
        ("业时间等最新", False),
        ("高等教育", True),
        ("中国的军队", False),
        ("国务", False),
        ("运输机A", False),
        ("长" * 16, False),
        ("", False),
    ],
)
def test_terms_do_not_begin_or_end_with_what_only_joins(text: str, expected: bool) -> None:
    assert is_term(text) is expected


def recurrent(*sources: str) -> list[str]:
    return recurrent_terms(Neighbours([SegmentPair(source, "") for source in sources]))


def test_a_recurrent_phrase_is_the_longest_between_changing_neighbours() -> None:
    assert recurrent("他见国务卿谈话", "请国务卿来访") == ["国务卿"]
    assert recurrent("谈两国元首", "看两国元首", "问两国元首") == ["两国元首"]
    # In one segment only; always before the same character.
    assert recurrent("他见国务卿谈话,请国务卿来访") == []
    assert "国务卿" not in recurrent("见国务卿谈", "请国务卿谈")
    assert recurrent() == recurrent("") == []


def test_half_a_word_is_told_by_its_neighbours() -> None:
    neighbours = Neighbours(
        [SegmentPair(source, "") for source in ("强军思想", "外交思想", "主义思想体系")]
    )
    assert neighbours.is_cut("强军思", 3)
    assert not neighbours.is_cut("强军思想", 3)
    assert not neighbours.is_cut("强军思", 4)


def test_what_stands_in_an_enumeration() -> None:
    pair = SegmentPair("出访汤加、瓦努阿图、东帝汶等5国,访问甲、乙和丙。", "")
    assert list(listed_terms([pair])) == ["瓦努阿图", "东帝汶"]
