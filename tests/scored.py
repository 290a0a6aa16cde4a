"""A small run, scored without a command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import mteval
from mteval.corpus.layout import load_plain_systems, load_plain_test_set

__all__ = ["write_scored"]


def write_scored(folder: Path, texts: Mapping[str, str], run: str) -> None:
    """Write texts, of them s.txt, r.txt, x.txt and y.txt, and a run of them in results/."""
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    test_set = load_plain_test_set(folder / "s.txt", [folder / "r.txt"])
    systems = load_plain_systems([folder / "x.txt", folder / "y.txt"], test_set)
    evaluation = mteval.evaluate(test_set, systems, ["bleu"], samples=40)
    made, _ = mteval.write_run(evaluation, folder / "results")
    made.rename(made.with_name(run))
