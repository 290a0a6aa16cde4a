"""The command that scores systems: score."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mteval.cli.console import (
    ProgressBar,
    say,
    say_notes,
    show,
    show_json,
    show_sentence,
    show_tables,
)
from mteval.cli.metric_flags import MetricFlags, metric_settings, takes_metric_flags
from mteval.cli.options import (
    JsonOption,
    LanguagePairOption,
    MetricOption,
    NoCacheOption,
    NoChecksOption,
    ReferencesOption,
    ResampleOption,
    ResegmentOption,
    SamplesOption,
    SeedOption,
    SourceOption,
    SystemsArgument,
    TermsOption,
    TestSetOption,
    given_inputs,
)
from mteval.errors import MtevalError

if TYPE_CHECKING:
    from mteval.runs.evaluation import Evaluation
    from mteval.runs.schema.record import RunRecord

__all__ = ["score"]


@takes_metric_flags
def score(
    systems: SystemsArgument = None,
    references: ReferencesOption = None,
    source: SourceOption = None,
    test_set: TestSetOption = None,
    language_pair: LanguagePairOption = None,
    metric: MetricOption = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder that the run folder is written into.")
    ] = Path("results"),
    allow_missing: Annotated[
        bool,
        typer.Option(
            "--allow-missing", help="Score what is there where systems lack documents, and say so."
        ),
    ] = False,
    metric_flags: MetricFlags = {},  # noqa: B006 - replaced by the flags themselves
    no_cache: NoCacheOption = False,
    no_checks: NoChecksOption = False,
    terms: TermsOption = None,
    samples: SamplesOption = None,
    seed: SeedOption = 12345,
    resample: ResampleOption = "segments",
    resegment: ResegmentOption = False,
    track: Annotated[
        bool,
        typer.Option(
            "--track",
            help="Log the run, texts included, to Comet.com, the experiment tracker (nothing to do "
            "with the metric COMET), or into an archive for it where there is no API key.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Score systems against references, per system, per document and per term.

    With folders: mteval score systems/* -r references
    With plain files: mteval score HYP... -s SRC.txt -r REF.txt [-r REF2.txt]

    With other formats: mteval score MT.xlf... -r SET.tmx, or -t wmt22 -l zh-en
    """
    from mteval.evaluation.orchestrator import evaluate
    from mteval.statistics.significance import DEFAULT_SAMPLES

    if track:
        from mteval.tracking.track import check_tracker

        check_tracker()
    given = given_inputs(references, source, systems, test_set, language_pair)
    with ProgressBar() as bar:
        evaluation = evaluate(
            given.references,
            given.systems,
            metric,
            notes=given.notes,
            options=metric_settings(metric_flags, no_cache=no_cache),
            allow_missing=allow_missing,
            # Texts that systems share are scored once, and counted once.
            progress=lambda spec: bar.task(spec.label, "texts"),
            terms=terms,
            cache=not no_cache,
            samples=DEFAULT_SAMPLES["bootstrap"] if samples is None else samples,
            seed=seed,
            resample=resample,
            checks=not no_checks,
            resegment=resegment,
        )
    folder, record = _write(evaluation, output)
    if as_json:
        show_json(evaluation.document(record))
    else:
        _show(evaluation)
    if track:
        _track(folder)


def _write(evaluation: Evaluation, results: Path) -> tuple[Path, RunRecord]:
    """Write a run with its report, say so, and return its folder and record."""
    from mteval.runs.files import REPORT_FILE
    from mteval.runs.write import write_run
    from mteval.views.html.report import report_page

    now, command = datetime.now(timezone.utc), ["mteval", *sys.argv[1:]]
    failed: list[str] = []
    folder, record = write_run(
        evaluation, results, now, command, report=report_page, tell=failed.append
    )
    say_notes(evaluation.notes, (f"warning: {sentence}" for sentence in failed))
    seen = "" if failed else f"; to see it, open {folder / REPORT_FILE}"
    say(f"mteval: run written to {folder}{seen}")
    return folder, record


def _show(evaluation: Evaluation) -> None:
    """Print the tables of an evaluation, and what their marks mean."""
    from mteval.runs.standings import findings
    from mteval.views.score_tables import document_table, domain_table, system_table
    from mteval.views.term_tables import VERDICT_KEY, wrong_term_table

    tables = [system_table(evaluation), document_table(evaluation)]
    if evaluation.domains():
        tables.insert(1, domain_table(evaluation))
    if evaluation.terms:
        tables.append(wrong_term_table(evaluation.terms))
    show_tables(tables)
    for sentence in findings(evaluation):
        show_sentence(sentence)
    if evaluation.terms:
        show_sentence(VERDICT_KEY)
    _show_meanings(evaluation, marks_best=any(table.marks_best() for table in tables))


def _show_meanings(evaluation: Evaluation, *, marks_best: bool) -> None:
    """Print what the signs of tables mean, and what the scores were computed by."""
    from mteval.runs.shown import BEST_MEANING, sign_meanings

    if marks_best:
        show_sentence(f"* {BEST_MEANING}")
    for sign, meaning in sign_meanings(evaluation):
        show_sentence(f"{sign} {meaning}")
    for column in evaluation.metrics:
        if column.footnote is not None:
            show_sentence(column.footnote)
    for name, signature in evaluation.signatures().items():
        show(f"{name}: {signature}")
    if evaluation.terms:
        show(f"terms: {evaluation.term_signature()}")


def _track(folder: Path) -> None:
    """Log a run to Comet.com; the run is whole whatever becomes of that."""
    from mteval.tracking.track import track_run

    try:
        tracked = track_run(folder)
    except MtevalError as error:
        say(f"mteval: warning: {error}")
    else:
        warning = "" if tracked.problem is None else "warning: "
        say(f"mteval: {warning}{tracked.sentence()}")
