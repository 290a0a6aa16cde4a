from __future__ import annotations

import pytest

from mteval.terminology.mining import names
from mteval.terminology.mining.pairs import SegmentPair, capitalised_runs


def test_quotations_pair_only_where_both_sides_have_as_many() -> None:
    pair = SegmentPair("“金龙”和“盾牌”", "“Golden Dragon” and “Shield”")
    assert list(names._quoted_alike(pair)) == [(1, 3, (0, 2)), (6, 8, (3, 4))]
    assert not list(names._quoted_alike(SegmentPair("“金龙”和“盾牌”", "“Golden Dragon”")))


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("the Shangri-La dialogue, and", {"Shangri-La", "Shangri-La dialogue"}),
        ("he met Antony Blinken here", {"Antony Blinken"}),
        ("they say United States seeks talks", {"United States"}),
        (
            "the Ministry of National Defense.",
            {"Ministry of National Defense", "National Defense"},
        ),
        ("However hard", set()),
        ("He saw Peru, Chile; Cuba", set()),
        ("SOUTH CHINA SEA", set()),
        ("the PRC said", {"PRC"}),
    ],
)
def test_capitals_make_names(text: str, phrases: set[str]) -> None:
    pair = SegmentPair("中", text)
    found = {
        pair.surface(words)
        for i, j in capitalised_runs(pair)
        for words in names._phrases(pair, i, j)
    }
    assert found == phrases


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("主席习近平说", "Xi Jinping said", [("习近平", "Xi Jinping")]),
        (
            "吕秀莲到重庆",
            "Lü Xiulian in Chongqing",
            [("吕秀莲", "Lü Xiulian"), ("重庆", "Chongqing")],
        ),
        ("曾荫权", "Zeng Yinquan", [("曾荫权", "Zeng Yinquan")]),
        ("布林肯", "Antony Blinken", []),
        ("李明", "", []),
    ],
)
def test_names_in_pinyin(source: str, text: str, found: list[tuple[str, str]]) -> None:
    pair = SegmentPair(source, text)
    spelt = [each for i, j in capitalised_runs(pair) for each in names._spelt(pair, i, j)]
    assert [(source[start:end], pair.surface(words)) for words, start, end in spelt] == found
