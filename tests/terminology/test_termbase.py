from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.errors import InputError
from mteval.terminology.concepts import Concept, Rendering, TermbaseRow
from mteval.terminology.termbase import Termbase

STATUSES = ["preferred", "admitted", "deprecated"]


def row(
    source: str = "军委",
    target: str = "CMC",
    status: str = "preferred",
    concept: str = "cmc",
    **others: str,
) -> TermbaseRow:
    return TermbaseRow(concept, source, target, status, **others)


def build(*rows: TermbaseRow) -> Termbase:
    placed = [replace(each, where=f"t.csv:{line}") for line, each in enumerate(rows, 2)]
    return Termbase.from_rows(placed, "t.csv")


def refused(*rows: TermbaseRow) -> str:
    with pytest.raises(InputError) as caught:
        build(*rows)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_rows_become_concepts_in_the_order_of_the_file() -> None:
    termbase = build(
        row("军委", "CMC", "admitted", severity="minor", note="short", case="exact"),
        row("党", "Party", concept="party"),
        row("中央军委", "Central Military Commission", valid_from="1954-09-28"),
        row("中央军委", "CMC", "admitted", severity="minor", case="exact"),
    )
    assert termbase == Termbase(
        (
            Concept(
                "cmc",
                ("军委", "中央军委"),
                (
                    Rendering("CMC", "admitted", "minor", "short", "exact"),
                    Rendering(
                        "Central Military Commission", "preferred", valid_from=date(1954, 9, 28)
                    ),
                ),
            ),
            Concept("party", ("党",), (Rendering("Party", "preferred"),)),
        )
    )
    assert termbase.origin == "t.csv"
    assert [concept.where for concept in termbase.concepts] == ["t.csv:2", "t.csv:3"]
    assert [each.where for each in termbase.concepts[0].renderings] == ["t.csv:2", "t.csv:4"]


def test_the_first_preferred_rendering_is_the_canonical_one() -> None:
    [concept] = build(row(target="a", status="admitted"), row(target="b"), row(target="c")).concepts
    assert concept.preferred == Rendering("b", "preferred")
    [concept] = build(row(status="deprecated")).concepts
    assert concept.preferred is None


def test_cells_are_stripped_and_otherwise_kept() -> None:
    [concept] = build(row("\u3000美\u3000国 ", " US  A\t", " preferred ", " us ")).concepts
    assert (concept.id, concept.sources) == ("us", ("美\u3000国",))
    assert concept.renderings == (Rendering("US  A", "preferred"),)


def test_empty_severity_and_case_are_major_and_auto() -> None:
    [concept] = build(row(severity="", case="")).concepts
    assert (concept.renderings[0].severity, concept.renderings[0].case) == ("major", "auto")


@pytest.mark.parametrize(
    ("begin", "end", "day", "holds"),
    [
        (None, None, date(2020, 1, 1), True),
        (date(2020, 1, 1), None, date(2019, 12, 31), False),
        (date(2020, 1, 1), None, date(2020, 1, 1), True),
        (None, date(2020, 1, 1), date(2020, 1, 1), True),
        (None, date(2020, 1, 1), date(2020, 1, 2), False),
        (date(2020, 1, 1), date(2020, 1, 1), None, True),
    ],
)
def test_validity_includes_both_ends(
    begin: date | None, end: date | None, day: date | None, holds: bool
) -> None:
    rendering = Rendering("t", "preferred", valid_from=begin, valid_to=end)
    assert rendering.valid_on(day) is holds


def test_what_is_legal() -> None:
    # Homonyms, variants in letter case, opposite statuses one after the other, case that matters.
    termbase = build(
        row("领导", "leader", concept="leader"),
        row("领导", "leadership", concept="leadership"),
        row("党", "party", concept="p"),
        row("党", "Party", concept="p"),
        row("丑", "old", "preferred", "o", valid_to="2017-12-31"),
        row("丑", "Old", "deprecated", "o", valid_from="2018-01-01"),
        row("友", "Aman Youyi", "preferred", "y", case="exact"),
        row("友", "Aman youyi", "deprecated", "y", case="exact"),
    )
    counts = {concept.id: len(concept.renderings) for concept in termbase.concepts}
    assert counts == {"leader": 1, "leadership": 1, "p": 2, "o": 2, "y": 2}


