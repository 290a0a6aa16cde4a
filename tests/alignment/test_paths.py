from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.alignment.band import Band, full_band
from mteval.alignment.beads import SHAPES
from mteval.alignment.paths import ADDITION, OMISSION, Scores, Step, best_path, sum_paths

SIDES = st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(any)


def random_scores(band: Band, seed: int) -> Scores:
    """Return random weights of all beads that fit."""
    rng = np.random.default_rng(seed)
    beads = []
    for shape in SHAPES:
        scores = np.full(band.n_nodes, -np.inf, dtype=np.float32)
        for i in range(shape[0], band.n_sources + 1):
            for j in range(int(band.low[i]), int(band.high[i]) + 1):
                before = i - shape[0], j - shape[1]
                if band.low[before[0]] <= before[1] <= band.high[before[0]]:
                    scores[band.node(i, j)] = rng.normal()
        beads.append(scores)
    return Scores(beads, rng.normal(size=band.n_sources), rng.normal(size=band.n_targets))


def all_paths(band: Band, i: int, j: int) -> Iterator[tuple[Step, ...]]:
    """Yield every path to a node; no omission comes after an addition."""
    if not i and not j:
        yield ()
    for kind in (OMISSION, ADDITION, *range(len(SHAPES))):
        step = Step(kind, i, j)
        before = i - step.shape[0], j - step.shape[1]
        if min(before) < 0 or not band.low[before[0]] <= before[1] <= band.high[before[0]]:
            continue
        for path in all_paths(band, *before):
            if not (kind == OMISSION and path and path[-1].kind == ADDITION):
                yield (*path, step)


def weight(path: tuple[Step, ...], band: Band, scores: Scores) -> float:
    total = 0.0
    for step in path:
        if step.kind == OMISSION:
            total += scores.omitted[step.i - 1]
        elif step.kind == ADDITION:
            total += scores.added[step.j - 1]
        else:
            total += scores.beads[step.kind][band.node(step.i, step.j)]
    return total


@given(SIDES, st.integers(0, 2**32 - 1))
def test_the_best_path_and_the_sum_are_those_of_all_paths_counted_out(
    sides: tuple[int, int], seed: int
) -> None:
    band = full_band(*sides)
    scores = random_scores(band, seed)
    paths = list(all_paths(band, *sides))
    weights = np.array([weight(path, band, scores) for path in paths])
    best = tuple(best_path(band, scores))
    assert weight(best, band, scores) == pytest.approx(weights.max(), abs=1e-6)
    sums = sum_paths(band, scores)
    total = np.logaddexp.reduce(weights)
    assert sums.total == pytest.approx(total, abs=1e-5)
    likely: dict[Step, float] = {}
    for path, value in zip(paths, np.exp(weights - total), strict=True):
        for step in path:
            # An omission is the same bead wherever it is passed, and so is an addition.
            key = step
            if step.kind == OMISSION:
                key = Step(OMISSION, step.i, 0)
            elif step.kind == ADDITION:
                key = Step(ADDITION, 0, step.j)
            likely[key] = likely.get(key, 0.0) + float(value)
    for step, wanted in likely.items():
        if step.kind == OMISSION:
            found = sums.omitted[step.i - 1]
        elif step.kind == ADDITION:
            found = sums.added[step.j - 1]
        else:
            found = sums.beads[step.kind][band.node(step.i, step.j)]
        assert found == pytest.approx(wanted, abs=1e-5)


def test_paths_stay_within_the_band() -> None:
    band = Band(np.array([0, 0, 1, 2, 3]), np.array([1, 2, 3, 4, 4]))
    scores = random_scores(band, 7)
    paths = list(all_paths(band, 4, 4))
    weights = [weight(path, band, scores) for path in paths]
    assert tuple(best_path(band, scores)) == paths[int(np.argmax(weights))]
    assert sum_paths(band, scores).total == pytest.approx(np.logaddexp.reduce(weights), abs=1e-5)


def test_each_paragraph_is_in_one_bead_with_certainty() -> None:
    band = full_band(5, 4)
    sums = sum_paths(band, random_scores(band, 3))
    mass = sums.omitted.sum() + sum(
        shape[0] * found.sum() for shape, found in zip(SHAPES, sums.beads, strict=True)
    )
    assert mass == pytest.approx(5, abs=1e-4)
