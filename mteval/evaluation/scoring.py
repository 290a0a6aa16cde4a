"""Computing metrics, and scoring the sums of their statistics at every level."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mteval.errors import UnavailableError, UsageError
from mteval.evaluation.findings import Findings
from mteval.evaluation.inputs import Texts
from mteval.executor import Executor, ProcessExecutor
from mteval.io.memory import is_out_of_memory
from mteval.metrics.base import Array, Flag, Metric, MetricSpec, Progress, Statistics
from mteval.metrics.registry import (
    DEFAULT_METRICS,
    all_metrics,
    check_metric_packages,
    load_metric,
    parse_metrics,
)
from mteval.runs.results import SegmentStatistics
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import ErrorSpan, ScoreLevel
from mteval.wording import counted, listing

__all__ = ["MetricPlan", "add_metrics", "level_scores", "plan_metrics"]

Result = TypeVar("Result")


@dataclass(frozen=True)
class MetricPlan:
    """Which metrics are computed, how, and whether they may be skipped.

    Attributes:
        specs: the metrics, in the order of the tables.
        options: by metric, the options that it is given.
        named: whether somebody asked for these; the default metrics may lack something.
        executor: what runs the batches of metrics.
    """

    specs: Sequence[MetricSpec]
    options: Mapping[str, Mapping[str, Any]]
    named: bool
    executor: Executor

    def must_work(self, spec: MetricSpec) -> bool:
        """Return whether it is an error, and no note, if the metric lacks something."""
        return self.named or "model" in self.options.get(spec.name, {})


def plan_metrics(
    names: Sequence[str] | None,
    options: Mapping[str, Mapping[str, Any]] | None,
    executor: Executor | None = None,
) -> MetricPlan:
    """Return the plan for the metrics that are named, or for the default ones.

    Without an executor, work is shared between processes on this machine.

    Raises:
        UsageError: a metric is unknown, or options are given for one that is.
        MissingPackageError: a package of a metric that must work is not installed.
    """
    specs = parse_metrics(DEFAULT_METRICS if names is None else names)
    unknown = sorted(set(options or {}).difference(all_metrics()))
    if unknown:
        raise UsageError(f"options are given for {unknown[0]!r}, and there is no such metric")
    plan = MetricPlan(
        specs, options or {}, named=names is not None, executor=executor or ProcessExecutor()
    )
    for spec in filter(plan.must_work, specs):
        check_metric_packages(spec)
    return plan


def add_metrics(
    found: Findings,
    texts: Texts,
    plan: MetricPlan,
    progress: Callable[[MetricSpec], Progress] | None,
) -> None:
    """Compute the metrics of a plan and add what they find.

    Raises:
        UsageError: a metric does not take an option.
        UnavailableError: a metric that must work lacks something, or all of them do.
    """
    computed: dict[str, tuple[Metric, Statistics]] = {}
    lacking: list[UnavailableError] = []
    attempt = partial(_attempt, plan, found.notes, lacking)
    # What one of them lacks is said before the others take their time.
    loaded = {
        spec.name: attempt(spec, partial(load_metric, spec, plan.options.get(spec.name)))
        for spec in plan.specs
    }
    # No worker process may be forked beside the threads of torch, so metrics with them come last.
    for spec in sorted(plan.specs, key=lambda spec: spec.threaded):
        metric = loaded[spec.name]
        if metric is None:
            continue
        compute = partial(
            metric.statistics,
            texts.sources,
            texts.references,
            texts.hypotheses,
            None if progress is None else progress(spec),
            plan.executor,
        )
        statistics = attempt(spec, compute)
        if statistics is not None:
            computed[spec.name] = metric, statistics
            found.notes += statistics.notes
            found.notes += _flag_notes(spec, statistics.flags, texts)
    if not computed:
        raise lacking[0]
    for spec in plan.specs:
        if spec.name in computed:
            _add(found, spec, *computed[spec.name], texts.test_set.n_references)


def _attempt(
    plan: MetricPlan,
    notes: list[str],
    lacking: list[UnavailableError],
    spec: MetricSpec,
    step: Callable[[], Result],
) -> Result | None:
    """Return what a step returns; None, with a note, where a metric that may lacks something."""
    try:
        return step()
    except UnavailableError as error:
        if plan.must_work(spec) or is_out_of_memory(error):
            raise
        lacking.append(error)
        notes.append(f"{spec.label} is skipped: {error}")
        return None


def _add(
    found: Findings, spec: MetricSpec, metric: Metric, statistics: Statistics, n_references: int
) -> None:
    found.packages |= {spec.package, *spec.versions}
    found.columns.append(
        MetricColumn(
            spec.name,
            spec.label,
            spec.higher_is_better,
            spec.decimals,
            metric.signature(n_references),
            metric.segment_signature(n_references),
            metric.variant,
            metric.footnote,
            model=metric.model,
            scale=spec.scale,
        )
    )
    found.statistics[spec.name] = SegmentStatistics(
        statistics.values, metric.score, metric.segment_score
    )
    found.flags |= {flag.name: flag.details for flag in statistics.flags}
    if statistics.error_spans is not None:
        found.error_spans[spec.name] = {
            cell: [ErrorSpan(**dataclasses.asdict(span)) for span in spans]
            for cell, spans in statistics.error_spans.items()
        }


def _flag_notes(spec: MetricSpec, flags: Sequence[Flag], texts: Texts) -> Iterator[str]:
    for flag in flags:
        segments = [
            f"{texts.outputs[s].name} {texts.positions[i][0]}:{texts.positions[i][1]} "
            f"({flag.details[s, i]})"
            for s, i in sorted(flag.details)
        ]
        yield (
            f"{spec.label}: {counted(len(segments), 'segment is', 'segments are')} "
            f"{flag.meaning}: {listing(segments)} (all are flagged {flag.name} in segments.csv)"
        )


def level_scores(
    statistics: SegmentStatistics,
    texts: Texts,
    domains: npt.NDArray[np.bool_],
    metric: str | None = None,
) -> dict[ScoreLevel, Array]:
    """Return the scores of the sums of segment statistics at every level; NaN where there is none.

    Args:
        statistics: of one metric.
        texts: what it was computed of.
        domains: which document belongs to which domain, (n_domains, n_documents).
        metric: its name, where it must have a score of all statistics that are numbers; None where
            it need not, as terms that do not occur.

    Raises:
        UnavailableError: such a score is not finite.
    """
    score = statistics.score
    documents = np.add.reduceat(statistics.values, texts.starts, axis=1)
    counts = np.add.reduceat(texts.translated.astype(np.int64), texts.starts, axis=1)

    def known(
        function: Callable[[Array], Array], sums: Array, exists: npt.NDArray[np.bool_]
    ) -> Array:
        values = np.where(exists, function(sums), np.nan)
        wrong = exists & np.isfinite(sums).all(axis=-1) & ~np.isfinite(values)
        if metric is not None and wrong.any():
            n_wrong = counted(
                int(wrong.sum()),
                "score that is not a finite number",
                "scores that are not finite numbers",
            )
            raise UnavailableError(
                f"the metric {metric!r} has {n_wrong}, as inf or nan; update its package, or "
                "choose other metrics"
            )
        return np.asarray(values)

    by_domain = np.einsum("gd,sdk->sgk", domains.astype(np.float64), documents)
    translated = texts.translated
    return {
        "system": known(score, documents.sum(axis=1), counts.sum(axis=1) > 0),
        "domain": known(score, by_domain, counts @ domains.T.astype(np.int64) > 0),
        "document": known(score, documents, counts > 0),
        "segment": known(statistics.segment_score, statistics.values, translated),
    }
