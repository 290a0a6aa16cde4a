"""Terms in an evaluation: which termbase, which notes, and what is refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError, UnavailableError
from mteval.evaluation import terms
from mteval.evaluation.findings import Findings
from mteval.evaluation.inputs import pair_texts
from mteval.evaluation.terms import add_terms, check_terms, mine_terms
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.termbase import Termbase

ARK = TermbaseRow("ark", "和平方舟", "Peace Ark", "preferred", "critical")
TERMBASE = Termbase.from_rows([ARK])
DOCUMENT = Document.from_columns(
    "d",
    ["和平方舟来了", "没有", "和平方舟走了"],
    [["The Peace Ark came", "None", "Peace Ark left"]],
)
TEST_SET = TestSet((DOCUMENT,))
OUTPUT = SystemOutput("x", {"d": ("the Peace Ark came", "none", "a ship left")})


def added(test_set: TestSet, termbase: Termbase | None, *, required: bool = True) -> Findings:
    found = Findings([])
    texts = pair_texts(test_set, [OUTPUT], allow_missing=False)
    add_terms(found, texts, termbase, required=required, cache=False)
    return found


def test_terms_are_scored_by_occurrence() -> None:
    found = added(TEST_SET, TERMBASE)
    [column] = found.columns
    assert (column.name, column.is_metric, column.scale) == ("term_accuracy", False, 1.0)
    # Right and all, a segment; of the systems alone.
    statistics = found.statistics["term_accuracy"]
    assert statistics.values.tolist() == [[[1, 1], [0, 0], [0, 1]]]
    assert statistics.score(statistics.values.sum(axis=1)) == pytest.approx(1 / 2)
    assert found.inputs["terms"] == TERMBASE.fingerprint()
    assert found.inputs["dates"] == {"d": None}
    assert {(row.system, row.right, row.occurrences) for row in found.terms} == {
        ("x", 1, 2),
        ("reference", 2, 2),
    }
    assert len(found.occurrences) == 4
    assert "ahocorasick-rs" in found.packages


def test_without_a_termbase_nothing_is_added() -> None:
    assert added(TEST_SET, None) == Findings([])


def test_terms_that_nobody_asked_for_are_skipped_where_sources_lack() -> None:
    plain = TestSet((Document.from_columns("d", None, [["one", "two", "three"]]),))
    found = added(plain, TERMBASE, required=False)
    [note] = found.notes
    assert note.startswith("terms are skipped: ")
    assert "sources" in note
    assert (found.columns, found.inputs) == ([], {})
    with pytest.raises(UnavailableError, match="sources"):
        added(plain, TERMBASE, required=True)


def test_dated_terms_want_dated_documents() -> None:
    dated = Termbase.from_rows([dataclasses.replace(ARK, valid_from="2020-01-01")])
    [note] = added(TEST_SET, dated).notes
    assert note.startswith("terms: d have no date written as YYYY-MM-DD")
    document = dataclasses.replace(DOCUMENT, date="2023-11-30")
    assert added(TestSet((document,)), dated).notes == []
    assert added(TEST_SET, TERMBASE).notes == []


def test_many_unexplained_occurrences_are_searched_for_on_request_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # x has one occurrence that nothing listed explains.
    monkeypatch.setattr(terms, "MAX_SEARCHED", 0)
    inventory, notes = check_terms(TEST_SET, [OUTPUT], TERMBASE)
    assert not inventory.searched
    [note] = notes
    assert note.startswith("terms: 1 occurrences have no listed rendering")
    inventory, notes = check_terms(TEST_SET, [OUTPUT], TERMBASE, search=True)
    assert inventory.searched
    assert notes == ()
    inventory, notes = check_terms(TEST_SET, [OUTPUT], TERMBASE, search=False)
    assert not inventory.searched
    assert notes == ()
    monkeypatch.setattr(terms, "MAX_SEARCHED", 1)
    inventory, notes = check_terms(TEST_SET, [OUTPUT], TERMBASE)
    assert inventory.searched


def test_a_check_wants_a_termbase(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the test set: there is no terms\.csv here"):
        check_terms(TEST_SET, [OUTPUT])
    (tmp_path / "d.zh.txt").write_text("和平方舟来了\n", "utf-8")
    (tmp_path / "d.en.txt").write_text("The Peace Ark came\n", "utf-8")
    with pytest.raises(InputError, match=r"there is no terms\.csv here; name a termbase"):
        check_terms(tmp_path, ())


def test_mining_wants_sources_and_references() -> None:
    for document in (
        Document.from_columns("d", None, [["one"]]),
        Document.from_columns("d", ["甲"], []),
    ):
        with pytest.raises(UnavailableError, match="mined from sources and their references"):
            mine_terms(TestSet((document,)))


def test_what_the_termbase_has_is_not_proposed() -> None:
    document = Document.from_columns(
        "d",
        ["“和平方舟”号医院船抵达。", "“和平方舟”号医院船离开。"],
        [["The hospital ship Peace Ark arrived.", "The hospital ship Peace Ark left."]],
    )
    proposals, rows, notes = mine_terms(TestSet((document,)))
    [target] = [each.target for each in proposals if each.source == "和平方舟"]
    assert target.endswith("Peace Ark")
    assert ("和平方舟", target) in {(row.source, row.target) for row in rows}
    assert notes == ()
    proposals, rows, _ = mine_terms(TestSet((document,)), TERMBASE)
    assert "和平方舟" not in {each.source for each in proposals}
    assert "和平方舟" not in {row.source for row in rows}
