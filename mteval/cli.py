"""The command line: parse, call, print, translate errors."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mteval.errors import InputError, MtevalError, UsageError

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from mteval.metrics.base import MetricSpec, Progress
    from mteval.report.tables import Table

__all__ = ["app", "main"]

app = typer.Typer(
    name="mteval",
    help="Score machine translation of official Chinese into English.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich would double the time that --help takes
)

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document to stdout and nothing else.")
]
# Work that takes less than this shows no progress bar.
_PATIENCE_SECONDS = 1.0


def main() -> None:
    """Run the command line; bad input is one sentence on stderr and exit code 2."""
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
        _say(f"mteval: {error}")
        sys.exit(2)


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
def score(
    systems: Annotated[
        list[Path],
        typer.Argument(
            help="System folders (systems/*), or plain files of hypotheses where -r is a file.",
            show_default=False,
        ),
    ],
    references: Annotated[
        list[Path] | None,
        typer.Option(
            "-r",
            "--references",
            help="Folder of references, or a plain file; give -r again for a second reference."
            "  [default: references]",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("-s", "--source", help="Plain file of sources, one segment a line."),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "-m",
            "--metric",
            help="Metric; give -m again for more (see: mteval metrics).  [default: bleu, chrf]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder that the run folder is written into.")
    ] = Path("results"),
    allow_missing: Annotated[
        bool,
        typer.Option(
            "--allow-missing", help="Score what is there where systems lack documents, and say so."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Score systems against references, per system and per document.

    With folders: mteval score systems/* -r references
    With plain files: mteval score HYP... -s SRC.txt -r REF.txt [-r REF2.txt]
    """
    from mteval.corpus.layout import is_plain, load_plain_systems, load_plain_test_set
    from mteval.evaluation import evaluate
    from mteval.metrics import DEFAULT_METRICS
    from mteval.results import write_run

    if source is not None and not references:
        raise UsageError("a source file is given and no reference; give the reference file with -r")
    reference_paths = references or [Path("references")]
    inputs: tuple[Any, Any] = (reference_paths[0], systems)
    if is_plain(reference_paths, source):
        test_set = load_plain_test_set(source, reference_paths)
        inputs = (test_set, load_plain_systems(systems, test_set))
    with _ProgressBar() as bar:
        evaluation = evaluate(
            *inputs, metric or DEFAULT_METRICS, allow_missing=allow_missing, progress=bar.start
        )
    folder, record = write_run(
        evaluation, output, datetime.now(timezone.utc), ["mteval", *sys.argv[1:]]
    )
    for note in evaluation.notes:
        _say(f"mteval: {note}")
    _say(f"mteval: run written to {folder}")
    if as_json:
        _print_json(evaluation.document(record))
    else:
        from mteval.report.tables import document_table, system_table

        tables = (system_table(evaluation), document_table(evaluation))
        _print_tables(tables)
        if any(table.marks_best() for table in tables):
            _print("* best of the systems that have every segment")
        for name, signature in evaluation.signatures().items():
            _print(f"{name}: {signature}")