@pytest.mark.parametrize("column", ["concept", "source", "target", "status"])
def test_empty_cells_are_refused(column: str) -> None:
    message = refused(row(), replace(row(), **{column: " "}))
    assert message == f"t.csv:3: the {column} is empty; fill it in, or remove the line"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"status": "Preferred"},
            "status is 'Preferred'; use one of preferred, admitted, deprecated",
        ),
        ({"severity": "fatal"}, "severity is 'fatal'; use one of critical, major, minor"),
        ({"case": "yes"}, "case is 'yes'; use one of auto, exact, ignore"),
        (
            {"valid_from": "2023-02-29"},
            "valid_from is '2023-02-29', which is not a date; write YYYY-MM-DD, or leave it empty",
        ),
        (
            {"valid_to": "20230101"},
            "valid_to is '20230101', which is not a date; write YYYY-MM-DD, or leave it empty",
        ),
        (
            {"valid_from": "2023-01-02", "valid_to": "2023-01-01"},
            "valid_from (2023-01-02) is after valid_to (2023-01-01); swap or correct them",
        ),
        ({"note": "a\0b"}, "the note contains a NUL character; remove or replace it"),
        ({"target": "a\nb"}, "the target contains a line break; remove or replace it"),
        ({"source": "a\rb"}, "the source contains a line break; remove or replace it"),
        ({"concept": "\ud800"}, "the concept contains half a surrogate pair; remove or replace it"),
    ],
    ids=str,
)
def test_bad_cells_are_refused(change: dict[str, str], message: str) -> None:
    assert refused(replace(row(), **change)) == f"t.csv:2: {message}"


def test_duplicates_name_both_lines() -> None:
    assert refused(row(), row("x", "X"), row()) == (
        "t.csv:4: duplicate: '军委' -> 'CMC' (preferred) is in concept 'cmc' already, at "
        "t.csv:2; remove one of the two"
    )
    # The second source has stated it on another line.
    assert "at t.csv:3;" in refused(row(), row("x"), row("x"))


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (row(), row("别", status="deprecated"), True),
        (row(), row(target="cmc", status="deprecated"), True),
        (row(), row(target="cmc", status="admitted"), False),
        (row(case="exact"), row(target="cmc", status="deprecated"), True),
        (row(case="exact"), row(target="cmc", status="deprecated", case="exact"), False),
        (row(case="exact"), row(status="admitted", case="exact"), True),
        (row(), row(concept="x", status="deprecated"), False),
        (row(valid_to="2020-01-01"), row(status="deprecated", valid_from="2020-01-01"), True),
        (row(valid_to="2020-01-01"), row(status="deprecated", valid_from="2020-01-02"), False),
    ],
)
def test_contradictory_statuses_name_both_lines(
    first: TermbaseRow, second: TermbaseRow, clash: bool
) -> None:
    if not clash:
        build(first, second)
        return
    message = refused(first, second)
    assert message.startswith("t.csv:3: concept 'cmc' has the contradictory status ")
    assert " which t.csv:2 has " in message
    assert "; keep one status" in message


