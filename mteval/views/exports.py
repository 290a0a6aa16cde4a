"""Runs as files for other programs: spreadsheets, notebooks, pull requests, papers."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from mteval.errors import InputError, UsageError
from mteval.runs.evaluation import Evaluation
from mteval.runs.record import score_document
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
from mteval.views.score_tables import document_table, domain_table, samples_text, system_table
from mteval.views.tables import Cell, Column, Table
from mteval.views.term_tables import VERDICT_KEY, term_table, wrong_term_table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BINARY_FORMATS", "TABLES", "Format", "export_run", "neutralise", "restore"]

Format = Literal["csv", "json", "markdown", "latex", "xlsx", "parquet"]
# What must not be sent to a terminal.
BINARY_FORMATS = frozenset({"parquet", "xlsx"})
TABLES = (
    *("systems", "domains", "documents", "segments", "terms", "occurrences", "flags"),
    "error_spans",
)
_ONE_TABLE_FORMATS = frozenset({"csv", "parquet"})
# What `mteval score` prints.
_SHOWN = ("systems", "domains", "documents", "terms")
_TERMS_SHOWN = 12

# Spreadsheets take a cell for a formula by its first character.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")

# Excel's limits; characters are UTF-16 code units.
_CELL_CHARACTERS = 32_767
_SHEET_ROWS = 1_048_575
# XlsxWriter escapes the first of two such that share an underscore, and readers lose the other.
_OVERLAPPING_ESCAPES = re.compile("_x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_")
_WIDEST_COLUMN = 60
# As Excel and LibreOffice write it: the size of a column that fits so many digits.
_COLUMN_MARGIN = 2

_COMMENT = "<!-- -->"
# GitHub looks for mentions, numbers of issues, emoji and addresses in the text that Markdown has
# made, where no backslash is left; only a comment between the characters keeps it from that
# (github/cmark-gfm issues 181 and 389). Its documentation wants dollar signs in a span.
_MARKDOWN = re.compile(
    r"(?P<backslash>[\\`*_\[\]~|])|(?P<other>[<>&$\n\r\t\f])"
    r"|(?P<parted>@|\#(?=\d)|:(?=//)|:(?=[\w+-]+:)|(?i:www(?=\.)|GH(?=-\d)))"
)
_MARKDOWN_OTHER = {
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
    "$": "<span>$</span>",
    "\n": "<br>",
    "\r": "&#13;",
    "\t": "&#9;",
    "\f": "&#12;",
}

_LATEX = str.maketrans(
    {
        **{c: rf"\{c}" for c in "&%$#_{}"},
        **{c: rf"\symbol{{{ord(c)}}}" for c in map(chr, (*range(32), *range(127, 160)))},
        "\n": "\n",
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "`": r"\textasciigrave{}",
        '"': r"\textquotedbl{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        # After the end of a row these would be its options.
        "[": "{[}",
        "]": "{]}",
        "*": "{*}",
        "↑": r"$\uparrow$",
        "↓": r"$\downarrow$",
        "±": r"$\pm$",
    }
)
# Fonts join these into dashes and quotation marks.
_LATEX_LIGATURE = re.compile(r"([-',])(?=\1)")
_LATEX_SPACE = re.compile(r"(?m)^ | $| (?= )")
_LATEX_LONG = 40
_LATEX_WIDE = 40
_LATEX_PREAMBLE = r"""% Needs \usepackage{booktabs}, and \usepackage{longtable} for long tables.
% Chinese needs XeLaTeX or LuaLaTeX with a CJK font, for example with XeLaTeX:
% \usepackage{xeCJK} \setCJKmainfont{Noto Serif CJK SC}
"""


def neutralise(text: str) -> str:
    """Keep spreadsheets from taking a text for a formula: put an apostrophe before its start.

    That is so for a text that begins with = + - @, a tab or a carriage return, and for one that
    begins with apostrophes and then one of these, so that ``restore`` can tell them apart.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """Give the text that ``neutralise`` made another of."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def export_run(
    evaluation: Evaluation, record: Mapping[str, Any], format: Format, tables: Sequence[str] = ()
) -> bytes:
    """Write the tables of a run in another format.

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
    writers: dict[Format, Callable[[], bytes]] = {
        "csv": lambda: _csv(_data(evaluation, names[0])),
        "json": lambda: _json(evaluation, record, names if tables else ()),
        "markdown": lambda: _markdown_document(*_shown(evaluation, record, tables)).encode(),
        "latex": lambda: _latex_document(*_shown(evaluation, record, tables)).encode(),
        "xlsx": lambda: _xlsx({name: _data(evaluation, name) for name in names}, record),
        "parquet": lambda: _parquet(_data(evaluation, names[0])),
    }
    if format not in writers:
        raise UsageError(
            f"there is no format {format!r}; choose one of {', '.join(get_args(Format))}"
        )
    one = format in _ONE_TABLE_FORMATS
    names = _chosen(evaluation, tables) or (["segments"] if one else _present(evaluation))
    if one and len(names) > 1:
        raise UsageError(
            f"{format} holds one table and {len(names)} were asked for ({', '.join(names)}); ask "
            "for each by itself, or for json, markdown, latex or xlsx"
        )
    return writers[format]()


