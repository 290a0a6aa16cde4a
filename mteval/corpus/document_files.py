"""Documents and outputs written as files of lines, with names that no other file has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mteval.corpus.layout import (
    RESERVED_IDS,
    SOURCE_LANGUAGE,
    TARGET_LANGUAGE,
    document_of,
    reference_files,
)
from mteval.corpus.model import Document, SystemOutput
from mteval.errors import InputError, location
from mteval.io.files import kind_of, read_text
from mteval.io.writing import write_files

__all__ = [
    "check_document_id",
    "check_no_conflicting_files",
    "document_files",
    "write_document",
    "write_system",
]

# One a letter: <document>.en.B.txt.
MAX_REFERENCES = 26


def check_document_id(id: str, where: str) -> None:
    """Check that an id can name the files of a document and no others.

    Raises:
        InputError: it cannot; the message begins with ``where``.
    """
    if not id.strip() or id.startswith(".") or any(c in "/\\" or not c.isprintable() for c in id):
        problem = "it names files, so it must be text without slashes or a leading dot"
    elif id in RESERVED_IDS:
        problem = f"{id}.toml and {id}.csv mean something else in a folder of references"
    elif id.endswith(f".{TARGET_LANGUAGE}"):
        problem = f"its files could not be told from references of {id[:-3]}"
    else:
        return
    raise InputError(
        f"{where}: the document id {id!r} cannot be used: {problem}; "
        "give the page another id in sources.toml"
    )


def document_files(document: Document, metadata: str) -> dict[str, str]:
    """Return the files that a document becomes: name -> content.

    Raises:
        InputError: a segment contains a line break, which one line cannot hold, or the id cannot
            name files.
    """
    check_document_id(document.id, document.origin or "document")
    columns: dict[str, list[str]] = {}
    if document.segments[0].source is not None:
        columns[f"{document.id}.{SOURCE_LANGUAGE}.txt"] = [
            segment.source or "" for segment in document.segments
        ]
    if len(document.segments[0].references) > MAX_REFERENCES:
        raise InputError(
            f"document {document.id} has {len(document.segments[0].references)} references, and a "
            f"folder holds {MAX_REFERENCES}; write .jsonl"
        )
    for index in range(len(document.segments[0].references)):
        label = "" if index == 0 else f".{chr(ord('A') + index)}"
        columns[f"{document.id}.{TARGET_LANGUAGE}{label}.txt"] = [
            segment.references[index] for segment in document.segments
        ]
    files = {name: _joined(lines, document.id) for name, lines in columns.items()}
    if metadata:
        files[f"{document.id}.toml"] = metadata
    return files


def check_no_conflicting_files(folder: Path, id: str, files: Mapping[str, str]) -> None:
    """Check that no other file of a document lies where changed ones are to be written.

    A second reference, or a source of a document that is English only now, would pair with the
    new lines by accident.

    Raises:
        InputError: there is one.
    """
    if kind_of(folder) != "folder":
        return
    conflicting = [
        path
        for path in reference_files(folder)
        if path.name not in files
        if document_of(path) == id
    ]
    changed = any(
        name.endswith(".txt")
        and (kind_of(folder / name) != "file" or read_text(folder / name) != text)
        for name, text in files.items()
    )
    if conflicting and changed:
        raise InputError(
            f"{location(conflicting[0])}: this file belongs to document {id}, whose other files "
            "would change under it; move it away, or name another folder with -o"
        )


def write_document(folder: Path, document: Document, metadata: str = "") -> None:
    """Write one document into a folder of references.

    Raises:
        InputError: the folder cannot be written, or a segment contains a line break.
    """
    write_files(folder, document_files(document, metadata))


def write_system(folder: Path, system: SystemOutput) -> None:
    """Write a system's output as ``folder/<system>/<document>.txt``.

    Raises:
        InputError: the folder cannot be written, or a hypothesis contains a line break.
    """
    write_files(
        folder / system.name,
        {f"{id}.txt": _joined(lines, id) for id, lines in system.documents.items()},
    )


def _joined(lines: Sequence[str], id: str) -> str:
    for number, line in enumerate(lines, 1):
        if "\n" in line or "\0" in line or line.endswith("\r"):
            raise InputError(
                f"document {id}, segment {number} contains a line break or a NUL character, which "
                "a line-aligned file cannot hold; replace it with a space"
            )
    return "".join(f"{line}\n" for line in lines)
