"""Reading and writing termbases: CSV, XLSX and TBX (ISO 30042), told apart by their suffix.

Whatever is written reads back as an equal termbase. CSV and XLSX share their columns; TBX comes in
the two styles of version 3 (2019), categories as attributes (DCA) or as tags (DCT), and is read in
the older version 2 (martif) as well, which many programs still export. Of a foreign TBX file only
terms, statuses and the notes of terms are read; mteval has no place for the rest.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import re
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from mteval.errors import InputError, MissingPackageError, UsageError, location
from mteval.io.files import kind_of, parse_csv, read_bytes, read_text, write_files
from mteval.io.xml import XML_LANG, load_lxml, local_name, not_xml, parse_xml, sourceline
from mteval.terminology.termbase import Row, Termbase

__all__ = ["COLUMNS", "Style", "append_rows", "read_termbase", "write_termbase"]

Style = Literal["dca", "dct"]

COLUMNS = (
    "concept",
    "source",
    "target",
    "status",
    "severity",
    "note",
    "case",
    "valid_from",
    "valid_to",
)
_REQUIRED = ("source", "target")


def read_termbase(path: Path) -> Termbase:
    """Read a termbase, in the format that the suffix of its name says.

    Raises:
        InputError: the file cannot be read or understood, or what it says is contradictory.
        UsageError: no format has this suffix.
        MissingPackageError: the package that reads this format is not installed.
    """
    if kind_of(path) == "folder":
        raise InputError(
            f"{location(path)}: this is a folder where a termbase is wanted; name a file"
        )
    reader = _FORMATS[_suffix(path)]
    return Termbase.from_rows(reader(path), location(path))


def write_termbase(path: Path, termbase: Termbase, *, style: Style = "dca") -> list[str]:
    """Write a termbase, in the format that the suffix of its name says.

    ``style`` is that of TBX: data categories as attributes (dca) or as tags (dct).

    Returns:
        Notes on what other programs will not understand in the file; as a rule none.

    Raises:
        InputError: the file cannot be written, the format cannot hold a character, or the
            termbase, made by hand, is not one that could be read again.
        UsageError: no format has this suffix.
        MissingPackageError: the package that writes this format is not installed.
    """
    suffix = _suffix(path)
    Termbase.from_rows(termbase.rows(), termbase.origin)
    if suffix == ".csv":
        return _write_csv(path, termbase)
    if suffix == ".xlsx":
        return _write_xlsx(path, termbase)
    return _write_tbx(path, termbase, style)


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise UsageError(
            f"{location(path)}: no format of termbases has the suffix {suffix!r}; "
            f"use one of {', '.join(_FORMATS)}"
        )
    return suffix


def _cells(row: Row) -> list[str]:
    return [getattr(row, column) for column in COLUMNS]


# Tables: what CSV and XLSX share.


def _table_rows(path: Path, table: Iterable[tuple[int, list[str]]]) -> list[Row]:
    """Make rows of the lines of a table, the first of which names the columns."""
    lines = ((number, cells) for number, cells in table if any(map(str.strip, cells)))
    first = next(lines, None)
    if first is None:
        raise InputError(
            f"{location(path)}: the file is empty; its first line must name the columns "
            f"({', '.join(COLUMNS)}; all but {' and '.join(_REQUIRED)} may be left out)"
        )
    names = _column_names(*first, path)
    rows = []
    for number, cells in lines:
        where = location(path, number)
        if len(cells) != len(names):
            raise InputError(
                f"{where}: the line has {len(cells)} cells where the header has {len(names)}; "
                "add or remove some, and put text with commas into quotation marks"
            )
        values = dict(zip(names, map(str.strip, cells), strict=True))
        values.setdefault("concept", values["source"])
        values.setdefault("status", "")
        rows.append(Row(**values, where=where))
    return rows if "status" in names else _with_statuses(rows)


def _column_names(number: int, header: list[str], path: Path) -> list[str]:
    where = location(path, number)
    names = [cell.strip().lower() for cell in header]
    if len(names) == 1 and re.search("[;\t]", names[0]):
        raise InputError(f"{where}: the cells are not separated by commas; export the file so")
    for name in names:
        if name not in COLUMNS:
            raise InputError(
                f"{where}: unknown column {name!r}; the columns known are {', '.join(COLUMNS)}: "
                "rename or remove it"
            )
        if names.count(name) > 1:
            raise InputError(f"{where}: there are two columns {name!r}; remove or rename one")
    for name in _REQUIRED:
        if name not in names:
            raise InputError(
                f"{where}: there is no column {name!r}; the first line must name the columns, "
                f"{' and '.join(_REQUIRED)} among them"
            )
    return names


def _with_statuses(rows: Iterable[Row]) -> list[Row]:
    """Give rows without a status one: the first rendering of a concept is the preferred one."""
    first: dict[str, str] = {}
    return [
        # The same words in other letter case are no other rendering, and cannot have its opposite.
        replace(
            row,
            status="preferred"
            if first.setdefault(row.concept, row.target.casefold()) == row.target.casefold()
            else "admitted",
        )
        for row in rows
    ]


def _read_csv(path: Path) -> list[Row]:
    return _table_rows(path, parse_csv(path, read_text(path)))


def _write_csv(path: Path, termbase: Termbase) -> list[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    # Cells that begin with = + - @ stay as they are: an apostrophe before them would keep a
    # spreadsheet from calculating, but would be part of the term for everybody else. The XLSX
    # format marks such cells as text.
    writer.writerows(map(_cells, termbase.rows()))
    write_files(path.parent, {path.name: text.getvalue()})
    return []


# XLSX.

# Of all parts of a workbook unpacked, and of cells in its first sheet: enough for every term of
# the United Nations, and little enough not to fill the memory.
_MAX_UNPACKED = 256 * 1024 * 1024
_MAX_CELLS = 10_000_000
# In units of UTF-16; openpyxl would cut longer text off.
_MAX_CELL_TEXT = 32_767
_WIDTHS = {"source": 24, "target": 44, "note": 60, "concept": 24}
_EXCEL_ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise _missing("XLSX", "openpyxl") from None
    return openpyxl


def _missing(format: str, package: str) -> MissingPackageError:
    return MissingPackageError(
        f"termbases in {format} need the package {package}, which is not installed; install it "
        "with: pip install 'mteval-toolkit[terms]'"
    )


def _read_xlsx(path: Path) -> list[Row]:
    openpyxl = _openpyxl()
    data = read_bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked <= _MAX_UNPACKED:
            with warnings.catch_warnings():
                # About styles, validation and the like, which do not matter here.
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(io.BytesIO(data))
                sheet = book.worksheets[0]
    # Damaged workbooks make openpyxl raise almost anything: BadZipFile, KeyError, ParseError, ...
    except Exception as error:
        reason = str(error).strip("'\"").partition("\n")[0] or type(error).__name__
        raise InputError(
            f"{location(path)}: this is not an XLSX workbook that can be read ({reason}); save it "
            "as .xlsx, without a password"
        ) from None
    if unpacked > _MAX_UNPACKED or sheet.max_row * sheet.max_column > _MAX_CELLS:
        raise InputError(
            f"{location(path)}: the workbook is far larger than a termbase can be; remove what is "
            "not terms, or save it as .csv"
        )
    return _table_rows(path, _xlsx_lines(path, sheet))


def _xlsx_lines(path: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    width = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_xlsx_text(cell, location(path, number)) for cell in row]
        # Cells that are merely formatted are no cells of the table.
        while cells and not cells[-1].strip():
            cells.pop()
        width = width or len(cells)
        yield number, cells + [""] * (width - len(cells) if cells else 0)


def _xlsx_text(cell: Any, where: str) -> str:
    value = cell.value
    if cell.data_type in ("f", "e"):
        what = "a formula" if cell.data_type == "f" else f"the error {value}"
        raise InputError(
            f"{where}: cell {cell.coordinate} holds {what} where text is wanted; paste its value, "
            "or format the cell as text"
        )
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def _write_xlsx(path: Path, termbase: Termbase) -> list[str]:
    openpyxl = _openpyxl()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "terms"
    rows = termbase.rows()
    table = [list(COLUMNS)]
    for row in rows:
        table.append(_cells(row))
        for column, text in zip(COLUMNS, table[-1], strict=True):
            _check_xml(text, column, "XLSX", row)
            if len(text.encode("utf-16-le")) > 2 * _MAX_CELL_TEXT:
                raise InputError(
                    f"{row.where or repr(row.concept)}: the {column} is longer than the "
                    f"{_MAX_CELL_TEXT} characters that a cell in XLSX can hold; shorten it, or "
                    "write .csv"
                )
    for number, cells in enumerate(table, 1):
        for index, text in enumerate(cells, 1):
            if text:
                cell = sheet.cell(number, index, text)
                # Text, though it begin with "=", and text still after somebody edits it.
                cell.data_type = "s"
                cell.number_format = "@"
    for index, column in enumerate(COLUMNS, 1):
        sheet.cell(1, index).font = openpyxl.styles.Font(bold=True)
        letter = openpyxl.utils.get_column_letter(index)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column, 12)
    sheet.freeze_panes = "A2"
    data = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book.save(data)
    _write_bytes(path, data.getvalue())
    escapes = sum(any(map(_EXCEL_ESCAPE.search, cells)) for cells in table)
    if escapes:
        return [f"{escapes} rows hold text like _x0041_, which Excel shows as a character"]
    return []


def _write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, as ``write_files`` does with text."""
    scratch = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".mteval-", dir=path.parent))
        (scratch / path.name).write_bytes(data)
        (scratch / path.name).replace(path)
    except OSError as error:
        raise InputError(
            f"{location(path)}: it cannot be written ({error.strerror or error}); "
            "check permissions and free space, or name another file"
        ) from None
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def _check_xml(text: str, column: str, format: str, row: Row) -> None:
    found = not_xml(text)
    if found is not None:
        raise InputError(
            f"{row.where or repr(row.concept)}: the {column} contains the character "
            f"U+{ord(found):04X}, which {format} cannot hold; remove it, or write .csv"
        )


