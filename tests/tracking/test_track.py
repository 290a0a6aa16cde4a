"""Logging runs to Comet.com: nothing leaves this machine here, and comet-ml is the real one."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mteval.errors import InputError, UnavailableError
from mteval.runs.read import Run
from mteval.tracking.plan import plan_run
from mteval.tracking.track import TrackedRun, track_run
from tests.conftest import ROOT
from tests.tracking.runs import rows, small_run

# The whole of it is about one optional package.
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("comet_ml") is None, reason="comet-ml is not installed"
)

KEY = "abcdefghijklmnopqrstuvwxy"
# sdk_error_code of comet_ml 3.58 (exceptions.py).
EXISTS, UNKNOWN_KEY = 90999, 90212
# What each process of a test runs first: whoever asks for a network is written down and refused.
NO_NETWORK = """
import errno, os, socket

def refuse(name):
    def refused(*arguments, **named):
        if name != "getaddrinfo" and arguments[0].family == socket.AF_UNIX:
            return real(*arguments, **named)
        with open(os.environ["NETWORK_LOG"], "a") as log:
            log.write(f"{name} {arguments[-1]}\\n")
        raise OSError(errno.ENETUNREACH, "no network in this test")

    owner = socket if name == "getaddrinfo" else socket.socket
    real = getattr(owner, name)
    setattr(owner, name, refused)

