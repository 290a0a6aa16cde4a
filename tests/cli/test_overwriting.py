"""Every command that writes a file which somebody names: nothing of others is replaced."""

from __future__ import annotations

import csv
import os
import shutil
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import mteval
from mteval.cli.runs import export
from mteval.corpus.layout import load_plain_systems, load_plain_test_set
from mteval.views.exports.registry import format_names
from mteval.wording import counted
from tests.cli.support import Done
from tests.scored import write_scored

TEXTS = {
    "s.txt": "演习结束。\n国防部表示欢迎。\n",
    "r.txt": "The exercise ended here.\nThe Ministry welcomed it.\n",
    "x.txt": "The exercise ended.\nThe drill welcomed it.\n",
    "y.txt": "An exercise has ended.\nIt was welcomed.\n",
    "t.csv": "source,target\n演习,exercise\n国防部,Ministry\n",
}
RUN = "20260102T030405Z-0123abcd"
# Arguments of each command but the file that it writes, which comes last.
COMMANDS: dict[str, tuple[str, ...]] = {
    "report": ("report", RUN, "-o"),
    "page": ("history", "--page"),
    **{f"export {name}": ("export", RUN, "--format", name, "-o") for name in format_names()},
    **{
        f"convert {name}": ("convert", "s.txt", "r.txt", "--to", name)
        for name in ("tsv", "csv", "jsonl", "tmx", "xliff-1.2", "xliff-2.1", "wmt-xml")
    },
    "align": ("align", "s.txt", "r.txt", "-o"),
    **{f"terms {name}": ("terms", "convert", "t.csv") for name in ("csv", "xlsx", "tbx")},
}
# Of what people read and do not work in: a file says that mteval wrote it, and is replaced.
MARKED = {"report", "page", *(f"export {n}" for n in ("markdown", "latex", "xlsx", "parquet"))}
NAMES = {"align": "out.tsv", **{f"terms {n}": f"out.{n}" for n in ("csv", "xlsx", "tbx")}}

Here = Callable[..., Done]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a run and texts, to be copied."""
    folder = tmp_path_factory.mktemp("texts")
    write_scored(folder, TEXTS, RUN)
    return folder


@pytest.fixture
def folder(texts: Path, tmp_path: Path) -> Path:
    shutil.copytree(texts, tmp_path, dirs_exist_ok=True)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder, and where its links lead."""
    return {
        str(path.relative_to(folder)): os.fsencode(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_of_others_is_replaced(command: str, folder: Path, here: Here) -> None:
    name = NAMES.get(command, "out.x")
    out, arguments = folder / name, COMMANDS[command]
    (folder / "theirs").write_text("theirs")
    for make in (lambda: out.write_text("theirs"), lambda: out.symlink_to("theirs")):
        make()
        before = contents(folder)
        done = here(*arguments, name)
        assert done.returncode == 2
        [line] = done.stderr.splitlines()
        assert f"{name}: " in line
        assert ("theirs" if out.is_symlink() else "--force") in line
        assert contents(folder) == before
        out.unlink()
    out.write_text("theirs")
    out.chmod(0o600)
    assert here(*arguments, name, "--force").returncode == 0
    made = out.read_bytes()
    assert made != b"theirs"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    # The same again replaces nothing.
    before = contents(folder)
    assert here(*arguments, name).returncode == 0
    assert contents(folder) == before
    out.rename(folder / "real")
    out.symlink_to("real")
    (folder / "real").write_bytes(made + b" ")
    if command not in MARKED - {"export parquet"}:  # which is damaged now
        assert here(*arguments, name).returncode == 2
        (folder / "real").unlink()
    assert here(*arguments, name).returncode == 0
    assert out.is_symlink()
    assert (folder / "real").read_bytes() == made


# Termbases and pairs go by the suffix of the file.
@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in NAMES])
def test_a_pipe_is_written_to(
    command: str, folder: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = COMMANDS[command]
    assert here(*arguments, "out.x").returncode == 0
    made = (folder / "out.x").read_bytes()
    (folder / "out.x").unlink()
    os.mkfifo(folder / "out.x")
    found: list[bytes] = []
    reader = threading.Thread(
        target=lambda: found.append((folder / "out.x").read_bytes()), daemon=True
    )
    reader.start()
    access = os.access
    # It may be written and not read, as a pipe that another user opened.
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path).name != "out.x" and access(path, mode)
    )
    done = here(*arguments, "out.x")
    reader.join(30)
    assert done.returncode == 0, done.stderr
    assert found == [made]
    assert (folder / "out.x").is_fifo()


