from __future__ import annotations

import pytest

from mteval.alignment.tokens import common_tokens
from mteval.languages.registry import language

ZH_EN = language("zh"), language("en")


def tokens(chinese: str, english: str) -> tuple[frozenset[str], frozenset[str]]:
    left, right = common_tokens(ZH_EN, [chinese], [english])
    return left[0], right[0]


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("收入为12.5亿元", "Income was 1.25 billion yuan"),
        ("收入为2,127.06亿元", "Income was 212,706 million yuan"),
        ("一亿两千万人", "120 million people"),
        ("一万二千名学生", "twelve thousand students"),
        ("第三条", "the third article"),
        ("二〇二三年", "in 2023"),
        ("十二月", "in December"),
        ("12月", "in Dec"),
        ("IMF发布报告", "the IMF published a report"),
        ("王建国", "Wang Jianguo"),
        ("李四光", "Li Siguang"),
    ],
)
def test_what_both_languages_say_is_a_token_of_both(chinese: str, english: str) -> None:
    left, right = tokens(chinese, english)
    assert left & right


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("2021年", "in 2023"),
        ("2021年", "in 2012"),
        ("1,234人", "1,236 people"),
        ("十二月", "in November"),
        ("十二月", "12 people"),
        ("统一", "one"),
        ("IMF发布报告", "the WTO published a report"),
        ("王建国", "Wang Jianmin"),
    ],
)
def test_what_differs_is_no_token_of_both(chinese: str, english: str) -> None:
    left, right = tokens(chinese, english)
    assert not left & right


def test_numbers_are_the_same_when_rounded_to_four_digits() -> None:
    left, right = tokens("2127.06亿元", "212.7 billion yuan")
    assert left == right
    left, right = tokens("2127.06亿元", "213 billion yuan")
    assert not left & right


def test_words_and_names_are_tokens_only_where_the_other_side_has_them() -> None:
    assert tokens("会谈", "Wang Jianguo of the IMF attended the talks")[1] == frozenset()
    left, right = common_tokens(
        ZH_EN, ["IMF与王建国会谈", "会谈"], ["talks", "Wang Jianguo met the IMF"]
    )
    assert left[0] == right[1] == {"imf", "jianguo", "wangjianguo"}
    assert left[1] == right[0] == frozenset()
