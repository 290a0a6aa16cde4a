"""Log a run to Comet.com, the experiment tracker, which is not COMET, the metric.

Its package, comet-ml, patches other libraries, starts threads, writes to stderr and can wait for a
network for hours. So it runs in a process of its own, which can be stopped, and which tells what
became of the run in a file: whatever happens there, the run folder and this process stay as they
are.

With an API key the run is sent; else, and where sending fails, it goes into an archive that
``comet upload`` sends later, and nothing touches the network.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from mteval.errors import InputError, MissingPackageError, MtevalError, UnavailableError, location
from mteval.io.files import kind_of
from mteval.io.hashing import sha256
from mteval.runs.entries import list_runs
from mteval.runs.files import (
    DOCUMENTS_FILE,
    DOMAINS_FILE,
    RECORD_FILE,
    REPORT_FILE,
    SEGMENTS_FILE,
    SYSTEMS_FILE,
    TERMS_FILE,
    read_csv,
)
from mteval.runs.read import Run, read_record
from mteval.runs.record import comparability_key
from mteval.runs.schema.record import RunRecord
from mteval.runs.schema.rows import DocumentRow, DomainRow, SystemRow, TermTally

__all__ = ["Plan", "Point", "TrackedRun", "check_tracker", "plan_run", "track_run"]

ARCHIVES = "comet.com"
_PROJECT = "mteval"
# What comet_ml 3.58 cuts names and values to (config_constants.py), without saying which is which.
_LONGEST_NAME = 100
_LONGEST_VALUE = 1000
# More texts than this are logged as one hash for the references, and one for each system.
_MOST_HASHES = 300
_MOST_TAGS = 10
# Earlier runs that a series goes back.
_MOST_RUNS = 100
_TABLES = (SYSTEMS_FILE, DOMAINS_FILE, DOCUMENTS_FILE, TERMS_FILE, SEGMENTS_FILE)
# How long comet_ml may take, in seconds, before it is stopped.
_PATIENCE = 300.0
# Settings of comet_ml for this one task: nothing but the run is logged, nobody else is told.
_QUIET = {
    "COMET_DISABLE_ANNOUNCEMENT": "true",
    "COMET_DISABLE_AUTO_LOGGING": "1",  # patches no library
    "COMET_ERROR_TRACKING_ENABLE": "false",  # sentry.io
    "COMET_INTERNAL_REPORTING": "false",
}
# Where there is no network, comet_ml would try for minutes; users' own settings go first.
_IMPATIENT = {
    "COMET_GET_OR_ADD_EXPERIMENT_RETRY_CONNECT": "1",
    "COMET_GET_OR_ADD_EXPERIMENT_RETRY_TOTAL": "3",
    "COMET_HTTP_SESSION_RETRY_TOTAL": "1",
}


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """Say where a run was logged.

    Attributes:
        run: its id.
        experiment_key: the key of its experiment on Comet.com, always the same for the same run.
        online: whether it is on Comet.com; else it is in an archive.
        where: address of the experiment, or path of the archive.
        already: whether it was on Comet.com before, where it stays as it is.
        problem: why it was not sent, if there is an API key and it was tried.
        skipped: earlier runs that the series leave out, as they cannot be read.
    """

    run: str
    experiment_key: str
    online: bool
    where: str
    already: bool = False
    problem: str | None = None
    skipped: tuple[str, ...] = ()

    def upload_command(self) -> str | None:
        """Give the command that sends the archive, if there is one."""
        return None if self.online else f"comet upload {shlex.quote(self.where)}"

    def sentence(self) -> str:
        """Say in one sentence where the run was logged, and what remains to be done."""
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
            text += f" (its series leave out what cannot be read: {', '.join(self.skipped)})"
        return text


@dataclass(frozen=True, slots=True)
class Point:
    """Hold one number of a series.

    Attributes:
        name: of the series.
        value: the number.
        step: the number of the run that it is from, among those of the results folder, from 1.
        time: when that run was made, in milliseconds since 1970.
    """

    name: str
    value: float
    step: int
    time: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold what is logged of a run.

    Attributes:
        run: its id, the name of the experiment.
        experiment_key: 40 hexadecimal digits made of its id and fingerprint.
        parameters: by name.
        points: the oldest run first.
        assets: files of the run folder.
        tags: ``mteval``, and the systems if they are few.
        skipped: earlier runs that cannot be read.
    """

    run: str
    experiment_key: str
    parameters: Mapping[str, str | int]
    points: tuple[Point, ...]
    assets: tuple[Path, ...]
    tags: tuple[str, ...]
    skipped: tuple[str, ...]


