"""Measure the re-segmentation of outputs and the alignment of sentences on WMT22 zh-en.

    python -m benchmarks.alignment_outputs WMT22            documents held out
    python -m benchmarks.alignment_outputs WMT22 --chosen   those that weights were chosen on

WMT22 is a folder. Consecutive segments are joined to paragraphs of one to four, these to documents
of 2 to 12. Outputs of the systems then get other line breaks: neighbours are merged, a paragraph
split, two merged and one split ("both": as many lines as before), one left out, one added, one from
elsewhere put for two, or all put in one line or two, or in one that lacks a paragraph. Printed are
the paragraphs that ``resegment`` gives back word for word, and the documents whose lines it finds
shifted (``Resegmented.is_shifted``) when nothing or "both" was done to them; then, for
``align_sentences`` on the undamaged paragraphs, the sentences that stand alone though both sides
are whole (wrong, but for what a system left out), and the beads across the borders of segments.
Weights were chosen on the first 1,000 segments.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.alignment_beads import WMT22_FITTED, remembering
from mteval.alignment.resegment import resegment
from mteval.alignment.sentences import align_sentences
from mteval.languages.encoder import Embed
from mteval.languages.registry import language

SEED = 20261126
DAMAGES = (
    *("merged", "merged", "split", "both", "deleted", "added", "replaced"),
    *("one line", "halves", "lacking", "sentences"),
)

# A paragraph: consecutive segments, each its source and a system's output.
Paragraph = list[tuple[str, str]]


def read_documents(folder: Path, part: slice) -> Iterator[list[Paragraph]]:
    """Make documents of every third system's output."""
    sources = (folder / "src.zh").read_text("utf-8").split("\n")[part]
    rng = np.random.default_rng(SEED)
    for path in sorted((folder / "systems").iterdir())[::3]:
        outputs = path.read_text("utf-8").split("\n")[part]
        pairs = [(zh, en) for zh, en in zip(sources, outputs, strict=True) if zh and en.strip()]
        position = 0
        while position < len(pairs):
            document = []
            for _ in range(int(rng.integers(2, 13))):
                size = int(rng.choice([1, 1, 2, 2, 3, 4, 8]))
                if chunk := pairs[position : position + size]:
                    document.append(chunk)
                position += size
            yield document


def join(paragraph: Paragraph, side: int) -> str:
    """Join segments to a paragraph."""
    return ("", " ")[side].join(segment[side].strip() for segment in paragraph)


def damage(  # noqa: C901 - a branch a kind of damage
    document: Sequence[Paragraph], others: Sequence[str], rng: np.random.Generator
) -> tuple[str, list[str], list[str]]:
    """Return the damage, lines with other breaks, and the text of each paragraph in them."""
    texts = [join(paragraph, 1) for paragraph in document]
    lines = list(texts)
    kind = str(rng.choice(DAMAGES))
    n = int(rng.integers(len(lines)))
    if kind == "merged":
        size = min(int(rng.choice([2, 2, 3])), len(lines))
        n = int(rng.integers(len(lines) - size + 1))
        lines[n : n + size] = [" ".join(lines[n : n + size])]
        return kind, lines, texts
    if kind == "both":
        broken = [[segment[1].strip() for segment in paragraph] for paragraph in document]
        longest = max(range(len(broken)), key=lambda p: len(broken[p]))
        rest = [p for p in range(len(broken) - 1) if longest not in (p, p + 1)]
        if not rest or len(broken[longest]) == 1:
            return "none", lines, texts
        cut = int(rng.integers(1, len(broken[longest])))
        pieces = [[text] for text in texts]
        pieces[longest] = [" ".join(broken[longest][:cut]), " ".join(broken[longest][cut:])]
        n = int(rng.choice(rest))
        pieces[n : n + 2] = [[" ".join(texts[n : n + 2])], []]
        return kind, [line for group in pieces for line in group], texts
    if kind == "sentences":
        # With paragraphs of five to eight sentences and more, each sentence in its own line.
        return (
            kind,
            [line for text in texts for line in language("en").split_sentences(text)],
            texts,
        )
    if kind in ("one line", "halves", "lacking"):
        # All in one or two lines, or in one that lacks a paragraph.
        if kind == "lacking":
            del lines[n]
            texts[n] = ""
        half = len(lines) // 2 if kind == "halves" else 0
        lines = [" ".join(part) for part in (lines[:half], lines[half:]) if part]
        return kind, lines, texts
    if kind == "replaced":
        # One from elsewhere stands for two that are left out.
        stop = min(n + 2, len(lines))
        lines[n:stop] = [others[int(rng.integers(len(others)))]]
        texts[n:stop] = [""] * (stop - n)
    elif kind == "split" and len(document[n]) > 1:
        cut = int(rng.integers(1, len(document[n])))
        lines[n : n + 1] = [join(document[n][:cut], 1), join(document[n][cut:], 1)]
    elif kind == "deleted":
        del lines[n]
        texts[n] = ""
    elif kind == "added":
        lines.insert(n, others[int(rng.integers(len(others)))])
    return kind, lines, texts


