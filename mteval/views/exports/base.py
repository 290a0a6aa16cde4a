"""What a format of exports is, and what it is given to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mteval.runs.results import Results

__all__ = ["Export", "ExportFormat"]


@dataclass(frozen=True, slots=True)
class Export:
    """What to write of a run.

    Attributes:
        results: of the run.
        record: of the run, as run.json has it.
        tables: names of the tables to write, each of which the run has.
        chosen: whether somebody asked for these tables; else they are those of the format.
    """

    results: Results
    record: Mapping[str, Any]
    tables: Sequence[str]
    chosen: bool


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format that runs are written in.

    Attributes:
        write: returns the content of a file.
        default_tables: names of those written if none is asked for, as far as the run has them;
            None is all of them.
        one_table: whether a file holds one table only.
        is_binary: whether the content must not be sent to a terminal.
        is_ours: whether the content of a file says that mteval wrote it; None for a format that
            has no place to say so.
    """

    write: Callable[[Export], bytes]
    default_tables: Sequence[str] | None = None
    one_table: bool = False
    is_binary: bool = False
    is_ours: Callable[[bytes], bool] | None = None
