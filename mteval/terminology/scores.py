"""Scores of terms as sufficient statistics: sums over segments, documents or resamples score alike.

Every statistic is an array (n_segments, k), or (n_documents, k) for the document-level rate of
WMT25; the score of any set of rows is a function of their sum alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mteval.terminology.concepts import Concept
from mteval.terminology.matching import Patterns
from mteval.terminology.normalise import split_words
from mteval.terminology.verdicts import Finding
from mteval.terminology.vocabulary import RIGHT, Severity

__all__ = [
    "SEVERITY_WEIGHTS",
    "ConceptCounts",
    "TermCounts",
    "count_findings",
    "mean_ratio",
    "ratio",
    "rendering_key",
    "severity_of",
    "tsr_statistics",
    "written_key",
]

Array = npt.NDArray[np.float64]

# Penalty multipliers of the MQM scoring model (Lommel et al. 2024, "The Multi-Range Theory of
# Translation Quality Measurement").
SEVERITY_WEIGHTS: dict[Severity, float] = {"critical": 25.0, "major": 5.0, "minor": 1.0}


def ratio(sums: Array) -> Array:
    """Return the first of two summed statistics by the second: (..., 2) -> (...), NaN for 0/0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan))


def mean_ratio(sums: Array) -> Array:
    """Return the mean ratio of the k pairs whose second sum is not 0: (..., k, 2) -> (...)."""
    ratios = ratio(sums)
    known = ~np.isnan(ratios)
    total = np.where(known, ratios, 0.0).sum(axis=-1)
    return ratio(np.stack([total, known.sum(axis=-1)], axis=-1))


@dataclass(frozen=True)
class ConceptCounts:
    """Statistics (n_segments, k, 2) of k concepts, of which few are not 0.

    Attributes:
        segments: for each of n occurrences, by concept, its segment.
        right: 1 if it counts as right, else 0: (n,).
        starts: where the occurrences of each concept begin: (k,).
    """

    segments: npt.NDArray[np.int64]
    right: Array
    starts: npt.NDArray[np.int64]

    def sums(self, weights: Array) -> Array:
        """Return the sums over segments by weight: (..., n_segments) -> (..., k, 2)."""
        if not len(self.starts):
            return np.zeros((*weights.shape[:-1], 0, 2))
        by_occurrence = weights[..., self.segments]
        pairs = (by_occurrence * self.right, by_occurrence)
        return np.stack([np.add.reduceat(p, self.starts, axis=-1) for p in pairs], axis=-1)


@dataclass(frozen=True)
class TermCounts:
    """The statistics of one text over its segments.

    Attributes:
        accuracy: right renderings (preferred or admitted), occurrences: (n_segments, 2). Their
            ratio, 0-1, is the strict occurrence accuracy; higher is better.
        deprecated: deprecated renderings, occurrences: (n_segments, 2); lower is better.
        severity: penalty of the wrong renderings, penalty if all were wrong: (n_segments, 2); the
            ratio, 0-1, is the severity-weighted error rate; lower is better.
        frequent: for each of k concepts, renderings that are its most frequent one in this text,
            occurrences: (n_segments, k, 2). ``ratio`` of the sums over concepts is consistency
            micro, ``mean_ratio`` macro, over concepts (the WMT25 terminology task takes the mean
            over distinct renderings); higher is better.
        preferred: the same against the preferred renderings.
    """

    accuracy: Array
    deprecated: Array
    severity: Array
    frequent: ConceptCounts
    preferred: ConceptCounts

    def scores(self, weights: Array) -> dict[str, float]:
        """Return the scores of segments by weight (n_segments,), NaN without an occurrence."""
        frequent, preferred = self.frequent.sums(weights), self.preferred.sums(weights)
        scores = {
            "occurrence_accuracy": ratio(weights @ self.accuracy),
            "consistency_macro": mean_ratio(frequent),
            "consistency_micro": ratio(frequent.sum(axis=-2)),
            "consistency_macro_preferred": mean_ratio(preferred),
            "consistency_micro_preferred": ratio(preferred.sum(axis=-2)),
            "deprecated_rate": ratio(weights @ self.deprecated),
            "severity_weighted_error_rate": ratio(weights @ self.severity),
        }
        return {name: float(value) for name, value in scores.items()}


