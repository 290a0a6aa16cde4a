"""The evaluation that a run folder was written from, put together of its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypedDict

import numpy as np
import numpy.typing as npt

from mteval.runs.evaluation import Evaluation
from mteval.runs.files import (
    EVALUATION_FILE,
    OCCURRENCES_FILE,
    RECORD_FILE,
    SCORES_FILE,
    SEGMENTS_FILE,
    read_csv,
    read_json,
    read_scores,
)
from mteval.runs.results import CellIndex, domain_names
from mteval.runs.schema.columns import Names
from mteval.runs.schema.record import MetricColumn, RunRecord, metric_column
from mteval.runs.schema.rows import (
    DomainRow,
    ErrorSpan,
    ErrorSpanRow,
    FlagRow,
    OccurrenceRow,
    PairTestRow,
    ScoreLevel,
    ScoreRow,
    SegmentRow,
    SystemRow,
    TermRow,
    reference_index,
)
from mteval.runs.schema.validation import ShapeError, row_of_json

__all__ = ["restore_evaluation"]

# What every version that kept evaluations has recorded of them.
_NEEDED = ("run", "versions", "documents", "segments", "notes", "resampling", "term_signature")
# A segment that is recorded has a score by every metric for every system that has it: a hundred
# segments a score are room made for what is not there.
_MAX_SEGMENTS_A_SCORE = 100
# Runs of older versions have none of these.
_LATER_KEYS = frozenset({"domains", "tests"})
_Array = npt.NDArray[np.float64]


class _Located(Protocol):
    """A row of a segment of a system."""

    @property
    def system(self) -> str: ...
    @property
    def document(self) -> str: ...
    @property
    def segment(self) -> int: ...


@dataclass(frozen=True)
class _Layout:
    """Where in the arrays of an evaluation systems, documents and segments have their numbers."""

    systems: Mapping[str, int]
    documents: Mapping[str, int]
    document_domains: Sequence[str | None]
    sizes: npt.NDArray[np.int64]

    @classmethod
    def of_record(cls, record: RunRecord) -> _Layout:
        systems, documents = (
            {name: n for n, name in enumerate(names)}
            for names in (record["systems"], record["documents"])
        )
        # Records of before there were domains have none.
        domains = record.get("domains", [None] * len(documents))
        sizes = np.array(record["segments"], dtype=np.int64)
        if not len(sizes) == len(documents) == len(domains):
            raise ValueError(f"{len(documents)} documents have {len(sizes)} numbers of segments")
        return cls(systems, documents, domains, sizes)

    @property
    def domains(self) -> list[str | None]:
        return domain_names(self.document_domains)

    @cached_property
    def _starts(self) -> npt.NDArray[np.int64]:
        return np.cumsum([0, *self.sizes[:-1]])

    @property
    def n_segments(self) -> int:
        return int(self.sizes.sum())

    def shape(self, level: ScoreLevel) -> tuple[int, ...]:
        counts: Mapping[ScoreLevel, tuple[int, ...]] = {
            "system": (),
            "domain": (len(self.domains),),
            "document": (len(self.documents),),
            "segment": (self.n_segments,),
        }
        return (len(self.systems), *counts[level])

    def segment(self, document: str, number: int) -> int:
        """Return the index of a segment."""
        d = self.documents[document]
        if not 0 < number <= self.sizes[d]:
            raise ValueError(f"{document} has no segment {number}")
        return int(self._starts[d]) + number - 1

    def cell(self, row: _Located) -> CellIndex:
        return self.systems[row.system], self.segment(row.document, row.segment)


@dataclass(frozen=True)
class _Document:
    """What evaluation.json holds, less what other files do."""

    systems: list[SystemRow]
    domains: list[DomainRow]
    tests: list[PairTestRow]
    terms: list[TermRow]
    flags: list[FlagRow]
    error_spans: list[ErrorSpanRow]

    @classmethod
    def read(cls, path: Path, metrics: Sequence[str]) -> _Document:
        found = read_json(path)
        if not isinstance(found, dict):
            raise ShapeError(path.name, "this is no mapping")
        names: Names = {"metrics": metrics}

        def rows(key: str, row_type: type[Any]) -> list[Any]:
            listed = found.get(key, [] if key in _LATER_KEYS else None)
            if not isinstance(listed, list):
                raise ShapeError(f"{path.name}.{key}", "this is no list")
            return [row_of_json(row_type, row, names, f"{path.name}.{key}") for row in listed]

        return cls(
            systems=rows("systems", SystemRow),
            domains=rows("domains", DomainRow),
            tests=rows("tests", PairTestRow),
            terms=rows("terms", TermRow),
            flags=rows("flags", FlagRow),
            error_spans=rows("error_spans", ErrorSpanRow),
        )


def restore_evaluation(folder: Path, record: RunRecord) -> Evaluation:
    """Return the evaluation of a run, less its statistics.

    Args:
        folder: of the run.
        record: of the run.

    Raises:
        ValueError: or almost anything else: files are not those that were written.
        InputError: a file cannot be read, or is of something else.
    """
    for key in _NEEDED:
        if key not in record:
            raise ShapeError(RECORD_FILE, f"it has no {key}")
    columns = tuple(metric_column(name, known) for name, known in record["metrics"].items())
    resampling = record["resampling"]
    for name in ("samples", "seed", "unit") if resampling else ():
        if resampling.get(name) is None:
            raise ShapeError(RECORD_FILE, f"resampling has no {name}")
    for name in ("mteval-toolkit", "python"):
        if name not in record["versions"]:
            raise ShapeError(RECORD_FILE, f"versions has no {name}")
    layout = _Layout.of_record(record)
    scores = read_scores(folder / SCORES_FILE)
    # Of what is said to be there some is, before room is made for all.
    if layout.n_segments > _MAX_SEGMENTS_A_SCORE * (len(scores) + 1):
        raise ValueError(f"{layout.n_segments} segments have {len(scores)} scores")
    document = _Document.read(folder / EVALUATION_FILE, [column.name for column in columns])
    if len(document.systems) != len(layout.systems):
        raise ValueError(f"{len(layout.systems)} systems have {len(document.systems)} rows")
    neutralised = record.get("neutralised", False)
    segments = read_csv(folder / SEGMENTS_FILE, SegmentRow, neutralised=neutralised)
    _check_segments(segments, document.systems, layout)
    references = list(segments[0].references)
    occurrences: list[OccurrenceRow] = []
    if record["term_signature"] is not None:
        occurrences = read_csv(folder / OCCURRENCES_FILE, OccurrenceRow, neutralised=neutralised)
    _check_terms(document.terms, occurrences, layout, len(references))
    resampled = [c.name for c in columns if c.name in record.get("resampled", ())]
    return Evaluation(
        systems=tuple(layout.systems),
        documents=tuple(layout.documents),
        document_domains=tuple(layout.document_domains),
        segment_documents=np.repeat(np.arange(len(layout.sizes)), layout.sizes),
        segment_numbers=np.concatenate([np.arange(1, size + 1) for size in layout.sizes]),
        **_texts(segments, references, layout),
        metrics=columns,
        scores=_scores(columns, scores, document.domains, layout),
        inputs=record["inputs"],
        versions=record["versions"],
        notes=tuple(record["notes"]),
        flags=_flags(document, layout),
        unchecked=tuple(name for name, n in document.systems[0].flags.items() if n is None),
        error_spans=_error_spans(document.error_spans, list(segments[0].error_spans), layout),
        terms=document.terms,
        occurrences=occurrences,
        term_statuses=record.get("term_statuses", {}),
        intervals={
            name: np.array(
                [row.intervals[name] or (np.nan, np.nan) for row in document.systems], np.float64
            )
            for name in resampled
        },
        tests=_tests(document.tests, layout),
        ranks={
            name: ranks
            for name in resampled
            for ranks in [[row.ranks[name] for row in document.systems]]
            if any(ranks)
        },
        resampling=record["resampling"],
    )


def _check_segments(
    segments: Sequence[SegmentRow], systems: Sequence[SystemRow], layout: _Layout
) -> None:
    """Check that each segment is there once, and every system has as many as were scored."""
    if not segments:
        raise ShapeError(SEGMENTS_FILE, "it has no rows")
    cells = {layout.cell(row) for row in segments}
    if len(cells) < len(segments):
        raise ShapeError(SEGMENTS_FILE, "a segment of a system is there twice")
    counts = Counter(s for s, _ in cells)
    for row in systems:
        if counts[layout.systems[row.system]] != row.segments:
            found = counts[layout.systems[row.system]]
            raise ShapeError(
                SEGMENTS_FILE, f"{row.system} has {found} segments where {row.segments} were scored"
            )


def _scores(
    columns: Sequence[MetricColumn],
    rows: Sequence[ScoreRow],
    domains: Sequence[DomainRow],
    layout: _Layout,
) -> dict[str, dict[ScoreLevel, _Array]]:
    levels: tuple[ScoreLevel, ...] = ("system", "domain", "document", "segment")
    found: dict[str, dict[ScoreLevel, _Array]] = {
        column.name: {level: np.full(layout.shape(level), np.nan) for level in levels}
        for column in columns
    }
    for row in rows:
        if row.value is None:
            continue
        if not np.isfinite(row.value):
            raise ShapeError(SCORES_FILE, f"{row.value} is no score")
        index: tuple[int, ...] = (layout.systems[row.system],)
        if row.level != "system":
            document = row.document or ""
            if row.level == "document":
                index += (layout.documents[document],)
            else:
                index += (layout.segment(document, row.segment or 0),)
        found[row.metric][row.level][index] = row.value
    names = layout.domains
    for each in domains:
        cell = layout.systems[each.system], names.index(each.domain)
        for metric, score in each.scores.items():
            if score is not None:
                found[metric]["domain"][cell] = score
    return found


class _Texts(TypedDict):
    sources: list[str] | None
    references: list[list[str]]
    hypotheses: list[list[str | None]]


def _texts(segments: Sequence[SegmentRow], references: Sequence[str], layout: _Layout) -> _Texts:
    sources = [""] * layout.n_segments
    columns = [[""] * layout.n_segments for _ in references]
    hypotheses: list[list[str | None]] = [[None] * layout.n_segments for _ in layout.systems]
    for row in segments:
        s, i = layout.cell(row)
        hypotheses[s][i] = row.hypothesis
        sources[i] = row.source or ""
        for column, name in zip(columns, references, strict=True):
            column[i] = row.references[name]
    has_sources = segments[0].source is not None
    return {
        "sources": sources if has_sources else None,
        "references": columns,
        "hypotheses": hypotheses,
    }


def _flags(document: _Document, layout: _Layout) -> dict[str, dict[CellIndex, str]]:
    counts = document.systems[0].flags
    found: dict[str, dict[CellIndex, str]] = {
        name: {} for name, count in counts.items() if count is not None
    }
    for row in document.flags:
        found[row.flag][layout.cell(row)] = row.detail
    return found


def _tests(rows: Sequence[PairTestRow], layout: _Layout) -> dict[str, _Array]:
    n_systems = len(layout.systems)
    found: dict[str, _Array] = {}
    for row in rows:
        table = found.setdefault(row.metric, np.full((n_systems, n_systems), np.nan))
        a, b = layout.systems[row.system], layout.systems[row.other]
        table[a, b] = table[b, a] = row.p_adjusted
    return found


def _error_spans(
    rows: Sequence[ErrorSpanRow], metrics: Sequence[str], layout: _Layout
) -> dict[str, dict[CellIndex, list[ErrorSpan]]]:
    found: dict[str, dict[CellIndex, list[ErrorSpan]]] = {name: {} for name in metrics}
    for row in rows:
        span = ErrorSpan(
            start=row.start,
            end=row.end,
            text=row.text,
            severity=row.severity,
            confidence=row.confidence,
            reference=row.reference,
        )
        found[row.metric].setdefault(layout.cell(row), []).append(span)
    return found


def _check_terms(
    terms: Sequence[TermRow],
    occurrences: Sequence[OccurrenceRow],
    layout: _Layout,
    n_references: int,
) -> None:
    """Check that rows of terms are about texts, segments and verdicts that there are."""
    texts = {(row.kind, row.system) for row in terms}
    texts |= {(row.kind, row.system) for row in occurrences}
    for kind, name in texts:
        is_system = kind == "system" and name in layout.systems
        if not is_system and not (kind == "reference" and reference_index(name) < n_references):
            raise ValueError(f"there is no {kind} {name}")
    known = {verdict for row in terms for verdict in row.verdicts}
    found = {each.verdict for row in terms for each in row.renderings}
    unknown = found.union(row.verdict for row in occurrences) - known
    if unknown:
        raise ValueError(f"there is no verdict {unknown.pop()!r}")
    tallied = Counter((row.kind, row.system, row.concept) for row in occurrences)
    for row in terms:
        found_here = tallied[row.kind, row.system, row.concept]
        if found_here != row.occurrences:
            raise ShapeError(
                OCCURRENCES_FILE,
                f"{row.system} has {found_here} occurrences of {row.source} where "
                f"{row.occurrences} were judged",
            )
    for occurrence in occurrences:
        layout.segment(occurrence.document, occurrence.segment)
