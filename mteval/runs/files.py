"""The files of a run folder: their names, and how JSON, CSV and Parquet are written and read."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mteval.errors import InputError, location
from mteval.io.csv_rows import NEUTRALISED
from mteval.io.files import read_bytes, read_text
from mteval.runs.schema.columns import Row, core_columns, names_in
from mteval.runs.schema.rows import VERDICTS, ScoreLevel, ScoreRow
from mteval.runs.schema.validation import ShapeError, row_reader
from mteval.runs.tables import arrow_schema, csv_bytes, csv_text

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "DOCUMENTS_FILE",
    "DOMAINS_FILE",
    "EVALUATION_FILE",
    "MAX_RUN_FILE_BYTES",
    "OCCURRENCES_FILE",
    "RECORD_FILE",
    "REPORT_FILE",
    "SCORES_FILE",
    "SEGMENTS_FILE",
    "STATISTICS_FILE",
    "SYSTEMS_FILE",
    "TERMS_FILE",
    "csv_headings",
    "read_csv",
    "read_json",
    "read_scores",
    "write_csv",
    "write_json",
    "write_parquet",
    "write_table",
]

RECORD_FILE = "run.json"
REPORT_FILE = "report.html"
# What `mteval score --json` prints, from which an evaluation is read back.
EVALUATION_FILE = "evaluation.json"
SCORES_FILE = "scores.parquet"
SYSTEMS_FILE = "systems.csv"
DOMAINS_FILE = "domains.csv"
DOCUMENTS_FILE = "documents.csv"
SEGMENTS_FILE = "segments.csv"
TERMS_FILE = "terms.csv"
OCCURRENCES_FILE = "occurrences.csv"
STATISTICS_FILE = "statistics.npz"
# A file of a run holds the texts of all systems: those of WMT22 zh-en have 40 MB.
MAX_RUN_FILE_BYTES = 512 * 1024 * 1024

# A backslash, or half a surrogate pair, in JSON as it is written here: other text is unescaped.
_ESCAPE = re.compile(r"\\\\|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
RowType = TypeVar("RowType", bound=Row)


def write_json(content: Mapping[str, Any], path: Path, indent: int | None = None) -> None:
    """Write JSON as UTF-8."""
    # Not sorted: metrics and flags come back in their order.
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    # An argument that is no UTF-8 stays readable: its bytes become JSON escapes.
    path.write_bytes(f"{text}\n".encode("utf-8", "backslashreplace"))


def read_json(path: Path) -> Any:
    """Return what a JSON file holds; half a surrogate pair, of an argument, as its escape.

    Raises:
        InputError: the file cannot be read.
        ValueError: it is no JSON.
    """
    text = read_text(path, MAX_RUN_FILE_BYTES)
    return json.loads(
        _ESCAPE.sub(lambda found: "\\\\" + found[0].lstrip("\\"), text),
        parse_constant=_refuse_constant,
    )


def _refuse_constant(name: str) -> None:
    raise ValueError(f"JSON has no number {name}")


def write_csv(row_type: type[Row], rows: Sequence[Row], path: Path) -> None:
    """Write rows, or the headings that files of every version have where there are no rows."""
    text = csv_text([row.cells() for row in rows])
    headings = ",".join(f'"{name}"' for name in core_columns(row_type))
    path.write_bytes(f"{text or headings}\n".encode())


def write_table(table: pa.Table, path: Path) -> None:
    """Write an Arrow table as CSV."""
    path.write_bytes(csv_bytes(table))


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write an Arrow table as Parquet."""
    import pyarrow.parquet

    with path.open("wb") as file:
        # Checksums, as a flipped bit would be another number.
        pyarrow.parquet.write_table(table, file, write_page_checksum=True)