# TBX. Names of elements and categories are those of TBX-Basic:
# https://github.com/LTAC-Global/TBX-Basic_dialect

_CORE = "urn:iso:std:iso:30042:ed-2"
_MIN = "http://www.tbxinfo.net/ns/min"
# What TBX has no category for. Private, so other programs pass over it.
_PRIVATE = "urn:mteval:tbx:1"
_PRIVATE_NAMES = {
    "severity": "severity",
    "case": "case",
    "valid_from": "validFrom",
    "valid_to": "validTo",
}
_DEFAULTS = {"severity": "major", "case": "", "valid_from": "", "valid_to": ""}
# An ASCII subset of the names that an attribute of type ID may have.
_XML_ID = re.compile("[A-Za-z_][A-Za-z0-9._-]*")
_CHINESE = frozenset({"zh", "zho", "chi", "cmn"})
_ENGLISH = frozenset({"en", "eng"})
# Without "-admn-sts" and "Term" at their ends, which not every program writes. The last two words
# are those of TBX-Min; standards and laws prefer the terms that they fix.
_TBX_STATUSES = {
    "preferred": "preferred",
    "standardized": "preferred",
    "legal": "preferred",
    "regulated": "preferred",
    "admitted": "admitted",
    "deprecated": "deprecated",
    "superseded": "deprecated",
    "notrecommended": "deprecated",
    "obsolete": "deprecated",
}