def check_tracker() -> None:
    """Look whether runs can be logged at all, without loading the tracker.

    Raises:
        MissingPackageError: comet-ml is not installed.
    """
    if importlib.util.find_spec("comet_ml") is None:
        raise MissingPackageError(
            "logging to Comet.com needs the package comet-ml, which is not installed; install it "
            "with: pip install 'mteval-toolkit[tracking]'"
        )


def track_run(run: Run | Path | str, *, patience: float = _PATIENCE) -> TrackedRun:
    """Log a run to Comet.com, or into an archive for it where there is no API key or no network.

    The API key, the workspace and all else are comet-ml's own settings (COMET_API_KEY,
    COMET_WORKSPACE, COMET_PROJECT_NAME, ~/.comet.config); the project is "mteval" where none is
    set. COMET_START_ONLINE=0 or COMET_OFFLINE=1 make an archive whatever else is set. Archives go
    into comet.com/ beside the run folder, or where COMET_OFFLINE_DIRECTORY says, under the name of
    the run; an older one of the same run is replaced. A run that is on Comet.com already stays as
    it is there.

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
        again = f"from mteval.tracking.comet_ml import track_run; track_run({os.fspath(folder)!r})"
        raise UnavailableError(
            f"the run could not be logged for Comet.com ({problem}); its folder is as it was: "
            f"log it later with: python -c {shlex.quote(again)}"
        )
    return TrackedRun(
        answer["run"],
        answer["experiment_key"],
        answer["online"],
        answer["where"],
        answer["already"],
        problem,
        tuple(answer["skipped"]),
    )


def _ask(folder: Path, offline: bool, patience: float) -> dict[str, Any]:
    """Log a run in a process of its own, and give what it answers."""
    with tempfile.TemporaryDirectory(prefix="mteval-", ignore_cleanup_errors=True) as scratch:
        # The child finds the modules that this process does, and not what lies in its folder.
        code = (
            "import sys; sys.path[:] = sys.argv[4].split(chr(10)); "
            "from mteval.tracking.comet_ml import _child; _child(*sys.argv[1:4])"
        )
        arguments = (str(folder), scratch, "offline" if offline else "", "\n".join(sys.path))
        answer = Path(scratch) / "answer.json"
        try:
            ended = subprocess.run(
                [sys.executable, "-c", code, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_IMPATIENT | os.environ | _QUIET,
                timeout=patience,
                check=False,
            )
        except subprocess.TimeoutExpired:
            # Where that was for the network, an archive is still possible.
            return {"problem": f"comet-ml took more than {patience:g} s", "online": not offline}
        if kind_of(answer) is None:
            return {"problem": f"comet-ml ended with status {ended.returncode}", "online": False}
        found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
        return found


def _child(folder: str, scratch: str, offline: str) -> None:
    """Log a run, in a process of its own, and write what became of it to scratch/answer.json."""
    answer: dict[str, Any] = {"online": False, "already": False}
    heard = _Listener()
    logging.getLogger("comet_ml").addHandler(heard)
    try:
        # What comet_ml keeps while it works goes where it is removed, even if it is stopped.
        tempfile.tempdir = scratch
        plan = plan_run(Run(Path(folder)))
        answer |= {
            "run": plan.run,
            "experiment_key": plan.experiment_key,
            "skipped": plan.skipped,
        }
        _log(plan, Path(folder), Path(scratch), bool(offline), answer, heard)
    except Exception as error:
        known = isinstance(error, (MtevalError, _TrackerError))
        reason = str(error) if known else f"{type(error).__name__}: {error}"
        answer["problem"] = _one_line(reason)
    path = Path(scratch) / "answer.json"
    path.with_suffix(".part").write_text(json.dumps(answer), "utf-8")
    path.with_suffix(".part").replace(path)


class _TrackerError(Exception):
    """Report what the tracker did not do."""


class _Listener(logging.Handler):
    """Keep what comet_ml reports as errors, as it raises hardly any."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.errors: list[str] = []
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        kept = self.errors if record.levelno >= logging.ERROR else self.warnings
        kept.append(record.getMessage())


