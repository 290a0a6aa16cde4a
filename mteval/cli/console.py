"""What a command shows: tables and JSON on stdout, notes and progress on stderr."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from mteval.cli.printable import printable
from mteval.errors import InputError

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import Task, TaskID

    from mteval.cli.grid import Line
    from mteval.views.tables import Table

__all__ = [
    "ProgressBar",
    "close_stdout",
    "say",
    "say_notes",
    "show",
    "show_bytes",
    "show_csv",
    "show_json",
    "show_sentence",
    "show_tables",
]

# The narrowest terminal that lines are made for (chosen); a narrower one breaks them itself.
_MIN_WIDTH = 20
# Work that takes less than this shows no progress bar.
_PATIENCE_SECONDS = 1.0
# How often a log that nobody watches is told of progress.
_LOG_SECONDS = 30.0


# Control characters of C0 and C1 but tab and line feed, and those that turn the direction of text.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def show_tables(tables: Iterable[Table]) -> None:
    """Write tables to stdout: as wide as the terminal, and as they are where it is none."""
    from mteval.cli.layout import lay_out

    width = _screen_width()
    _show_lines(line for table in tables for line in lay_out(table, width))


def _screen_width() -> int | None:
    """Return how many cells a line of the terminal has; None where stdout is none."""
    return max(shutil.get_terminal_size().columns, _MIN_WIDTH) if sys.stdout.isatty() else None


def _show_lines(lines: Iterable[Line]) -> None:
    from rich.console import Console
    from rich.text import Text

    buffer = io.StringIO()
    # The lines are made for the screen already; what the environment says of it is not asked again.
    console = Console(
        file=buffer, force_terminal=sys.stdout.isatty(), width=sys.maxsize, emoji=False
    )
    for line in lines:
        text = Text.assemble(*((part, "bold" if bold else "") for part, bold in line))
        text.rstrip()
        console.print(text, soft_wrap=True)
    show(buffer.getvalue().removesuffix("\n"))


def show_sentence(text: str) -> None:
    """Write a sentence to stdout, in lines of whole words where it is a terminal.

    What has three spaces between is a list, and stands an item a line where one line is too short.
    """
    width = _screen_width()
    if width is None:
        show(text)
        return
    from mteval.cli.grid import hung

    items = text.split("   ") if len(text) > width else [text]
    _show_lines(line for item in items for line in hung(item, width, 0))


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


def show_csv(text: str) -> None:
    """Write CSV to stdout, with a replacement character for each that controls a terminal.

    Raises:
        InputError: stdout cannot be written.
    """
    show(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text))


def show_bytes(content: bytes) -> None:
    """Write bytes to stdout as they are, and to a terminal without what controls it.

    A reader who leaves early (head) is no error.

    Raises:
        InputError: stdout cannot be written.
    """
    if sys.stdout.isatty():
        show_csv(content.decode("utf-8", "replace").removesuffix("\n"))
        return
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
        sys.stderr.write(f"{printable(text)}\n")
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