def _read_tbx(path: Path) -> list[Row]:
    root = _parse_xml(path)
    if local_name(root) not in ("tbx", "martif"):
        raise InputError(
            f"{location(path, root.sourceline)}: this is not TBX, as its root element is "
            f"<{local_name(root)}> and not <tbx> or <martif>; export the terms as TBX"
        )
    rows: list[Row] = []
    places: dict[str, str] = {}
    entries = [each for each in root.iter() if local_name(each) in ("conceptEntry", "termEntry")]
    for number, entry in enumerate(entries, 1):
        where = _xml_place(path, entry, number)
        id = _private_id(entry) or entry.get("id", "").strip() or f"entry {number}"
        if id in places:
            raise InputError(
                f"{where}: the entry has the id {id!r} of the entry at {places[id]}; "
                "give it one of its own"
            )
        places[id] = where
        rows.extend(_entry_rows(path, entry, number, id))
    return rows


def _parse_xml(path: Path) -> Any:
    load_lxml("termbases in TBX")
    return parse_xml(path, read_bytes(path), "TBX", "export the terms again")


def _xml_place(path: Path, element: Any, number: int) -> str:
    line = sourceline(element)
    return f"{location(path)}, entry {number}" if line is None else location(path, line)


def _private_id(entry: Any) -> str:
    for child in entry:
        if child.tag == f"{{{_PRIVATE}}}concept" or child.get("type") == "x-mteval-concept":
            return _xml_text(child)
    return ""


def _xml_text(element: Any) -> str:
    """Give the text of an element, of which line breaks within are a matter of layout."""
    parts = re.split("[\r\n]+", "".join(element.itertext()).strip())
    return parts[0] if len(parts) == 1 else " ".join(filter(None, map(str.strip, parts)))


