"""Measure what `mteval ingest` makes of damaged pages that it was not fitted on.

    python -m benchmarks.alignment_pages                    F1 by pair, by damage and layout
    python -m benchmarks.alignment_pages --last             the same on the pages kept for the last
    python -m benchmarks.alignment_pages --errors           each wrong and each missing pair as well

The texts are those of benchmarks/alignment_unseen.tsv: annual reports and press conferences in
traditional and simplified Chinese, none of which the weights (mteval/alignment/weights.py) were
fitted on. One of several fits was chosen by those that are not marked @; what is marked so was
looked at when all else was settled.
Each is damaged at random: paragraphs deleted (one on one side, two on the other),
merged by two or three, added, or all of it; and laid out in turns, as two blocks, two files or a
table. A pair counts where both of its texts are those of the truth.
"""

from __future__ import annotations

import argparse
import html
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mteval.ingest.pipeline import ingest_page
from mteval.languages.encoder import Embed, remembering, sentence_encoder
from mteval.languages.text import fold_spaces

TEXTS = Path(__file__).resolve().parent / "alignment_unseen.tsv"
LAST = "@"
DAMAGES = ("deleted", "merged", "added", "mixed")
LAYOUTS = ("in turns", "Chinese first", "English first", "two files", "table")

Pair = tuple[str, str]


class Item(NamedTuple):
    """What is one segment: its paragraphs in either language."""

    zh: tuple[str, ...]
    en: tuple[str, ...]


def read_texts(last: bool) -> dict[str, list[Pair]]:
    """Read the paragraphs of each page."""
    texts: dict[str, list[Pair]] = defaultdict(list)
    for line in TEXTS.read_text("utf-8").splitlines():
        name, zh, en = line.split("\t")
        if name.startswith(LAST) == last:
            texts[name].append((fold_spaces(zh), fold_spaces(en)))
    return dict(texts)


def damage(
    pairs: Sequence[Pair], others: Sequence[Pair], kind: str, rng: np.random.Generator
) -> list[Item]:
    """Damage a page; a segment without paragraphs in one language is none."""
    items = [Item((zh,), (en,)) for zh, en in pairs]
    if kind in ("merged", "mixed"):
        for _ in range(1 if kind == "mixed" else int(rng.integers(1, 3))):
            size = int(rng.integers(2, 4))
            places = [
                n
                for n in range(len(items) - size + 1)
                if all(len(item.zh) == len(item.en) == 1 for item in items[n : n + size])
            ]
            n = int(rng.choice(places))
            zh = tuple(item.zh[0] for item in items[n : n + size])
            en = tuple(item.en[0] for item in items[n : n + size])
            merged = Item(("".join(zh),), en) if rng.random() < 0.5 else Item(zh, (" ".join(en),))
            items[n : n + size] = [merged]
    if kind in ("deleted", "mixed"):
        plain = [n for n, item in enumerate(items) if len(item.zh) == len(item.en) == 1]
        one, *two = rng.choice(plain, 3, replace=False).tolist()
        if rng.random() < 0.3:
            # Next to each other, what is left may look like a pair.
            two[0] = max(plain, key=lambda n: (n != one) - abs(n - one) + 0.5 * (n > one))
        side = int(rng.integers(2))
        for n in {one, *two}:
            gone = side if n == one else 1 - side
            items[n] = Item((), items[n].en) if gone == 0 else Item(items[n].zh, ())
    if kind in ("added", "mixed"):
        side = int(rng.integers(2))
        for _ in range(1 if kind == "mixed" else int(rng.integers(1, 4))):
            text = others[int(rng.integers(len(others)))][side]
            if rng.random() < 0.5:
                text = pairs[int(rng.integers(len(pairs)))][side]
                if re.search(r"\d\d", text):
                    text = re.sub(
                        r"\d", lambda match: str((int(match[0]) + rng.integers(1, 9)) % 9 + 1), text
                    )
                else:
                    text = others[int(rng.integers(len(others)))][side]
            added = Item((text,), ()) if side == 0 else Item((), (text,))
            items.insert(int(rng.integers(1, len(items) + 1)), added)
    return items


def lay_out(items: Sequence[Item], layout: str, folder: Path) -> list[Path]:
    """Write the page, or the two files."""
    zh = [text for item in items for text in item.zh]
    en = [text for item in items for text in item.en]
    files = {"page.txt": "\n\n".join((*zh, *en))}
    if layout == "in turns":
        files = {"page.txt": "\n\n".join(text for item in items for text in (*item.zh, *item.en))}
    elif layout == "English first":
        files = {"page.txt": "\n\n".join((*en, *zh))}
    elif layout == "two files":
        files = {"page.zh.txt": "\n\n".join(zh), "page.en.txt": "\n\n".join(en)}
    elif layout == "table":
        rows = (
            f"<tr><td>{_paragraphs(item.zh)}</td><td>{_paragraphs(item.en)}</td></tr>"
            for item in items
        )
        files = {"page.html": f"<meta charset=utf-8><table>{''.join(rows)}</table>"}
    for name, text in files.items():
        (folder / name).write_text(text + "\n", "utf-8")
    return [folder / name for name in files]


def _paragraphs(texts: Sequence[str]) -> str:
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts)


def measure(texts: dict[str, list[Pair]], seed: int, embed: Embed, *, errors: bool) -> None:
    """Print F1 by pair for each damage, layout and text."""
    rng = np.random.default_rng(seed)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, pairs in texts.items():
        others = [pair for other, own in texts.items() if other != name for pair in own]
        for kind in DAMAGES:
            for layout in LAYOUTS:
                items = damage(pairs, others, kind, rng)
                with tempfile.TemporaryDirectory() as folder:
                    paths = lay_out(items, layout, Path(folder))
                    second = paths[1] if len(paths) > 1 else None
                    result = ingest_page(paths[0], translation=second, embed=embed)
                found = Counter(
                    (segment.source or "", segment.references[0])
                    for segment in result.document.segments
                )
                true = Counter(
                    ("".join(item.zh), " ".join(item.en)) for item in items if item.zh and item.en
                )
                right = (found & true).total()
                for key in ("all", kind, layout, name):
                    counts[key].update(
                        right=right,
                        found=found.total(),
                        true=true.total(),
                        pages=1,
                        perfect=int(found == true),
                    )
                if errors and found != true:
                    print(f"{name}, {kind}, {layout}")
                    confidences = {
                        (segment.source, segment.references[0]): kept.confidence
                        for segment, kept in zip(
                            result.document.segments, result.report.kept, strict=True
                        )
                    }
                    for pair in found - true:
                        print(f"  wrong {confidences[pair]:.2f}: {pair[0]} | {pair[1]}")
                    for zh, en in true - found:
                        print(f"  missing: {zh} | {en}")
    for key, n in counts.items():
        f1 = 2 * n["right"] / (n["found"] + n["true"])
        print(
            f"{key:14} {n['pages']:4} pages, {n['true']:5} pairs: F1 {f1:.4f}; "
            f"{n['perfect']} pages all right"
        )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--last", action="store_true")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    embed = remembering(sentence_encoder())
    measure(read_texts(arguments.last), arguments.seed, embed, errors=arguments.errors)


if __name__ == "__main__":
    main()
