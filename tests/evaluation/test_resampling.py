"""Intervals and ranks of systems."""

from __future__ import annotations

import pytest

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import UsageError
from tests.conftest import ROOT
from tests.evaluation.texts import TEST_SET, X, Y


def test_system_scores_have_intervals_and_ranks() -> None:
    systems = [ROOT / "systems" / name for name in ("llm-fluent", "llm-glossary", "llm-literal")]
    evaluation = mteval.evaluate(ROOT / "references", systems, ["chrf"])
    rows = evaluation.system_rows()
    for row in rows:
        low, high = row["chrf_ci"]
        assert low < row["chrf"] < high
        low, high = row["term_accuracy_ci"]
        assert 0 <= low <= row["term_accuracy"] <= high <= 1
    assert [row["chrf_rank"] for row in rows] == [1, 2, 3]
    assert evaluation.resampling == {"samples": 1000, "seed": 12345, "unit": "segments"}
    documents = mteval.evaluate(ROOT / "references", systems, ["chrf"], resample="documents")
    assert documents.system_rows()[0]["chrf_ci"] != rows[0]["chrf_ci"]
    assert documents.fingerprint() != evaluation.fingerprint()
    none = mteval.evaluate(ROOT / "references", systems, ["chrf"], samples=0).system_rows()[0]
    assert (none["chrf_ci"], none["chrf_rank"]) == (None, None)
    with pytest.raises(UsageError, match="too few to tell"):
        mteval.evaluate(ROOT / "references", systems, ["chrf"], samples=5)


def test_incomplete_systems_have_no_rank() -> None:
    evaluation = mteval.evaluate(TEST_SET, [X, Y], ["chrf"], allow_missing=True)
    by_name = {row["system"]: row for row in evaluation.system_rows()}
    assert by_name["x"]["chrf_rank"] is None  # with nobody to be ranked among
    assert by_name["y"]["chrf_rank"] is None


def test_fifteen_systems_are_ranked() -> None:
    texts = [f"the {n} ships of the navy sailed to port {n}" for n in range(60)]
    test_set = TestSet((Document.from_columns("d", None, [texts]),))
    systems = [
        # More or fewer wrong words by segment, so that resamples differ.
        SystemOutput(
            f"s{k:02}",
            {"d": tuple(f"{text}{' wrong' * k * (1 + n % 3)}" for n, text in enumerate(texts))},
        )
        for k in range(15)
    ]
    evaluation = mteval.evaluate(test_set, systems, ["chrf"], checks=False)
    ranks = [row["chrf_rank"] for row in evaluation.system_rows()]
    assert ranks == list(range(1, 16))
    assert evaluation.resampling["rank_samples"] == 4200
    # The intervals are those of 1,000 resamples, as with fewer systems.
    two = mteval.evaluate(test_set, systems[:2], ["chrf"], checks=False)
    assert two.system_rows()[1]["chrf_ci"] == evaluation.system_rows()[1]["chrf_ci"]
    assert two.resampling == {"samples": 1000, "seed": 12345, "unit": "segments"}


def test_systems_too_many_to_rank_are_resampled_no_more_than_few() -> None:
    texts = ["the ships sailed to port", "and came back at noon"]
    test_set = TestSet((Document.from_columns("d", None, [texts]),))
    systems = [SystemOutput(f"s{k:02}", {"d": (texts[0][:k], texts[1])}) for k in range(1, 47)]
    evaluation = mteval.evaluate(test_set, systems, ["chrf"], samples=50, checks=False)
    assert not evaluation.ranks
    assert evaluation.resampling == {"samples": 50, "seed": 12345, "unit": "segments"}
    [note] = [note for note in evaluation.notes if "too many to rank" in note]
    assert "46 systems" in note
