from __future__ import annotations

import io

import pandas as pd

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.evaluation import Evaluation


def test_a_notebook_shows_the_scores_of_systems(evaluation: Evaluation) -> None:
    [shown] = pd.read_html(io.StringIO(evaluation._repr_html_()))
    assert list(shown.columns) == ["system", "segments", "chrF ↑", "BLEU ↑", "Terms ↑"]
    rows = evaluation.system_rows()
    for row, cells in zip(rows, shown.itertuples(index=False, name=None), strict=True):
        has = str(row["segments"]) if row["system"] != "part" else "5/6"
        assert cells[:2] == (row["system"], has)
        for cell, name in zip(cells[2:4], ("chrf", "bleu"), strict=True):
            half = (row[f"{name}_ci"][1] - row[f"{name}_ci"][0]) / 2
            # A system that lacks segments has no rank.
            rank = "" if row["system"] == "part" else f" ({row[f'{name}_rank']})"
            assert cell == f"{row[name]:.1f} ±{half:.1f}{rank}"
    assert repr(evaluation) == (
        "<Evaluation of x, y, part: 3 documents, 6 segments, chrf, bleu, term_accuracy>"
    )


def test_a_notebook_shows_names_as_they_are() -> None:
    test_set = TestSet((Document.from_columns("d", None, [["one"]]),))
    name = "<script>alert(1)</script>" + "x" * 80
    shown = mteval.evaluate(test_set, [SystemOutput(name, {"d": ("one",)})], ["chrf"])._repr_html_()
    assert "<script" not in shown
    assert "x" * 80 in shown


def test_terms_are_frames_too(evaluation: Evaluation) -> None:
    terms = evaluation.frame("term")
    occurrences = evaluation.frame("occurrence")
    assert len(terms) == len(evaluation.terms)
    assert terms["occurrences"].sum() == len(occurrences)
    systems = evaluation.frame("system").set_index("system")
    right = terms[terms["kind"] == "system"].groupby("system")[["right", "occurrences"]].sum()
    expected = (right["right"] / right["occurrences"]).to_dict()
    assert systems["term_accuracy"].to_dict() == expected
    assert (systems["bleu_ci_low"] <= systems["bleu"]).all()
    assert list(systems["missing_documents"]) == ["", "", "e"]