def count_findings(
    findings: Iterable[Finding],
    texts: Sequence[str | None],
    concepts: Sequence[Concept],
) -> TermCounts:
    """Return the statistics of the verdicts on one text.

    Args:
        findings: the verdicts.
        texts: the text they are about, n_segments of it.
        concepts: the concepts that they name by index.
    """
    listed = sorted(findings, key=lambda finding: finding.concept)
    shape = (len(texts), 2)
    accuracy, deprecated, severity = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for finding in listed:
        worst = severity_of(concepts[finding.concept])
        penalty = 0.0
        if finding.verdict not in RIGHT:
            # A deprecated rendering may be a lesser error than its concept makes of others.
            named = worst if finding.listed is None else finding.listed.severity
            penalty = SEVERITY_WEIGHTS[named]
        accuracy[finding.segment] += (finding.verdict in RIGHT, 1)
        deprecated[finding.segment] += (finding.verdict == "deprecated", 1)
        severity[finding.segment] += (penalty, SEVERITY_WEIGHTS[worst])
    keys = [rendering_key(finding, texts) for finding in listed]
    most_frequent = _most_frequent(zip(listed, keys, strict=True))
    same = [
        key is not None and key == most_frequent[finding.concept]
        for finding, key in zip(listed, keys, strict=True)
    ]
    segments = np.array([finding.segment for finding in listed], dtype=np.int64)
    indices = np.array([finding.concept for finding in listed], dtype=np.int64)
    starts = np.flatnonzero(np.diff(indices, prepend=-1))
    preferred = [finding.verdict == "preferred" for finding in listed]
    return TermCounts(
        accuracy,
        deprecated,
        severity,
        ConceptCounts(segments, np.array(same, dtype=np.float64), starts),
        ConceptCounts(segments, np.array(preferred, dtype=np.float64), starts),
    )


def severity_of(concept: Concept) -> Severity:
    """Return the gravest severity among the renderings of a concept."""
    return max((r.severity for r in concept.renderings), key=lambda word: SEVERITY_WEIGHTS[word])


def rendering_key(finding: Finding, texts: Sequence[str | None]) -> str | None:
    """Return what a rendering is compared by: its word keys, without a year that is attached."""
    if finding.start is None:
        return None
    text = (texts[finding.segment] or "")[finding.start : finding.end]
    return written_key(text, finding.occurrence.year)


def written_key(rendering: str, year: str | None) -> str:
    """Return what a rendering is compared by, as it is written: its word keys.

    Args:
        rendering: a stretch of a text.
        year: does not count where it ends the rendering.
    """
    words = [word.key for word in split_words(rendering)]
    if len(words) > 1 and words[-1] == year:
        words.pop()
    return " ".join(words)


def _most_frequent(keyed: Iterable[tuple[Finding, str | None]]) -> dict[int, str]:
    """Return the most frequent rendering of each concept; of equals the alphabetically first."""
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for finding, key in keyed:
        if key is not None:
            counts[finding.concept][key] += 1
    return {
        concept: min(found, key=lambda key: (-found[key], key)) for concept, found in counts.items()
    }


def tsr_statistics(
    entries: Sequence[tuple[str, Sequence[str]]],
    sources: Sequence[str],
    references: Sequence[str],
    hypotheses: Mapping[str, Sequence[str | None]],
) -> dict[str, Array]:
    """Return the term success rate of the WMT25 terminology task, track 2 (zh-en), as statistics.

    For a document with source S, output H and reference R, all in lower case, an entry (s, t_1,
    t_2, ...) is valid if S contains s and R contains some t_i; it succeeds at the rate
    min(sum_i H.count(t_i) / S.count(s), 1). The score is the mean over all valid pairs of document
    and entry: ``ratio`` of the sums, 0-1, higher is better. Substrings are counted, as
    ``evaluate_track2.py`` of wmt-conference/wmt25-terminology does (2025), so "east" is found in
    "at least".

    Args:
        entries: source terms and their accepted renderings.
        sources: n_documents texts.
        references: n_documents texts.
        hypotheses: by system n_documents texts; None is not translated.

    Returns:
        By system (n_documents, 2): sum of the rates, number of valid pairs.
    """
    lowered = [
        (source.strip().lower(), [target.strip().lower() for target in targets])
        for source, targets in entries
        if source.strip()
    ]
    source_patterns = Patterns(source for source, _ in lowered)
    target_patterns = Patterns(target for _, targets in lowered for target in targets)
    by_source: defaultdict[str, list[list[str]]] = defaultdict(list)
    for source, targets in lowered:
        by_source[source].append(targets)
    statistics = {system: np.zeros((len(sources), 2)) for system in hypotheses}
    for d, (source_text, reference) in enumerate(zip(sources, references, strict=True)):
        in_source = source_patterns.counts(source_text.strip().lower())
        in_reference = target_patterns.counts(reference.strip().lower())
        valid = [
            (count, targets)
            for source, count in in_source.items()
            for targets in by_source[source]
            if any(target in in_reference for target in targets)
        ]
        for system, texts in hypotheses.items():
            text = texts[d]
            if text is not None:
                found = target_patterns.counts(text.strip().lower())
                rates = [
                    min(sum(found.get(target, 0) for target in targets) / count, 1.0)
                    for count, targets in valid
                ]
                statistics[system][d] = (sum(rates), len(rates))
    return statistics
