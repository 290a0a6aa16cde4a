"""Parquet: one table, for notebooks and databases."""

from __future__ import annotations

from mteval.views.exports.base import Export, ExportFormat
from mteval.views.exports.run_tables import data_table

__all__ = ["EXPORT"]

# Of the metadata of every file.
_MARK = {b"generator": b"mteval"}


def _write(export: Export) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet

    buffer = pa.BufferOutputStream()
    table = data_table(export.results, export.tables[0])
    pa.parquet.write_table(table.replace_schema_metadata(_MARK), buffer)
    return bytes(buffer.getvalue().to_pybytes())


def _is_ours(content: bytes) -> bool:
    import pyarrow as pa
    import pyarrow.parquet

    try:
        found = pa.parquet.read_metadata(pa.BufferReader(content)).metadata or {}
    except (pa.ArrowException, OSError, ValueError):
        return False
    return bool(found.items() >= _MARK.items())


EXPORT = ExportFormat(
    _write, default_tables=("segments",), one_table=True, is_binary=True, is_ours=_is_ours
)
