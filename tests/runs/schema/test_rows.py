"""What follows from the declaration of a row: keys of JSON, columns, and what is read back."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from mteval.runs.schema.columns import columns, core_columns, names_in
from mteval.runs.schema.rows import (
    VERDICTS,
    DocumentRow,
    ErrorSpanRow,
    OccurrenceRow,
    Rendering,
    SegmentRow,
    SystemRow,
    TermRow,
    TermTally,
    reference_index,
    reference_name,
)
from mteval.runs.schema.validation import ShapeError, row_of_json, row_reader

SYSTEM = SystemRow(
    system="x",
    segments=3,
    scores={"bleu": 12.5, "ter": None},
    intervals={"bleu": (10.0, 15.0), "ter": None},
    ranks={"bleu": 1, "ter": None},
    empty_hypotheses=0,
    flags={"copy": 2},
    missing_documents=["d", "e"],
)
TERM = TermRow(
    system="x",
    kind="system",
    concept="k",
    source="演习",
    target=None,
    severity="major",
    occurrences=3,
    right=1,
    accuracy=1 / 3,
    verdicts={"preferred": 1, "omitted": 2},
    renderings=[Rendering("exercise", "preferred", 1), Rendering(None, "omitted", 2)],
)


def test_scores_are_keys_by_metric_and_stand_together() -> None:
    assert list(SYSTEM.as_dict().items()) == [
        *(("system", "x"), ("segments", 3)),
        *(("bleu", 12.5), ("bleu_ci", [10.0, 15.0]), ("bleu_rank", 1)),
        *(("ter", None), ("ter_ci", None), ("ter_rank", None)),
        *(("empty_hypotheses", 0), ("flags", {"copy": 2}), ("missing_documents", ["d", "e"])),
    ]


def test_tables_have_texts_and_numbers_only() -> None:
    assert list(SYSTEM.cells().items()) == [
        *(("system", "x"), ("segments", 3)),
        *(("bleu", 12.5), ("bleu_ci_low", 10.0), ("bleu_ci_high", 15.0), ("bleu_rank", 1)),
        *(("ter", None), ("ter_ci_low", None), ("ter_ci_high", None), ("ter_rank", None)),
        *(("empty_hypotheses", 0), ("flag_copy", 2), ("missing_documents", "d; e")),
    ]
    cells = TERM.cells()
    assert (cells["preferred"], cells["omitted"]) == (1, 2)
    assert cells["renderings"] == "exercise (preferred) x1; - (omitted) x2"


def test_columns_are_those_of_cells_with_their_kinds() -> None:
    names: Any = {"metrics": ["bleu", "ter"], "flags": ["copy"], "verdicts": VERDICTS}
    found = columns(SystemRow, names)
    assert list(found) == list(SYSTEM.cells())
    assert [found[name] for name in ("system", "segments", "bleu", "bleu_ci_low")] == [
        *("text", "integer", "number", "number")
    ]
    assert [found[name] for name in ("bleu_rank", "flag_copy", "missing_documents")] == [
        *("integer", "integer", "text")
    ]
    assert set(TERM.cells()) <= set(columns(TermRow, names))


def test_columns_of_every_version_are_pinned() -> None:
    assert list(core_columns(SystemRow)) == ["system", "segments"]
    assert list(core_columns(SegmentRow)) == [
        *("system", "document", "segment", "source", "hypothesis", "reference")
    ]
    assert list(core_columns(OccurrenceRow)) == [
        *("system", "kind", "document", "segment", "concept", "source", "verdict", "rendering"),
        "severity",
    ]
    # A tally is what every version says of a term.
    assert list(core_columns(TermRow)) == [field.name for field in fields(TermTally)]


def test_rows_come_back_from_json() -> None:
    assert row_of_json(SystemRow, SYSTEM.as_dict(), {"metrics": ["bleu", "ter"]}) == SYSTEM
    assert row_of_json(TermRow, TERM.as_dict(), {}) == TERM
    # A metric that the file does not have has no score.
    found = row_of_json(SystemRow, SYSTEM.as_dict(), {"metrics": ["comet"]})
    assert (found.scores, found.ranks) == ({"comet": None}, {"comet": None})


@pytest.mark.parametrize(
    ("key", "value", "path"),
    [
        ("segments", "3", "segments"),
        ("segments", True, "segments"),
        ("segments", None, "segments"),
        ("bleu", "high", "bleu"),
        ("bleu_ci", [1.0], "bleu_ci"),
        ("bleu_rank", 1.5, "bleu_rank"),
        ("flags", {"copy": "two"}, "flags.copy"),
        ("missing_documents", "d", "missing_documents"),
    ],
)
def test_another_type_is_refused_where_it_is(key: str, value: object, path: str) -> None:
    with pytest.raises(ShapeError) as caught:
        row_of_json(SystemRow, SYSTEM.as_dict() | {key: value}, {"metrics": ["bleu"]}, "file")
    assert caught.value.path == f"file.{path}"


def test_what_lacks_and_what_is_no_word_of_ours_is_refused() -> None:
    with pytest.raises(ShapeError, match="no right"):
        row_of_json(TermRow, {k: v for k, v in TERM.as_dict().items() if k != "right"}, {})
    with pytest.raises(ShapeError, match="'grave' is none of critical, major, minor"):
        row_of_json(TermRow, TERM.as_dict() | {"severity": "grave"}, {})
    # Who judged by no reference says so by leaving it out, in old runs.
    span = {"system": "x", "document": "d", "segment": 1, "metric": "comet", "start": 0, "end": 1}
    span |= {"text": "a", "severity": "minor", "confidence": 1}
    assert row_of_json(ErrorSpanRow, span, {}).reference is None


def test_rows_come_back_from_cells() -> None:
    cells = {name: None if v is None else str(v) for name, v in SYSTEM.cells().items()}
    names = {**names_in(list(cells)), "metrics": ["bleu", "ter", "comet"]}
    found = row_reader(SystemRow, list(cells), names)(list(cells.values()))
    assert found.scores == {"bleu": 12.5, "ter": None, "comet": None}
    assert found.intervals == {"bleu": (10.0, 15.0), "ter": None, "comet": None}
    assert (found.flags, found.missing_documents) == ({"copy": 2}, ["d", "e"])


def test_an_empty_text_is_a_text_and_an_empty_cell_is_none() -> None:
    headings = ["system", "document", "segment", "source", "hypothesis", "reference", "flags"]
    read = row_reader(SegmentRow, headings, names_in(headings))
    row = read(["x", "d", "2", None, "", "one", ""])
    assert (row.source, row.hypothesis, row.references, row.flags) == (
        *(None, "", {"reference": "one"}, ""),
    )
    for cells in (
        ["x", "d", "2", None, None, "one", ""],
        ["x", "d", "two", None, "", "one", ""],
        ["x", "d", None, None, "", "one", ""],
    ):
        with pytest.raises(ShapeError):
            read(cells)


def test_numbers_that_are_none_are_refused_in_cells() -> None:
    headings = ["system", "document", "segments", "bleu"]
    read = row_reader(DocumentRow, headings, {"metrics": ["bleu"]})
    assert read(["x", "d", "1", "1e1"]).scores == {"bleu": 10.0}
    for bad in ("nan", "inf", "ten"):
        with pytest.raises(ShapeError, match="is not a number"):
            read(["x", "d", "1", bad])
    with pytest.raises(ShapeError, match="no column 'segments'"):
        row_reader(DocumentRow, ["system", "document"], {})


@pytest.mark.parametrize(
    ("name", "index"),
    [("reference", 0), ("reference_2", 1), ("(reference)", 0), ("((reference_12))", 11)],
)
def test_the_names_of_references_say_which_they_are(name: str, index: int) -> None:
    assert reference_index(name) == index
    assert reference_name(index) == name.strip("()")


@pytest.mark.parametrize("name", ["x", "reference_1", "reference_0", "reference_x", ""])
def test_other_names_are_no_reference(name: str) -> None:
    with pytest.raises(ValueError, match="is no reference"):
        reference_index(name)
