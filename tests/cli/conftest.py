"""Projects for the command line, and ways to run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.support import TERMS, Done, Scored, copy_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the shipped references and systems into an empty folder."""
    return copy_project(tmp_path)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write two documents, two systems and a termbase that explains every occurrence."""
    texts = {
        "references/d.zh.txt": "和平方舟\n香山论坛和和平方舟\n",
        "references/d.en.txt": "The Peace Ark\nThe Xiangshan Forum and the Peace Ark\n",
        "references/e.zh.txt": "没有\n",
        "references/e.en.txt": "Nothing\n",
        "references/terms.csv": TERMS,
        "systems/a/d.txt": "Peace Ark\nXiangshan Forum and Peace Ark\n",
        "systems/a/e.txt": "None\n",
        "systems/b/d.txt": "Ark Peace\nXiangshan Forum and Ark Peace\n",
        "systems/b/e.txt": "None\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Done]:
    """Run the command line in an empty folder, in this process."""
    from mteval.cli.commands import main

    def run(*arguments: object) -> Done:
        command = ["mteval", *map(str, arguments)]
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", command)
            with pytest.raises(SystemExit) as exit:
                main()
        code = exit.value.code
        assert code is None or isinstance(code, int)
        return subprocess.CompletedProcess(command, code or 0, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def scored(checkpoints: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Scored:
    folder = copy_project(tmp_path_factory.mktemp("project"))
    cache = tmp_path_factory.mktemp("cache")
    done = [
        subprocess.run(
            [
                *(sys.executable, "-X", "importtime", "-m", "mteval", "score"),
                *("systems/llm-fluent", "systems/llm-literal"),
                *("--comet-model", str(checkpoints["xcomet"]), "--json"),
            ],
            cwd=folder,
            env=os.environ | {"MTEVAL_CACHE_DIR": str(cache)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        for _ in range(2)
    ]
    assert [one.returncode for one in done] == [0, 0], done[0].stderr[-2000:]
    return Scored(folder, cache, *done)


@pytest.fixture
def warm(scored: Scored, monkeypatch: pytest.MonkeyPatch, project: Path) -> Path:
    """Give a project whose scores by the xCOMET checkpoint are known."""
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(scored.cache))
    return project