def _log(
    plan: Plan,
    folder: Path,
    scratch: Path,
    offline: bool,
    answer: dict[str, Any],
    heard: _Listener,
) -> None:
    import comet_ml

    config = comet_ml.get_config()
    if config["comet.auto_log.disable"]:
        raise _TrackerError("COMET_AUTO_LOG_DISABLE switches comet-ml off")
    settings = {
        "project_name": config["comet.project_name"] or _PROJECT,
        "experiment_key": plan.experiment_key,
        # Of this process there is nothing to know.
        **dict.fromkeys(
            (
                *("log_code", "log_graph", "log_env_details", "log_git_metadata", "log_git_patch"),
                *("log_env_gpu", "log_env_cpu", "log_env_network", "log_env_disk", "log_env_host"),
                *("auto_param_logging", "auto_metric_logging", "auto_output_logging"),
                *("auto_log_co2", "parse_args"),
            ),
            False,
        ),
        "display_summary_level": 0,
    }
    answer["online"] = (
        not offline
        and bool(comet_ml.get_api_key(None, config))
        and config["comet.start.online"] is not False
        and not config["comet.offline"]
    )
    if answer["online"]:
        experiment = comet_ml.Experiment(**settings)
        if not experiment.alive:
            exists = comet_ml.exceptions.ExperimentAlreadyUploaded(plan.experiment_key)
            if any(str(exists) in message for message in heard.errors):
                answer |= {"already": True, "where": f"experiment {plan.experiment_key}"}
                return
            raise _TrackerError(heard.errors[-1] if heard.errors else "no reason given")
        _send(experiment, plan)
        answer["where"] = experiment.url
        experiment.end()
        unsent = comet_ml.logging_messages.ONLINE_ON_END_FAILED_TO_LOG_RUN_WARNING
        if heard.errors or unsent in heard.warnings:
            raise _TrackerError(
                f"{[*heard.errors, unsent][0].rstrip('.')}; delete the unfinished experiment "
                f"{plan.experiment_key} there first"
            )
        return
    experiment = comet_ml.OfflineExperiment(**settings, offline_directory=str(scratch))
    _send(experiment, plan)
    experiment.end()
    archive = scratch / f"{plan.experiment_key}.zip"
    _check_archive(archive, plan)
    named = config["comet.offline_directory"]
    default = comet_ml.config.DEFAULT_OFFLINE_DATA_DIRECTORY
    target = (folder.parent / ARCHIVES) if named in (None, default) else Path(named).expanduser()
    try:
        target.mkdir(parents=True, exist_ok=True)
        part = target / f".{plan.run}.zip.part"
        try:
            shutil.copyfile(archive, part)
            part.replace(target / f"{plan.run}.zip")
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _TrackerError(f"{location(target)} cannot be written: {error.strerror}") from None
    answer["where"] = str(target / f"{plan.run}.zip")


def _send(experiment: Any, plan: Plan) -> None:
    """Hand everything to comet_ml."""
    from comet_ml.messages import MetricMessage

    experiment.set_name(plan.run)
    experiment.add_tags(list(plan.tags))
    experiment.log_parameters(dict(plan.parameters))
    for point in plan.points:
        # log_metric takes no time, and logs the step as a parameter.
        message = MetricMessage(timestamp=point.time)
        message.set_metric(point.name, point.value, step=point.step)
        experiment._enqueue_message(message)
    for path in plan.assets:
        experiment.log_asset(str(path), file_name=path.name)


