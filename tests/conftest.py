"""What the tests share: the repository, the outside data, the command line as users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def mteval(tmp_path: Path) -> Run:
    """Run the command line in an empty folder, as its own process."""

    def run(*arguments: object, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mteval", *map(str, arguments)],
            cwd=cwd,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def wmt22() -> Path:
    """Find the WMT22 general test set zh-en with WMT's published scores.

    It is not ours to ship: put src.zh, ref.A.en, ref.B.en, systems/ and official-scores.tsv into a
    folder and name it in MTEVAL_WMT22; by default it is looked for in shared/ beside the checkout.
    """
    folder = Path(os.environ.get("MTEVAL_WMT22", ROOT.parent / "shared" / "wmt22-zh-en"))
    if not (folder / "official-scores.tsv").is_file():
        pytest.skip(f"the WMT22 zh-en data is not in {folder}; name its folder in MTEVAL_WMT22")
    return folder


@pytest.fixture(scope="session")
def expected_pairs() -> dict[str, list[tuple[str, str]]]:
    """Read what the five pages must become (made by hand), runs of white space folded."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for line in (DATA / "expected-segments.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        pair = (" ".join(row["src"].split()), " ".join(row["ref"].split()))
        pairs.setdefault(row["doc"], []).append(pair)
    return pairs
