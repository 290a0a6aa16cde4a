from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mteval.encoder import sentence_encoder
from mteval.ingest.align import FEATURES, align, pair_features

Pairs = dict[str, list[tuple[str, str]]]


def hashed(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Embed by nothing but identity: equal texts are equal, others unrelated."""
    rows = []
    for text in texts:
        seed = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:4], "big")
        row = np.random.default_rng(seed).normal(size=64)
        rows.append(row / np.linalg.norm(row))
    return np.array(rows)


@given(st.lists(st.text(max_size=20), max_size=8), st.lists(st.text(max_size=20), max_size=8))
@settings(deadline=None)
def test_pairs_are_monotone_and_use_each_paragraph_once(
    sources: list[str], targets: list[str]
) -> None:
    pairs = align(sources, targets, hashed)
    for above, below in pairwise(pairs):
        assert above.source < below.source
        assert above.target < below.target
    for pair in pairs:
        assert 0 <= pair.source < len(sources)
        assert 0 <= pair.target < len(targets)
        assert 0.5 < pair.confidence <= 1.0


@pytest.mark.parametrize("dropped", range(15))
@pytest.mark.parametrize("side", [0, 1])
def test_a_paragraph_without_counterpart_does_not_shift_the_rest(
    expected_pairs: Pairs, dropped: int, side: int
) -> None:
    sides = [
        list(column)
        for column in zip(*expected_pairs["state-2023-10-27-blinken-wang"], strict=True)
    ]
    del sides[side][dropped]
    found = {(p.source, p.target) for p in align(sides[0], sides[1], sentence_encoder())}
    truth = {
        (n - (side == 0 and n > dropped), n - (side == 1 and n > dropped))
        for n in range(15)
        if n != dropped
    }
    assert found == truth


def test_texts_that_have_nothing_to_do_with_each_other_do_not_pair(expected_pairs: Pairs) -> None:
    chinese = [zh for zh, _ in expected_pairs["mnd-2023-12-28-military-diplomacy"][1:6]]
    english = [
        "The recipe wants two eggs, a cup of flour and a pinch of salt.",
        "Our cat sleeps on the warm roof of the neighbour's car all day long.",
        "The orchestra will play Mahler's second symphony next Friday evening.",
    ]
    assert align(chinese, english, sentence_encoder()) == []


def test_a_greeting_that_both_sides_repeat_pairs_each_time() -> None:
    chinese = [
        "女士们、先生们:",
        "今天我们在这里举行论坛开幕式。",
        "女士们、先生们!",
        "让我们携手推动地区和平与发展。",
    ]
    english = [
        "Ladies and gentlemen,",
        "Today we gather here for the opening ceremony of the forum.",
        "Ladies and gentlemen,",
        "Let us join hands to promote peace and development in the region.",
    ]
    pairs = align(chinese, english, sentence_encoder())
    assert [(pair.source, pair.target) for pair in pairs] == [(n, n) for n in range(4)]


def test_an_agency_may_ask_without_being_called_reporter() -> None:
    features = pair_features(
        ["法新社记者:你好。", "林晓:会的。"], ["AFP: Hello.", "Lin Xiao: Yes."], hashed
    )
    # Lin Xiao answers, as both sides name her; of AFP nothing is known.
    label = FEATURES.index("label")
    np.testing.assert_array_equal(features[..., label], [[0, -1], [0, 1]])


def test_speaker_labels_and_numbers_are_features() -> None:
    features = pair_features(
        ["吴谦:12月28日。", "记者:你好。"], ["Wu Qian: December 28.", "Reporter: Hello."], hashed
    )
    label, shared = FEATURES.index("label"), FEATURES.index("numbers shared")
    np.testing.assert_array_equal(features[..., label], [[1, -1], [-1, 1]])
    assert features[0, 0, shared] == 1.0


def test_nothing_aligns_with_nothing() -> None:
    assert align([], ["a"], hashed) == align(["甲"], [], hashed) == []
