"""Tables with named columns: TSV, CSV and JSON lines.

::

    document  segment  domain  source  reference  reference_2  hypothesis:NAME ...

All but one text may be absent. References that have names of their own are ``reference:NAME``.
TSV has no quoting, as sacrebleu reads it; CSV has that of RFC 4180; in JSON lines a key that is
missing is a text that is missing, where the others have an empty cell for both.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mteval.corpus.formats.base import Format
from mteval.corpus.formats.corpus import METADATA, Corpus, default_names, listed, rows
from mteval.corpus.formats.draft import Draft, name_of
from mteval.corpus.formats.losses import one_line
from mteval.corpus.formats.table_lines import ALIASES, TableLine
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.errors import InputError, location
from mteval.io.csv_rows import parse_csv
from mteval.io.files import read_text

__all__ = ["CSV", "JSONL", "TSV", "read_table", "write_table"]


def read_table(path: Path, format: str, wanted: Wanted) -> Corpus:
    """Return the corpus of a table.

    Args:
        path: the file.
        format: tsv, csv or jsonl.
        wanted: the languages, and whose the translations are.

    Raises:
        InputError: it cannot be read, or is no such table; the message has the line.
        EncodingError: it is not UTF-8.
    """
    text = read_text(path)
    draft = Draft(path)
    unknown: dict[str, None] = {}
    numbers: dict[str, list[int | None]] = {}
    lines = _READERS[format](path, text)
    for line_number, cells in lines:
        where = location(path, line_number)
        line = _parse(cells, where, unknown, path)
        id = line.plain.get("document", name_of(path))
        if not id.strip():
            raise InputError(f"{where}: the document has no id; name it in the column document")
        document = draft.document(id)
        document.describe(**{name: line.plain.get(name) for name in METADATA})
        kind = line.plain.get("kind") or "text"
        if kind not in ("text", "heading"):
            raise InputError(f"{where}: the kind is {kind!r}; use 'text' or 'heading'")
        document.add(
            line.plain.get("source"), line.references, line.hypotheses, kind=kind, where=where
        )
        numbers.setdefault(id, []).append(_number(line.plain.get("segment")))
    if unknown:
        draft.note(f"columns that are not recognised were ignored: {listed(unknown)}")
    for id, order in numbers.items():
        document = draft.document(id)
        _sort(draft, id, order)
        if format != "jsonl":
            # An empty cell may be an empty translation; a whole document of them is none.
            for name in {name for row in document.rows for name in row.hypotheses}:
                if not any(row.hypotheses.get(name) for row in document.rows):
                    for row in document.rows:
                        row.hypotheses.pop(name, None)
    languages = (
        wanted.source_language or SOURCE_LANGUAGE,
        wanted.target_language or TARGET_LANGUAGE,
    )
    return draft.corpus(languages, as_system=wanted.as_system)


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _sort(draft: Draft, id: str, numbers: list[int | None]) -> None:
    """Put the segments of a document into the order of their numbers, if all have one."""
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return
    document = draft.document(id)
    seen: dict[int, str] = {}
    for number, row in zip(known, document.rows, strict=True):
        if number in seen:
            raise InputError(
                f"{row.location}: segment {number} of document {location(id)} stands at "
                f"{seen[number]} already; remove one, or renumber them"
            )
        seen[number] = row.location
    order = sorted(range(len(known)), key=known.__getitem__)
    if order != list(range(len(known))):
        document.rows = [document.rows[i] for i in order]
        draft.note(
            f"the segments of document {location(id)} were put into the order of their numbers"
        )


def _parse(cells: Mapping[str, Any], where: str, unknown: dict[str, None], path: Path) -> TableLine:
    """Return what a line says; columns that are not recognised are added to ``unknown``."""
    line = TableLine(path, where)
    for column, value in cells.items():
        if value is not None and not line.add(column, value):
            unknown[column] = None
    if "source" not in line.plain and not line.references and not line.hypotheses:
        raise InputError(
            f"{where}: there is neither a source nor a reference; name the columns document, "
            "segment, domain, source, reference, reference_2, hypothesis:NAME, of which one text "
            "is enough"
        )
    return line


def _header(path: Path, number: int, names: list[str], width: int) -> None:
    if len(names) != width:
        raise InputError(
            f"{location(path, number)}: the line has {width} cells where the first has "
            f"{len(names)}; add or remove some"
        )


def _tsv_lines(path: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    names: list[str] | None = None
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        line = line.removesuffix("\r")
        # In a table of one column it is an empty text.
        if not line and (names is None or len(names) > 1):
            continue
        cells = line.split("\t")
        if names is None:
            names = _columns(path, number, cells)
            continue
        _header(path, number, names, len(cells))
        yield number, dict(zip(names, cells, strict=True))


def _columns(path: Path, number: int, names: list[str]) -> list[str]:
    twice = next((name for name, n in Counter(names).items() if n > 1), None)
    if twice is not None:
        raise InputError(
            f"{location(path, number)}: there are two columns {twice!r}; remove or rename one"
        )
    meant = [ALIASES.get(n, n) for n in (name.partition(":")[0].strip().lower() for name in names)]
    if not any(name.startswith(("source", "reference", "ref", "hypothesis")) for name in meant):
        raise InputError(
            f"{location(path, number)}: the first line names no column source, reference or "
            "hypothesis; it must name the columns"
        )
    return names


def _csv_lines(path: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    names: list[str] | None = None
    for number, cells in parse_csv(path, text):
        if not cells and (names is None or len(names) > 1):
            continue
        if names is None:
            names = _columns(path, number, cells)
            continue
        cells = cells or [""]
        _header(path, number, names, len(cells))
        yield number, dict(zip(names, cells, strict=True))


def _json_lines(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, object_pairs_hook=_object)
        except RecursionError:
            raise InputError(
                f"{location(path, number)}: the line nests deeper than a segment can; "
                "write one flat object a line"
            ) from None
        except ValueError as error:
            raise InputError(
                f"{location(path, number)}: this is not valid JSON ({error}); write one object a "
                "line"
            ) from None
        if not isinstance(value, dict):
            raise InputError(
                f"{location(path, number)}: this is no JSON object; write one for each segment, as "
                '{"source": "...", "reference": "..."}'
            )
        yield number, value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


_READERS: dict[str, Callable[[Path, str], Iterator[tuple[int, dict[str, Any]]]]] = {
    "tsv": _tsv_lines,
    "csv": _csv_lines,
    "jsonl": _json_lines,
}


def write_table(corpus: Corpus, format: str) -> tuple[str, list[str]]:
    """Return a corpus as the text of a table, and a sentence where texts had to change.

    Args:
        corpus: what to write.
        format: tsv, csv or jsonl.

    Raises:
        InputError: a name cannot stand in the first line.
        MismatchError: a system does not have a hypothesis for each segment.
    """
    notes: list[str] = []
    if format == "tsv":
        corpus, notes = one_line(corpus, "TSV", "\t\n\r")
    columns, lines = _cells(corpus)
    if format == "jsonl":
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), notes
    table = [columns] + [[str(line.get(c, "")) for c in columns] for line in lines]
    if format == "csv":
        return "".join(",".join(map(_quoted, cells)) + "\n" for cells in table), notes
    for cells in table:
        for cell in cells:
            if any(c in "\t\n\r" for c in cell):
                raise InputError(
                    f"the name {cell!a} has a tab or a line break, which TSV cannot hold; rename "
                    "it, or write .csv"
                )
    return "".join("\t".join(cells) + "\n" for cells in table), notes


def _cells(corpus: Corpus) -> tuple[list[str], list[dict[str, str | int]]]:
    """Return the columns of a table, and what each segment has in them."""
    names = corpus.reference_names
    if names == default_names(len(names)):
        references = ["reference" if i == 0 else f"reference_{i + 1}" for i in range(len(names))]
    else:
        references = [f"reference:{name}" for name in names]
    documents = corpus.test_set.documents
    optional = [name for name in METADATA if any(getattr(d, name) for d in documents)]
    if any(segment.kind == "heading" for segment in corpus.test_set.segments):
        optional.append("kind")
    sources = [] if corpus.test_set.sources is None else ["source"]
    systems = [system.name for system in corpus.systems]
    columns = ["document", "segment", *optional, *sources, *references]
    columns += [f"hypothesis:{name}" for name in systems]
    lines: list[dict[str, str | int]] = []
    for row in rows(corpus):
        values: list[str | int | None] = [row.document.id, row.number]
        values += [
            row.segment.kind if name == "kind" else getattr(row.document, name) or None
            for name in optional
        ]
        values += [row.segment.source] * len(sources)
        values += [*row.segment.references, *(row.hypotheses.get(name) for name in systems)]
        lines.append({c: v for c, v in zip(columns, values, strict=True) if v is not None})
    return columns, lines


def _quoted(cell: str) -> str:
    # Not the writer of csv, which leaves a bare carriage return unquoted in some versions.
    if not cell or any(c in ',"\n\r' for c in cell):
        return '"' + cell.replace('"', '""') + '"' if cell else ""
    return cell


def _table(name: str, label: str, suffixes: tuple[str, ...], *more: str) -> Format:
    return Format(
        name=name,
        label=label,
        suffixes=suffixes,
        read=lambda path, wanted: read_table(path, name, wanted),
        write=lambda corpus: write_table(corpus, name),
        holds=frozenset({*METADATA, "kind", "documents", "systems", "references", *more}),
    )


TSV = _table("tsv", "TSV", (".tsv", ".tab"))
CSV = _table("csv", "CSV", (".csv",))
# A key that is missing is no empty text.
JSONL = _table("jsonl", "JSONL", (".jsonl", ".ndjson"), "missing")
