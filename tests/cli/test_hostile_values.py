"""Options with values of every kind: an answer or one sentence, and nothing that moves a cursor."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mteval.cli.commands import main
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.evaluation.orchestrator import evaluate
from mteval.views.score_tables import document_table, system_table

VALUES = [
    *("", "-1", "0", "1e999", "nan", "9" * 400, "\x1b[31m", "\x9b2J", "\u202ea", "\udc80"),
    *("../../etc/passwd", "/dev/null", "`id`", "a\nb", "[bold]"),
]
OPTIONS = {
    "score": ("--samples", "--seed", "--resample", "-m", "--terms", "-r", "-s", "-t", "-l"),
    "compare": ("--test", "--seed"),
    "gate": ("--baseline", "--max-drop", "--fail-on", "--must-pass"),
    "history": ("--metric",),
}
# What may move a cursor or turn the direction of text: controls but for the end of a line.
CONTROLS = {*map(chr, range(32)), *map(chr, range(127, 160)), "\u202e"} - {"\n"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {"s": "甲。\n乙。\n", "r": "One.\nTwo.\n", "x": "One.\nToo.\n"}.items():
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "option"), [(c, option) for c, options in OPTIONS.items() for option in options]
)
def test_any_value_is_answered_or_refused_in_a_sentence(
    command: str,
    option: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = {
        "score": ("x.txt", "-r", "r.txt", "-m", "bleu", "--no-checks", "--json"),
        "compare": ("x.txt", "r.txt", "-r", "r.txt", "-m", "bleu", "--json"),
        "gate": ("no-run",),
        "history": (),
    }[command]
    for value in VALUES:
        monkeypatch.setattr(sys, "argv", ["mteval", command, *given, option, value])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code in (None, 0, 1, 2), (value, said.err)
        assert "Traceback" not in said.err
        if ended.value.code == 2:
            assert said.err.strip()
            assert said.out == ""
            assert not CONTROLS & set(said.err), (value, said.err)


@pytest.mark.parametrize(
    "name", ["\x1b]0;x\x07a", "a\x9b2Jb", "a\u202eb", "a\x00b", "[bold]x", "<b>"]
)
def test_names_move_no_cursor_in_tables(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    from mteval.cli.console import show_tables

    test_set = TestSet((Document.from_columns(name, None, [["One.", "Two."]]),))
    systems = [SystemOutput(name, {name: ("One.", "Too.")})]
    evaluation = evaluate(test_set, systems, ["bleu"], samples=0, checks=False)
    show_tables([system_table(evaluation), document_table(evaluation)])
    out = capsys.readouterr().out
    assert not CONTROLS & set(out)
    assert "a" in out or name in out
