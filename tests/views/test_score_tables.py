from __future__ import annotations

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.views.score_tables import document_table, domain_table, system_table
from tests.views.cells import texts

FIRST = ("the first speech ended well", "a second one here")
TEST_SET = TestSet(
    (
        Document.from_columns("d", None, [FIRST]),
        Document.from_columns("e", None, [["one third joint naval exercise"]]),
    )
)
GOOD = SystemOutput("good", {"d": FIRST, "e": ("one third joint naval drill",)})
BAD = SystemOutput("bad", {"d": ("a first talk", "second"), "e": ("one third joint naval drill",)})
PART = SystemOutput("part", {"d": FIRST})


def test_the_best_is_marked_in_the_direction_of_the_metric() -> None:
    table = system_table(mteval.evaluate(TEST_SET, [BAD, GOOD], ["chrf", "ter"]))
    assert [column.heading for column in table.columns] == ["system", "segments", "chrF ↑", "TER ↓"]
    bad, good = texts(table)
    assert not bad[2].endswith("*")
    assert not bad[3].endswith("*")
    assert good[2].endswith("*")
    assert good[3].endswith("*")


def test_ties_share_the_mark_and_documents_are_groups() -> None:
    table = document_table(mteval.evaluate(TEST_SET, [BAD, GOOD], ["ter"]))
    assert [len(group) for group in table.groups] == [2, 2]
    # TER of document e: 1 edit in 5 words for both; of d: 0 for the copy of the reference.
    assert texts(table)[1:] == [
        ["", "good", "2", "0.0*"],
        ["e", "bad", "1", "20.0*"],
        ["", "good", "1", "20.0*"],
    ]


def test_an_incomplete_system_is_never_best_and_a_missing_score_is_a_dash() -> None:
    evaluation = mteval.evaluate(TEST_SET, [BAD, PART], ["ter"], allow_missing=True)
    assert texts(system_table(evaluation))[1] == ["part", "2/3", "0.0"]
    assert texts(document_table(evaluation))[3] == ["", "part", "0/1", "-"]


def test_the_best_of_the_complete_is_marked_beside_a_better_incomplete_one() -> None:
    evaluation = mteval.evaluate(TEST_SET, [BAD, GOOD, PART], ["ter"], allow_missing=True)
    assert texts(system_table(evaluation)) == [
        ["bad", "3", "57.1"],
        ["good", "3", "7.1*"],
        # Of the two segments that it has, every word is right.
        ["part", "2/3", "0.0"],
    ]
    # Nor does an incomplete one share the mark with a complete one of the same score.
    perfect = SystemOutput("perfect", {"d": FIRST, "e": ("one third joint naval exercise",)})
    evaluation = mteval.evaluate(TEST_SET, [perfect, BAD, PART], ["ter"], allow_missing=True)
    assert [row[2] for row in texts(system_table(evaluation))] == ["0.0*", "57.1", "0.0"]


def test_a_single_system_is_not_best_of_anything() -> None:
    assert texts(system_table(mteval.evaluate(TEST_SET, [GOOD], ["ter"])))[0][2] == "7.1"


def test_domains_are_groups_with_a_name_for_documents_without_one() -> None:
    test_set = TestSet(
        (
            Document.from_columns("d", None, [FIRST], domain="news"),
            Document.from_columns("e", None, [["one third joint naval exercise"]]),
        )
    )
    table = domain_table(mteval.evaluate(test_set, [GOOD, PART], ["ter"], allow_missing=True))
    assert [column.heading for column in table.columns] == ["domain", "system", "segments", "TER ↓"]
    # Of the domain that it has whole, the other system is best too.
    assert texts(table) == [
        ["news", "good", "2", "0.0*"],
        ["", "part", "2", "0.0*"],
        ["(none)", "good", "1", "20.0*"],
        ["", "part", "0/1", "-"],
    ]


def test_flagged_segments_have_a_column_if_there_are_any() -> None:
    copied = SystemOutput("copied", {"d": ("演习结束了。", "a second one here"), "e": ("演习。",)})
    sources = TestSet(
        (
            Document.from_columns("d", ["演习结束了。", "第二。"], [FIRST]),
            Document.from_columns("e", ["演习。"], [["one third joint naval exercise"]]),
        )
    )
    table = system_table(mteval.evaluate(sources, [copied, GOOD], ["ter"], samples=0))
    assert table.columns[-1].heading == "flagged segments"
    [first, second] = (row[-1] for row in texts(table))
    assert first.startswith("2 copy")
    assert second == ""
