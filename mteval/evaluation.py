"""Scoring systems against a test set: the one module that brings the parts together."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from mteval.corpus.layout import load_systems, load_test_set
from mteval.corpus.model import SystemOutput, TestSet, check_names
from mteval.errors import InputError, UnavailableError, UsageError
from mteval.files import sha256
from mteval.metrics import DEFAULT_METRICS, METRICS, load_metric, parse_metrics
from mteval.metrics.base import Array, Flag, Metric, MetricSpec, Progress, Statistics
from mteval.results import Evaluation, Level, MetricColumn

__all__ = ["evaluate"]

# Places that a note names; files have them all.
_PLACES_SHOWN = 5


def evaluate(
    references: TestSet | Path | str,
    systems: Iterable[SystemOutput | Path | str],
    metrics: Sequence[str] | None = None,
    *,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    allow_missing: bool = False,
    progress: Callable[[MetricSpec], Progress] | None = None,
) -> Evaluation:
    """Score systems against references.

    Args:
        references: a test set, or the folder that holds one.
        systems: outputs, or folders that hold them.
        metrics: names, as ``mteval metrics`` lists them. Without any, the default metrics: BLEU,
            chrF and COMET, less those that lack something here, which the notes tell. A metric
            that is named, or for which a model is given, must not lack anything.
        options: by metric, the options it takes, such as ``{"comet": {"model": "folder"}}``.
        allow_missing: score what is there where a system and the references have different
            documents, and say so in the notes.
        progress: called once a metric, for the function to call as its work is done.

    Raises:
        InputError: something cannot be read, or is empty.
        MismatchError: systems and references do not pair.
        UsageError: a metric or an option is unknown.
        UnavailableError: a metric lacks a package, a model, sources or references.
    """
    specs = parse_metrics(DEFAULT_METRICS if metrics is None else metrics)
    given = options or {}
    unknown = sorted(set(given) - set(METRICS))
    if unknown:
        raise UsageError(f"options are given for {unknown[0]!r}, and there is no such metric")
    notes: list[str] = []
    test_set = references if isinstance(references, TestSet) else load_test_set(Path(references))
    outputs = _load_outputs(systems, notes)
    hypotheses = [output.hypotheses(test_set, allow_missing=allow_missing) for output in outputs]
    notes.extend(_notes(test_set, outputs, hypotheses))

    sizes = [len(document.segments) for document in test_set.documents]
    translated = np.array([[text is not None for text in system] for system in hypotheses])
    computed: dict[str, tuple[MetricSpec, Metric, Statistics]] = {}
    lacking: list[UnavailableError] = []
    # Those that share the work between processes first: torch does not like to be forked.
    for spec in sorted(specs, key=lambda spec: list(METRICS).index(spec.name)):
        try:
            metric = load_metric(spec, given.get(spec.name))
            found = metric.statistics(
                test_set.sources,
                test_set.references,
                hypotheses,
                None if progress is None else progress(spec),
            )
        except UnavailableError as error:
            if metrics is not None or "model" in given.get(spec.name, {}):
                raise
            lacking.append(error)
            notes.append(f"{spec.label} is left out: {error}")
        else:
            computed[spec.name] = (spec, metric, found)
            notes.extend(found.notes)
            notes.extend(_flag_notes(spec, found.flags, outputs, test_set))
    if not computed:
        raise lacking[0]
    done = [computed[spec.name] for spec in specs if spec.name in computed]
    n_references = test_set.n_references
    packages = {"numpy"}.union(*({spec.package, *spec.versions} for spec, _, _ in done))
    return Evaluation(
        systems=tuple(output.name for output in outputs),
        documents=tuple(document.id for document in test_set.documents),
        segment_documents=np.repeat(np.arange(len(sizes)), sizes),
        segment_numbers=np.concatenate([np.arange(1, size + 1) for size in sizes]),
        sources=test_set.sources,
        references=test_set.references,
        hypotheses=hypotheses,
        metrics=tuple(
            MetricColumn(
                spec.name,
                spec.label,
                spec.higher_is_better,
                spec.decimals,
                metric.signature(n_references),
                metric.segment_signature(n_references),
                metric.variant,
                metric.footnote,
            )
            for spec, metric, _ in done
        ),
        scores={
            spec.name: _scores(found.values, metric, sizes, translated)
            for spec, metric, found in done
        },
        flags={flag.name: flag.places for _, _, found in done for flag in found.flags},
        error_spans={
            spec.name: {
                place: [dataclasses.asdict(span) for span in spans]
                for place, spans in found.error_spans.items()
            }
            for spec, _, found in done
            if found.error_spans is not None
        },
        inputs=_inputs(test_set, outputs),
        versions={
            "mteval-toolkit": version("mteval-toolkit"),
            "python": platform.python_version(),
            **{name: version(name) for name in sorted(packages)},
        },
        notes=tuple(notes),
    )


def _load_outputs(
    systems: Iterable[SystemOutput | Path | str], notes: list[str]
) -> list[SystemOutput]:
    outputs: list[SystemOutput] = []
    for loaded, group in groupby(systems, key=lambda system: isinstance(system, SystemOutput)):
        if loaded:
            outputs += [system for system in group if isinstance(system, SystemOutput)]
        else:
            found, skipped = load_systems(
                Path(system) for system in group if not isinstance(system, SystemOutput)
            )
            outputs += found
            notes += skipped
    if not outputs:
        raise InputError("no system is given; name at least one")
    check_names(outputs)
    return outputs


def _scores(
    statistics: Array, metric: Metric, sizes: Sequence[int], translated: Any
) -> dict[Level, Array]:
    """Score the sums of segment statistics (n_systems, n_segments, k) at every level."""
    starts = np.cumsum([0, *sizes[:-1]])
    documents = np.add.reduceat(statistics, starts, axis=1)
    counts = np.add.reduceat(translated.astype(np.int64), starts, axis=1)

    def known(values: Array, exists: Any) -> Array:
        return np.asarray(np.where(exists, values, np.nan))

    return {
        "system": known(metric.score(documents.sum(axis=1)), counts.sum(axis=1) > 0),
        "document": known(metric.score(documents), counts > 0),
        "segment": known(metric.segment_score(statistics), translated),
    }


def _flag_notes(
    spec: MetricSpec, flags: Iterable[Flag], outputs: Sequence[SystemOutput], test_set: TestSet
) -> Iterable[str]:
    positions = test_set.positions()
    for flag in flags:
        shown = [
            f"{outputs[s].name} {positions[i][0]}:{positions[i][1]} ({flag.places[s, i]})"
            for s, i in sorted(flag.places)[:_PLACES_SHOWN]
        ]
        more = len(flag.places) - len(shown)
        yield (
            f"{spec.label}: {len(flag.places)} "
            f"{'segment is' if len(flag.places) == 1 else 'segments are'} {flag.meaning}: "
            + ", ".join(shown)
            + (f" and {more} more" if more else "")
            + f" (all are flagged {flag.name} in segments.csv)"
        )


def _notes(
    test_set: TestSet,
    outputs: Sequence[SystemOutput],
    hypotheses: Sequence[Sequence[str | None]],
) -> Iterable[str]:
    if test_set.unscored:
        yield (
            f"not scored, as there is no source: {', '.join(test_set.unscored)} "
            "(kept as evidence of how terms are rendered)"
        )
    positions = test_set.positions()
    for output, texts in zip(outputs, hypotheses, strict=True):
        missing = output.missing_documents(test_set)
        if missing:
            yield (
                f"{output.name} lacks {', '.join(missing)}: its scores are of the rest, and not "
                "comparable with those of complete systems"
            )
        extra = output.extra_documents(test_set)
        if extra:
            yield f"{output.name}: left out {', '.join(extra)}, which the references lack"
        empty = [
            f"{document}:{number}"
            for (document, number), text in zip(positions, texts, strict=True)
            if text is not None and not text.strip()
        ]
        if empty:
            shown = ", ".join(empty[:3]) + (", ..." if len(empty) > 3 else "")
            yield (
                f"warning: {output.name} has {len(empty)} empty "
                f"{'hypothesis' if len(empty) == 1 else 'hypotheses'} ({shown}), scored as such"
            )


def _inputs(test_set: TestSet, outputs: Sequence[SystemOutput]) -> dict[str, Any]:
    """Hash every column of text as the lines of a UTF-8 file."""

    def digest(lines: Iterable[str]) -> str:
        return sha256("".join(f"{line}\n" for line in lines))

    return {
        "references": {
            document.id: {
                "source": None
                if document.segments[0].source is None
                else digest(segment.source or "" for segment in document.segments),
                "references": [
                    digest(segment.references[r] for segment in document.segments)
                    for r in range(test_set.n_references)
                ],
            }
            for document in test_set.documents
        },
        "systems": {
            output.name: {id: digest(lines) for id, lines in sorted(output.documents.items())}
            for output in outputs
        },
    }
