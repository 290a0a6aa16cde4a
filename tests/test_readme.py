"""The README's blocks are what the commands print."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from tests.conftest import ROOT, Run

README = (ROOT / "README.md").read_text("utf-8")


def test_output_blocks_are_real(tmp_path: Path, mteval: Run) -> None:
    for name in ("references", "systems"):
        shutil.copytree(ROOT / name, tmp_path / name)
    blocks = re.findall(r"<!-- made by: mteval (.*?) -->\n```\n(.*?)\n```", README, re.DOTALL)
    assert blocks
    for command, block in blocks:
        arguments = [
            path
            for word in shlex.split(command)
            for path in (
                sorted(str(p.relative_to(tmp_path)) for p in tmp_path.glob(word))
                if "*" in word
                else [word]
            )
        ]
        printed = mteval(*arguments).stdout.splitlines()
        assert "\n".join(line.rstrip() for line in printed).rstrip() == block


def test_files_it_names_exist() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README) + re.findall(
        r"(benchmarks/\w+\.py)", README
    ):
        assert (ROOT / target).exists(), target


def test_the_two_commands_are_what_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    for command in ("make score", "make test"):
        assert command in README
        assert command in ci
