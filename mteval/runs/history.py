"""The history of a folder of runs: what each changed, how scores moved, and SQL over all of it."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from mteval.errors import InputError, MtevalError, UsageError, location
from mteval.io.files import kind_of, list_folder, read_text
from mteval.runs.files import REPORT_FILE
from mteval.runs.record import comparability_key
from mteval.runs.schema.record import RunRecord, validation_error

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["VIEWS", "History", "RunEntry", "list_runs", "query_runs", "read_history"]

VIEWS = (
    *("runs", "systems", "domains", "documents", "segments", "terms", "occurrences"),
    "scores",
)

_RECORD_FILE = "run.json"
_SCORES_FILE = "scores.parquet"
# Of a table of a run.
_MOST_BYTES = 512 * 1024 * 1024
# What only runs hold: a folder with any of these and no record is a run that was damaged.
_RUN_FILES = frozenset(
    {f"{view}.csv" for view in VIEWS} | {_SCORES_FILE, "evaluation.json", "statistics.npz"}
) - {"runs.csv", "scores.csv"}
# A record that holds none of these is of something else.
_RECORDED = frozenset({"inputs", "systems", "metrics", "signatures"})
_TERMS = "term_accuracy"
# Columns that every run has, with their types; others are text, or scores by the names of metrics.
_COLUMNS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "systems": {"system": "VARCHAR", "segments": "BIGINT"},
        "domains": {
            **{"system": "VARCHAR", "domain": "VARCHAR", "documents": "BIGINT"},
            "segments": "BIGINT",
        },
        "documents": {"system": "VARCHAR", "document": "VARCHAR", "segments": "BIGINT"},
        "segments": {
            **{"system": "VARCHAR", "document": "VARCHAR", "segment": "BIGINT"},
            **{"source": "VARCHAR", "hypothesis": "VARCHAR", "reference": "VARCHAR"},
        },
        "terms": {
            **{"system": "VARCHAR", "kind": "VARCHAR", "concept": "VARCHAR", "source": "VARCHAR"},
            **{"occurrences": "BIGINT", "right": "BIGINT", "renderings": "VARCHAR"},
        },
        "occurrences": {
            **{"system": "VARCHAR", "kind": "VARCHAR", "document": "VARCHAR", "segment": "BIGINT"},
            **{"concept": "VARCHAR", "source": "VARCHAR", "verdict": "VARCHAR"},
            **{"rendering": "VARCHAR", "severity": "VARCHAR"},
        },
        "scores": {
            **{"metric": "VARCHAR", "level": "VARCHAR", "system": "VARCHAR"},
            **{"document": "VARCHAR", "segment": "BIGINT", "segments": "BIGINT"},
            **{"value": "DOUBLE", "higher_is_better": "BOOLEAN"},
        },
    }
)
_WHOLE = frozenset(
    {
        *("empty_hypotheses", "source_start", "source_end", "start", "end"),
        *("preferred", "admitted", "deprecated", "transliterated", "left in Chinese"),
        *("omitted", "other", "unclear"),
    }
)
_FRACTIONS = frozenset({"accuracy", "confidence"})
# Without these the database reads and writes nothing, and asks nobody for extensions.
_CLOSED = MappingProxyType(
    {
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",
        "temp_directory": "",
    }
)
# The longest line that DuckDB reads is 2 MB unless it is told.
_LINE_BYTES = 2_097_152
# More documents than this are counted, not named.
_NAMED = 3
# Parts of the signature of terms that say again that the termbase changed.
_OF_TERMBASE = ("termbase:", "concepts:")
_FIRST = "first run"
_NOTHING = "nothing"


class _DamagedError(Exception):
    """Say why a folder is left out of the history."""


@dataclass(frozen=True)
class RunEntry:
    """Hold what the history has of one run.

    Attributes:
        name: name of its folder.
        folder: where it lies.
        record: its run.json, parts of a wrong kind refused.
        created: when it was made, in UTC; None where the record does not say.
    """

    name: str
    folder: Path
    record: RunRecord
    created: datetime | None

    @property
    def fingerprint(self) -> str | None:
        """The hash of everything that decides the numbers."""
        found = self.record.get("fingerprint")
        return found if isinstance(found, str) else None

    @property
    def signatures(self) -> dict[str, str]:
        """By metric, its signature; that of the terms too."""
        found = {name: str(text) for name, text in self.part("signatures").items()}
        terms = self.record.get("term_signature")
        return found | ({_TERMS: terms} if isinstance(terms, str) else {})

    def part(self, *keys: str) -> Mapping[str, Any]:
        """Give a mapping within the record, empty where there is none."""
        found: Any = self.record
        for key in keys:
            found = found.get(key) or {}
        return found  # type: ignore[no-any-return]


@dataclass(frozen=True)
class History:
    """Hold the runs of a folder of results, the oldest first.

    Attributes:
        runs: what is known of each.
        columns: by metric, its label, direction and digits, as the newest run has them.
        scores: by run, system and metric, the score over all segments; None is missing.
        segments: by run and system, how many segments were scored.
        terms: one row for each system and concept: ``runs`` lists run, occurrences and right.
        left_out: what is no whole run, with the reason: one sentence each.
    """

    runs: tuple[RunEntry, ...]
    columns: Mapping[str, Mapping[str, Any]]
    scores: Mapping[str, Mapping[str, Mapping[str, float | None]]]
    segments: Mapping[str, Mapping[str, int | None]]
    terms: Sequence[Mapping[str, Any]]
    left_out: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give the one JSON document that ``mteval history --json`` prints."""
        trends, incomparable = self._trends()
        seen: dict[str, RunEntry] = {}
        rows = []
        for n, run in enumerate(self.runs):
            before = self.runs[n - 1] if n else None
            systems = []
            for system in self._systems(run):
                earlier = seen.get(system)
                systems.append(
                    {
                        **self.scores[run.name].get(system, {}),
                        "system": system,
                        "segments": self.segments[run.name].get(system),
                        "changed": _system_changes(run, earlier, before, system),
                        "incomparable": incomparable.get((run.name, system), []),
                    }
                )
                seen[system] = run
            rows.append(
                {
                    "run": run.name,
                    "created": None if run.created is None else f"{run.created:%Y-%m-%dT%H:%M:%SZ}",
                    "fingerprint": run.fingerprint,
                    "command": _command(run),
                    "changed": _run_changes(run, before),
                    "systems": systems,
                    "signatures": run.signatures,
                }
            )
        return {
            "runs": rows,
            "metrics": {name: dict(column) for name, column in self.columns.items()},
            "trends": {"systems": trends, "terms": [dict(row) for row in self.terms]},
        }

    def report_links(self, page: Path) -> dict[str, str]:
        """Map each run that has a report to its address as seen from a page."""
        links = {}
        for run in self.runs:
            report = run.folder / REPORT_FILE
            if report.is_file():
                try:
                    path = Path(os.path.relpath(report.absolute(), page.absolute().parent))
                except ValueError:  # on another drive of Windows
                    links[run.name] = report.absolute().as_uri()
                else:
                    links[run.name] = quote(path.as_posix())
        return links

    def _systems(self, run: RunEntry) -> list[str]:
        return list(dict.fromkeys([*run.record.get("systems", ()), *self.scores[run.name]]))

    def _trends(self) -> tuple[list[dict[str, Any]], dict[tuple[str, str], list[str]]]:
        """Follow the score of each system and metric; say too which scores do not compare."""
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        latest: dict[tuple[str, str], dict[Any, tuple[str, float]]] = {}
        last_basis: dict[tuple[str, str], Any] = {}
        incomparable: dict[tuple[str, str], list[str]] = {}
        for run in self.runs:
            for system, by_metric in self.scores[run.name].items():
                for metric, score in by_metric.items():
                    if score is None:
                        continue
                    key = (system, metric)
                    shared = comparability_key(run.record, system, metric)
                    of_basis = latest.setdefault(key, {})
                    before = None if shared is None else of_basis.get(shared)
                    comparable = key not in last_basis or (
                        shared is not None and shared == last_basis[key]
                    )
                    if not comparable:
                        incomparable.setdefault((run.name, system), []).append(metric)
                    found.setdefault(key, []).append(
                        {
                            "run": run.name,
                            "score": score,
                            "delta": None if before is None else score - before[1],
                            "compared_with": None if before is None else before[0],
                            "comparable": comparable,
                        }
                    )
                    last_basis[key] = shared
                    of_basis[shared] = (run.name, score)
        order = list(self.columns)
        trends = [
            {"system": system, "metric": metric, "runs": runs}
            for (system, metric), runs in sorted(
                found.items(), key=lambda item: (item[0][0], order.index(item[0][1]))
            )
        ]
        return trends, incomparable


