"""What is logged of a run: parameters, series of numbers, files; all from run folders."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from mteval.errors import InputError, location
from mteval.io.files import kind_of
from mteval.io.hashing import sha256
from mteval.runs.entries import list_runs
from mteval.runs.files import (
    DOCUMENTS_FILE,
    DOMAINS_FILE,
    RECORD_FILE,
    REPORT_FILE,
    SEGMENTS_FILE,
    SYSTEMS_FILE,
    TERMS_FILE,
)
from mteval.runs.read import Run
from mteval.runs.record import comparability_key
from mteval.runs.schema.record import RunRecord
from mteval.runs.schema.rows import DocumentRow, DomainRow, SystemRow, TermTally
from mteval.runs.shown import RANK_MEANING

__all__ = ["Plan", "Point", "plan_run", "shortened"]

# What comet_ml 3.58 cuts names and values to (config_constants.py), without saying which is which.
MAX_NAME = 100
MAX_VALUE = 1000
# With more texts than this (chosen: a page of parameters is still read by eye), one hash stands for
# the references and one for each system.
MAX_HASHES = 300
# Chosen: tags are a line.
MAX_TAGS = 10
# Earlier runs that a series goes back (chosen: each must be read again for every run).
MAX_EARLIER_RUNS = 100
_TABLES = (SYSTEMS_FILE, DOMAINS_FILE, DOCUMENTS_FILE, TERMS_FILE, SEGMENTS_FILE)


@dataclass(frozen=True, slots=True)
class Point:
    """One number of a series.

    Attributes:
        name: of the series.
        value: the number.
        step: the number of the run that it is from, among those of the results folder, from 1.
        time: when that run was made, in milliseconds since 1970.
    """

    name: str
    value: float
    step: int
    time: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is logged of a run.

    Attributes:
        run: its id, the name of the experiment.
        experiment_key: 40 hexadecimal digits made of its id and fingerprint.
        parameters: by name.
        points: the oldest run first.
        assets: files of the run folder.
        tags: ``mteval``, and the systems if they are few.
        skipped: earlier runs that cannot be read.
    """

    run: str
    experiment_key: str
    parameters: Mapping[str, str | int]
    points: tuple[Point, ...]
    assets: tuple[Path, ...]
    tags: tuple[str, ...]
    skipped: tuple[str, ...]


def plan_run(run: Run) -> Plan:
    """Return what is logged of a run: all of it is in its folder and those of earlier runs.

    A score that does not exist is skipped, never 0. Earlier runs of the same results folder give
    the same series earlier points: scores only where they compare, as in ``mteval history``; single
    terms whatever else the termbase had.

    Raises:
        InputError: a file of the run cannot be read.
    """
    record = run.record
    runs, skipped = _runs_until(run)
    names = _Names()
    points: list[Point] = []
    for step, folder in list(enumerate(runs, 1))[-MAX_EARLIER_RUNS - 1 :]:
        if folder.name == run.name:
            points += _points(run, record, step, names)
            continue
        try:
            points += _points(Run(folder), record, step, names)
        # Files of another make, or that somebody changed, must not hinder this run.
        except (InputError, LookupError, TypeError, ValueError, AttributeError):
            skipped.append(folder.name)
    return Plan(
        run=run.name,
        experiment_key=sha256(f"{run.name}\n{record.get('fingerprint')}")[:40],
        parameters=_parameters(run),
        points=tuple(points),
        assets=tuple(
            run.folder / name
            for name in (*_TABLES, RECORD_FILE, REPORT_FILE)
            if kind_of(run.folder / name) == "file"
        ),
        tags=("mteval", *(record["systems"] if len(record["systems"]) < MAX_TAGS else ())),
        skipped=tuple(skipped),
    )


def _runs_until(run: Run) -> tuple[list[Path], list[str]]:
    """Return the runs of a results folder up to this one, the oldest first, and what is damaged."""
    damaged: dict[str, str] = {}
    folders = [entry.folder for entry in list_runs(run.folder.absolute().parent, damaged)]
    own = run.folder.absolute()
    # A run whose record history refuses is logged by itself.
    return folders[: folders.index(own) + 1] if own in folders else [own], sorted(damaged)


def _points(run: Run, latest: RunRecord, step: int, names: _Names) -> Iterator[Point]:
    """Yield the numbers of a run that the latest one has too, and of the latest one all."""
    time = _milliseconds(run)
    for kind, value, parts in _numbers(run, latest):
        if value is not None:
            yield Point(names.name(kind, parts), value, step, time)


# Kind of a number, the number if it exists, and the parts of its name.
_Number = tuple[str, float | None, tuple[str, ...]]