def _entry_rows(path: Path, entry: Any, number: int, id: str) -> list[Row]:
    sources: dict[str, None] = {}
    targets: dict[Row, Any] = {}
    rows: list[Row] = []
    for language in entry:
        if local_name(language) not in ("langSec", "langSet"):
            continue
        code = language.get(XML_LANG, language.get("lang", ""))
        main = re.split("[-_]", code.strip().lower())[0]
        for section in language.iter():
            if local_name(section) not in ("termSec", "tig", "ntig"):
                continue
            if main in _CHINESE:
                sources[_term(path, section, number)[0]] = None
            elif main in _ENGLISH:
                row = _target_row(path, section, number, id)
                # A term that is the same in British and American English is one; what stands
                # twice in one language is left to be refused.
                if targets.setdefault(row, language) is language:
                    rows.append(row)
    for wanted, found in (("Chinese (zh)", sources), ("English (en)", rows)):
        if not found:
            raise InputError(
                f"{_xml_place(path, entry, number)}: entry {id!r} has no {wanted} term; "
                "add one, or remove the entry"
            )
    if any(row.status for row in rows):
        rows = [row if row.status else replace(row, status="admitted") for row in rows]
    else:
        rows = _with_statuses(rows)
    return [replace(row, source=source) for source in sources for row in rows]


def _term(path: Path, section: Any, number: int) -> tuple[str, str]:
    """Give the term of a section and its place."""
    term = next((each for each in section.iter() if local_name(each) == "term"), section)
    where = _xml_place(path, term, number)
    text = "" if term is section else _xml_text(term)
    if not text:
        raise InputError(f"{where}: the term is empty; fill it in, or remove it")
    return text, where


def _target_row(path: Path, section: Any, number: int, id: str) -> Row:
    text, where = _term(path, section, number)
    found: dict[str, str] = {}
    notes = []
    for element in section.iter():
        name = local_name(element)
        if name == "note" and local_name(element.getparent()) in (
            "termSec",
            "tig",
            "ntig",
            "termGrp",
        ):
            notes.append(_xml_text(element))
        elif element.tag.startswith(f"{{{_PRIVATE}}}"):
            found[f"x-mteval-{name}"] = _xml_text(element)
        elif name in ("termNote", "admin", "descrip"):
            found.setdefault(element.get("type", ""), _xml_text(element))
        elif name == "administrativeStatus":
            found[name] = _xml_text(element)
    status = found.get("administrativeStatus", found.get("normativeAuthorization", ""))
    word = status.lower().removesuffix("-admn-sts").removesuffix("term")
    if status and word not in _TBX_STATUSES:
        raise InputError(
            f"{where}: the administrative status {status!r} of {text!r} is unknown; use one of "
            "preferredTerm-admn-sts, admittedTerm-admn-sts, deprecatedTerm-admn-sts, "
            "supersededTerm-admn-sts"
        )
    private = {
        column: found.get(f"x-mteval-{name}", _DEFAULTS[column])
        for column, name in _PRIVATE_NAMES.items()
    }
    return Row(
        concept=id,
        source="",
        target=text,
        status=_TBX_STATUSES.get(word, ""),
        note="; ".join(filter(None, notes)),
        where=where,
        **private,
    )