def read_history(results: Path) -> History:
    """Read the runs of a folder of results; what is no whole run is left out, and named.

    Raises:
        InputError: there is no such folder, or no run in it.
    """
    with _Database(results) as database:
        scores: dict[str, dict[str, dict[str, float | None]]] = {}
        segments: dict[str, dict[str, int | None]] = {}
        database.load("scores", "level = 'system' AND system IS NOT NULL AND metric IS NOT NULL")
        database.load("terms", "kind = 'system' AND system IS NOT NULL AND concept IS NOT NULL")
        for run, system, metric, n_segments, value in database.rows(
            "SELECT run, system, metric, segments, value FROM scores"
        ):
            scores.setdefault(run, {}).setdefault(system, {})[metric] = (
                None if value is None or not math.isfinite(value) else value
            )
            segments.setdefault(run, {})[system] = n_segments
        terms = [
            {"system": system, "concept": concept, "source": source, "runs": counts}
            for system, concept, source, counts in database.rows(
                """
                SELECT system, concept, last("source" ORDER BY n),
                    list({'run': run, 'occurrences': occurrences, 'right': "right"} ORDER BY n)
                FROM terms JOIN run_order USING (run) GROUP BY system, concept
                ORDER BY system, concept
                """
            )
        ]
        runs = tuple(database.runs.values())
        left_out = database.left_out()
    for entry in runs:
        scores.setdefault(entry.name, {})
        segments.setdefault(entry.name, {})
    return History(runs, _metric_columns(runs, scores), scores, segments, terms, left_out)


