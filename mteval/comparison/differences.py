"""Where the difference between two systems comes from: segments, documents, lengths, terms."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mteval.runs.evaluation import Evaluation
from mteval.runs.rows import known_number
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import OccurrenceRow

__all__ = [
    "DocumentDifference",
    "LengthDifference",
    "SegmentDifference",
    "TermDifference",
    "document_differences",
    "length_differences",
    "segment_differences",
    "term_differences",
    "word_diff",
]

# Indices of two systems, the baseline first.
Pair = tuple[int, int]

# The last number of words of each bucket of segment lengths but the longest, which is open. Chosen
# by hand, each twice the one before, so that a few hundred segments leave some in every bucket.
BUCKET_ENDS = (10, 20, 40)
# As many as fit on a screen beside the other tables of a comparison.
MAX_SEGMENTS_SHOWN = 5
_WORD = re.compile(r"\s+|[^\w\s]|\w+")


@dataclass(frozen=True, slots=True)
class SegmentDifference:
    """A segment that two systems translated differently well.

    Attributes:
        system: name.
        baseline: name of the system that it is compared with.
        metric: name.
        document: id.
        segment: number within the document, from 1.
        score: of the system, in points of the metric.
        baseline_score: of the baseline.
        diff: both texts, as ``word_diff`` shows them.
    """

    system: str
    baseline: str
    metric: str
    document: str
    segment: int
    score: float | None
    baseline_score: float | None
    diff: str


@dataclass(frozen=True, slots=True)
class DocumentDifference:
    """The scores of two systems for a document; None where one has no score."""

    system: str
    baseline: str
    metric: str
    document: str
    score: float | None
    baseline_score: float | None
    delta: float | None


@dataclass(frozen=True, slots=True)
class LengthDifference:
    """The scores of two systems for all segments of a length.

    Attributes:
        system: name.
        baseline: name of the system that it is compared with.
        metric: name.
        words: how many words the first reference has: "11-20", or "41+".
        segments: how many segments are so long.
        score: of the system, over those segments.
        baseline_score: of the baseline.
        delta: what the system gains.
    """

    system: str
    baseline: str
    metric: str
    words: str
    segments: int
    score: float | None
    baseline_score: float | None
    delta: float | None


@dataclass(frozen=True, slots=True)
class TermDifference:
    """An occurrence of a term whose verdict differs between two systems.

    Attributes:
        system: name.
        baseline: name of the system that it is compared with.
        document: id.
        segment: number within the document, from 1.
        concept: id of the concept.
        source: the source term.
        baseline_verdict: of the rendering of the baseline; None where it was not judged.
        baseline_rendering: None where it has none.
        verdict: of the rendering of the system; None where it was not judged.
        rendering: None where it has none.
    """

    system: str
    baseline: str
    document: str
    segment: int
    concept: str
    source: str
    baseline_verdict: str | None
    baseline_rendering: str | None
    verdict: str | None
    rendering: str | None


def segment_differences(evaluation: Evaluation, pair: Pair) -> list[SegmentDifference]:
    """Return the segments whose scores differ most, by metric, largest difference first."""
    baseline, system = pair
    found = []
    for column in evaluation.metrics:
        scores = evaluation.scores[column.name]["segment"]
        difference = scores[system] - scores[baseline]
        differing = np.flatnonzero(~np.isnan(difference) & (difference != 0))
        order = differing[np.argsort(-np.abs(difference[differing]), kind="stable")]
        for i in order[:MAX_SEGMENTS_SHOWN]:
            before, after = (evaluation.hypotheses[s][i] or "" for s in pair)
            found.append(
                SegmentDifference(
                    system=evaluation.systems[system],
                    baseline=evaluation.systems[baseline],
                    metric=column.name,
                    document=evaluation.documents[evaluation.segment_documents[i]],
                    segment=int(evaluation.segment_numbers[i]),
                    score=known_number(scores[system, i]),
                    baseline_score=known_number(scores[baseline, i]),
                    diff=word_diff(before, after),
                )
            )
    return found


def document_differences(evaluation: Evaluation, pair: Pair) -> list[DocumentDifference]:
    """Return the scores of both systems by metric and document."""
    baseline, system = pair
    found = []
    for column in evaluation.metrics:
        scores = evaluation.scores[column.name]["document"]
        for d, document in enumerate(evaluation.documents):
            found.append(
                DocumentDifference(
                    system=evaluation.systems[system],
                    baseline=evaluation.systems[baseline],
                    metric=column.name,
                    document=document,
                    score=known_number(scores[system, d]),
                    baseline_score=known_number(scores[baseline, d]),
                    delta=known_number(scores[system, d] - scores[baseline, d]),
                )
            )
    return found


def length_differences(evaluation: Evaluation, pair: Pair) -> list[LengthDifference]:
    """Return the scores of both systems by length of the first reference and metric.

    Buckets without segments are skipped; without references there are none.
    """
    if not evaluation.references:
        return []
    baseline, system = pair
    words = np.array([len(text.split()) for text in evaluation.references[0]])
    found = []
    for name, inside in _buckets(words):
        for column in evaluation.metrics:
            before, after = _scores_of(evaluation, column, pair, inside)
            found.append(
                LengthDifference(
                    system=evaluation.systems[system],
                    baseline=evaluation.systems[baseline],
                    metric=column.name,
                    words=name,
                    segments=int(inside.sum()),
                    score=known_number(after),
                    baseline_score=known_number(before),
                    delta=known_number(after - before),
                )
            )
    return found


def _buckets(words: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Yield the name of each bucket that has segments, and which segments it has."""
    starts = (1, *(end + 1 for end in BUCKET_ENDS))
    for start, end in zip(starts, (*BUCKET_ENDS, None), strict=True):
        inside = words >= start
        if end is not None:
            inside &= words <= end
        if inside.any():
            yield f"{start}+" if end is None else f"{start}-{end}", inside


