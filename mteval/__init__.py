"""mteval: score machine translation of official Chinese into English.

The public names load what they need on first use, so that ``import mteval`` costs nothing.
"""

from __future__ import annotations

import importlib

from mteval import _moved  # noqa: F401 - old import paths keep working

# Type checkers take it for typing's own, whose import would cost more than all the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mteval.corpus.model import Document, Segment, SystemOutput, TestSet
    from mteval.errors import MtevalError
    from mteval.evaluation.orchestrator import evaluate
    from mteval.ingest.pipeline import ingest_page
    from mteval.runs.evaluation import Evaluation
    from mteval.runs.read import Run
    from mteval.runs.write import write_run
    from mteval.views.html.report import report_page

__all__ = [
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

_HOMES = {
    "Document": "mteval.corpus.model",
    "Evaluation": "mteval.runs.evaluation",
    "MtevalError": "mteval.errors",
    "Run": "mteval.runs.read",
    "Segment": "mteval.corpus.model",
    "SystemOutput": "mteval.corpus.model",
    "TestSet": "mteval.corpus.model",
    "evaluate": "mteval.evaluation.orchestrator",
    "ingest_page": "mteval.ingest.pipeline",
    "report_page": "mteval.views.html.report",
    "write_run": "mteval.runs.write",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mteval' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