def query_runs(
    results: Path, sql: str
) -> tuple[tuple[str, ...], list[tuple[Any, ...]], tuple[str, ...]]:
    """Run a query over the files of all runs, in a database that reads and writes nothing else.

    Args:
        results: folder of runs.
        sql: query over VIEWS, in DuckDB's dialect.

    Returns:
        The names of columns; the rows, as JSON has them; the sentences on what is left out.

    Raises:
        InputError: there is no such folder, or no run in it.
        UsageError: the query cannot be run.
    """
    with _Database(results) as database:
        for view in VIEWS:
            if view != "runs":
                database.load(view)
        database.load_runs()
        database.lock()
        columns, rows = database.query(sql)
        return columns, rows, database.left_out()


class _Database:
    """Hold the files of runs as tables of a DuckDB database in memory."""

    def __init__(self, results: Path) -> None:
        import duckdb

        self._error = duckdb.Error
        self._results = results
        self._reasons: dict[str, str] = {}
        self.runs = {run.name: run for run in list_runs(results, self._reasons)}
        self._metrics = _metric_names(self.runs.values())
        self._check_any()
        self._connection: DuckDBPyConnection = duckdb.connect(":memory:", config=dict(_CLOSED))
        self._order_runs()

    def __enter__(self) -> _Database:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def left_out(self) -> tuple[str, ...]:
        """Say what was left out, and why."""
        return tuple(
            f"{location(self._results / name)} is left out of the history: {reason}"
            for name, reason in sorted(self._reasons.items())
        )

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query of our own."""
        return self._connection.execute(sql, list(parameters)).fetchall()

    def load(self, view: str, condition: str = "true") -> None:
        """Make a table of one file of every run; runs whose file is damaged are left out."""
        known = ", ".join(f"{_quoted(n)} {kind}" for n, kind in _COLUMNS[view].items())
        self.rows(f"CREATE TABLE {view} (run VARCHAR, {known})")
        for (columns, longest), paths in self._grouped(view).items():
            # What names no run is no column of a table: files differ in what they have.
            for name, kind in columns:
                self.rows(f"ALTER TABLE {view} ADD COLUMN IF NOT EXISTS {_quoted(name)} {kind}")
            self._insert(view, columns, longest, paths, condition)
        self._drop_left_out()

    def _insert(
        self,
        view: str,
        columns: tuple[tuple[str, str], ...],
        longest: int,
        paths: Mapping[str, str],
        condition: str,
    ) -> None:
        names = ", ".join(_quoted(name) for name, _ in columns)
        if view == "scores":
            values = ", ".join(
                f"CAST({_quoted(n)} AS {kind}) AS {_quoted(n)}" for n, kind in columns
            )
            reader = "read_parquet($1, union_by_name=true, filename=true, hive_partitioning=false)"
        else:
            values = names
            types = ", ".join(f"{_literal(n)}: {_literal(kind)}" for n, kind in columns)
            # No sniffing: 001 and 2023-11-30 stay the texts that they are.
            reader = (
                f"read_csv($1, auto_detect=false, header=true, columns={{{types}}}, delim=',', "
                """quote='"', escape='"', nullstr='', allow_quoted_nulls=false, """
                "strict_mode=true, new_line='\\n', compression='none', hive_partitioning=false, "
                f"max_line_size={longest}, filename='mteval filename')"
            )
        file = "filename" if view == "scores" else '"mteval filename"'

        def insert(chosen: Mapping[str, str]) -> None:
            self.rows(
                f"""
                INSERT INTO {view} (run, {names})
                SELECT f.run, {", ".join(f"t.{_quoted(name)}" for name, _ in columns)} FROM
                    (SELECT {values}, {file} AS "mteval file" FROM {reader} WHERE {condition}) t
                    JOIN (SELECT unnest($2) AS path, unnest($3) AS run) f
                    ON f.path = t."mteval file"
                """,
                [[_unglobbed(p) for p in chosen], list(chosen), list(chosen.values())],
            )

        self._try_each(insert, paths, f"{view}.csv" if view != "scores" else _SCORES_FILE)

    def _try_each(
        self, insert: Callable[[Mapping[str, str]], None], paths: Mapping[str, str], file: str
    ) -> None:
        """Insert files at once, or those that can be, one by one."""
        try:
            insert(paths)
        except (self._error, UnicodeError):
            for path, run in paths.items():
                try:
                    insert({path: run})
                except (self._error, UnicodeError) as error:
                    self._reasons[run] = f"{file} cannot be read ({_first_line(error)})"

    def _grouped(self, view: str) -> dict[tuple[tuple[tuple[str, str], ...], int], dict[str, str]]:
        """Group the files of a view by their columns and their longest line: path to run."""
        groups: dict[Any, dict[str, str]] = {}
        file = f"{view}.csv" if view != "scores" else _SCORES_FILE
        for run in self.runs.values():
            path = run.folder / file
            try:
                if not path.is_file():
                    if view == "scores":
                        raise _DamagedError(f"{file} is not there")
                    continue
                name = str(path.absolute())
                name.encode()
                if view == "scores":
                    columns, longest = tuple(_COLUMNS[view].items()), 0
                else:
                    size = path.stat().st_size
                    # A file of no rows is a line end.
                    columns = self._typed(view, path) if size > 1 else ()
                    longest = size if size > _LINE_BYTES else _LINE_BYTES
            except UnicodeError:
                self._reasons[run.name] = "its name or text is no UTF-8"
                continue
            except (_DamagedError, OSError, csv.Error) as error:
                self._reasons[run.name] = str(error)
                continue
            if columns:
                groups.setdefault((columns, longest), {})[name] = run.name
        self._drop_left_out()
        return groups

    def _typed(self, view: str, path: Path) -> tuple[tuple[str, str], ...]:
        if path.stat().st_size > _MOST_BYTES:
            raise _DamagedError(f"{path.name} has more than {_MOST_BYTES // 2**20} MiB")
        data = path.read_bytes()
        # DuckDB 2.0 drops a last line that breaks off within quotes, and says nothing.
        if not data.endswith(b"\n") or data.count(b'"') % 2:
            raise _DamagedError(f"{path.name} breaks off")
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file, strict=True), [])
        lacking = [name for name in ("system",) if name not in header]
        folded = [name.casefold() for name in header]
        if lacking or len(set(folded)) < len(folded) or "run" in folded or "" in folded:
            raise _DamagedError(f"{path.name} has not the columns that mteval score writes")
        known = _COLUMNS[view]
        return tuple((name, known.get(name) or self._type(name)) for name in header)

    def _type(self, name: str) -> str:
        for suffix, kind in (("_ci_low", "DOUBLE"), ("_ci_high", "DOUBLE"), ("_rank", "BIGINT")):
            if name.endswith(suffix) and name.removesuffix(suffix) in self._metrics:
                return kind
        if name in self._metrics or name in _FRACTIONS:
            return "DOUBLE"
        return "BIGINT" if name in _WHOLE or name.startswith("flag_") else "VARCHAR"

    def _drop_left_out(self) -> None:
        gone = [name for name in self._reasons if self.runs.pop(name, None) is not None]
        if not gone:
            return
        for (table,) in self.rows("SELECT table_name FROM duckdb_tables()"):
            self.rows(f"DELETE FROM {table} WHERE run IN (SELECT unnest($1::VARCHAR[]))", [gone])
        self._check_any()

    def _check_any(self) -> None:
        if self.runs:
            return
        damaged = f"; {self.left_out()[0]}" if self._reasons else ""
        raise InputError(
            f"{location(self._results)}: there is no run in this folder{damaged}; make one with: "
            "mteval score, or name another folder with -o"
        )

    def _order_runs(self) -> None:
        self.rows("CREATE TABLE run_order (run VARCHAR, n BIGINT)")
        names = [name for name in self.runs if _is_text(name)]
        for name in self.runs.keys() - set(names):
            self._reasons[name] = "its name is no UTF-8"
        self.rows("INSERT INTO run_order SELECT unnest($1), unnest($2)", [names, _count(names)])
        self._drop_left_out()

    def load_runs(self) -> None:
        """Make the table of runs, one row each."""
        self.rows("DROP TABLE run_order")
        before: RunEntry | None = None
        rows: list[tuple[Any, ...]] = []
        for run in self.runs.values():
            resampling = run.part("resampling")
            rows.append(
                (
                    run.name,
                    None if run.created is None else run.created.replace(tzinfo=None),
                    run.fingerprint,
                    shlex.join(_command(run)),
                    "; ".join(_run_changes(run, before)),
                    _text_or_none(run.part("versions").get("mteval-toolkit")),
                    json.dumps(run.signatures, ensure_ascii=False),
                    json.dumps(resampling, sort_keys=True) if resampling else None,
                )
            )
            before = run
        names = (
            *("run", "created", "fingerprint", "command", "changed", "mteval", "signatures"),
            "resampling",
        )
        types = ["TIMESTAMP" if name == "created" else "VARCHAR" for name in names]
        self.rows(
            "CREATE TABLE runs AS SELECT "
            + ", ".join(
                f"unnest(${n}::{kind}[]) AS {name}"
                for n, (name, kind) in enumerate(zip(names, types, strict=True), 1)
            ),
            [list(column) for column in zip(*rows, strict=True)],
        )

    def lock(self) -> None:
        """Shut the database off from files and from changes of that."""
        self.rows("SET enable_external_access = false")
        self.rows("SET lock_configuration = true")

    def query(self, sql: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Run a query of the user's.

        Raises:
            UsageError: it cannot be run.
        """
        try:
            statements = self._connection.extract_statements(sql)
            if not statements:
                raise UsageError("the query is empty; name columns and one of: " + ", ".join(VIEWS))
            self._connection.execute(sql)
            columns = tuple(str(column[0]) for column in self._connection.description or ())
            rows = self._connection.fetchall() if columns else []
        except (self._error, UnicodeError, RuntimeError) as error:
            message = _first_line(error)
            if "pytz" in message:
                message = "it gives times with a zone; cast them, as in now()::TIMESTAMP"
            raise UsageError(f"the query cannot be run: {message}") from None
        return columns, [tuple(_plain(value) for value in row) for row in rows]


