from __future__ import annotations

from dataclasses import replace

import pytest

from mteval.corpus.model import Document, TestSet
from mteval.runs.schema.rows import VERDICTS, Rendering, Severity, TermRow, TextKind
from mteval.terminology.checking import take_inventory
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.inventory import OccurrenceInContext, TextRates
from mteval.terminology.termbase import Termbase
from mteval.views.term_tables import (
    VERDICT_SIGNS,
    gravest_first,
    incomplete_systems,
    occurrence_table,
    rate_table,
    term_table,
    verdict_text,
    wrong_term_table,
)
from tests.views.cells import texts


def rates(system: str, share: float | None, kind: TextKind = "system") -> TextRates:
    return {
        "system": system,
        "kind": kind,
        "verdicts": {},
        "occurrences": 4,
        "right": 0,
        "occurrence_accuracy": share,
        "consistency_macro": share,
        "consistency_micro": share,
        "consistency_macro_preferred": share,
        "consistency_micro_preferred": share,
        "deprecated_rate": share,
        "severity_weighted_error_rate": share,
        "tsr_wmt25": share,
        "tsr_pairs": 0,
    }


def term(
    concept: str,
    system: str = "x",
    *,
    right: int = 0,
    occurrences: int = 1,
    severity: Severity = "major",
    kind: TextKind = "system",
    renderings: tuple[Rendering, ...] = (),
) -> TermRow:
    return TermRow(
        system=system,
        kind=kind,
        concept=concept,
        source="演习",
        target=None,
        severity=severity,
        occurrences=occurrences,
        right=right,
        accuracy=right / occurrences,
        verdicts={},
        renderings=renderings,
    )


OCCURRENCE = OccurrenceInContext(
    system="x",
    kind="system",
    document="d",
    segment=2,
    concept="k",
    source="演习",
    source_start=0,
    source_end=2,
    verdict="preferred",
    rendering="drill",
    start=22,
    end=27,
    listed=None,
    severity="major",
    confidence=None,
    source_text="演习结束。",
    text='It began. "Then," the drill ended. It was late.',
)


def test_a_system_that_lacks_segments_is_never_best() -> None:
    rows = [rates("x", 0.5), rates("y", 0.25), rates("part", 1.0), rates("low", 0.0)]
    of_x, of_y, of_part, of_low = texts(rate_table(rows, {"part": "", "low": ""}))
    assert of_x[2:] == ["0.500*", "0.500*", "0.500*", "0.500*", "0.500", "0.500"]
    assert of_y[-2:] == ["0.250*", "0.250*"]
    assert not any("*" in text for text in (*of_part, *of_low))


def test_who_lacks_segments_is_told_by_the_texts() -> None:
    test_set = TestSet(
        (
            Document.from_columns("d", ["演习", "演习"], [["exercise", "exercise"]]),
            Document.from_columns("e", ["演习"], [["exercise"]]),
        )
    )
    termbase = Termbase.from_rows([TermbaseRow("k", "演习", "exercise", "preferred")])
    outputs: dict[str, list[str | None]] = {
        "x": ["a", "b", "c"],
        "y": ["a", "b", None],
        "z": ["a", None, "c"],
    }
    inventory = take_inventory(test_set, outputs, termbase)
    assert incomplete_systems(inventory) == {
        "y": "no output for 1 of 2 documents",
        "z": "no output for 1 of 3 segments",
    }


def test_every_verdict_has_a_sign() -> None:
    assert set(VERDICT_SIGNS) == set(VERDICTS)


def test_the_best_system_of_each_score_is_marked_and_references_come_first() -> None:
    table = rate_table([rates("x", 0.25), rates("y", 0.5), rates("reference", 0.75, "reference")])
    assert texts(table) == [
        ["reference", "4", *["0.750"] * 6],
        # Accuracy, term success rate, both consistencies are better if high; errors, if low.
        ["x", "4", *["0.250"] * 4, "0.250*", "0.250*"],
        ["y", "4", *["0.500*"] * 4, "0.500", "0.500"],
    ]
    assert [len(group) for group in table.groups] == [1, 2]


def test_a_single_system_or_a_missing_score_is_not_best() -> None:
    assert texts(rate_table([rates("x", 0.5)])) == [["x", "4", *["0.500"] * 6]]
    [x, y] = texts(rate_table([rates("x", None), rates("y", 0.5)]))
    assert x == ["x", "4", *["-"] * 6]
    assert y == ["y", "4", *["0.500*"] * 6]


def test_a_cell_has_every_rendering_with_its_sign_and_count() -> None:
    renderings = (Rendering("drill", "preferred", 2), Rendering(None, "omitted", 1))
    table = term_table([term("演习", renderings=renderings), term("k2", "y")])
    assert [column.heading for column in table.columns] == ["term", "x", "y"]
    # A concept is named where it is not the term itself; a text without it has an empty cell.
    assert texts(table) == [["演习", "+ drill x2\n- omitted", ""], ["演习\nk2", "", ""]]


def test_the_gravest_go_before_the_commonest_and_what_is_right_is_not_there() -> None:
    rows = [
        term("right", right=1),
        term("few", occurrences=2),
        term("many", occurrences=3),
        term("both"),
        term("both", "y"),
        term("critical", severity="critical"),
        term("minor", severity="minor", occurrences=9),
    ]
    assert gravest_first(rows) == ["critical", "both", "many", "few", "minor"]


def test_of_wrong_terms_as_many_are_shown_as_asked_for() -> None:
    rows = [
        term("k"),
        term("critical", severity="critical"),
        term("critical", "reference", right=1, kind="reference"),
        term("official", "reference", kind="reference"),
    ]
    table = wrong_term_table(rows, 1)
    assert table.title == (
        "Terms that a system has wrong (1 of 2, the gravest; all are in terms.csv)"
    )
    assert [row[0] for row in texts(table)] == ["演习\ncritical"]
    assert [column.heading for column in table.columns] == ["term", "x", "reference"]


def test_an_occurrence_is_shown_in_its_sentence_with_the_rendering_in_brackets() -> None:
    missing = replace(OCCURRENCE, system="y", verdict="omitted", start=None, end=None, text="No.")
    other = replace(OCCURRENCE, source_start=3, start=0, end=2)
    table = occurrence_table([OCCURRENCE, other, missing])
    assert texts(table) == [
        ["d:2", "演习", "x", "+ preferred", '"Then," the [drill] ended.'],
        ["", "", "y", "- omitted", "No."],
        ["d:2", "演习", "x", "+ preferred", "[It] began."],
    ]


@pytest.mark.parametrize(
    ("verdict", "rendering", "text"),
    [(None, "x", "-"), ("omitted", None, "omitted"), ("other", "drill", "drill (other)")],
)
def test_a_verdict_stands_with_its_rendering(
    verdict: str | None, rendering: str | None, text: str
) -> None:
    assert verdict_text(verdict, rendering) == text
