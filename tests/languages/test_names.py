from __future__ import annotations

import pytest

from mteval.languages.names import common_names
from mteval.languages.registry import language

CHINESE = language("zh")


@pytest.mark.parametrize(
    ("chinese", "english", "names"),
    [
        ("王建国出席", "Wang Jianguo attended", {"jianguo", "wangjianguo"}),
        ("李四光", "Li Siguang", {"siguang", "lisiguang"}),
        ("在南京", "in Nanjing", {"nanjing"}),
        ("王建国", "Wang Jianmin", set()),
        # One syllable is a word of English too, and a name is written with a capital.
        ("王毅", "Wang, can you hear me", set()),
        ("在南京", "in nanjing", set()),
    ],
)
def test_names_are_found_in_both(chinese: str, english: str, names: set[str]) -> None:
    left, right = common_names(CHINESE, [chinese], [english])
    assert left == right == [names]


def test_names_belong_to_the_texts_that_have_them() -> None:
    left, right = common_names(CHINESE, ["在南京", "在上海"], ["Shanghai", "Beijing", "Nanjing"])
    assert left == [{"nanjing"}, {"shanghai"}]
    assert right == [{"shanghai"}, set(), {"nanjing"}]


def test_a_language_without_syllables_has_no_names_to_compare() -> None:
    left, right = common_names(language("ru"), ["Москва"], ["Moskva"])
    assert left == right == [frozenset()]
