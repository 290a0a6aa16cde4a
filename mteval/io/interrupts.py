"""Ctrl-C and the like: one handler, by which a command ends in every phase, nothing half-written.

The first signal raises KeyboardInterrupt where the command is. Code that swallows it (a destructor,
a callback of a library) does not save the command: nothing is put in its place any more once a
signal came, and the exit code says so at the end. The second signal ends the process at once. Both
leave no scratch files. It is imported before all else, so it imports next to nothing.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress

# Type checkers take it for typing's own, whose import takes time in which a signal may come.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType
    from typing import Any

__all__ = ["keep_scratch", "run_command", "uninterrupted"]

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
# What a shell makes of a process that a signal ended: this and the number of the signal.
_EXIT_BASE = 128
_STDERR = 2


class _State:
    """What this process knows of signals.

    Attributes:
        process: the id of the process that the handler was set in; not that of its workers.
        number: of the first signal that came.
        holds: how many blocks are being run that a signal must not interrupt.
        finished: whether the command is done, so that signals come too late.
        scratch: files and folders that are nothing yet, and must not be left behind.
    """

    process = 0
    number: int | None = None
    holds = 0
    finished = False
    scratch: set[Path] = set()  # noqa: RUF012 - there is one state


def run_command(command: Callable[[], object]) -> None:
    """Run a command to its end, or to that which a signal makes of it: 128 and its number.

    Raises:
        SystemExit: as the command does.
    """
    outcome: BaseException | None = None
    # Two, as the signal may come between the end of the command and the line after it; the handler
    # raises once only.
    try:
        _install()
        try:
            command()
        except BaseException as error:
            outcome = error
        _State.finished = True
    except KeyboardInterrupt as error:
        outcome = error
    if isinstance(outcome, KeyboardInterrupt):
        _State.number = _State.number or signal.SIGINT
    _finish()
    if outcome is not None:
        raise outcome


def _install() -> None:
    _State.process = os.getpid()
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        # What is ignored stays so: nohup, and jobs in the background of a script.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _handle)
    sys.unraisablehook = _end_if_swallowed


def _handle(number: int, _: FrameType | None) -> None:
    if os.getpid() != _State.process:
        os._exit(_EXIT_BASE + number)  # a worker: its parent says what there is to say
    if _State.finished:
        return
    is_first = _State.number is None
    _State.number = _State.number or number
    if not is_first:
        _end()
    if not _State.holds:
        raise KeyboardInterrupt


def _end_if_swallowed(unraisable: sys.UnraisableHookArgs) -> None:
    """End the process where a destructor or a callback has swallowed the interrupt."""
    if unraisable.exc_type is KeyboardInterrupt and _State.number is not None:
        _end()
    sys.__unraisablehook__(unraisable)


def _finish() -> None:
    """Let later signals do nothing, as the command is done; end the process if one came before."""
    _State.finished = True
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN)
    if _State.number is not None:
        _end()


def _end() -> None:
    """End the process by the signal that came, at once: threads and libraries have no say."""
    for path in list(_State.scratch):
        _remove(path)
    processes: Any = sys.modules.get("multiprocessing")
    for worker in processes.active_children() if processes else ():
        worker.kill()
    with suppress(OSError):
        if os.isatty(_STDERR):
            os.write(_STDERR, b"\x1b[?25h")  # progress bars hide the cursor
        os.write(_STDERR, b"mteval: interrupted\n")
    os._exit(_EXIT_BASE + (_State.number or signal.SIGINT))


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put off what a signal does until the block is done: it is run whole or not at all.

    Raises:
        KeyboardInterrupt: a signal came, before the block or in it.
    """
    if _State.number is not None:
        raise KeyboardInterrupt
    _State.holds += 1
    try:
        yield
    finally:
        _State.holds -= 1
    if _State.number is not None:
        raise KeyboardInterrupt


@contextmanager
def keep_scratch(path: Path) -> Iterator[None]:
    """Remove a scratch file or folder when the block is done, or a signal ends the process."""
    _State.scratch.add(path)
    try:
        yield
    finally:
        _remove(path)
        _State.scratch.discard(path)


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            import shutil

            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
