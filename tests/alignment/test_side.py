from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.alignment.side import describe, length_ratio, similarity_of
from tests.alignment.support import PARAGRAPHS, hashed


def test_each_side_is_described() -> None:
    left, right = describe(
        ["記者:收入如何？", "第三條", "  "], ["Reporter: How is income?", "Article 3"], hashed
    )
    assert left.texts == ["记者:收入如何?", "第三条", "  "]
    assert left.labels == ["记者", "", ""]
    assert right.labels == ["Reporter", ""]
    assert left.questions.tolist() == [True, False, False]
    assert left.headings.tolist() == [False, True, True]
    # 4.4 English characters for a Han character, other characters as they are.
    assert left.lengths.tolist() == pytest.approx([6 * 4.4 + 2, 3 * 4.4, 0])
    assert right.lengths.tolist() == [24, 9]
    assert left.tokens[1] == right.tokens[1] == {"3"}


def test_paragraphs_that_contain_each_other_repeat() -> None:
    texts = ["两军关系", "两军关系稳步发展。", "两军会谈", "会谈", ""]
    left, _ = describe(texts, ["a"], hashed)
    assert left.repeats.tolist() == [True, False, True, False, False]


@given(st.lists(PARAGRAPHS, min_size=2, max_size=6), st.data())
def test_a_part_is_described_as_within_the_whole(texts: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(texts) - 1))
    stop = data.draw(st.integers(start + 1, len(texts)))
    left, right = describe(texts, ["Article 3"], hashed)
    part = left.part(start, stop)
    assert len(part) == stop - start
    assert part.texts == left.texts[start:stop]
    for n in range(len(part)):
        own = slice(int(part.starts[n]), int(part.starts[n + 1]))
        whole = slice(int(left.starts[start + n]), int(left.starts[start + n + 1]))
        assert np.array_equal(part.sentences[own], left.sentences[whole])
        assert part.weights[own].sum() == pytest.approx(1)
        assert similarity_of(part, right, [n], [0]) == similarity_of(left, right, [start + n], [0])


def test_the_length_ratio_has_limits() -> None:
    for english, wanted in (("a" * 44, 1.0), ("a" * 20, 0.7), ("a" * 500, 1.4)):
        left, right = describe(["战" * 10], [english], hashed)
        assert length_ratio(left, right) == pytest.approx(wanted)
