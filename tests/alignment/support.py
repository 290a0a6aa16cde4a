"""What the tests of the aligner share: texts, encoders that need no model, what is checked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from mteval.alignment.beads import Alignment
from tests.conftest import ROOT

REFERENCES = ROOT / "references"
DOCUMENTS = sorted(path.name[: -len(".zh.txt")] for path in REFERENCES.glob("*.zh.txt"))
REPORTS = ROOT / "benchmarks" / "alignment_reports.tsv"

Shape = tuple[tuple[int, ...], tuple[int, ...]]


def hashed(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Embed by the digits of a text alone: the same ones are the same, others unrelated."""
    rows = []
    for text in texts:
        key = "".join(c for c in text if c.isdigit()) or text
        seed = int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:4], "big")
        row = np.random.default_rng(seed).normal(size=64)
        rows.append(row / np.linalg.norm(row))
    return np.array(rows).reshape(-1, 64)


TABLE = np.random.default_rng(1).normal(size=(1000, 64))


def summed(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Embed by the groups of three digits of a text's longest number, fast."""
    rows = np.zeros((len(texts), 64))
    for row, text in zip(rows, texts, strict=True):
        number = max(map(int, re.findall(r"\d+", text)), default=0)
        row += TABLE[number % 1000] + TABLE[number // 1000 % 1000] + TABLE[number // 10**6]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def read(document: str, language: str) -> list[str]:
    return (REFERENCES / f"{document}.{language}.txt").read_text("utf-8").splitlines()


def shapes(alignment: Alignment) -> list[Shape]:
    return [(bead.sources, bead.targets) for bead in alignment.beads]


def diagonal(count: int) -> list[Shape]:
    return [((n,), (n,)) for n in range(count)]


def check(alignment: Alignment, n_sources: int, n_targets: int) -> None:
    """Check that each index is in exactly one bead, in order."""
    assert [i for bead in alignment.beads for i in bead.sources] == list(range(n_sources))
    assert [j for bead in alignment.beads for j in bead.targets] == list(range(n_targets))
    for bead in alignment.beads:
        assert bead.sources or bead.targets
        assert 0.0 <= bead.confidence <= 1.0
        assert (bead.similarity is None) == (not bead.sources or not bead.targets)
    assert len(alignment.omitted) + sum(len(bead.sources) for bead in alignment.paired) == n_sources
    assert len(alignment.added) + sum(len(bead.targets) for bead in alignment.paired) == n_targets


def report(page: str) -> tuple[list[str], list[str]]:
    rows = [line.split("\t") for line in REPORTS.read_text("utf-8").splitlines()]
    return [row[1] for row in rows if row[0] == page], [row[2] for row in rows if row[0] == page]


def pages() -> dict[str, tuple[list[str], list[str]]]:
    found = {name: report(name) for name in ("fund", "enforcement", "pension")}
    for document in DOCUMENTS:
        found[document] = read(document, "zh"), read(document, "en")
    return {name: sides for name, sides in found.items() if len(sides[0]) > 2}


# Texts of what the aligner looks at: numbers, months, names, headings, labels, several sentences.
PARAGRAPHS = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(
            [
                "收入為12.5億元。",
                "十二月",
                "吳謙:",
                "王建國",
                "第三條",
                "IMF",
                "  ",
                "？",
                "零",
                "Income was 1.25 billion.",
                "December",
                "Wu Qian:",
                "Wang Jianguo",
                "third",
                "?",
            ]
        ),
        max_size=5,
    ).map(" ".join),
)
