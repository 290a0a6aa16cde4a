"""What the command line tells a log of its progress."""

from __future__ import annotations

import pytest

from mteval.cli import console
from tests.conftest import without_progress


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
