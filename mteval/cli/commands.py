"""The command line: parse, call, print, translate errors."""

from __future__ import annotations

import atexit
import errno
import gc
import io
import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Literal

import typer

from mteval.cli.console import ProgressBar, say, show, show_json, show_tables
from mteval.cli.corpus import align, convert
from mteval.cli.ingest import ingest
from mteval.cli.metric_flags import (
    MetricFlags,
    MetricFlagsGroup,
    metric_settings,
    takes_metric_flags,
)
from mteval.cli.metrics import metrics
from mteval.cli.options import (
    JsonOption,
    LanguagePairOption,
    ReferencesOption,
    SourceOption,
    SystemsArgument,
    TermsOption,
    TestSetOption,
    given_inputs,
)
from mteval.cli.runs import export, history, report
from mteval.cli.terms import terms_app
from mteval.errors import MtevalError

__all__ = ["app", "main"]

app = typer.Typer(
    name="mteval",
    cls=MetricFlagsGroup,
    help="Score machine translation of official Chinese into English.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich would double the time that --help takes
)

MetricOption = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--metric",
        help="Metric; give -m again for more (see: mteval metrics).  [default: bleu, chrf, and "
        "comet where its packages are installed]",
        show_default=False,
    ),
]
NoCacheOption = Annotated[
    bool,
    typer.Option("--no-cache", help="Neither read nor keep scores and embeddings on disk."),
]
SamplesOption = Annotated[
    int | None,
    typer.Option(
        help="Bootstrap resamples, or trials of a randomization test; 0 for no intervals.  "
        "[default: 1000, trials 10000]",
        show_default=False,
    ),
]
SeedOption = Annotated[int, typer.Option(help="Seed of the resamples.")]
ResampleOption = Annotated[
    Literal["segments", "documents"],
    typer.Option(
        help="What is drawn at once: segments, or whole documents, whose segments are not "
        "independent."
    ),
]

RealignOption = Annotated[
    bool,
    typer.Option(
        "--resegment",
        "--realign",
        help="Cut outputs with other line breaks than the source into its segments, by meaning; "
        "what is omitted or added is counted and flagged.",
    ),
]

# Terms that `score` prints; `terms check` prints all.
_TERMS_SHOWN = 12
# What a shell makes of Ctrl-C (128 + SIGINT).
_INTERRUPTED = 130


def main() -> None:
    """Run the command line; bad input is one sentence on stderr and exit code 2."""
    atexit.register(_skip_last_collection)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - open to the end
    for stream in (sys.stdout, sys.stderr):
        # Results hold Chinese whatever the locale says.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app(prog_name="mteval")
    except MtevalError as error:
        say(f"mteval: {error}")
        sys.exit(2)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EPIPE):
            raise
        # Of the help, which typer writes.
        say(f"mteval: standard output cannot be written ({error.strerror}); send it elsewhere")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
    except SystemExit as stop:
        if stop.code == _INTERRUPTED:
            say("mteval: interrupted; COMET scores that were finished are kept for the next run")
        raise


def _skip_last_collection() -> None:
    """Spare the search for garbage in all that torch brought (1 s); DuckDB wants it, though."""
    if "torch" in sys.modules:
        gc.freeze()


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"mteval {installed('mteval-toolkit')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise typer.Exit(2)


