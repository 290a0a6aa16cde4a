"""Every public name of version 0.1.0, before the rooms, is found where it was."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import subprocess
import sys
import warnings

import pytest

import mteval
from tests.conftest import DATA

# The ``__all__`` of every module at commit c76213e.
OLD: dict[str, list[str]] = json.loads((DATA / "public_names.json").read_text("utf-8"))


@pytest.fixture(scope="module", autouse=True)
def every_module_is_loaded() -> None:
    """Submodules become attributes of their packages once they are imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of torch and comet
        for module in pkgutil.walk_packages(mteval.__path__, "mteval."):
            if module.name != "mteval.__main__":
                importlib.import_module(module.name)


@pytest.mark.parametrize("name", OLD)
def test_old_import_paths_of_public_names_keep_working(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of torch and comet
        module = importlib.import_module(name)
        for public in OLD[name]:
            value = getattr(module, public)
            # A module of the same name hides what is asked for.
            assert value is not None, public
            assert not inspect.ismodule(value), public
    with pytest.raises(AttributeError, match="has no attribute 'nothing_of_this_name'"):
        module.nothing_of_this_name  # noqa: B018


def test_an_old_path_and_the_new_one_are_one_object() -> None:
    code = (
        "from mteval.results import Evaluation as old; from mteval import Evaluation as new;"
        "from mteval.formats.corpus import Corpus; from mteval import exports;"
        "import sys; sys.exit(not (old is new and exports.restore))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_module_that_never_was_is_not_found() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"mteval\.nothing"):
        importlib.import_module("mteval.nothing")
