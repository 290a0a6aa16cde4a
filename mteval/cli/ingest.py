"""The command that makes documents of raw pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mteval.cli.console import ProgressBar, say, show_json, show_tables
from mteval.cli.options import JsonOption

if TYPE_CHECKING:
    from mteval.ingest.report import IngestReport

__all__ = ["ingest"]


def ingest(
    pages: Annotated[
        list[Path],
        typer.Argument(
            help="Pages as found: HTML, Markdown, .docx, .odt or plain text. A page in Chinese "
            "only and one in English only, named one after the other, are one document.",
            show_default=False,
        ),
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
    min_confidence: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="Drop pairs that are less likely than this to be right."
        ),
    ] = 0.0,
    as_json: JsonOption = False,
) -> None:
    """Turn messy bilingual pages into aligned documents, and account for every line.

    Nothing is written unless every page can be used.
    """
    from mteval.ingest.output import write_ingested
    from mteval.ingest.pipeline import ingest_pages

    with ProgressBar() as bar:
        ingested = ingest_pages(
            pages,
            sources=sources,
            fixes=fixes,
            output=output,
            min_confidence=min_confidence,
            progress=bar.task("ingest", "pages"),
        )
    replaced = write_ingested(output, ingested)
    reports = [result.report for result in ingested]
    if as_json:
        show_json({"pages": [report.as_dict() for report in reports]})
    else:
        _show_reports(reports)
    for report in reports:
        _say_what_to_know(report)
    for name in replaced:
        say(f"mteval: warning: {output / name} was replaced; it differed from what is made now")
    say(f"mteval: wrote to {output}: {', '.join(report.document for report in reports)}")


# Title, headings and rows of each table; a table without rows is not shown.
_Rows = Callable[["IngestReport"], Sequence[tuple[str, ...]]]
_TABLES: tuple[tuple[str, tuple[str, ...], _Rows], ...] = (
    (
        "Pages",
        (
            *("page", "read as", "document", "segments", "headings", "joined"),
            *("dropped", "fixed", "damaged"),
        ),
        lambda report: [report.summary()],
    ),
    (
        "Joined: one segment of several paragraphs",
        ("segment", "Chinese paragraphs", "English paragraphs"),
        lambda report: report.joined_rows(),
    ),
    (
        "Doubtful pairs: skip them with --min-confidence",
        ("segment", "confidence", "Chinese", "English"),
        lambda report: report.doubtful_rows(),
    ),
    (
        "Summaries: the English says only a part of the Chinese",
        ("segment", "Chinese", "English"),
        lambda report: report.summary_rows(),
    ),
    ("Cleaned", ("location", "step", "times"), lambda report: report.cleaned_rows()),
    ("Dropped", ("location", "reason", "text"), lambda report: report.dropped_rows()),
    (
        "Repaired by hand (fixes.toml)",
        ("location", "found", "replaced by", "reason"),
        lambda report: report.fixed_rows(),
    ),
    (
        "Damaged beyond repair by rule: fix it in fixes.toml",
        ("location", "column", "text"),
        lambda report: report.damaged_rows(),
    ),
)


def _show_reports(reports: Sequence[IngestReport]) -> None:
    from mteval.views.tables import plain_table

    tables = [
        (title, headings, [row for report in reports for row in rows_of(report)])
        for title, headings, rows_of in _TABLES
    ]
    show_tables(plain_table(title, headings, rows) for title, headings, rows in tables if rows)


def _say_what_to_know(report: IngestReport) -> None:
    if report.translation is not None:
        say(
            f"mteval: {report.page} and {report.translation} were taken for a text and its "
            "translation; ingest them apart if they are not"
        )
    for note in report.notes:
        say(f"mteval: {note}")
    if report.damage:
        say(f"mteval: warning: {report.page} has {len(report.damage)} damaged runs of text")
