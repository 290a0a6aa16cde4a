"""The renderings of a term in a text, as the run counts them, each with its occurrences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mteval.runs.results import Results
from mteval.runs.schema.rows import OccurrenceRow
from mteval.terminology.scores import written_key

__all__ = ["RenderingKey", "occurrences_by_rendering", "rendering_key"]

# Verdict and word keys.
RenderingKey = tuple[str, str]
_YEAR_AT_END = re.compile(r"\d{4}\Z")


def rendering_key(verdict: str, rendering: str | None) -> RenderingKey:
    """Return what tells the renderings of a term in a text apart, as terms.csv counts them.

    Inflected forms are one, and a year that is attached does not count.
    """
    if rendering is None:
        return verdict, ""
    year = _YEAR_AT_END.search(rendering)
    return verdict, written_key(rendering, None if year is None else year[0])


def occurrences_by_rendering(
    results: Results,
) -> Mapping[tuple[str, str], Mapping[RenderingKey, Sequence[OccurrenceRow]]]:
    """Return by concept and text, then by rendering, where the text has it."""
    found: dict[tuple[str, str], dict[RenderingKey, list[OccurrenceRow]]] = {}
    for row in results.occurrences:
        cell = found.setdefault((row.concept, row.system), {})
        cell.setdefault(rendering_key(row.verdict, row.rendering), []).append(row)
    return found
