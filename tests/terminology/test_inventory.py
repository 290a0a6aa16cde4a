"""The inventory of small test sets, every number worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import UnavailableError
from mteval.evaluation.terms import check_terms
from mteval.runs.schema.columns import Row
from mteval.terminology.checking import take_inventory
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.inventory import Inventory
from mteval.terminology.termbase import Termbase

TERMS = Termbase.from_rows(
    [
        TermbaseRow("ark", "和平方舟", "Peace Ark", "preferred", "critical"),
        TermbaseRow("ark", "和平方舟", "Ark Peace", "deprecated", "minor"),
        TermbaseRow("consensus", "共识", "consensus", "preferred", "minor"),
        TermbaseRow("consensus", "共识", "common understanding", "admitted", "minor"),
        TermbaseRow("bali", "巴厘岛", "Bali", "preferred"),
    ]
)
DOCUMENTS = (
    Document.from_columns(
        "d",
        ["和平方舟和和平方舟", "达成共识"],
        [["The Peace Ark and the Ark Peace", "They reached a consensus"]],
    ),
    Document.from_columns(
        "e", ["没有", "共識。和平方舟"], [["Nothing", "Consensus on the Peace Ark"]]
    ),
)
TEST_SET = TestSet(DOCUMENTS)
FULL = ("Ark Peace, and the Ark Peace", "They reached a common understanding", "None", "Ship")
HALF = ("the Peace Ark and the Peace Ark", "Two consensuses", None, None)


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return take_inventory(TEST_SET, {"full": FULL, "half": HALF}, TERMS)


def dicts(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [row.as_dict() for row in rows]


def row_of(rows: Sequence[Mapping[str, Any]], **wanted: object) -> Mapping[str, Any]:
    [row] = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return row


def test_the_scores_of_each_text_by_hand(inventory: Inventory) -> None:
    rows = inventory.system_rows()
    assert [(row["system"], row["kind"]) for row in rows] == [
        ("full", "system"),
        ("half", "system"),
        ("reference", "reference"),
    ]
    # Ark x3 (25 each), consensus x2 (1 each): 77 is the most that errors can cost.
    reference = row_of(rows, system="reference")
    assert (reference["occurrences"], reference["right"]) == (5, 4)
    assert reference["occurrence_accuracy"] == pytest.approx(4 / 5)
    assert reference["deprecated_rate"] == pytest.approx(1 / 5)
    assert reference["severity_weighted_error_rate"] == pytest.approx(1 / 77)
    # Peace Ark 2 of 3, consensus 2 of 2.
    assert reference["consistency_macro"] == pytest.approx((2 / 3 + 1) / 2)
    assert reference["consistency_micro"] == pytest.approx(4 / 5)
    # Pairs: d has 和平方舟 and 共识; e has 和平方舟, its 共識 is traditional and another string.
    # "peace ark" is used once for two occurrences in d: (1/2 + 1 + 1) / 3.
    assert reference["tsr_pairs"] == 3
    assert reference["tsr_wmt25"] == pytest.approx((1 / 2 + 1 + 1) / 3)

    full = row_of(rows, system="full")
    # Deprecated twice, then a common understanding, then nothing twice in "Ship".
    assert full["verdicts"] == {
        "preferred": 0,
        "admitted": 1,
        "deprecated": 2,
        "transliterated": 0,
        "left in Chinese": 0,
        "omitted": 2,
        "other": 0,
    }
    assert full["occurrence_accuracy"] == pytest.approx(1 / 5)
    assert full["deprecated_rate"] == pytest.approx(2 / 5)
    # Ark Peace costs 1 each; the third ship 25, the second consensus 1.
    assert full["severity_weighted_error_rate"] == pytest.approx((1 + 1 + 25 + 1) / 77)
    # Ark Peace 2 of 3, common understanding 1 of 2; none of them preferred.
    assert full["consistency_macro"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert full["consistency_micro"] == pytest.approx(3 / 5)
    assert full["consistency_macro_preferred"] == full["consistency_micro_preferred"] == 0
    # Deprecated renderings are no success; common understanding is one: 1 of 3.
    assert full["tsr_wmt25"] == pytest.approx(1 / 3)


def test_a_system_without_a_document_is_scored_on_the_rest(inventory: Inventory) -> None:
    half = row_of(inventory.system_rows(), system="half")
    # "consensuses" has "consensus" inside it, so WMT25 takes it as well.
    assert (half["occurrences"], half["right"], half["tsr_pairs"]) == (3, 3, 2)
    assert half["occurrence_accuracy"] == half["tsr_wmt25"] == half["consistency_macro"] == 1
    lacking = row_of(inventory.document_rows(), system="half", document="e")
    assert (lacking["occurrences"], lacking["tsr_pairs"]) == (0, 0)
    scores = [value for key, value in lacking.items() if key not in NO_SCORES]
    assert scores == [None] * 8


NO_SCORES = ("system", "kind", "document", "occurrences", "right", "tsr_pairs")


def test_documents_sum_to_the_system(inventory: Inventory) -> None:
    documents: list[dict[str, Any]] = [dict(row) for row in inventory.document_rows()]
    systems: list[dict[str, Any]] = [dict(row) for row in inventory.system_rows()]
    assert [(row["document"], row["system"]) for row in documents] == [
        (document, system) for document in "de" for system in ("full", "half", "reference")
    ]
    for row in systems:
        parts = [part for part in documents if part["system"] == row["system"]]
        for key in ("occurrences", "right", "tsr_pairs"):
            assert sum(part[key] for part in parts) == row[key]
        for rate, size in (
            ("occurrence_accuracy", "occurrences"),
            ("consistency_micro", "occurrences"),
            ("consistency_micro_preferred", "occurrences"),
            ("deprecated_rate", "occurrences"),
            ("tsr_wmt25", "tsr_pairs"),
        ):
            total = sum(part[rate] * part[size] for part in parts if part[rate] is not None)
            assert row[rate] == pytest.approx(total / row[size])
    full = row_of(documents, system="full", document="d")
    # In d: Ark Peace twice, a common understanding; at most 25 + 25 + 1.
    assert full["occurrence_accuracy"] == pytest.approx(1 / 3)
    assert full["severity_weighted_error_rate"] == pytest.approx(2 / 51)


def test_terms_list_every_rendering_with_its_count(inventory: Inventory) -> None:
    rows = dicts(inventory.term_rows())
    # Bali occurs nowhere, and a system without any occurrence of a term has no row for it.
    assert [(row["concept"], row["system"]) for row in rows] == [
        (concept, system)
        for concept in ("ark", "consensus")
        for system in ("reference", "full", "half")
    ]
    ark = row_of(rows, concept="ark", system="full")
    assert (ark["source"], ark["target"], ark["severity"]) == ("和平方舟", "Peace Ark", "critical")
    assert (ark["occurrences"], ark["right"], ark["accuracy"]) == (3, 0, 0)
    assert ark["renderings"] == [
        {"rendering": "Ark Peace", "verdict": "deprecated", "count": 2},
        {"rendering": None, "verdict": "omitted", "count": 1},
    ]
    assert row_of(rows, concept="ark", system="half")["accuracy"] == 1
    assert {verdict for verdict, n in ark["verdicts"].items() if n} == {"deprecated", "omitted"}
    assert sum(ark["verdicts"].values()) == 3


def test_occurrences_stand_in_the_order_of_the_text_with_offsets(inventory: Inventory) -> None:
    rows = dicts(inventory.occurrence_rows(context=True))
    places = [(row["document"], row["segment"], row["source_start"]) for row in rows]
    assert places == sorted(places)
    assert len(rows) == 5 + 5 + 3
    for row in rows:
        assert row["source_text"][row["source_start"] : row["source_end"]] == row["source"]
        if row["start"] is not None:
            assert row["text"][row["start"] : row["end"]] == row["rendering"]
        assert (row["rendering"] is None) == (row["verdict"] == "omitted")
    traditional = row_of(rows, system="reference", document="e", source_start=0)
    assert (traditional["segment"], traditional["source"]) == (2, "共識")
    assert traditional["rendering"] == "Consensus"
    deprecated = [row for row in rows if row["verdict"] == "deprecated"]
    assert [row["severity"] for row in deprecated] == ["minor"] * 3
    assert "text" not in dicts(inventory.occurrence_rows())[0]


def test_nothing_that_scores_is_null_and_not_zero() -> None:
    nothing = TestSet((Document.from_columns("d", ["没有"], [["Nothing"]]),))
    inventory = take_inventory(nothing, {"x": ["None"]}, TERMS)
    for row in (*inventory.system_rows(), *inventory.document_rows()):
        values = {key: value for key, value in row.items() if key not in NO_SCORES}
        del values["verdicts" if "verdicts" in values else "tsr_wmt25"]
        assert set(values.values()) == {None}
        assert row["tsr_wmt25"] is None
        assert (row["occurrences"], row["tsr_pairs"]) == (0, 0)
    assert dicts(inventory.term_rows()) == dicts(inventory.occurrence_rows()) == []


def test_no_valid_pair_is_null_though_the_term_occurs() -> None:
    # The reference has none of the renderings, so WMT25 asks for nothing.
    test_set = TestSet((Document.from_columns("d", ["和平方舟"], [["a ship"]]),))
    [row, _] = take_inventory(test_set, {"x": ["Peace Ark"]}, TERMS).system_rows()
    assert (row["tsr_wmt25"], row["tsr_pairs"]) == (None, 0)
    assert row["occurrence_accuracy"] == 1


def test_a_document_of_several_segments_is_one_text_for_tsr() -> None:
    test_set = TestSet(
        (Document.from_columns("d", ["和平方舟", "和平方舟"], [["the ship", "Peace Ark"]]),)
    )
    # Valid though the reference has it in another segment; two uses in one line pay for both
    # occurrences; nothing is found across the line break, with or without a space before it.
    outputs = {
        "one": ["Peace Ark and Peace Ark", "x"],
        "across": ["Peace", "Ark"],
        "spaced": ["Peace ", "Ark"],
    }
    rows = take_inventory(test_set, outputs, TERMS).system_rows()
    assert [row["tsr_wmt25"] for row in rows] == [1, 0, 0, 0.5]
    assert [row["occurrence_accuracy"] for row in rows] == [0.5, 0, 0, 0.5]


def test_a_rendering_without_a_comma_inside_is_preferred() -> None:
    test_set = TestSet((Document.from_columns("d", ["和平方舟"], [["x"]]),))
    [_, row] = dicts(
        take_inventory(test_set, {"x": ["Peace Ark, Peace Ark"]}, TERMS).occurrence_rows()
    )
    assert (row["verdict"], row["rendering"]) == ("preferred", "Peace Ark")


DATED = Termbase.from_rows(
    [
        TermbaseRow("turkey", "土耳其", "Turkey", "preferred", valid_to="2022-06-01"),
        TermbaseRow("turkey", "土耳其", "Turkey", "deprecated", "minor", valid_from="2022-06-02"),
        TermbaseRow("turkey", "土耳其", "Türkiye", "preferred", valid_from="2022-06-02"),
        TermbaseRow("forum", "论坛", "Forum", "preferred", valid_from="2020-01-01"),
    ]
)


@pytest.mark.parametrize(
    ("date", "old", "new", "forums", "tsr"),
    [
        # Before: Turkey is right, Türkiye not listed, the forum not yet a term.
        ("2022-06-01", "preferred", "omitted", 1, (1, 0)),
        ("2022-06-02", "deprecated", "preferred", 1, (0, 1)),
        ("2019-12-31", "preferred", "omitted", 0, (1, 0)),
        # Without a date all are in force, and of the two statuses of Turkey the better counts.
        (None, "preferred", "preferred", 1, (1, 1)),
    ],
)
def test_a_document_is_judged_by_what_was_in_force(
    date: str | None, old: str, new: str, forums: int, tsr: tuple[float, float]
) -> None:
    document = Document.from_columns(
        "d", ["土耳其", "论坛"], [["Turkey, that is Türkiye", "a gathering"]], date=date
    )
    outputs = {"old": ["Turkey", "Forum"], "new": ["Türkiye", "Forum"]}
    inventory = take_inventory(TestSet((document,)), outputs, DATED)
    rows = dicts(inventory.occurrence_rows())
    assert row_of(rows, system="old", concept="turkey")["verdict"] == old
    assert row_of(rows, system="new", concept="turkey")["verdict"] == new
    assert sum(row["concept"] == "forum" for row in rows) == 3 * forums
    found = [row["tsr_wmt25"] for row in inventory.system_rows() if row["kind"] == "system"]
    assert found == list(tsr)


def test_documents_of_different_days_are_judged_apart() -> None:
    documents = tuple(
        Document.from_columns(id, ["土耳其"], [["Turkey"]], date=day)
        for id, day in (("a", "2021-01-01"), ("b", "2023-01-01"), ("c", "2021-01-01"))
    )
    rows = take_inventory(TestSet(documents), {"x": ["Turkey"] * 3}, DATED).document_rows()
    verdicts = [(row["right"], row["tsr_pairs"]) for row in rows if row["system"] == "x"]
    # In b Turkey is deprecated; the reference has nothing right, so WMT25 asks for nothing.
    assert verdicts == [(1, 1), (0, 0), (1, 1)]


def test_each_reference_has_rows_of_its_own() -> None:
    document = Document.from_columns("d", ["和平方舟"], [["Ark Peace"], ["Peace Ark"]])
    inventory = take_inventory(TestSet((document,)), {"x": ["Peace Ark"]}, TERMS)
    assert [
        (row["system"], row["kind"], row["occurrence_accuracy"], row["tsr_pairs"])
        for row in inventory.system_rows()
    ] == [
        ("x", "system", 1, 0),
        ("reference", "reference", 0, 0),
        ("reference_2", "reference", 1, 0),
    ]


@pytest.mark.parametrize(
    "systems", [("reference",), ("reference_2",), ("reference", "official reference")]
)
def test_a_system_may_be_called_reference(systems: Sequence[str]) -> None:
    document = Document.from_columns("d", ["和平方舟"], [["Ark Peace"], ["Ark Peace"]])
    outputs = {name: ["Peace Ark"] for name in systems}
    rows = take_inventory(TestSet((document,)), outputs, TERMS).system_rows()
    assert len({row["system"] for row in rows}) == 2 + len(systems)
    assert [row["kind"] for row in rows] == ["system"] * len(systems) + ["reference"] * 2
    assert [row["right"] for row in rows] == [1] * len(systems) + [0] * 2
    assert [row["system"] for row in rows[:-2]] == list(systems)


def test_systems_may_have_all_the_names_of_the_reference() -> None:
    systems = {name: ["x"] for name in ("reference", "official reference", "(reference)")}
    test_set = TestSet((Document.from_columns("d", ["和平方舟"], [["Ark Peace"]]),))
    rows = take_inventory(test_set, systems, TERMS).system_rows()
    assert len({row["system"] for row in rows}) == 4


def test_without_a_reference_there_is_no_tsr() -> None:
    test_set = TestSet((Document.from_columns("d", ["和平方舟"], []),))
    [row] = take_inventory(test_set, {"x": ["Peace Ark"]}, TERMS).system_rows()
    assert (row["kind"], row["occurrence_accuracy"]) == ("system", 1)
    assert (row["tsr_wmt25"], row["tsr_pairs"]) == (None, 0)


def test_homonyms_count_for_the_concept_that_was_meant() -> None:
    terms = Termbase.from_rows(
        [
            TermbaseRow("relief", "救援", "relief", "preferred"),
            TermbaseRow("rescue", "救援", "rescue", "preferred"),
        ]
    )
    test_set = TestSet((Document.from_columns("d", ["救援"], [["relief"]]),))
    outputs = {"x": ["rescue"], "y": ["help"]}
    rows = dicts(take_inventory(test_set, outputs, terms).occurrence_rows())
    assert [(row["system"], row["concept"], row["verdict"]) for row in rows] == [
        ("reference", "relief", "preferred"),
        ("x", "rescue", "preferred"),
        ("y", "relief", "omitted"),
    ]


def test_terms_need_sources() -> None:
    test_set = TestSet((Document.from_columns("d", None, [["Peace Ark"]]),))
    with pytest.raises(UnavailableError, match="sources, and the test set has none"):
        take_inventory(test_set, {}, TERMS)


def test_the_signature_names_what_decides(inventory: Inventory) -> None:
    parts = dict(part.split(":") for part in inventory.signature().split("|"))
    assert parts["concepts"] == "3"
    assert parts["search"] == "no"
    assert TERMS.fingerprint().startswith(parts["termbase"])
    other = Termbase.from_rows([TermbaseRow("ark", "和平方舟", "Peace Ark", "preferred")])
    changed = take_inventory(TEST_SET, {}, other).signature()
    assert changed != inventory.signature()


def test_what_nothing_explains_is_searched_for_on_request_only() -> None:
    # The numeral stands out: the rest of the sentence is the same in both segments.
    test_set = TestSet(
        (
            Document.from_columns(
                "d",
                ["中国海军和平方舟访问印度尼西亚。"],
                [["The Chinese Navy's Peace Ark visited Indonesia."]],
            ),
        )
    )
    output = SystemOutput("x", {"d": ("The Chinese Navy's Ship of Amity visited Indonesia.",)})
    plain, _ = check_terms(test_set, [output], TERMS, search=False)
    [_, unclear] = dicts(plain.occurrence_rows())
    assert (unclear["verdict"], unclear["rendering"], plain.searched) == ("omitted", None, False)
    assert plain.unexplained == 1
    searched, notes = check_terms(test_set, [output], TERMS, search=True)
    [_, found] = dicts(searched.occurrence_rows())
    assert (searched.searched, searched.unexplained, notes) == (True, 1, ())
    assert found["verdict"] == "other"
    assert "Amity" in found["rendering"] or "Ship" in found["rendering"]
    assert 0 < found["confidence"] <= 1
    assert searched.signature() != plain.signature()


def test_nothing_in_the_rows_is_not_json(inventory: Inventory) -> None:
    def check(value: object) -> None:
        if isinstance(value, dict):
            for key, each in value.items():
                assert type(key) is str
                check(each)
        elif isinstance(value, list):
            for each in value:
                check(each)
        else:
            assert value is None or type(value) in (str, int, float)
            assert not (isinstance(value, float) and math.isnan(value))

    check(inventory.system_rows() + inventory.document_rows())
    check(dicts(inventory.term_rows()) + dicts(inventory.occurrence_rows(context=True)))


def test_counts_follow_the_segments(inventory: Inventory) -> None:
    assert inventory.segment_documents.tolist() == [0, 0, 1, 1]
    assert inventory.segment_numbers.tolist() == [1, 2, 1, 2]
    reference = inventory.counts[0]
    # Right and all: two ships, one of them right; a consensus; nothing; one of each.
    assert np.array_equal(reference.accuracy, [[1, 2], [1, 1], [0, 0], [2, 2]])
