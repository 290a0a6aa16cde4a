from __future__ import annotations

import math

import numpy as np
import pytest

from mteval.alignment.band import full_band
from mteval.alignment.lattice import Lattice
from mteval.alignment.rivals import find_rivals
from mteval.alignment.side import describe
from mteval.alignment.weights import (
    EXPECTED_LENGTH_VOTES,
    EXTRA_LENGTH,
    MAX_LOG_LENGTH_RATIO,
    RIVAL_SIMILARITY,
)
from tests.alignment.support import hashed


def lattice_of(chinese: list[str], english: list[str]) -> Lattice:
    left, right = describe(chinese, english, hashed)
    return Lattice(left, right, full_band(len(left), len(right)))


def scale_of(lattice: Lattice) -> float:
    """Return by how much lengths of sources are taken longer."""
    return float(lattice.lengths[0][-1] / lattice.left.lengths.sum())


def test_rivals_are_the_best_outside_the_group() -> None:
    values = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.1])
    rivals = find_rivals(values, np.zeros(6, dtype=np.int64), np.arange(6), 1)
    rows = np.zeros(3, dtype=np.int64)
    found = rivals.mean(rows, np.array([0, 1, 3]), 2)
    assert found == pytest.approx([(0.7 + 0.6) / 2, (0.9 + 0.6) / 2, (0.9 + 0.8) / 2])


def test_a_short_document_has_rivals_as_a_long_one() -> None:
    rivals = find_rivals(np.array([0.9]), np.array([0]), np.array([0]), 1)
    assert rivals.mean(np.array([0]), np.array([0]), 1) == pytest.approx([RIVAL_SIMILARITY])
    rivals = find_rivals(np.array([0.9, 0.1]), np.array([0, 0]), np.array([0, 1]), 1)
    assert rivals.mean(np.array([0]), np.array([0]), 1) == pytest.approx([RIVAL_SIMILARITY])


def test_wordy_english_lengthens_the_sources_but_little() -> None:
    chinese = [f"第{n}条" + "战争" * 12 + "。" for n in range(6)]
    english = [f"Article {n} " + "war " * 30 for n in range(6)]
    left, right = describe(chinese, english, hashed)
    ratio = math.log((right.lengths[0] + EXTRA_LENGTH) / (left.lengths[0] + EXTRA_LENGTH))
    wanted = math.exp(ratio * 6 / (6 + EXPECTED_LENGTH_VOTES))
    assert scale_of(lattice_of(chinese, english)) == pytest.approx(wanted)
    longest = [text + "war " * 200 for text in english]
    assert scale_of(lattice_of(chinese, longest)) == pytest.approx(math.exp(MAX_LOG_LENGTH_RATIO))
    # Short paragraphs say nothing of it.
    assert scale_of(lattice_of(["第1条。"], ["Article 1 " + "war " * 30])) == pytest.approx(1)


def test_rare_tokens_weigh_more_than_common_ones() -> None:
    lattice = lattice_of(["第5条", *["第7条"] * 9], ["Article 5", *["Article 7"] * 9])
    weights = np.diff(lattice.totals[0])
    assert weights[0] == pytest.approx(math.log((10 + 20) / (1 + 0.5)))
    assert weights[1] == pytest.approx(math.log((10 + 20) / (9 + 0.5)))
    shared = lattice.shared.reshape(10, 10)
    assert shared[0, 0] == pytest.approx(weights[0])
    assert shared[3, 4] == pytest.approx(weights[1])
    assert shared[0, 1] == 0


def test_headings_are_inside_between_the_first_and_the_last_text() -> None:
    chinese = ["第1条", "第2条。", "第3条", "第4条。", "第5条"]
    english = ["Article 1", "Article 2.", "Article 3", "Article 4.", "Article 5"]
    lattice = lattice_of(chinese, english)
    assert [side.tolist() for side in lattice.inside] == [[False, True, True, True, False]] * 2
