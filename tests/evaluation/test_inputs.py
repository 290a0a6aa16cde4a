"""What an evaluation reads, and what a reader must know of it."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from pathlib import Path

import pytest

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError, MismatchError
from mteval.evaluation.inputs import digests, input_notes, load_inputs, load_termbase, pair_texts
from tests.conftest import ROOT
from tests.evaluation.texts import TEST_SET, X, Y


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


def test_references_in_chinese_are_warned_of() -> None:
    document = Document.from_columns("d", ["甲", "乙"], [["one", "第二段"]])
    output = SystemOutput("x", {"d": ("one", "two")})
    evaluation = mteval.evaluate(TestSet((document,)), [output], ["chrf"], samples=0)
    assert any("the references of 1 segment are in Chinese (d:2)" in n for n in evaluation.notes)


def test_the_rest_that_a_reader_must_know_is_noted() -> None:
    test_set = dataclasses.replace(TEST_SET, unscored=("speech", "talk"))
    extra = SystemOutput("z", {"d": (" ", "second"), "e": ("third",), "g": ("more",)})
    texts = pair_texts(test_set, [extra, Y], allow_missing=True)
    assert list(input_notes(texts)) == [
        "not scored, as there is no source: speech, talk (kept as evidence of how terms are "
        "rendered)",
        "z: skipped g, which the references lack",
        "warning: z has 1 empty hypothesis (d:1), scored as such",
        "y lacks e: its scores are of the rest, and not comparable with those of complete systems",
    ]
    assert list(input_notes(pair_texts(TEST_SET, [], allow_missing=False))) == []


def test_texts_are_paired_segment_by_segment() -> None:
    texts = pair_texts(TEST_SET, [X, Y], allow_missing=True)
    assert texts.hypotheses == [
        ["the first speech ended", "", "a third naval exercise"],
        ["a first talk", "a second one", None],
    ]
    assert texts.positions == [("d", 1), ("d", 2), ("e", 1)]
    assert texts.sources == ["甲", "乙", "丙"]
    assert texts.references == [
        ["the first speech ended", "a second one", "one third joint naval exercise"]
    ]
    assert texts.sizes.tolist() == [2, 1]
    assert texts.starts.tolist() == [0, 2]
    # An empty hypothesis is translated: to nothing.
    assert texts.translated.tolist() == [[True, True, True], [True, True, False]]


def test_digests_are_those_of_the_files() -> None:
    def of_file(*lines: str) -> str:
        return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()

    two = Document.from_columns("d", ["甲", "乙"], [["one", "two"], ["first", "second"]])
    one = Document.from_columns("e", ["丙"], [["three"], ["third"]])
    output = SystemOutput("x", {"e": ("c",), "d": ("a", "")})
    found = digests(TestSet((two, one)), [output])
    assert found == {
        "references": {
            "d": {
                "source": of_file("甲", "乙"),
                "references": [of_file("one", "two"), of_file("first", "second")],
            },
            "e": {"source": of_file("丙"), "references": [of_file("three"), of_file("third")]},
        },
        "systems": {"x": {"d": of_file("a", ""), "e": of_file("c")}},
    }
    # As files of one system are listed, whatever the order in which they were read.
    assert list(found["systems"]["x"]) == ["d", "e"]
    plain = TestSet((Document.from_columns("e", None, [["three"]]),))
    assert digests(plain, []) == {
        "references": {"e": {"source": None, "references": [of_file("three")]}},
        "systems": {},
    }


def test_systems_keep_their_order_whether_read_or_not() -> None:
    notes: list[str] = []
    document = "mnd-2023-11-30-consensus"
    systems = ROOT / "systems"
    first, last = (SystemOutput(name, {document: ("one",)}) for name in ("first", "last"))
    given = load_inputs(
        ROOT / "references",
        [first, systems / "llm-literal", systems / "README.md", systems / "llm-fluent", last],
        notes,
    )
    assert [output.name for output in given.outputs] == [
        *("first", "llm-literal", "llm-fluent", "last"),
    ]
    assert given.folder == ROOT / "references"
    assert len(given.test_set.segments) == 26
    assert [note for note in notes if "README.md" in note]
    assert load_inputs(TEST_SET, [first], []).folder is None


def test_the_termbase_is_the_named_one_or_that_of_the_folder(tmp_path: Path) -> None:
    assert load_termbase(None, None) is None
    assert load_termbase(tmp_path, None) is None
    (tmp_path / "terms.csv").write_text("source,target\n甲,first\n", "utf-8")
    own = load_termbase(tmp_path, None)
    assert own is not None
    assert [concept.sources for concept in own.concepts] == [("甲",)]
    (tmp_path / "mine.csv").write_text("source,target\n乙,second\n", "utf-8")
    named = load_termbase(tmp_path, tmp_path / "mine.csv")
    assert named is not None
    assert [concept.sources for concept in named.concepts] == [("乙",)]
    assert load_termbase(tmp_path, own) is own
    with pytest.raises(InputError, match="there is no such file"):
        load_termbase(tmp_path, str(tmp_path / "none.csv"))