@pytest.mark.parametrize("command", sorted(MARKED))
def test_what_mteval_wrote_is_replaced(command: str, folder: Path, here: Here) -> None:
    """A run with another system is written over that of before."""
    assert here(*COMMANDS[command], "out.x").returncode == 0
    before = (folder / "out.x").read_bytes()
    (folder / "out.x").chmod(0o640)
    test_set = load_plain_test_set(folder / "s.txt", [folder / "r.txt"])
    systems = load_plain_systems([folder / "x.txt"], test_set)
    made, _ = mteval.write_run(mteval.evaluate(test_set, systems, ["bleu"], samples=0), folder)
    shutil.rmtree(folder / "results" / RUN)
    made.rename(folder / "results" / RUN)
    assert here(*COMMANDS[command], "out.x").returncode == 0
    assert (folder / "out.x").read_bytes() != before
    assert stat.S_IMODE((folder / "out.x").stat().st_mode) == 0o640


def test_a_workbook_that_somebody_saved_again_is_theirs(folder: Path, here: Here) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    assert here(*COMMANDS["export xlsx"], "out.xlsx").returncode == 0
    book = openpyxl.load_workbook(folder / "out.xlsx")
    book.worksheets[0]["Z1"] = "a note of mine"
    book.save(folder / "out.xlsx")
    before = contents(folder)
    assert here(*COMMANDS["export xlsx"], "out.xlsx").returncode == 2
    assert contents(folder) == before


def test_a_report_of_before_in_its_run_folder_is_replaced(folder: Path, here: Here) -> None:
    report = folder / "results" / RUN / "report.html"
    report.write_text("<!doctype html> as it was before pages said who wrote them")
    assert here("report", RUN).returncode == 0
    assert "as it was" not in report.read_text("utf-8")
    report.unlink()
    (folder / "theirs").write_text("theirs")
    report.symlink_to(folder / "theirs")
    assert here("report", RUN).returncode == 2
    assert (folder / "theirs").read_text() == "theirs"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no names for open files")
def test_standard_output_is_written_to(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Under a name that no mistake could replace, and a link to it such as /dev/stdout is."""
    (folder / "stdout").symlink_to("/dev/fd/1")
    monkeypatch.chdir(folder)

    def written(*output: str) -> bytes:
        export(Path(RUN), "csv", output=Path(*output) if output else None)
        return capfdbinary.readouterr().out

    found = [written(*output) for output in ((), ("/dev/fd/1",), ("stdout",))]
    assert len(found[0].splitlines()) == 5
    assert found == found[:1] * 3
    assert (folder / "stdout").is_symlink()


BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("start", [b"", BOM])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_terms_are_appended_to_the_file_that_a_link_leads_to(
    start: bytes, end: bytes, tmp_path: Path, here: Here
) -> None:
    (tmp_path / "references").mkdir()
    sentence = (
        ["演习在南海举行", "南海的演习结束"],
        ["The drill was in Nanhai", "Nanhai drill over"],
    )
    for name, lines in zip(("zh", "en"), sentence, strict=True):
        text = "\n".join(lines * 3) + "\n"
        (tmp_path / "references" / f"d.{name}.txt").write_text(text, "utf-8")
    real = tmp_path / "real.csv"
    old = start + "concept,source,target\nx,国防部,Ministry\n".encode().replace(b"\n", end)
    real.write_bytes(old)
    real.chmod(0o600)
    link = tmp_path / "terms.csv"
    link.symlink_to(real)
    done = here("terms", "mine", "--terms", "terms.csv", "--append")
    assert done.returncode == 0, done.stderr
    new = real.read_bytes()
    assert new.startswith(old)
    added = [line for line in done.stderr.splitlines() if " appended" in line]
    rows = list(csv.reader(new[len(old) :].decode().splitlines()))
    assert added[0].startswith(f"mteval: {counted(len(rows), 'row')} appended")
    assert rows
    assert new.count(b"\n") == new.count(end)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_documents_and_runs_lead_through_no_link_to_a_file(
    tmp_path: Path, root: Path, here: Here
) -> None:
    page = next((root / "references" / "raw").glob("004*"))
    assert here("ingest", page, "-o", "out").returncode == 0
    [text] = (tmp_path / "out").glob("*.en.txt")
    (tmp_path / "theirs").write_text("theirs")
    text.unlink()
    text.symlink_to(tmp_path / "theirs")
    before = contents(tmp_path)
    assert "this is a link" in here("ingest", page, "-o", "out").stderr
    assert contents(tmp_path) == before
