"""Log a run to Comet.com, the experiment tracker, which is not COMET, the metric.

Its package, comet-ml, patches other libraries, starts threads, writes to stderr and can wait for a
network for hours. So it runs in a process of its own, which can be stopped, which ends with this
one, and which says what became of the run in a file: whatever happens there, the run folder and
this process stay as they are. It works in an empty folder: comet-ml takes settings, the address of
its server among them, from the folder that it works in, which may be somebody else's.

With an API key the run is sent; else, and where sending fails, it goes into an archive that
``comet upload`` sends later, and nothing touches the network.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from mteval.errors import MtevalError, UnavailableError
from mteval.io.files import kind_of
from mteval.packages import check_packages
from mteval.runs.read import Run, read_record
from mteval.tracking.comet_ml import (
    ENVIRONMENT,
    IMPATIENT_ENVIRONMENT,
    PATH_VARIABLES,
    SETTINGS_FILES,
    USER_SETTINGS,
    Logged,
    TrackerError,
    log_plan,
)
from mteval.tracking.plan import plan_run, shortened

__all__ = ["TrackedRun", "check_tracker", "log_and_answer", "track_run"]

# How long comet_ml may take, in seconds, before it is stopped: a run of some MB over a slow line.
PATIENCE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """Where a run was logged.

    Attributes:
        run: its id.
        experiment_key: the key of its experiment on Comet.com, always the same for the same run.
        online: whether it is on Comet.com; else it is in an archive.
        where: address of the experiment, or path of the archive.
        already: whether it was on Comet.com before, where it stays as it is.
        problem: why it was not sent, if there is an API key and it was tried.
        skipped: earlier runs that the series skip, as they cannot be read.
        unread: settings of comet-ml in the working folder, which do not count.
    """

    run: str
    experiment_key: str
    online: bool
    where: str
    already: bool = False
    problem: str | None = None
    skipped: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def upload_command(self) -> str | None:
        """Return the command that sends the archive, if there is one."""
        if self.online:
            return None
        if not self.unread:
            return f"comet upload {shlex.quote(self.where)}"
        # comet-ml's own command would take the settings here.
        return f"cd && comet upload {shlex.quote(str(Path(self.where).absolute()))}"

    def sentence(self) -> str:
        """Return one sentence: where the run was logged, and what remains to be done."""
        if self.already:
            text = f"the run is on Comet.com already and stays as it is there: {self.where}"
        elif self.online:
            text = f"run logged to Comet.com: {self.where}"
        elif self.problem is None:
            text = f"run logged for Comet.com; send it with: {self.upload_command()}"
        else:
            text = (
                f"the run could not be sent to Comet.com ({self.problem}); send it later with: "
                f"{self.upload_command()}"
            )
        if self.skipped:
            text += f" (its series skip what cannot be read: {', '.join(self.skipped)})"
        if self.unread:
            text += (
                f"; {' and '.join(self.unread)} in this folder did not count: your own settings "
                f"are COMET_* variables and {USER_SETTINGS}"
            )
        return text


def check_tracker() -> None:
    """Check that runs can be logged at all, without loading the tracker.

    Raises:
        MissingPackageError: comet-ml is not installed.
    """
    check_packages("logging to Comet.com", {"comet_ml": "comet-ml"})


def track_run(run: Run | Path | str, *, patience: float = PATIENCE_SECONDS) -> TrackedRun:
    """Log a run to Comet.com, or into an archive for it where there is no API key or no network.

    The API key, the workspace and all else are comet-ml's own settings of the user (COMET_API_KEY,
    COMET_WORKSPACE, COMET_PROJECT_NAME, ~/.comet.config, the file that COMET_CONFIG names); those
    of the working folder do not count. The project is "mteval" where none is set.
    COMET_START_ONLINE=0 or COMET_OFFLINE=1 make an archive whatever else is set. Archives go into
    comet.com/ beside the run folder, or where COMET_OFFLINE_DIRECTORY says, under the name of the
    run; an older one of the same run is replaced. A run that is on Comet.com already stays as it is
    there.

    Args:
        run: the run, or its folder.
        patience: seconds that comet-ml may take to send the run, and again to write the archive.

    Raises:
        MissingPackageError: comet-ml is not installed.
        InputError: there is no such run.
        UnavailableError: the run could not be logged; the message says why and how to log it later.
    """
    check_tracker()
    folder = run.folder if isinstance(run, Run) else Path(run)
    read_record(folder)
    try:
        answer = _ask(folder, False, patience)
        problem = answer.get("problem")
        if problem is not None and answer["online"]:
            answer = _ask(folder, True, patience)
    except (OSError, ValueError, LookupError) as error:
        problem, answer = str(error) or type(error).__name__, {"problem": True}
    if answer.get("problem"):
        if answer["problem"] is not True and answer["problem"] != problem:
            problem = f"{problem}, nor into an archive: {answer['problem']}"
        again = f"from mteval.tracking.track import track_run; track_run({os.fspath(folder)!r})"
        raise UnavailableError(
            f"the run could not be logged for Comet.com ({problem}); its folder is as it was: "
            f"log it later with: python -c {shlex.quote(again)}"
        )
    return TrackedRun(
        answer["run"],
        answer["experiment_key"],
        answer["online"],
        answer["where"] if answer["online"] else _shown(Path(answer["where"]), folder),
        answer["already"],
        problem,
        tuple(answer["skipped"]),
        _unread_settings(),
    )


def _shown(archive: Path, folder: Path) -> str:
    """Return the path of an archive, from the working folder where that of the run is."""
    here = Path.cwd()
    inside = not folder.is_absolute() and archive.is_relative_to(here)
    return str(archive.relative_to(here) if inside else archive)


def _unread_settings() -> tuple[str, ...]:
    """Return the files in the working folder that comet-ml would take settings from."""
    own = Path(USER_SETTINGS).expanduser()
    found = []
    for path in map(Path, SETTINGS_FILES):
        with suppress(OSError):  # what cannot be read sets nothing
            is_own = own.exists() and path.samefile(own)
            if not is_own and kind_of(path) == "file" and b"comet" in path.read_bytes().lower():
                found.append(path.name)
    return tuple(found)


def _ask(folder: Path, offline: bool, patience: float) -> dict[str, Any]:
    """Log a run in a process of its own; return what it answers."""
    with tempfile.TemporaryDirectory(prefix="mteval-", ignore_cleanup_errors=True) as scratch:
        # The child finds the modules that this process does, and not what lies in its folder.
        code = (
            "import sys; sys.path[:] = sys.argv[5].split(chr(10)); "
            "from mteval.tracking.track import log_and_answer; log_and_answer(*sys.argv[1:5])"
        )
        here = Path.cwd()
        modules = [*filter(None, sys.path), str(Path(__file__).parents[2])]
        arguments = [
            *(str(here / folder), scratch, "offline" if offline else "", str(here)),
            "\n".join(str(here / path) for path in modules),
        ]
        answer = Path(scratch) / "answer.json"
        with subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(here),
            cwd=scratch,
        ) as child:
            try:
                child.wait(patience)
            except subprocess.TimeoutExpired:
                # Where that was for the network, an archive is still possible.
                problem = f"comet-ml took more than {patience:g} s"
                return {"problem": problem, "online": not offline}
            finally:
                child.kill()
        if kind_of(answer) is None:
            return {"problem": f"comet-ml ended with status {child.returncode}", "online": False}
        found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
        return found


def _environment(here: Path) -> dict[str, str]:
    """Return the environment of the child, which works elsewhere: relative paths go from here."""
    paths = {
        name: str(here / Path(os.environ[name]).expanduser())
        for name in PATH_VARIABLES
        if os.environ.get(name)
    }
    return IMPATIENT_ENVIRONMENT | os.environ | paths | ENVIRONMENT


def log_and_answer(folder: str, scratch: str, offline: str, here: str) -> None:
    """Log a run, in a process of its own, and write what became of it to scratch/answer.json."""
    Thread(target=_end_with_parent, args=(scratch,), daemon=True).start()
    logged = Logged()
    answer: dict[str, Any] = {}
    try:
        # What comet_ml keeps while it works goes where it is removed, even if it is stopped.
        tempfile.tempdir = scratch
        plan = plan_run(Run(Path(folder)))
        answer |= {
            "run": plan.run,
            "experiment_key": plan.experiment_key,
            "skipped": plan.skipped,
        }
        log_plan(plan, Path(folder), Path(scratch), Path(here), logged, offline=bool(offline))
    except Exception as error:
        known = isinstance(error, (MtevalError, TrackerError))
        reason = str(error) if known else f"{type(error).__name__}: {error}"
        answer["problem"] = _one_line(reason)
    answer |= {"online": logged.online, "already": logged.already, "where": logged.address}
    path = Path(scratch) / "answer.json"
    path.with_suffix(".part").write_text(json.dumps(answer), "utf-8")
    path.with_suffix(".part").replace(path)


def _end_with_parent(scratch: str) -> None:
    """Wait until the process that asked is gone, whatever ended it, then remove all and end."""
    os.read(0, 1)  # nothing is written to stdin: it ends with the writer
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def _one_line(text: str) -> str:
    # What comet_ml says ends in an address of its help.
    return shortened(" ".join(text.partition("For more details")[0].split()).rstrip("."), 300)
