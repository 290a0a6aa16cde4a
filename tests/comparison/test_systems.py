"""Comparisons say what sacrebleu's tests say, and what that means."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import mt_thresholds
import numpy as np
import pytest

import mteval
from mteval.comparison.systems import compare
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import MismatchError, UsageError
from mteval.statistics.metric_deltas import meaningful_difference
from tests.conftest import ROOT, Run

FLUENT, GLOSSARY, LITERAL = (
    ROOT / "systems" / name for name in ("llm-fluent", "llm-glossary", "llm-literal")
)


def known(value: float | None) -> float:
    assert value is not None
    return value


@pytest.fixture(scope="module")
def evaluation() -> mteval.Evaluation:
    return mteval.evaluate(
        ROOT / "references", [GLOSSARY, FLUENT, LITERAL], ["bleu", "chrf", "ter"]
    )


def test_each_system_is_tested_against_the_first(evaluation: mteval.Evaluation) -> None:
    found = compare(evaluation)
    pairs = {(row.baseline, row.system) for row in found.rows}
    assert pairs == {("llm-glossary", "llm-fluent"), ("llm-glossary", "llm-literal")}
    by_key = {(row.system, row.metric): row for row in found.rows}
    fluent, literal = by_key["llm-fluent", "chrf"], by_key["llm-literal", "chrf"]
    assert (fluent.verdict, literal.verdict) == ("better", "worse")
    # Of TER less is better.
    assert known(by_key["llm-literal", "ter"].delta) > 0
    assert by_key["llm-literal", "ter"].verdict == "worse"
    for row in found.rows:
        assert row.delta == pytest.approx(known(row.score) - known(row.baseline_score))
        assert row.wins + row.ties + row.losses <= 26
        low, high = map(known, row.delta_ci)
        assert low < known(row.delta) < high
        assert 0 < known(row.p_value) <= known(row.p_adjusted) <= 1
    assert fluent.agreement == pytest.approx(mt_thresholds.accuracy(fluent.delta, "chrf") / 100)
    assert by_key["llm-fluent", "ter"].agreement is None
    assert found.ranks == []


def test_all_pairs_are_corrected_and_ranked(evaluation: mteval.Evaluation) -> None:
    found = compare(evaluation, all_pairs=True, test="randomization", samples=1000)
    assert len(found.rows) == 3 * len(evaluation.metrics)
    ranks = {(row.system, row.metric): row.rank for row in found.ranks}
    assert [ranks[name, "chrf"] for name in ("llm-fluent", "llm-glossary", "llm-literal")] == [
        *(1, 2, 3),
    ]
    by_metric = [row for row in found.rows if row.metric == "bleu"]
    smallest = min(by_metric, key=lambda row: known(row.p_value))
    assert smallest.p_adjusted == pytest.approx(min(1, 3 * known(smallest.p_value)))


def test_documents_and_lengths_add_up(evaluation: mteval.Evaluation) -> None:
    found = compare(evaluation)
    documents = [r for r in found.documents if r.metric == "bleu" and r.system == FLUENT.name]
    expected = {
        row["document"]: row["bleu"]
        for row in evaluation.document_rows()
        if row["system"] == FLUENT.name
    }
    assert {row.document: row.score for row in documents} == expected
    buckets = [r for r in found.buckets if r.metric == "bleu" and r.system == FLUENT.name]
    assert sum(row.segments for row in buckets) == 26
    # The segments that differ most do, and the diff holds both texts.
    [first, *_] = [r for r in found.segments if r.metric == "chrf"]
    largest = np.abs(
        evaluation.scores["chrf"]["segment"][1] - evaluation.scores["chrf"]["segment"][0]
    ).max()
    assert abs(known(first.score) - known(first.baseline_score)) == pytest.approx(largest)


def test_terms_that_changed_are_named(evaluation: mteval.Evaluation) -> None:
    found = compare(evaluation)
    [exercise] = [r for r in found.terms if (r.system, r.source) == (FLUENT.name, "北部·联合")]
    assert exercise.baseline_rendering == "Beibu Unity-2023"
    assert exercise.rendering == "Northern/Interaction-2023"


def test_what_cannot_be_compared_is_refused(evaluation: mteval.Evaluation) -> None:
    alone = mteval.evaluate(ROOT / "references", [FLUENT], ["bleu"])
    with pytest.raises(UsageError, match="a baseline and another system"):
        compare(alone)
    with pytest.raises(UsageError, match="too few to tell"):
        compare(evaluation, samples=3)
    one = TestSet((Document.from_columns("d", ["甲"], [["one"]]),))
    outputs = [SystemOutput(name, {"d": ("one",)}) for name in ("x", "y")]
    with pytest.raises(UsageError, match="the test set is one segment"):
        compare(mteval.evaluate(one, outputs, ["chrf"]))
    two = TestSet(
        (
            Document.from_columns("d", ["甲"], [["one"]]),
            Document.from_columns("e", ["乙"], [["two"]]),
        )
    )
    short = [SystemOutput("x", {"d": ("one",), "e": ("two",)}), SystemOutput("y", {"d": ("one",)})]
    with pytest.raises(MismatchError, match="system y lacks segments"):
        compare(mteval.evaluate(two, short, ["chrf"], allow_missing=True))


def test_whole_documents_are_resampled(evaluation: mteval.Evaluation) -> None:
    by_documents = compare(evaluation, resample="documents")
    assert by_documents.settings.units == 4
    segments = {(r.system, r.metric): r for r in compare(evaluation).rows}
    for row in by_documents.rows:
        same = segments[row.system, row.metric]
        assert row.score == same.score
        assert row.ci != same.ci


def test_few_segments_are_called_so() -> None:
    lines = [f"segment number {n} of the text" for n in range(6)]
    test_set = TestSet((Document.from_columns("d", ["甲"] * 6, [lines]),))
    near = [*lines[:5], "quite another line"]
    outputs = [SystemOutput("x", {"d": tuple(lines)}), SystemOutput("y", {"d": tuple(near)})]
    [row] = compare(mteval.evaluate(test_set, outputs, ["chrf"])).rows
    assert row.verdict == "too few segments to tell"
    assert known(row.detectable) > known(meaningful_difference("chrf", None, 0.8))


def test_what_hardly_differs_is_not_called_better() -> None:
    lines = [f"segment number {n} of this text" for n in range(26)]
    test_set = TestSet((Document.from_columns("d", ["甲"] * 26, [lines]),))
    near = ("segment number naught of this text", *lines[1:])
    outputs = [
        SystemOutput(name, {"d": tuple(texts)})
        for name, texts in (("x", near), ("same", near), ("one better", lines))
    ]
    evaluation = mteval.evaluate(test_set, outputs, ["bleu", "chrf"])
    for test in ("bootstrap", "randomization"):
        for row in compare(evaluation, test=test).rows:
            assert row.verdict in ("no difference shown", "too few segments to tell")
    assert {row["chrf_rank"] for row in evaluation.system_rows()} == {1}


def test_rare_terms_are_tested_all_the_same() -> None:
    sources = ["北部·联合", *["今天天气很好"] * 25]
    references = ["Northern/Interaction", *["The weather is fine today"] * 25]
    test_set = TestSet((Document.from_columns("d", sources, [references]),))
    outputs = [
        SystemOutput("x", {"d": ("Beibu Unity", *references[1:])}),
        SystemOutput("y", {"d": tuple(references)}),
    ]
    evaluation = mteval.evaluate(
        test_set, outputs, ["chrf"], terms=ROOT / "references" / "terms.csv"
    )
    [row] = [r for r in compare(evaluation).rows if r.metric == "term_accuracy"]
    assert (row.delta, row.verdict) == (1.0, "too few segments to tell")


def test_the_command_compares(mteval: Run, tmp_path: Path) -> None:
    for name in ("references", "systems"):
        shutil.copytree(ROOT / name, tmp_path / name)
    arguments = ("compare", "systems/llm-glossary", "systems/llm-fluent", "-m", "bleu")
    done = mteval(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["comparisons"]
    assert {
        *("system", "baseline", "metric", "score", "baseline_score", "delta", "p_value"),
        *("mean", "ci"),
    } <= set(rows[0])
    assert not (tmp_path / "results").exists()
    table = mteval(*arguments).stdout
    assert "Comparison with llm-glossary" in table
    assert "Beibu Unity-2023 (deprecated)" in table
    done = mteval("compare", "systems/llm-glossary", "-m", "bleu")
    assert done.returncode == 2
    assert done.stderr.count("\n") <= 2


def test_the_gate_opens_and_shuts(mteval: Run, tmp_path: Path) -> None:
    for name in ("references", "systems"):
        shutil.copytree(ROOT / name, tmp_path / name)
    score = ("score", "systems/llm-fluent", "systems/llm-glossary", "-m", "chrf", "-m", "bleu")
    assert mteval(*score).returncode == 0
    path = tmp_path / "systems/llm-fluent/mnd-2023-12-28-military-diplomacy.txt"
    text = path.read_text("utf-8").replace("Northern/Interaction-2023", "Beibu Unity-2023")
    path.write_text(text.replace("the ", ""), "utf-8")
    (tmp_path / "systems/llm-glossary").rename(tmp_path / "kept")
    shutil.copytree(ROOT / "systems/llm-literal", tmp_path / "systems/llm-glossary")
    assert mteval(*score).returncode == 0
    before, after = sorted(p.name for p in (tmp_path / "results").iterdir())
    done = mteval(
        *("gate", after, "--baseline", before, "--max-drop", "chrf=0.5"),
        *("--fail-on", "deprecated", "--must-pass", "北部·联合"),
    )
    assert done.returncode == 1
    assert "failed: llm-glossary: chrf fell by" in done.stdout
    assert "failed: llm-fluent: 北部·联合 is deprecated, 'Beibu Unity-2023'" in done.stdout
    assert "failed: llm-fluent: 北部·联合 must be right and is deprecated" in done.stdout
    same = mteval("gate", f"results/{before}", "--baseline", before, "--max-drop", "chrf=0")
    assert (same.returncode, same.stdout) == (0, f"{before} passes\n")
    found = json.loads(mteval("gate", after, "--fail-on", "deprecated", "--json").stdout)
    assert not found["passed"]
    assert {failure["kind"] for failure in found["failures"]} == {"rendering"}
    assert mteval("score", "systems/llm-fluent", "-m", "chrf", "-m", "bleu").returncode == 0
    [fewer] = {p.name for p in (tmp_path / "results").iterdir()} - {before, after}
    done = mteval("gate", fewer, "--baseline", before, "--max-drop", "chrf=99")
    assert done.returncode == 1
    assert "failed: llm-glossary: " in done.stdout
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "run.json").write_text("{}")
    for arguments, message in (
        (("old", "--baseline", before, "--max-drop", "chrf=1"), "not the record of a run"),
        (("old", "--fail-on", "deprecated"), "scored without terms"),
        ((after,), "nothing to judge by"),
        ((after, "--max-drop", "chrf=0.5"), "name one with --baseline"),
        ((after, "--baseline", before, "--max-drop", "chrf"), "is not a metric and points"),
        ((after, "--baseline", before, "--max-drop", "ter=1"), "has no scores of 'ter'"),
        ((after, "--fail-on", "preferred"), "not a verdict of a wrong rendering"),
        ((after, "--must-pass", "nothing"), "no such term occurs"),
        (("nowhere", "--fail-on", "deprecated"), "there is no such run"),
    ):
        refused = mteval("gate", *arguments)
        assert refused.returncode == 2, arguments
        assert message in refused.stderr
        assert refused.stderr.count("\n") == 1
