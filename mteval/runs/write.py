"""Run folders: written whole or not at all."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mteval.errors import InputError, MtevalError, location
from mteval.io.files import kind_of
from mteval.io.writing import new_folder, write_file
from mteval.runs.evaluation import Evaluation
from mteval.runs.files import (
    DOCUMENTS_FILE,
    DOMAINS_FILE,
    EVALUATION_FILE,
    OCCURRENCES_FILE,
    RECORD_FILE,
    REPORT_FILE,
    SCORES_FILE,
    SEGMENTS_FILE,
    STATISTICS_FILE,
    SYSTEMS_FILE,
    TERMS_FILE,
    write_csv,
    write_json,
    write_parquet,
    write_table,
)
from mteval.runs.record import fingerprint, run_record, score_document
from mteval.runs.rows import document_rows, domain_rows, system_rows
from mteval.runs.schema.record import RunRecord
from mteval.runs.schema.rows import DocumentRow, DomainRow, OccurrenceRow, SystemRow, TermRow
from mteval.runs.scratch import lock_folder, remove_leftovers
from mteval.runs.tables import score_table, segment_table

__all__ = ["run_id", "write_run"]

# Runs of the same numbers within a second: a hundred say that something is wrong.
_MAX_ATTEMPTS = 100


def run_id(created: datetime, fingerprint: str) -> str:
    """Return the name of a run: its UTC time and the first digits of its fingerprint."""
    return f"{created:%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"


def write_run(
    evaluation: Evaluation,
    results: Path | str,
    created: datetime | None = None,
    command: Sequence[str] = (),
    report: Callable[[Evaluation, RunRecord], str] | None = None,
    tell: Callable[[str], object] = warnings.warn,
) -> tuple[Path, RunRecord]:
    """Write a run folder, whole or not at all.

    Args:
        evaluation: what to write.
        results: the folder that holds run folders.
        created: when the evaluation was made, in UTC; now, by default.
        command: what was called, if it was a command.
        report: makes the HTML page of an evaluation and the record of its run, as ``report_page``
            does; no page without. It is an extra: where it fails, the run is there all the same.
        tell: takes a sentence on a report that failed.

    Returns:
        The folder and the record in its run.json.

    Raises:
        InputError: the folder cannot be written.
    """
    created = created or datetime.now(timezone.utc)
    results = Path(results)
    remove_leftovers(results)
    base = run_id(created, fingerprint(evaluation))
    for attempt in range(1, _MAX_ATTEMPTS):
        run = base if attempt == 1 else f"{base}-{attempt}"
        if kind_of(results / run) is not None:
            continue
        record = run_record(evaluation, run, created, command)
        try:
            with new_folder(results / run) as folder, lock_folder(folder):
                _write_files(evaluation, record, folder)
        except InputError:
            # Another process with the same inputs took the name within the same second.
            if kind_of(results / run) is not None:
                continue
            raise
        if report is not None:
            _write_report(evaluation, record, results / run, report, tell)
        return results / run, record
    raise InputError(
        f"{location(results / base)}: a hundred runs of this name exist; remove some or name "
        "another folder with -o"
    )


def _write_files(evaluation: Evaluation, record: RunRecord, folder: Path) -> None:
    write_json(record, folder / RECORD_FILE, indent=2)
    write_json(score_document(evaluation, record), folder / EVALUATION_FILE)
    write_parquet(score_table(evaluation), folder / SCORES_FILE)
    write_csv(SystemRow, system_rows(evaluation), folder / SYSTEMS_FILE)
    write_csv(DocumentRow, document_rows(evaluation), folder / DOCUMENTS_FILE)
    if evaluation.domains():
        write_csv(DomainRow, domain_rows(evaluation), folder / DOMAINS_FILE)
    write_table(segment_table(evaluation), folder / SEGMENTS_FILE)
    np.savez(
        folder / STATISTICS_FILE,
        **{name: _compact(found.values) for name, found in evaluation.statistics.items()},
    )
    if evaluation.term_signature() is not None:
        write_csv(TermRow, evaluation.terms, folder / TERMS_FILE)
        write_csv(OccurrenceRow, evaluation.occurrences, folder / OCCURRENCES_FILE)


def _write_report(
    evaluation: Evaluation,
    record: RunRecord,
    folder: Path,
    report: Callable[[Evaluation, RunRecord], str],
    tell: Callable[[str], object],
) -> None:
    """Write the page of a run that is written, or tell why there is none."""
    try:
        write_file(folder / REPORT_FILE, report(evaluation, record))
    # Pages are made of much, by several libraries: what fails there must not cost the run.
    except Exception as error:
        reason = (
            str(error) if isinstance(error, MtevalError) else f"{type(error).__name__}: {error}"
        )
        sentence = MtevalError(
            f"the report of the run could not be written ({reason}); the run itself is whole, and "
            f"`mteval report {location(folder)}` writes the report again"
        )
        tell(str(sentence))


def _compact(values: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    """Return counts as integers, which take half the room; other numbers as they are."""
    integers = values.astype(np.int32)
    return integers if np.array_equal(integers, values) else values
