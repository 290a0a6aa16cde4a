from __future__ import annotations

import pytest

from mteval.alignment.aligner import align
from mteval.languages.encoder import Embed
from tests.alignment.support import report, shapes

HEADINGS = [n for n, text in enumerate(report("pension")[1]) if not text.endswith(".")]


@pytest.mark.parametrize("side", [0, 1])
def test_a_heading_that_the_other_side_runs_on_is_found(side: int, embed: Embed) -> None:
    found = 0
    for n in HEADINGS[1:]:
        sides = report("pension")
        joined = ("", " ")[side].join(sides[side][n : n + 2])
        sides[side][n : n + 2] = [joined]
        whole, one = (n, n + 1), (n,)
        found += ((one, whole) if side == 0 else (whole, one)) in shapes(align(*sides, embed))
    assert found >= len(HEADINGS) - 2


@pytest.mark.parametrize("side", [0, 1])
def test_a_heading_that_the_other_side_lacks_stays_alone(side: int, embed: Embed) -> None:
    for n in HEADINGS[1:]:
        sides = report("pension")
        del sides[side][n]
        alignment = align(*sides, embed)
        assert (alignment.added if side == 0 else alignment.omitted) == (n,)


def test_a_heading_at_the_end_of_a_paragraph_is_found(embed: Embed) -> None:
    chinese, english = report("pension")
    n = HEADINGS[-1]
    english[n - 1 : n + 1] = [" ".join(english[n - 1 : n + 1])]
    assert ((n - 1, n), (n - 1,)) in shapes(align(chinese, english, embed))
