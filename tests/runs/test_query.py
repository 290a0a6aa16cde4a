"""A query ends within its limits, at Ctrl-C, and in one sentence."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator

import duckdb
import pytest

from mteval.errors import UsageError
from mteval.runs import query
from mteval.runs.query import run_query

ENDLESS = [
    "WITH RECURSIVE t AS (SELECT 1 a UNION ALL SELECT a + 1 FROM t) SELECT max(a) FROM t",
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range = 17",
    "SELECT 1; SELECT count(*) FROM range(9999999) a, range(9999999) b WHERE a.range * b.range < 0",
]
LARGE = [
    "SELECT repeat('x', 3000000000)",
    "SELECT list(range) FROM range(1000000000)",
    "SELECT repeat('x', 10000000) FROM range(1000)",
    "WITH RECURSIVE t AS (SELECT 'x' a UNION ALL SELECT a || a FROM t) SELECT * FROM t",
]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"temp_directory": ""}) as made:
        yield made


@pytest.mark.parametrize("sql", ENDLESS)
def test_an_endless_query_is_stopped(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    monkeypatch.setattr(query, "MAX_SECONDS", 0.2)
    with pytest.raises(UsageError, match=r"^the query takes longer than 0 s and was stopped; narr"):
        run_query(connection, sql)
    assert run_query(connection, "SELECT 7").rows == [(7,)]


@pytest.mark.parametrize("sql", ENDLESS)
def test_ctrl_c_stops_a_query(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run_query(connection, sql)
    timer.join()
    # It has ended, and another one may be run.
    assert run_query(connection, "SELECT 7").rows == [(7,)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is of Linux")
@pytest.mark.parametrize("sql", LARGE)
def test_a_query_has_so_much_memory_and_no_more(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    monkeypatch.setattr(query, "MAX_MEMORY_BYTES", 512 * 2**20)
    with pytest.raises(UsageError, match=r"^the query needs more than .* GiB of memory and was"):
        run_query(connection, sql)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_rows_are_cut_and_that_is_told(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "MAX_ROWS", 25_000)
    for n_rows, shown, is_cut in ((24_999, 24_999, False), (25_000, 25_000, False)):
        found = run_query(connection, f"SELECT * FROM range({n_rows})")
        assert (len(found.rows), found.is_cut) == (shown, is_cut)
    # What is streamed is not made before it is asked for.
    found = run_query(connection, "SELECT * FROM range(100000000000)")
    assert (len(found.rows), found.is_cut, found.rows[-1]) == (25_000, True, (24_999,))
    assert found.columns == ("range",)


@pytest.mark.parametrize("text", ["SELECT '\ud800'", "\udcff", "SELECT 1 \0, 2", "\0"])
def test_what_is_no_text_of_sql_is_one_sentence(
    connection: duckdb.DuckDBPyConnection, text: str
) -> None:
    with pytest.raises(UsageError, match=r"^the query cannot be run: it has (half|a N)") as raised:
        run_query(connection, text)
    assert "\n" not in str(raised.value)
    assert run_query(connection, "SELECT '\U00020000', chr(0)").rows == [("\U00020000", "\0")]


@pytest.mark.parametrize("sql", ["CREATE TABLE t (a INT)", "SELECT * FROM range(0)"])
def test_no_rows_are_no_error(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert run_query(connection, sql).rows == []
