"""The public surface: names, commands, and that each is documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import mteval
from tests.conftest import ROOT

PACKAGE = ROOT / "mteval"
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


def public_docstrings(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the docstring of every public definition of a file, methods included."""

    def inside(
        node: ast.Module | ast.ClassDef, names: tuple[str, ...]
    ) -> Iterator[tuple[str, str]]:
        for each in node.body:
            if not isinstance(each, (ast.ClassDef, ast.FunctionDef)) or each.name.startswith("_"):
                continue
            name = (*names, each.name)
            docstring = ast.get_docstring(each)
            if docstring:
                yield ".".join(name), docstring
            if isinstance(each, ast.ClassDef):
                yield from inside(each, name)

    yield from inside(ast.parse(path.read_text("utf-8")), (str(path.relative_to(ROOT)),))


def test_docstrings_begin_with_what_a_thing_is_or_returns() -> None:
    found = [each for path in sorted(PACKAGE.rglob("*.py")) for each in public_docstrings(path)]
    assert len(found) > 900
    summaries = [(name, docstring.splitlines()[0]) for name, docstring in found]
    # "Return the score", "A segment of a document": not whom an object is thought to talk to.
    vague = {"Give", "Gives", "Hold", "Holds", "Say", "Says", "Stand", "Stands", "Tell", "Tells"}
    assert [each for each in summaries if each[1].split()[0] in vague] == []
    assert [each for each in summaries if not each[1].endswith(".")] == []