for name in ("getaddrinfo", "connect", "connect_ex", "sendto"):
    refuse(name)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the environment of a user without settings of comet-ml, and without a network."""
    home = tmp_path_factory.mktemp("home")
    (home / "site").mkdir()
    (home / "site" / "sitecustomize.py").write_text(NO_NETWORK, "utf-8")
    (home / "network.log").touch()
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("COMET_")},
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PYTHONPATH": str(home / "site"),
        "NETWORK_LOG": str(home / "network.log"),
    }


def score(
    folder: Path,
    environment: Mapping[str, str],
    *arguments: object,
    before: str = "pass",
    track: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run ``mteval score --track`` as its own process."""
    return subprocess.run(
        [
            *(
                sys.executable,
                "-c",
                f"import sys; {before}; from mteval.cli.commands import main; main()",
            ),
            *("score", *map(str, arguments), *(["--track"] if track else [])),
        ],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def said(result: subprocess.CompletedProcess[str], word: str = "Comet.com") -> str:
    """Give the one line of stderr about the tracker."""
    assert "Traceback" not in result.stderr
    assert {line.partition(" ")[0] for line in result.stderr.splitlines()} == {"mteval:"}
    [line] = [line for line in result.stderr.splitlines() if word in line]
    return line


class Archive:
    """Read an archive of comet-ml as ``comet upload`` does."""

    def __init__(self, path: Path) -> None:
        self.assets: dict[str, bytes] = {}
        self.parameters: dict[str, Any] = {}
        self.metrics: dict[tuple[str, int], tuple[float, int]] = {}
        self.others: dict[str, Any] = {}
        with zipfile.ZipFile(path) as archive:
            self.about = json.loads(archive.read("experiment.json"))
            for line in archive.read("messages.json").splitlines():
                message = json.loads(line)
                payload = message["payload"]
                if message["type"] == "parameter_msg":
                    name = payload["param"]["paramName"]
                    assert name not in self.parameters
                    self.parameters[name] = payload["param"]["paramValue"]
                elif message["type"] == "metric_msg":
                    found = payload["metric"]
                    assert (found["metricName"], found["step"]) not in self.metrics
                    self.metrics[found["metricName"], found["step"]] = (
                        found["metricValue"],
                        payload["local_timestamp"],
                    )
                elif message["type"] == "file_upload":
                    name = payload["additional_params"]["fileName"]
                    self.assets[name] = archive.read(payload["file_path"])
                else:
                    assert message["type"] == "log_other"
                    self.others[payload["key"]] = payload["value"]
        # comet_ml adds how long the process took.
        self.metrics = {k: v for k, v in self.metrics.items() if k[0] != "process duration"}


def milliseconds(run: Path) -> int:
    created = json.loads((run / "run.json").read_text("utf-8"))["created"]
    return int(datetime.fromisoformat(created.replace("Z", "+00:00")).timestamp() * 1000)


def expected_metrics(run: Path, step: int) -> dict[tuple[str, int], float]:
    """Read the numbers of a run from its tables."""
    found: dict[str, str] = {}
    names = ("bleu", "chrf", "term_accuracy")
    for row in rows(run / "systems.csv"):
        for name in names:
            found[f"{row['system']}/{name}"] = row[name]
            found[f"{row['system']}/{name}/low"] = row[f"{name}_ci_low"]
            found[f"{row['system']}/{name}/high"] = row[f"{name}_ci_high"]
            found[f"{row['system']}/{name}/rank"] = row[f"{name}_rank"]
    for row in rows(run / "documents.csv"):
        for name in names:
            found[f"{row['system']}/{row['document']}/{name}"] = row[name]
    for row in rows(run / "terms.csv"):
        if row["kind"] == "system":
            found[f"{row['system']}/term/{row['concept']}"] = row["accuracy"]
    return {(name, step): float(value) for name, value in found.items() if value}


# --- shipped systems, scored twice, the second time with --track: no key, no network ---


@dataclass(frozen=True)
class Tracked:
    first: Path
    run: Path
    result: subprocess.CompletedProcess[str]

    @cached_property
    def path(self) -> Path:
        return self.run.parent / "comet.com" / f"{self.run.name}.zip"

    @cached_property
    def archive(self) -> Archive:
        return Archive(self.path)


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Tracked:
    folder = tmp_path_factory.mktemp("shipped")
    systems = folder / "systems"
    for name in ("llm-fluent", "llm-literal"):
        shutil.copytree(ROOT / "systems" / name, systems / name)
    arguments = (
        *(systems / "llm-fluent", systems / "llm-literal", "-r", ROOT / "references"),
        *("-m", "bleu", "-m", "chrf", "--samples", "100", "--json"),
    )
    untracked = score(folder, environment, *arguments, track=False)
    assert untracked.returncode == 0, untracked.stderr
    page = systems / "llm-fluent" / "mnd-2023-12-28-military-diplomacy.txt"
    literal = (systems / "llm-literal" / page.name).read_text("utf-8")
    page.write_text(literal.replace("military", "army"), "utf-8")
    result = score(folder, environment, *arguments)
    first, run = sorted((folder / "results").glob("2*"))
    return Tracked(first, run, result)


def test_without_a_key_an_archive_is_made_and_no_network_is_tried(
    tracked: Tracked, environment: dict[str, str]
) -> None:
    assert tracked.result.returncode == 0, tracked.result.stderr
    command = shlex.split(said(tracked.result).partition("send it with: ")[2])
    assert command == ["comet", "upload", f"results/comet.com/{tracked.run.name}.zip"]
    assert tracked.path == tracked.run.parents[1] / command[2]
    assert json.loads(tracked.result.stdout)["run"]["run"] == tracked.run.name
    assert Path(environment["NETWORK_LOG"]).read_text("utf-8") == ""
    # Nothing is left lying about.
    results = tracked.run.parent
    assert sorted(path.name for path in results.iterdir()) == [
        *(tracked.first.name, tracked.run.name),
        "comet.com",
    ]
    assert list((results / "comet.com").iterdir()) == [tracked.path]


def test_an_archive_has_the_numbers_of_the_run_and_series_over_runs(tracked: Tracked) -> None:
    now, then = expected_metrics(tracked.run, 2), expected_metrics(tracked.first, 1)
    assert len(now) > 200
    # Of the earlier run there are the scores of systems and the accuracy of terms.
    earlier = {
        (name, step): value
        for (name, step), value in then.items()
        if name.count("/") == 1 or "/term/" in name
    }
    metrics = tracked.archive.metrics
    assert {key: value for key, (value, _) in metrics.items()} == now | earlier
    assert {(step, when) for (_, step), (_, when) in metrics.items()} == {
        (1, milliseconds(tracked.first)),
        (2, milliseconds(tracked.run)),
    }
    assert metrics["llm-fluent/bleu", 1][0] > metrics["llm-fluent/bleu", 2][0]
    assert any(
        metrics[name, 1][0] != value
        for (name, step), (value, _) in metrics.items()
        if step == 2 and "/term/" in name and (name, 1) in metrics
    )


def test_an_archive_says_what_the_run_was_made_of(tracked: Tracked) -> None:
    archive, run = tracked.archive, tracked.run
    record = json.loads((run / "run.json").read_text("utf-8"))
    assert archive.about["offline_id"] == plan_run(Run(run)).experiment_key
    assert archive.about["project_name"] == "mteval"
    assert archive.about["workspace"] is None
    assert sorted(archive.about["tags"]) == ["llm-fluent", "llm-literal", "mteval"]
    assert archive.others["Name"] == run.name
    # Nothing of this machine: no host, user, code, git, arguments or environment.
    assert archive.others.keys() == {"Name", "offline_experiment"}

    document = "mnd-2023-11-30-consensus"
    inputs = record["inputs"]
    assert (
        archive.parameters.items()
        >= {
            "run": run.name,
            "fingerprint": record["fingerprint"],
            "systems": 2,
            "documents": 4,
            "notes": len(record["notes"]),
            "signature/bleu": record["signatures"]["bleu"],
            "signature/terms": record["term_signature"],
            "version/sacrebleu": record["versions"]["sacrebleu"],
            "resampling/samples": 100,
            f"sha256/references/{document}/source": inputs["references"][document]["source"],
            f"sha256/references/{document}/references/1": inputs["references"][document][
                "references"
            ][0],
            f"sha256/systems/llm-fluent/{document}": inputs["systems"]["llm-fluent"][document],
            "sha256/terms": inputs["terms"],
        }.items()
    )

    files = {"systems.csv", "documents.csv", "terms.csv", "segments.csv", "run.json"}
    assert archive.assets.keys() - {"report.html"} == files
    assert ("report.html" in archive.assets) == (run / "report.html").is_file()
    for name, content in archive.assets.items():
        assert content == (run / name).read_bytes()


def test_a_second_archive_replaces_the_first_and_heeds_settings(
    tracked: Tracked, environment: dict[str, str], tmp_path: Path
) -> None:
    original = tracked.path
    shutil.copytree(original.parent, tmp_path / "a" / "b")
    # A key is no reason to ask for the network where settings say offline.
    settings = {
        "COMET_OFFLINE_DIRECTORY": str(tmp_path / "a" / "b"),
        "COMET_OFFLINE": "1",
        "COMET_API_KEY": KEY,
        "COMET_PROJECT_NAME": "gazette",
        "COMET_WORKSPACE": "desk",
    }
    code = "import sys; from mteval.tracking.track import track_run; print(track_run(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, tracked.run],
        env=environment | settings,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "online=False" in done.stdout
    assert len(list((tmp_path / "a" / "b").iterdir())) == 1
    again = tmp_path / "a" / "b" / original.name
    assert again.read_bytes() != original.read_bytes()
    archive = Archive(again)
    assert archive.metrics == tracked.archive.metrics
    assert archive.about["offline_id"] == tracked.archive.about["offline_id"]
    assert (archive.about["project_name"], archive.about["workspace"]) == ("gazette", "desk")
    assert Path(environment["NETWORK_LOG"]).read_text("utf-8") == ""


# --- what can go wrong ---


@pytest.fixture
def texts(tmp_path: Path) -> tuple[object, ...]:
    """Write plain files, and give the arguments that score them."""
    (tmp_path / "hyp.txt").write_text("a first segment\nthe second one\n", "utf-8")
    (tmp_path / "ref.txt").write_text("a first segment\na second one\n", "utf-8")
    return ("hyp.txt", "-r", "ref.txt", "-m", "bleu", "--samples", "0")


def only_run(folder: Path) -> Path:
    [run] = (folder / "results").glob("2*")
    assert {"run.json", "systems.csv", "scores.parquet"} <= {path.name for path in run.iterdir()}
    return run


def test_without_the_package_nothing_is_scored(
    tmp_path: Path, environment: dict[str, str], texts: tuple[object, ...]
) -> None:
    result = score(tmp_path, environment, *texts, before="sys.modules['comet_ml'] = None")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == (
        "mteval: logging to Comet.com needs a package that is not installed (comet-ml); run: "
        "pip install 'mteval-toolkit[tracking]'\n"
    )
    assert not (tmp_path / "results").exists()


def test_an_archive_that_cannot_be_written_costs_no_run(
    tmp_path: Path, environment: dict[str, str], texts: tuple[object, ...]
) -> None:
    (tmp_path / "file").touch()
    environment = environment | {"COMET_OFFLINE_DIRECTORY": str(tmp_path / "file")}
    result = score(tmp_path, environment, *texts)
    assert result.returncode == 0
    assert "BLEU" in result.stdout
    run = only_run(tmp_path)
    line = said(result)
    assert line.startswith(
        f"mteval: warning: the run could not be logged for Comet.com ({tmp_path / 'file'} cannot "
        "be written: File exists)"
    )
    # What the line says to do does it.
    del environment["COMET_OFFLINE_DIRECTORY"]
    command = shlex.split(line.partition("log it later with: ")[2])
    assert command[0] == "python"
    subprocess.run([sys.executable, *command[1:]], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "results" / "comet.com" / f"{run.name}.zip").is_file()


def test_where_the_network_is_refused_an_archive_is_made(
    tmp_path: Path, environment: dict[str, str], texts: tuple[object, ...]
) -> None:
    log = tmp_path / "network.log"
    environment = environment | {"COMET_API_KEY": KEY, "NETWORK_LOG": str(log)}
    began = time.monotonic()
    result = score(tmp_path, environment, *texts)
    assert time.monotonic() - began < 60
    assert result.returncode == 0
    run = only_run(tmp_path)
    line = said(result)
    assert "warning: the run could not be sent to Comet.com (Failed to establish" in line
    assert line.endswith(f"send it later with: comet upload results/comet.com/{run.name}.zip")
    assert (tmp_path / "results" / "comet.com" / f"{run.name}.zip").is_file()
    # It is only the server of Comet.com that was asked for: no error tracking, no telemetry.
    assert {entry.split()[0] for entry in log.read_text("utf-8").splitlines()} == {"getaddrinfo"}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise RuntimeError('broken\\nin two lines')", "RuntimeError: broken in two lines"),
        ("import os; os._exit(3)", "comet-ml ended with status 3"),
        ("import time; time.sleep(60)", "comet-ml took more than 1 s"),
    ],
)
def test_a_package_that_breaks_or_hangs_is_one_sentence(
    code: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "comet_ml.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    run = small_run(tmp_path / "results")
    before = sorted(path.read_bytes() for path in run.iterdir())
    with pytest.raises(UnavailableError) as caught:
        track_run(run, patience=1 if "sleep" in code else 60)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert sorted(path.read_bytes() for path in run.iterdir()) == before
    assert [path.name for path in (tmp_path / "results").iterdir()] == [run.name]


def test_a_run_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        track_run(tmp_path / "no-run")


# --- a server that speaks as Comet.com does ---


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.refusal: int | None = None
        self.asked: list[tuple[str, bytes]] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def reply(self, body: dict[str, Any], status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.reply({"msg": "3.60.0", "version": "3.60.0"})

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        self.server.asked.append((self.path, data))
        if not self.path.endswith("add/run"):
            self.reply(
                {"is_alive_beat_duration_millis": 10_000, "gpu_monitor_interval_millis": 60_000}
            )
        elif self.server.refusal is not None:
            self.reply({"sdk_error_code": self.server.refusal, "msg": "no"}, 400)
        else:
            self.reply({"runId": "r", "projectId": "p", "focusUrl": "http://comet.test/w/mteval/"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    for name in [name for name in os.environ if name.startswith("COMET_")]:
        monkeypatch.delenv(name)
    with Server() as found:
        thread = Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("COMET_API_KEY", KEY)
        monkeypatch.setenv(
            "COMET_URL_OVERRIDE", f"http://127.0.0.1:{found.server_address[1]}/clientlib/"
        )
        yield found
        found.shutdown()
        thread.join()


def test_with_a_key_the_run_is_sent(server: Server, tmp_path: Path) -> None:
    small_run(tmp_path, hour=9)
    run = small_run(tmp_path, hour=10)
    plan = plan_run(Run(run))
    tracked = track_run(Run(run))
    assert tracked.online
    assert tracked.upload_command() is None
    assert tracked.problem is None
    assert tracked.where == f"http://comet.test/w/mteval/{plan.experiment_key}"
    assert tracked.sentence() == f"run logged to Comet.com: {tracked.where}"
    assert not (tmp_path / "comet.com").exists()
    [start] = [json.loads(data) for path, data in server.asked if path.endswith("add/run")]
    assert start["experimentKey"] == plan.experiment_key
    assert start["projectName"] == "mteval"
    sent = {
        (found["metricName"], found["step"], found["metricValue"], found["timestamp"])
        for path, data in server.asked
        if path.endswith("experiment/metric")
        for found in json.loads(data)["values"]
    }
    wanted = {(point.name, point.step, point.value, point.time) for point in plan.points}
    assert {row for row in sent if row[0] != "process duration"} == wanted
    assert {row[1] for row in wanted} == {1, 2}
    uploads = [(path, data) for path, data in server.asked if "asset/upload" in path]
    assert len(uploads) == len(plan.assets) == 4
    for asset in plan.assets:
        [data] = [data for path, data in uploads if f"fileName={asset.name}&" in path]
        assert asset.read_bytes() in data


def test_a_run_that_is_there_already_stays_as_it_is(server: Server, tmp_path: Path) -> None:
    server.refusal = EXISTS
    tracked = track_run(small_run(tmp_path))
    assert tracked.online
    assert tracked.already
    assert "is on Comet.com already" in tracked.sentence()
    assert not (tmp_path / "comet.com").exists()
    assert not [path for path, _ in server.asked if "metric" in path or "asset/upload" in path]


def test_a_key_that_is_not_known_makes_an_archive(server: Server, tmp_path: Path) -> None:
    server.refusal = UNKNOWN_KEY
    run = small_run(tmp_path)
    tracked = track_run(run)
    assert not tracked.online
    assert "API" in str(tracked.problem)
    assert tracked.where == str(tmp_path / "comet.com" / f"{run.name}.zip")
    assert Archive(Path(tracked.where)).about["offline_id"] == tracked.experiment_key


# --- settings of comet-ml that are not the user's ---


def setting_files(server: Server) -> dict[str, str]:
    address = f"http://127.0.0.1:{server.server_address[1]}/clientlib/"
    return {
        ".comet.config": f"[comet]\nurl_override={address}\nworkspace=theirs\n",
        ".env": f"COMET_URL_OVERRIDE={address}\nCOMET_WORKSPACE=theirs\n",
    }


@pytest.mark.parametrize("below", ["", "project"])
def test_settings_of_the_working_folder_and_those_above_do_not_count(
    below: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The user's own settings lie at home, as comet-ml keeps them.
    own = f"[comet]\napi_key={KEY}\nurl_override={os.environ['COMET_URL_OVERRIDE']}\n"
    home, cloned = tmp_path / "home", tmp_path / "cloned"
    (cloned / below).mkdir(parents=True)
    home.mkdir()
    (home / ".comet.config").write_text(own, "utf-8")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("COMET_API_KEY")
    monkeypatch.delenv("COMET_URL_OVERRIDE")
    monkeypatch.chdir(cloned / below)
    run = small_run(Path("results"))
    with hostile_server() as hostile:
        for name, content in setting_files(hostile).items():
            (cloned / name).write_text(content, "utf-8")
        tracked = track_run(run)
    assert hostile.asked == []
    assert tracked.online, tracked.problem
    assert not any(b"theirs" in data for _, data in server.asked)
    assert tracked.unread == (() if below else (".comet.config", ".env"))
    said = ".comet.config and .env in this folder did not count"
    assert (said in tracked.sentence()) == (not below)


def test_the_user_s_own_settings_count_wherever_they_lie(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = f"[comet]\nurl_override={os.environ['COMET_URL_OVERRIDE']}\nworkspace=desk\n"
    Path("settings").write_text(own, "utf-8")
    monkeypatch.delenv("COMET_URL_OVERRIDE")
    monkeypatch.setenv("COMET_CONFIG", "settings")
    # The working folder may be the home folder.
    Path(".comet.config").write_text("[comet]\nproject_name=ours\n", "utf-8")
    tracked = track_run(small_run(Path("results")))
    assert tracked.online, tracked.problem
    assert tracked.unread == ()
    [start] = [json.loads(data) for path, data in server.asked if path.endswith("add/run")]
    assert (start["teamName"], start["projectName"]) == ("desk", "ours")


def test_the_command_that_sends_an_archive_leaves_a_folder_with_settings_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tracked = TrackedRun("r", "k", False, "results/comet.com/r.zip", unread=(".comet.config",))
    assert tracked.upload_command() == f"cd && comet upload {tmp_path}/results/comet.com/r.zip"


@contextmanager
def hostile_server() -> Iterator[Server]:
    with Server() as found:
        thread = Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_the_tracker_ends_with_the_process_that_asked(
    end: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = small_run(tmp_path / "results")
    (tmp_path / "scratch").mkdir()
    wait = (
        "import os, time, pathlib; pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(60)"
    )
    (tmp_path / "comet_ml.py").write_text(wait, "utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    code = "import sys; from mteval.tracking.track import track_run; track_run(sys.argv[1])"
    with subprocess.Popen([sys.executable, "-c", code, str(run)]) as asking:
        pid = wait_for(lambda: next((tmp_path / "scratch").glob("*/pid"), None))
        child = int(wait_for(pid.read_text))
        asking.send_signal(end)
    wait_for(lambda: not Path(f"/proc/{child}").exists() and not pid.parent.exists())
    assert not list((tmp_path / "scratch").iterdir())


def wait_for(found: Callable[[], Any]) -> Any:
    """Wait for something to be there, and return it."""
    ends = time.monotonic() + 60
    while not (value := found()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return value


# --- what is logged ---
