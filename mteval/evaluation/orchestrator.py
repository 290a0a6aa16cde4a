"""The way of an evaluation: read, pair, score, judge terms, resample, check."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from mteval.arguments import check_choice, checked_names
from mteval.corpus.model import SystemOutput, TestSet
from mteval.errors import UsageError
from mteval.evaluation.checking import add_checks, add_summaries, leave_out_checks
from mteval.evaluation.findings import Findings, FlagDetails
from mteval.evaluation.inputs import (
    Texts,
    digests,
    input_notes,
    load_inputs,
    load_termbase,
    pair_texts,
)
from mteval.evaluation.resampling import Resampled, Resampling, resampled_scores
from mteval.evaluation.resegmentation import resegment_outputs
from mteval.evaluation.scoring import (
    add_metrics,
    level_scores,
    plan_metrics,
)
from mteval.evaluation.terms import add_terms
from mteval.executor import Executor
from mteval.metrics.base import Array, MetricSpec, Progress
from mteval.runs.evaluation import Evaluation
from mteval.runs.results import RESAMPLE_UNITS, ResampleUnit, domain_documents
from mteval.runs.schema.record import TERM_METRIC
from mteval.runs.schema.rows import ScoreLevel
from mteval.statistics.significance import DEFAULT_SAMPLES, SEED, check_samples, check_seed
from mteval.terminology.requirements import check_packages, check_sources
from mteval.terminology.termbase import Termbase

__all__ = ["evaluate"]


def evaluate(
    references: TestSet | Path | str,
    systems: Iterable[SystemOutput | Path | str],
    metrics: Sequence[str] | None = None,
    *,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    allow_missing: bool = False,
    progress: Callable[[MetricSpec], Progress] | None = None,
    terms: Termbase | Path | str | None = None,
    samples: int = DEFAULT_SAMPLES["bootstrap"],
    seed: int = SEED,
    resample: ResampleUnit = "segments",
    cache: bool = True,
    checks: bool = True,
    resegment: bool = False,
    realign: bool = False,
    notes: Iterable[str] = (),
    executor: Executor | None = None,
) -> Evaluation:
    """Return the scores of systems against references, with all that a run keeps.

    Args:
        references: a test set, or the folder or file that holds one, in any format of
            ``mteval convert``.
        systems: outputs, or folders and files that hold them; none for those that the file of the
            test set holds.
        metrics: names, as ``mteval metrics`` lists them. Without any, the default metrics: BLEU,
            chrF and COMET, less those that lack something here, which the notes name. A metric
            that is named, or for which a model is given, must not lack anything.
        options: by metric, the options it takes, such as ``{"comet": {"model": "folder"}}``.
        allow_missing: score what is there where a system and the references have different
            documents, and say so in the notes.
        progress: called once a metric, for the function to call as its work is done.
        terms: a termbase, or a file of one; by default the ``terms.csv`` of the folder of
            references, where there is one.
        samples: bootstrap resamples behind the intervals and ranks of systems; 0 for none.
        seed: of the resamples.
        resample: segments, or whole documents, as the segments of one are not independent.
        cache: keep on disk what was embedded to find renderings of terms.
        checks: flag outputs that look broken: copies, Chinese left in, lengths, repetitions, wrong
            numbers and dates. Without, their counts are None, and not 0.
        resegment: cut outputs that have other lines than their source, be they as many, into its
            segments, by meaning; notes and flags say what became of each.
        realign: the old name of ``resegment``.
        notes: what a reader must know of how the inputs were read.
        executor: what runs the batches of metrics and checks; by default processes on this machine.

    Raises:
        InputError: something cannot be read, or is empty.
        MismatchError: systems and references do not pair.
        UsageError: a metric, an option or what is resampled is unknown, or the number of resamples
            or the seed is out of range.
        UnavailableError: a metric lacks a package, a model, sources or references.
    """
    check_samples(samples, "bootstrap")
    check_seed(seed)
    check_choice(resample, "what is resampled", RESAMPLE_UNITS)
    notes = checked_names(notes, "notes")
    plan = plan_metrics(metrics, options, executor)
    found = Findings(notes)
    given = load_inputs(references, systems, found.notes)
    termbase = load_termbase(given.folder, terms)
    if terms is not None:
        # What must be had fails before the metrics take their time.
        check_packages()
        check_sources(given.test_set)
    if not given.outputs:
        raise UsageError("no system is named; name folders (systems/*) or files of hypotheses")
    outputs: Sequence[SystemOutput] = given.outputs
    resegmented: FlagDetails = {}
    if resegment or realign:
        outputs, resegmented = resegment_outputs(given.test_set, outputs, found.notes, cache=cache)
    texts = pair_texts(given.test_set, outputs, allow_missing=allow_missing)
    found.notes += input_notes(texts)
    found.inputs.update(digests(given.test_set, outputs))
    if outputs != given.outputs:
        found.inputs["before_realignment"] = digests(given.test_set, given.outputs)["systems"]
    add_metrics(found, texts, plan, progress)
    add_terms(found, texts, termbase, required=terms is not None, cache=cache)
    domains = domain_documents([document.domain for document in given.test_set.documents])
    scores = {
        name: level_scores(statistics, texts, domains, None if name == TERM_METRIC else name)
        for name, statistics in found.statistics.items()
    }
    system_scores = {name: levels["system"] for name, levels in scores.items()}
    resampled = resampled_scores(found, system_scores, texts, Resampling(samples, seed, resample))
    found.notes += resampled.notes
    if checks:
        add_checks(found, texts, plan.executor)
    else:
        leave_out_checks(found)
    found.flags |= resegmented
    add_summaries(found, texts)
    return _assembled(found, texts, scores, resampled)


def _assembled(
    found: Findings,
    texts: Texts,
    scores: Mapping[str, Mapping[ScoreLevel, Array]],
    resampled: Resampled,
) -> Evaluation:
    documents = texts.test_set.documents
    return Evaluation(
        systems=tuple(output.name for output in texts.outputs),
        documents=tuple(document.id for document in documents),
        document_domains=tuple(document.domain for document in documents),
        segment_documents=np.repeat(np.arange(len(documents)), texts.sizes),
        segment_numbers=np.concatenate([np.arange(1, size + 1) for size in texts.sizes]),
        sources=texts.sources,
        references=texts.references,
        hypotheses=texts.hypotheses,
        metrics=tuple(found.columns),
        scores=scores,
        flags=found.flags,
        unchecked=found.unchecked,
        error_spans=found.error_spans,
        inputs=found.inputs,
        versions={
            "mteval-toolkit": version("mteval-toolkit"),
            "python": platform.python_version(),
            **{name: version(name) for name in sorted(found.packages)},
        },
        notes=tuple(found.notes),
        terms=found.terms,
        occurrences=found.occurrences,
        term_statuses=found.term_statuses,
        statistics=found.statistics,
        intervals=resampled.intervals,
        tests=resampled.tests,
        ranks=resampled.ranks,
        resampling=resampled.record,
    )
