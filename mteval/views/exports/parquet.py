"""Parquet: one table, for notebooks and databases."""

from __future__ import annotations

from mteval.views.exports.base import Export, ExportFormat
from mteval.views.exports.run_tables import data_table

__all__ = ["EXPORT"]


def _write(export: Export) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet

    buffer = pa.BufferOutputStream()
    pa.parquet.write_table(data_table(export.results, export.tables[0]), buffer)
    return bytes(buffer.getvalue().to_pybytes())


EXPORT = ExportFormat(_write, default_tables=("segments",), one_table=True, is_binary=True)
