from __future__ import annotations

import numpy as np
import pytest

from mteval.alignment.band import Band, full_band
from mteval.alignment.beads import MAX_GROUP
from mteval.alignment.coverage import cover_band, coverage_by
from mteval.alignment.side import Side, describe
from tests.alignment.support import hashed

CHINESE = ["第1条。第2条。", "第3条。", "第4条。第5条。第6条。", "第7条。", "第8条。第9条。"]
ENGLISH = [
    "Article 1. Article 2.",
    "Article 3.",
    "Article 4.",
    "Article 5. Article 6.",
    "Article 7.",
]


def sides() -> tuple[Side, Side]:
    return describe(CHINESE, ENGLISH, hashed)


def test_a_paragraph_is_covered_by_those_that_say_all_of_it() -> None:
    left, right = sides()
    assert coverage_by(left, right, 0, [0]) == pytest.approx(1, abs=1e-3)
    assert coverage_by(left, right, 2, [2, 3]) == pytest.approx(1, abs=1e-3)
    # Sentences weigh as the root of their length, and these are as long.
    assert 0.2 < coverage_by(left, right, 2, [2]) < 0.8
    assert coverage_by(left, right, 4, [0, 1]) < 0.6


@pytest.mark.parametrize(
    "band",
    [
        full_band(len(CHINESE), len(ENGLISH)),
        Band(np.array([0, 0, 1, 1, 2, 3]), np.array([2, 3, 3, 4, 5, 5])),
    ],
    ids=["full", "narrow"],
)
def test_the_cells_of_a_band_have_the_coverage_of_their_groups(band: Band) -> None:
    left, right = sides()
    covered = cover_band(left, right, band)
    for i in range(band.n_sources):
        for j in range(int(band.first[i]), int(band.stop[i])):
            cell = int(band.cells[i]) + j - int(band.first[i])
            for size in range(1, MAX_GROUP + 1):
                if j + size <= band.stop[i]:
                    wanted = coverage_by(left, right, i, range(j, j + size))
                    assert covered[0][size - 1][cell] == pytest.approx(wanted, abs=1e-6)
                rows = range(i, i + size)
                if rows[-1] < band.n_sources and all(
                    band.first[n] <= j < band.stop[n] for n in rows
                ):
                    wanted = coverage_by(right, left, j, rows)
                    assert covered[1][size - 1][cell] == pytest.approx(wanted, abs=1e-6)
