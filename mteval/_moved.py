"""The import paths of before the rooms: every public name is still found at its old path.

A module that is gone is made on import, of names in its successors; a package that has taken the
name of an old module looks old names up by ``old_names``. New code imports from the new paths only.
"""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import ModuleSpec

# Type checkers take it for typing's own, which ``import mteval`` must not load.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

__all__ = ["old_names"]

# Old module -> the modules that its public names are in now.
_SUCCESSORS: dict[str, tuple[str, ...]] = {
    "mteval.files": (
        "mteval.io.files",
        "mteval.io.csv_rows",
        "mteval.io.encodings",
        "mteval.io.hashing",
        "mteval.io.toml",
        "mteval.io.writing",
    ),
    "mteval.xmltree": ("mteval.io.xml",),
    "mteval.cache": ("mteval.io.store",),
    "mteval.text": ("mteval.languages.text", "mteval.languages.detect"),
    "mteval.pinyin": ("mteval.languages.pinyin",),
    "mteval.checks": ("mteval.checks.base", "mteval.checks.outputs", "mteval.checks.registry"),
    "mteval.encoder": ("mteval.languages.encoder",),
    "mteval.engines": ("mteval.executor",),
    "mteval.significance": ("mteval.statistics.significance",),
    "mteval.agreement": ("mteval.statistics.metric_deltas",),
    "mteval.results": (
        *("mteval.runs.evaluation", "mteval.runs.results", "mteval.runs.rows"),
        *("mteval.runs.schema.record", "mteval.runs.schema.rows", "mteval.runs.tables"),
        "mteval.runs.shown",
    ),
    "mteval.runs": (
        *("mteval.runs.write", "mteval.runs.read", "mteval.runs.files", "mteval.runs.record"),
        "mteval.runs.schema.record",
    ),
    "mteval.history": ("mteval.runs.history", "mteval.runs.sql", "mteval.runs.entries"),
    "mteval.evaluation": ("mteval.evaluation.orchestrator", "mteval.evaluation.terms"),
    "mteval.comparison": ("mteval.comparison.systems", "mteval.comparison.differences"),
    "mteval.gate": ("mteval.comparison.gate",),
    "mteval.report.tables": (
        *("mteval.views.tables", "mteval.views.score_tables", "mteval.views.term_tables"),
        *("mteval.views.comparison_tables", "mteval.runs.best", "mteval.runs.shown"),
    ),
    "mteval.report.html": ("mteval.views.html.render",),
    "mteval.report.page": ("mteval.views.html.report",),
    "mteval.report.history_page": (
        *("mteval.views.history_document", "mteval.views.history_tables"),
        "mteval.views.html.history",
    ),
    "mteval.report.plots": ("mteval.views.plots",),
    "mteval.exports": (
        *("mteval.views.exports.export", "mteval.views.exports.registry"),
        *("mteval.views.exports.run_tables", "mteval.io.csv_rows"),
    ),
    "mteval.cli": ("mteval.cli.commands",),
    "mteval.cli_corpus": ("mteval.cli.corpus",),
    "mteval.cli_options": ("mteval.cli.options",),
    "mteval.cli_runs": ("mteval.cli.runs",),
    "mteval.cli_terms": ("mteval.cli.terms",),
    "mteval.console": ("mteval.cli.console",),
    "mteval.config": ("mteval.cli.config",),
    "mteval.tracking": ("mteval.tracking.plan", "mteval.tracking.track"),
    "mteval.alignment": (
        "mteval.alignment.aligner",
        "mteval.alignment.beads",
        "mteval.alignment.resegment",
        "mteval.alignment.sentences",
    ),
    "mteval.parallel": ("mteval.ingest.parallel_files",),
    "mteval.ingest.extract": ("mteval.ingest.lines", "mteval.ingest.line_languages"),
    "mteval.ingest.furniture": ("mteval.ingest.boilerplate",),
    "mteval.ingest.pipeline": (
        *("mteval.ingest.pipeline", "mteval.ingest.config", "mteval.ingest.output"),
        "mteval.ingest.report",
    ),
    "mteval.corpus.layout": ("mteval.corpus.document_files",),
    "mteval.formats.corpus": (
        "mteval.corpus.formats.corpus",
        "mteval.corpus.formats.draft",
        "mteval.corpus.formats.losses",
        "mteval.corpus.formats.wanted",
    ),
    "mteval.formats.inline": ("mteval.corpus.formats.inline",),
    "mteval.formats.tables": ("mteval.corpus.formats.tables",),
    "mteval.formats.tmx": ("mteval.corpus.formats.tmx",),
    "mteval.formats.wmt_xml": ("mteval.corpus.formats.wmt_xml",),
    "mteval.formats.xliff": ("mteval.corpus.formats.xliff",),
    "mteval.formats.folders": (
        "mteval.corpus.formats.base",
        "mteval.corpus.formats.mt_metrics_eval",
        "mteval.corpus.formats.plain_lines",
        "mteval.corpus.formats.references",
    ),
    "mteval.formats.sacrebleu_sets": ("mteval.corpus.formats.sacrebleu_sets",),
    "mteval.formats": (
        "mteval.corpus.formats.base",
        "mteval.corpus.formats.corpus",
        "mteval.corpus.formats.detect",
        "mteval.corpus.formats.inputs",
        "mteval.corpus.formats.read",
        "mteval.corpus.formats.registry",
        "mteval.corpus.formats.sacrebleu_sets",
        "mteval.corpus.formats.wanted",
        "mteval.corpus.formats.write",
    ),
    "mteval.views.exports.csv": ("mteval.io.csv_rows",),
    "mteval.terminology.formats": (
        "mteval.terminology.formats.registry",
        "mteval.terminology.formats.base",
        "mteval.terminology.formats.csv",
    ),
    "mteval.terminology.inventory": (
        "mteval.terminology.checking",
        "mteval.terminology.requirements",
    ),
    "mteval.terminology.mining": (
        "mteval.terminology.mining.proposals",
        "mteval.terminology.mining.renderings",
        "mteval.terminology.mining.rows",
    ),
    "mteval.terminology.spotting": (
        "mteval.terminology.mining.pairs",
        "mteval.terminology.mining.names",
        "mteval.terminology.mining.source_terms",
    ),
    "mteval.terminology.search": (
        "mteval.terminology.features",
        "mteval.terminology.passages",
        "mteval.terminology.vectors",
        "mteval.terminology.weights",
    ),
    "mteval.terminology.history": ("mteval.terminology.vocabulary",),
    "mteval.terminology.termbase": (
        "mteval.terminology.concepts",
        "mteval.terminology.vocabulary",
    ),
    "mteval.terminology.verdicts": ("mteval.terminology.vocabulary",),
    "mteval.metrics": ("mteval.metrics.registry",),
    "mteval.metrics.base": ("mteval.metrics.base",),
    "mteval.metrics.ngrams": ("mteval.metrics.lexical.ngrams",),
    "mteval.metrics.lexical": ("mteval.metrics.lexical.sacrebleu_metrics",),
    "mteval.metrics.comet": (
        *("mteval.metrics.comet.metric", "mteval.metrics.comet.spec"),
        "mteval.metrics.learned.options",
    ),
    "mteval.metrics.comet_model": ("mteval.metrics.comet.kinds", "mteval.metrics.learned.inputs"),
    "mteval.metrics.models": (
        "mteval.metrics.comet.checkpoints",
        "mteval.metrics.comet.known_models",
        "mteval.metrics.comet.model_files",
    ),
    "mteval.metrics.token_matching": ("mteval.metrics.comet.token_matching",),
    "mteval.metrics.chunks": ("mteval.metrics.learned.chunks", "mteval.languages.sentences"),
}
# Old module and name -> new name, in one of its successors.
_RENAMED: dict[str, str] = {
    "mteval.corpus.layout.check_no_strangers": "check_no_conflicting_files",
    "mteval.terminology.history.Change": "TermChange",
    "mteval.terminology.mining.Kind": "CandidateKind",
    "mteval.terminology.spotting.Pair": "SegmentPair",
    "mteval.terminology.spotting.Phrase": "NamePhrase",
    "mteval.terminology.spotting.Place": "SourceSpan",
    "mteval.results.Level": "ScoreLevel",
    "mteval.results.Unit": "ResampleUnit",
    "mteval.runs.basis": "comparability_key",
    "mteval.runs.record_fault": "validation_error",
    "mteval.metrics.base.Place": "CellIndex",
    "mteval.metrics.comet_model.CometModel": "load_model",
    "mteval.metrics.comet_model.Unit": "ModelInput",
    "mteval.terminology.termbase.Row": "TermbaseRow",
    "mteval.significance.LEAST_SAMPLES": "MIN_SAMPLES",
    "mteval.significance.least_p": "min_p_value",
    "mteval.ingest.extract.Language": "LineLanguage",
    "mteval.ingest.furniture.FURNITURE": "BOILERPLATE",
    "mteval.ingest.furniture.furniture_reason": "boilerplate_reason",
    "mteval.alignment.Realigned": "Resegmented",
    "mteval.alignment.realign": "resegment",
    "mteval.parallel.Level": "AlignmentLevel",
    "mteval.parallel.Parallel": "AlignedFiles",
    "mteval.parallel.Unit": "FileUnit",
}


def old_names(module: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package that has taken the name of an old module."""

    def find(name: str) -> Any:
        if not name.startswith("__"):
            wanted = _RENAMED.get(f"{module}.{name}", name)
            for successor in _SUCCESSORS[module]:
                # A module looks in itself for what is renamed only.
                if successor != module or wanted != name:
                    loaded = importlib.import_module(successor)
                    if wanted in getattr(loaded, "__all__", ()):
                        return getattr(loaded, wanted)
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return find


class _OldModules:
    """Finds and makes modules that are gone; asked only where nothing else finds them.

    It has the methods of importlib.abc, whose import would take 10 ms.
    """

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        if fullname not in _SUCCESSORS and fullname not in _OLD_PACKAGES:
            return None
        loader: Any = self
        return ModuleSpec(fullname, loader, is_package=fullname in _OLD_PACKAGES)

    def create_module(self, _: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ in _SUCCESSORS:
            module.__dict__["__getattr__"] = old_names(module.__name__)


_OLD_PACKAGES = frozenset({"mteval.formats", "mteval.report"})
sys.meta_path.append(_OldModules())