def list_runs(results: Path, reasons: dict[str, str]) -> list[RunEntry]:
    """List the runs of a folder, the oldest first; note why others are left out."""
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
            if not (folder / _RECORD_FILE).is_file():
                if any((folder / file).is_file() for file in _RUN_FILES):
                    raise _DamagedError(f"{_RECORD_FILE} is not there")
                continue
            record = _read_record(folder / _RECORD_FILE)
        except (_DamagedError, MtevalError, OSError) as error:
            reasons[folder.name] = str(error)
            continue
        runs.append(RunEntry(folder.name, folder, record, _moment(record.get("created"))))
    oldest = datetime.min.replace(tzinfo=timezone.utc)
    return sorted(runs, key=lambda run: (run.created or oldest, run.name))


def _read_record(path: Path) -> RunRecord:
    """Read the record of a run of any version, and check the kinds of what it has."""
    try:
        record = _utf8(json.loads(read_text(path)))
    except (ValueError, RecursionError):
        raise _DamagedError(f"{path.name} is no JSON") from None
    except MtevalError:
        raise _DamagedError(f"{path.name} is no UTF-8 text, or cannot be read") from None
    if not isinstance(record, dict) or not record.keys() & _RECORDED:
        raise _DamagedError(f"{path.name} is not the record of a run")
    fault = validation_error(record)
    if fault is not None:
        raise _DamagedError(f"{path.name}: {fault} is not what mteval writes")
    return cast("RunRecord", record)