def read_csv(
    path: Path,
    row_type: type[RowType],
    metrics: Sequence[str] = (),
    *,
    neutralised: bool,
) -> list[RowType]:
    """Return the rows of a CSV file of a run.

    Args:
        path: the file.
        row_type: its rows.
        metrics: names that columns of scores may have.
        neutralised: whether it was written with apostrophes before what a spreadsheet would take
            for a formula, as the record of its run says.

    Raises:
        InputError: the file cannot be read, lacks a column, or has something else in a cell.
    """
    data = read_text(path, MAX_RUN_FILE_BYTES).encode()
    headings, columns = _text_columns(path, data, neutralised=neutralised)
    names = {**names_in(headings), "metrics": metrics, "verdicts": VERDICTS}
    lacking = [name for name in core_columns(row_type) if name not in headings]
    if not lacking and not any(columns):
        # Of no rows files have the columns of every version only.
        return []
    try:
        read = row_reader(row_type, headings, names)
    except ShapeError as error:
        raise _foreign(path, 1, error) from None
    rows: list[RowType] = []
    for cells in zip(*columns, strict=True):
        try:
            rows.append(read(cells))
        except ShapeError as error:
            before = zip(*(column[: len(rows)] for column in columns), strict=True)
            breaks = sum((cell or "").count("\n") for each in (headings, *before) for cell in each)
            raise _foreign(path, len(rows) + 2 + breaks, error) from None
    return rows


def _text_columns(
    path: Path, data: bytes, *, neutralised: bool
) -> tuple[list[str], list[list[str | None]]]:
    """Return headings and columns of text; what is empty and not in quotes is None."""
    import pyarrow as pa
    import pyarrow.compute
    import pyarrow.csv

    broken: list[int] = []

    def note(row: Any) -> str:
        broken.append(row.number or 1)
        return "error"

    # Quotes that are left open would take in the rest.
    if data.count(b'"') % 2:
        raise _foreign(path, data.count(b"\n") + 1, "a quotation mark is left open")
    try:
        table = pa.csv.read_csv(
            pa.py_buffer(data),
            # In this thread: pyarrow 23.0 starts others that abort a process that ends soon after.
            read_options=pa.csv.ReadOptions(use_threads=False, block_size=len(data) + 1),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
            convert_options=pa.csv.ConvertOptions(
                column_types={name: pa.string() for name in csv_headings(data)},
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                null_values=[""],
            ),
        )
    except (ValueError, LookupError, OSError, ArithmeticError, MemoryError) as error:
        raise _foreign(path, broken[0] if broken else 1, error) from None
    headings = table.column_names
    twice = [name for name in headings if headings.count(name) > 1]
    if twice:
        raise _foreign(path, 1, f"there are two columns {twice[0]!r}")
    columns = table.columns
    if neutralised:
        columns = [
            pa.compute.replace_substring_regex(column, NEUTRALISED, r"\1", max_replacements=1)
            for column in columns
        ]
    return headings, [column.to_pylist() for column in columns]


def csv_headings(data: bytes) -> list[str]:
    """Return the names of the columns of a CSV file.

    Raises:
        ValueError: the first line names none.
    """
    import pyarrow as pa
    import pyarrow.csv

    first = data[: data.find(b"\n") + 1 or len(data)]
    if not first.strip():
        raise ValueError("the first line names no columns")
    options = pa.csv.ReadOptions(use_threads=False, block_size=len(first) + 1)
    return list(pa.csv.read_csv(pa.py_buffer(first), read_options=options).column_names)


def _foreign(path: Path, line: int, reason: object) -> InputError:
    return InputError(
        f"{location(path, line)}: this is not a file that mteval score wrote ({reason}); score "
        "again, or name another run"
    )


def read_scores(path: Path, levels: Sequence[ScoreLevel] = ()) -> list[ScoreRow]:
    """Return the numbers of a run.

    Args:
        path: the file.
        levels: those to read; all by default.

    Raises:
        InputError: the file cannot be read.
        ValueError: or almost anything else: it is not what was written.
    """
    import pyarrow as pa
    import pyarrow.compute
    import pyarrow.parquet

    schema = arrow_schema(ScoreRow, {})
    table = pyarrow.parquet.ParquetFile(
        io.BytesIO(read_bytes(path, MAX_RUN_FILE_BYTES)),
        page_checksum_verification=True,
        pre_buffer=False,
    ).read(columns=schema.names, use_threads=False)
    table = table.select(schema.names).cast(schema)
    if levels:
        table = table.filter(pa.compute.is_in(table["level"], pa.array(levels)))
    columns = table.columns
    return list(map(ScoreRow, *(column.to_pylist() for column in columns)))
