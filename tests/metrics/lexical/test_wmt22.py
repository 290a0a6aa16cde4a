"""WMT22's published automatic scores of the general task zh-en, to 1e-9.

Source: the scores that the task published (Kocmi et al. 2022, Findings of the 2022 Conference on
Machine Translation), in official-scores.tsv. bleu-A and chrf-A are against reference A, -B against
B, -all against both. WMT gave B before A; the order matters to chrF where both references score
alike for a segment (in practice, at 0), as sacrebleu takes the first.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mteval.corpus.layout import load_plain_systems, load_plain_test_set
from mteval.evaluation.orchestrator import evaluate

REFERENCES = {"A": ["ref.A.en"], "B": ["ref.B.en"], "all": ["ref.B.en", "ref.A.en"]}


@pytest.mark.parametrize("references", REFERENCES)
def test_all_systems_score_as_published(wmt22: Path, references: str) -> None:
    with (wmt22 / "official-scores.tsv").open(encoding="utf-8") as file:
        published = {
            (row["system"], row["metric"]): float(row["score"])
            for row in csv.DictReader(file, delimiter="\t")
        }
    test_set = load_plain_test_set(
        wmt22 / "src.zh", [wmt22 / name for name in REFERENCES[references]]
    )
    systems = load_plain_systems(sorted((wmt22 / "systems").iterdir()), test_set)
    assert len(systems) == 12
    rows = evaluate(test_set, systems, ["bleu", "chrf"]).system_rows()
    for row in rows:
        for metric in ("bleu", "chrf"):
            expected = published[row["system"], f"{metric}-{references}"]
            assert row[metric] == pytest.approx(expected, rel=0, abs=1e-9), (row, metric)