def _run_changes(run: RunEntry, before: RunEntry | None) -> list[str]:
    """Say what changed of the inputs of a run, systems included."""
    if before is None:
        return [_FIRST]
    if run.fingerprint is not None and run.fingerprint == before.fingerprint:
        return [_NOTHING]
    changed = _shared_changes(run, before)
    old, new = before.part("inputs", "systems"), run.part("inputs", "systems")
    for system in new:
        if system in old:
            words = _outputs(old[system], new[system])
            changed += [f"{words} of {system}"] if words else []
    changed += [f"system {name} added" for name in new if name not in old]
    changed += [f"system {name} removed" for name in old if name not in new]
    return changed or [_unexplained(run, before)]


def _system_changes(
    run: RunEntry, earlier: RunEntry | None, before: RunEntry | None, system: str
) -> list[str]:
    """Say what changed of the inputs of a system's scores since the last run that had it."""
    if before is None:
        return [_FIRST]
    if earlier is None:
        return ["new system"]
    if run.fingerprint is not None and run.fingerprint == earlier.fingerprint:
        changed = [_NOTHING]
    else:
        old, new = (r.part("inputs", "systems").get(system, {}) for r in (earlier, run))
        words = _outputs(old, new)
        changed = _shared_changes(run, earlier) + ([words] if words else [])
        same_systems = set(run.part("inputs", "systems")) == set(earlier.part("inputs", "systems"))
        if not changed:
            others = not same_systems or any(
                old_texts != run.part("inputs", "systems").get(name)
                for name, old_texts in earlier.part("inputs", "systems").items()
            )
            changed = [_NOTHING if others else _unexplained(run, earlier)]
    return changed if earlier is before else [*changed, f"since {earlier.name}"]


