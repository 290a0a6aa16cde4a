"""The commands on runs that were made: report, export, history."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mteval.cli.console import say, show, show_bytes, show_json, show_sentence, show_tables
from mteval.cli.options import ForceOption, JsonOption, RunArgument
from mteval.errors import UsageError
from mteval.views.exports.registry import Format

__all__ = ["export", "history", "report"]

# More rows than anybody reads; making a table of them takes a second.
_MAX_ROWS_SHOWN = 1000


def report(
    run: RunArgument,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            readable=False,
            help="File to write.  [default: report.html in the run folder]",
            show_default=False,
        ),
    ] = None,
    results: Annotated[Path, typer.Option(help="Folder that holds the run folders.")] = Path(
        "results"
    ),
    force: ForceOption = False,
) -> None:
    """Write a run's report: one HTML file that needs nothing else and opens anywhere."""
    from mteval.io.writing import write_file
    from mteval.runs.files import REPORT_FILE
    from mteval.runs.read import find_run
    from mteval.views.html.render import is_page
    from mteval.views.html.report import report_page

    found = find_run(run, results)
    path = found.folder / REPORT_FILE if output is None else output
    # The run folder is mteval's own, and older reports in it do not say so.
    force = force or output is None
    write_file(path, report_page(found.evaluation, found.record), is_ours=is_page, force=force)
    say(f"mteval: report written to {path}")


def export(
    run: RunArgument,
    format: Annotated[
        Format,
        typer.Option("--format", help="What to write.", show_default=False),
    ],
    table: Annotated[
        list[str] | None,
        typer.Option(
            "--table",
            help="Table: systems, domains, documents, segments, terms, occurrences, flags or "
            "error_spans; give --table again for more (not with csv and parquet).  [default: "
            "segments for csv and parquet, all for json and xlsx, for markdown and latex what "
            "mteval score shows]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            readable=False,
            help="File to write.  [default: stdout]",
            show_default=False,
        ),
    ] = None,
    results: Annotated[Path, typer.Option(help="Folder that holds the run folders.")] = Path(
        "results"
    ),
    force: ForceOption = False,
) -> None:
    """Write a run's tables for other programs.

    csv, json, parquet and xlsx have every number in full, and nothing where a score is missing;
    markdown, for a pull request, and latex, for a paper, are rounded as mteval score shows them.

    So that no spreadsheet takes a text for a formula, csv has one apostrophe more before each text
    that begins with = + - @, a tab or a carriage return, or with apostrophes and then one of
    these; take one away to have the text as it was. Numbers stay as they are.
    """
    from mteval.io.writing import write_file
    from mteval.runs.read import find_run
    from mteval.views.exports.export import BINARY_FORMATS, export_run
    from mteval.views.exports.registry import export_format

    if output is None and format in BINARY_FORMATS and sys.stdout.isatty():
        raise UsageError(f"{format} is not for a terminal to show; name a file with -o")
    found = find_run(run, results)
    content = export_run(found.evaluation, found.record, format, table or ())
    if output is None:
        show_bytes(content)
    else:
        write_file(output, content, is_ours=export_format(format).is_ours, force=force)
        say(f"mteval: {format} written to {output}")


def history(
    results: Annotated[
        Path, typer.Option("-o", "--output", "--results", help="Folder that holds the run folders.")
    ] = Path("results"),
    page: Annotated[
        Path | None,
        typer.Option(
            readable=False,
            help="HTML file to write: runs, what changed, trends and their plots.",
            show_default=False,
        ),
    ] = None,
    sql: Annotated[
        str | None,
        typer.Option(
            help="Query in DuckDB's dialect over the views runs, systems, domains, documents, "
            "segments, terms, occurrences and scores, each with a column run; it can read nothing "
            "else and write nothing, and has a minute and 2 GiB of memory.",
            show_default=False,
        ),
    ] = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show every run of a folder: its scores, what changed since the run before, and trends.

    DESCRIBE VIEW lists the columns of a view: mteval history --sql "DESCRIBE scores"
    """
    if sql is None:
        _show_history(results, page, force=force, as_json=as_json)
    elif page is None:
        _show_query(results, sql, as_json=as_json)
    else:
        raise UsageError("--sql and --page are for two calls; give one of them")


def _show_query(results: Path, sql: str, *, as_json: bool) -> None:
    from mteval.runs.sql import query_runs
    from mteval.views.history_tables import query_table

    columns, rows, skipped = query_runs(results, sql)
    _warn(skipped)
    if as_json:
        show_json({"columns": list(columns), "rows": [list(row) for row in rows]})
    else:
        show_tables((query_table(columns, rows[:_MAX_ROWS_SHOWN], len(rows)),))
        if len(rows) > _MAX_ROWS_SHOWN:
            say(
                f"mteval: the first {_MAX_ROWS_SHOWN:,} of {len(rows):,} rows are shown; --json "
                "has all of them, LIMIT and OFFSET the others"
            )


def _show_history(results: Path, page: Path | None, *, force: bool, as_json: bool) -> None:
    """Print the history of runs, or write it as a page."""
    from mteval.io.writing import write_file
    from mteval.runs.history import read_history
    from mteval.views.history_document import KEY
    from mteval.views.history_tables import RUNS_SHOWN, history_tables
    from mteval.views.html.history import history_page
    from mteval.views.html.render import is_page

    found = read_history(results)
    document = found.as_dict()
    _warn(found.skipped)
    if page is not None:
        content = history_page(document, found.report_links(page))
        write_file(page, content, is_ours=is_page, force=force)
        say(f"mteval: page written to {page}")
    if as_json:
        # Not indented, as a long history has many numbers: 40 MB, and 2 s more, for 200 runs.
        show(json.dumps(document, ensure_ascii=False, allow_nan=False))
    elif page is None:
        show_tables(history_tables(document))
        show_sentence(KEY)
        if len(found.runs) > RUNS_SHOWN:
            say(
                f"mteval: the last {RUNS_SHOWN} of {len(found.runs)} runs are shown; --json, "
                "--page and --sql have all"
            )


def _warn(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        say(f"mteval: warning: {sentence}")
