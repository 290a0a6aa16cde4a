"""The commands on terms: check, audit, mine, history, convert."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mteval.cli.console import (
    say,
    say_notes,
    show,
    show_csv,
    show_json,
    show_sentence,
    show_tables,
)
from mteval.cli.options import (
    ForceOption,
    JsonOption,
    LanguagePairOption,
    OutputFolderOption,
    ReferencesOption,
    SourceOption,
    SystemsArgument,
    TermsOption,
    TestSetOption,
    given_inputs,
)
from mteval.errors import UsageError, location
from mteval.wording import counted, listing

if TYPE_CHECKING:
    from mteval.runs.schema.rows import OccurrenceRow, TermRow
    from mteval.terminology.inventory import Inventory, OccurrenceInContext

__all__ = ["terms_app"]

SearchOption = Annotated[
    bool | None,
    typer.Option(
        "--search/--no-search",
        help="Look for what was written where no listed rendering was.  [default: unless that is "
        "so of more than 3,000 occurrences]",
        show_default=False,
    ),
]

terms_app = typer.Typer(
    help="Terms: what every text wrote, for every occurrence, and whether it may.",
    no_args_is_help=True,
)


@terms_app.command()
def check(
    systems: SystemsArgument = None,
    references: ReferencesOption = None,
    source: SourceOption = None,
    test_set: TestSetOption = None,
    language_pair: LanguagePairOption = None,
    terms: TermsOption = None,
    allow_missing: Annotated[
        bool,
        typer.Option(
            "--allow-missing", help="Check what is there where systems lack documents, and say so."
        ),
    ] = False,
    search: SearchOption = None,
    concept: Annotated[
        list[str] | None,
        typer.Option(
            help="Show this concept only, by its id or a source term; give it again for more. The "
            "scores are those of all.",
            show_default=False,
        ),
    ] = None,
    context: Annotated[
        bool, typer.Option("--context", help="Show every occurrence in its sentence.")
    ] = False,
    as_csv: Annotated[
        bool,
        typer.Option(
            "--csv",
            help="Print one CSV row for each occurrence and text, without control characters; "
            "texts begin as in mteval export --format csv.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what every system wrote for every term, with a verdict; the official text too."""
    from mteval.evaluation.terms import check_terms
    from mteval.terminology.inventory import OccurrenceInContext

    if as_csv and as_json:
        raise UsageError("--csv and --json exclude each other; give one of them")
    given = given_inputs(references, source, systems, test_set, language_pair)
    inventory, notes = check_terms(
        given.references, given.systems, terms, allow_missing=allow_missing, search=search
    )
    say_notes(given.notes, notes)
    wanted = inventory.termbase.named(concept or ())
    found = inventory.occurrence_rows(context=context)
    occurrences = [row for row in found if not wanted or row.concept in wanted]
    shown = [row for row in inventory.term_rows() if not wanted or row.concept in wanted]
    if as_csv:
        _show_csv(occurrences)
    elif as_json:
        show_json(_check_document(inventory, shown, occurrences))
    else:
        in_context = [row for row in occurrences if isinstance(row, OccurrenceInContext)]
        _show_check(inventory, shown, in_context if context else None)


def _show_csv(occurrences: Sequence[OccurrenceRow]) -> None:
    from mteval.runs.tables import csv_text

    if occurrences:
        show_csv(csv_text([row.cells() for row in occurrences]))


def _check_document(
    inventory: Inventory, terms: Sequence[TermRow], occurrences: Sequence[OccurrenceRow]
) -> dict[str, object]:
    """Return what ``terms check --json`` prints."""
    return {
        "termbase": inventory.termbase.origin,
        "signature": inventory.signature(),
        "systems": inventory.system_rows(),
        "documents": inventory.document_rows(),
        "terms": [row.as_dict() for row in terms],
        "occurrences": [row.as_dict() for row in occurrences],
    }


def _show_check(
    inventory: Inventory,
    terms: Sequence[TermRow],
    occurrences: Sequence[OccurrenceInContext] | None,
) -> None:
    """Print the tables of terms, with that of the occurrences where it is asked for."""
    from mteval.runs.shown import BEST_MEANING
    from mteval.runs.standings import left_out_text
    from mteval.views.term_tables import (
        VERDICT_KEY,
        incomplete_systems,
        occurrence_table,
        rate_table,
        term_table,
    )

    tables = [term_table(terms)]
    if occurrences is not None:
        tables.append(occurrence_table(occurrences))
    incomplete = incomplete_systems(inventory)
    rates = rate_table(inventory.system_rows(), incomplete)
    show_tables((*tables, rates))
    if rates.marks_best():
        show_sentence(f"* {BEST_MEANING}")
    if incomplete:
        show_sentence(left_out_text(incomplete, "never marked as best"))
    show_sentence(VERDICT_KEY)
    show(f"terms: {inventory.signature()}")


