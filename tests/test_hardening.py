"""Whatever happens to disks, files, names and processes: one sentence, and what was there stays."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import mteval
from mteval.cli.commands import main
from mteval.corpus.formats.read import read_corpus
from mteval.corpus.layout import load_plain_systems, load_plain_test_set
from mteval.errors import InputError, MtevalError
from mteval.executor import map_batches
from mteval.io.store import CachedScore, ScoreCache
from mteval.io.xml import parse_xml
from mteval.runs.history import read_history
from mteval.runs.read import Run
from mteval.runs.write import write_run
from tests.conftest import ROOT, without_progress
from tests.conftest import Run as Command

SOURCE = "演习结束。\n国防部表示欢迎。\n"
REFERENCE = "The exercise ended here.\nThe Ministry welcomed it.\n"
SCORE = ("score", "x.txt", "y.txt", "-s", "s.txt", "-r", "r.txt", "-m", "bleu")
GIGABYTE = 2**30

Call = Callable[..., tuple[int, str]]


def lay_out(folder: Path) -> Path:
    """Write plain files to score, and a termbase."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "s.txt").write_text(SOURCE, "utf-8")
    (folder / "r.txt").write_text(REFERENCE, "utf-8")
    (folder / "x.txt").write_text("The exercise ended.\nThe drill welcomed it.\n", "utf-8")
    (folder / "y.txt").write_text("An exercise has ended.\nIt was welcomed.\n", "utf-8")
    (folder / "t.csv").write_text("source,target\n演习,exercise\n国防部,Ministry\n", "utf-8")
    return folder


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run the command line in this process: exit code and stderr."""

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["mteval", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        code = caught.value.code
        return code if isinstance(code, int) else 0, capsys.readouterr().err

    return run


def check_refused(code: int, errors: str) -> str:
    """Check that a command failed with one sentence, and give it."""
    [line] = without_progress(errors).splitlines()
    assert code == 2, errors
    assert line.startswith("mteval: ")
    return line


def contents(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder, hidden ones too."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


# A full disk.


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True
        ).returncode
        == 0
    )
    if not mounted:
        pytest.skip("no small file system can be mounted here: that takes root on Linux")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path, left: int = 0) -> None:
    """Leave so many bytes free."""
    with (disk / "filler").open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    if left:
        os.truncate(disk / "filler", (disk / "filler").stat().st_size - left)


def test_a_full_disk_leaves_what_was_there(
    small_disk: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = next((ROOT / "references" / "raw").glob("004*"))
    monkeypatch.chdir(lay_out(small_disk))
    assert call(*SCORE)[0] == 0
    [run] = (small_disk / "results").iterdir()
    for path in (small_disk / "out.csv", run / "report.html"):
        path.write_text("as it was", "utf-8")
    # At any moment of the writing; the report comes last, and a run is whole without it.
    for left in (0, 4096, 12_288, 40_960):
        fill(small_disk, left)
        before = contents(small_disk)
        code, errors = call(*SCORE)
        if code:
            assert "results" in check_refused(code, errors)
            assert contents(small_disk) == before
        else:
            assert "warning: the report of the run could not be written" in errors
            [other] = {path.name for path in (small_disk / "results").iterdir()} - {run.name}
            assert Run(small_disk / "results" / other).evaluation.systems == ("x", "y")
            shutil.rmtree(small_disk / "results" / other)
            assert contents(small_disk) == before
    fill(small_disk)
    before = contents(small_disk)
    for arguments in (
        ("report", run.name),
        ("report", run.name, "-o", "new.html"),
        ("export", run.name, "--format", "csv", "-o", "out.csv", "--force"),
        ("history", "--page", "new.html"),
        ("convert", "s.txt", "r.txt", "new.tmx"),
        ("convert", "s.txt", "r.txt", "new"),
        ("ingest", page, "-o", "new"),
        ("terms", "convert", ROOT / "references" / "terms.csv", "new.xlsx"),
        ("terms", "convert", ROOT / "references" / "terms.csv", "new.tbx"),
    ):
        sentence = check_refused(*call(*arguments))
        assert "it cannot be written (No space left on device)" in sentence
        assert contents(small_disk) == before


def test_a_full_disk_under_the_cache_is_a_note(small_disk: Path) -> None:
    with closing(ScoreCache(small_disk / "cache")) as cache:
        cache.put("s", {("kept",): CachedScore(1.0, {})})
        fill(small_disk)
        many = {(str(i),): CachedScore(i / 7, {"text": "x" * 2000}) for i in range(200)}
        cache.put("s", many)
        cache.put("s", many)
        [note] = cache.notes
        assert "cannot be used (database or disk is full)" in note
    (small_disk / "filler").unlink()
    with closing(ScoreCache(small_disk / "cache")) as cache:
        assert cache.get("s", [("kept",), *many]) == {("kept",): CachedScore(1.0, {})}
        assert not cache.notes
    fill(small_disk)
    with closing(ScoreCache(small_disk / "other")) as cache:
        cache.put("s", many)
        assert len(cache.notes) == 1


def score_with_small_files(folder: Path, most: int) -> subprocess.CompletedProcess[str]:
    """Score where no file may have more than some bytes."""
    code = (
        "import resource, sys; from mteval.cli.commands import main;"
        "import mteval.views.html.report; import pyarrow;"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most})); main()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *SCORE, "--no-cache"],
        cwd=lay_out(folder),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not limit the size of files")
@pytest.mark.parametrize("most", [1, 1000])
def test_a_file_that_cannot_grow_leaves_no_run(tmp_path: Path, most: int) -> None:
    done = score_with_small_files(tmp_path, most)
    assert "cannot be written (File too large)" in check_refused(done.returncode, done.stderr)
    assert list((tmp_path / "results").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not limit the size of files")
def test_a_report_that_cannot_be_written_costs_no_run(tmp_path: Path) -> None:
    done = score_with_small_files(tmp_path, 30_000)
    assert done.returncode == 0
    [folder] = (tmp_path / "results").iterdir()
    assert f"mteval: run written to results/{folder.name}\n" in done.stderr
    [warning] = [line for line in done.stderr.splitlines() if "warning" in line]
    assert "report.html: it cannot be written (File too large)" in warning
    assert Run(folder).evaluation.systems == ("x", "y")
    assert not (folder / "report.html").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_under_stderr_changes_no_exit_code(tmp_path: Path) -> None:
    lay_out(tmp_path)
    for arguments, code in ((("metrics",), 0), (("score", "no-such", "-r", "r.txt"), 2)):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "mteval", *arguments],
                cwd=tmp_path,
                stdout=subprocess.DEVNULL,
                stderr=full,
                check=False,
            )
        assert done.returncode == code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_under_the_help_is_a_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mteval", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert "standard output cannot be written" in check_refused(done.returncode, done.stderr)


def test_closed_folders(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lay_out(tmp_path))
    (tmp_path / "file").write_text("as it was", "utf-8")
    assert "cannot be" in check_refused(*call(*SCORE, "-o", "file"))
    assert "cannot be" in check_refused(*call(*SCORE, "-o", "file/below"))
    assert (tmp_path / "file").read_text("utf-8") == "as it was"
    if os.geteuid() == 0 if hasattr(os, "geteuid") else True:
        return  # nothing is closed to root
    (tmp_path / "closed").mkdir(mode=0o500)
    assert "Permission denied" in check_refused(*call(*SCORE, "-o", "closed"))


# A gigabyte.


def test_a_gigabyte_is_refused_wherever_it_comes_from(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lay_out(tmp_path))
    assert call(*SCORE)[0] == 0
    [run] = (tmp_path / "results").iterdir()
    for name in ("big.txt", "big.csv", "big.xlsx", "big.tbx", "big.html", "big.jsonl", "big.xml"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(GIGABYTE)
    texts = ("-s", "s.txt", "-r", "r.txt")
    began = time.monotonic()
    for arguments in (
        ("score", "big.txt", *texts),
        ("score", "x.txt", "-s", "big.txt", "-r", "r.txt"),
        ("score", "x.txt", "-s", "s.txt", "-r", "big.txt"),
        ("score", "x.txt", *texts, "--terms", "big.csv"),
        ("terms", "check", "x.txt", *texts, "--terms", "big.csv"),
        ("terms", "check", "x.txt", *texts, "--terms", "big.xlsx"),
        ("terms", "convert", "big.tbx", "out.csv"),
        ("ingest", "big.html", "-o", "out"),
        ("convert", "big.jsonl", "out.tmx"),
        ("convert", "big.xml", "out.tmx"),
    ):
        assert " has 1,024 MiB, and no more than " in check_refused(*call(*arguments))
    for name in ("run.json", "evaluation.json", "scores.parquet", "segments.csv"):
        shutil.copytree(run, tmp_path / "damaged")
        os.truncate(tmp_path / "damaged" / name, GIGABYTE)
        assert " has 1,024 MiB, and no more" in check_refused(*call("report", "damaged"))
        shutil.rmtree(tmp_path / "damaged")
    # Reading them would take longer, and the memory with it.
    assert time.monotonic() - began < 60


# Names.


@pytest.mark.parametrize("name", ["a b", "文件", "a\nb", "'\"$(x)`"])
def test_names_with_spaces_chinese_and_newlines(tmp_path: Path, call: Call, name: str) -> None:
    folder = lay_out(tmp_path / name)
    for file in ("s", "r", "x"):
        (folder / f"{file}.txt").rename(folder / f"{file}{name}.txt")
    s, r, x = (folder / f"{file}{name}.txt" for file in ("s", "r", "x"))
    results = folder / "results"
    assert call("score", x, "-s", s, "-r", r, "-m", "bleu", "-o", results)[0] == 0
    [run] = results.iterdir()
    assert call("report", run, "-o", folder / f"{name}.html")[0] == 0
    assert call("export", run, "--format", "json", "-o", folder / f"{name}.json")[0] == 0
    exported = json.loads((folder / f"{name}.json").read_text("utf-8"))
    assert exported["systems"][0]["system"] == f"x{name}"
    assert call("history", "-o", results, "--page", folder / f"{name}-history.html")[0] == 0
    assert Run(run).evaluation.systems == (f"x{name}",)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_no_text(tmp_path: Path, call: Call) -> None:
    lay_out(tmp_path)
    folder = lay_out(tmp_path / os.fsdecode(b"\xff"))
    system = folder / os.fsdecode(b"\xff.txt")
    (folder / "x.txt").rename(system)
    texts = ("-s", folder / "s.txt", "-r", folder / "r.txt", "-m", "bleu")
    sentence = check_refused(*call("score", system, *texts, "-o", folder / "results"))
    assert "the file name is not UTF-8; rename it" in sentence
    # Names of folders are in no result, but in the command that the record and the report have.
    assert call("score", folder / "y.txt", *texts, "-o", folder / "results")[0] == 0
    [run] = (folder / "results").iterdir()
    assert call("report", run, "-o", folder / "new.html")[0] == 0
    assert call("export", run, "--format", "markdown", "-o", folder / "new.md")[0] == 0
    assert r"\udcff" in Run(run).record["command"][2]


def test_a_record_with_an_argument_that_is_no_text_is_read(tmp_path: Path) -> None:
    run = scored(tmp_path)
    record = json.loads((run / "run.json").read_text("utf-8"))
    record["command"] = ["mteval", "score", "\udcff", "\\ud800"]
    text = json.dumps(record, ensure_ascii=False)
    (run / "run.json").write_bytes(text.encode("utf-8", "backslashreplace"))
    assert Run(run).record["command"][2:] == ["\\udcff", "\\ud800"]


def test_links_out_of_references_and_systems_are_refused(tmp_path: Path, call: Call) -> None:
    lay_out(tmp_path)
    references, system = tmp_path / "references", tmp_path / "systems" / "x"
    references.mkdir()
    system.mkdir(parents=True)
    files = {references / "d.zh.txt": "s", references / "d.en.txt": "r", system / "d.txt": "x"}
    for path, name in files.items():
        shutil.copy(tmp_path / f"{name}.txt", path)
    command = ("score", system, "-r", references, "-m", "bleu", "-o", tmp_path / "results")
    assert call(*command)[0] == 0
    for path, name in files.items():
        path.unlink()
        path.symlink_to(tmp_path / f"{name}.txt")
        sentence = check_refused(*call(*command))
        assert f"{path.name}: this is a link that leads out of " in sentence
        path.unlink()
        shutil.copy(tmp_path / f"{name}.txt", path)


# Killed processes.

_PARENT = """
import os, time
from mteval.executor import map_batches

