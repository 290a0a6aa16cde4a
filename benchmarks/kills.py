"""Kill `mteval score` at random moments and look at what it leaves behind.

    python -m benchmarks.kills WMT22 [--kills 200] [--seed N]

WMT22 is a folder with src.zh, ref.A.en and systems/*.en. Three kills in five hit BLEU and chrF of
all of it, the others COMET of a slice, whose scores go into the cache. Half of the moments are
drawn from the whole time that a run takes, the others from while the run folder, or the cache, is
being written. All runs share one folder of results and one cache, so each starts from what the one
killed before it left. After every kill

- results/ holds whole runs only: every file is there and reads back with the right numbers;
- what else is there is hidden, and the history passes over it;
- no worker process lives on;
- the cache passes SQLite's check and each score in it is the one computed without a cache,

and after every tenth a run is left alone: it must succeed, with the numbers of one that had
neither cache nor kills before it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mteval.runs.history import read_history
from mteval.runs.read import Run, find_runs

CACHE_FILE = "scores-1.sqlite3"
SLICE_SEGMENTS = 60
SLICE_SYSTEMS = 2
# How often what is being written is looked at.
TICK_SECONDS = 0.0005
TURN = 10
MOST_SECONDS_TO_END = 10.0


@dataclass(frozen=True)
class Task:
    """Say what is scored, and what comes of it if nobody interferes."""

    arguments: tuple[str, ...]
    # Seconds for the whole, and for the writing of the run folder at its end.
    whole: float
    writing: float
    files: frozenset[str]
    systems: list[dict[str, Any]]


class FailedError(Exception):
    """Report what a killed run left behind that it should not have."""


def start(folder: Path, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """Start a run in a folder, with its own cache and results, as the head of a process group."""
    with (folder / "errors").open("wb") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "mteval", "score", *arguments],
            cwd=folder,
            env={**os.environ, "MTEVAL_CACHE_DIR": str(folder / "cache")},
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )


def check_processes(group: int) -> None:
    """Check that no process of a group that was headed by a run lives on."""
    until = time.monotonic() + MOST_SECONDS_TO_END
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise FailedError(f"processes of the run live on after {MOST_SECONDS_TO_END} s: group {group}")


def scratch_folders(folder: Path) -> set[str]:
    """List the hidden folders in results/."""
    results = folder / "results"
    return {p.name for p in results.iterdir() if p.name[0] == "."} if results.is_dir() else set()


def undisturbed(folder: Path, arguments: tuple[str, ...]) -> Task:
    """Score once without a cache and without a kill."""
    began = time.monotonic()
    process = start(folder, (*arguments, "--no-cache"))
    writes = None
    while process.poll() is None:
        if writes is None and scratch_folders(folder):
            writes = time.monotonic()
        time.sleep(TICK_SECONDS)
    ended = time.monotonic()
    if process.returncode != 0 or writes is None:
        raise FailedError(f"a run left alone failed: {(folder / 'errors').read_text()}")
    [made] = find_results(folder)
    task = Task(
        arguments,
        ended - began,
        ended - writes,
        frozenset(path.name for path in made.iterdir()),
        Run(made).evaluation.system_rows(),
    )
    shutil.rmtree(folder)
    folder.mkdir()
    return task


def find_results(folder: Path) -> list[Path]:
    """List what anybody sees in results/."""
    results = folder / "results"
    return sorted(p for p in results.iterdir() if p.name[0] != ".") if results.is_dir() else []


def cache_rows(folder: Path) -> dict[tuple[bytes, bytes], float]:
    """Check a copy of the cache, as whoever opens it next finds it, and give its scores."""
    if not (folder / "cache" / CACHE_FILE).exists():
        return {}
    with tempfile.TemporaryDirectory() as copy:
        for path in (folder / "cache").iterdir():
            shutil.copy(path, copy)
        with closing(sqlite3.connect(Path(copy) / CACHE_FILE)) as connection:
            [verdict] = connection.execute("PRAGMA integrity_check").fetchone()
            if verdict != "ok":
                raise FailedError(f"the cache is damaged: {verdict}")
            try:
                rows = connection.execute("SELECT signature, key, score FROM scores").fetchall()
            except sqlite3.OperationalError:  # killed before the tables were made
                return {}
    return {(signature, key): score for signature, key, score in rows}


def check(folder: Path, tasks: list[Task], known: dict[tuple[bytes, bytes], float]) -> None:
    """Check results and cache after a kill."""
    runs = find_results(folder)
    for run in runs:
        names = {path.name for path in run.iterdir()}
        task = next((t for t in tasks if t.files == names and t.systems == systems_of(run)), None)
        if task is None:
            raise FailedError(f"{run.name} is not whole, or has other numbers: {sorted(names)}")
    if runs:
        found = read_history(folder / "results")
        if found.left_out or len(found.runs) != len(runs):
            raise FailedError(f"the history has {len(found.runs)} of {len(runs)}: {found.left_out}")
        find_runs(folder / "results")
    for place, score in cache_rows(folder).items():
        if known.get(place) != score:
            raise FailedError(f"the cache has {score!r} where {known.get(place)!r} is right")


_systems_of: dict[Path, list[dict[str, Any]]] = {}


def systems_of(run: Path) -> list[dict[str, Any]]:
    """Give the scores of a run, read once: a run folder that is there does not change."""
    if run not in _systems_of:
        whole = Run(run)
        if any(math.isnan(array.sum()) for array in whole.statistics.values()):
            raise FailedError(f"{run.name} has statistics that are no numbers")
        _systems_of[run] = whole.evaluation.system_rows()
    return _systems_of[run]


def moments(draw: random.Random, task: Task, folder: Path, comet: bool) -> Iterator[bool]:
    """Wait for the moment of a kill; False while it has not come."""
    began = time.monotonic()
    if draw.random() < 0.5:
        wait = draw.uniform(0, task.whole)
        while time.monotonic() - began < wait:
            yield False
        yield True
        return
    before = scratch_folders(folder)
    journal = folder / "cache" / f"{CACHE_FILE}-journal"
    is_written: Callable[[], bool]
    if comet and draw.random() < 0.6:
        is_written = journal.exists
        wait = draw.choice([0, draw.uniform(0, 0.005), draw.uniform(0, 2)])
    else:
        is_written = lambda: bool(scratch_folders(folder) - before)  # noqa: E731
        wait = draw.uniform(0, task.writing)
    while not is_written():
        yield False
    began = time.monotonic()
    while time.monotonic() - began < wait:
        yield False
    yield True


def kill(draw: random.Random, task: Task, folder: Path, comet: bool) -> str:
    """Start a run, kill it, and say what it was doing."""
    before, runs = scratch_folders(folder), len(find_results(folder))
    cached = len(cache_rows(folder))
    process = start(folder, task.arguments)
    for now in moments(draw, task, folder, comet):
        if now or process.poll() is not None:
            break
        time.sleep(TICK_SECONDS)
    process.kill()
    if process.wait() not in (0, -9):
        errors = (folder / "errors").read_text("utf-8")
        raise FailedError(f"the next run failed with {process.returncode}: {errors}")
    check_processes(process.pid)
    if process.returncode == 0:
        return "had ended"
    if len(find_results(folder)) > runs:
        return "after the run folder appeared"
    if scratch_folders(folder) - before:
        return "while the run folder was written"
    if (folder / "cache" / f"{CACHE_FILE}-journal").exists():
        return "while the cache was written"
    if len(cache_rows(folder)) > cached:
        return "after some of the cache was written"
    return "before anything was written"


def prepare(wmt22: Path, folder: Path) -> tuple[Task, Task]:
    """Lay out a slice for COMET, and run both tasks without disturbance."""
    part = folder / "slice"
    part.mkdir()
    for name in ("src.zh", "ref.A.en"):
        cut(wmt22 / name, part / name)
    systems = sorted((wmt22 / "systems").glob("*.en"))
    for path in systems[:SLICE_SYSTEMS]:
        cut(path, part / f"system-{path.name}")
    texts = ("-s", str(wmt22 / "src.zh"), "-r", str(wmt22 / "ref.A.en"))
    whole = (*map(str, systems), *texts, "-m", "bleu", "-m", "chrf")
    small = (
        *map(str, sorted(part.glob("system-*"))),
        *("-s", str(part / "src.zh"), "-r", str(part / "ref.A.en"), "-m", "bleu", "-m", "comet"),
    )
    quiet = folder / "undisturbed"
    quiet.mkdir()
    return undisturbed(quiet, whole), undisturbed(quiet, small)


def cut(path: Path, to: Path) -> None:
    """Copy the first lines of a file."""
    with path.open("rb") as file:
        to.write_bytes(b"".join(itertools.islice(file, SLICE_SEGMENTS)))


def cached_scores(folder: Path, task: Task) -> dict[tuple[bytes, bytes], float]:
    """Score with an empty cache, and check that its scores give what those without one gave."""
    finish(folder, task)
    rows = cache_rows(folder)
    finish(folder, task)
    shutil.rmtree(folder)
    folder.mkdir()
    return rows


def finish(folder: Path, task: Task) -> None:
    """Let a run come to its end, and compare its numbers."""
    before = set(find_results(folder))
    process = start(folder, task.arguments)
    process.wait()
    errors = (folder / "errors").read_text("utf-8")
    made = set(find_results(folder)) - before
    if process.returncode != 0 or len(made) != 1:
        raise FailedError(f"the next run failed with {process.returncode}: {errors}")
    if "warning: " in errors and "cache" in errors:
        raise FailedError(f"the next run found something wrong with the cache: {errors}")
    if systems_of(made.pop()) != task.systems:
        raise FailedError("the next run has other numbers")


def main() -> None:
    """Kill, check, and print what was killed in which phase."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("wmt22", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    phases: Counter[str] = Counter()
    kills = ended = left = 0
    with tempfile.TemporaryDirectory(prefix="mteval-kills-") as name:
        folder = Path(name) / "work"
        folder.mkdir()
        tasks = prepare(options.wmt22.resolve(), Path(name))
        known = cached_scores(folder, tasks[1])
        for task, label in zip(tasks, ("WMT22", "COMET of a slice"), strict=True):
            print(f"{label}: {task.whole:.1f} s, of which {task.writing:.2f} s of writing")
        while kills < options.kills:
            comet = kills % 5 in (1, 3)
            if comet and len(cache_rows(folder)) == len(known):
                shutil.rmtree(folder / "cache")  # or nothing would be written any more
            phase = kill(draw, tasks[comet], folder, comet)
            check(folder, list(tasks), known)
            left = max(left, len(scratch_folders(folder)))
            if phase == "had ended":
                ended += 1
                continue
            kills += 1
            phases[phase] += 1
            print(f"{kills:4}  {'COMET' if comet else 'WMT22'}  {phase}", flush=True)
            if kills % TURN == 0:
                finish(folder, tasks[kills // TURN % 2])
                check(folder, list(tasks), known)
        finish(folder, tasks[0])
        finish(folder, tasks[1])
        check(folder, list(tasks), known)
        print(json.dumps({"kills": kills, "ended before": ended, **phases}, indent=2))
        print(
            f"{len(find_results(folder))} runs, all whole; at most {left} scratch folders at a "
            f"time, {len(scratch_folders(folder))} at the end; the cache is sound"
        )


if __name__ == "__main__":
    main()
