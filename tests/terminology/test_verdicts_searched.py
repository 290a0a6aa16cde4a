"""Verdicts with the real encoder: on the texts of the repository against a reader's, and on any."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.terms import read_labels, shipped_inventory, tally
from mteval.languages.encoder import Embed, sentence_encoder
from mteval.terminology.inventory import Inventory
from mteval.terminology.verdicts import check
from tests.terminology.test_verdicts import (
    ANY,
    ROWS,
    TERMS,
    assert_sound,
    check_rows,
    matcher,
    verdicts,
)

CONFERENCE = "mnd-2023-12-28-military-diplomacy"
STATE = "state-2023-10-27-blinken-wang"


@pytest.fixture(scope="session")
def embed() -> Embed:
    return sentence_encoder()


@pytest.fixture(scope="session")
def shipped() -> Inventory:
    return shipped_inventory()


def shipped_finding(
    shipped: Inventory, system: str, document: str, segment: int, concept: str
) -> tuple[str, str | None]:
    [row] = [
        row
        for row in shipped.occurrence_rows()
        if (row.system, row.document, row.segment, row.concept)
        == (system, document, segment, concept)
    ]
    return row.verdict, row.rendering


# --- the texts of the repository


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        # Read off paragraph 4; the English name of the exercise is that of the Russian side,
        # eng.chinamil.com.cn, 2023-07-24.
        ("llm-fluent", ("preferred", "Northern/Interaction-2023")),
        ("llm-glossary", ("deprecated", "Beibu Unity-2023")),
        ("llm-literal", ("other", "North Part · Joint - 2023")),
        ("reference", ("deprecated", "Beibu Unity-2023")),
    ],
)
def test_name_of_an_exercise(system: str, expected: tuple[str, str], shipped: Inventory) -> None:
    found = shipped_finding(shipped, system, CONFERENCE, 4, "northern-interaction")
    assert found == expected


@pytest.mark.parametrize("parts", [(1, 2), (2,)], ids=["all", "part 2"])
def test_verdicts_are_those_of_a_reader(parts: tuple[int, ...], shipped: Inventory) -> None:
    # Labels by hand: tests/data/terms; part 2 was written after the rules were frozen.
    labels = [label for label in read_labels() if label.part in parts]
    assert len(labels) == {(1, 2): 360, (2,): 120}[parts]
    counts = tally(shipped, labels)
    assert counts.verdicts / counts.labels >= 0.95
    assert counts.spans / counts.rendered >= 0.85


def test_findings_of_the_repository_index_their_texts(shipped: Inventory) -> None:
    assert shipped.searched
    for texts, findings in zip(shipped.texts, shipped.findings, strict=True):
        assert_sound(findings, shipped.sources, texts)


def test_the_readout_leaves_the_office_out(shipped: Inventory) -> None:
    # Listed as deprecated: references/terms.csv, "the readout itself has it".
    assert shipped_finding(shipped, "reference", STATE, 1, "foreign-affairs-office-director") == (
        "deprecated",
        "Director of the Chinese Communist Party (CCP) Central Foreign Affairs Commission",
    )


# --- any text


def test_a_rendering_far_off_is_found_if_nothing_nearer_explains_the_term(embed: Embed) -> None:
    far = f"{'The weather was fine and it rained. ' * 30}Golden Dragon"
    source = f"金龙{'天气很好，又下雨。' * 30}"
    terms = matcher(*TERMS)
    assert verdicts(source, far, terms) == [("preferred", "Golden Dragon")]
    assert verdicts(source, far, terms, embed) == [("preferred", "Golden Dragon")]
    near = f"Gold Loong. {far}"
    [(verdict, found)] = verdicts(source, near, terms, embed)
    assert (verdict, found) == ("other", "Gold Loong")
    checked = check([terms], [source], [[far]], embed, most_searched=0)
    assert [f.verdict for f in checked.findings[0]] == ["preferred"]


@settings(max_examples=40)
@given(ROWS, st.lists(st.tuples(ANY, st.one_of(st.none(), ANY)), max_size=3))
@example([("甲乙", "Ab", "preferred", "")], [("甲乙甲乙", "Ab one 1st A and B")])
def test_any_text_with_search(
    rows: list[tuple[str, str, str, str]], segments: list[tuple[str, str | None]]
) -> None:
    terms = [row[0] for row in rows]
    planted = [(f"{terms[0]}山{s}山{terms[-1]}", t) for s, t in segments]
    check_rows(rows, [s for s, _ in planted], [t for _, t in planted], sentence_encoder())