@app.command()
def ingest(
    pages: Annotated[
        list[Path],
        typer.Argument(help="Raw pages: UTF-8 text as found on the web.", show_default=False),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder of references to write to.")
    ] = Path("references"),
    sources: Annotated[
        Path | None,
        typer.Option(
            help="TOML file that gives raw pages their document ids; by default the sources.toml "
            "of the output folder, of the page's folder or the one above it, or of references."
        ),
    ] = None,
    fixes: Annotated[
        Path | None,
        typer.Option(help="TOML file of repairs by hand; found as --sources is, as fixes.toml."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Turn messy bilingual pages into aligned documents, and account for every line.

    Nothing is written unless every page can be used.
    """
    from mteval.ingest.pipeline import ingest_pages, write_ingested

    with _ProgressBar() as bar:
        ingested = ingest_pages(
            pages, sources=sources, fixes=fixes, output=output, progress=bar.task("pages")
        )
    replaced = write_ingested(output, ingested)
    reports = [result.report for result in ingested]
    if as_json:
        _print_json({"pages": [report.as_dict() for report in reports]})
    else:
        from mteval.report.tables import plain_table

        _print_tables(
            plain_table(title, headings, rows)
            for title, headings, rows in (
                (
                    "Pages",
                    ("page", "document", "segments", "headings", "dropped", "fixed", "damaged"),
                    [report.summary() for report in reports],
                ),
                (
                    "Cleaned",
                    ("place", "step", "times"),
                    [row for report in reports for row in report.cleaned_rows()],
                ),
                (
                    "Dropped",
                    ("place", "reason", "text"),
                    [row for report in reports for row in report.dropped_rows()],
                ),
                (
                    "Repaired by hand (fixes.toml)",
                    ("place", "found", "replaced by", "reason"),
                    [row for report in reports for row in report.fixed_rows()],
                ),
                (
                    "Damaged beyond repair by rule: mend it in fixes.toml",
                    ("place", "column", "text"),
                    [row for report in reports for row in report.damaged_rows()],
                ),
            )
            if rows
        )
    for report in reports:
        if report.damage:
            _say(f"mteval: warning: {report.page} has {len(report.damage)} damaged runs of text")
    for name in replaced:
        _say(f"mteval: warning: {output / name} was replaced; it differed from what is made now")
    _say(f"mteval: wrote to {output}: {', '.join(report.document for report in reports)}")


@app.command()
def metrics(as_json: JsonOption = False) -> None:
    """List the metrics with direction, range and paper."""
    from mteval.metrics import METRICS

    if as_json:
        _print_json(
            {
                "metrics": [
                    {
                        "name": spec.name,
                        "higher_is_better": spec.higher_is_better,
                        "range": list(spec.range),
                        "needs_source": spec.needs_source,
                        "needs_reference": spec.needs_reference,
                        "paper": spec.paper,
                        "package": spec.package,
                    }
                    for spec in METRICS.values()
                ]
            }
        )
        return
    from mteval.report.tables import plain_table

    rows = [
        (
            spec.name,
            "higher" if spec.higher_is_better else "lower",
            f"{spec.range[0]:g} "
            + ("and up" if spec.range[1] is None else f"to {spec.range[1]:g}"),
            spec.paper,
        )
        for spec in METRICS.values()
    ]
    _print_tables((plain_table("Metrics", ("name", "better", "range", "paper"), rows),))


def _print_tables(tables: Iterable[Table]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    buffer = io.StringIO()
    terminal = sys.stdout.isatty()
    # Names must never be cut where nobody can widen the window.
    width = shutil.get_terminal_size().columns if terminal else 1000
    console = Console(
        file=buffer,
        width=width,
        force_terminal=terminal,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for table in tables:
        shown = RichTable(
            title=table.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD
        )
        for column in table.columns:
            shown.add_column(
                column.heading,
                justify="right" if column.numeric else "left",
                no_wrap=column.numeric,
                overflow="fold",
            )
        for group in table.groups:
            for row in group:
                shown.add_row(
                    *(
                        Text(
                            _printable(cell.text)
                            + ("*" if cell.best else " " if column.numeric else ""),
                            style="bold" if cell.best else "",
                        )
                        for cell, column in zip(row, table.columns, strict=True)
                    )
                )
            shown.add_section()
        console.print(shown)
    _print("\n".join(line.rstrip() for line in buffer.getvalue().splitlines()))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _print_json(document: dict[str, Any]) -> None:
    _print(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def _print(text: str) -> None:
    """Write to stdout; a reader who leaves early (head) ends the command without a fuss."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise InputError(
            f"standard output cannot be written ({error.strerror}); free some space or send it "
            "elsewhere"
        ) from None


def _say(text: str) -> None:
    """Write one note to stderr."""
    typer.echo(_printable(text), err=True)


class _ProgressBar:
    """Show progress on stderr once work has taken longer than a moment."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: RichProgress | None = None

    def __enter__(self) -> _ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def start(self, spec: MetricSpec) -> Progress:
        """Begin the bar of one metric."""
        return self.task(spec.label)

    def task(self, label: str) -> Callable[[int, int], None]:
        """Begin a bar and give the function that moves it."""
        task: TaskID | None = None

        def update(done: int, total: int) -> None:
            nonlocal task
            if self._bar is None:
                if time.monotonic() - self._began < _PATIENCE_SECONDS:
                    return
                if not sys.stderr.isatty():
                    # A log wants a line for each thing done, not a bar.
                    if done == total:
                        _say(f"mteval: {label}: {done} of {total} done")
                    return
                from rich.console import Console
                from rich.progress import Progress

                self._bar = Progress(console=Console(file=sys.stderr))
                self._bar.start()
            if task is None:
                task = self._bar.add_task(label, total=total)
            self._bar.update(task, completed=done)

        return update