@app.command()
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
    terms: TermsOption = None,
    samples: SamplesOption = None,
    seed: SeedOption = 12345,
    resample: ResampleOption = "segments",
    realign: RealignOption = False,
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
    from mteval.runs.files import REPORT_FILE
    from mteval.runs.write import write_run
    from mteval.statistics.significance import DEFAULT_SAMPLES
    from mteval.views.html.page import report_page

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
            progress=lambda spec: bar.task(spec.label, "segments"),
            terms=terms,
            cache=not no_cache,
            samples=DEFAULT_SAMPLES["bootstrap"] if samples is None else samples,
            seed=seed,
            resample=resample,
            realign=realign,
        )
    folder, record = write_run(
        evaluation,
        output,
        datetime.now(timezone.utc),
        ["mteval", *sys.argv[1:]],
        report=report_page,
    )
    for note in evaluation.notes:
        say(f"mteval: {note}")
    say(f"mteval: run written to {folder}; to see it, open {folder / REPORT_FILE}")
    if as_json:
        show_json(evaluation.document(record))
    else:
        from mteval.views.tables import (
            VERDICT_KEY,
            document_table,
            domain_table,
            samples_text,
            system_table,
            wrong_term_table,
        )

        tables = [system_table(evaluation), document_table(evaluation)]
        if evaluation.domains():
            tables.insert(1, domain_table(evaluation))
        if evaluation.terms:
            tables.append(wrong_term_table(evaluation.terms, most=_TERMS_SHOWN))
        show_tables(tables)
        if evaluation.terms:
            show(VERDICT_KEY)
        if any(table.marks_best() for table in tables):
            show("* best of the systems that have every segment")
        if evaluation.intervals:
            show(
                "± half of the 95 % interval; (rank), which systems share that no test separates "
                f"({samples_text(evaluation.resampling)})"
            )
        for column in evaluation.metrics:
            if column.footnote is not None:
                show(column.footnote)
        for name, signature in evaluation.signatures().items():
            show(f"{name}: {signature}")
        if evaluation.terms:
            show(f"terms: {evaluation.term_signature()}")
    if track:
        from mteval.tracking.track import track_run

        try:
            tracked = track_run(folder)
            warning = "" if tracked.problem is None else "warning: "
            say(f"mteval: {warning}{tracked.sentence()}")
        except MtevalError as error:
            say(f"mteval: warning: {error}")


@app.command()
@takes_metric_flags
def compare(
    systems: Annotated[
        list[Path],
        typer.Argument(help="The baseline, then the systems to compare with it."),
    ],
    references: ReferencesOption = None,
    source: SourceOption = None,
    test_set: TestSetOption = None,
    language_pair: LanguagePairOption = None,
    metric: MetricOption = None,
    all_pairs: Annotated[
        bool,
        typer.Option("--all-pairs", help="Test every pair, correct for that (Holm), and rank."),
    ] = False,
    test: Annotated[
        Literal["bootstrap", "randomization"],
        typer.Option(help="Paired bootstrap, or approximate randomization."),
    ] = "bootstrap",
    samples: SamplesOption = None,
    seed: SeedOption = 12345,
    resample: ResampleOption = "segments",
    metric_flags: MetricFlags = {},  # noqa: B006 - replaced by the flags themselves
    no_cache: NoCacheOption = False,
    terms: TermsOption = None,
    realign: RealignOption = False,
    as_json: JsonOption = False,
) -> None:
    """Test whether systems differ from a baseline, and show where.

    p-values, means and intervals are sacrebleu's --paired-bs and --paired-ar.
    """
    from mteval.comparison.systems import compare as compare_systems
    from mteval.evaluation.orchestrator import evaluate

    given = given_inputs(references, source, systems, test_set, language_pair)
    with ProgressBar() as bar:
        evaluation = evaluate(
            given.references,
            given.systems,
            metric,
            notes=given.notes,
            options=metric_settings(metric_flags, no_cache=no_cache),
            progress=lambda spec: bar.task(spec.label, "segments"),
            terms=terms,
            cache=not no_cache,
            samples=0,
            checks=False,
            realign=realign,
        )
    comparison = compare_systems(
        evaluation, all_pairs=all_pairs, test=test, samples=samples, seed=seed, resample=resample
    ).as_dict()
    for note in evaluation.notes:
        say(f"mteval: {note}")
    if as_json:
        show_json(comparison | {"signatures": evaluation.signatures()})
        return
    from mteval.views.tables import comparison_tables, samples_text

    show_tables(comparison_tables(comparison, evaluation.metrics))
    show(
        f"{samples_text(comparison['settings'])}; better and worse are significant at 5 %"
        + (" after Holm's correction for all pairs" if all_pairs else "")
        + (
            f", not corrected for testing {len(systems) - 1} systems"
            if len(systems) > 2 and not all_pairs
            else ""
        )
        + ("; ± and detectable are of 1,000 bootstrap resamples" if test != "bootstrap" else "")
    )
    for name, signature in evaluation.signatures().items():
        show(f"{name}: {signature}")


