from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

import mteval
from mteval.corpus.layout import load_test_set
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError, MismatchError, UnavailableError, UsageError
from tests.conftest import ROOT

TEST_SET = TestSet(
    (
        Document.from_columns("d", ["甲", "乙"], [["the first speech ended", "a second one"]]),
        Document.from_columns("e", ["丙"], [["one third joint naval exercise"]]),
    )
)
X = SystemOutput("x", {"d": ("the first speech ended", ""), "e": ("a third naval exercise",)})
Y = SystemOutput("y", {"d": ("a first talk", "a second one")})


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


def test_a_missing_document_has_no_score_and_is_said() -> None:
    with pytest.raises(MismatchError, match="system y lacks e"):
        mteval.evaluate(TEST_SET, [X, Y])
    evaluation = mteval.evaluate(TEST_SET, [X, Y], ["chrf"], allow_missing=True)
    rows = {(row["system"], row["document"]): row for row in evaluation.document_rows()}
    assert rows["y", "e"]["chrf"] is None
    assert rows["y", "e"]["segments"] == 0
    systems = {row["system"]: row for row in evaluation.system_rows()}
    assert systems["y"]["segments"] == 2
    assert systems["y"]["missing_documents"] == ["e"]
    assert systems["y"]["chrf"] == rows["y", "d"]["chrf"]
    assert math.isnan(evaluation.scores["chrf"]["segment"][1, 2])
    assert any("y lacks e" in note for note in evaluation.notes)


def test_an_empty_hypothesis_is_scored_and_counted() -> None:
    evaluation = mteval.evaluate(TEST_SET, [X], ["chrf"])
    [row] = evaluation.system_rows()
    assert row["empty_hypotheses"] == 1
    assert evaluation.scores["chrf"]["segment"][0, 1] == 0.0
    assert any("x has 1 empty hypothesis (d:2)" in note for note in evaluation.notes)


def test_two_outputs_of_one_name_are_refused() -> None:
    with pytest.raises(MismatchError, match="system x is given twice"):
        mteval.evaluate(TEST_SET, [X, X])
    with pytest.raises(UsageError, match="no metric 'blu'"):
        mteval.evaluate(TEST_SET, [X], ["blu"])


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


def test_progress_is_told_for_every_metric(tmp_path: Path) -> None:
    told: dict[str, list[tuple[int, int]]] = {}
    mteval.evaluate(
        TEST_SET,
        [X],
        ["bleu", "ter"],
        progress=lambda spec: lambda *step: told.setdefault(spec.name, []).append(step),
    )
    assert set(told) == {"bleu", "ter"}
    for steps in told.values():
        assert steps == sorted(steps)
        assert steps[-1] == (3, 3)


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


def test_outputs_are_checked_before_they_are_believed() -> None:
    references = ["About 700 people came on 26 October.", "The two sides met in the capital again."]
    test_set = TestSet(
        (
            Document.from_columns(
                "d", ["10月26日来了约700人。", "双方在首都再次会晤。"], [references]
            ),
        )
    )
    broken = SystemOutput(
        "x", {"d": ("About 7,000 people came on 26 October.", "双方在首都再次会晤。")}
    )
    evaluation = mteval.evaluate(test_set, [broken], ["chrf"])
    [row] = evaluation.system_rows()
    assert {name: count for name, count in row["flags"].items() if count} == {
        "number": 1,
        "copy": 1,
    }
    flags = {(r["flag"], r["segment"]): r["detail"] for r in evaluation.flag_rows()}
    assert "700" in flags["number", 1]
    assert evaluation.frame("segment")["flags"].tolist() == ["number", "copy"]
    unchecked = mteval.evaluate(test_set, [broken], ["chrf"], checks=False)
    assert unchecked.system_rows()[0]["flags"] == {}


