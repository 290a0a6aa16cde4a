"""Measure how lengths of two languages compare, as each use of mteval.languages.pair counts them.

    python -m benchmarks.length_ratios SOURCE TARGET [--languages zh-en]

SOURCE and TARGET are files of a segment a line, as sacrebleu has them:

    sacrebleu -t wmt21 -l zh-en --echo src > wmt21.zh
    sacrebleu -t wmt21 -l zh-en --echo ref > wmt21.en
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import median

from mteval.languages.pair import LengthRatios, length_ratios
from mteval.languages.registry import language
from mteval.languages.text import fold_spaces


def main() -> None:
    """Print the ratios measured, and those in use."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--languages", default="zh-en")
    given = parser.parse_args()
    from_language, to_language = map(language, given.languages.split("-"))
    sources = read(given.source)
    pairs = [pair for pair in zip(sources, read(given.target), strict=True) if all(pair)]
    letters = [from_language.count_letters(source) for source, _ in pairs]
    counted = [(*pair, n) for pair, n in zip(pairs, letters, strict=True) if n]
    measured = LengthRatios(
        alignment=median((len(target) - len(source) + n) / n for source, target, n in counted),
        checks=median(
            (len(target) - sum(c.isascii() for c in source)) / n for source, target, n in counted
        ),
        terms=median(len(target) / len(source) for source, target in pairs),
        words=sum(letters) / sum(to_language.count_words(target) for _, target in pairs),
    )
    used = length_ratios(from_language, to_language)
    print(f"{len(pairs)} segments, {given.languages}")
    for name in ("alignment", "checks", "terms", "words"):
        print(f"{name:10} measured {getattr(measured, name):.2f}, used {getattr(used, name)}")


def read(path: Path) -> list[str]:
    """Return the lines of a file, white space folded."""
    return [fold_spaces(line) for line in path.read_text("utf-8").split("\n")[:-1]]


if __name__ == "__main__":
    main()
