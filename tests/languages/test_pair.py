from __future__ import annotations

from mteval.languages.pair import LengthRatios, length_ratios
from mteval.languages.registry import language


def test_the_ratios_of_a_pair() -> None:
    ratios = length_ratios(language("zh-Hant"), language("en-GB"))
    assert ratios == LengthRatios(alignment=4.4, checks=4.5, terms=3.9, words=1.6)


def test_of_an_unknown_pair_nothing_is_expected() -> None:
    assert length_ratios(language("en"), language("zh")) == LengthRatios()
    assert LengthRatios().checks is None
