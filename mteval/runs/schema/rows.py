"""The rows of a run, each declared once.

A field is a key of JSON and a column of tables under its own name, unless its declaration says
otherwise. A score that does not exist is None in rows, null in JSON and empty in files; never 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from mteval.runs.schema.columns import LATER, Row, joined, spread

__all__ = [
    "SEVERITIES",
    "VERDICTS",
    "DocumentRow",
    "DomainRow",
    "ErrorSpan",
    "ErrorSpanRow",
    "FlagRow",
    "MetricLocation",
    "OccurrenceRow",
    "PairTestRow",
    "Rendering",
    "ScoreLevel",
    "ScoreRow",
    "SegmentRow",
    "Severity",
    "SystemRow",
    "TermRow",
    "TermTally",
    "TextKind",
    "Verdict",
    "reference_index",
    "reference_name",
]

ScoreLevel = Literal["system", "domain", "document", "segment"]
# Whose text a row of terms is about.
TextKind = Literal["system", "reference"]
Severity = Literal["critical", "major", "minor"]
# Gravest first.
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
# What a text did with an occurrence of a term: wrote a listed rendering, of a status; spelt it in
# pinyin; left it in Chinese; omitted it, or what it did is unclear; wrote something else.
Verdict = Literal[
    "preferred", "admitted", "deprecated", "transliterated", "left in Chinese", "omitted", "other"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

ScoresByMetric = Annotated[Mapping[str, float | None], spread("metrics", "{}", key="{}")]

# The first has no number; the n-th has, from 2.
_REFERENCE_NAME = re.compile(r"reference(?:_([2-9]|[1-9][0-9]+))?")


def reference_name(index: int) -> str:
    """Return what the references are called: ``reference``, ``reference_2``, ... from index 0."""
    return "reference" if index == 0 else f"reference_{index + 1}"


def reference_index(name: str) -> int:
    """Return the index that a reference's name says; in brackets it is beside a system so named.

    Raises:
        ValueError: it is no name of a reference.
    """
    found = _REFERENCE_NAME.fullmatch(name.strip("()"))
    if found is None:
        raise ValueError(f"{name!r} is no reference")
    return int(found[1] or 1) - 1


def _listed(text: str) -> list[str]:
    return text.split("; ") if text else []


@dataclass(frozen=True, slots=True)
class SystemRow(Row):
    """What a system has over the whole test set.

    Attributes:
        system: its name.
        segments: how many it translated.
        scores: by metric, over these segments.
        intervals: by metric, the ends of the 95 % interval of the score.
        ranks: by metric, the rank: a new one begins where every system before is significantly
            better than every one after, so systems of one rank can differ significantly.
        empty_hypotheses: how many of its texts are empty.
        flags: by flag, how many segments it marks; None where nobody looked for it.
        missing_documents: ids.
    """

    system: str
    segments: int
    scores: ScoresByMetric
    intervals: Annotated[
        Mapping[str, tuple[float, float] | None],
        spread("metrics", "{}_ci_low", "{}_ci_high", key="{}_ci"),
    ]
    ranks: Annotated[Mapping[str, int | None], spread("metrics", "{}_rank", key="{}_rank")]
    empty_hypotheses: Annotated[int, LATER]
    flags: Annotated[Mapping[str, int | None], spread("flags", "flag_{}")]
    missing_documents: Annotated[Sequence[str], joined("; ".join, _listed)]


@dataclass(frozen=True, slots=True)
class DomainRow(Row):
    """What a system has over the documents of a domain; None is documents without one."""

    system: str
    domain: str | None
    documents: int
    segments: int
    scores: ScoresByMetric


@dataclass(frozen=True, slots=True)
class DocumentRow(Row):
    """What a system has over a document."""

    system: str
    document: str
    segments: int
    scores: ScoresByMetric


@dataclass(frozen=True, slots=True)
class SegmentRow(Row):
    """A segment that a system translated: its texts, scores and flags.

    Attributes:
        system: name.
        document: id.
        segment: number within the document, from 1.
        source: text, if the test set has sources.
        hypothesis: text.
        references: by name, texts.
        scores: by metric.
        error_spans: by metric that finds errors, its spans as JSON.
        flags: names, joined by semicolons; None where there are none and it was not checked.
    """

    system: str
    document: str
    segment: int
    source: str | None
    hypothesis: str
    references: Annotated[Mapping[str, str], spread("references", "{}", core=("reference",))]
    scores: ScoresByMetric
    error_spans: Annotated[Mapping[str, str], spread("span_metrics", "{}_error_spans")]
    flags: Annotated[str | None, LATER]


@dataclass(frozen=True, slots=True)
class Rendering(Row):
    """A rendering of a term in a text, with its verdict and how often it is there."""

    rendering: str | None
    verdict: str
    count: int


def _renderings_text(renderings: Sequence[Rendering]) -> str:
    return "; ".join(f"{r.rendering or '-'} ({r.verdict}) x{r.count}" for r in renderings)


@dataclass(frozen=True, slots=True)
class TermRow(Row):
    """What a text has for a term, over all places where the term occurs.

    Attributes:
        system: the text: a system, or ``reference``, ``reference_2``, ..., in brackets where a
            system has that name.
        kind: which of the two it is.
        concept: id.
        source: the term.
        target: its preferred rendering, if it has one.
        severity: the gravest of its renderings'.
        occurrences: how often it occurs.
        right: how many renderings are right.
        accuracy: share of right renderings, 0-1.
        verdicts: by verdict, how many renderings have it.
        renderings: those found, the commonest first.
    """

    system: str
    kind: TextKind
    concept: str
    source: str
    target: Annotated[str | None, LATER]
    severity: Annotated[Severity, LATER]
    occurrences: int
    right: int
    accuracy: Annotated[float, LATER]
    verdicts: Annotated[Mapping[str, int], spread("verdicts", "{}")]
    renderings: Annotated[Sequence[Rendering], joined(_renderings_text, is_core=True)]


@dataclass(frozen=True, slots=True)
class TermTally(Row):
    """What terms.csv of any version says of a term in a text, its renderings as one text."""

    system: str
    kind: str
    concept: str
    source: str
    occurrences: int
    right: int
    renderings: str | None


@dataclass(frozen=True, slots=True)
class OccurrenceRow(Row):
    """What a text has where a term occurs in the source.

    Attributes:
        system: the text, named as in TermRow.
        kind: system or reference.
        document: id.
        segment: number within the document, from 1.
        concept: id.
        source: the term as the source has it.
        source_start: offset of its first character in the source segment, from 0.
        source_end: offset after its last.
        verdict: on the rendering.
        rendering: what the text has; None where nothing was found.
        start: offset of its first character in the text, from 0, if it was found.
        end: offset after its last.
        listed: the rendering of the termbase that it is, if it is one.
        severity: of that rendering, else of the concept.
        confidence: of a rendering that was searched for, 0-1.
    """

    system: str
    kind: TextKind
    document: str
    segment: int
    concept: str
    source: str
    source_start: Annotated[int, LATER]
    source_end: Annotated[int, LATER]
    verdict: str
    rendering: str | None
    start: Annotated[int | None, LATER]
    end: Annotated[int | None, LATER]
    listed: Annotated[str | None, LATER]
    severity: Severity
    confidence: Annotated[float | None, LATER]


@dataclass(frozen=True, slots=True)
class ScoreRow(Row):
    """A number of a run, with its metric, level, system and location."""

    metric: str
    level: ScoreLevel
    system: str
    document: str | None
    segment: int | None
    segments: int
    value: float | None
    higher_is_better: bool


@dataclass(frozen=True, slots=True)
class PairTestRow(Row):
    """The test of two systems by a metric.

    Attributes:
        metric: name.
        system: name.
        other: name of the system that it is tested against.
        p_adjusted: p-value, 0-1, corrected for the number of pairs (Holm 1979).
    """

    metric: str
    system: str
    other: str
    p_adjusted: float


@dataclass(frozen=True)
class FlagRow(Row):
    """A flag on a segment of a system, and what is to be said of that segment alone."""

    system: str
    document: str
    segment: int
    flag: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class ErrorSpan(Row):
    """An error that a metric found in a hypothesis.

    Attributes:
        start: offset of its first character, from 0.
        end: offset after its last.
        text: the characters.
        severity: as the metric names it.
        confidence: of the metric, 0-1.
        reference: index of the reference it was judged by, None without references.
    """

    start: int
    end: int
    text: str
    severity: str
    confidence: float
    reference: int | None = None


@dataclass(frozen=True, kw_only=True)
class MetricLocation(Row):
    """A segment of a system, as a metric sees it."""

    system: str
    document: str
    segment: int
    metric: str


@dataclass(frozen=True, kw_only=True)
class ErrorSpanRow(ErrorSpan, MetricLocation):
    """An error that a metric found, with the segment of a system that it is in."""
