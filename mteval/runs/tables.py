"""Tables of an evaluation: for Arrow and CSV, as data frames, and as a notebook shows them."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from mteval.io.csv_rows import FORMULA
from mteval.runs.results import Results
from mteval.runs.rows import column_names, document_rows, domain_rows, system_rows
from mteval.runs.schema.columns import ColumnKind, Names, Row, columns
from mteval.runs.schema.rows import ScoreLevel, ScoreRow, SegmentRow, SystemRow, TermRow
from mteval.runs.schema.validation import row_of_json
from mteval.runs.shown import detail_text, number_text, segments_text, sign_meanings
from mteval.runs.standings import findings

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "FrameName",
    "arrow_schema",
    "csv_bytes",
    "csv_text",
    "flat_system",
    "flat_terms",
    "frame",
    "notebook_html",
    "row_table",
    "score_table",
    "segment_table",
]

FrameName = ScoreLevel | Literal["term", "occurrence"]


def arrow_schema(row_type: type[Row], names: Names) -> pa.Schema:
    """Return the Arrow schema of a table of rows."""
    import pyarrow as pa

    types: Mapping[ColumnKind, pa.DataType] = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns(row_type, names).items()])


def row_table(row_type: type[Row], rows: Iterable[Row], names: Names) -> pa.Table:
    """Return rows as an Arrow table with every column, also one without rows; missing is null."""
    import pyarrow as pa

    return pa.Table.from_pylist([row.cells() for row in rows], arrow_schema(row_type, names))


def segment_table(results: Results) -> pa.Table:
    """Return one row for each segment that a system has: texts, scores, flags."""
    import pyarrow as pa

    s, i = np.nonzero(results.translated())
    cells = list(zip(s.tolist(), i.tolist(), strict=True))
    hypotheses = [results.hypotheses[a][b] or "" for a, b in cells]
    schema = arrow_schema(SegmentRow, column_names(results))
    nothing = None if results.unchecked else ""
    found: list[Any] = [
        np.array(results.systems, dtype=object)[s],
        np.array(results.documents, dtype=object)[results.segment_documents[i]],
        results.segment_numbers[i],
        [None if results.sources is None else results.sources[b] for b in i],
        hypotheses,
        *([column[b] for b in i] for column in results.references),
        *(_known(results.scores[m.name]["segment"][s, i]) for m in results.metrics),
        *(
            [
                json.dumps([span.as_dict() for span in spans.get(cell, ())], ensure_ascii=False)
                for cell in cells
            ]
            for spans in results.error_spans.values()
        ),
        [
            ";".join(
                [
                    *([] if text.strip() else ["empty"]),
                    *(flag for flag, marked in results.flags.items() if cell in marked),
                ]
            )
            or nothing
            for text, cell in zip(hypotheses, cells, strict=True)
        ],
    ]
    return pa.table([pa.array(v, t) for v, t in zip(found, schema.types, strict=True)], schema)


def score_table(results: Results) -> pa.Table:
    """Return every number on a row of its own, with its metric, level, system and location.

    Scores of domains are in their own table.
    """
    import pyarrow as pa

    schema = arrow_schema(ScoreRow, {})
    systems = np.array(results.systems, dtype=object)
    documents = np.array(results.documents, dtype=object)
    parts = []
    for metric in results.metrics:
        for level, s, d, numbers, n_segments, index in _levels(results):
            values = results.scores[metric.name][level][index]
            size = len(values)
            found: list[Any] = [
                [metric.name] * size,
                [level] * size,
                systems[s],
                [None] * size if d is None else documents[d],
                [None] * size if numbers is None else numbers,
                n_segments,
                _known(values),
                [metric.higher_is_better] * size,
            ]
            parts.append(
                pa.table([pa.array(v, t) for v, t in zip(found, schema.types, strict=True)], schema)
            )
    return pa.concat_tables(parts)


_Indices = npt.NDArray[np.int64]
# Level; for each row of it system, document and number of the segment; segments; index of scores.
_LevelRows = tuple[ScoreLevel, _Indices, _Indices | None, _Indices | None, _Indices, Any]


def _levels(results: Results) -> list[_LevelRows]:
    counts = results.document_counts()
    n_systems = len(results.systems)
    s_segment, i_segment = np.nonzero(results.translated())
    s_document, d_document = (axis.ravel() for axis in np.indices(counts.shape))
    return [
        ("system", np.arange(n_systems), None, None, counts.sum(axis=1), np.s_[:]),
        ("document", s_document, d_document, None, counts.ravel(), (s_document, d_document)),
        (
            "segment",
            s_segment,
            results.segment_documents[i_segment],
            results.segment_numbers[i_segment],
            np.ones(len(s_segment), dtype=np.int64),
            (s_segment, i_segment),
        ),
    ]


def _known(values: npt.NDArray[np.float64]) -> Any:
    """Return scores for Arrow, with null for those that do not exist."""
    import pyarrow as pa

    return pa.array(values, pa.float64(), mask=np.isnan(values))


def frame(results: Results, table: FrameName) -> pd.DataFrame:
    """Return a table as a pandas DataFrame: scores, one column a metric, or terms.

    Args:
        results: the evaluation.
        table: a row is a system, a domain of a system, a document of a system, a segment of a
            system, a term of a text, or an occurrence of a term in a text.
    """
    import pandas as pd

    if table == "segment":
        return pd.DataFrame(segment_table(results).to_pandas())
    rows: Sequence[Row]
    if table == "system":
        rows = system_rows(results)
    elif table == "domain":
        rows = domain_rows(results)
    elif table == "document":
        rows = document_rows(results)
    else:
        rows = results.terms if table == "term" else results.occurrences
    return pd.DataFrame([row.cells() for row in rows])


def notebook_html(results: Results) -> str:
    """Return the scores of systems as a notebook shows them where they are the value of a cell.

    Below them stand what they show and what the signs mean.
    """
    import pandas as pd

    n_segments = len(results.segment_numbers)
    rows = [
        {"system": row.system, "segments": segments_text(row.segments, n_segments)}
        | {
            m.heading: number_text(row.scores[m.name], m.decimals, "") + detail_text(row, m)
            for m in results.metrics
        }
        for row in system_rows(results)
    ]
    below = [*findings(results), *(f"{sign} {text}" for sign, text in sign_meanings(results))]
    with pd.option_context("display.max_colwidth", None):
        table = str(pd.DataFrame(rows).to_html(index=False, border=0))
    return table + "".join(f"\n<p>{html.escape(text)}</p>" for text in below)


def csv_bytes(table: pa.Table) -> bytes:
    """Return a table as CSV, with no text that a spreadsheet would take for a formula."""
    import pyarrow as pa
    import pyarrow.compute
    import pyarrow.csv

    safe = {
        name: pa.compute.replace_substring_regex(column, FORMULA, r"'\1", max_replacements=1)
        if pa.types.is_string(column.type)
        else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    buffer = pa.BufferOutputStream()
    pa.csv.write_csv(pa.table(safe), buffer)
    return bytes(buffer.getvalue().to_pybytes())


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV text, with a line of headings; nothing for no rows."""
    import pyarrow as pa

    if not rows:
        return ""
    table = pa.Table.from_pylist([dict(row) for row in rows])
    return csv_bytes(table).decode().removesuffix("\n")


def flat_system(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of ``Evaluation.system_rows`` as tables have it."""
    metrics = [key.removesuffix("_ci") for key in row if key.endswith("_ci")]
    return row_of_json(SystemRow, dict(row), {"metrics": metrics}).cells()


def flat_terms(rows: Iterable[TermRow]) -> list[dict[str, Any]]:
    """Return rows of terms as tables have them."""
    return [row.cells() for row in rows]