def test_fifteen_systems_are_ranked() -> None:
    texts = [f"the {n} ships of the navy sailed to port {n}" for n in range(60)]
    test_set = TestSet((Document.from_columns("d", None, [texts]),))
    systems = [
        SystemOutput(f"s{k:02}", {"d": tuple(f"{text}{' wrong' * k}" for text in texts)})
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


def test_domains_are_scored_over_their_documents() -> None:
    documents = [
        Document.from_columns("a", ["甲", "乙"], [["the first speech ended", "a second one"]]),
        Document.from_columns("b", ["丙"], [["one third joint naval exercise"]]),
        Document.from_columns("c", ["丁"], [["the fourth and last of them"]]),
    ]
    named = ("news", None, "news")
    test_set = TestSet(
        tuple(
            dataclasses.replace(document, domain=domain)
            for document, domain in zip(documents, named, strict=True)
        )
    )
    output = SystemOutput(
        "x",
        {"a": ("a first speech", "second one"), "b": ("naval exercise",), "c": ("the last",)},
    )
    evaluation = mteval.evaluate(test_set, [output], ["chrf", "ter"], samples=0)
    assert evaluation.domains() == ["news", None]
    rows = evaluation.domain_rows()
    assert [(row["domain"], row["documents"], row["segments"]) for row in rows] == [
        ("news", 2, 3),
        (None, 1, 1),
    ]
    hypotheses = ["a first speech", "second one", "the last"]
    references = ["the first speech ended", "a second one", "the fourth and last of them"]
    assert rows[0]["chrf"] == pytest.approx(
        CHRF().corpus_score(hypotheses, [references]).score, abs=1e-9
    )
    assert rows[0]["ter"] == pytest.approx(
        TER().corpus_score(hypotheses, [references]).score, abs=1e-9
    )
    assert evaluation.frame("domain").shape == (2, 6)
    plain = mteval.evaluate(TestSet(tuple(documents)), [output], ["chrf"], samples=0)
    assert plain.domains() == []
    assert plain.domain_rows() == []


def test_outputs_with_other_lines_are_realigned_on_request(tmp_path: Path) -> None:
    document = "mnd-2023-12-28-military-diplomacy"
    lines = (ROOT / "systems" / "llm-fluent" / f"{document}.txt").read_text("utf-8").splitlines()
    test_set = load_test_set(ROOT / "references")
    [wanted] = [d for d in test_set.documents if d.id == document]
    # Two are merged, one is missing, one that nobody asked for stands in the midst.
    changed = [lines[0], " ".join(lines[1:3]), *lines[3:5], "We hope you enjoyed this.", lines[6]]
    output = SystemOutput("x", {document: tuple(changed)})
    one = TestSet((wanted,))
    with pytest.raises(MismatchError):
        mteval.evaluate(one, [output], ["chrf"])
    evaluation = mteval.evaluate(one, [output], ["chrf"], samples=0, realign=True, cache=False)
    [found] = evaluation.hypotheses
    assert found == [*lines[:5], "", lines[6]]
    assert list(evaluation.flags["omitted"]) == [(0, 5)]
    assert sorted(evaluation.flags["realigned"]) == [(0, n) for n in range(7) if n != 5]
    assert (
        f"x {document}: 6 lines were re-aligned to 7 segments; 1 omitted (segment 6), "
        "1 dropped as added (line 5)" in evaluation.notes
    )
    # Whose text was scored can be traced to the files as given.
    assert evaluation.inputs["before_realignment"] != evaluation.inputs["systems"]


def test_as_many_lines_in_other_places_are_realigned_on_request() -> None:
    document = "mnd-2023-12-28-military-diplomacy"
    lines = (ROOT / "systems" / "llm-fluent" / f"{document}.txt").read_text("utf-8").splitlines()
    [wanted] = [d for d in load_test_set(ROOT / "references").documents if d.id == document]
    head, tail = lines[4].split(". ", 1)
    changed = [" ".join(lines[:2]), *lines[2:4], f"{head}.", tail, *lines[5:]]
    assert len(changed) == len(lines)
    for output, realigned in ((changed, True), (lines, False)):
        evaluation = mteval.evaluate(
            TestSet((wanted,)),
            [SystemOutput("x", {document: tuple(output)})],
            ["chrf"],
            samples=0,
            realign=True,
            cache=False,
        )
        assert evaluation.hypotheses == [lines]
        assert bool(evaluation.flags["realigned"]) == realigned
        assert any("7 lines were re-aligned" in note for note in evaluation.notes) == realigned


def test_a_reference_that_is_a_summary_is_flagged(tmp_path: Path) -> None:
    for name, text in {
        "d.zh.txt": "甲\n乙\n",
        "d.en.txt": "one and two and three\nfour and five and six\n",
        "d.toml": "summaries = [2]\n",
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
    output = SystemOutput("x", {"d": ("one and two and three", "four and five and six")})
    evaluation = mteval.evaluate(tmp_path, [output], ["chrf"], samples=0)
    assert list(evaluation.flags["summary-reference"]) == [(0, 1)]
    assert any("the reference of 1 segment is a summary" in note for note in evaluation.notes)
    (tmp_path / "d.toml").write_text("summary = true\n")
    evaluation = mteval.evaluate(tmp_path, [output], ["chrf"], samples=0)
    assert list(evaluation.flags["summary-reference"]) == [(0, 0), (0, 1)]
    for wrong, said in (("[3]", "summaries names segment 3"), ('"2"', r"summaries is '2'")):
        (tmp_path / "d.toml").write_text(f"summaries = {wrong}\n")
        with pytest.raises(InputError, match=said):
            mteval.evaluate(tmp_path, [output], ["chrf"], samples=0)


def test_a_summary_that_was_not_translated_is_not_flagged() -> None:
    test_set = TestSet(
        (
            Document.from_columns("d", None, [["one", "two"]], summaries=(2,)),
            Document.from_columns("e", None, [["three", "four"]], summaries=(1,)),
        )
    )
    outputs = [
        SystemOutput("x", {"d": ("one", "two"), "e": ("three", "four")}),
        SystemOutput("y", {"d": ("one", "two")}),
    ]
    evaluation = mteval.evaluate(test_set, outputs, ["chrf"], allow_missing=True, samples=0)
    # Segments are counted over documents: (0, 2) is the first of e, which y lacks.
    assert set(evaluation.flags["summary-reference"]) == {(0, 1), (0, 2), (1, 1)}


def test_references_in_chinese_are_warned_of() -> None:
    document = Document.from_columns("d", ["甲", "乙"], [["one", "第二段"]])
    output = SystemOutput("x", {"d": ("one", "two")})
    evaluation = mteval.evaluate(TestSet((document,)), [output], ["chrf"], samples=0)
    assert any("the references of 1 segment are in Chinese (d:2)" in n for n in evaluation.notes)


def test_realignment_wants_sources() -> None:
    document = Document.from_columns("d", None, [["one", "two"]])
    output = SystemOutput("x", {"d": ("one",)})
    with pytest.raises(UnavailableError, match="--resegment compares outputs with the Chinese"):
        mteval.evaluate(TestSet((document,)), [output], ["chrf"], samples=0, realign=True)
