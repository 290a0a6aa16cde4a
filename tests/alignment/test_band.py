from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from mteval.alignment.aligner import align
from mteval.alignment.band import Band, find_band
from mteval.alignment.side import describe
from tests.alignment.support import check, summed


def test_long_documents_need_little_memory() -> None:
    count = 1000
    numbers = np.random.default_rng(2).permutation(10**6)[:count].tolist()
    sources = [f"第{n}段，編號{number}。" for n, number in enumerate(numbers)]
    targets = [f"Paragraph {n}, number {number}." for n, number in enumerate(numbers)]
    del sources[100:103], targets[500:560]
    targets[900:902] = [" ".join(targets[900:902])]
    # Dictionaries of pinyin and characters are loaded on use.
    align(sources[:5], targets[:5], summed)
    tracemalloc.start()
    alignment = align(sources, targets, summed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    check(alignment, len(sources), len(targets))
    assert alignment.added == (100, 101, 102)
    assert alignment.omitted == tuple(range(497, 557))
    assert [bead.sources for bead in alignment.paired if len(bead.sources) > 1] == [(957, 958)]
    # A float32 for each of 8 shapes of beads and each pair of paragraphs would take 32 MB.
    assert peak < 24e6, peak


def test_nodes_and_cells_are_numbered_row_by_row() -> None:
    band = Band(np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3]))
    i, j = band.nodes(0, 4)
    assert [band.node(*pair) for pair in zip(i.tolist(), j.tolist(), strict=True)] == list(
        range(band.n_nodes)
    )
    assert [(band.row(n).start, band.row(n).stop) for n in range(4)] == [
        (0, 2),
        (2, 5),
        (5, 8),
        (8, 10),
    ]
    i, j = band.nodes(2, 3)
    assert (i.tolist(), j.tolist()) == ([2, 2, 2], [1, 2, 3])
    assert band.cell(np.array([1, 2]), np.array([0, 2])).tolist() == [3, 8]


@pytest.mark.parametrize("damage", ["none", "gap in sources", "gap in targets"])
def test_the_band_of_a_long_document_holds_the_true_path(damage: str) -> None:
    count = 400
    sources = [f"第{n}段，編號{n * 7919 % 10**6}。" for n in range(count)]
    targets = [f"Paragraph {n}, number {n * 7919 % 10**6}." for n in range(count)]
    pairs = [(n, n) for n in range(count)]
    if damage == "gap in sources":
        del sources[100:140]
        pairs = [(n - 40 * (n >= 140), n) for n in range(count) if not 100 <= n < 140]
    if damage == "gap in targets":
        del targets[100:140]
        pairs = [(n, n - 40 * (n >= 140)) for n in range(count) if not 100 <= n < 140]
    band = find_band(*describe(sources, targets, summed))
    assert band.n_nodes < (len(sources) + 1) * (len(targets) + 1) / 2
    assert band.low[0] == 0
    assert band.high[-1] == len(targets)
    for i, j in pairs:
        assert band.low[i] <= j <= band.high[i]
        assert band.low[i + 1] <= j + 1 <= band.high[i + 1]


def test_a_short_document_is_searched_in_full() -> None:
    band = find_band(*describe(["第5段。"] * 3, ["Paragraph 5."] * 4, summed))
    assert band.n_nodes == 4 * 5
