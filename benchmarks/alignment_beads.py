"""Measure the alignment of paragraphs on damaged documents of known truth, or fit its weights.

    python -m benchmarks.alignment_beads WMT22 TABLE...            F1 by damage, and confidences
    python -m benchmarks.alignment_beads WMT22 TABLE... --fit      MODEL of mteval.alignment.weights
    python -m benchmarks.alignment_beads WMT22 TABLE... --large N  time and memory of N paragraphs

WMT22 is a folder, each TABLE an MQM table (.tsv). Documents are made of consecutive segments of
WMT22 zh-en (src.zh beside ref.A.en and ref.B.en), of MQM tables (columns src and ref) and of
benchmarks/alignment_reports.tsv, which was written for this: pages as annual reports have them,
each paragraph like its neighbours but for numbers. Half of the documents of WMT22 and of the tables
have one to three paragraphs; some stand between beginnings of other texts. The Chinese is turned
into traditional characters (OpenCC). Weights are fitted on the first part of WMT22 with reference
A, the MQM tables and half of the reports; figures are of the rest, with reference B.
"""

from __future__ import annotations

import argparse
import csv
import functools
import itertools
import re
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mteval.alignment.aligner import align
from mteval.alignment.band import full_band
from mteval.alignment.beads import SHAPES
from mteval.alignment.features import alone_features, bead_features
from mteval.alignment.lattice import Lattice
from mteval.alignment.paths import Scores, sum_paths
from mteval.alignment.side import describe
from mteval.alignment.weights import FEATURES, WEIGHTS
from mteval.languages import encoder
from mteval.languages.encoder import Embed

ROOT = Path(__file__).resolve().parent
REPORTS = ROOT / "alignment_reports.tsv"
SEED = 20261122
DAMAGES = ("none", "deleted", "merged", "split", "shifted", "added", "mixed", "framed")
# So many documents have one to three paragraphs, others up to 40.
SHORT_SHARE = 0.5
SHORT = 3
# Where WMT22 is cut in two, and which reports are held out.
WMT22_FITTED = 1000
HELD_OUT = ("fund", "enforcement", "pension")

# Chinese and English.
Segment = tuple[str, str]
# The indices of its sources and targets.
TrueBead = tuple[tuple[int, ...], tuple[int, ...]]


class Page(NamedTuple):
    """One document: its two sides and the true beads that pair something."""

    corpus: str
    damage: str
    sources: list[str]
    targets: list[str]
    truth: set[TrueBead]


def read_wmt22(folder: Path, reference: str, part: slice) -> list[Segment]:
    """Return consecutive segments of WMT22."""
    names = ("src.zh", f"ref.{reference}.en")
    sides = [(folder / name).read_text("utf-8").split("\n")[part] for name in names]
    return [(zh, en) for zh, en in zip(*sides, strict=True) if zh.strip() and en.strip()]


