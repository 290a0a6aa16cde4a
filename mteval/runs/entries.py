"""The runs of a folder of results, each with its record, the oldest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from mteval.errors import InputError, MtevalError, location
from mteval.io.files import kind_of, list_folder
from mteval.runs.files import (
    DOCUMENTS_FILE,
    DOMAINS_FILE,
    EVALUATION_FILE,
    OCCURRENCES_FILE,
    RECORD_FILE,
    SCORES_FILE,
    SEGMENTS_FILE,
    STATISTICS_FILE,
    SYSTEMS_FILE,
    TERMS_FILE,
    read_json,
)
from mteval.runs.schema.record import (
    RECORD_KEYS,
    TERM_METRIC,
    InputHashes,
    MetricRecord,
    ReferenceHashes,
    ResamplingRecord,
    RunRecord,
    validation_error,
    without_nulls,
)

__all__ = ["DamagedRunError", "RunEntry", "list_runs"]

# What only runs have: a folder with any of these and no record is a run that was damaged.
_RUN_FILES = (
    *(SYSTEMS_FILE, DOMAINS_FILE, DOCUMENTS_FILE, SEGMENTS_FILE, TERMS_FILE, OCCURRENCES_FILE),
    *(SCORES_FILE, EVALUATION_FILE, STATISTICS_FILE),
)


class DamagedRunError(Exception):
    """A folder is no whole run, for the reason that the message tells; the history skips it."""


@dataclass(frozen=True)
class RunEntry:
    """What the history has of one run.

    Attributes:
        name: name of its folder.
        folder: where it lies.
        record: its run.json, checked.
        created: when it was made, in UTC; None where the record does not say.
    """

    name: str
    folder: Path
    record: RunRecord
    created: datetime | None

    @property
    def fingerprint(self) -> str | None:
        """The hash of everything that decides the numbers."""
        return self.record.get("fingerprint")

    @property
    def command(self) -> list[str]:
        """What was called, if it was a command."""
        return list(self.record.get("command") or ())

    @property
    def signatures(self) -> dict[str, str]:
        """By metric, its signature; that of the terms too."""
        found = {name: str(text) for name, text in (self.record.get("signatures") or {}).items()}
        terms = self.record.get("term_signature")
        return found | ({} if terms is None else {TERM_METRIC: terms})

    @property
    def segment_signatures(self) -> dict[str, str]:
        """By metric, the signature of its segment scores."""
        return self.record.get("segment_signatures") or {}

    @property
    def metrics(self) -> dict[str, MetricRecord]:
        """By metric, how to read its scores."""
        return self.record.get("metrics") or {}

    @property
    def versions(self) -> dict[str, str]:
        """By package, its version."""
        return self.record.get("versions") or {}

    @property
    def resampling(self) -> ResamplingRecord:
        """Samples, seed and unit behind intervals and ranks."""
        return self.record.get("resampling") or {}

    @property
    def inputs(self) -> InputHashes:
        """The hashes of every text that went in."""
        return self.record.get("inputs") or {}

    @property
    def references(self) -> dict[str, ReferenceHashes]:
        """By document, the hashes of source and references."""
        return self.inputs.get("references") or {}

    @property
    def outputs(self) -> dict[str, dict[str, str]]:
        """By system and document, the hash of its output."""
        return self.inputs.get("systems") or {}

    @property
    def dates(self) -> dict[str, str | None]:
        """By document, its date."""
        return self.inputs.get("dates") or {}

    @property
    def domains(self) -> dict[str, str | None]:
        """By document, its domain, if runs of its version had any."""
        documents, domains = self.record.get("documents") or (), self.record.get("domains") or ()
        return dict(zip(documents, domains, strict=False))


def list_runs(results: Path, reasons: dict[str, str]) -> list[RunEntry]:
    """Return the runs of a folder of results, the oldest first.

    Args:
        results: the folder.
        reasons: takes up why other folders are skipped, by name.

    Raises:
        InputError: there is no such folder.
    """
    if kind_of(results) != "folder":
        raise InputError(
            f"{location(results)}: there is no such folder of results; make runs with: mteval score"
        )
    runs = []
    # What a killed run left behind begins with a dot.
    for folder in list_folder(results):
        try:
            if not folder.is_dir():
                continue
            if not (folder / RECORD_FILE).is_file():
                if any((folder / file).is_file() for file in _RUN_FILES):
                    raise DamagedRunError(f"{RECORD_FILE} is not there")
                continue
            record = _read_record(folder / RECORD_FILE)
        except (DamagedRunError, MtevalError, OSError) as error:
            reasons[folder.name] = str(error)
            continue
        runs.append(RunEntry(folder.name, folder, record, _moment(record.get("created"))))
    oldest = datetime.min.replace(tzinfo=timezone.utc)
    return sorted(runs, key=lambda run: (run.created or oldest, run.name))


def _read_record(path: Path) -> RunRecord:
    """Return the record of a run of any version."""
    try:
        record = read_json(path)
    except (ValueError, RecursionError):
        raise DamagedRunError(f"{path.name} is not JSON") from None
    except MtevalError:
        raise DamagedRunError(f"{path.name} is not UTF-8 text, or cannot be read") from None
    if not isinstance(record, dict) or not record.keys() & RECORD_KEYS:
        raise DamagedRunError(f"{path.name} is not the record of a run")
    wrong = validation_error(record)
    if wrong is not None:
        raise DamagedRunError(f"{path.name}: {wrong} is not what mteval writes")
    return without_nulls(record)


def _moment(text: object) -> datetime | None:
    """Return a moment in UTC, written as ISO 8601 has it; None for what is no moment."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(re.sub("Z$", "+00:00", text))
        return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).astimezone(
            timezone.utc
        )
    except (ValueError, OverflowError):
        return None
