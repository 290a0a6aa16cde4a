"""The same numbers whatever the order of hashes, the number of cores and the order of systems."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

WORDS = [
    "舰",
    "艇",
    "演",
    "习",
    "海",
    "军",
    "报",
    "道",
    "昨",
    "天",
    "在",
    "港",
    "口",
    "举",
    "行",
    "了",
]
ENGLISH = ["ships", "drill", "navy", "port", "news", "held", "the", "a", "yesterday", "exercise"]
TERMS = """concept,source,target,status,severity,note
drill,演习,exercise,preferred,critical,
drill,演习,drill,deprecated,major,
port,港口,harbour,preferred,minor,
"""


def write_texts(folder: Path) -> None:
    """Write more segments than a batch of checks holds, for two systems, and a termbase."""
    draw = random.Random(5)

    def english() -> str:
        return " ".join(draw.choices(ENGLISH, k=9)).capitalize() + "."

    n = 300
    texts = {
        "s.txt": ["".join(draw.choices(WORDS, k=8)) + f"{k}人。" for k in range(n)],
        **{
            name: [f"{english()} {draw.choice((k, k, 7))} people." for k in range(n)]
            for name in ("r.txt", "x.txt", "y.txt")
        },
    }
    # Few terms, as what stands for each is searched for.
    texts["s.txt"][:12] = [f"演习在港口举行了{k}次。" for k in range(12)]
    for name, lines in texts.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    (folder / "t.csv").write_text(TERMS, "utf-8")


def rows_of(run: Path) -> dict[str, list[Any]]:
    """Return what the files of a run hold, without order, time stamps and commands."""
    found: dict[str, list[Any]] = {}
    for path in sorted(run.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.name] = sorted(tuple(row.items()) for row in csv.DictReader(file))
    document = json.loads((run / "evaluation.json").read_text("utf-8"))
    for table in ("systems", "documents", "terms", "flags"):
        found[table] = sorted(json.dumps(row, sort_keys=True) for row in document[table])
    return found


def test_a_run_is_the_same_whatever_the_machine_does(tmp_path: Path) -> None:
    write_texts(tmp_path)
    ways = {"one": ("1", "0", ("x.txt", "y.txt")), "two": ("2", "4711", ("y.txt", "x.txt"))}
    command = [
        "score",
        "-s",
        "s.txt",
        "-r",
        "r.txt",
        "--terms",
        "t.csv",
        "-m",
        "bleu",
        "-m",
        "chrf",
    ]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "mteval", *command, *systems, "-o", name, "--no-cache"],
            cwd=tmp_path,
            env=os.environ
            | {"MTEVAL_CORES": cores, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, (cores, seed, systems) in ways.items()
    ]
    for process in started:
        _, said = process.communicate()
        assert process.returncode == 0, said
    one, two = (rows_of(next((tmp_path / name).iterdir())) for name in ways)
    for name, rows in one.items():
        assert rows == two[name], name
    assert len(one["flags"]) > 10
    assert one["occurrences.csv"]