def read_mqm(path: Path) -> list[Segment]:
    """Read the segments of an MQM table in order, each once."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return list(dict.fromkeys((row["src"], row["ref"]) for row in rows))


def read_reports() -> dict[str, list[Segment]]:
    """Read the reports: paragraphs by page."""
    pages: dict[str, list[Segment]] = {}
    for line in REPORTS.read_text("utf-8").splitlines():
        page, zh, en = line.split("\t")
        pages.setdefault(page, []).append((zh, en))
    return pages


def join(segments: Sequence[Segment], side: int) -> str:
    """Join consecutive segments to the text of a paragraph."""
    return ("", " ")[side].join(segment[side].strip() for segment in segments)


def pages_of_segments(
    corpus: str, segments: Sequence[Segment], rng: np.random.Generator
) -> Iterator[Page]:
    """Cut segments into paragraphs of one to five and documents of 1 to 40, and damage these."""
    position = 0
    while position < len(segments):
        paragraphs: list[list[Segment]] = []
        short = rng.random() < SHORT_SHARE
        for _ in range(int(rng.integers(1, SHORT + 1) if short else rng.integers(3, 41))):
            size = int(rng.choice([1, 1, 1, 2, 2, 3, 3, 4, 5]))
            if chunk := list(segments[position : position + size]):
                paragraphs.append(chunk)
            position += size
        yield damage(corpus, paragraphs, segments, rng)


def pages_of_reports(
    reports: Sequence[Sequence[Segment]], times: int, rng: np.random.Generator
) -> Iterator[Page]:
    """Damage reports again and again: whole ones, parts, and two in a row."""
    everything = [segment for report in reports for segment in report]
    for _ in range(times):
        for report in reports:
            start = int(rng.integers(0, 4))
            stop = len(report) - int(rng.integers(0, 4))
            chosen = [[segment] for segment in report[start:stop]]
            if rng.random() < 0.2:
                chosen += [[segment] for segment in reports[int(rng.integers(len(reports)))]]
            yield damage("reports", chosen, everything, rng)


def damage(  # noqa: C901, PLR0912 - a branch a kind of damage
    corpus: str,
    paragraphs: Sequence[Sequence[Segment]],
    others: Sequence[Segment],
    rng: np.random.Generator,
) -> Page:
    """Damage a document as web pages and other translations do, and keep what is true."""
    kind = str(rng.choice(DAMAGES))
    convert = _converter(str(rng.choice(["s2hk", "s2tw", "s2twp"])))
    # Each true bead: the paragraphs of either side, each a list of segments.
    beads = [([list(p)], [list(p)]) for p in paragraphs]
    mixed = kind == "mixed"
    if kind in ("deleted", "mixed"):
        one = int(rng.integers(2))
        first = int(rng.integers(len(beads)))
        beads[first][one].clear()
        gone = set(rng.choice(len(beads), min(2, len(beads) - 1), replace=False).tolist())
        if rng.random() < 0.4:
            # What is left of two neighbours may look like a pair.
            gone = {first - 1 if first and rng.random() < 0.5 else first + 1}
        for n in gone - {first}:
            if n < len(beads):
                beads[n][1 - one].clear()
    if kind in ("merged", "mixed"):
        for _ in range(1 if mixed else int(rng.integers(1, 4))):
            beads = _merge(beads, int(rng.choice([2, 2, 3])), rng)
    if kind in ("split", "mixed"):
        for _ in range(1 if mixed else int(rng.integers(1, 4))):
            _split(beads, rng)
    if kind == "shifted" or (mixed and rng.random() < 0.3):
        beads = _shift(beads, rng)
    sources: list[str] = []
    targets: list[str] = []
    truth: set[TrueBead] = set()
    added = set()
    if kind in ("added", "mixed"):
        number = 1 if mixed else int(rng.integers(1, 4))
        added = set(rng.choice(len(beads), min(number, len(beads)), replace=False).tolist())
    for n, (left, right) in enumerate(beads):
        start = len(sources), len(targets)
        sources += [convert(join(p, 0)) for p in left]
        targets += [join(p, 1) for p in right]
        if left and right:
            spans = (
                tuple(range(*pair)) for pair in ((start[0], len(sources)), (start[1], len(targets)))
            )
            i, j = spans
            truth.add((i, j))
        if n in added:
            side = int(rng.integers(2))
            text = _foreign(beads, others, side, rng)
            (sources, targets)[side].append(convert(text) if side == 0 else text)
    page = Page(corpus, kind, sources, targets, truth)
    return _framed(page, others, rng) if kind == "framed" else page


Beads = list[tuple[list[list[Segment]], list[list[Segment]]]]


def _plain(bead: tuple[list[list[Segment]], list[list[Segment]]]) -> bool:
    return len(bead[0]) == len(bead[1]) == 1


def _merge(beads: Beads, size: int, rng: np.random.Generator) -> Beads:
    places = [n for n in range(len(beads) - size + 1) if all(map(_plain, beads[n : n + size]))]
    if not places:
        return beads
    n = int(rng.choice(places))
    side = int(rng.integers(2))
    chosen = beads[n : n + size]
    merged = [[segment for bead in chosen for segment in bead[side][0]]]
    kept = [bead[1 - side][0] for bead in chosen]
    return [*beads[:n], (merged, kept) if side == 0 else (kept, merged), *beads[n + size :]]


def _split(beads: Beads, rng: np.random.Generator) -> None:
    places = [n for n, bead in enumerate(beads) if _plain(bead) and len(bead[0][0]) > 1]
    if places:
        bead = beads[int(rng.choice(places))]
        side = bead[int(rng.integers(2))]
        segments = side[0]
        count = int(rng.integers(2, min(len(segments), 3) + 1))
        cuts = sorted(rng.choice(np.arange(1, len(segments)), count - 1, replace=False).tolist())
        side[:] = [segments[a:b] for a, b in zip([0, *cuts], [*cuts, len(segments)], strict=True)]


def _shift(beads: Beads, rng: np.random.Generator) -> Beads:
    places = [
        n
        for n in range(len(beads) - 1)
        if _plain(beads[n]) and _plain(beads[n + 1]) and len(beads[n][0][0]) > 1
    ]
    if not places:
        return beads
    n = int(rng.choice(places))
    first, second = beads[n], beads[n + 1]
    moved = [[first[0][0][:-1], [first[0][0][-1], *second[0][0]]], [first[1][0], second[1][0]]]
    side = int(rng.integers(2))
    return [*beads[:n], (moved[side], moved[1 - side]), *beads[n + 2 :]]


def _framed(page: Page, others: Sequence[Segment], rng: np.random.Generator) -> Page:
    """Put beginnings of other texts above and below, as menus are, and a title in one language."""
    sides = [list(page.sources), list(page.targets)]
    above = [0, 0]
    titled = int(rng.integers(0, 5))
    for side, texts in enumerate(sides):
        longest = (30, 90)[side]

        def cut(text: str, longest: int = longest) -> str:
            return text[: int(rng.integers(longest // 6, longest))].rstrip(" .。，,")

        frame = [
            cut(others[int(rng.integers(len(others)))][side])
            for _ in range(int(rng.integers(0, 6)) + int(rng.integers(0, 4)))
        ]
        above[side] = int(rng.integers(0, len(frame) + 1))
        title = [cut(texts[0])] if texts and side == titled else []
        texts[:] = [*frame[: above[side]], *title, *texts, *frame[above[side] :]]
        above[side] += len(title)
    truth = {
        (tuple(n + above[0] for n in i), tuple(n + above[1] for n in j)) for i, j in page.truth
    }
    return Page(page.corpus, page.damage, sides[0], sides[1], truth)


def _foreign(beads: Beads, others: Sequence[Segment], side: int, rng: np.random.Generator) -> str:
    """Take a paragraph from elsewhere, or one of the document with other numbers."""
    own = [join(p, side) for bead in beads for p in bead[side]]
    numbered = [text for text in own if re.search(r"\d{2}", text)]
    if numbered and rng.random() < 0.5:
        text = numbered[int(rng.integers(len(numbered)))]
        return re.sub(r"\d", lambda match: str((int(match[0]) + rng.integers(1, 9)) % 9 + 1), text)
    start = int(rng.integers(len(others)))
    return join(others[start : start + int(rng.integers(1, 4))], side)


@functools.cache
def _converter(profile: str) -> Callable[[str], str]:
    import opencc

    convert = opencc.OpenCC(profile).convert
    return lambda text: str(convert(text))


# --- what is measured ------------------------------------------------------------------------


def remembering() -> Embed:
    """Return an encoder that embeds each text but once: pages are damaged in many ways."""
    return encoder.remembering(encoder.sentence_encoder())


def fitted_pages(wmt22: Path, tables: Sequence[Path], rounds: int) -> list[Page]:
    """Make the documents that the weights are fitted on."""
    rng = np.random.default_rng(SEED)
    corpora = [("wmt22", read_wmt22(wmt22, "A", slice(0, WMT22_FITTED)))]
    corpora += [(path.stem, read_mqm(path)) for path in tables]
    pages = [
        page
        for _ in range(rounds)
        for name, segments in corpora
        for page in pages_of_segments(name, segments, rng)
    ]
    reports = [report for name, report in read_reports().items() if name not in HELD_OUT]
    return [*pages, *pages_of_reports(reports, 12, rng)]


def held_out_pages(wmt22: Path, rounds: int) -> list[Page]:
    """Make the documents that figures are given for."""
    rng = np.random.default_rng(SEED + 1)
    segments = read_wmt22(wmt22, "B", slice(WMT22_FITTED, None))
    pages = [page for _ in range(rounds) for page in pages_of_segments("wmt22", segments, rng)]
    reports = [report for name, report in read_reports().items() if name in HELD_OUT]
    return [*pages, *pages_of_reports(reports, 8 * rounds, rng)]


def measure(pages: Sequence[Page], embed: Embed) -> None:
    """Print F1 by pair and by bead for each corpus and damage, and how right confidences are."""
    # Pairs found, right, true; beads found, right, true; documents, those that are all right.
    counts: dict[tuple[str, str], npt.NDArray[np.int64]] = defaultdict(
        lambda: np.zeros(8, dtype=np.int64)
    )
    sure: dict[str, list[tuple[float, bool]]] = {"all": [], "a side of 1 to 3": []}
    for page in pages:
        found = align(page.sources, page.targets, embed).paired
        beads = {(bead.sources, bead.targets) for bead in found}
        pairs, truth = (
            {(i, j) for left, right in group for i in left for j in right}
            for group in (beads, page.truth)
        )
        row = [len(pairs), len(pairs & truth), len(truth)]
        row += [len(beads), len(beads & page.truth), len(page.truth), 1, beads == page.truth]
        for key in ((page.corpus, page.damage), (page.corpus, "all"), ("all", page.damage)):
            counts[key] += row
        counts["all", "all"] += row
        judged = [(b.confidence, (b.sources, b.targets) in page.truth) for b in found]
        sure["all"] += judged
        if min(len(page.sources), len(page.targets)) <= SHORT:
            sure["a side of 1 to 3"] += judged
    for (corpus, kind), n in sorted(counts.items()):
        print(
            f"{corpus:8} {kind:8} {n[6]:4} documents, {n[5]:5} beads: "
            f"F1 by pair {2 * n[1] / (n[0] + n[2]):.4f}, by bead {2 * n[4] / (n[3] + n[5]):.4f}; "
            f"{n[7] / n[6]:.3f} of the documents all right"
        )
    bounds = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.1)
    for name, judged in sure.items():
        print(f"Documents: {name}")
        for low, high in itertools.pairwise(bounds):
            chosen = [item for item in judged if low <= item[0] < high]
            if chosen:
                mean, right = np.mean(chosen, axis=0)
                print(f"{len(chosen):5} beads of confidence {mean:.3f}: {right:.3f} right")


class Observed(NamedTuple):
    """A document to fit on: its beads' features and those of the true path in sum."""

    lattice: Lattice
    beads: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]
    alone: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
    wanted: npt.NDArray[np.float64]


