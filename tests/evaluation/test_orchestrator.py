"""Evaluations as a whole: the scores of the shipped systems, what a run is known by, its frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.ter import TER

import mteval
from mteval.corpus.model import SystemOutput
from tests.conftest import ROOT
from tests.evaluation.texts import TEST_SET, X, Y


def test_documents_and_systems_score_as_sacrebleu_scores_them() -> None:
    evaluation = mteval.evaluate(
        ROOT / "references",
        [ROOT / "systems" / "llm-glossary"],
        ["bleu", "ter"],
    )
    references: list[str] = []
    hypotheses: list[str] = []
    for row in evaluation.document_rows():
        document = row["document"]
        reference = (ROOT / "references" / f"{document}.en.txt").read_text("utf-8").splitlines()
        hypothesis = (
            (ROOT / "systems" / "llm-glossary" / f"{document}.txt").read_text("utf-8").splitlines()
        )
        assert row["segments"] == len(reference)
        assert row["bleu"] == pytest.approx(
            BLEU().corpus_score(hypothesis, [reference]).score, abs=1e-9
        )
        assert row["ter"] == pytest.approx(
            TER().corpus_score(hypothesis, [reference]).score, abs=1e-9
        )
        references += reference
        hypotheses += hypothesis
    [row] = evaluation.system_rows()
    assert row["segments"] == 26
    assert row["bleu"] == pytest.approx(
        BLEU().corpus_score(hypotheses, [references]).score, abs=1e-9
    )


def test_the_same_inputs_have_the_same_fingerprint_and_others_another() -> None:
    def fingerprint(output: SystemOutput, *metrics: str) -> str:
        return mteval.evaluate(TEST_SET, [output], metrics).fingerprint()

    again = SystemOutput("x", dict(X.documents))
    other = SystemOutput("x", {**X.documents, "e": ("a third naval exercise.",)})
    assert fingerprint(X, "bleu") == fingerprint(again, "bleu")
    assert len({fingerprint(X, "bleu"), fingerprint(other, "bleu"), fingerprint(X, "chrf")}) == 3


def test_frames_have_a_column_a_metric() -> None:
    evaluation = mteval.evaluate(TEST_SET, [X, Y], ["bleu", "chrf"], allow_missing=True)
    systems = evaluation.frame("system")
    assert isinstance(systems, pd.DataFrame)
    assert list(systems["system"]) == ["x", "y"]
    segments = evaluation.frame("segment")
    assert list(segments.columns) == [
        *("system", "document", "segment", "source", "hypothesis", "reference"),
        *("bleu", "chrf", "flags"),
    ]
    assert len(segments) == 5
    np.testing.assert_array_equal(
        segments["chrf"],
        np.concatenate([s[~np.isnan(s)] for s in evaluation.scores["chrf"]["segment"]]),
    )
