"""The tables of a run, written in a format for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mteval.errors import UsageError
from mteval.runs.results import Results
from mteval.views.exports.base import Export
from mteval.views.exports.registry import Format, export_format, format_names
from mteval.views.exports.run_tables import known_tables, present_tables

__all__ = ["BINARY_FORMATS", "export_run"]

# What must not be sent to a terminal.
BINARY_FORMATS = frozenset(name for name in format_names() if export_format(name).is_binary)


def export_run(
    evaluation: Results, record: Mapping[str, Any], format: Format, tables: Sequence[str] = ()
) -> bytes:
    """Return the tables of a run in another format, as the content of a file.

    Args:
        evaluation: what the run found.
        record: of the run.
        format: csv and parquet hold one table, the others several.
        tables: names of tables. By default segments for csv and parquet; all for json and xlsx;
            and for markdown and latex what ``mteval score`` shows, of terms the gravest errors.

    Raises:
        UsageError: there is no such table, the run does not have it, the format holds one table
            only, or a sheet cannot hold it.
        InputError: the record of the run lacks what the format needs.
    """
    wanted = export_format(format)
    names = known_tables(evaluation, tables)
    if wanted.one_table and len(names) > 1:
        several = [name for name in format_names() if not export_format(name).one_table]
        raise UsageError(
            f"{format} holds one table and {len(names)} were asked for ({', '.join(names)}); ask "
            f"for each by itself, or for {', '.join(several[:-1])} or {several[-1]}"
        )
    if not names:
        defaults = wanted.default_tables
        names = [n for n in present_tables(evaluation) if defaults is None or n in defaults]
    return wanted.write(Export(evaluation, record, names, chosen=bool(tables)))