def _present(evaluation: Evaluation) -> list[str]:
    """List the tables that a run has, rows in them or not."""
    termed = evaluation.term_signature() is not None
    lacking = {
        "domains": not evaluation.domains(),
        "terms": not termed,
        "occurrences": not termed,
        "flags": not evaluation.flags,
        "error_spans": not evaluation.error_spans,
    }
    return [name for name in TABLES if not lacking.get(name)]


def _chosen(evaluation: Evaluation, tables: Sequence[str]) -> list[str]:
    present = _present(evaluation)
    for name in tables:
        if name not in TABLES:
            raise UsageError(f"there is no table {name!r}; this run has {', '.join(present)}")
        if name not in present:
            raise UsageError(
                f"this run has no table {name!r}, only {', '.join(present)}; choose one of these, "
                "or score again with what it needs"
            )
    return list(dict.fromkeys(tables))


# ---- Data: every column, full precision ----------------------------------------------------------

_ROW_TYPES: Mapping[str, type[Row]] = {
    "systems": SystemRow,
    "domains": DomainRow,
    "documents": DocumentRow,
    "terms": TermRow,
    "occurrences": OccurrenceRow,
    "flags": FlagRow,
    "error_spans": ErrorSpanRow,
}


def _rows(evaluation: Evaluation, name: str) -> Sequence[Row]:
    made: Mapping[str, Callable[[], Sequence[Row]]] = {
        "systems": lambda: system_rows(evaluation),
        "domains": lambda: domain_rows(evaluation),
        "documents": lambda: document_rows(evaluation),
        "terms": lambda: evaluation.terms,
        "occurrences": lambda: evaluation.occurrences,
        "flags": lambda: flag_rows(evaluation),
        "error_spans": lambda: error_span_rows(evaluation),
    }
    return made[name]()


def _data(evaluation: Evaluation, name: str) -> pa.Table:
    """Return a table with every column and every row; what is missing is null."""
    if name == "segments":
        return segment_table(evaluation)
    return row_table(_ROW_TYPES[name], _rows(evaluation, name), column_names(evaluation))


