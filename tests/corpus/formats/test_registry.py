"""Formats by name, those of other packages among them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mteval.corpus.formats.base import Format
from mteval.corpus.formats.po import read_po
from mteval.corpus.formats.registry import BUILT_IN, FORMATS, FormatRegistry, find_format
from mteval.corpus.formats.write import write_corpus
from mteval.errors import UsageError
from tests.conftest import ROOT
from tests.corpus.formats.corpora import small

# A whole format of another package: texts on lines that take turns.
PLUGIN = """
from mteval.corpus.formats.base import Format
from mteval.corpus.formats.corpus import rows
from mteval.corpus.formats.draft import Draft
from mteval.io.files import read_lines


def read(path, wanted):
    draft = Draft(path)
    lines = read_lines(path)
    for source, target in zip(lines[1::2], lines[2::2]):
        draft.document("d").add(source, {"A": target}, {})
    return draft.corpus(as_system=wanted.as_system)


def write(corpus):
    pairs = [(row.segment.source, row.segment.references[0]) for row in rows(corpus)]
    return "TURNS\\n" + "".join(f"{source}\\n{target}\\n" for source, target in pairs), []


TURNS = Format(
    name="turns",
    label="lines that take turns",
    suffixes=(".turns",),
    sniff=lambda head: head.begin.startswith(b"TURNS"),
    read=read,
    write=write,
    holds=frozenset({"kind"}),
)
FALLS = Format(name="falls", label="x", suffixes=(".falls",), read=lambda path, wanted: 1 / 0)
NOTHING = Format(name="nothing", label="x", suffixes=(".nothing",), read=lambda path, wanted: None)
OTHER = Format(name="other", label="x", read=read)
"""


def install(folder: Path, entry_points: str, code: str = PLUGIN) -> None:
    """Install a package as pip does: a module, and its metadata beside it."""
    (folder / "turns_format.py").write_text(code, "utf-8")
    info = folder / "turns_format-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: turns-format\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[mteval.formats]\n{entry_points}\n")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mteval", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_line_of_the_registry_leads_to_a_format_of_its_name() -> None:
    assert list(FORMATS)[: len(BUILT_IN)] == list(BUILT_IN)
    for name in BUILT_IN:
        assert isinstance(FORMATS[name], Format)
        assert FORMATS[name].name == name


def test_names_are_known_without_loading_a_format() -> None:
    code = (
        "import sys; from mteval.corpus.formats.registry import BUILT_IN;"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'importlib.metadata',"
        " 'mteval.corpus.formats.base', 'mteval.corpus.formats.tables')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    registry = FormatRegistry({"x": "no.such.module:FORMAT", **BUILT_IN})
    assert registry["tsv"] is FORMATS["tsv"]


def test_an_unknown_name_gets_a_near_one() -> None:
    with pytest.raises(UsageError, match=r"no format 'tmxx' \(did you mean tmx\?\); those"):
        find_format("tmxx")


def test_a_format_that_holds_what_no_corpus_has_is_refused() -> None:
    with pytest.raises(UsageError, match="the format 'x' holds kinds, which no corpus has; choose"):
        Format(name="x", label="x", read=read_po, holds=frozenset({"kinds", "title"}))


def test_a_format_of_another_package_is_detected_read_and_written(tmp_path: Path) -> None:
    install(tmp_path, "turns = turns_format:TURNS")
    write_corpus(small(), tmp_path / "in.tsv")
    there = run(tmp_path, "convert", "in.tsv", "out.turns")
    assert there.returncode == 0, there.stderr
    assert "mteval: wrote out.turns (turns): 1 document, 2 segments" in there.stderr
    assert (tmp_path / "out.turns").read_text("utf-8") == "TURNS\n源\ntext\n文\ntwo\n"
    (tmp_path / "out.turns").rename(tmp_path / "unknown.abc")
    back = run(tmp_path, "convert", "unknown.abc", "back.tsv")
    assert back.returncode == 0, back.stderr
    assert (tmp_path / "back.tsv").read_bytes() == (tmp_path / "in.tsv").read_bytes()
    scored = run(tmp_path, "score", "unknown.abc", "-r", "in.tsv", "-m", "chrf")
    assert scored.returncode == 0, scored.stderr


def test_what_it_cannot_hold_is_said(tmp_path: Path) -> None:
    install(tmp_path, "turns = turns_format:TURNS")
    write_corpus(small(title="t"), tmp_path / "in.jsonl")
    done = run(tmp_path, "convert", "in.jsonl", "out", "--to", "turns")
    assert "mteval: lines that take turns cannot hold the title of a document" in done.stderr


@pytest.mark.parametrize(
    ("entry_points", "code", "said"),
    [
        ("x = turns_format:X", "1 / 0", "ZeroDivisionError: division by zero"),
        ("x = no_such_module:X", "", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("x = turns_format:X", PLUGIN, "AttributeError: "),
        ("x = turns_format:X", "X = 1", "turns_format:X is no Format but a int"),
        ("x = turns_format:OTHER", PLUGIN, "it calls itself 'other'"),
    ],
)
def test_a_broken_one_is_a_sentence_and_harms_no_other(
    tmp_path: Path, entry_points: str, code: str, said: str
) -> None:
    install(tmp_path, entry_points, code)
    write_corpus(small(), tmp_path / "in.tsv")
    named = run(tmp_path, "convert", "in.tsv", "out", "--from", "x")
    assert (named.returncode, named.stdout) == (2, "")
    assert named.stderr.startswith("mteval: the format 'x' of turns-format cannot be used (")
    assert said in named.stderr
    assert named.stderr.count("\n") == 1
    other = run(tmp_path, "convert", "in.tsv", "out")
    assert other.returncode == 0, other.stderr
    (tmp_path / "y.abc").write_text("y")
    unknown = run(tmp_path, "convert", "y.abc", "out2")
    assert unknown.returncode == 2
    assert "no format of test sets is known" in unknown.stderr
    assert "the format 'x' of turns-format cannot be used" in unknown.stderr


def test_one_that_fails_as_it_reads_is_a_sentence(tmp_path: Path) -> None:
    install(tmp_path, "falls = turns_format:FALLS")
    (tmp_path / "x.falls").write_text("x")
    done = run(tmp_path, "convert", "x.falls", "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "mteval: the format 'falls' of turns-format cannot be used (ZeroDivisionError: division by "
        "zero); update that package or uninstall it\n"
    )


def test_one_that_reads_no_corpus_is_a_sentence(tmp_path: Path) -> None:
    install(tmp_path, "nothing = turns_format:NOTHING")
    (tmp_path / "x.nothing").write_text("x")
    done = run(tmp_path, "convert", "x.nothing", "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "mteval: the format 'nothing' of turns-format cannot be used (what it reads is a NoneType "
        "and not a Corpus); update that package or uninstall it\n"
    )


def test_the_formats_of_mteval_keep_their_names(tmp_path: Path) -> None:
    install(tmp_path, "tsv = turns_format:TURNS")
    write_corpus(small(), tmp_path / "in.tsv")
    done = run(tmp_path, "convert", "in.tsv", "out.jsonl", "--from", "tsv")
    assert done.returncode == 0, done.stderr
