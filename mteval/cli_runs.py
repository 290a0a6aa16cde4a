"""The commands on runs that were made: report, export, history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mteval.console import say

__all__ = ["report"]

RunArgument = Annotated[
    Path, typer.Argument(help="Run folder, or its name in the results.", show_default=False)
]


def report(
    run: RunArgument,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="File to write.  [default: report.html in the run folder]",
            show_default=False,
        ),
    ] = None,
    results: Annotated[Path, typer.Option(help="Folder that holds the run folders.")] = Path(
        "results"
    ),
) -> None:
    """Write a run's report: one HTML file that needs nothing else and opens anywhere."""
    from mteval.files import write_files
    from mteval.report.page import report_page
    from mteval.runs import REPORT_FILE, find_run

    found = find_run(run, results)
    path = found.folder / REPORT_FILE if output is None else output
    write_files(path.parent, {path.name: report_page(found.evaluation, found.record)})
    say(f"mteval: report written to {path}")