def work(number):
    os.write(1, f"{os.getpid()}\\n".encode())  # in one piece: two workers share the pipe
    time.sleep(60)

list(map_batches(work, range(4), parallel=True))
"""


def kill_worker(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="there are worker processes on Linux only")
def test_workers_do_not_outlive_a_parent_that_was_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "MTEVAL_CORES": "2"},
    ) as parent:
        assert parent.stdout is not None
        workers = [int(parent.stdout.readline()) for _ in range(2)]
        parent.kill()
        parent.wait()
        until = time.monotonic() + 20
        while any(map(is_alive, workers)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not any(map(is_alive, workers))


@pytest.mark.skipif(sys.platform != "linux", reason="there are worker processes on Linux only")
def test_a_killed_worker_is_an_error_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTEVAL_CORES", "2")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    with pytest.raises(MtevalError, match="a worker process was killed"):
        list(map_batches(kill_worker, range(4), parallel=True))


def scored(folder: Path, **options: Any) -> Path:
    """Score the plain files and give the run folder."""
    lay_out(folder)
    test_set = load_plain_test_set(folder / "s.txt", [folder / "r.txt"])
    systems = load_plain_systems([folder / "x.txt", folder / "y.txt"], test_set)
    evaluation = mteval.evaluate(test_set, systems, ["bleu"], samples=40, **options)
    return write_run(evaluation, folder / "results")[0]


def test_what_killed_runs_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl", reason="there are no such locks here")
    made = scored(tmp_path)
    results = made.parent
    names = {
        "left": ".20260102T030405Z-0123abcd.abcd1234",
        "young": ".20260102T030405Z-0123abcd-2.abcd1234",
        "in use": ".20260102T030405Z-4567abcd.abcd1234",
        "other": ".mine.abcd1234",
    }
    for what, name in names.items():
        (results / name).mkdir()
        (results / name / "run.json").write_text("{}", "utf-8")
        if what != "young":
            os.utime(results / name, (time.time() - 3600,) * 2)
    handle = os.open(results / names["in use"], os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        shutil.rmtree(made)
        scored(tmp_path)
    finally:
        os.close(handle)
    found = {path.name for path in results.iterdir() if path.name.startswith(".")}
    assert found == {names[what] for what in ("young", "in use", "other")}
    assert len(read_history(results).runs) == 1


# Damage that fuzzing found to be no sentence (python -m benchmarks.fuzz).


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a run with terms, to damage copies of."""
    folder = tmp_path_factory.mktemp("whole")
    lay_out(folder)
    return scored(folder, terms=folder / "t.csv")


