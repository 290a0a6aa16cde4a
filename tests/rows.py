"""Rows of runs, made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mteval.runs.schema.rows import OccurrenceRow

_OCCURRENCE = OccurrenceRow(
    system="x",
    kind="system",
    document="d",
    segment=1,
    concept="k",
    source="演习",
    source_start=0,
    source_end=2,
    verdict="preferred",
    rendering="exercise",
    start=0,
    end=8,
    listed=None,
    severity="major",
    confidence=None,
)


def occurrence(**fields: Any) -> OccurrenceRow:
    """Return what a text has where a term occurs, with these fields."""
    return replace(_OCCURRENCE, **fields)
