from __future__ import annotations

from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.mining.proposals import Proposal
from mteval.terminology.mining.rows import proposed_rows
from mteval.terminology.termbase import Termbase


def termbase(*rows: tuple[str, str, str]) -> Termbase:
    return Termbase.from_rows(TermbaseRow(id, zh, en, "preferred") for id, zh, en in rows)


def proposal(
    target: str,
    *renderings: tuple[str, int],
    source: str = "金龙",
    documents: tuple[str, ...] = ("d",),
    count: int = 2,
) -> Proposal:
    return Proposal(
        source, target, "name", count, count, documents, ((target, count), *renderings), 0.934, ()
    )


def test_rows_of_a_proposal() -> None:
    found = proposal(
        "Golden Dragon", ("golden dragon", 2), ("GD", 2), ("Dragon", 1), documents=("a", "b")
    )
    note = "mined: 2 occurrences, documents a, b, confidence 0.93"
    assert proposed_rows([found], None) == [
        TermbaseRow("golden-dragon", "金龙", "Golden Dragon", "preferred", "minor", note),
        TermbaseRow("golden-dragon", "金龙", "GD", "admitted", "minor", note),
    ]
    [one] = proposed_rows([proposal("X", count=1)], None)
    assert one.note == "mined: 1 occurrence, document d, confidence 0.93"


def test_names_of_concepts_are_unique() -> None:
    known = termbase(("golden-dragon", "甲", "A"), ("Golden-Dragon-2", "乙", "B"))
    found = [
        proposal("Golden Dragon"),
        proposal("golden dragon", source="龙"),
        proposal("People's Défense"),
        proposal("中文"),
    ]
    rows = proposed_rows(found, known)
    assert [row.concept for row in rows] == [
        "golden-dragon-3",
        "golden-dragon-4",
        "peoples-defense",
        "term",
    ]