def observe(page: Page, embed: Embed) -> Observed | None:
    """Return a document, described; None where a side or the shape of a true bead is missing."""
    if not page.sources or not page.targets:
        return None
    left, right = describe(page.sources, page.targets, embed)
    lattice = Lattice(left, right, full_band(len(left), len(right)))
    beads = []
    for shape in SHAPES:
        nodes, matrix = bead_features(lattice, shape, 0, len(left) + 1)
        beads.append((nodes, matrix.astype(np.float32)))
    alone = alone_features(lattice, 0), alone_features(lattice, 1)
    wanted = np.zeros(len(FEATURES))
    for i, j in page.truth:
        if (len(i), len(j)) not in SHAPES:
            return None
        places, found = beads[SHAPES.index((len(i), len(j)))]
        node = lattice.band.offsets[i[-1] + 1] + j[-1] + 1
        wanted += found[np.searchsorted(places, node)]
    for side in (0, 1):
        paired = {n for bead in page.truth for n in bead[side]}
        wanted += alone[side][[n not in paired for n in range(len(alone[side]))]].sum(axis=0)
    return Observed(lattice, beads, alone, wanted)


def fit(pages: Sequence[Page], embed: Embed) -> npt.NDArray[np.float64]:
    """Return the weights under which the true paths are likeliest (L-BFGS, ridge of 0.05).

    Features count in units of their root mean square, so that small ones are not held down.
    """
    from scipy.optimize import minimize

    documents = [item for page in pages if (item := observe(page, embed)) is not None]

    squares = np.zeros(len(FEATURES))
    counts = np.zeros(len(FEATURES))
    for document in documents:
        matrices: list[npt.NDArray[Any]] = [matrix for _, matrix in document.beads]
        for matrix in (*matrices, *document.alone):
            squares += np.square(matrix, dtype=np.float64).sum(axis=0)
            counts += (matrix != 0).sum(axis=0)
    units = np.sqrt(np.maximum(squares, 1e-9) / np.maximum(counts, 1))

    def loss(scaled: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights = scaled / units
        value = 0.05 * float(scaled @ scaled)
        slope = np.zeros(len(weights))
        for document in documents:
            columns: list[npt.NDArray[np.float32]] = []
            for nodes, matrix in document.beads:
                column = np.full(document.lattice.band.n_nodes, -np.inf, dtype=np.float32)
                column[nodes] = matrix @ weights
                columns.append(column)
            omitted, added = (alone @ weights for alone in document.alone)
            sums = sum_paths(document.lattice.band, Scores(columns, omitted, added))
            value += sums.total - float(document.wanted @ weights)
            slope = slope + document.alone[0].T @ sums.omitted + document.alone[1].T @ sums.added
            for (nodes, matrix), likely in zip(document.beads, sums.beads, strict=True):
                slope = slope + matrix.T @ likely[nodes]
            slope = slope - document.wanted
        return value, slope / units + 0.1 * scaled

    start = WEIGHTS * units
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100})
    return np.asarray(found.x / units)


