"""Measure paragraph alignment on pages of known truth, or fit its weights.

    python benchmarks/alignment.py DATA...          precision, recall and F1 by pair
    python benchmarks/alignment.py --fit DATA...    weights for mteval/ingest/align.py

DATA are WMT22 folders (src.zh beside ref.A.en) or MQM tables (.tsv with columns src and ref).
Pages are made of consecutive segments: paragraphs of one to three segments, some dropped on one
side, some preceded by a part of themselves as a title or question that only the Chinese side has,
lines of other stories in between.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mteval.encoder import Embed, sentence_encoder
from mteval.ingest import align

SEED = 12345


class Page(NamedTuple):
    """One page: its two sides and which pairs are translations."""

    sources: list[str]
    targets: list[str]
    truth: set[tuple[int, int]]


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Read aligned segments in order, each once."""
    if path.is_dir():
        sides = [(path / name).read_text("utf-8").split("\n") for name in ("src.zh", "ref.A.en")]
        return [(zh, en) for zh, en in zip(*sides, strict=True) if zh and en]
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return list(dict.fromkeys((row["src"], row["ref"]) for row in rows))


def make_pages(pairs: Sequence[tuple[str, str]], rng: np.random.Generator) -> Iterator[Page]:
    """Cut consecutive segments into pages and damage them."""
    position = 0
    while position < len(pairs):
        sources: list[str] = []
        targets: list[str] = []
        truth: set[tuple[int, int]] = set()
        for _ in range(rng.integers(1, 21)):
            # Lines of other stories, as menus and links to them are.
            for side, lines in ((0, sources), (1, targets)):
                if rng.random() < 0.15:
                    lines.append(pairs[rng.integers(len(pairs))][side][: rng.integers(5, 80)])
            size = int(rng.integers(1, 4))
            chunk = pairs[position : position + size]
            position += size
            if not chunk:
                break
            fate = rng.random()
            if fate < 0.2:
                sources.append(chunk[0][0])
            if fate < 0.9:
                sources.append("".join(zh for zh, _ in chunk))
            if fate > 0.15:
                targets.append(" ".join(en for _, en in chunk))
            if 0.15 < fate < 0.9:
                truth.add((len(sources) - 1, len(targets) - 1))
        if sources and targets:
            yield Page(sources, targets, truth)


def fit(pages: Sequence[Page], embed: Embed) -> tuple[npt.NDArray[np.float64], float]:
    """Fit a logistic regression by Newton's method, without the label feature."""
    rows = []
    answers = []
    for page in pages:
        features = align.pair_features(page.sources, page.targets, embed)[..., :-1]
        rows.append(features.reshape(-1, features.shape[-1]))
        wanted = np.zeros(features.shape[:2])
        for i, j in page.truth:
            wanted[i, j] = 1.0
        answers.append(wanted.ravel())
    x = np.column_stack([np.concatenate(rows), np.ones(sum(map(len, rows)))])
    y = np.concatenate(answers)
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1.0 / (1.0 + np.exp(-x @ weights))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(x.shape[1])
        weights += np.linalg.solve(hessian, x.T @ (y - p) - 1e-3 * weights)
    return weights[:-1], float(weights[-1])


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    embed = sentence_encoder()
    for path in arguments.data:
        rng = np.random.default_rng(SEED)
        pages = [page for _ in range(5) for page in make_pages(read_pairs(path), rng)]
        if arguments.fit:
            weights, intercept = fit(pages, embed)
            print(path.name, dict(zip(align.FEATURES, weights.round(2), strict=False)), intercept)
            continue
        began = time.perf_counter()
        found = right = true = paragraphs = 0
        for page in pages:
            pairs = align.align(page.sources, page.targets, embed)
            found += len(pairs)
            right += len({(pair.source, pair.target) for pair in pairs} & page.truth)
            true += len(page.truth)
            paragraphs += len(page.sources) + len(page.targets)
        seconds = time.perf_counter() - began
        print(
            f"{path.name}: {len(pages)} pages, {true} true pairs: precision {right / found:.4f}, "
            f"recall {right / true:.4f}, F1 {2 * right / (found + true):.4f}; "
            f"{paragraphs / seconds:.0f} paragraphs/s"
        )


if __name__ == "__main__":
    main()