@app.command()
def gate(
    run: Annotated[
        Path, typer.Argument(help="Run folder, or its name in the results.", show_default=False)
    ],
    baseline: Annotated[
        Path | None, typer.Option(help="Run to compare with, as RUN.", show_default=False)
    ] = None,
    max_drop: Annotated[
        list[str] | None,
        typer.Option(
            help="Metric and points that a system may lose, as chrf=0.5; a drop counts if it is "
            "significant.",
            show_default=False,
        ),
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            help="Verdict that fails, as deprecated: where the baseline did not have it, or "
            "anywhere without a baseline.",
            show_default=False,
        ),
    ] = None,
    must_pass: Annotated[
        list[str] | None,
        typer.Option(
            help="Concept, source term or severity (critical) that must be right everywhere.",
            show_default=False,
        ),
    ] = None,
    any_drop: Annotated[
        bool, typer.Option("--any-drop", help="Let a drop count that is not significant.")
    ] = False,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder that holds the run folders.")
    ] = Path("results"),
    as_json: JsonOption = False,
) -> None:
    """Exit with 1, and say why, where a run must not pass."""
    from mteval.comparison.gate import gate as judge
    from mteval.comparison.gate import parse_drops
    from mteval.runs.read import find_run

    judged = find_run(run, output)
    failures = judge(
        judged,
        None if baseline is None else find_run(baseline, output),
        max_drop=parse_drops(max_drop or ()),
        fail_on=fail_on or (),
        must_pass=must_pass or (),
        any_drop=any_drop,
    )
    if as_json:
        rows = [{"kind": f.kind, "system": f.system, "reason": f.reason} for f in failures]
        show_json({"run": judged.name, "passed": not failures, "failures": rows})
    else:
        for failure in failures:
            show(f"failed: {failure.system}: {failure.reason}")
        show(f"{judged.name} {'fails' if failures else 'passes'}")
    if failures:
        raise typer.Exit(1)


app.command()(ingest)


app.command()(metrics)
app.command()(align)
app.command()(convert)
app.command()(report)
app.command()(history)
app.command()(export)
app.add_typer(terms_app, name="terms")
models_app = typer.Typer(help="COMET models: list what is known, fetch one.", no_args_is_help=False)
app.add_typer(models_app, name="models", invoke_without_command=True)
cache_app = typer.Typer(help="The cache of COMET scores: show it, clear it.", no_args_is_help=False)
app.add_typer(cache_app, name="cache", invoke_without_command=True)


@models_app.callback()
def models(context: typer.Context, as_json: JsonOption = False) -> None:
    """List COMET models: where each lies, its licence, what it reads. `models fetch` gets one."""
    if context.invoked_subcommand is not None:
        return
    from mteval.cli.config import read_settings
    from mteval.metrics.comet.checkpoints import list_models

    configured = read_settings(Path()).get("comet", {}).get("model")
    rows = list_models(None if configured is None else str(configured))
    if as_json:
        show_json({"models": rows})
        return
    from mteval.views.tables import plain_table

    shown = [
        (row["model"], row["reads"], row["licence"] or "not known", row["path"] or "not fetched")
        for row in rows
    ]
    show_tables((plain_table("COMET models", ("model", "reads", "licence", "lies in"), shown),))


@models_app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Name on the hub.", show_default=False)],
) -> None:
    """Download a model and what its encoder needs, to score without a network later."""
    from mteval.metrics.comet.checkpoints import fetch_model

    files = fetch_model(name)
    say(f"mteval: {name} lies in {files.hparams_file.parent}; its encoder in {files.encoder}")


@cache_app.callback()
def cache(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show the cache of COMET scores. `cache clear` empties it."""
    if context.invoked_subcommand is not None:
        return
    from mteval.io.store import cache_folder, describe_cache

    folder = cache_folder()
    size, uses = describe_cache(folder)
    if as_json:
        show_json(
            {
                "folder": str(folder),
                "bytes": size,
                "signatures": [{"signature": u.signature, "scores": u.scores} for u in uses],
            }
        )
        return
    from mteval.views.tables import plain_table

    rows = [(str(use.scores), use.signature) for use in uses]
    if rows:
        show_tables((plain_table("Cache of COMET scores", ("scores", "signature"), rows),))
    show(f"{folder}: {size / 1e6:.1f} MB")


@cache_app.command()
def clear() -> None:
    """Remove every kept score."""
    from mteval.io.store import cache_folder, clear_cache

    folder = cache_folder()
    say(f"mteval: {clear_cache(folder) / 1e6:.1f} MB removed from {folder}")