def _check_archive(path: Path, plan: Plan) -> None:
    """Look whether everything is in an archive, as comet_ml does not say so."""
    wanted = {
        *(("parameter", name) for name in plan.parameters),
        *((point.name, point.step) for point in plan.points),
        *(("file", asset.name) for asset in plan.assets),
    }
    found: set[tuple[str, Any]] = set()
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None or "experiment.json" not in archive.namelist():
            raise _TrackerError("the archive that comet-ml wrote is damaged")
        for line in archive.read("messages.json").splitlines():
            payload = json.loads(line)["payload"]
            if "param" in payload:
                found.add(("parameter", payload["param"]["paramName"]))
            elif "metric" in payload:
                found.add((payload["metric"]["metricName"], payload["metric"]["step"]))
            elif payload.get("file_path") in archive.namelist():
                found.add(("file", payload["additional_params"]["fileName"]))
    lacking = wanted - found
    if lacking:
        raise _TrackerError(
            f"comet-ml left out {len(lacking)} of {len(wanted)} things, as {min(map(str, lacking))}"
        )


def plan_run(run: Run) -> Plan:
    """Gather what is logged of a run: all of it is in its folder and those of earlier runs.

    A score that does not exist is left out, never 0. Earlier runs of the same results folder give
    the same series earlier points: scores only where they compare, as in ``mteval history``; single
    terms whatever else the termbase had.

    Raises:
        InputError: a file of the run cannot be read.
    """
    record = run.record
    runs, skipped = _runs_until(run)
    names = _Names()
    points: list[Point] = []
    for step, folder in list(enumerate(runs, 1))[-_MOST_RUNS - 1 :]:
        if folder.name == run.name:
            points += _points(run, record, step, names)
            continue
        try:
            points += _points(Run(folder), record, step, names)
        # Files of another make, or that somebody changed, must not hinder this run.
        except (InputError, LookupError, TypeError, ValueError, AttributeError):
            skipped.append(folder.name)
    return Plan(
        run=run.name,
        experiment_key=sha256(f"{run.name}\n{record.get('fingerprint')}")[:40],
        parameters=_parameters(run),
        points=tuple(points),
        assets=tuple(
            run.folder / name
            for name in (*_TABLES, RECORD_FILE, REPORT_FILE)
            if kind_of(run.folder / name) == "file"
        ),
        tags=("mteval", *(record["systems"] if len(record["systems"]) < _MOST_TAGS else ())),
        skipped=tuple(skipped),
    )


def _runs_until(run: Run) -> tuple[list[Path], list[str]]:
    """List the runs of a results folder up to this one, the oldest first, and what is damaged."""
    damaged: dict[str, str] = {}
    folders = [entry.folder for entry in list_runs(run.folder.absolute().parent, damaged)]
    own = run.folder.absolute()
    # A run whose record history refuses is logged by itself.
    return folders[: folders.index(own) + 1] if own in folders else [own], sorted(damaged)


