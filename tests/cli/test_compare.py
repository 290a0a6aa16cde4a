"""The commands compare and gate, as users run them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.conftest import ROOT, Run


def test_the_command_compares(mteval: Run, tmp_path: Path) -> None:
    for name in ("references", "systems"):
        shutil.copytree(ROOT / name, tmp_path / name)
    arguments = ("compare", "systems/llm-glossary", "systems/llm-fluent", "-m", "bleu")
    done = mteval(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["comparisons"]
    assert {
        *("system", "baseline", "metric", "score", "baseline_score", "delta", "p_value"),
        *("mean", "ci"),
    } <= set(rows[0])
    [exercise] = [r for r in json.loads(done.stdout)["terms"] if r["source"] == "北部·联合"]
    assert exercise["baseline_rendering"] == "Beibu Unity-2023"
    assert exercise["rendering"] == "Northern/Interaction-2023"
    assert not (tmp_path / "results").exists()
    table = mteval(*arguments).stdout
    assert "Comparison with llm-glossary" in table
    assert "Beibu Unity-2023 (deprecated)" in table
    done = mteval("compare", "systems/llm-glossary", "-m", "bleu")
    assert done.returncode == 2
    assert done.stderr.count("\n") <= 2


def test_the_gate_opens_and_shuts(mteval: Run, tmp_path: Path) -> None:
    for name in ("references", "systems"):
        shutil.copytree(ROOT / name, tmp_path / name)
    score = ("score", "systems/llm-fluent", "systems/llm-glossary", "-m", "chrf", "-m", "bleu")
    assert mteval(*score).returncode == 0
    path = tmp_path / "systems/llm-fluent/mnd-2023-12-28-military-diplomacy.txt"
    text = path.read_text("utf-8").replace("Northern/Interaction-2023", "Beibu Unity-2023")
    path.write_text(text.replace("the ", ""), "utf-8")
    (tmp_path / "systems/llm-glossary").rename(tmp_path / "kept")
    shutil.copytree(ROOT / "systems/llm-literal", tmp_path / "systems/llm-glossary")
    assert mteval(*score).returncode == 0
    before, after = sorted(p.name for p in (tmp_path / "results").iterdir())
    done = mteval(
        *("gate", after, "--baseline", before, "--max-drop", "chrf=0.5"),
        *("--fail-on", "deprecated", "--must-pass", "北部·联合"),
    )
    assert done.returncode == 1
    assert "failed: llm-glossary: chrf fell by" in done.stdout
    assert "failed: llm-fluent: 北部·联合 is deprecated, 'Beibu Unity-2023'" in done.stdout
    assert "failed: llm-fluent: 北部·联合 must be right and is deprecated" in done.stdout
    same = mteval("gate", f"results/{before}", "--baseline", before, "--max-drop", "chrf=0")
    assert (same.returncode, same.stdout) == (0, f"{before} passes\n")
    found = json.loads(mteval("gate", after, "--fail-on", "deprecated", "--json").stdout)
    assert not found["passed"]
    assert {failure["kind"] for failure in found["failures"]} == {"rendering"}
    assert mteval("score", "systems/llm-fluent", "-m", "chrf", "-m", "bleu").returncode == 0
    [fewer] = {p.name for p in (tmp_path / "results").iterdir()} - {before, after}
    done = mteval("gate", fewer, "--baseline", before, "--max-drop", "chrf=99")
    assert done.returncode == 1
    assert "failed: llm-glossary: " in done.stdout
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "run.json").write_text("{}")
    for arguments, message in (
        (("old", "--baseline", before, "--max-drop", "chrf=1"), "not the record of a run"),
        (("old", "--fail-on", "deprecated"), "not the record of a run"),
        ((after,), "nothing to judge by"),
        ((after, "--max-drop", "chrf=0.5"), "name one with --baseline"),
        ((after, "--baseline", before, "--max-drop", "chrf"), "is not a metric and points"),
        ((after, "--baseline", before, "--max-drop", "ter=1"), "has no scores of 'ter'"),
        ((after, "--fail-on", "preferred"), "not a verdict of a wrong rendering"),
        ((after, "--must-pass", "nothing"), "no such term occurs"),
        (("nowhere", "--fail-on", "deprecated"), "there is no such run"),
    ):
        refused = mteval("gate", *arguments)
        assert refused.returncode == 2, arguments
        assert message in refused.stderr
        assert refused.stderr.count("\n") == 1