def large_page(segments: Sequence[Segment], count: int) -> Page:
    """Make a long document: 3 % of the paragraphs on one side only, 3 % split, two long gaps."""
    rng = np.random.default_rng(SEED)
    sources: list[str] = []
    targets: list[str] = []
    truth = set()
    order = np.concatenate(
        [rng.permutation(len(segments)) for _ in range(3 * count // len(segments) + 1)]
    )
    position = 0
    gaps = [(count // 3, 0), (2 * count // 3, 1)]
    while len(sources) < count and position < len(order):
        chunk = [segments[n] for n in order[position : position + int(rng.integers(1, 4))]]
        position += len(chunk)
        fate = rng.random()
        for place, side in gaps:
            if place <= len(sources) and len(targets if side else sources) < place + count // 50:
                fate = 0.01 if side == 0 else 0.02
        if fate < 0.03:
            (sources, targets)[fate >= 0.015].append(join(chunk, int(fate >= 0.015)))
        elif fate < 0.06 and len(chunk) > 1:
            sources.append(join(chunk, 0))
            targets += [join(chunk[:1], 1), join(chunk[1:], 1)]
            split: TrueBead = (len(sources) - 1,), (len(targets) - 2, len(targets) - 1)
            truth.add(split)
        else:
            sources.append(join(chunk, 0))
            targets.append(join(chunk, 1))
            truth.add(((len(sources) - 1,), (len(targets) - 1,)))
    return Page("large", "mixed", sources, targets, truth)


def measure_large(page: Page, embed: Embed) -> None:
    """Print what one long document takes, its sentences' embeddings being known or not."""
    print(f"{len(page.sources)} sources, {len(page.targets)} targets")
    for run in ("encoding as well", "the rest alone, traced"):
        if run != "encoding as well":
            tracemalloc.start()
        began = time.perf_counter()
        found = align(page.sources, page.targets, embed)
        seconds = time.perf_counter() - began
        print(f"{run}: {seconds:.0f} s")
    print(f"peak of memory {tracemalloc.get_traced_memory()[1] / 1e6:.0f} MB")
    beads = {(bead.sources, bead.targets) for bead in found.paired}
    right = len(beads & page.truth)
    print(f"F1 by bead {2 * right / (len(beads) + len(page.truth)):.4f}")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("wmt22", type=Path)
    parser.add_argument("tables", nargs="*", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--large", type=int)
    parser.add_argument("--rounds", type=int, default=6)
    arguments = parser.parse_args()
    embed = remembering()
    if arguments.fit:
        pages = fitted_pages(arguments.wmt22, arguments.tables, arguments.rounds)
        weights = fit(pages, embed)
        for name, weight in zip(FEATURES, weights, strict=True):
            print(f'    "{name}": {weight:.2f},')
    elif arguments.large:
        segments = read_wmt22(arguments.wmt22, "A", slice(None))
        segments += [segment for path in arguments.tables for segment in read_mqm(path)]
        measure_large(large_page(segments, arguments.large), embed)
    else:
        measure(held_out_pages(arguments.wmt22, arguments.rounds), embed)


if __name__ == "__main__":
    main()
