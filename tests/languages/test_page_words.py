from __future__ import annotations

import re
from dataclasses import fields

import pytest

from mteval.languages import en_pages, zh_pages
from mteval.languages.page_words import PageWords, either

LANGUAGES = {"zh": zh_pages.PAGE_WORDS, "en": en_pages.PAGE_WORDS, "unknown": PageWords()}


def test_either_matches_what_any_pattern_does_and_nothing_for_none() -> None:
    assert re.fullmatch(either(["a", "", "b|c"]), "c")
    assert not re.search(either(["", ""]), "")
    assert not re.search(either([]), "a")


@pytest.mark.parametrize("name", LANGUAGES)
def test_words_are_patterns_that_do_not_match_nothing(name: str) -> None:
    words = LANGUAGES[name]
    patterns = [
        value for field in fields(words) if isinstance(value := getattr(words, field.name), str)
    ]
    patterns += words.disclaimer.values()
    for pattern in filter(None, patterns):
        assert not re.search(pattern, "", re.IGNORECASE), pattern


@pytest.mark.parametrize(
    ("language", "kind", "text"),
    [
        ("zh", "menu", "首页"),
        ("zh", "question", "中新社记者:请介绍"),
        ("zh", "lead", "新华社讯,"),
        ("zh", "weekday", "星期五"),
        ("en", "menu", "Skip to main content"),
        ("en", "written_date", "27 October, 2023"),
        ("en", "written_date", "Oct. 27, 2023"),
        ("en", "weekday", "Friday"),
    ],
)
def test_words_are_those_of_their_language_only(language: str, kind: str, text: str) -> None:
    matching = {
        name
        for name, words in LANGUAGES.items()
        if (pattern := getattr(words, kind)) and re.search(pattern, text, re.IGNORECASE)
    }
    assert matching == {language}


def test_months_are_in_order() -> None:
    assert [len(words.months) for words in LANGUAGES.values()] == [0, 12, 0]
    assert en_pages.PAGE_WORDS.months.index("dec") == 11
