"""The commands that compare: systems with a baseline, a run with what it must pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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
    OutputFolderOption,
    ReferencesOption,
    ResampleOption,
    ResegmentOption,
    RunArgument,
    SamplesOption,
    SeedOption,
    SourceOption,
    TermsOption,
    TestSetOption,
    given_inputs,
)

if TYPE_CHECKING:
    from mteval.comparison.systems import Comparison
    from mteval.runs.evaluation import Evaluation

__all__ = ["compare", "gate"]


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
    resegment: ResegmentOption = False,
    as_json: JsonOption = False,
) -> None:
    """Test whether systems differ from a baseline, and show where.

    Tests, means and intervals are those of sacrebleu's --paired-bs and --paired-ar; p-values of
    several pairs are corrected (Holm).
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
            # Texts that systems share are scored once, and counted once.
            progress=lambda spec: bar.task(spec.label, "texts"),
            terms=terms,
            cache=not no_cache,
            samples=0,
            checks=False,
            resegment=resegment,
        )
    comparison = compare_systems(
        evaluation, all_pairs=all_pairs, test=test, samples=samples, seed=seed, resample=resample
    )
    say_notes(evaluation.notes)
    if as_json:
        show_json(comparison.as_dict() | {"signatures": evaluation.signatures()})
    else:
        _show(comparison, evaluation)


def _show(comparison: Comparison, evaluation: Evaluation) -> None:
    """Print the tables of a comparison, and how its tests are to be read."""
    from mteval.runs.standings import findings
    from mteval.views.comparison_tables import comparison_tables

    document = comparison.as_dict()
    show_tables(comparison_tables(document, evaluation.metrics))
    if comparison.settings.all_pairs:
        for sentence in findings(replace(evaluation, tests=comparison.tests)):
            show_sentence(sentence)
    for sentence in comparison.notes():
        show_sentence(sentence)
    for name, signature in evaluation.signatures().items():
        show(f"{name}: {signature}")


def gate(
    run: RunArgument,
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
    output: OutputFolderOption = Path("results"),
    as_json: JsonOption = False,
) -> None:
    """Exit with 1, and say why, where a run must not pass."""
    from mteval.comparison.coverage import new_systems
    from mteval.comparison.gate import gate as judge
    from mteval.comparison.gate import parse_drops
    from mteval.runs.read import find_run

    judged = find_run(run, output)
    before = None if baseline is None else find_run(baseline, output)
    failures = judge(
        judged,
        before,
        max_drop=parse_drops(max_drop or ()),
        fail_on=fail_on or (),
        must_pass=must_pass or (),
        any_drop=any_drop,
    )
    if before is not None:
        if before.folder.resolve() == judged.folder.resolve():
            say(f"mteval: {judged.name} is compared with itself, so that nothing can be worse")
        for system in new_systems(judged, before):
            say(
                f"mteval: {system} is not in {before.name}, so that no score of it can have dropped"
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
