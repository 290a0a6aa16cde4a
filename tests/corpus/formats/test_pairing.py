"""Translations of more than the references have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mteval.corpus.formats.inputs import read_inputs
from mteval.corpus.model import SystemOutput, TestSet
from mteval.errors import MismatchError


def table(path: Path, rows: list[tuple[str, str]]) -> Path:
    lines = [json.dumps({"document": "d", "source": s, "reference": t}) + "\n" for s, t in rows]
    path.write_text("".join(lines), "utf-8")
    return path


def test_segments_that_references_lack_are_ignored(tmp_path: Path) -> None:
    references = table(tmp_path / "ref.jsonl", [("一", "one"), ("三  四", "three")])
    system = table(tmp_path / "mt.jsonl", [("一", "1"), ("二", "2"), ("三 四", "3"), ("五", "5")])
    inputs = read_inputs([references], None, [system])
    [output] = inputs.systems
    assert isinstance(output, SystemOutput)
    assert isinstance(inputs.references, TestSet)
    assert output.hypotheses(inputs.references) == ["1", "3"]
    assert f"{system}: 2 segments of document d ignored, as the references lack the source" in (
        inputs.notes
    )


@pytest.mark.parametrize(
    "rows",
    [
        # Which of the two it is cannot be known.
        [("一", "1"), ("一", "2"), ("三", "3")],
        # Another order, another text.
        [("三", "3"), ("二", "2"), ("一", "1")],
        [("一", "1"), ("二", "2"), ("四", "4")],
    ],
)
def test_what_does_not_pair_for_sure_is_refused(
    tmp_path: Path, rows: list[tuple[str, str]]
) -> None:
    references = table(tmp_path / "ref.jsonl", [("一", "one"), ("三", "three")])
    inputs = read_inputs([references], None, [table(tmp_path / "mt.jsonl", rows)])
    [output] = inputs.systems
    assert isinstance(output, SystemOutput)
    assert isinstance(inputs.references, TestSet)
    with pytest.raises(MismatchError, match="3 lines where"):
        output.hypotheses(inputs.references)
