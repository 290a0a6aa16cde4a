"""What ingesting a page gives, and the files that it becomes in a folder of references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mteval.corpus.document_files import check_no_conflicting_files, document_files
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.corpus.model import Document
from mteval.ingest.coupling import PageGroup
from mteval.ingest.report import IngestReport, plain_record
from mteval.io.files import kind_of, read_text
from mteval.io.hashing import sha256
from mteval.io.toml import toml_text
from mteval.io.writing import write_files

__all__ = ["Ingested", "document_metadata", "write_ingested"]

_STATED = ("title", "date", "publisher", "domain")


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one page: the document, the content of its TOML file, the report."""

    document: Document
    metadata: dict[str, Any] = field(repr=False)
    report: IngestReport


def document_metadata(document: Document, pages: PageGroup, report: IngestReport) -> dict[str, Any]:
    """Return what a document's TOML file states: where its text is from, and what became of it."""
    content: dict[str, Any] = {
        key: getattr(document, key) for key in _STATED if getattr(document, key) is not None
    }
    monolingual = document.segments[0].source is None
    content["languages"] = [TARGET_LANGUAGE] if monolingual else [SOURCE_LANGUAGE, TARGET_LANGUAGE]
    for prefix, source in zip(("", "translation_"), pages.pages, strict=False):
        page = source.page
        content[f"{prefix}raw"] = page.path.name
        content[f"{prefix}raw_sha256"] = sha256(page.data)
        content[f"{prefix}format"] = page.format
        if page.encoding is not None:
            content[f"{prefix}encoding"] = page.encoding
    if report.notes:
        content["notes"] = list(report.notes)
    content["kinds"] = [kept.kind for kept in report.kept]
    content["lines"] = [list(kept.lines) for kept in report.kept]
    if report.translation is not None:
        content["translation_lines"] = [list(kept.translation_lines) for kept in report.kept]
    if not monolingual:
        content["confidence"] = [round(kept.confidence or 0.0, 3) for kept in report.kept]
    if report.is_summary:
        content["summary"] = True
    if summaries := [kept.segment for kept in report.kept if kept.is_summary]:
        content["summaries"] = summaries
    return content | _records(report)


def _records(report: IngestReport) -> dict[str, Any]:
    """Return the records of lines as lists of tables, of each kind that there are any of."""
    kinds = (
        ("joined", report.joined),
        ("rejected", report.dropped),
        ("fixes", report.fixes),
        ("damage", report.damage),
        ("cleaning", report.changes),
    )
    return {
        name: [plain_record(record) for record in records] for name, records in kinds if records
    }


def write_ingested(folder: Path, ingested: Sequence[Ingested]) -> list[str]:
    """Write documents and their TOML files into a folder of references.

    Returns:
        The names of the text files that were there before with other content.

    Raises:
        InputError: the folder cannot be written, or holds another file of one of the documents
            that would pair with the new lines by accident.
    """
    files: dict[str, str] = {}
    for result in ingested:
        made = document_files(result.document, toml_text(result.metadata))
        check_no_conflicting_files(folder, result.document.id, made)
        files.update(made)
    replaced = [
        name
        for name, text in files.items()
        if name.endswith(".txt")
        and kind_of(folder / name) == "file"
        and read_text(folder / name) != text
    ]
    write_files(folder, files)
    return replaced