def _unexplained(run: RunEntry, before: RunEntry) -> str:
    if run.fingerprint is None or before.fingerprint is None:
        return f"{_NOTHING} that is recorded"
    return "something that this version of mteval does not know"


def _shared_changes(run: RunEntry, before: RunEntry) -> list[str]:
    """Say what changed that bears on every system."""
    changed = []
    old, new = before.part("inputs", "references"), run.part("inputs", "references")
    both = [d for d in new if d in old]
    for words, key in (("references", "references"), ("sources", "source")):
        differ = [d for d in both if old[d].get(key) != new[d].get(key)]
        changed += [f"{words} of {_listed(differ)}"] if differ else []
    added, removed = [d for d in new if d not in old], [d for d in old if d not in new]
    changed += [f"{_listed(added)} added"] if added else []
    changed += [f"{_listed(removed)} removed"] if removed else []
    old_terms, new_terms = (r.part("inputs").get("terms") for r in (before, run))
    if old_terms != new_terms:
        added_or_not = "added" if old_terms is None else "removed" if new_terms is None else ""
        changed.append(f"termbase {added_or_not}".strip())
    if old_terms is not None and new_terms is not None:
        old_dates, new_dates = before.part("inputs", "dates"), run.part("inputs", "dates")
        differ = [d for d in both if old_dates.get(d) != new_dates.get(d)]
        changed += [f"dates of {_listed(differ)}"] if differ else []
    old, new = _domains(before), _domains(run)
    differ = [d for d in both if old.get(d) != new.get(d)]
    changed += [f"domains of {_listed(differ)}"] if differ else []
    changed += _signature_changes(run, before)
    old, new = before.part("versions"), run.part("versions")
    changed += [f"{name} {old[name]} -> {new[name]}" for name in new if _differ(name, old, new)]
    old, new = before.part("resampling"), run.part("resampling")
    settings = [f"{key} {old[key]} -> {new[key]}" for key in new if _differ(key, old, new)]
    if settings:
        changed.append(f"resampling ({', '.join(settings)})")
    elif old != new:
        changed.append(f"resampling {'removed' if old else 'added'}")
    return changed


def _domains(run: RunEntry) -> dict[str, Any]:
    """Map the documents of a run to their domains, if they have any."""
    found = run.record.get("domains")
    documents = run.record.get("documents", ())
    return dict(zip(documents, found, strict=False)) if isinstance(found, list) else {}


