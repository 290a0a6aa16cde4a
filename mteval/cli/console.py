"""What a command shows: tables and JSON on stdout, notes and progress on stderr."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from mteval.errors import InputError

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import Task, TaskID

    from mteval.views.tables import Table

__all__ = [
    "ProgressBar",
    "close_stdout",
    "say",
    "say_notes",
    "show",
    "show_bytes",
    "show_json",
    "show_tables",
]

# Work that takes less than this shows no progress bar.
_PATIENCE_SECONDS = 1.0
# How often a log that nobody watches is told of progress.
_LOG_SECONDS = 30.0


def show_tables(tables: Iterable[Table]) -> None:
    """Write tables to stdout, whole where it is no terminal."""
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
                _lines(column.heading),
                justify="right" if column.numeric else "left",
                no_wrap=column.numeric,
                overflow="fold",
            )
        for group in table.groups:
            for row in group:
                shown.add_row(
                    *(
                        Text(
                            _lines(cell.text)
                            + ("*" if cell.best else " " if column.numeric else "")
                            + _lines(cell.detail),
                            style="bold" if cell.best else "",
                        )
                        for cell, column in zip(row, table.columns, strict=True)
                    )
                )
            shown.add_section()
        console.print(shown)
    show("\n".join(line.rstrip() for line in buffer.getvalue().splitlines()))


def _lines(text: str) -> str:
    return "\n".join(map(_printable, text.split("\n")))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def show_json(document: dict[str, Any]) -> None:
    """Write one JSON document to stdout."""
    show(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def show(text: str) -> None:
    """Write to stdout; a reader who leaves early (head) is no error.

    Raises:
        InputError: stdout cannot be written.
    """
    with _writing_to_stdout():
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def show_bytes(content: bytes) -> None:
    """Write bytes to stdout as they are; a reader who leaves early (head) is no error.

    Raises:
        InputError: stdout cannot be written.
    """
    with _writing_to_stdout():
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


@contextmanager
def _writing_to_stdout() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        close_stdout()
        if not isinstance(error, BrokenPipeError):
            raise InputError(
                f"standard output cannot be written ({error.strerror}); free some space or send "
                "it elsewhere"
            ) from None


def close_stdout() -> None:
    """Send what is still to be written to stdout nowhere, as nobody can read it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """Write one note to stderr, as far as that takes any."""
    with suppress(OSError):
        sys.stderr.write(f"{_printable(text)}\n")
        sys.stderr.flush()


def say_notes(*notes: Iterable[str]) -> None:
    """Write what a reader must know to stderr, note by note."""
    for note in chain(*notes):
        say(f"mteval: {note}")


class ProgressBar:
    """A progress bar on stderr, shown once work has taken longer than a moment."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: RichProgress | None = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def task(self, label: str, unit: str) -> Callable[[int, int], None]:
        """Begin a bar and return the function that moves it, given the units done and all units."""
        task: TaskID | None = None
        told = time.monotonic()
        # Speed is counted from the first report on: what came before was loading.
        first: tuple[float, int] | None = None

        def update(done: int, total: int) -> None:
            nonlocal task, told, first
            now = time.monotonic()
            first = first or (now, done)
            if self._bar is None:
                if now - self._began < _PATIENCE_SECONDS:
                    return
                if not sys.stderr.isatty():
                    # A log wants a line now and then, not a bar.
                    if done == total or now - told > _LOG_SECONDS:
                        told = now
                        say(f"mteval: {label}: {_progress(done, total, unit, now, first)}")
                    return
                self._bar = _new_bar()
                self._bar.start()
            if task is None:
                task = self._bar.add_task(label, total=total, unit=unit)
            self._bar.update(task, completed=done)

        return update


def _progress(done: int, total: int, unit: str, now: float, first: tuple[float, int]) -> str:
    seconds, units = now - first[0], done - first[1]
    text = f"{done} of {total} {unit} done"
    if seconds > 0 and units > 0:
        speed = units / seconds
        text += f", {speed:.0f} a second"
        if done < total:
            text += f", {(total - done) / speed:.0f} s left"
    return text


def _new_bar() -> RichProgress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:.0f} {task.fields['unit']}/s")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Speed(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
    )
