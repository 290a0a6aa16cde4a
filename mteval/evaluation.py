"""Scoring systems against a test set: the one module that brings the parts together."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from mteval.corpus.layout import load_systems, load_test_set
from mteval.corpus.model import SystemOutput, TestSet, check_names
from mteval.errors import InputError
from mteval.files import sha256
from mteval.metrics import DEFAULT_METRICS, load_metric, parse_metrics
from mteval.metrics.base import Array, Metric, MetricSpec, Progress
from mteval.results import Evaluation, Level, MetricColumn

__all__ = ["evaluate"]


def evaluate(
    references: TestSet | Path | str,
    systems: Iterable[SystemOutput | Path | str],
    metrics: Sequence[str] = DEFAULT_METRICS,
    *,
    allow_missing: bool = False,
    progress: Callable[[MetricSpec], Progress] | None = None,
) -> Evaluation:
    """Score systems against references.

    Args:
        references: a test set, or the folder that holds one.
        systems: outputs, or folders that hold them.
        metrics: names, as ``mteval metrics`` lists them.
        allow_missing: score what is there where a system and the references have different
            documents, and say so in the notes.
        progress: called once a metric, for the function to call as its work is done.

    Raises:
        InputError: something cannot be read, or is empty.
        MismatchError: systems and references do not pair.
        UsageError: a metric is unknown, or there is nothing that it needs.
    """
    specs = parse_metrics(metrics)
    notes: list[str] = []
    test_set = references if isinstance(references, TestSet) else load_test_set(Path(references))
    outputs = _load_outputs(systems, notes)
    hypotheses = [output.hypotheses(test_set, allow_missing=allow_missing) for output in outputs]
    notes.extend(_notes(test_set, outputs, hypotheses))

    sizes = [len(document.segments) for document in test_set.documents]
    translated = np.array([[text is not None for text in system] for system in hypotheses])
    loaded = [(spec, load_metric(spec)) for spec in specs]
    scores = {
        spec.name: _scores(
            metric.statistics(
                test_set.sources,
                test_set.references,
                hypotheses,
                None if progress is None else progress(spec),
            ),
            metric,
            sizes,
            translated,
        )
        for spec, metric in loaded
    }
    n_references = test_set.n_references
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
                metric.signature(n_references),
                metric.segment_signature(n_references),
            )
            for spec, metric in loaded
        ),
        scores=scores,
        inputs=_inputs(test_set, outputs),
        versions={
            "mteval-toolkit": version("mteval-toolkit"),
            "python": platform.python_version(),
            **{name: version(name) for name in sorted({"numpy", *(s.package for s in specs)})},
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
