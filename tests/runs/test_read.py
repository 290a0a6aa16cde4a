"""Records of runs are told from other files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mteval.errors import InputError
from mteval.runs.read import Run, read_record

LEAST: dict[str, Any] = {"inputs": {}, "systems": ["x"], "metrics": {}, "signatures": {}}


def test_a_record_has_at_least_what_decides_scores(tmp_path: Path) -> None:
    for record in (LEAST, {**LEAST, "more": 1}):
        (tmp_path / "run.json").write_text(json.dumps(record), "utf-8")
        assert read_record(tmp_path) == Run(tmp_path).record == record


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", '["inputs", "systems", "metrics", "signatures"]', "null", "{}"),
        *(
            json.dumps({key: value for key, value in LEAST.items() if key != lacking})
            for lacking in LEAST
        ),
        json.dumps({**LEAST, "systems": "x"}),
        json.dumps({**LEAST, "metrics": []}),
        "[" * 100_000,
    ],
    ids=lambda content: content[:60],
)
def test_anything_else_is_no_record(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content, "utf-8")
    with pytest.raises(InputError) as raised:
        read_record(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path / 'run.json'}: this is not the record of a run; score again, or name another "
        "run"
    )
