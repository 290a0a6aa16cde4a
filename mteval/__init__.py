"""mteval: score machine translation of official Chinese into English.

The public names load what they need on first use, so that ``import mteval`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mteval.corpus.model import Document, Segment, SystemOutput, TestSet
    from mteval.errors import MtevalError
    from mteval.evaluation import evaluate
    from mteval.ingest.pipeline import ingest_page
    from mteval.results import Evaluation

__all__ = [
    "Document",
    "Evaluation",
    "MtevalError",
    "Segment",
    "SystemOutput",
    "TestSet",
    "evaluate",
    "ingest_page",
]

_HOMES = {
    "Document": "mteval.corpus.model",
    "Evaluation": "mteval.results",
    "MtevalError": "mteval.errors",
    "Segment": "mteval.corpus.model",
    "SystemOutput": "mteval.corpus.model",
    "TestSet": "mteval.corpus.model",
    "evaluate": "mteval.evaluation",
    "ingest_page": "mteval.ingest.pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mteval' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
