"""Records of runs are told from other files."""

from __future__ import annotations

import json
import math
import re
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
    path = tmp_path / "run.json"
    path.write_text(content, "utf-8")
    with pytest.raises(InputError) as raised:
        read_record(tmp_path)
    assert re.fullmatch(
        rf"{re.escape(str(path))}(:1)?: this is not the record of a run \(.+\); score again, or "
        "name another run",
        str(raised.value),
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{\n"inputs": ]', r"run\.json:2: .*\(Expecting value\)"),
        ("[]", "it is no mapping"),
        (json.dumps({k: v for k, v in LEAST.items() if k != "systems"}), "it has no systems"),
        (json.dumps({**LEAST, "systems": ["x", "x"]}), "systems: this is not what mteval writes"),
        (json.dumps({**LEAST, "segments": [10**30]}), "segments: this is not what mteval writes"),
        (json.dumps({**LEAST, "resampling": {"seed": 1e999}}), "JSON has no number Infinity"),
        (json.dumps({**LEAST, "resampling": {"seed": 10**19}}), "resampling.seed: this is not"),
        (json.dumps({**LEAST, "resampling": {"seed": math.nan}}), "JSON has no number NaN"),
        (json.dumps({**LEAST, "metrics": {"m": {}}}), "metrics.m: it has no higher_is_better"),
        (
            json.dumps({**LEAST, "metrics": {"m": {"decimals": 10**9}}}),
            "metrics.m.decimals: this is not what mteval writes",
        ),
    ],
)
def test_the_part_that_is_wrong_is_named(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "run.json").write_text(content, "utf-8")
    with pytest.raises(InputError, match=reason):
        read_record(tmp_path)
