"""The tables that a run has, with every column and in full precision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mteval.errors import UsageError
from mteval.runs.results import Results
from mteval.runs.rows import (
    column_names,
    document_rows,
    domain_rows,
    error_span_rows,
    flag_rows,
    system_rows,
)
from mteval.runs.schema.columns import Row
from mteval.runs.schema.rows import (
    DocumentRow,
    DomainRow,
    ErrorSpanRow,
    FlagRow,
    OccurrenceRow,
    SystemRow,
    TermRow,
)
from mteval.runs.tables import row_table, segment_table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TABLES", "data_table", "known_tables", "present_tables"]

TABLES = (
    *("systems", "domains", "documents", "segments", "terms", "occurrences", "flags"),
    "error_spans",
)
# The type of the rows of each table, and what returns them; segments are made column by column.
_ROWS: Mapping[str, tuple[type[Row], Callable[[Results], Sequence[Row]]]] = {
    "systems": (SystemRow, system_rows),
    "domains": (DomainRow, domain_rows),
    "documents": (DocumentRow, document_rows),
    "terms": (TermRow, lambda results: results.terms),
    "occurrences": (OccurrenceRow, lambda results: results.occurrences),
    "flags": (FlagRow, flag_rows),
    "error_spans": (ErrorSpanRow, error_span_rows),
}


def present_tables(results: Results) -> list[str]:
    """Return the names of the tables that a run has, rows in them or not."""
    has_terms = results.term_signature() is not None
    is_present = {
        "domains": bool(results.domains()),
        "terms": has_terms,
        "occurrences": has_terms,
        "flags": bool(results.flags),
        "error_spans": bool(results.error_spans),
    }
    return [name for name in TABLES if is_present.get(name, True)]


def known_tables(results: Results, names: Sequence[str]) -> list[str]:
    """Return the names that were asked for, each once.

    Raises:
        UsageError: there is no such table, or the run does not have it.
    """
    present = present_tables(results)
    for name in names:
        if name not in TABLES:
            raise UsageError(f"there is no table {name!r}; this run has {', '.join(present)}")
        if name not in present:
            raise UsageError(
                f"this run has no table {name!r}, only {', '.join(present)}; choose one of these, "
                "or score again with what it needs"
            )
    return list(dict.fromkeys(names))


def data_table(results: Results, name: str) -> pa.Table:
    """Return a table with every column and every row; what is missing is null."""
    if name == "segments":
        return segment_table(results)
    row_type, rows = _ROWS[name]
    return row_table(row_type, rows(results), column_names(results))
