"""A small test set with a complete and an incomplete output."""

from __future__ import annotations

from mteval.corpus.model import Document, SystemOutput, TestSet

TEST_SET = TestSet(
    (
        Document.from_columns("d", ["甲", "乙"], [["the first speech ended", "a second one"]]),
        Document.from_columns("e", ["丙"], [["one third joint naval exercise"]]),
    )
)


X = SystemOutput("x", {"d": ("the first speech ended", ""), "e": ("a third naval exercise",)})


Y = SystemOutput("y", {"d": ("a first talk", "a second one")})
