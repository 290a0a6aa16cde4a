"""Every public name of version 0.1.0, before the rooms, is found where it was."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import warnings

import pytest

from tests.conftest import DATA

# The ``__all__`` of every module at commit c76213e.
OLD: dict[str, list[str]] = json.loads((DATA / "public_names.json").read_text("utf-8"))


@pytest.mark.parametrize("name", OLD)
def test_old_import_paths_of_public_names_keep_working(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of torch and comet
        module = importlib.import_module(name)
        for public in OLD[name]:
            assert getattr(module, public) is not None, public
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