def measure_outputs(documents: Sequence[list[Paragraph]], embed: Embed) -> None:
    """Print how many paragraphs come back word for word."""
    rng = np.random.default_rng(SEED)
    others = [join(paragraph, 1) for document in documents for paragraph in document]
    counts: Counter[str] = Counter()
    shifted: dict[str, list[bool]] = {"undamaged": [], "both": []}
    for document in documents:
        texts_before = [join(paragraph, 1) for paragraph in document]
        kind, lines, texts = damage(document, others, rng)
        sources = [join(paragraph, 0) for paragraph in document]
        found = resegment(sources, lines, embed)
        shifted["undamaged"].append(resegment(sources, texts_before, embed).is_shifted)
        if kind == "both":
            shifted[kind].append(found.is_shifted)
        for text, wanted in zip(found.texts, texts, strict=True):
            right = " ".join(text.split()) == " ".join(wanted.split())
            for name in ("all", kind):
                counts[name] += 1
                counts[f"{name} right"] += right
    for name in ("all", *dict.fromkeys(DAMAGES)):
        share = counts[f"{name} right"] / counts[name]
        print(f"{name:8}: {share:.4f} of {counts[name]:4} paragraphs restored word for word")
    for name, found_so in shifted.items():
        print(f"{name:9}: {sum(found_so)} of {len(found_so)} documents found shifted")


def measure_sentences(documents: Sequence[list[Paragraph]], embed: Embed) -> None:
    """Print how sentences align within whole paragraphs."""
    counts: Counter[str] = Counter()
    for document in documents:
        sources, targets = ([join(p, side) for p in document] for side in (0, 1))
        found = align_sentences(sources, targets, embed)
        segments = [
            [(p, s) for p, paragraph in enumerate(document) for s in _segments(paragraph, side)]
            for side in (0, 1)
        ]
        for bead in found.alignment.beads:
            alone = not (bead.sources and bead.targets)
            counts["sentences"] += len(bead.sources) + len(bead.targets)
            counts["alone"] += alone
            if not alone:
                counts["pairs"] += 1
                sides = [
                    {segments[side][n] for n in places}
                    for side, places in enumerate((bead.sources, bead.targets))
                ]
                counts["across"] += sides[0] != sides[1]
    print(
        f"sentences: {counts['alone']} of {counts['sentences']} alone "
        f"({counts['alone'] / counts['sentences']:.4f}); {counts['across']} of {counts['pairs']} "
        f"beads across segments ({counts['across'] / counts['pairs']:.4f})"
    )


def _segments(paragraph: Paragraph, side: int) -> Iterator[int]:
    """Yield for each sentence of a paragraph the segment it begins in."""
    text = join(paragraph, side)
    ends = np.cumsum([len(segment[side].strip()) + side for segment in paragraph])
    start = 0
    for sentence in language(("zh", "en")[side]).split_sentences(text):
        start = text.index(sentence, start)
        yield int(np.searchsorted(ends, start, side="right"))
        start += len(sentence)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wmt22", type=Path)
    parser.add_argument("--chosen", action="store_true")
    options = parser.parse_args()
    part = slice(0, WMT22_FITTED) if options.chosen else slice(WMT22_FITTED, None)
    documents = list(read_documents(options.wmt22, part))
    embed = remembering()
    measure_outputs(documents, embed)
    measure_sentences(documents, embed)


if __name__ == "__main__":
    main()
