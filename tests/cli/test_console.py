"""What commands show: text as it is, to streams that may close, and progress."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mteval.cli import console
from tests.conftest import ROOT, Run, without_progress


def test_a_log_is_told_of_progress_in_lines_that_tests_can_set_aside(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(console, "_LOG_SECONDS", 0.0)
    update = console.ProgressBar().task("BLEU", "segments")
    for done in (1, 2000, 4000):
        update(done, 4000)
    console.say("mteval: 3 of 4 segments done are not progress")
    text = capsys.readouterr().err
    lines = text.splitlines()
    assert lines[0] == "mteval: BLEU: 1 of 4000 segments done"
    assert lines[1].endswith(" s left")
    assert lines[2].startswith("mteval: BLEU: 4000 of 4000 segments done, ")
    assert without_progress(text) == "mteval: 3 of 4 segments done are not progress\n"


def test_markup_in_a_hypothesis_is_text(project: Path, mteval: Run) -> None:
    name = "<script>[bold]x"
    folder = project / "systems" / name
    shutil.copytree(project / "systems" / "llm-fluent", folder)
    (folder / "mnd-2023-12-28-video-call.txt").write_text("[red]<script>alert(1)</script>\n")
    done = mteval("score", folder)
    assert done.returncode == 0
    assert name in done.stdout
    [run] = (project / "results").iterdir()
    assert "[red]<script>alert(1)</script>" in (run / "segments.csv").read_text("utf-8")


def test_the_reader_of_stdout_may_leave(project: Path) -> None:
    command = f"{sys.executable} -m mteval metrics | head -c 1"
    done = subprocess.run(
        ["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr


def test_stdout_may_be_closed_or_full(project: Path) -> None:
    command = f"{sys.executable} -m mteval score systems/llm-fluent -m bleu"
    for end, code in ((">&-", 0), (">/dev/full", 2)):
        done = subprocess.run(
            ["bash", "-c", f"{command} {end}"],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert "run written to results/" in done.stderr


def test_names_move_no_cursor(mteval: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "systems" / "llm-literal", tmp_path / "esc\x1b[31m")
    done = mteval(
        "score", "esc\x1b[31m", "-r", str(ROOT / "references"), "-m", "bleu", "--samples", "0"
    )
    assert done.returncode == 0, done.stderr
    assert "esc\N{REPLACEMENT CHARACTER}[31m" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("control", ["\x1b", "\x9b", "\x07", "\x7f", "\r", "\x00", "\u202e"])
def test_csv_on_a_terminal_moves_no_cursor(
    control: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    console.show_csv(f'"a{control}","国\t\n"')
    assert capfd.readouterr().out == '"a\N{REPLACEMENT CHARACTER}","国\t\n"\n'
    console.show_bytes(f"a{control}\n".encode())
    assert capfd.readouterr().out.encode() == f"a{control}\n".encode()
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    console.show_bytes(f"a{control}\n".encode())
    assert capfd.readouterr().out == "a\N{REPLACEMENT CHARACTER}\n"


def test_sentences_are_whole_words_on_a_terminal_and_lists_an_item_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_screen_width", lambda: 24)
    console.show_sentence("significant at 5 % after Holm's correction")
    console.show_sentence("+ preferred or admitted   x deprecated   ? other")
    console.show_sentence("+ one   x two")
    assert capsys.readouterr().out.splitlines() == [
        "significant at 5 % after",
        "  Holm's correction",
        *("+ preferred or admitted", "x deprecated", "? other"),
        "+ one   x two",
    ]
    monkeypatch.undo()
    console.show_sentence("long sentence " * 20)
    assert capsys.readouterr().out == "long sentence " * 20 + "\n"
