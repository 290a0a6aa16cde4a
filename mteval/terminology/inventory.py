"""The rendering inventory: what every text has for every term of a test set, as rows and scores."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from importlib.metadata import version
from itertools import groupby
from typing import TYPE_CHECKING, TypedDict, cast

import numpy as np
import numpy.typing as npt

from mteval.languages.encoder import ENCODER_NAME
from mteval.runs.schema.rows import OccurrenceRow, Rendering, TermRow, TextKind
from mteval.terminology.scores import (
    TermCounts,
    count_findings,
    ratio,
    rendering_key,
    severity_of,
)
from mteval.terminology.termbase import Termbase
from mteval.terminology.verdicts import REVISION, Finding
from mteval.terminology.vocabulary import RIGHT, STATUSES, VERDICTS

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)

__all__ = [
    "DocumentRates",
    "Inventory",
    "OccurrenceInContext",
    "Rates",
    "TextRates",
]

Array = npt.NDArray[np.float64]


class Rates(TypedDict):
    """The scores of terms over a test set or a document; None where no term occurs."""

    occurrences: int
    right: int
    occurrence_accuracy: float | None
    consistency_macro: float | None
    consistency_micro: float | None
    consistency_macro_preferred: float | None
    consistency_micro_preferred: float | None
    deprecated_rate: float | None
    severity_weighted_error_rate: float | None
    tsr_wmt25: float | None
    tsr_pairs: int


class TextRates(Rates):
    """The scores of terms of a text, and how many renderings have which verdict."""

    system: str
    kind: TextKind
    verdicts: dict[str, int]


class DocumentRates(Rates):
    """The scores of terms of a document of a text."""

    system: str
    kind: TextKind
    document: str


@dataclass(frozen=True, slots=True)
class OccurrenceInContext(OccurrenceRow):
    """What a text has where a term occurs, with both segments."""

    source_text: str
    text: str | None


@dataclass(frozen=True)
class Inventory:
    """The verdict on every occurrence of a term in every text of a test set.

    Attributes:
        termbase: the terms.
        names: of the texts: the official references, then the systems (rows of scores have
            the references last).
        n_references: how many of them are references.
        documents: ids, in order.
        segment_documents: for each of n_segments segments the index of its document.
        segment_numbers: its number within the document, from 1.
        sources: n_segments texts.
        texts: for each name n_segments texts; None is not translated.
        findings: for each name its verdicts.
        tsr: by name, statistics of the WMT25 term success rate: (n_documents, 2).
        unexplained: how many occurrences nothing listed explains, in all texts.
        searched: whether what was written for them was searched for.
    """

    termbase: Termbase
    names: tuple[str, ...]
    n_references: int
    documents: tuple[str, ...]
    segment_documents: npt.NDArray[np.int64]
    segment_numbers: npt.NDArray[np.int64]
    sources: Sequence[str]
    texts: Sequence[Sequence[str | None]]
    findings: Sequence[Sequence[Finding]]
    tsr: Mapping[str, Array]
    unexplained: int
    searched: bool

    def signature(self) -> str:
        """Return the termbase, the rules and the search by name; run.json has the versions."""
        return "|".join(
            [
                f"concepts:{len(self.termbase.concepts)}",
                f"termbase:{self.termbase.fingerprint()[:12]}",
                f"rules:{REVISION}",
                f"search:{ENCODER_NAME if self.searched else 'no'}",
                f"version:{version('mteval-toolkit')}",
            ]
        )

    def statuses(self) -> dict[str, int]:
        """Return by status how many occurrences are of a concept with such a rendering."""
        concepts = self.termbase.concepts
        # A text that lacks documents has fewer.
        occurring = max(self.findings, key=len, default=())
        counts = Counter(
            status
            for finding in occurring
            for status in {rendering.status for rendering in concepts[finding.concept].renderings}
        )
        return {status: counts[status] for status in STATUSES}

    @cached_property
    def counts(self) -> list[TermCounts]:
        """The statistics of the verdicts: one for each name."""
        return [
            count_findings(findings, texts, self.termbase.concepts)
            for findings, texts in zip(self.findings, self.texts, strict=True)
        ]

    def document_sizes(self) -> npt.NDArray[np.int64]:
        """Return how many segments each document has: (n_documents,)."""
        return np.bincount(self.segment_documents, minlength=len(self.documents))

    def document_counts(self) -> npt.NDArray[np.int64]:
        """Return how many segments of each document each text has: (n_texts, n_documents)."""
        return np.array(
            [
                np.bincount(
                    self.segment_documents[[line is not None for line in lines]],
                    minlength=len(self.documents),
                )
                for lines in self.texts
            ]
        )

    def system_rows(self) -> list[TextRates]:
        """Return a row for each text, the references last: every score over the whole test set."""
        return [
            {
                "system": name,
                "kind": self._kind(n),
                **self._scores(n, np.ones(len(self.sources)), slice(None)),
                "verdicts": _verdict_counts(self.findings[n]),
            }
            for n, name in self._systems_first()
        ]

    def document_rows(self) -> list[DocumentRates]:
        """Return a row for each document and text: every score over that document."""
        return [
            {
                "system": name,
                "kind": self._kind(n),
                "document": document,
                **self._scores(n, (self.segment_documents == d) * 1.0, slice(d, d + 1)),
            }
            for d, document in enumerate(self.documents)
            for n, name in self._systems_first()
        ]

    def term_rows(self) -> list[TermRow]:
        """Return a row for each concept that occurs and each text, with all renderings found."""
        rows = []
        by_name = [
            {c: list(found) for c, found in groupby(sorted(f, key=_by_concept), key=_by_concept)}
            for f in self.findings
        ]
        for c, concept in enumerate(self.termbase.concepts):
            for n, name in enumerate(self.names):
                findings = by_name[n].get(c, [])
                if not findings:
                    continue
                right = sum(finding.verdict in RIGHT for finding in findings)
                rows.append(
                    TermRow(
                        system=name,
                        kind=self._kind(n),
                        concept=concept.id,
                        source=concept.sources[0],
                        target=None if concept.preferred is None else concept.preferred.text,
                        severity=severity_of(concept),
                        occurrences=len(findings),
                        right=right,
                        accuracy=right / len(findings),
                        verdicts=_verdict_counts(findings),
                        renderings=self._renderings(n, findings),
                    )
                )
        return rows

    def occurrence_rows(self, *, context: bool = False) -> list[OccurrenceRow]:
        """Return a row for each occurrence and text, in the order of the test set.

        Args:
            context: with the segments as well, in rows of OccurrenceInContext.
        """
        rows: list[OccurrenceRow] = []
        for n in range(len(self.names)):
            for finding in self.findings[n]:
                row = self._occurrence_row(n, finding)
                if context:
                    values = {each.name: getattr(row, each.name) for each in fields(row)}
                    i = finding.segment
                    row = OccurrenceInContext(
                        **values, source_text=self.sources[i], text=self.texts[n][i]
                    )
                rows.append(row)
        order = {document: d for d, document in enumerate(self.documents)}
        return sorted(rows, key=lambda row: (order[row.document], row.segment, row.source_start))

    def _occurrence_row(self, n: int, finding: Finding) -> OccurrenceRow:
        i, occurrence, listed = finding.segment, finding.occurrence, finding.listed
        concept = self.termbase.concepts[finding.concept]
        return OccurrenceRow(
            system=self.names[n],
            kind=self._kind(n),
            document=self.documents[self.segment_documents[i]],
            segment=int(self.segment_numbers[i]),
            concept=concept.id,
            source=self.sources[i][occurrence.start : occurrence.end],
            source_start=occurrence.start,
            source_end=occurrence.end,
            verdict=finding.verdict,
            rendering=self._rendering(n, finding),
            start=finding.start,
            end=finding.end,
            listed=None if listed is None else listed.text,
            severity=severity_of(concept) if listed is None else listed.severity,
            confidence=finding.confidence,
        )

    def _systems_first(self) -> list[tuple[int, str]]:
        named = list(enumerate(self.names))
        return named[self.n_references :] + named[: self.n_references]

    def _renderings(self, n: int, findings: Iterable[Finding]) -> list[Rendering]:
        """Return renderings counted; inflected forms are one, as it is written most often."""
        forms: dict[tuple[str, str], Counter[str]] = {}
        for finding in findings:
            key = (finding.verdict, rendering_key(finding, self.texts[n]) or "")
            forms.setdefault(key, Counter())[self._rendering(n, finding) or ""] += 1
        return [
            Rendering(
                rendering=min(written, key=lambda form: (-written[form], form)) or None,
                verdict=verdict,
                count=written.total(),
            )
            for (verdict, key), written in sorted(
                forms.items(), key=lambda item: (-item[1].total(), item[0])
            )
        ]

    def _kind(self, n: int) -> TextKind:
        return "reference" if n < self.n_references else "system"

    def _rendering(self, n: int, finding: Finding) -> str | None:
        text = self.texts[n][finding.segment]
        return None if text is None or finding.start is None else text[finding.start : finding.end]

    def _scores(self, n: int, weights: Array, documents: slice) -> Rates:
        counts = self.counts[n]
        right, occurrences = weights @ counts.accuracy
        success = self.tsr[self.names[n]][documents].sum(axis=0)
        found = {
            "occurrences": int(occurrences),
            "right": int(right),
            **{name: _number(value) for name, value in counts.scores(weights).items()},
            "tsr_wmt25": _number(float(ratio(success))),
            "tsr_pairs": int(success[1]),
        }
        return cast("Rates", found)


def _by_concept(finding: Finding) -> int:
    return finding.concept


def _verdict_counts(findings: Iterable[Finding]) -> dict[str, int]:
    counts = Counter(finding.verdict for finding in findings)
    return {verdict: counts[verdict] for verdict in VERDICTS}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
