"""Cutting outputs that have other lines than the source into its segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from mteval.alignment.resegment import Resegmented, resegment
from mteval.corpus.model import SystemOutput, TestSet
from mteval.errors import UnavailableError
from mteval.evaluation.findings import FlagDetails
from mteval.io.store import cache_folder
from mteval.languages.encoder import cached_encoder
from mteval.metrics.base import CellIndex
from mteval.wording import counted, listing

__all__ = ["resegment_outputs"]


def resegment_outputs(
    test_set: TestSet, outputs: Sequence[SystemOutput], notes: list[str], *, cache: bool
) -> tuple[list[SystemOutput], FlagDetails]:
    """Return the outputs cut into the segments of the test set, and what to flag.

    Notes tell what became of each document that had other lines.

    Raises:
        UnavailableError: there are no sources, or a package is missing.
    """
    if test_set.sources is None:
        raise UnavailableError(
            "--resegment compares outputs with the Chinese sources, and the test set has none; "
            "give them, or run without --resegment"
        )
    sources = test_set.sources
    starts = np.cumsum([0, *(len(document.segments) for document in test_set.documents)])
    resegmented: dict[CellIndex, str] = {}
    omitted: dict[CellIndex, str] = {}
    cut = []
    with cached_encoder(cache_folder() if cache else None, notes) as embed:
        for s, output in enumerate(outputs):
            documents = dict(output.documents)
            for d, document in enumerate(test_set.documents):
                lines = documents.get(document.id)
                own = sources[starts[d] : starts[d + 1]]
                if lines is None:
                    continue
                fitted = resegment(own, lines, embed)
                if len(lines) == len(own) and not fitted.is_shifted:
                    continue
                documents[document.id] = fitted.texts
                for i, confidence in enumerate(fitted.confidences):
                    cell = (s, int(starts[d]) + i)
                    if i in fitted.omitted:
                        omitted[cell] = "no line of the output was found for it"
                    else:
                        resegmented[cell] = f"confidence {confidence:.2f}"
                notes.append(f"{output.name} {document.id}: {_summary(fitted, len(lines))}")
            cut.append(dataclasses.replace(output, documents=documents))
    return cut, {"realigned": resegmented, "omitted": omitted}


def _summary(fitted: Resegmented, n_lines: int) -> str:
    return (
        f"re-aligned {counted(n_lines, 'line')} to {counted(len(fitted.texts), 'segment')}; "
        f"{_numbered('omitted', fitted.omitted, 'segment')}, "
        f"{_numbered('dropped as added', fitted.added, 'line')}"
    )


def _numbered(what: str, indices: Sequence[int], unit: str) -> str:
    """Return how many there are and which, counted from 1."""
    if not indices:
        return f"none {what}"
    return f"{len(indices)} {what} ({unit} {listing([i + 1 for i in indices])})"
