from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from mteval.alignment.band import full_band
from mteval.alignment.beads import SHAPES
from mteval.alignment.features import alone_features, bead_features, score_beads
from mteval.alignment.lattice import Lattice
from mteval.alignment.side import describe
from mteval.alignment.weights import FEATURES, WEIGHTS
from tests.alignment.support import hashed


def lattice_of(chinese: list[str], english: list[str]) -> Lattice:
    left, right = describe(chinese, english, hashed)
    return Lattice(left, right, full_band(len(left), len(right)))


def features_of(
    chinese: list[str], english: list[str], shape: tuple[int, int] = (1, 1)
) -> dict[str, float]:
    """Return the features of the bead of all paragraphs."""
    lattice = lattice_of(chinese, english)
    nodes, matrix = bead_features(lattice, shape, 0, len(chinese) + 1)
    row: npt.NDArray[np.float64] = matrix[nodes.tolist().index(lattice.band.n_nodes - 1)]
    return dict(zip(FEATURES, row.tolist(), strict=True))


def score_of(chinese: list[str], english: list[str], shape: tuple[int, int] = (1, 1)) -> float:
    """Return the weight of the bead of all paragraphs."""
    scores = score_beads(lattice_of(chinese, english), WEIGHTS)
    return float(scores.beads[SHAPES.index(shape)][-1])


def test_each_feature_is_of_a_pair_of_a_group_or_of_one_alone() -> None:
    chinese = ["吴谦:第5条。", "第7条", "记者:第6条?", "吴谦:第8条。第9条。", "第9条。"]
    english = [
        "Wu Qian: article 5.",
        "Article 7",
        "Reporter: article 6?",
        "Article 8.",
        "Article 9.",
    ]
    lattice = lattice_of(chinese, english)
    used = np.zeros(len(FEATURES), dtype=bool)
    for shape in SHAPES:
        used |= (bead_features(lattice, shape, 0, len(chinese) + 1)[1] != 0).any(axis=0)
    for side in (0, 1):
        used |= (alone_features(lattice, side) != 0).any(axis=0)
    assert [name for name, is_used in zip(FEATURES, used, strict=True) if not is_used] == []


def test_features_of_a_pair() -> None:
    found = features_of(["2023年有5人。"], ["In 2023 there were 5."])
    assert found["pair"] == 1
    assert found["shared"] > 0
    assert found["source alone"] == found["target alone"] == 0
    assert found["both headings"] == found["one heading"] == found["questions differ"] == 0
    assert found["similarity of group"] == found["repeats in group"] == 0


@pytest.mark.parametrize(
    ("chinese", "english", "differ"),
    [("第5次？", "The 5th?", 1), ("第5次。", "The 5th.", 1), ("第5次？", "The 5th.", 0)],
)
def test_questions_speak_for_questions(chinese: str, english: str, differ: int) -> None:
    other = english.translate({ord("?"): ".", ord("."): "?"})
    assert features_of([chinese], [english])["questions differ"] == 1 - differ
    same, different = score_of([chinese], [english]), score_of([chinese], [other])
    # Only the mark differs.
    assert (same > different) == bool(differ)


def test_paragraphs_that_repeat_each_other_speak_against_a_group() -> None:
    english = ["The 5th and the 7th year of the war."]
    twice, apart = ["战争第5年", "战争第5年。"], ["战争第7年", "战争第5年。"]
    assert features_of(twice, english, (2, 1))["repeats in group"] == 1
    assert features_of(apart, english, (2, 1))["repeats in group"] == 0
    weight = WEIGHTS[FEATURES.index("repeats in group")]
    assert weight < 0


def test_headings_in_a_group_count_but_for_a_last_one_of_both() -> None:
    found = features_of(["第5条", "第7条"], ["Article 5 and 7"], (2, 1))
    assert found["headings in group"] == 2
    assert found["both headings"] == 1
    found = features_of(["第5条", "第7条说明。"], ["Article 5 and 7 explain."], (2, 1))
    assert found["headings in group"] == 1
    assert found["both headings"] == found["one heading"] == 0


def test_a_question_of_another_speaker_speaks_against_a_group() -> None:
    found = features_of(["记者:第5条?", "吴谦:第5条。"], ["Wu Qian: article 5."], (2, 1))
    assert found["turns in group"] == 1
    # A turn at the beginning of a bead is none within it.
    chinese = ["记者:第5条?", "吴谦:第5条。", "第7条。"]
    lattice = lattice_of(chinese, ["Wu Qian: article 5, article 7."])
    nodes, matrix = bead_features(lattice, (2, 1), 3, 4)
    turns = matrix[:, FEATURES.index("turns in group")]
    assert dict(zip(nodes.tolist(), turns.tolist(), strict=True))[lattice.band.node(3, 1)] == 0


def test_blocks_of_rows_make_the_whole() -> None:
    lattice = lattice_of([f"第{n}条。" for n in range(7)], [f"Article {n}." for n in range(6)])
    for shape in SHAPES:
        nodes, matrix = bead_features(lattice, shape, 0, 8)
        parts = [bead_features(lattice, shape, a, b) for a, b in ((0, 3), (3, 4), (4, 8))]
        assert np.concatenate([part[0] for part in parts]).tolist() == nodes.tolist()
        assert np.array_equal(np.concatenate([part[1] for part in parts]), matrix)
