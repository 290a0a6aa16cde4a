from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.corpus.diagnose import parting_line
from tests.conftest import ROOT

LINES = (
    (ROOT / "references" / "state-2023-10-27-blinken-wang.en.txt").read_text("utf-8").split("\n")
)
HYPOTHESES = (
    (ROOT / "systems" / "llm-glossary" / "state-2023-10-27-blinken-wang.txt")
    .read_text("utf-8")
    .split("\n")
)


@given(st.data())
def test_a_lost_block_of_lines_is_found(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, 13))
    size = data.draw(st.integers(1, 14 - start))
    damaged = LINES[:start] + LINES[start + size : 15]
    assert parting_line(damaged, LINES[:15]) == start + 1
    assert parting_line(LINES[:15], damaged) == start + 1


@pytest.mark.parametrize("lost", range(15))
def test_a_lost_line_of_another_translation_is_found(lost: int) -> None:
    damaged = HYPOTHESES[:lost] + HYPOTHESES[lost + 1 : 15]
    assert parting_line(damaged, LINES[:15]) == lost + 1


def test_numbers_tell_where_the_script_does_not() -> None:
    chinese = [f"第{n}条规定了{n * 7}项内容。" for n in range(1, 9)]
    english = [f"Article {n} provides for {n * 7} items." for n in range(1, 9)]
    assert parting_line(chinese[:4] + chinese[5:], english) == 5


def test_lines_without_anything_in_common_tell_nothing() -> None:
    assert parting_line(["甲", "乙", "丙"], ["first", "second", "third", "fourth"]) is None
    assert parting_line(["same"] * 3, ["same"] * 5) is None
    assert parting_line(["a", "b"], ["a", "b"]) is None


@given(st.lists(st.text(), max_size=8), st.lists(st.text(), max_size=8))
def test_any_two_texts_give_a_line_of_the_shorter_or_none(
    left: list[str], right: list[str]
) -> None:
    line = parting_line(left, right)
    assert line is None or 1 <= line <= min(len(left), len(right)) + 1
