"""Outputs cut into the segments of their source."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import mteval
from mteval.corpus.layout import load_test_set
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import MismatchError, UnavailableError
from mteval.evaluation.resegmentation import resegment_outputs
from tests.conftest import ROOT


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
        f"x {document}: re-aligned 6 lines to 7 segments; 1 omitted (segment 6), "
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
        assert any("re-aligned 7 lines" in note for note in evaluation.notes) == realigned


def test_realignment_wants_sources() -> None:
    document = Document.from_columns("d", None, [["one", "two"]])
    output = SystemOutput("x", {"d": ("one",)})
    with pytest.raises(UnavailableError, match="--resegment compares outputs with the Chinese"):
        mteval.evaluate(TestSet((document,)), [output], ["chrf"], samples=0, realign=True)


def test_a_document_that_fits_or_is_missing_stays_as_it_is() -> None:
    document = "mnd-2023-11-30-consensus"
    [wanted] = [d for d in load_test_set(ROOT / "references").documents if d.id == document]
    other = dataclasses.replace(wanted, id="other")
    lines = tuple(segment.references[0] for segment in wanted.segments)
    notes: list[str] = []
    outputs = [SystemOutput("x", {document: lines}), SystemOutput("y", {"strange": ("one",)})]
    cut, flags = resegment_outputs(TestSet((wanted, other)), outputs, notes, cache=False)
    assert cut == outputs
    assert flags == {"realigned": {}, "omitted": {}}
    assert notes == []


def test_cells_count_segments_over_documents_and_systems() -> None:
    document = "mnd-2023-11-30-consensus"
    [wanted] = [d for d in load_test_set(ROOT / "references").documents if d.id == document]
    other = dataclasses.replace(wanted, id="other")
    lines = [segment.references[0] for segment in wanted.segments]
    assert len(lines) == 3
    merged = (lines[0], " ".join(lines[1:]))
    outputs = [
        SystemOutput("x", {document: tuple(lines), "other": tuple(lines)}),
        SystemOutput("y", {document: tuple(lines), "other": merged}),
    ]
    notes: list[str] = []
    cut, flags = resegment_outputs(TestSet((wanted, other)), outputs, notes, cache=False)
    assert cut[0] == outputs[0]
    assert set(flags["realigned"]) | set(flags["omitted"]) == {(1, 3), (1, 4), (1, 5)}
    [note] = notes
    assert note.startswith("y other: re-aligned 2 lines to 3 segments; ")
