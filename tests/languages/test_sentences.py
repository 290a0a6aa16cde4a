from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.languages.base import Language
from mteval.languages.registry import language

CHINESE, ENGLISH = language("zh"), language("en")


@pytest.mark.parametrize(
    ("text", "is_sentence", "is_heading", "is_question"),
    [
        ("会谈结束。", True, False, False),
        ("“会谈结束。”", True, False, False),
        ("会谈结束了吗？」", True, False, True),
        ("Are the talks over?)  ", True, False, True),
        ("女士们、先生们：", False, False, False),
        ("Ladies and gentlemen,", False, True, False),
        ("会谈纪要", False, True, False),
        ("Summary (draft)", False, True, False),
        ("", False, True, False),
    ],
)
@pytest.mark.parametrize("own", [CHINESE, ENGLISH, Language("xx")], ids=repr)
def test_how_a_text_ends(
    own: Language, text: str, is_sentence: bool, is_heading: bool, is_question: bool
) -> None:
    assert own.ends_sentence(text) == is_sentence
    assert own.is_heading(text) == is_heading
    assert own.is_question(text) == is_question


@given(st.text())
def test_sentences_are_all_of_a_text(text: str) -> None:
    sentences = CHINESE.split_sentences(text)
    assert sentences
    assert "".join("".join(sentences).split()) == "".join(text.split())


def test_sentences_are_split_where_they_end() -> None:
    assert CHINESE.split_sentences("会谈结束。双方满意！") == ["会谈结束。", "双方满意！"]
    assert ENGLISH.split_sentences("Dr. Li left. He was tired.") == [
        "Dr. Li left.",
        "He was tired.",
    ]
    assert ENGLISH.split_sentences("  ") == [""]


def test_capitals_within_a_sentence() -> None:
    assert ENGLISH.capitals is not None
    starts = [match.start() for match in ENGLISH.capitals.finditer("Income In 2023 income rose")]
    assert starts == [7, 10]
    assert CHINESE.capitals is None
