"""Metrics of other packages: a real distribution, found by its entry point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import without_progress

CODE = """
import numpy as np
from mteval.metrics.base import Metric, MetricSpec, Statistics, mean
from mteval.metrics.options import MetricOption

OPTIONS = (
    MetricOption(
        name="unit",
        help="What is counted.",
        default="words",
        choices=("words", "characters"),
        flag="--length-unit",
        variable="MTEVAL_LENGTH_UNIT",
    ),
)


def spec(name="length", options=OPTIONS):
    return MetricSpec(
        name=name,
        label="Length",
        higher_is_better=True,
        range=(0.0, None),
        needs_source=False,
        needs_reference=False,
        paper="none",
        implementation="mteval_length:Length",
        package="mteval-length",
        options=options,
    )


SPEC = spec()
BLEU = spec("bleu")
OTHER = spec("other", (MetricOption("x", "X.", flag="--seed"),))
NOTHING = 5


class Length(Metric):
    n_statistics = 2

    def __init__(self, unit="words"):
        self.unit = unit

    def statistics(self, sources, references, systems, progress=None, executor=None):
        count = len if self.unit == "characters" else lambda text: len(text.split())
        return Statistics(np.array([[[count(text), 1] for text in s] for s in systems], float))

    def score(self, sums):
        return mean(sums)

    def signature(self, n_references):
        return f"unit:{self.unit}"
"""


class Site:
    """A folder of installed packages, and the command line that finds them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = folder / "site"
        self.packages.mkdir()
        (self.packages / "mteval_length.py").write_text(CODE)
        (folder / "hyp.txt").write_text("one two three\nfour five\n")
        (folder / "ref.txt").write_text("one two three\nfour five\n")

    def install(self, points: dict[str, str], distribution: str = "mteval_length") -> None:
        info = self.packages / f"{distribution}-1.0.dist-info"
        info.mkdir()
        name = distribution.replace("_", "-")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{name} = {value}" for name, value in points.items()]
        (info / "entry_points.txt").write_text("\n".join(["[mteval.metrics]", *lines, ""]))

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(self.packages), os.environ.get("PYTHONPATH", "")])
        return subprocess.run(
            [sys.executable, "-m", "mteval", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path, **variables},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def score(self, *arguments: str, **variables: str) -> tuple[float, str]:
        done = self.run(
            *("score", "hyp.txt", "-r", "ref.txt", "-m", "length", "--json"),
            *arguments,
            **variables,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        return found["systems"][0]["length"], found["signatures"]["length"]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_metric_of_a_package_is_used_like_any_other(site: Site) -> None:
    site.install({"length": "mteval_length:SPEC"})
    assert site.score() == (2.5, "unit:words")
    assert site.score("--length-unit", "characters") == (11, "unit:characters")
    (site.folder / "mteval.toml").write_text('[metrics.length]\nunit = "characters"\n')
    assert site.score() == (11, "unit:characters")
    assert site.score(MTEVAL_LENGTH_UNIT="words") == (2.5, "unit:words")
    assert site.score("--length-unit", "characters", MTEVAL_LENGTH_UNIT="words")[0] == 11
    help = " ".join(site.run("compare", "--help").stdout.split())
    assert "--length-unit" in help
    assert "What is counted. [default: MTEVAL_LENGTH_UNIT, mteval.toml, words]" in help
    listed = json.loads(site.run("metrics", "--json").stdout)["metrics"]
    assert [metric["name"] for metric in listed][-1] == "length"
    assert listed[-1]["options"][0]["choices"] == ["words", "characters"]
    done = site.run("score", "hyp.txt", "-r", "ref.txt", "-m", "length", "--length-unit", "miles")
    assert done.returncode == 2
    assert done.stderr == "mteval: --length-unit is 'miles'; choose from words, characters\n"


def test_a_metric_that_fails_at_its_work_is_a_sentence_on_the_command_line(site: Site) -> None:
    code = CODE.replace("return mean(sums)", "return 1 / 0")
    (site.packages / "mteval_length.py").write_text(code)
    site.install({"length": "mteval_length:SPEC"})
    done = site.run("score", "hyp.txt", "-r", "ref.txt", "-m", "bleu", "-m", "length")
    assert (done.returncode, done.stdout) == (2, "")
    assert without_progress(done.stderr) == (
        "mteval: the metric 'length' of another package cannot be used (ZeroDivisionError: "
        "division by zero); update that package, or choose other metrics (see: mteval metrics)\n"
    )
    assert not (site.folder / "results").exists()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("length", "mteval_length:NONE", "cannot be loaded (AttributeError: "),
        ("length", "mteval_width:SPEC", "cannot be loaded (ModuleNotFoundError: "),
        ("length", "mteval_length:NOTHING", "is a int and no MetricSpec"),
        ("width", "mteval_length:SPEC", "calls itself 'length'; both names must be one"),
        ("bleu", "mteval_length:BLEU", "is ignored, as there is another metric 'bleu'"),
        ("other", "mteval_length:OTHER", "has the flag --seed, and its flags must begin with"),
    ],
)
def test_a_broken_metric_is_told_of_in_a_sentence_and_keeps_none_from_being_used(
    site: Site, name: str, value: str, says: str
) -> None:
    site.install({name: value})
    done = site.run("score", "hyp.txt", "-r", "ref.txt", "-m", "bleu", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["systems"][0]["bleu"] == pytest.approx(0.0, abs=100)
    [warning] = [
        line for line in done.stderr.splitlines() if "mteval_length" in line or says in line
    ]
    assert warning.startswith(f"mteval: warning: the metric '{name}' of the package mteval-length ")
    assert says in warning
    if name != "bleu":
        done = site.run("score", "hyp.txt", "-r", "ref.txt", "-m", name)
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1] == warning.replace("warning: ", "")


def test_of_two_packages_with_one_name_the_first_is_used_and_the_other_told_of(site: Site) -> None:
    site.install({"length": "mteval_length:SPEC"})
    site.install({"length": "mteval_length:spec"}, "mteval_zzz")
    done = site.run("metrics")
    assert done.returncode == 0
    assert done.stderr.count("mteval: warning: ") == 1
    assert (
        "of the package mteval-zzz (mteval.metrics, mteval_length:spec) is a function"
        in done.stderr
    )


def test_the_help_of_all_commands_looks_for_no_packages(site: Site) -> None:
    site.install({"length": "mteval_width:SPEC"})
    done = site.run("--help")
    assert done.returncode == 0
    assert done.stderr == ""
