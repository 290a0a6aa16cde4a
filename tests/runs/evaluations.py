"""An evaluation that has all that one may have, made once a process."""

from __future__ import annotations

import dataclasses
import functools
import tempfile
from pathlib import Path

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.evaluation import Evaluation
from mteval.runs.schema.rows import ErrorSpan

TERMS = """concept,source,target,status,severity,note
defence,国防部,Ministry of National Defense,preferred,critical,
exercise,演习,exercise,preferred,minor,
exercise,演习,drill,deprecated,minor,
"""


@functools.cache
def rich_evaluation() -> Evaluation:
    """Evaluate three systems, one of which lacks a document, on documents of two domains.

    It has all that an evaluation may have: terms, two references, intervals, ranks, flags, spans.
    """
    test_set = TestSet(
        (
            Document.from_columns(
                "d",
                ["国防部发言。", '演习,"结束"。'],
                [["The Ministry of National Defense spoke.", "The exercise ended."]] * 2,
                domain="news",
                date="2023-11-30",
            ),
            Document.from_columns("e", ["结束。"], [["It ended."], ["It is over."]]),
            Document.from_columns(
                "f", ["演习。", "好。", "坏。"], [["Exercise.", "Good.", "Bad."]] * 2, domain="news"
            ),
        )
    )
    whole = {
        "d": ("The Defence Ministry spoke.", "The drill ended."),
        "e": ("It ended.",),
        "f": ("Exercise.", "Fine.", ""),
    }
    outputs = [
        SystemOutput("x", whole),
        SystemOutput("y", {**whole, "d": ("Someone said.", "The exercise ended.")}),
        SystemOutput("part", {"d": whole["d"], "f": whole["f"]}),
    ]
    with tempfile.TemporaryDirectory() as folder:
        terms = Path(folder) / "terms.csv"
        terms.write_text(TERMS, "utf-8")
        found = mteval.evaluate(
            test_set, outputs, ["chrf", "bleu"], terms=terms, samples=60, allow_missing=True
        )
    spans = [
        ErrorSpan(start=0, end=3, text="The", severity="minor", confidence=0.5),
        ErrorSpan(start=4, end=9, text="drill", severity="major", confidence=0.25, reference=1),
    ]
    return dataclasses.replace(
        found,
        flags={"odd": {(1, 3): "first of f", (0, 0): "first of d", (2, 5): "last"}, "none": {}},
        error_spans={"bleu": {(2, 1): spans, (0, 2): spans[:1]}, "chrf": {}},
    )
