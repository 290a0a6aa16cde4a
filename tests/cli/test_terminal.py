"""Every command that prints tables, on screens of four widths; and a real terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from rich.cells import cell_len

from mteval.cli.commands import main
from mteval.cli.grid import Line
from mteval.cli.layout import lay_out
from mteval.io.store import CachedScore, ScoreCache
from mteval.views.tables import Table
from tests.cli.support import copy_project
from tests.cli.tables import all_shown, lines_of
from tests.conftest import ROOT

WIDTHS = (40, 80, 120, 200)
SYSTEMS = [f"systems/llm-{name}" for name in ("fluent", "glossary", "literal")]
METRICS = ("-m", "bleu", "-m", "chrf")
TALK = "state-2023-10-27-blinken-wang"
# Commands that print tables, with how many.
COMMANDS: dict[str, tuple[tuple[str, ...], int]] = {
    "score": (("score", *SYSTEMS, *METRICS), 3),
    "compare": (("compare", *SYSTEMS, *METRICS, "--samples", "50"), 5),
    "compare --all-pairs": (("compare", *SYSTEMS, "-m", "bleu", "--all-pairs"), 2),
    "terms check": (("terms", "check", *SYSTEMS, "--context"), 3),
    "terms audit": (("terms", "audit"), 1),
    "terms mine": (("terms", "mine"), 1),
    "terms history": (("terms", "history", "-o", "runs"), 2),
    "history": (("history", "-o", "runs"), 3),
    "history --sql": (("history", "-o", "runs", "--sql", "SELECT * FROM systems"), 1),
    "metrics": (("metrics",), 2),
    "models": (("models",), 1),
    "cache": (("cache",), 1),
    "align": (("align", f"{TALK}.zh.txt", f"{TALK}.en.txt"), 1),
    "ingest": (("ingest", "references/raw/003_ad845db156be8542.txt", "-o", "out"), 2),
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., list[Table]]]:
    """Run commands in a project with two runs and a cache; return the tables that they print."""
    folder = copy_project(tmp_path_factory.mktemp("project"))
    for path in (folder / "references").glob("*blinken-wang.*.txt"):
        path.rename(folder / path.name)
    for path in (folder / "systems").glob("*/*blinken-wang.txt"):
        path.unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MTEVAL_CACHE_DIR", str(folder / "cache"))
        cache = ScoreCache(folder / "cache")
        cache.put("model:m|hash:1f2e|class:a", {("a", "b", "c"): CachedScore(0.5, {})})
        cache.close()

        def run(*arguments: str) -> list[Table]:
            tables: list[Table] = []

            def record(table: Table, width: int | None) -> list[Line]:
                tables.append(table)
                return lay_out(table, width)

            with pytest.MonkeyPatch.context() as inner:
                inner.setattr("mteval.cli.layout.lay_out", record)
                inner.setattr(sys, "argv", ["mteval", *arguments])
                with pytest.raises(SystemExit) as exit:
                    main()
            assert not exit.value.code
            return tables

        run("score", *SYSTEMS, "-m", "bleu", "--samples", "0", "-o", "runs")
        worse = folder / SYSTEMS[0] / "mnd-2023-12-28-military-diplomacy.txt"
        worse.write_text(worse.read_text("utf-8").replace("Taiwan", "Formosa"), "utf-8")
        run("score", *SYSTEMS, "-m", "bleu", "--samples", "0", "-o", "runs")
        yield run


def test_every_command_that_prints_tables_is_tried() -> None:
    calls = sum(
        len(re.findall(r"^ +show_tables\(", path.read_text("utf-8"), re.MULTILINE))
        for path in (ROOT / "mteval" / "cli").glob("*.py")
    )
    # `compare` has two cases.
    assert calls == len(COMMANDS) - 1


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_cropped_on_a_screen_of_any_width(
    printed: Callable[..., list[Table]], command: str
) -> None:
    arguments, n_tables = COMMANDS[command]
    tables = printed(*arguments)
    assert len(tables) == n_tables
    for table in tables:
        assert any(table.groups), table.title
        for width in (20, *WIDTHS):
            lines = lines_of(table, width)
            all_shown(table, lines)
            # A number is whole, also where a screen has no room for it.
            assert all(cell_len(line) <= width or len(line.split()) == 1 for line in lines)
            # On the usual screen and on wider ones, whole keys that fit stand in one piece.
            if width >= 80:
                keys = [n for n, c in enumerate(table.columns) if c.key or c.group]
                texts = {row[n].text for group in table.groups for row in group for n in keys}
                whole = [line for text in texts for line in text.split("\n") if cell_len(line) < 40]
                assert not [name for name in whole if name not in "\n".join(lines)]


def in_terminal(*arguments: str, **variables: str) -> str:
    """Run mteval in a terminal of 80 columns, and return what it writes to stdout."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(
        [sys.executable, "-m", "mteval", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=environment | {"TERM": "xterm-256color"} | variables,
    ) as process:
        os.close(theirs)
        shown = b""
        # Linux answers with an error once nobody has the other end.
        with suppress(OSError):
            while read := os.read(ours, 65536):
                shown += read
    os.close(ours)
    assert process.returncode == 0, shown
    return shown.decode().replace("\r\n", "\n")


def test_a_real_terminal_of_any_kind() -> None:
    variables: dict[str, dict[str, str]] = {
        "usual": {},
        "no colours": {"NO_COLOR": "1"},
        "dumb": {"TERM": "dumb"},
        **{f"COLUMNS={n}": {"COLUMNS": n} for n in ("0", "abc", "-5", "1", "40", "100000")},
    }
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda each: in_terminal("metrics", **each), variables.values())
    shown = dict(zip(variables, found, strict=True))
    bold = re.compile(r"\x1b\[(?:1|0)m")
    plain = {name: bold.sub("", text) for name, text in shown.items()}
    assert "\x1b[1mMetrics\x1b[0m" in shown["usual"]
    assert not [name for name, text in plain.items() if "\x1b" in text]
    assert "\x1b" not in shown["dumb"]
    for name in ("no colours", "dumb", "COLUMNS=0", "COLUMNS=abc", "COLUMNS=-5"):
        assert plain[name] == plain["usual"], name
    widths = {name: max(map(cell_len, text.split("\n"))) for name, text in plain.items()}
    assert widths["usual"] == 80
    assert widths["COLUMNS=40"] == 40
    assert widths["COLUMNS=1"] == 20
    assert widths["COLUMNS=100000"] > 80
    for text in plain.values():
        assert "Papineni et al. 2002" in " ".join(text.split())