def changed_json(keys: Sequence[Any], value: Any) -> Callable[[bytes], bytes]:
    """Set a value somewhere in JSON."""

    def change(data: bytes) -> bytes:
        document = json.loads(data)
        holder = document
        for key in keys[:-1]:
            holder = holder[key]
        holder[keys[-1]] = value
        return json.dumps(document).encode()

    return change


def arrays(data: bytes) -> bytes:
    """Put something into an archive of arrays."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("bleu.npy", data)
    return file.getvalue()


# Of an array of 160 PB.
HUGE = b"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1000000000000000, 10)}".ljust(117)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("run.json", lambda data: b"[" * 100_000),
        ("run.json", changed_json(["segments"], [2_000_000_000])),
        ("run.json", changed_json(["segments"], [2, 2])),
        ("run.json", changed_json(["segments"], [-1])),
        ("run.json", changed_json(["domains"], [["x"]])),
        ("run.json", changed_json(["term_signature"], ["x"])),
        ("run.json", changed_json(["inputs", "dates"], {"s": [1]})),
        ("evaluation.json", lambda data: b"[" * 100_000),
        ("evaluation.json", changed_json(["systems"], [])),
        ("evaluation.json", changed_json(["terms", 0, "renderings", 0], {})),
        ("evaluation.json", changed_json(["terms", 0, "renderings", 0, "verdict"], "x")),
        ("evaluation.json", changed_json(["terms", 0, "severity"], "x")),
        ("evaluation.json", changed_json(["terms", 0, "system"], "reference_9")),
        ("evaluation.json", changed_json(["terms", 0, "right"], "x" * 5000)),
        ("scores.parquet", lambda data: data[: len(data) // 2] + data[-8:]),
        ("segments.csv", lambda data: b"\n" + data),
        ("segments.csv", lambda data: b'"' + b"x" * 200_000 + b'"\n' + data),
        ("occurrences.csv", lambda data: data.replace(b'"preferred"', b'"x"')),
        ("statistics.npz", lambda data: arrays(b"text")),
        ("statistics.npz", lambda data: arrays(b"\x93NUMPY\x01\x00\x06\x00{'a':(")),
        ("statistics.npz", lambda data: arrays(b"\x93NUMPY\x01\x00v\x00" + HUGE + b"\n")),
        ("statistics.npz", lambda data: arrays(data)),
    ],
)
def test_a_damaged_run_is_refused_in_a_sentence(
    tmp_path: Path, whole: Path, file: str, change: Callable[[bytes], bytes]
) -> None:
    run = tmp_path / "results" / "run"
    shutil.copytree(whole, run)
    (run / file).write_bytes(change((run / file).read_bytes()))
    found = Run(run)
    with pytest.raises(MtevalError) as caught:
        _ = found.statistics if file == "statistics.npz" else found.evaluation
    assert len(str(caught.value).splitlines()) == 1
    assert str(run) in str(caught.value)
    shutil.copytree(whole, run.with_name("other"))
    read_history(run.parent).as_dict()


def test_a_message_is_one_line_of_bounded_length(tmp_path: Path) -> None:
    text = str(InputError("x.txt: a\nb " + "y" * 100_000 + "; mend it"))
    assert len(text) < 1100
    assert text.startswith("x.txt: a b y")
    assert text.endswith("y; mend it")
    path = tmp_path / "x.tmx"
    path.write_text(f"<tmx></{'x' * 50_000}>", "utf-8")
    with pytest.raises(InputError) as caught:
        parse_xml(path, path.read_bytes(), "TMX", "export it again")
    assert len(str(caught.value)) < 1100


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "x.tmx",
            '<tmx version="1.4"><header srclang="zh"/><body><tu><prop type="x-document"> </prop>'
            '<tuv xml:lang="zh"><seg>a</seg></tuv><tuv xml:lang="en"><seg>b</seg></tuv></tu></body>'
            "</tmx>",
        ),
        (
            "x.xlf",
            '<xliff version="1.2"><file original=" " source-language="zh"><body><trans-unit '
            'id="1"><source>a</source><target>b</target><alt-trans origin="system: "><target>c'
            "</target></alt-trans></trans-unit></body></file></xliff>",
        ),
    ],
)
def test_a_document_or_system_without_a_name(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    corpus = read_corpus(tmp_path / name)
    assert [document.id for document in corpus.test_set.documents] == ["x"]
    assert corpus.systems == ()


def test_a_system_of_xliff_2_without_a_name(tmp_path: Path) -> None:
    (tmp_path / "x.xlf").write_text(
        '<xliff version="2.1" srcLang="zh" trgLang="en" xmlns:m="urn:mteval:corpus:1"><file>'
        '<unit id="1"><m:text type="system" name=" ">c</m:text><segment><source>a</source><target>'
        "b</target></segment></unit></file></xliff>",
        "utf-8",
    )
    with pytest.raises(InputError, match=r"x\.xlf:1: the text does not say whose it is"):
        read_corpus(tmp_path / "x.xlf")


def test_a_system_of_tmx_without_a_name(tmp_path: Path) -> None:
    (tmp_path / "x.tmx").write_text(
        '<tmx version="1.4"><header srclang="zh"/><body><tu><prop type="x-hypothesis:">c</prop>'
        '<tuv xml:lang="zh"><seg>a</seg></tuv><tuv xml:lang="en"><seg>b</seg></tuv></tu></body>'
        "</tmx>",
        "utf-8",
    )
    with pytest.raises(InputError, match=r"x\.tmx:1: the property 'x-hypothesis:' does not say"):
        read_corpus(tmp_path / "x.tmx")


def test_a_process_may_end_as_soon_as_a_run_is_read(whole: Path, mteval: Command) -> None:
    # With the threads that pyarrow 23.0 starts of itself, one in four was aborted.
    code = (
        "import sys; from pathlib import Path; from mteval.runs.read import Run;"
        "Run(Path(sys.argv[1])).evaluation; sys.exit(2)"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, str(whole)]) for _ in range(6)]
    assert [child.wait() for child in children] == [2] * 6