@terms_app.command()
def audit(
    references: ReferencesOption = None,
    source: SourceOption = None,
    terms: TermsOption = None,
    search: SearchOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where the official texts vary, use a deprecated rendering, or one that is not listed."""
    from mteval.corpus.layout import load_unscored
    from mteval.evaluation.terms import check_terms
    from mteval.terminology.audit import audit as audit_texts
    from mteval.terminology.building import read_day
    from mteval.views.term_reports import audit_table

    given = given_inputs(references, source, ())
    test_set = given.references
    inventory, notes = check_terms(test_set, (), terms, search=search)
    english_only = load_unscored(test_set) if isinstance(test_set, Path) else []
    rows = audit_texts(
        inventory,
        {d.id: [segment.references[0] for segment in d.segments] for d in english_only},
        {d.id: read_day(d.date) for d in english_only},
    )
    say_notes(given.notes, notes)
    if as_json:
        show_json({"termbase": inventory.termbase.origin, "terms": rows})
    else:
        show_tables((audit_table(rows),))


@terms_app.command()
def mine(
    references: ReferencesOption = None,
    source: SourceOption = None,
    terms: TermsOption = None,
    append: Annotated[
        bool, typer.Option("--append", help="Append the proposals to the termbase (CSV).")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Propose terms from the aligned references; they are appended to terms.csv on request only."""
    from mteval.corpus.layout import TERMS_FILE
    from mteval.evaluation.terms import mine_terms
    from mteval.terminology.formats.csv import append_rows
    from mteval.views.term_reports import proposal_table

    given = given_inputs(references, source, ())
    test_set = given.references
    path = test_set / TERMS_FILE if terms is None and isinstance(test_set, Path) else terms
    if append and path is None:
        raise UsageError("there is no termbase to append to; name one with --terms")
    proposals, rows, notes = mine_terms(test_set, terms)
    say_notes(given.notes, notes)
    if as_json:
        show_json({"proposals": [proposal.as_dict() for proposal in proposals]})
    else:
        show_tables((proposal_table(proposals),))
    if append and path is not None:
        append_rows(path, rows)
        more = "; look them through" if rows else ""
        say(f"mteval: {counted(len(rows), 'row')} appended to {location(path)}{more}")


@terms_app.command()
def history(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Two run folders, the earlier first.  [default: the last two of the results]",
            show_default=False,
        ),
    ] = None,
    results: OutputFolderOption = Path("results"),
    as_json: JsonOption = False,
) -> None:
    """Show which errors in terms are new, fixed or still there, and each term over all runs."""
    from mteval.runs.read import read_rows
    from mteval.terminology.history import changes, trend
    from mteval.views.term_reports import change_counts, change_table, trend_table

    known = _runs_with_terms(runs or (), results)
    before, after = known[-2:]
    rows = [read_rows(run, "occurrences.csv") for run in (before, after)]
    changed = changes(*rows)
    say_notes(_incomparable([before, after], rows))
    over_time = trend([(run.name, read_rows(run, "terms.csv")) for run in known])
    if as_json:
        show_json(
            {
                "before": before.name,
                "after": after.name,
                "changes": changed,
                "terms": over_time,
            }
        )
        return
    show_tables(
        (
            change_table(changed, before.name, after.name),
            trend_table(over_time, [run.name for run in known]),
        )
    )
    show_sentence(change_counts(changed))


def _runs_with_terms(runs: Sequence[Path], results: Path) -> list[Path]:
    """Return the two runs that are named, or all of the results, the latest last.

    Raises:
        UsageError: there are not two.
    """
    from mteval.runs.read import find_runs

    if runs and len(runs) != 2:
        raise UsageError(f"{len(runs)} runs are named; name two, or none for the last two")
    known = list(runs) or find_runs(results)
    if len(known) < 2:
        raise UsageError(
            f"{location(results)} holds fewer than two runs with terms ({len(known)}); score "
            "again, or name two runs"
        )
    return known


def _incomparable(runs: list[Path], rows: list[list[OccurrenceRow]]) -> Iterator[str]:
    """Yield what two runs do not share."""
    from mteval.runs.read import read_record

    signatures = [read_record(run).get("term_signature") for run in runs]
    if signatures[0] != signatures[1]:
        yield (
            "the runs differ in termbase or rules, so changes may come of those: "
            f"{signatures[0]}, then {signatures[1]}"
        )
    before, after = ({row.system for row in of if row.kind == "system"} for of in rows)
    for names, run in ((after - before, runs[0]), (before - after, runs[1])):
        if names:
            yield f"skipped, as {run.name} lacks them: {listing(sorted(names))}"


@terms_app.command()
def convert(
    given: Annotated[Path, typer.Argument(help="Termbase: CSV, XLSX or TBX.", show_default=False)],
    wanted: Annotated[
        Path,
        typer.Argument(
            readable=False, help="File to write; its suffix says how.", show_default=False
        ),
    ],
    style: Annotated[
        Literal["dca", "dct"],
        typer.Option(help="Style of TBX v3: categories as attributes (dca) or as tags (dct)."),
    ] = "dca",
    force: ForceOption = False,
) -> None:
    """Convert a termbase between CSV, XLSX and TBX, checking it on the way."""
    from mteval.terminology.formats.registry import read_termbase, write_termbase

    termbase = read_termbase(given)
    say_notes(write_termbase(wanted, termbase, style=style, force=force))
    say(f"mteval: {counted(len(termbase.concepts), 'concept')} written to {location(wanted)}")