def _write_tbx(path: Path, termbase: Termbase, style: Style) -> list[str]:
    etree = load_lxml("termbases in TBX")
    rows = termbase.rows()
    for row in rows:
        for column, text in zip(COLUMNS, _cells(row), strict=True):
            _check_xml(text, column, "TBX", row)
    rows_of: dict[str, dict[Row, None]] = {}
    for row in rows:
        # The same row for every source term.
        rows_of.setdefault(row.concept, {})[replace(row, source="")] = None
    private = any(
        getattr(row, column) != default for row in rows for column, default in _DEFAULTS.items()
    )
    ids = _xml_ids([concept.id for concept in termbase.concepts])
    renamed = sum(id != concept.id for id, concept in zip(ids, termbase.concepts, strict=True))

    def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        element = etree.SubElement(parent, f"{{{_CORE}}}{name}", attributes)
        element.text = text
        return element

    def categorise(parent: Any, name: str, text: str, element: str, namespace: str) -> None:
        if style == "dct":
            etree.SubElement(parent, f"{{{namespace}}}{name}").text = text
        else:
            type = f"x-mteval-{name}" if namespace == _PRIVATE else name
            add(parent, element, text, type=type)

    namespaces: dict[str | None, str] = {None: _CORE}
    if style == "dct":
        namespaces["min"] = _MIN
        if private or renamed:
            namespaces["mteval"] = _PRIVATE
    root = etree.Element(
        f"{{{_CORE}}}tbx", {"style": style, "type": "TBX-Basic", XML_LANG: "en"}, namespaces
    )
    description = add(add(root, "tbxHeader"), "fileDesc")
    add(add(description, "sourceDesc"), "p", "Written by mteval.")
    body = add(add(root, "text"), "body")
    for id, concept in zip(ids, termbase.concepts, strict=True):
        entry = add(body, "conceptEntry", id=id)
        if id != concept.id:
            categorise(entry, "concept", concept.id, "admin", _PRIVATE)
        chinese = add(entry, "langSec", **{XML_LANG: "zh"})
        for source in concept.sources:
            add(add(chinese, "termSec"), "term", source)
        english = add(entry, "langSec", **{XML_LANG: "en"})
        for row in rows_of[concept.id]:
            section = add(english, "termSec")
            add(section, "term", row.target)
            status = f"{row.status}Term-admn-sts"
            categorise(section, "administrativeStatus", status, "termNote", _MIN)
            for column, name in _PRIVATE_NAMES.items():
                if getattr(row, column) != _DEFAULTS[column]:
                    categorise(section, name, getattr(row, column), "termNote", _PRIVATE)
            if row.note:
                add(section, "note", row.note)
    xml = etree.tostring(root, encoding="unicode", pretty_print=True)
    write_files(path.parent, {path.name: f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}'})
    notes = []
    if private:
        notes.append(
            "TBX has no category for severity, case and validity; they are in private ones, which "
            "other programs pass over"
        )
    if renamed:
        notes.append(
            f"{renamed} concepts have a name that cannot be an id in XML; other programs see a "
            "made-up one"
        )
    return notes


def _xml_ids(names: list[str]) -> list[str]:
    """Give each concept an id that XML allows, its name wherever possible."""
    taken = set(names)
    ids = []
    for number, name in enumerate(names, 1):
        id = name
        if not _XML_ID.fullmatch(name):
            id = f"c{number}"
            while id in taken:
                id += "_"
            taken.add(id)
        ids.append(id)
    return ids


_FORMATS: dict[str, Callable[[Path], list[Row]]] = {
    ".csv": _read_csv,
    ".xlsx": _read_xlsx,
    ".tbx": _read_tbx,
    ".xml": _read_tbx,
}


def append_rows(path: Path, rows: Sequence[Row]) -> None:
    """Append rows to a termbase in CSV, whose lines stay as they are, byte for byte.

    Cells go into the columns that the file has; what it has no column for is left out. A file that
    is missing or empty is begun with all columns. Nothing is written unless the whole can be read.

    Raises:
        UsageError: the file is not CSV.
        InputError: the file cannot be read or written, or it and the rows contradict each other.
    """
    if path.suffix.lower() != ".csv":
        raise UsageError(
            f"{location(path)}: terms can be appended to .csv only; write them to a new .csv file "
            "and convert it"
        )
    if not rows:
        return
    text = "" if kind_of(path) is None else read_text(path)
    mark = ""
    if text.strip():
        columns = _columns(text)
        mark = "\ufeff" if read_bytes(path).startswith(codecs.BOM_UTF8) else ""
        end = "\r\n" if "\r\n" in text else "\n"
        if not text.endswith("\n"):
            text += end
        if any(line.strip() for line in text.splitlines()[1:]):
            read_termbase(path)
    else:
        columns, end, text = list(COLUMNS), "\n", ",".join(COLUMNS) + "\n"
    lines = io.StringIO()
    csv.writer(lines, lineterminator=end).writerows(
        [getattr(row, column, "") for column in columns] for row in rows
    )
    text = f"{mark}{text}{lines.getvalue()}"
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "terms.csv"
        trial.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            read_termbase(trial)
        except InputError as error:
            raise type(error)(str(error).replace(location(trial), location(path))) from None
    write_files(path.parent, {path.name: text})


def _columns(text: str) -> list[str]:
    """Name the columns of a table in CSV, as its first line with anything in it does."""
    for cells in csv.reader(io.StringIO(text, newline="")):
        if any(map(str.strip, cells)):
            return [cell.strip().lower() for cell in cells]
    return list(COLUMNS)
