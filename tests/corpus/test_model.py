from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from mteval.corpus.model import Document, Segment, SystemOutput, TestSet
from mteval.errors import InputError, MismatchError, MtevalError


def document(id: str = "d", n: int = 2, n_references: int = 1) -> Document:
    return Document.from_columns(
        id,
        [f"第{i}段" for i in range(n)],
        [[f"Paragraph {i}, version {r}" for i in range(n)] for r in range(n_references)],
    )


def test_columns_become_segments_in_order() -> None:
    made = Document.from_columns("d", ["甲", "乙"], [["a", "b"], ["A", "B"]], ["heading", "text"])
    assert made.segments == (
        Segment("甲", ("a", "A"), "heading"),
        Segment("乙", ("b", "B"), "text"),
    )


def test_a_test_set_lists_its_columns() -> None:
    test_set = TestSet((document("d", 2, 2), document("e", 1, 2)))
    assert test_set.n_references == 2
    assert test_set.sources == ["第0段", "第1段", "第0段"]
    assert test_set.references[1] == [f"Paragraph {i}, version 1" for i in (0, 1, 0)]
    assert test_set.positions() == [("d", 1), ("d", 2), ("e", 1)]
    # They are made once, so that asking for them for every segment is not quadratic.
    assert test_set.sources is test_set.sources
    assert test_set.references is test_set.references


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Segment(" ", ("a",)), InputError, "source of a segment is empty"),
        (lambda: Segment("甲", ("",)), InputError, "reference of a segment is empty"),
        (lambda: Segment("甲", ("a",), "title"), InputError, "'title'"),  # type: ignore[arg-type]
        (lambda: Document("", (Segment("甲", ("a",)),)), InputError, "empty id"),
        (lambda: Document("d", ()), InputError, "no segments"),
        (
            lambda: Document("d", (Segment("甲", ("a",)), Segment("乙", ("a", "b")))),
            MismatchError,
            "segment 2 has 2 references where segment 1 has 1",
        ),
        (
            lambda: Document("d", (Segment("甲", ("a",)), Segment(None, ("a",)))),
            MismatchError,
            "segments 1 and 2 disagree",
        ),
        (
            lambda: Document.from_columns("d", ["甲"], [["a", "b"]]),
            MismatchError,
            "one column has 1 lines, another 2",
        ),
        (
            lambda: Document.from_columns("d", ["甲"], [["a"]], ["text", "text"]),
            MismatchError,
            "one column has 1 lines, another 2",
        ),
        (lambda: Document.from_columns("d", None, []), InputError, "neither source nor reference"),
        (lambda: TestSet(()), InputError, "no documents"),
        (lambda: TestSet((document(), document())), MismatchError, "two documents have the id d"),
        (
            lambda: TestSet((document("d"), document("e", 2, 2))),
            MismatchError,
            "document e has 2 references where d has 1",
        ),
        (lambda: SystemOutput("", {"d": ("a",)}), InputError, "empty name"),
        (lambda: SystemOutput("x", {}), InputError, "no documents"),
        (
            lambda: Document("d", (Segment("甲", ("a",)), Segment("乙\ud800", ("b",)))),
            InputError,
            r"^the source of d:2 has half a surrogate pair \(U\+D800\), which UTF-8 cannot hold",
        ),
        (
            lambda: Document("d", (Segment("甲", ("a", "\udfffb")),)),
            InputError,
            r"^a reference of d:1 has half a surrogate pair \(U\+DFFF\)",
        ),
        (
            lambda: SystemOutput("x", {"d": ("a", "b"), "e": ("c\udc80",)}),
            InputError,
            r"^the hypothesis of system x for e:1 has half a surrogate pair \(U\+DC80\)",
        ),
    ],
)
def test_construction_refuses(
    make: Callable[[], object], error: type[MtevalError], says: str
) -> None:
    with pytest.raises(error, match=says):
        make()


def test_everything_is_frozen() -> None:
    output = SystemOutput("x", {"d": ("a",)})
    with pytest.raises(dataclasses.FrozenInstanceError):
        output.name = "y"  # type: ignore[misc]
    with pytest.raises(TypeError):
        output.documents["d"] = ("b",)  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        document().id = "y"  # type: ignore[misc]


def test_hypotheses_pair_in_the_order_of_the_test_set() -> None:
    test_set = TestSet((document("d"), document("e", 1)))
    output = SystemOutput("x", {"e": ("third",), "d": ("first", "")})
    assert output.hypotheses(test_set) == ["first", "", "third"]


def test_a_missing_document_is_refused_unless_allowed() -> None:
    test_set = TestSet((document("d"), document("e", 1)))
    output = SystemOutput("x", {"e": ("third",), "f": ("extra",)})
    with pytest.raises(MismatchError, match="system x lacks d, which the references have"):
        output.hypotheses(test_set)
    assert output.hypotheses(test_set, allow_missing=True) == [None, None, "third"]
    assert output.extra_documents(test_set) == ["f"]
    with pytest.raises(MismatchError, match="none of the test set's documents"):
        SystemOutput("x", {"f": ("extra",)}).hypotheses(test_set, allow_missing=True)


def test_an_extra_document_is_refused_with_the_near_name() -> None:
    test_set = TestSet((document("video-call"),))
    output = SystemOutput("x", {"video-call": ("a", "b"), "vidio-call": ("a",)})
    with pytest.raises(MismatchError, match=r"no scorable document vidio-call .*mean video-call"):
        output.hypotheses(test_set)


def test_line_counts_that_differ_say_both_and_where() -> None:
    references = ["The first speech", "A second remark", "One third point", "Some fourth view"]
    test_set = TestSet((Document.from_columns("d", None, [references], origin="refs/d.en.txt"),))
    output = SystemOutput("x", {"d": (references[0], *references[2:])}, {"d": "systems/x/d.txt"})
    with pytest.raises(MismatchError) as error:
        output.hypotheses(test_set, allow_missing=True)
    assert str(error.value).startswith(
        "systems/x/d.txt has 3 lines where refs/d.en.txt has 4: "
        "they part at line 2 of systems/x/d.txt;"
    )
