"""Test sets and system outputs on disk: which files there are and what they are called.

::

    references/<document>.zh.txt       source, one segment a line
    references/<document>.en.txt       reference; more of them as <document>.en.<label>.txt
    references/terms.csv               termbase (optional)
    references/<document>.toml         title, date, domain, kinds of the lines and so on (optional)
    systems/<system>/<document>.txt    hypotheses, one a line

or, without any layout, plain files: one source, its references, one file a system.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mteval.corpus.model import Document, Kind, SystemOutput, TestSet, count_mismatch
from mteval.errors import InputError, MismatchError, UsageError, location
from mteval.io.files import check_inside, kind_of, list_folder, read_lines, utf8_name
from mteval.io.toml import read_toml
from mteval.languages.registry import SOURCE, TARGET

__all__ = [
    "RESERVED_IDS",
    "SOURCE_LANGUAGE",
    "TARGET_LANGUAGE",
    "TERMS_FILE",
    "TEXT_SUFFIXES",
    "document_of",
    "is_plain",
    "load_plain_systems",
    "load_plain_test_set",
    "load_systems",
    "load_test_set",
    "load_unscored",
    "reference_files",
]

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)

# The languages that names of files say, and that files without a language are in.
SOURCE_LANGUAGE, TARGET_LANGUAGE = SOURCE, TARGET
TERMS_FILE = "terms.csv"
# What a plain file of segments may end in; "model-1.5" keeps its name.
TEXT_SUFFIXES = frozenset(
    [".txt", ".en", ".zh", ".eng", ".zho", ".hyp", ".out", ".mt", ".ref", ".src", ".tok", ".detok"]
)
# What is read of a folder of references, or of a system.
_READ = frozenset({".txt", ".toml", ".csv"})
# Names that the folder of references uses for something else.
RESERVED_IDS = frozenset({"sources", "fixes", "terms"})
_SOURCE_NAME = re.compile(rf"(?P<id>.+)\.{SOURCE_LANGUAGE}\.txt", re.DOTALL)
_REFERENCE_NAME = re.compile(
    rf"(?P<id>.+?)\.{TARGET_LANGUAGE}(?:\.(?P<label>[A-Za-z0-9_-]+))?\.txt", re.DOTALL
)


def load_test_set(folder: Path) -> TestSet:
    """Return the test set of a folder of references.

    Documents come in the order of their ids. A document without a source is an error unless its
    TOML file says ``languages = ["en"]``: then it is kept, unscored.

    Raises:
        InputError: the folder or a file cannot be read, holds no document, or has an empty line.
        MismatchError: line counts differ, or documents differ in their number of references.
    """
    sources: dict[str, Path] = {}
    references: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    for path in reference_files(folder):
        if match := _SOURCE_NAME.fullmatch(path.name):
            sources[match["id"]] = path
        elif match := _REFERENCE_NAME.fullmatch(path.name):
            references[match["id"]][match["label"] or ""] = path
    if not sources and not references:
        raise InputError(
            f"{location(folder)}: no <document>.{SOURCE_LANGUAGE}.txt with its "
            f"<document>.{TARGET_LANGUAGE}.txt here; make some with: mteval ingest PAGE... "
            f"-o {location(folder)}"
        )
    _check_same_references(folder, sources.keys(), references)
    documents = []
    unscored = []
    for id in sorted(sources.keys() | references.keys()):
        name = utf8_name(id, sources.get(id, folder))
        metadata_path = folder / f"{id}.toml"
        metadata = read_toml(metadata_path) if kind_of(metadata_path) is not None else {}
        if id not in sources:
            if metadata.get("languages") != [TARGET_LANGUAGE]:
                missing = folder / f"{id}.{SOURCE_LANGUAGE}.txt"
                raise MismatchError(
                    f"{location(missing)}: there is no such file, though the document has "
                    "references; "
                    f'add it, or say languages = ["{TARGET_LANGUAGE}"] in {metadata_path.name}'
                )
            unscored.append(name)
            continue
        paths = [references[id][label] for label in sorted(references[id])]
        documents.append(_load_document(name, sources[id], paths, metadata, metadata_path))
    if not documents:
        raise InputError(
            f"{location(folder)}: every document here lacks a source, so there is nothing to "
            f"score; add <document>.{SOURCE_LANGUAGE}.txt files"
        )
    return TestSet(tuple(documents), tuple(unscored))


def _check_same_references(
    folder: Path, documents: Iterable[str], references: Mapping[str, Mapping[str, Path]]
) -> None:
    """Check that all scored documents have the same references, by label."""
    labels = {label for id in documents for label in references.get(id, {})}
    for id in sorted(documents):
        for label in sorted(labels - references.get(id, {}).keys()):
            name = f"{id}.{TARGET_LANGUAGE}{label and '.'}{label}.txt"
            raise MismatchError(
                f"{location(folder / name)}: there is no such file, though other documents have "
                "that reference; add it, or remove the others'"
            )


def _load_document(
    id: str,
    source: Path | None,
    references: Sequence[Path],
    metadata: dict[str, Any],
    metadata_path: Path | None,
) -> Document:
    paths = ([] if source is None else [source]) + list(references)
    columns = [_full_lines(path) for path in paths]
    for number, (path, column) in enumerate(zip(paths, columns, strict=True)):
        # Beside a text of its own language it is easier to tell where a file parts.
        other = 0 if source is None or number < 2 else 1
        if len(column) != len(columns[other]):
            raise count_mismatch(location(path), column, location(paths[other]), columns[other])
    kinds: list[Kind] | None = metadata.get("kinds")
    if kinds is not None and metadata_path is not None:
        if not isinstance(kinds, list) or len(kinds) != len(columns[0]):
            size = len(kinds) if isinstance(kinds, list) else "no"
            raise MismatchError(
                f"{location(metadata_path)}: kinds has {size} entries where {location(paths[0])} "
                f"has {len(columns[0])} lines; give one for each line"
            )
        unknown = [kind for kind in kinds if kind not in ("text", "heading")]
        if unknown:
            raise InputError(
                f"{location(metadata_path)}: kinds has {unknown[0]!r}; use 'text' or 'heading'"
            )
    described = {
        key: str(metadata[key]) if metadata.get(key) not in (None, "") else None
        for key in ("title", "date", "publisher", "domain")
    }
    return Document.from_columns(
        id,
        None if source is None else columns[0],
        columns if source is None else columns[1:],
        kinds,
        origin=location(references[0] if references else paths[0]),
        summaries=_summaries(metadata, metadata_path, len(columns[0])),
        **described,
    )


def _summaries(metadata: Mapping[str, Any], path: Path | None, size: int) -> Sequence[int]:
    """Return the numbers of the segments that have a summary for a reference."""
    if metadata.get("summary") is True:
        return range(1, size + 1)
    numbers = metadata.get("summaries", [])
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        raise InputError(
            f"{location(path or Path())}: summaries is {numbers!r}; write the numbers of segments, "
            "as in: summaries = [3, 5]"
        )
    return numbers


def _full_lines(path: Path) -> list[str]:
    lines = read_lines(path)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            raise InputError(
                f"{location(path, number)}: the line is empty; fill it in, or remove it and the "
                "same line of every file aligned with it"
            )
    return lines


def load_systems(paths: Iterable[Path]) -> tuple[list[SystemOutput], list[str]]:
    """Return system outputs, one folder a system, and notes of what was skipped.

    ``systems/*`` expands to more than outputs: a file, or a folder without any ``.txt`` file, is
    skipped.

    Returns:
        The systems in the order given, and one note for each path skipped.

    Raises:
        InputError: a path does not exist, a file cannot be read or is empty, nothing is left.
    """
    systems: list[SystemOutput] = []
    notes: list[str] = []
    for path in paths:
        found = kind_of(path)
        if found is None and path.is_symlink():
            notes.append(f"{location(path)}: skipped, it is a link to nothing")
            continue
        if found is None:
            raise InputError(
                f"{location(path)}: there is no such folder; check the path of the system"
            )
        if found == "file":
            notes.append(f"{location(path)}: skipped, it is a file and a system is a folder")
            continue
        files = {
            file.stem: file
            for file in reference_files(path)
            if file.suffix == ".txt" and kind_of(file) == "file"
        }
        if not files:
            has_folders = any(map(Path.is_dir, reference_files(path)))
            inside = " (name the folders in it)" if has_folders else ""
            notes.append(f"{location(path)}: skipped, it holds no <document>.txt{inside}")
            continue
        systems.append(
            SystemOutput(
                # abspath, as a link keeps its own name
                utf8_name(Path(os.path.abspath(path)).name, path),  # noqa: PTH100
                {utf8_name(id, file): tuple(read_lines(file)) for id, file in files.items()},
                {id: location(file) for id, file in files.items()},
            )
        )
    if not systems:
        raise InputError(
            "no system output among the paths given; a system is a folder of <document>.txt files"
            + (f" ({notes[0]})" if notes else "")
        )
    return systems, notes


def is_plain(references: Sequence[Path], source: Path | None) -> bool:
    """Return whether the arguments of ``mteval score`` are plain files and not folders.

    Raises:
        UsageError: they are a mixture of both.
    """
    if source is None and len(references) == 1 and kind_of(references[0]) != "file":
        return False
    folders = [path for path in references if kind_of(path) == "folder"]
    if folders:
        raise UsageError(
            f"{location(folders[0])} is a folder and cannot stand beside other -r or -s; "
            "give one folder of references, or plain files alone"
        )
    return True


def load_plain_test_set(source: Path | None, references: Sequence[Path]) -> TestSet:
    """Return plain line-aligned files as a test set of one document.

    The document is named after the source file, or the first reference where there is none.

    Raises:
        InputError: a file cannot be read, is empty, or has an empty line.
        MismatchError: line counts differ.
    """
    named = source if source is not None else references[0]
    return TestSet((_load_document(_stem(named), source, references, {}, None),))


def load_plain_systems(hypotheses: Iterable[Path], test_set: TestSet) -> list[SystemOutput]:
    """Return the systems of plain files of hypotheses, named after the file without its suffix.

    Raises:
        InputError: a file cannot be read or is empty.
    """
    document = test_set.documents[0].id
    return [
        SystemOutput(
            utf8_name(_stem(path), path),
            {document: tuple(read_lines(path))},
            {document: location(path)},
        )
        for path in hypotheses
    ]


def load_unscored(folder: Path) -> list[Document]:
    """Return the documents of a folder that have references and no source.

    Raises:
        InputError: a file cannot be read.
    """
    documents = []
    for id in load_test_set(folder).unscored:
        paths = [
            path
            for path in reference_files(folder)
            if (match := _REFERENCE_NAME.fullmatch(path.name)) and match["id"] == id
        ]
        metadata = folder / f"{id}.toml"
        documents.append(_load_document(id, None, paths, read_toml(metadata), metadata))
    return documents


def _stem(path: Path) -> str:
    return path.stem if path.suffix.lower() in TEXT_SUFFIXES else path.name


def document_of(path: Path) -> str | None:
    """Return the id of the document that a file has lines of by its name, or None."""
    match = _SOURCE_NAME.fullmatch(path.name) or _REFERENCE_NAME.fullmatch(path.name)
    return None if match is None else match["id"]


def reference_files(folder: Path) -> list[Path]:
    """Return what lies in a folder of references or of a system, none of it a link out of there.

    Raises:
        InputError: there is no such folder, or a link leads out of it.
    """
    found = kind_of(folder)
    if found is None:
        raise InputError(f"{location(folder)}: there is no such folder; check the path")
    if found == "file":
        raise InputError(f"{location(folder)}: this is a file where a folder is wanted")
    paths = list_folder(folder)
    check_inside(folder, (path for path in paths if path.suffix in _READ))
    return paths
