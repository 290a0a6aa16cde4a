from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run

NAME = "mnd-2023-11-30-consensus"


@pytest.mark.parametrize("flag", ["--resegment", "--realign"])
def test_outputs_are_cut_on_request_by_the_new_name_and_the_old(
    flag: str, mteval: Run, tmp_path: Path
) -> None:
    lines = (ROOT / "systems" / "llm-fluent" / f"{NAME}.txt").read_text("utf-8").splitlines()
    merged = tmp_path / "merged.txt"
    merged.write_text(" ".join(lines) + "\n", "utf-8")
    files = [ROOT / "references" / f"{NAME}.{language}.txt" for language in ("zh", "en")]
    options = ("-s", files[0], "-r", files[1], "-m", "chrf", "--samples", 0, "--json")
    done = mteval("score", merged, *options, flag)
    assert done.returncode == 0, done.stderr
    assert f"1 lines were re-aligned to {len(lines)} segments" in done.stderr
    assert json.loads(done.stdout)["systems"][0]["segments"] == len(lines)
    assert mteval("score", merged, *options).returncode == 2
