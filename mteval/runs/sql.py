"""SQL over all runs of a folder, in a DuckDB database that reads and writes nothing else."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mteval.errors import InputError, location
from mteval.io.csv_rows import NEUTRALISED
from mteval.runs.changes import run_changes
from mteval.runs.entries import DamagedRunError, RunEntry, list_runs
from mteval.runs.files import MAX_RUN_FILE_BYTES, SCORES_FILE, csv_headings
from mteval.runs.query import MAX_ROWS, Answer, first_line, run_query
from mteval.runs.schema.columns import ColumnKind, Row, columns, core_columns, names_in
from mteval.runs.schema.record import TERM_METRIC
from mteval.runs.schema.rows import (
    VERDICTS,
    DocumentRow,
    DomainRow,
    OccurrenceRow,
    ScoreRow,
    SegmentRow,
    SystemRow,
    TermRow,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["VIEWS", "RunDatabase", "query_runs"]

_ROW_TYPES: Mapping[str, type[Row]] = MappingProxyType(
    {
        "systems": SystemRow,
        "domains": DomainRow,
        "documents": DocumentRow,
        "segments": SegmentRow,
        "terms": TermRow,
        "occurrences": OccurrenceRow,
        "scores": ScoreRow,
    }
)
VIEWS = ("runs", *_ROW_TYPES)
_TYPES: Mapping[ColumnKind, str] = MappingProxyType(
    {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
)
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
_FIRST_GROUP = r"\1"
# The longest line that DuckDB reads is 2 MB unless it is told.
_MAX_LINE_BYTES = 2_097_152


class _Columns(NamedTuple):
    """What files of a view have alike.

    Attributes:
        types: names of columns, each with its type.
        longest: how many bytes a line may have.
        neutralised: whether texts are written so that a spreadsheet takes none for a formula.
    """

    types: tuple[tuple[str, str], ...]
    longest: int
    neutralised: bool = False


def query_runs(
    results: Path, sql: str
) -> tuple[tuple[str, ...], list[tuple[Any, ...]], tuple[str, ...]]:
    """Run a query over the files of all runs, in a database that reads and writes nothing else.

    Args:
        results: folder of runs.
        sql: query over VIEWS, in DuckDB's dialect.

    Returns:
        The names of columns; the rows, as JSON has them, MAX_ROWS at most; the sentences on what
        is skipped.

    Raises:
        InputError: there is no such folder, or no run in it.
        UsageError: the query cannot be run, or needs more time or memory than it may have.
    """
    with RunDatabase(results) as database:
        for view in VIEWS:
            if view != "runs":
                database.load(view)
        database.load_runs()
        database.lock()
        found = database.query(sql)
        cut = f"there are more than the first {MAX_ROWS:,} rows; LIMIT and OFFSET have the others"
        return found.columns, found.rows, (*database.skipped(), *((cut,) if found.is_cut else ()))


class RunDatabase:
    """The files of runs as tables of a DuckDB database in memory.

    Attributes:
        runs: those that are whole, by name.
    """

    def __init__(self, results: Path) -> None:
        import duckdb

        self._error = duckdb.Error
        self._results = results
        self._reasons: dict[str, str] = {}
        self.runs = {run.name: run for run in list_runs(results, self._reasons)}
        self._metrics = list(
            {TERM_METRIC}.union(*((*run.metrics, *run.signatures) for run in self.runs.values()))
        )
        self._check_any()
        self._connection: DuckDBPyConnection = duckdb.connect(":memory:", config=dict(_CLOSED))
        self._order_runs()

    def __enter__(self) -> RunDatabase:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def skipped(self) -> tuple[str, ...]:
        """Return what was skipped and why: one sentence each."""
        return tuple(
            f"{location(self._results / name)} is skipped in the history: {reason}"
            for name, reason in sorted(self._reasons.items())
        )

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query of our own."""
        return self._connection.execute(sql, list(parameters)).fetchall()

    def load(self, view: str, condition: str = "true") -> None:
        """Make a table of one file of every run; runs whose file is damaged are skipped."""
        known = ", ".join(f"{_quoted(name)} {kind}" for name, kind in _core_types(view))
        self.rows(f"CREATE TABLE {view} (run VARCHAR, {known})")
        for found, paths in self._grouped(view).items():
            # Files differ in the columns that they have besides.
            for name, kind in found.types:
                self.rows(f"ALTER TABLE {view} ADD COLUMN IF NOT EXISTS {_quoted(name)} {kind}")
            self._insert(view, found, paths, condition)
        self._drop_skipped()

    def _insert(self, view: str, found: _Columns, paths: Mapping[str, str], condition: str) -> None:
        names = ", ".join(_quoted(name) for name, _ in found.types)
        if view == "scores":
            reader, file = _parquet_reader(), "filename"
            values = ", ".join(
                f"CAST({_quoted(n)} AS {kind}) AS {_quoted(n)}" for n, kind in found.types
            )
        else:
            reader, file = _csv_reader(found), '"mteval filename"'
            values = ", ".join(
                f"{_restored(n)} AS {_quoted(n)}"
                if found.neutralised and kind == "VARCHAR"
                else _quoted(n)
                for n, kind in found.types
            )
        of_files = ", ".join(f"t.{_quoted(name)}" for name, _ in found.types)

        def insert(chosen: Mapping[str, str]) -> None:
            self.rows(
                f"""
                INSERT INTO {view} (run, {names})
                SELECT f.run, {of_files} FROM
                    (SELECT {values}, {file} AS "mteval file" FROM {reader} WHERE {condition}) t
                    JOIN (SELECT unnest($2) AS path, unnest($3) AS run) f
                    ON f.path = t."mteval file"
                """,
                [[_unglobbed(p) for p in chosen], list(chosen), list(chosen.values())],
            )

        self._try_each(insert, paths, _file_of(view))

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
                    self._reasons[run] = f"{file} cannot be read ({first_line(error)})"

    def _grouped(self, view: str) -> dict[_Columns, dict[str, str]]:
        """Return the files of a view by what they have alike: path to run."""
        groups: dict[_Columns, dict[str, str]] = {}
        for run in self.runs.values():
            path = run.folder / _file_of(view)
            try:
                found = self._columns(view, path, run)
                name = str(path.absolute())
                name.encode()
            except UnicodeError:
                self._reasons[run.name] = "its name or text is no UTF-8"
            except (DamagedRunError, OSError, ValueError) as error:
                self._reasons[run.name] = first_line(error)
            else:
                if found.types:
                    groups.setdefault(found, {})[name] = run.name
        self._drop_skipped()
        return groups

    def _columns(self, view: str, path: Path, run: RunEntry) -> _Columns:
        """Return the columns of a file, none where there is no such file."""
        if not path.is_file():
            if view == "scores":
                raise DamagedRunError(f"{path.name} is not there")
            return _Columns((), 0)
        if view == "scores":
            return _Columns(tuple(_core_types(view)), 0)
        size = path.stat().st_size
        if size > MAX_RUN_FILE_BYTES:
            raise DamagedRunError(f"{path.name} has more than {MAX_RUN_FILE_BYTES // 2**20} MiB")
        # A file of no rows is a line end.
        types = self._types(view, path) if size > 1 else ()
        neutralised = run.record.get("neutralised", False)
        return _Columns(types, max(size, _MAX_LINE_BYTES), neutralised)

    def _types(self, view: str, path: Path) -> tuple[tuple[str, str], ...]:
        data = path.read_bytes()
        # DuckDB 2.0 drops a last line that breaks off within quotes, and says nothing.
        if not data.endswith(b"\n") or data.count(b'"') % 2:
            raise DamagedRunError(f"{path.name} breaks off")
        headings = csv_headings(data)
        folded = [name.casefold() for name in headings]
        if (
            "system" not in headings
            or len(set(folded)) < len(folded)
            or "run" in folded
            or "" in folded
        ):
            raise DamagedRunError(f"{path.name} has not the columns that mteval score writes")
        names = {**names_in(headings), "metrics": self._metrics, "verdicts": VERDICTS}
        row_type = _ROW_TYPES[view]
        known = columns(row_type, names) | core_columns(row_type)
        return tuple((name, _TYPES[known.get(name, "text")]) for name in headings)

    def _drop_skipped(self) -> None:
        gone = [name for name in self._reasons if self.runs.pop(name, None) is not None]
        if not gone:
            return
        for (table,) in self.rows("SELECT table_name FROM duckdb_tables()"):
            self.rows(f"DELETE FROM {table} WHERE run IN (SELECT unnest($1::VARCHAR[]))", [gone])
        self._check_any()

    def _check_any(self) -> None:
        if self.runs:
            return
        damaged = f"; {self.skipped()[0]}" if self._reasons else ""
        raise InputError(
            f"{location(self._results)}: there is no run in this folder{damaged}; make one with: "
            "mteval score, or name another folder with -o"
        )

    def _order_runs(self) -> None:
        self.rows("CREATE TABLE run_order (run VARCHAR, n BIGINT)")
        names = [name for name in self.runs if _is_text(name)]
        for name in self.runs.keys() - set(names):
            self._reasons[name] = "its name is no UTF-8"
        self.rows(
            "INSERT INTO run_order SELECT unnest($1), unnest($2)", [names, list(range(len(names)))]
        )
        self._drop_skipped()

    def load_runs(self) -> None:
        """Make the table of runs, one row each."""
        self.rows("DROP TABLE run_order")
        before: RunEntry | None = None
        rows: list[tuple[Any, ...]] = []
        for run in self.runs.values():
            rows.append(
                (
                    run.name,
                    None if run.created is None else run.created.replace(tzinfo=None),
                    run.fingerprint,
                    shlex.join(run.command),
                    "; ".join(run_changes(run, before)),
                    run.versions.get("mteval-toolkit"),
                    json.dumps(run.signatures, ensure_ascii=False),
                    json.dumps(run.resampling, sort_keys=True) if run.resampling else None,
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

    def query(self, sql: str) -> Answer:
        """Run a query of the user's, as ``run_query`` does."""
        return run_query(self._connection, sql)


def _is_text(name: str) -> bool:
    """Return whether a name can be written as UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _file_of(view: str) -> str:
    return SCORES_FILE if view == "scores" else f"{view}.csv"


def _core_types(view: str) -> list[tuple[str, str]]:
    return [(name, _TYPES[kind]) for name, kind in core_columns(_ROW_TYPES[view]).items()]


def _parquet_reader() -> str:
    return "read_parquet($1, union_by_name=true, filename=true, hive_partitioning=false)"


def _csv_reader(found: _Columns) -> str:
    types = ", ".join(f"{_literal(name)}: {_literal(kind)}" for name, kind in found.types)
    # No sniffing: 001 and 2023-11-30 stay the texts that they are.
    return (
        f"read_csv($1, auto_detect=false, header=true, columns={{{types}}}, delim=',', "
        """quote='"', escape='"', nullstr='', allow_quoted_nulls=false, """
        "strict_mode=true, new_line='\\n', compression='none', hive_partitioning=false, "
        f"max_line_size={found.longest}, filename='mteval filename')"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _restored(name: str) -> str:
    """Return what makes the text of a column of what a spreadsheet takes for no formula."""
    return f"regexp_replace({_quoted(name)}, {_literal(NEUTRALISED)}, {_literal(_FIRST_GROUP)})"


def _unglobbed(path: str) -> str:
    """Return a path so written that DuckDB looks for no pattern in it."""
    return re.sub(r"([*?\[])", r"[\1]", path)