def _csv(table: pa.Table) -> bytes:
    import pyarrow as pa
    import pyarrow.csv

    safe = {
        name: pa.array([v if v is None else neutralise(v) for v in column.to_pylist()], pa.string())
        if pa.types.is_string(column.type)
        else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    buffer = pa.BufferOutputStream()
    pa.csv.write_csv(pa.table(safe), buffer)
    return bytes(buffer.getvalue().to_pybytes())


def _parquet(table: pa.Table) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet

    buffer = pa.BufferOutputStream()
    pa.parquet.write_table(table, buffer)
    return bytes(buffer.getvalue().to_pybytes())


def _json(evaluation: Evaluation, record: Mapping[str, Any], names: Sequence[str]) -> bytes:
    found = score_document(evaluation, record)
    if names:
        # Rows as they are in the whole document, or as in a table where they are not in it.
        found = {
            name: found[name] if name in found else _data(evaluation, name).to_pylist()
            for name in names
        }
    text = json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False)
    # An argument of the command that is no UTF-8 stays readable: its bytes become JSON escapes.
    return f"{text}\n".encode("utf-8", "backslashreplace")


# ---- Spreadsheets --------------------------------------------------------------------------------


class _Exact(float):
    """Let XlsxWriter write a number with all its digits; of its own it writes 16 of 17."""

    def __format__(self, _: str) -> str:
        return repr(float(self))


def _xlsx(tables: Mapping[str, pa.Table], record: Mapping[str, Any]) -> bytes:
    import pyarrow as pa
    import xlsxwriter

    sheets = {**tables, "run": _run_sheet(record)}
    for name, table in sheets.items():
        _check_sheet(name, table)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    # Without it the time of the export would stand in the file.
    book.set_properties({"created": _created(record)})
    # With it a text that looks like a formula stays a text when somebody edits the cell.
    text_format = book.add_format({"quote_prefix": True})
    bold = book.add_format({"bold": True})
    for name, table in sheets.items():
        sheet = book.add_worksheet(name)
        for c, (heading, column) in enumerate(zip(table.column_names, table.columns, strict=True)):
            sheet.write_string(0, c, heading, bold)
            is_text = pa.types.is_string(column.type)
            widest = len(heading)
            for r, value in enumerate(column.to_pylist(), 1):
                if value is None:
                    continue
                if is_text:
                    sheet.write_string(r, c, value, text_format)
                    widest = max(widest, len(value))
                else:
                    sheet.write_number(r, c, _Exact(value) if type(value) is float else value)
            sheet.set_column(c, c, min(widest, _WIDEST_COLUMN) + _COLUMN_MARGIN)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, table.num_rows, table.num_columns - 1)
    book.close()
    return buffer.getvalue()


def _run_sheet(record: Mapping[str, Any]) -> pa.Table:
    import pyarrow as pa

    rows = {
        **{key: record.get(key) for key in ("run", "created", "fingerprint")},
        **{f"signature of {name}": text for name, text in record["signatures"].items()},
        "signature of terms": record.get("term_signature"),
        **{f"version of {name}": text for name, text in record.get("versions", {}).items()},
    }
    known = {key: str(value) for key, value in rows.items() if value is not None}
    return pa.table(
        {
            "what": pa.array(list(known), pa.string()),
            "value": pa.array(list(known.values()), pa.string()),
        }
    )


def _created(record: Mapping[str, Any]) -> datetime:
    try:
        return datetime.strptime(record["created"], "%Y-%m-%dT%H:%M:%SZ")
    except (KeyError, TypeError, ValueError):
        raise InputError(
            "the record of this run (run.json) does not say when it was created; score again, or "
            "export it as csv"
        ) from None


def _check_sheet(name: str, table: pa.Table) -> None:
    """Refuse what a sheet would cut off or change."""
    import pyarrow as pa

    if table.num_rows > _SHEET_ROWS:
        raise UsageError(
            f"{name}: {table.num_rows:,} rows are more than the {_SHEET_ROWS:,} that a sheet "
            "holds; export the table as csv or parquet"
        )
    for heading, column in zip(table.column_names, table.columns, strict=True):
        if not pa.types.is_string(column.type):
            continue
        for r, text in enumerate(column.to_pylist()):
            fault = None if text is None else _cell_fault(text)
            if fault is not None:
                row = table.slice(r, 1).to_pylist()[0]
                where = (
                    f"{row['document']}:{row['segment']}"
                    if "segment" in row
                    else str(row[table.column_names[0]])
                )
                raise UsageError(
                    f"{where}: the {heading} has {fault}; export the table {name} as csv"
                )


