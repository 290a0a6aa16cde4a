"""Ctrl-C at many moments, in real processes: each ends with 130, one line and nothing half-written.

Moments are counted in calls of functions and in modules loaded, and not in time, so that they are
the same on every machine.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scored import write_scored

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the moments are made by forking")

# Forks a process for each command that it reads, in a folder that it copies, and has a signal sent
# at a call, if any; answers with how the process ended, what it said and how many calls it made.
SERVER = """
import json, os, shutil, signal, sys
from mteval.cli.commands import main
from mteval.io.interrupts import run_command
import mteval.comparison.systems, mteval.evaluation.orchestrator, mteval.runs.write
import mteval.metrics.lexical.sacrebleu_metrics, mteval.views.comparison_tables
import mteval.views.exports.csv, mteval.views.html.history, mteval.views.html.report
import pandas, pyarrow.csv, pyarrow.parquet, xlsxwriter
from mteval.views.plain_matplotlib import plain_settings
with plain_settings({}):
    pass

def run(job):
    calls = 0
    def count(frame, event, argument):
        nonlocal calls
        if event == "call":
            calls += 1
            if calls == job["moment"]:
                os.kill(os.getpid(), job["signal"])
    def command():
        sys.setprofile(count)
        try:
            main()
        finally:
            sys.setprofile(None)
            with open(job["said"] + ".calls", "w") as file:
                file.write(str(calls))
    os.chdir(job["folder"])
    for stream in (1, 2):
        os.dup2(os.open(job["said"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    sys.argv = ["mteval", *job["command"]]
    run_command(command)

for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if child == 0:
        try:
            run(job)
        finally:
            sys.stdout.flush()
            os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
RUN = "20260102T030405Z-0123abcd"
TEXTS = ("x.txt", "y.txt", "-s", "s.txt", "-r", "r.txt", "-m", "bleu", "--samples", "40")
COMMANDS: dict[str, tuple[str, ...]] = {
    "export": ("export", RUN, "--format", "xlsx", "-o", "out.xlsx"),
    "report": ("report", RUN, "-o", "out.html"),
    "page": ("history", "--page", "out.html"),
    "score": ("score", *TEXTS, "-o", "new", "--no-cache"),
    "compare": ("compare", *TEXTS),
}
MOMENTS = 10


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    texts = {
        "s.txt": "演习结束。\n国防部表示欢迎。\n",
        "r.txt": "The exercise ended here.\nThe Ministry welcomed it.\n",
        "x.txt": "The exercise ended.\nThe drill welcomed it.\n",
        "y.txt": "An exercise has ended.\nIt was welcomed.\n",
    }
    write_scored(folder, texts, RUN)
    return folder


class Server:
    """A process that runs commands in processes of their own, with all modules loaded."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, folder: Path, command: tuple[str, ...], **job: Any) -> tuple[int, str, int]:
        """Run a command in a folder: its exit code, what it said, the calls that it made."""
        said = folder.with_suffix(".said")
        job = {"moment": 0, "signal": signal.SIGINT} | job
        job |= {"folder": str(folder), "command": command, "said": str(said)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(job)}\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        calls = Path(f"{said}.calls")
        return code, said.read_text("utf-8"), int(calls.read_text()) if calls.exists() else 0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"MTEVAL_CORES": "1"},
    ) as process:
        yield Server(process)


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("command", COMMANDS)
def test_an_interrupt_at_any_moment_ends_the_command(
    command: str, tmp_path: Path, project: Path, server: Server
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(project, whole)
    code, said, calls = server.run(whole, COMMANDS[command])
    assert code == 0, said
    made = names(whole) - names(project)
    for number in range(MOMENTS):
        folder = tmp_path / str(number)
        shutil.copytree(project, folder)
        moment = 1 + calls * (2 * number + 1) // (2 * MOMENTS)
        kind = signal.SIGTERM if number % 5 == 4 else signal.SIGINT
        code, said, _ = server.run(folder, COMMANDS[command], moment=moment, signal=kind)
        assert code == 128 + kind, (moment, said)
        assert said.endswith("mteval: interrupted\n"), moment
        assert "Traceback" not in said, moment
        new = names(folder) - names(project)
        if command == "score":
            # The run is whole, with its report or without, or it is not there.
            new = {name.partition("/")[2].partition("/")[2] for name in new}
            whole_run = {name.partition("/")[2].partition("/")[2] for name in made}
            assert new <= {""} or new in (whole_run, whole_run - {"report.html"}), moment
        else:
            assert new in (set(), made), moment
            for name in new:
                assert len((folder / name).read_bytes()) == len((whole / name).read_bytes())


# Sends the signal when a module is first looked for.
AT_IMPORT = """
import os, runpy, signal, sys
module = sys.argv.pop(1)
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
runpy.run_module("mteval", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    "module",
    ["mteval.io.interrupts", "mteval.cli.commands", "typer", "mteval.runs.read", "numpy.linalg"],
)
def test_an_interrupt_while_modules_are_loaded(project: Path, module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_IMPORT, module, "report", RUN, "-o", "new.html"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "mteval: interrupted\n")
    assert not (project / "new.html").exists()


def ended(code: str, *arguments: str) -> tuple[int, str]:
    """Run code that a signal comes to, and return how it ended and what it said."""
    start = (
        "import os, signal, sys, time; from pathlib import Path;"
        "from mteval.io.interrupts import keep_scratch, run_command, uninterrupted\n"
        "def interrupt(number=signal.SIGINT): os.kill(os.getpid(), number)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", start + code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


SAID = "mteval: interrupted\n"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("interrupt()", 130),
        ("interrupt(signal.SIGTERM)", 143),
        ("interrupt(signal.SIGHUP)", 129),
        # Swallowed by a handler, a destructor, or an error in its place.
        ("\n try: interrupt()\n except BaseException: pass", 130),
        ("\n class A:\n  def __del__(self): interrupt()\n A()\n time.sleep(60)", 130),
        ("\n try: interrupt()\n finally: sys.exit(0)", 130),
        ("\n try: interrupt()\n finally: 1/0", 130),
    ],
)
def test_an_interrupt_is_not_swallowed(body: str, code: int) -> None:
    assert ended(f"def command(): {body}\nrun_command(command)") == (code, SAID)


def test_what_is_swallowed_still_writes_nothing(tmp_path: Path) -> None:
    code = """
from mteval.io.writing import write_file
def command():
    try:
        interrupt()
    except BaseException:
        pass
    write_file(Path(sys.argv[1]), "text")
run_command(command)
"""
    assert ended(code, str(tmp_path / "x")) == (130, SAID)
    assert list(tmp_path.iterdir()) == []


def test_a_second_interrupt_ends_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    code = """
def command():
    folder = Path(sys.argv[1])
    with keep_scratch(folder / "x"), keep_scratch(folder / "y"):
        (folder / "x").mkdir()
        (folder / "x" / "z").touch()
        (folder / "y").touch()
        try:
            interrupt()
        finally:
            interrupt()
            time.sleep(60)
run_command(command)
"""
    assert ended(code, str(tmp_path)) == (130, SAID)
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_comes_too_late_changes_nothing() -> None:
    code = """
import atexit
atexit.register(interrupt)
run_command(lambda: interrupt(0))
"""
    assert ended(code) == (0, "")


def test_what_was_ignored_stays_ignored() -> None:
    code = "signal.signal(signal.SIGINT, signal.SIG_IGN); run_command(interrupt)"
    assert ended(code) == (0, "")


def test_other_errors_are_as_they_were() -> None:
    code, said = ended("run_command(lambda: sys.exit(3))")
    assert (code, said) == (3, "")
    code, said = ended("run_command(lambda: 1 / 0)")
    assert code == 1
    assert "ZeroDivisionError" in said


def test_workers_end_with_the_command(tmp_path: Path) -> None:
    code = """
from mteval.executor import map_batches
def work(number):
    Path(sys.argv[1], str(os.getpid())).touch()
    if number == 0:
        while len(os.listdir(sys.argv[1])) < 2:
            time.sleep(0.01)
        os.kill(os.getppid(), signal.SIGINT)
    time.sleep(60)
run_command(lambda: list(map_batches(work, range(100), parallel=True)))
"""
    os.environ["MTEVAL_CORES"] = "2"
    try:
        assert ended(code, str(tmp_path)) == (130, SAID)
    finally:
        del os.environ["MTEVAL_CORES"]
    workers = [int(path.name) for path in tmp_path.iterdir()]
    assert len(workers) == 2
    for worker in workers:
        assert (
            not Path(f"/proc/{worker}/stat").exists()
            or " Z " in Path(f"/proc/{worker}/stat").read_text()
        )