def _points(run: Run, latest: RunRecord, step: int, names: _Names) -> Iterator[Point]:
    """Give the numbers of a run that the latest one has too, and of the latest one all."""
    record = run.record
    is_latest = record is latest
    try:
        made = datetime.strptime(record["created"], "%Y-%m-%dT%H:%M:%SZ")
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{location(run.folder)}: the run does not say when it was made") from None
    time = int(made.replace(tzinfo=timezone.utc).timestamp() * 1000)

    def compares(system: str, metric: str) -> bool:
        then, now = (comparability_key(of, system, metric) for of in (record, latest))
        return is_latest or (then == now and now is not None)

    def point(kind: str, value: float | None, *parts: str) -> Iterator[Point]:
        if value is not None:
            yield Point(names.name(kind, parts), value, step, time)

    metrics = list(latest["metrics"])
    for system in read_csv(run.folder / SYSTEMS_FILE, SystemRow, metrics):
        if system.system not in latest["systems"]:
            continue
        for metric in metrics:
            if compares(system.system, metric):
                yield from point("system", system.scores[metric], system.system, metric)
            if is_latest:
                low, high = system.intervals[metric] or (None, None)
                for name, value in (("low", low), ("high", high), ("rank", system.ranks[metric])):
                    yield from point("system", value, system.system, metric, name)
    if is_latest:
        for document in read_csv(run.folder / DOCUMENTS_FILE, DocumentRow, metrics):
            for metric, score in document.scores.items():
                yield from point("document", score, document.system, document.document, metric)
        if kind_of(run.folder / DOMAINS_FILE) == "file":
            for domain in read_csv(run.folder / DOMAINS_FILE, DomainRow, metrics):
                for metric, score in domain.scores.items():
                    parts = (domain.system, "domain", domain.domain or "(none)", metric)
                    yield from point("domain", score, *parts)
    if kind_of(run.folder / TERMS_FILE) == "file":
        for term in read_csv(run.folder / TERMS_FILE, TermTally):
            known = term.kind == "system" and term.system in latest["systems"]
            if known and term.occurrences:
                accuracy = term.right / term.occurrences
                yield from point("term", accuracy, term.system, "term", term.concept)


class _Names:
    """Name series so that comet_ml keeps the names whole, and each stays apart."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}

    def name(self, kind: str, parts: tuple[str, ...]) -> str:
        name = _fit("/".join(parts), _LONGEST_NAME)
        # A document may be called "term", and have the name of a metric in common with a concept.
        if self._kinds.setdefault(name, kind) != kind:
            name = _fit(f"{'/'.join(parts)} ({kind})", _LONGEST_NAME)
        return name


def _fit(text: str, size: int) -> str:
    """Shorten a text that is too long; a hash keeps it apart from others of the same beginning."""
    return text if len(text) <= size else f"{text[: size - 9]}~{sha256(text)[:8]}"


def _parameters(run: Run) -> dict[str, str | int]:
    record = run.record
    signatures = {**record["signatures"], "terms": record.get("term_signature")}
    found: dict[str, str | int | None] = {
        "run": run.name,
        "created": record.get("created"),
        "fingerprint": record.get("fingerprint"),
        "systems": len(record["systems"]),
        "documents": len(record.get("documents", ())),
        "segments": sum(record.get("segments", ())),
        "notes": len(record.get("notes", ())),
        **_flat("signature", signatures),
        **_flat("version", record.get("versions")),
        **_flat("resampling", record.get("resampling")),
    }
    inputs = _flat("sha256", record["inputs"])
    if len(inputs) > _MOST_HASHES:
        sides = {
            **record["inputs"],
            "references": _hash(record["inputs"].get("references")),
            "systems": {name: _hash(of) for name, of in record["inputs"]["systems"].items()},
            "dates": _hash(record["inputs"].get("dates")),
        }
        inputs = _flat("sha256", sides)
    return {
        _fit(name, _LONGEST_NAME): _fit(value, _LONGEST_VALUE) if isinstance(value, str) else value
        for name, value in (found | inputs).items()
        if value is not None
    }


def _hash(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=True))


def _flat(name: str, value: Any) -> dict[str, str | int | None]:
    """Name each leaf of a tree by the way to it; the n-th of a list is n, from 1."""
    if isinstance(value, (list, tuple)):
        value = {str(n): found for n, found in enumerate(value, 1)}
    if isinstance(value, Mapping):
        return {
            key: leaf
            for part, below in value.items()
            for key, leaf in _flat(f"{name}/{part}", below).items()
        }
    return {name: value if value is None or isinstance(value, int) else str(value)}


def _one_line(text: str) -> str:
    # What comet_ml says ends in an address of its help.
    return _fit(" ".join(text.partition("For more details")[0].split()).rstrip("."), 300)