def _cell_fault(text: str) -> str | None:
    """Say what keeps a text from being in a cell of a spreadsheet, if anything does."""
    # Quick for nearly all: no character is more than two units.
    if len(text) * 2 > _CELL_CHARACTERS:
        units = len(text.encode("utf-16-le")) // 2
        if units > _CELL_CHARACTERS:
            return (
                f"{units:,} characters, more than the {_CELL_CHARACTERS:,} that a cell of a "
                "spreadsheet holds"
            )
    overlapping = _OVERLAPPING_ESCAPES.search(text)
    return None if overlapping is None else f"{overlapping[0]}, which a spreadsheet would change"


# ---- Texts: rounded, as on screen ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Note:
    """Hold what stands below tables: a name and what it is."""

    name: str
    text: str


def _shown(
    evaluation: Evaluation, record: Mapping[str, Any], tables: Sequence[str]
) -> tuple[list[Table], list[_Note]]:
    """Tabulate for reading, with what a reader must know below."""
    present = _present(evaluation)
    names = _chosen(evaluation, tables) or [name for name in _SHOWN if name in present]
    shown = [_reading_table(evaluation, name, chosen=bool(tables)) for name in names]
    notes = [_Note("run", str(record["run"]))] if "run" in record else []
    if any(table.marks_best() for table in shown):
        notes.append(_Note("bold", "best of the systems that have every segment"))
    if "systems" in names and evaluation.intervals:
        notes.append(
            _Note(
                "±",
                "half of the 95 % interval; (rank), which systems share that no test separates "
                f"({samples_text(evaluation.resampling)})",
            )
        )
    if "terms" in names:
        notes.append(_Note("verdicts", VERDICT_KEY))
    notes += [
        _Note(metric.label, metric.footnote)
        for metric in evaluation.metrics
        if metric.footnote is not None
    ]
    notes += [_Note(name, text) for name, text in evaluation.signatures().items()]
    signature = evaluation.term_signature()
    if signature is not None:
        notes.append(_Note("terms", signature))
    return shown, notes


def _reading_table(evaluation: Evaluation, name: str, *, chosen: bool) -> Table:
    if name == "systems":
        return system_table(evaluation)
    if name == "domains":
        return domain_table(evaluation)
    if name == "documents":
        return document_table(evaluation)
    if name == "terms":
        # Who asks for terms wants all of them.
        return (
            term_table(evaluation.terms)
            if chosen
            else wrong_term_table(evaluation.terms, most=_TERMS_SHOWN)
        )
    import pyarrow as pa

    data = _data(evaluation, name)
    decimals = {metric.name: metric.decimals for metric in evaluation.metrics}
    columns = [
        [_cell(value, decimals.get(heading, 3), is_text) for value in column.to_pylist()]
        for heading, column, is_text in zip(
            data.column_names,
            data.columns,
            (pa.types.is_string(column.type) for column in data.columns),
            strict=True,
        )
    ]
    return Table(
        name.replace("_", " ").capitalize(),
        tuple(
            Column(heading, not pa.types.is_string(column.type))
            for heading, column in zip(data.column_names, data.columns, strict=True)
        ),
        (tuple(zip(*columns, strict=True)),),
    )


def _cell(value: str | float | None, decimals: int, is_text: bool) -> Cell:
    if value is None:
        return Cell("" if is_text else "-")
    return Cell(f"{value:.{decimals}f}" if isinstance(value, float) else str(value))


def _markdown(text: str) -> str:
    """Write a text so that GitHub shows it as it is in the cell of a table."""

    def written(match: re.Match[str]) -> str:
        found = match[0]
        if match["backslash"]:
            return f"\\{found}"
        return _MARKDOWN_OTHER[found] if match["other"] else f"{found}{_COMMENT}"

    safe = _MARKDOWN.sub(written, text)
    # White space at the edges would be dropped.
    before, after = (
        _COMMENT if edge.isspace() or edge == "\ufeff" else "" for edge in (safe[:1], safe[-1:])
    )
    return f"{before}{safe}{after}"


