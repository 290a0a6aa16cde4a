"""What callers from Python give wrongly: one sentence of ours, before any work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mteval
from mteval import Document, Segment, SystemOutput, TestSet
from mteval.comparison.gate import gate
from mteval.comparison.systems import compare
from mteval.errors import MtevalError

TEXTS = ("The drill ended.", "The ministry welcomed it.")
TEST_SET = TestSet((Document("d", tuple(Segment(None, (text,)) for text in TEXTS)),))
OUTPUT = SystemOutput("x", {"d": TEXTS})
# Made where they are wanted: nothing is scored while tests are collected.
Call = Callable[[Any], object]


def evaluated(**given: Any) -> mteval.Evaluation:
    defaults: dict[str, Any] = {"metrics": ["bleu"], "samples": 0}
    return mteval.evaluate(TEST_SET, [OUTPUT, SystemOutput("y", {"d": TEXTS})], **defaults | given)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> mteval.Run:
    return mteval.Run(mteval.write_run(evaluated(), tmp_path_factory.mktemp("results"))[0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"metrics": "bleu"}, "metrics is 'bleu' where a list is wanted"),
        ({"metrics": [3]}, "metrics has 3 where a name is wanted"),
        ({"metrics": [None]}, "metrics has None"),
        ({"samples": 100.5}, "the number of samples is 100.5; give a whole number"),
        ({"samples": "100"}, "the number of samples is '100'"),
        ({"samples": True}, "the number of samples is True"),
        ({"samples": None}, "the number of samples is None"),
        ({"seed": 1.5}, "the seed is 1.5; give a whole number"),
        ({"seed": None}, "the seed is None"),
        ({"resample": "words"}, "what is resampled is 'words'; take one of: segments, documents"),
        ({"resample": None}, "what is resampled is None"),
        ({"options": {"bleu": 3}}, "the options of bleu are 3"),
        ({"notes": "one note"}, "notes is 'one note' where a list is wanted"),
        ({"notes": [3]}, "notes has 3"),
    ],
)
def test_what_an_evaluation_is_given(given: dict[str, Any], message: str) -> None:
    with pytest.raises(MtevalError) as caught:
        evaluated(**given)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("systems", ["systems/x", Path("systems/x"), OUTPUT, 3, None])
def test_one_system_is_no_list_of_systems(systems: Any) -> None:
    with pytest.raises(MtevalError, match=r"^systems is .* where a list is wanted"):
        mteval.evaluate(TEST_SET, systems, ["bleu"], samples=0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"test": "nonsense"}, "the test is 'nonsense'; take one of: bootstrap, randomization"),
        ({"test": ["bootstrap"]}, "the test is ['bootstrap']"),
        ({"resample": "words"}, "what is resampled is 'words'"),
        ({"samples": 99.0}, "the number of samples is 99.0"),
        ({"seed": "x"}, "the seed is 'x'"),
    ],
)
def test_what_a_comparison_is_given(given: dict[str, Any], message: str) -> None:
    with pytest.raises(MtevalError) as caught:
        compare(evaluated(), **given)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"max_drop": {"bleu": "3"}}, "bleu may drop by '3' points"),
        ({"max_drop": {}, "must_pass": "critical"}, "must_pass is 'critical' where a list"),
        ({"max_drop": {}, "fail_on": "omitted"}, "fail_on is 'omitted' where a list"),
        ({"max_drop": {}, "must_pass": [3]}, "must_pass has 3"),
    ],
)
def test_what_a_gate_is_given(run: mteval.Run, given: dict[str, Any], message: str) -> None:
    with pytest.raises(MtevalError) as caught:
        gate(run, run, **given)
    assert str(caught.value).startswith(message)


def test_a_run_is_named_by_a_text_too(run: mteval.Run) -> None:
    assert mteval.Run(str(run.folder)).name == run.name  # type: ignore[arg-type]


# A table of pandas has NaN where nothing was written, and a text is a list of characters.
NOT_A_TEXT: dict[str, Call] = {
    "hypothesis": lambda wrong: SystemOutput("x", {"d": (TEXTS[0], wrong)}),
    "name": lambda wrong: SystemOutput(wrong, {"d": TEXTS}),
    "reference": lambda wrong: Segment(None, (wrong,)),
    "source": lambda wrong: Segment([wrong], TEXTS),  # type: ignore[arg-type]
    "document": lambda wrong: Document(wrong, (Segment(None, TEXTS),)),
}


@pytest.mark.parametrize("make", NOT_A_TEXT)
@pytest.mark.parametrize("wrong", [None, float("nan"), 3, b"text"])
def test_what_is_no_text(make: str, wrong: object) -> None:
    with pytest.raises(MtevalError, match=r" is not text but |which is none; give a text"):
        NOT_A_TEXT[make](wrong)


def test_one_text_is_no_list_of_lines() -> None:
    with pytest.raises(MtevalError, match="what system x has of d is 'abc' where a list is wanted"):
        SystemOutput("x", {"d": "abc"})  # type: ignore[dict-item]
    with pytest.raises(MtevalError, match="the references of a segment is 'abc' where a list"):
        Segment("中", "abc")  # type: ignore[arg-type]