def _scores_of(
    evaluation: Evaluation, column: MetricColumn, pair: Pair, inside: npt.NDArray[np.bool_]
) -> tuple[float, float]:
    """Return the scores of two systems over some of the segments."""
    statistics = evaluation.statistics[column.name]
    before, after = statistics.score(statistics.values[list(pair)][:, inside].sum(axis=1))
    return float(before), float(after)


def term_differences(evaluation: Evaluation, pair: Pair) -> list[TermDifference]:
    """Return the occurrences of terms that two systems have with different verdicts."""
    baseline, system = (evaluation.systems[s] for s in pair)
    # By document, segment and start of the term in the source: the rows by system.
    occurrences: dict[tuple[str, int, int], dict[str, OccurrenceRow]] = {}
    for row in evaluation.occurrences:
        if row.kind == "system" and row.system in (baseline, system):
            location = (row.document, row.segment, row.source_start)
            occurrences.setdefault(location, {})[row.system] = row
    found = []
    for (document, segment, _), by_system in occurrences.items():
        # A text that lacks the segment was not judged.
        before, after = by_system.get(baseline), by_system.get(system)
        either = after or before
        if either is not None and _verdict(before) != _verdict(after):
            found.append(
                TermDifference(
                    system=system,
                    baseline=baseline,
                    document=document,
                    segment=segment,
                    concept=either.concept,
                    source=either.source,
                    baseline_verdict=_verdict(before),
                    baseline_rendering=None if before is None else before.rendering,
                    verdict=_verdict(after),
                    rendering=None if after is None else after.rendering,
                )
            )
    return found


def _verdict(row: OccurrenceRow | None) -> str | None:
    return None if row is None else row.verdict


def word_diff(before: str, after: str) -> str:
    """Return what changed between two texts word by word: [-removed-] and {+added+}."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    pieces = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append("".join(old[a:b]))
            continue
        if a < b:
            pieces.append(f"[-{''.join(old[a:b])}-]")
        if c < d:
            pieces.append(f"{{+{''.join(new[c:d])}+}}")
    return "".join(pieces)