def _markdown_document(tables: Sequence[Table], notes: Sequence[_Note]) -> str:
    parts = [_markdown_table(table) for table in tables]
    parts.append("".join(f"- {_markdown(note.name)}: {_markdown(note.text)}\n" for note in notes))
    return "\n".join(parts)


def _markdown_table(table: Table) -> str:
    def cell(cell: Cell) -> str:
        text = _markdown(cell.text)
        # The space before a detail is ours.
        detail = f" {_markdown(cell.detail.strip())}" if cell.detail else ""
        return (f"**{text}**" if cell.best else text) + detail

    lines = [
        [_markdown(column.heading) for column in table.columns],
        ["---:" if column.numeric else "---" for column in table.columns],
        *([cell(one) for one in row] for group in table.groups for row in group),
    ]
    body = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return f"### {_markdown(table.title)}\n\n{body}"


def _latex(text: str) -> str:
    """Write a text so that LaTeX sets it as it is; ends of lines are left to the caller."""
    return _LATEX_SPACE.sub(r"\\ ", _LATEX_LIGATURE.sub(r"\1\\/", text.translate(_LATEX)))


def _latex_document(tables: Sequence[Table], notes: Sequence[_Note]) -> str:
    lines = [rf"{_latex(note.name)}: {_latex(note.text)}\\" + "\n" for note in notes]
    below = "\\begin{flushleft}\\footnotesize\n" + "".join(lines) + "\\end{flushleft}\n"
    return "\n".join([_LATEX_PREAMBLE, *(_latex_table(table) for table in tables), below])


def _latex_table(table: Table) -> str:
    rows = [row for group in table.groups for row in group]
    wide = [
        not column.numeric
        and any(len(line) > _LATEX_WIDE for row in rows for line in row[c].text.split("\n"))
        for c, column in enumerate(table.columns)
    ]
    width = min(0.4, 0.7 / max(1, sum(wide)))
    layout = "".join(
        "r" if column.numeric else rf"p{{{width:.2f}\linewidth}}" if is_wide else "l"
        for column, is_wide in zip(table.columns, wide, strict=True)
    )

    def lines(text: str, c: int) -> str:
        parts = _latex(text).split("\n")
        if len(parts) == 1:
            return parts[0]
        if wide[c]:
            return r"\newline{}".join(parts)
        side = "r" if table.columns[c].numeric else "l"
        return rf"\shortstack[{side}]{{" + r"\\".join(parts) + "}"

    def cell(cell: Cell, c: int) -> str:
        text = lines(cell.text, c)
        detail = f" {_latex(cell.detail.strip())}" if cell.detail else ""
        return (rf"\textbf{{{text}}}" if cell.best else text) + detail

    head = " & ".join(lines(column.heading, c) for c, column in enumerate(table.columns))
    body = "\\addlinespace\n".join(
        "".join(" & ".join(cell(one, c) for c, one in enumerate(row)) + " \\\\\n" for row in group)
        for group in table.groups
    )
    caption = rf"\caption{{{_latex(table.title)}}}"
    if len(rows) > _LATEX_LONG:
        return (
            f"\\begin{{longtable}}{{{layout}}}\n{caption} \\\\\n\\toprule\n{head} \\\\\n\\midrule\n"
            f"\\endfirsthead\n\\toprule\n{head} \\\\\n\\midrule\n\\endhead\n"
            f"\\bottomrule\n\\endfoot\n{body}\\end{{longtable}}\n"
        )
    return (
        f"\\begin{{table}}[htbp]\n\\centering\n{caption}\n\\begin{{tabular}}{{{layout}}}\n\\toprule\n"
        f"{head} \\\\\n\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n\\end{{table}}\n"
    )
