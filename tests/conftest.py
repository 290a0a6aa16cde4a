"""What the tests share: the repository, the outside data, the command line as users run it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from mteval.cli.config import SETTINGS

# Nothing is timed: the machine may be busy.
settings.register_profile("mteval", deadline=None)
settings.load_profile("mteval")

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"

Run = Callable[..., "subprocess.CompletedProcess[str]"]

# A line that shows progress, which comes where work takes more than a moment.
_PROGRESS = re.compile(
    r"mteval: [^:\n]+: \d+ of \d+ \w+ done(?:, \d+ a second)?(?:, \d+ s left)?\n"
)


def without_progress(stderr: str) -> str:
    """Return what a command wrote to stderr, without progress: a busy machine shows more of it."""
    return _PROGRESS.sub("", stderr)


@pytest.fixture(scope="session", autouse=True)
def nothing_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's models, cached scores and settings out of the tests, and theirs out of it."""
    empty = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for variable in SETTINGS.values():
            patch.delenv(variable, raising=False)
        patch.setenv("MTEVAL_CACHE_DIR", str(empty / "scores"))
        patch.setenv("HF_HOME", str(empty / "hub"))
        patch.delenv("HF_HUB_CACHE", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def heard_signals() -> None:
    """Let tests and their commands hear signals that these tests were started to ignore.

    As nohup does, and a script for what it runs in the background. Programs inherit what is
    ignored, and not what is handled.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build a small COMET model of each class: folders by kind, and that of the encoder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tests.checkpoints import CLASSES, build_checkpoint, build_encoder

        folder = tmp_path_factory.mktemp("models")
        encoder = build_encoder(folder / "encoder")
        return {
            "encoder": encoder,
            **{kind: build_checkpoint(folder / kind, encoder, kind) for kind in CLASSES},
        }


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
