"""Run folders: found, and read as far as it is asked for."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar, overload

import numpy as np
import numpy.typing as npt

from mteval.errors import InputError, location
from mteval.io.files import kind_of, list_folder, read_bytes
from mteval.runs.entries import list_runs
from mteval.runs.evaluation import Evaluation
from mteval.runs.files import (
    EVALUATION_FILE,
    MAX_RUN_FILE_BYTES,
    OCCURRENCES_FILE,
    RECORD_FILE,
    SCORES_FILE,
    SEGMENTS_FILE,
    STATISTICS_FILE,
    read_csv,
    read_json,
    read_scores,
)
from mteval.runs.restore import restore_evaluation
from mteval.runs.schema.columns import Row
from mteval.runs.schema.record import (
    RunRecord,
    check_whole,
    without_nulls,
)
from mteval.runs.schema.rows import OccurrenceRow, ScoreRow, TermTally
from mteval.runs.schema.validation import ShapeError

__all__ = ["Run", "find_run", "find_runs", "read_record", "read_rows"]

RowType = TypeVar("RowType", bound=Row)
# What comes of files that are not those that were written; from pyarrow almost anything does.
_DAMAGE = (
    *(ValueError, LookupError, TypeError, AttributeError, OSError, RuntimeError, ArithmeticError),
    *(MemoryError, csv.Error),
)


@dataclass(frozen=True)
class Run:
    """What a run folder keeps, read as it is asked for.

    Attributes:
        folder: where it lies.
    """

    folder: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(self.folder))

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.name

    @cached_property
    def record(self) -> RunRecord:
        """What was computed from what."""
        return read_record(self.folder)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """By document, how many segments it has."""
        path = location(self.folder / RECORD_FILE)
        lacking = [key for key in ("documents", "segments") if key not in self.record]
        if lacking:
            raise InputError(f"{path}: it has no {lacking[0]}; score again, or name another run")
        documents, segments = self.record["documents"], self.record["segments"]
        if len(documents) != len(segments):
            raise InputError(
                f"{path}: documents has {len(documents)} and segments {len(segments)} entries; "
                "score again, or name another run"
            )
        return dict(zip(documents, segments, strict=True))

    @cached_property
    def score_rows(self) -> list[ScoreRow]:
        """The scores of systems and of their documents."""
        path = self.folder / SCORES_FILE
        try:
            return read_scores(path, ("system", "document"))
        except _DAMAGE as error:
            raise InputError(
                f"{location(path)}: this is not a file that mteval score wrote "
                f"({type(error).__name__}: {error}); score again, or name another run"
            ) from None

    def system_score(self, metric: str, system: str) -> float:
        """Return the score of a system over all segments that it has; NaN if there is none."""
        return self._system_scores.get((metric, system), math.nan)

    @cached_property
    def _system_scores(self) -> dict[tuple[str, str], float]:
        return {
            (row.metric, row.system): row.value
            for row in self.score_rows
            if row.level == "system" and row.value is not None
        }

    @cached_property
    def occurrences(self) -> list[OccurrenceRow]:
        """Every occurrence of a term."""
        if kind_of(self.folder / OCCURRENCES_FILE) is None:
            raise InputError(
                f"{location(self.folder)}: this run was scored without terms; score again with a "
                "termbase (--terms, or terms.csv beside the references)"
            )
        return self.rows(OCCURRENCES_FILE, OccurrenceRow)

    def rows(
        self, file: str, row_type: type[RowType], metrics: Sequence[str] = ()
    ) -> list[RowType]:
        """Return the rows of one of its CSV files.

        Args:
            file: name.
            row_type: its rows.
            metrics: names that columns of scores may have.

        Raises:
            InputError: the file cannot be read, lacks a column, or has something else in a cell.
        """
        has_record = kind_of(self.folder / RECORD_FILE) is not None
        neutralised = has_record and self.record.get("neutralised", False)
        return read_csv(self.folder / file, row_type, metrics, neutralised=neutralised)

    @cached_property
    def statistics(self) -> dict[str, npt.NDArray[np.float64]]:
        """By metric, the statistics of every system: (n_systems, n_segments, k)."""
        path = self.folder / STATISTICS_FILE
        if kind_of(path) is None:
            raise InputError(
                f"{location(self.folder)}: this run keeps no statistics, as it is of an older "
                "mteval; score again"
            )
        shape = len(self.record["systems"]), sum(self.sizes.values())
        try:
            data = io.BytesIO(read_bytes(path, MAX_RUN_FILE_BYTES))
            with np.load(data, allow_pickle=False) as arrays:
                found = {name: arrays[name].astype(np.float64) for name in arrays.files}
            for name, array in found.items():
                if array.ndim != 3 or array.shape[:2] != shape:
                    raise ValueError(f"{name} is {array.shape} where systems, segments are {shape}")
        # Damaged headers make numpy raise almost anything: SyntaxError, TokenError, MemoryError...
        except Exception as error:
            raise InputError(
                f"{location(path)}: this is not a file that mteval score wrote ({error}); "
                "score again, or name another run"
            ) from None
        return found

    @cached_property
    def evaluation(self) -> Evaluation:
        """The evaluation as it was, less its statistics.

        Texts of documents that no system has are empty, as the folder does not keep them.
        """
        for file in (EVALUATION_FILE, SCORES_FILE, SEGMENTS_FILE):
            if kind_of(self.folder / file) is None:
                raise InputError(
                    f"{location(self.folder / file)}: this file is not in the run, which an older "
                    "mteval wrote or somebody changed; score again"
                )
        try:
            return restore_evaluation(self.folder, self.record)
        except ShapeError as error:
            raise self._unfit(error) from None
        except KeyError as error:
            raise self._unfit(f"there is no {error.args[0] if error.args else error}") from None
        except _DAMAGE as error:
            raise self._unfit(f"{type(error).__name__}: {error}") from None

    def _unfit(self, reason: object) -> InputError:
        shown = " ".join(str(reason).split())
        return InputError(
            f"{location(self.folder)}: the files of this run do not fit together ({shown}); score "
            "again, or name another run"
        )


def find_runs(results: Path) -> list[Path]:
    """Return the run folders of a folder of results that have terms, the oldest first.

    Raises:
        InputError: there is no such folder.
    """
    if kind_of(results) != "folder":
        raise InputError(
            f"{location(results)}: there is no such folder of results; make runs with: mteval score"
        )
    order = {run.folder: n for n, run in enumerate(list_runs(results, {}), 1)}
    # What a killed run left behind begins with a dot.
    found = [path for path in list_folder(results) if kind_of(path / OCCURRENCES_FILE) == "file"]
    # As `mteval history` orders them, whatever their names; what has no record comes first.
    return sorted(found, key=lambda path: order.get(path, 0))


def find_run(run: Path, results: Path) -> Run:
    """Return a run, named by its folder or by its name in a folder of results.

    Raises:
        InputError: there is none.
    """
    for folder in (run, results / run):
        if kind_of(folder) == "folder":
            return Run(folder)
    raise InputError(
        f"{location(run)}: there is no such run, nor in {location(results)}; score first, or check "
        "the name"
    )


def read_record(run: Path) -> RunRecord:
    """Return the record of a run.

    Raises:
        InputError: there is none, or it is no JSON.
    """
    path = run / RECORD_FILE
    try:
        record = read_json(path)
        if not isinstance(record, dict):
            raise ShapeError("", "it is no mapping")
        check_whole(record)
    except json.JSONDecodeError as error:
        raise _no_record(location(path, error.lineno), error.msg) from None
    except (ValueError, RecursionError) as error:
        raise _no_record(location(path), error) from None
    return without_nulls(record)


def _no_record(where: str, reason: object) -> InputError:
    return InputError(
        f"{where}: this is not the record of a run ({reason}); score again, or name another run"
    )


@overload
def read_rows(run: Path, file: Literal["terms.csv"]) -> list[TermTally]: ...
@overload
def read_rows(run: Path, file: Literal["occurrences.csv"]) -> list[OccurrenceRow]: ...
def read_rows(
    run: Path, file: Literal["terms.csv", "occurrences.csv"]
) -> list[TermTally] | list[OccurrenceRow]:
    """Return the rows of a file of terms of a run; what is empty is None.

    Raises:
        InputError: the file cannot be read, or lacks a column.
    """
    if file == "terms.csv":
        return Run(run).rows(file, TermTally)
    return Run(run).rows(file, OccurrenceRow)