@pytest.mark.parametrize("source", ["军委", "别"])
@pytest.mark.parametrize(
    ("first", "second"),
    [(("", ""), ("2020-01-01", "")), (("", "2020-06-30"), ("2020-06-30", "2021-01-01"))],
)
def test_overlapping_validity_names_both_lines(
    source: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    message = refused(
        row(valid_from=first[0], valid_to=first[1]),
        row(source, valid_from=second[0], valid_to=second[1]),
    )
    assert message.startswith("t.csv:3: overlapping validity of 'CMC' (preferred) in concept 'cmc'")
    assert " at t.csv:2; " in message


def test_the_same_rendering_may_hold_in_periods_apart() -> None:
    [concept] = build(row(valid_to="2020-01-01"), row(valid_from="2021-01-01")).concepts
    assert len(concept.renderings) == 2


@pytest.mark.parametrize(
    ("column", "ours", "theirs"),
    [("severity", "minor", "major"), ("case", "exact", "auto"), ("note", "b", "a")],
)
def test_a_rendering_is_the_same_for_all_source_terms(column: str, ours: str, theirs: str) -> None:
    message = refused(
        replace(row(), **{column: theirs}),
        replace(row("别"), **{column: ours}),
    )
    assert message.startswith(
        f"t.csv:3: the {column} {ours!r} of 'CMC' in concept 'cmc' is {theirs!r} at t.csv:2; "
    )


def test_a_note_may_stand_with_any_source_term() -> None:
    first, second = (
        build(row(note=one), row("别", note=other)) for one, other in [("n", ""), ("", "n")]
    )
    assert first == second
    assert first.concepts[0].renderings[0].note == "n"


def test_nothing_is_no_termbase() -> None:
    with pytest.raises(InputError, match=re.escape("t.csv: there is no term here; add a line")):
        Termbase.from_rows([], "t.csv")


def test_rows_without_a_place_are_counted() -> None:
    with pytest.raises(InputError, match=r"^list, row 2: the target is empty"):
        Termbase.from_rows([row(), row(target="")], "list")
    with pytest.raises(InputError, match=r"^row 1: the target is empty"):
        Termbase.from_rows([row(target="")])


def test_rows_pair_every_source_with_every_rendering() -> None:
    termbase = build(row("a", "X"), row("b", "Y"), row("a", "Z", concept="z", case="ignore"))
    assert termbase.rows() == [
        row("a", "X"),
        row("a", "Y"),
        row("b", "X"),
        row("b", "Y"),
        row("a", "Z", concept="z", case="ignore"),
    ]


def test_the_fingerprint_is_that_of_the_content() -> None:
    termbase = build(row(), row("b", "Y", note="n"))
    moved = Termbase.from_rows(
        [replace(each, where="u.csv:9") for each in termbase.rows()], "u.csv"
    )
    assert (moved, moved.fingerprint()) == (termbase, termbase.fingerprint())
    assert re.fullmatch("[0-9a-f]{64}", termbase.fingerprint())
    others = [
        build(row(**{column: value}), row("b", "Y", note="n")).fingerprint()
        for column, value in [
            ("source", "x"),
            ("target", "x"),
            ("status", "admitted"),
            ("severity", "minor"),
            ("note", "x"),
            ("case", "exact"),
            ("valid_from", "2020-01-01"),
            ("valid_to", "2020-01-01"),
        ]
    ]
    assert len({termbase.fingerprint(), *others}) == 9


SMALL = st.builds(
    TermbaseRow,
    concept=st.sampled_from("cd"),
    source=st.sampled_from("一二"),
    target=st.sampled_from(["a", "A", "b"]),
    status=st.sampled_from(STATUSES),
    severity=st.sampled_from(["", "minor"]),
    note=st.sampled_from(["", "n"]),
    case=st.sampled_from(["", "exact", "auto"]),
    valid_from=st.sampled_from(["", "2020-01-01"]),
    valid_to=st.sampled_from(["", "2019-12-31", "2021-01-01"]),
)


@given(st.lists(SMALL, min_size=1, max_size=6))
def test_what_builds_from_rows_builds_from_its_own_rows(rows: list[TermbaseRow]) -> None:
    try:
        termbase = Termbase.from_rows(rows)
    except InputError:
        return
    again = Termbase.from_rows(termbase.rows())
    assert again == termbase
    assert again.rows() == termbase.rows()
    assert again.fingerprint() == termbase.fingerprint()
    for concept in termbase.concepts:
        assert set(concept.sources) == {r.source for r in rows if r.concept == concept.id}
