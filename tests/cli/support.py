"""What the tests of the command line share: projects, refusals, files of runs."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import ROOT, Run, without_progress

Done = subprocess.CompletedProcess[str]
HEADER = "concept,source,target,status,severity,note,case,valid_from,valid_to\n"
# Ark: right in a, wrong in b; forum: right in both; nothing is left to search for.
TERMS = HEADER + (
    "ark,和平方舟,Peace Ark,preferred,critical,,,,\n"
    "ark,和平方舟,Ark Peace,deprecated,critical,,,,\n"
    "forum,香山论坛,Xiangshan Forum,preferred,major,,,,\n"
    "forum,香山论坛,Fragrant Hills Forum,deprecated,minor,,,,\n"
)


def copy_project(folder: Path) -> Path:
    for name in ("references", "systems"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def fails(done: subprocess.CompletedProcess[str], *says: str) -> None:
    """Check that bad input was answered by one sentence and exit code 2, with nothing printed."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    last = done.stderr.rstrip("\n").split("\n")[-1]
    for text in says:
        assert text in last
    assert "Traceback" not in done.stderr


def refused(done: subprocess.CompletedProcess[str], *says: str) -> None:
    """Check that bad input was answered by one sentence and exit code 2, with nothing printed."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert without_progress(done.stderr).startswith("mteval: ")
    assert without_progress(done.stderr).count("\n") == 1, done.stderr
    for text in says:
        assert text in done.stderr


def all_refused(mteval: Run, cases: Sequence[tuple[Sequence[object], str]]) -> None:
    with ThreadPoolExecutor(8) as pool:
        for done, (_, says) in zip(
            pool.map(lambda case: mteval(*case[0]), cases), cases, strict=True
        ):
            refused(done, says)


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def lines_of(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def record_of(small: Path, mteval: Run, results: str) -> Any:
    done = mteval("score", "systems/a", "systems/b", "-m", "bleu", "-o", results, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def segments(folder: Path) -> list[dict[str, str]]:
    run = min((folder / "results").iterdir())
    with (run / "segments.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def said(done: Done) -> list[str]:
    return [line for line in done.stderr.splitlines() if not line.startswith("import time:")]


class Scored(NamedTuple):
    """One project scored twice, in processes of their own."""

    folder: Path
    cache: Path
    cold: Done
    warm: Done
