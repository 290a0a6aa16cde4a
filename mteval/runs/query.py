"""A query of the user's over runs, within limits of time, memory and rows; Ctrl-C stops it."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from mteval.errors import UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["MAX_ROWS", "Answer", "first_line", "run_query"]

# Chosen by hand: a query over the texts of 100 runs of WMT22 takes some seconds, and what is larger
# than this is for a database of the user's own over `mteval export --format parquet`.
MAX_SECONDS = 60.0
MAX_MEMORY_BYTES = 2 * 1024**3
MAX_ROWS = 1_000_000
# Rows that are fetched at once.
_CHUNK_ROWS = 10_000
# How often a query is interrupted until it has ended.
_TICK_SECONDS = 0.05
_MUCH = "; narrow it with WHERE or LIMIT, or export the runs as parquet for a database of your own"
Result = TypeVar("Result")


class Answer(NamedTuple):
    """What a query found.

    Attributes:
        columns: their names.
        rows: values as JSON has them.
        is_cut: whether there were more than MAX_ROWS rows.
    """

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    is_cut: bool


def run_query(connection: DuckDBPyConnection, sql: str) -> Answer:
    """Run a query within MAX_SECONDS, MAX_MEMORY_BYTES more than there were, and MAX_ROWS.

    Raises:
        UsageError: it cannot be run, or does not end within them.
        KeyboardInterrupt: it was interrupted; it has ended.
    """
    import duckdb

    try:
        sql.encode()
    except UnicodeEncodeError:
        raise UsageError(
            "the query cannot be run: it has half a surrogate pair, which is no character; write "
            "the character itself"
        ) from None
    if "\0" in sql:
        raise UsageError(
            "the query cannot be run: it has a NUL character; write chr(0) where one is meant"
        )
    try:
        with _bounded_memory():
            return _watched(connection, lambda: _answer(connection, sql))
    except MemoryError:
        raise _too_much_memory() from None
    except duckdb.OutOfMemoryException:
        raise _too_much_memory() from None
    except (duckdb.Error, UnicodeError, RuntimeError, ValueError, OverflowError) as error:
        message = first_line(error)
        if "bad_alloc" in message or "bad allocation" in message:
            raise _too_much_memory() from None
        if "pytz" in message:
            message = "it gives times with a zone; cast them, as in now()::TIMESTAMP"
        raise UsageError(f"the query cannot be run: {message}") from None


def _too_much_memory() -> UsageError:
    return UsageError(
        f"the query needs more than {MAX_MEMORY_BYTES / 1024**3:.0f} GiB of memory and was "
        f"stopped{_MUCH}"
    )


def _answer(connection: DuckDBPyConnection, sql: str) -> Answer:
    if not connection.extract_statements(sql):
        raise UsageError("the query is empty; name columns and a view, as in: SELECT * FROM runs")
    connection.execute(sql)
    columns = tuple(str(column[0]) for column in connection.description or ())
    rows: list[tuple[Any, ...]] = []
    while columns and len(rows) <= MAX_ROWS:
        chunk = connection.fetchmany(_CHUNK_ROWS)
        if not chunk:
            break
        rows += [tuple(_plain(value) for value in row) for row in chunk]
    return Answer(columns, rows[:MAX_ROWS], len(rows) > MAX_ROWS)


def _watched(connection: DuckDBPyConnection, work: Callable[[], Result]) -> Result:
    """Do work of a connection in a thread, so that time limit and Ctrl-C can interrupt it.

    DuckDB looks for no signal while it works, and Python handles none in the main thread until it
    has done.
    """
    results: list[Result] = []
    errors: list[Exception] = []
    # Not whether the thread is alive: an interrupted join says that it is not (bpo-45274).
    done = threading.Event()

    def do() -> None:
        try:
            results.append(work())
        except Exception as error:  # raised again below, in the thread that asked for the work
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=do, daemon=True).start()
    try:
        is_late = not done.wait(MAX_SECONDS)
    finally:
        # More than once, as it may be between two statements.
        while not done.is_set():
            connection.interrupt()
            done.wait(_TICK_SECONDS)
    if is_late:
        raise UsageError(f"the query takes longer than {MAX_SECONDS:.0f} s and was stopped{_MUCH}")
    if errors:
        raise errors[0]
    return results[0]


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """Let this process have MAX_MEMORY_BYTES more than now, where the system can see to that.

    DuckDB's own limit does not count texts that functions make.
    """
    try:
        import resource
    except ImportError:  # Windows has none
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    size = _address_space()
    hard = math.inf if before[1] == resource.RLIM_INFINITY else before[1]
    soft = math.inf if before[0] == resource.RLIM_INFINITY else before[0]
    wanted = min(size + MAX_MEMORY_BYTES, hard, soft) if size else soft
    if wanted == math.inf:
        yield
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (int(wanted), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _address_space() -> int:
    """Return the size of this process in bytes, 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    import resource

    return pages * resource.getpagesize()


def first_line(error: Exception) -> str:
    """Return DuckDB's message on one line, without the query that it shows again."""
    text = str(error).split("\n\nLINE ")[0].split("\nCandidate ")[0]
    lines: Iterator[str] = (line.strip() for line in io.StringIO(text))
    return " ".join(line for line in lines if line)


def _plain(value: Any) -> Any:
    """Return a value of DuckDB's as JSON has it."""
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