def _signature_changes(run: RunEntry, before: RunEntry) -> list[str]:
    old, new = (
        {name: text for name, text in r.signatures.items() if name != _TERMS} for r in (before, run)
    )
    labels = {
        name: column.get("label") or name
        for r in (before, run)
        for name, column in r.part("metrics").items()
    }
    changed = [f"signature of {labels.get(n, n)}" for n in new if _differ(n, old, new)]
    old_segments, new_segments = (r.part("segment_signatures") for r in (before, run))
    changed += [
        f"signature of {labels.get(n, n)} of segments"
        for n in new_segments
        if _differ(n, old_segments, new_segments) and not _differ(n, old, new)
    ]
    for word, names in (
        ("added", [n for n in new if n not in old]),
        ("removed", [n for n in old if n not in new]),
    ):
        changed += [f"metric {labels.get(name, name)} {word}" for name in names]
    rules = [
        None if text is None else [p for p in text.split("|") if not p.startswith(_OF_TERMBASE)]
        for text in (r.signatures.get(_TERMS) for r in (before, run))
    ]
    if None not in rules and rules[0] != rules[1]:
        changed.append("signature of the terms")
    return changed


def _differ(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return name in old and name in new and bool(old[name] != new[name])


def _outputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    differ = [d for d in dict.fromkeys([*new, *old]) if old.get(d) != new.get(d)]
    return f"output of {_listed(differ)}" if differ else ""


def _listed(documents: Sequence[str]) -> str:
    if len(documents) > _NAMED:
        return f"{len(documents)} documents"
    return ", ".join(documents)


def _metric_names(runs: Iterable[RunEntry]) -> frozenset[str]:
    return frozenset(
        {_TERMS, *(name for r in runs for name in (*r.part("metrics"), *r.part("signatures")))}
    )


def _metric_columns(
    runs: Sequence[RunEntry], scores: Mapping[str, Mapping[str, Mapping[str, float | None]]]
) -> dict[str, dict[str, Any]]:
    """Say how to read the scores of each metric, as the newest run that says it does."""
    present = {name for by in scores.values() for row in by.values() for name in row}
    order = dict.fromkeys(name for run in runs for name in run.part("metrics") if name in present)
    names = [name for name in (*order, *sorted(present - set(order))) if name != _TERMS]
    columns: dict[str, dict[str, Any]] = {}
    for name in (*names, *(present & {_TERMS})):
        known: dict[str, Any] = {}
        for run in runs:
            known |= run.part("metrics").get(name, {})
        label, higher, decimals = (
            known.get(key) for key in ("label", "higher_is_better", "decimals")
        )
        columns[name] = {
            "label": label if isinstance(label, str) else name,
            "higher_is_better": higher if isinstance(higher, bool) else True,
            # What an older mteval does not say: three digits serve every scale.
            "decimals": decimals if isinstance(decimals, int) and 0 <= decimals <= 9 else 3,
        }
    return columns


def _command(run: RunEntry) -> list[str]:
    return list(run.record.get("command", ()))


def _moment(text: object) -> datetime | None:
    """Read a moment in UTC, of ISO 8601."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(re.sub("Z$", "+00:00", text))
        return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).astimezone(
            timezone.utc
        )
    except (ValueError, OverflowError):
        return None


def _utf8(value: Any) -> Any:
    r"""Write bytes that are no UTF-8 as ``\udcff``, so that texts can be stored and shown."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_utf8(item) for item in value]
    if isinstance(value, dict):
        return {_utf8(key): _utf8(item) for key, item in value.items()}
    return value


def _is_text(name: str) -> bool:
    return bool(name == _utf8(name))


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)


def _count(names: Sequence[str]) -> list[int]:
    return list(range(len(names)))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unglobbed(path: str) -> str:
    """Write a path so that DuckDB looks for no pattern in it."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def _first_line(error: Exception) -> str:
    """Give DuckDB's message on one line, without the query that it shows again."""
    text = str(error).split("\n\nLINE ")[0].split("\nCandidate ")[0]
    lines: Iterator[str] = (line.strip() for line in io.StringIO(text))
    return " ".join(line for line in lines if line)


def _plain(value: Any) -> Any:
    """Give a value of DuckDB's as JSON has it."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, Decimal)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value.hex() if isinstance(value, (bytes, bytearray)) else str(value)
