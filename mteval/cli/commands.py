"""The command line: the commands together, and how it begins and ends."""

from __future__ import annotations

import atexit
import errno
import gc
import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mteval.cli.compare import compare, gate
from mteval.cli.console import close_stdout, say
from mteval.cli.corpus import align, convert
from mteval.cli.ingest import ingest
from mteval.cli.metric_flags import MetricFlagsGroup
from mteval.cli.metrics import metrics
from mteval.cli.runs import export, history, report
from mteval.cli.score import score
from mteval.cli.stores import cache_app, models_app
from mteval.cli.terms import terms_app
from mteval.errors import MtevalError
from mteval.io.memory import is_out_of_memory

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
for command in (
    *(score, compare, gate, ingest, metrics, align, convert),
    *(report, history, export),
):
    app.command()(command)
app.add_typer(terms_app, name="terms")
app.add_typer(models_app, name="models", invoke_without_command=True)
app.add_typer(cache_app, name="cache", invoke_without_command=True)


def main() -> None:
    """Run the command line; bad input is one sentence on stderr and exit code 2.

    ``mteval.__main__`` calls it where Ctrl-C and the like are seen to.
    """
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
        if is_out_of_memory(error):  # what it says of a file or package is not so
            raise
        say(f"mteval: {error}")
        sys.exit(2)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EPIPE):
            raise
        # Of the help, which typer writes.
        say(f"mteval: standard output cannot be written ({error.strerror}); send it elsewhere")
        close_stdout()
        sys.exit(2)


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
