"""Tables of what is found about terms; rows made by hand."""

from __future__ import annotations

from mteval.terminology.audit import AuditRow
from mteval.terminology.history import ChangedOccurrence, TermTrend
from mteval.terminology.mining.proposals import Proposal
from mteval.terminology.vocabulary import TermChange
from mteval.views.tables import Table
from mteval.views.term_reports import (
    audit_table,
    change_counts,
    change_table,
    proposal_table,
    trend_table,
)


def texts(table: Table) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row) for group in table.groups for row in group]


def change(
    word: TermChange, system: str, before: str | None, after: str | None
) -> ChangedOccurrence:
    return {
        "change": word,
        "system": system,
        "document": "d",
        "segment": 3,
        "concept": "ark",
        "source": "和平方舟",
        "verdict_before": None if before is None else "deprecated",
        "rendering_before": before,
        "verdict": "omitted" if after is None else "deprecated",
        "rendering": after,
    }


CHANGED = [
    change("still wrong", "a", "Ark Peace", "Ark Peace"),
    change("still wrong", "b", "Ark Peace", "Peace Boat"),
    change("fixed", "c", "Ark Peace", "Peace Ark"),
    change("new", "d", None, None),
]


def test_a_term_stands_once_before_its_official_renderings() -> None:
    row: AuditRow = {
        "concept": "ark",
        "source": "和平方舟",
        "target": None,
        "problems": ["unlisted", "omitted"],
        "renderings": [
            {
                "rendering": "Peace Boat",
                "verdict": "other",
                "count": 2,
                "places": [{"document": "d", "segment": 1}, {"document": "e", "segment": 7}],
            },
            {"rendering": None, "verdict": "omitted", "count": 1, "places": []},
        ],
    }
    table = audit_table([row])
    assert table.title == "Official renderings to look at (1 term)"
    assert texts(table) == [
        ("和平方舟", "-", "unlisted, omitted", "other", "Peace Boat", "2", "d:1, e:7"),
        ("", "", "", "omitted", "-", "1", ""),
    ]
    assert texts(audit_table([{**row, "target": "Peace Ark"}]))[0][1] == "Peace Ark"


def test_proposals_have_a_row_each() -> None:
    proposal = Proposal(
        source="和平方舟",
        target="Peace Ark",
        kind="quoted",
        count=3,
        paired=2,
        documents=("d", "e"),
        renderings=(("Peace Ark", 2),),
        confidence=0.856,
        places=(("d", 1), ("d", 2), ("e", 1)),
    )
    table = proposal_table([proposal])
    assert table.title == "Proposed terms (1)"
    assert texts(table) == [("和平方舟", "Peace Ark", "quoted", "3", "2", "0.86", "d, e")]


def test_changes_are_shown_by_kind_and_without_what_is_as_it_was() -> None:
    table = change_table(CHANGED, "run-1", "run-2")
    assert table.title == "Errors in terms: run-1 -> run-2"
    assert texts(table) == [
        ("new", "d", "d:3", "和平方舟", "-", "omitted"),
        ("fixed", "c", "d:3", "和平方舟", "Ark Peace (deprecated)", "Peace Ark (deprecated)"),
        (
            "still wrong",
            "b",
            "d:3",
            "和平方舟",
            "Ark Peace (deprecated)",
            "Peace Boat (deprecated)",
        ),
    ]


def test_changes_are_counted_all() -> None:
    assert change_counts(CHANGED) == (
        "1 new, 1 fixed, 2 still wrong (1 of them with the same rendering, not shown)"
    )
    assert change_counts(CHANGED[1:]) == "1 new, 1 fixed, 1 still wrong"
    assert change_counts([]) == "0 new, 0 fixed, 0 still wrong"


def test_a_term_that_was_ever_wrong_is_followed_over_all_runs() -> None:
    def term(system: str, *points: tuple[str, int, str | None]) -> TermTrend:
        return {
            "system": system,
            "concept": "ark",
            "source": "和平方舟",
            "runs": [
                {"run": run, "occurrences": 2, "right": right, "renderings": renderings}
                for run, right, renderings in points
            ],
        }

    over_time = [
        term("a", ("run-1", 1, "Ark Peace"), ("run-3", 2, "Peace Ark x2")),
        term("b", ("run-1", 2, "Peace Ark"), ("run-2", 2, "Peace Ark"), ("run-3", 2, "Peace Ark")),
        term("c", ("run-1", 0, None), ("run-2", 0, None)),
        term("d", ("run-3", 0, None)),
    ]
    table = trend_table(over_time, ["run-1", "run-2", "run-3"])
    assert table.title == "Right renderings of each term that was ever wrong (3 runs, in order)"
    assert texts(table) == [
        ("a", "和平方舟", "1/2 - 2/2", "Peace Ark x2"),
        ("c", "和平方舟", "0/2 0/2 -", "-"),
        ("d", "和平方舟", "- - 0/2", "-"),
    ]
