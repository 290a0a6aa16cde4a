"""What killed runs leave behind is removed, and nothing that may still be in use."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.evaluation import Evaluation
from mteval.runs.write import write_run

fcntl = pytest.importorskip("fcntl", reason="Windows has no such locks")

SCRATCH = ".20261122T120000Z-0123abcd.x1y2z3"


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    test_set = TestSet((Document.from_columns("d", None, [["one", "two"]]),))
    return mteval.evaluate(test_set, [SystemOutput("x", {"d": ("one", "two")})], ["chrf"])


def left_behind(results: Path, age: float, name: str = SCRATCH) -> Path:
    """Make a folder with a file in it, both of this age in seconds."""
    folder = results / name
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}", "utf-8")
    then = time.time() - age
    os.utime(folder, (then, then))
    return folder


# Younger than a minute it may be that of a run which is about to lock it.
@pytest.mark.parametrize(("age", "stays"), [(0, True), (45, True), (90, False), (1e6, False)])
def test_only_old_scratch_folders_are_removed(
    evaluation: Evaluation, tmp_path: Path, age: float, stays: bool
) -> None:
    folder = left_behind(tmp_path, age)
    run, _ = write_run(evaluation, tmp_path)
    assert folder.exists() == stays
    assert run.is_dir()


def test_a_minute_and_a_day_are_not_long_enough(
    evaluation: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    folder = left_behind(tmp_path, 90)
    then = folder.stat().st_mtime
    for age, locks in ((60.0, True), (86_400.0, False)):
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda age=age: then + age)
            if not locks:
                patch.setattr(fcntl, "flock", no_locks)
            write_run(evaluation, tmp_path)
        assert folder.exists(), age


def test_behind_a_locked_folder_others_are_removed(evaluation: Evaluation, tmp_path: Path) -> None:
    names = [f"{SCRATCH[:-1]}{n}" for n in range(5)]
    folders = [left_behind(tmp_path, 90, name) for name in names]
    # In whatever order the system lists them, some come after one that is locked.
    handles = [os.open(folder, os.O_RDONLY) for folder in folders[1:4]]
    try:
        for handle in handles:
            fcntl.flock(handle, fcntl.LOCK_EX)
        write_run(evaluation, tmp_path)
    finally:
        for handle in handles:
            os.close(handle)
    assert [folder.exists() for folder in folders] == [False, True, True, True, False]


@pytest.mark.parametrize("age", [90, 1e6])
def test_a_locked_scratch_folder_stays_however_old(
    evaluation: Evaluation, tmp_path: Path, age: float
) -> None:
    folder = left_behind(tmp_path, age)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        write_run(evaluation, tmp_path)
        assert (folder / "run.json").exists()
    finally:
        os.close(handle)
    write_run(evaluation, tmp_path)
    assert not folder.exists()


@pytest.mark.parametrize(("age", "stays"), [(90, True), (80_000, True), (90_000, False)])
def test_where_nothing_can_be_locked_a_day_must_pass(
    evaluation: Evaluation,
    tmp_path: Path,
    age: float,
    stays: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    folder = left_behind(tmp_path, age)
    write_run(evaluation, tmp_path)
    assert folder.exists() == stays


@pytest.mark.parametrize(
    "name", ["20261122T120000Z-0123abcd", ".20261122T120000Z-0123abcd", ".cache", "notes"]
)
def test_other_folders_stay(evaluation: Evaluation, tmp_path: Path, name: str) -> None:
    folder = left_behind(tmp_path, 1e6, name)
    write_run(evaluation, tmp_path)
    assert (folder / "run.json").exists()


def test_the_scratch_folder_of_a_second_attempt_is_known_too(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    folder = left_behind(tmp_path, 90, ".20261122T120000Z-0123abcd-12.x1y2z3")
    write_run(evaluation, tmp_path)
    assert not folder.exists()