def _numbers(run: Run, latest: RunRecord) -> Iterator[_Number]:
    is_latest = run.record is latest
    yield from _system_numbers(run, latest, is_latest=is_latest)
    if is_latest:
        metrics = list(latest["metrics"])
        for document in run.rows(DOCUMENTS_FILE, DocumentRow, metrics):
            for metric, score in document.scores.items():
                yield "document", score, (document.system, document.document, metric)
        if kind_of(run.folder / DOMAINS_FILE) == "file":
            for domain in run.rows(DOMAINS_FILE, DomainRow, metrics):
                for metric, score in domain.scores.items():
                    parts = (domain.system, "domain", domain.domain or "(none)", metric)
                    yield "domain", score, parts
    if kind_of(run.folder / TERMS_FILE) == "file":
        for term in run.rows(TERMS_FILE, TermTally):
            known = term.kind == "system" and term.system in latest["systems"]
            if known and term.occurrences:
                accuracy = term.right / term.occurrences
                yield "term", accuracy, (term.system, "term", term.concept)


def _system_numbers(run: Run, latest: RunRecord, *, is_latest: bool) -> Iterator[_Number]:
    metrics = list(latest["metrics"])
    for row in run.rows(SYSTEMS_FILE, SystemRow, metrics):
        if row.system not in latest["systems"]:
            continue
        for metric in metrics:
            then, now = (
                comparability_key(record, row.system, metric) for record in (run.record, latest)
            )
            if is_latest or (then == now and now is not None):
                yield "system", row.scores[metric], (row.system, metric)
            if is_latest:
                low, high = row.intervals[metric] or (None, None)
                for name, value in (("low", low), ("high", high), ("rank", row.ranks[metric])):
                    yield "system", value, (row.system, metric, name)


def _milliseconds(run: Run) -> int:
    """Return when a run was made, in milliseconds since 1970."""
    try:
        made = datetime.strptime(run.record["created"], "%Y-%m-%dT%H:%M:%SZ")
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{location(run.folder)}: the run does not say when it was made") from None
    return int(made.replace(tzinfo=timezone.utc).timestamp() * 1000)


class _Names:
    """Names of series that comet_ml keeps whole, each different from all others."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}

    def name(self, kind: str, parts: tuple[str, ...]) -> str:
        name = shortened("/".join(parts), MAX_NAME)
        # A document may be called "term", and have the name of a metric in common with a concept.
        if self._kinds.setdefault(name, kind) != kind:
            name = shortened(f"{'/'.join(parts)} ({kind})", MAX_NAME)
        return name


def shortened(text: str, size: int) -> str:
    """Return a text, cut if it is too long; a hash keeps it apart from others that begin alike."""
    return text if len(text) <= size else f"{text[: size - 9]}~{sha256(text)[:8]}"


def _parameters(run: Run) -> dict[str, str | int]:
    record = run.record
    signatures = {**record["signatures"], "terms": record.get("term_signature")}
    found: dict[str, str | int | None] = {
        "run": run.name,
        "created": record.get("created"),
        "fingerprint": record.get("fingerprint"),
        "systems": len(record["systems"]),
        "documents": len(record.get("documents", ())),
        "segments": sum(record.get("segments", ())),
        "notes": len(record.get("notes", ())),
        **_flat("finding", record.get("findings")),
        "meaning of rank": RANK_MEANING,
        **_flat("signature", signatures),
        **_flat("version", record.get("versions")),
        **_flat("resampling", record.get("resampling")),
    }
    inputs = _flat("sha256", record["inputs"])
    if len(inputs) > MAX_HASHES:
        sides = {
            **record["inputs"],
            "references": _hash(record["inputs"].get("references")),
            "systems": {name: _hash(of) for name, of in record["inputs"]["systems"].items()},
            "dates": _hash(record["inputs"].get("dates")),
        }
        inputs = _flat("sha256", sides)
    return {
        shortened(name, MAX_NAME): shortened(value, MAX_VALUE) if isinstance(value, str) else value
        for name, value in (found | inputs).items()
        if value is not None
    }


def _hash(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=True))


def _flat(name: str, value: Any) -> dict[str, str | int | None]:
    """Return the leaves of a tree, named by the path to each; the n-th of a list is n, from 1."""
    if isinstance(value, (list, tuple)):
        value = {str(n): found for n, found in enumerate(value, 1)}
    if isinstance(value, Mapping):
        return {
            key: leaf
            for part, below in value.items()
            for key, leaf in _flat(f"{name}/{part}", below).items()
        }
    return {name: value if value is None or isinstance(value, int) else str(value)}
