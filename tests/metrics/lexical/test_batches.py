"""Batches cover all segments once, and a hypothesis that systems share is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics.chrf import CHRF

from mteval.metrics.lexical.batches import Batch, cut_evenly, distinct_hypotheses, lay_out


def test_a_hypothesis_that_systems_share_is_counted_once() -> None:
    systems = [["a", "b", None], ["a", "c", None], [None, "b", "a"]]
    found = distinct_hypotheses(systems, 3)
    assert found.texts == [["a"], ["b", "c"], ["a"]]
    assert found.rows.tolist() == [[0, 0, -1], [1, 2, 1], [-1, -1, 3]]
    assert found.total == 4


@given(
    weights=st.lists(st.integers(0, 50), max_size=40),
    limit=st.integers(1, 200),
    workers=st.integers(1, 4),
)
def test_batches_cover_every_segment_once(weights: list[int], limit: int, workers: int) -> None:
    cuts = list(cut_evenly(weights, limit, workers))
    assert [i for begin, end in cuts for i in range(begin, end)] == list(range(len(weights)))
    # One segment goes over the limit at most: the last of a batch.
    assert all(sum(weights[begin : end - 1]) < limit for begin, end in cuts)


@pytest.mark.parametrize(
    ("limit", "workers", "batches"), [(1000, 1, 2), (160, 4, 9), (10, 1, 10), (1600, 50, 1)]
)
def test_little_work_makes_two_batches_a_worker(limit: int, workers: int, batches: int) -> None:
    assert len(list(cut_evenly([1] * 100, limit, workers))) == batches


def test_texts_of_a_batch_lie_one_after_another() -> None:
    batch = Batch(CHRF, [("r1", "s1"), ("r2", "s2"), ("r3", "s3")], [["a", "b"], [], ["c"]])
    laid = lay_out(batch)
    assert laid.texts == ["r1", "s1", "a", "b", "r2", "s2", "r3", "s3", "c"]
    assert laid.segments.tolist() == [0, 0, 0, 0, 1, 1, 2, 2, 2]
    assert [laid.texts[i] for i in laid.hypotheses] == ["a", "b", "c"]
    assert [[laid.texts[i] for i in row] for row in laid.references] == [
        ["r1", "s1"],
        ["r1", "s1"],
        ["r3", "s3"],
    ]
