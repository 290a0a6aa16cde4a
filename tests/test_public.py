"""The public surface: names, commands, and that each is documented."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
import warnings

import pytest

import mteval
from tests.conftest import ROOT

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(mteval.__path__, "mteval.")
    if module.name != "mteval.__main__"
)


def test_public_names_are_pinned() -> None:
    assert mteval.__all__ == [
        "Document",
        "Evaluation",
        "MtevalError",
        "Run",
        "Segment",
        "SystemOutput",
        "TestSet",
        "evaluate",
        "ingest_page",
        "report_page",
        "write_run",
    ]
    assert all(getattr(mteval, name).__name__ == name for name in mteval.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        mteval.nothing  # noqa: B018


@pytest.mark.parametrize("name", MODULES)
def test_everything_public_has_a_docstring(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of torch and comet
        module = importlib.import_module(name)
    assert module.__doc__, name
    for public in getattr(module, "__all__", []):
        value = getattr(module, public)
        # On 3.10 an alias such as Callable[...] passes for a class; it is not from here.
        ours = getattr(value, "__module__", "").startswith("mteval")
        if ours and (inspect.isclass(value) or inspect.isfunction(value)):
            assert inspect.getdoc(value), f"{name}.{public}"


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, mteval; sys.exit(bool({'numpy', 'typer', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_command_is_in_the_readme() -> None:
    from mteval.cli.commands import app

    readme = (ROOT / "README.md").read_text("utf-8")
    commands = [
        (f"mteval {c.callback.__name__}", c.callback) for c in app.registered_commands if c.callback
    ]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        inner = group.typer_instance.registered_commands
        commands += [
            (f"mteval {group.name} {c.callback.__name__}", c.callback) for c in inner if c.callback
        ]
    assert len(commands) == 17
    for name, callback in commands:
        assert inspect.getdoc(callback)
        assert name in readme, name
