"""Plots take no settings from anywhere, in processes of their own, as settings are read once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib.font_manager
import pytest

CODE = """
import logging, os
from mteval.views.plots import trend_plot
before = os.getcwd(), dict(os.environ), logging.getLogger("matplotlib").level
print(trend_plot({"a_b": [("1", 1.0), ("2", -3.5)], "c": [("1", 2.0)]}, "chrF"))
assert before == (os.getcwd(), dict(os.environ), logging.getLogger("matplotlib").level)
"""
SETTINGS = "text.usetex: True\nfont.size: 20\nlines.linewidth: 9\nsvg.fonttype: path\nnonsense\n"
# What another user of the library has set in this process stays set, and does not count.
SET_BEFORE = """
import matplotlib
matplotlib.rcParams.update({"lines.linewidth": 9, "svg.fonttype": "path", "font.size": 20})
"""
KEPT = "assert matplotlib.rcParams['font.size'] == 20"


def plot(folder: Path, code: str, **variables: str) -> str:
    """Draw in a process that says nothing, and return the plot."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"MPLCONFIGDIR": str(folder)} | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def settings_everywhere(folder: Path) -> dict[str, str]:
    for name in ("matplotlibrc", "named", "config/matplotlibrc"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(SETTINGS, "utf-8")
    return {"MATPLOTLIBRC": "named", "MPLCONFIGDIR": "config", "MPLBACKEND": "pdf"}


def broken_settings_and_a_broken_cache(folder: Path) -> dict[str, str]:
    version = matplotlib.font_manager.FontManager.__version__
    for name in ("matplotlibrc", "config/matplotlibrc", "config/stylelib/x.mplstyle"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"font.size: 20 # \xff\xfe\n")
    (folder / "config" / f"fontlist-v{version}.json").write_bytes(b'{"_version": "\xff')
    return {"MATPLOTLIBRC": "\udcff", "MPLBACKEND": "garbage", "MPLCONFIGDIR": "config"}


def settings_that_are_no_files(folder: Path) -> dict[str, str]:
    os.mkfifo(folder / "matplotlibrc")
    (folder / "file").touch()
    return {"MATPLOTLIBRC": "matplotlibrc", "MPLCONFIGDIR": "file"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    svg = plot(tmp_path_factory.mktemp("plain"), CODE)
    assert "<svg" in svg
    return svg


@pytest.mark.parametrize(
    "make",
    [settings_everywhere, broken_settings_and_a_broken_cache, settings_that_are_no_files],
)
def test_no_settings_count(
    tmp_path: Path, make: Callable[[Path], dict[str, str]], plain: str
) -> None:
    assert plot(tmp_path, CODE, **make(tmp_path)) == plain


def test_settings_of_the_process_stay_and_do_not_count(tmp_path: Path, plain: str) -> None:
    assert plot(tmp_path, f"{SET_BEFORE}{CODE}{KEPT}") == plain
