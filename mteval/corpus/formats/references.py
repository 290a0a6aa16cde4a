"""The folders that mteval itself works on: references, with systems, and one system's output.

::

    OUT/<document>.zh.txt ...              references alone
    OUT/references/  OUT/systems/<system>/ references with systems
    OUT/<document>.txt                     one system's output
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from mteval.corpus.document_files import document_files
from mteval.corpus.formats.base import Files, Format, Head
from mteval.corpus.formats.corpus import (
    METADATA,
    Corpus,
    default_names,
    listed,
    references_as_system,
)
from mteval.corpus.formats.file_names import Names, file_of_lines, is_document_name, is_file_name
from mteval.corpus.formats.losses import EVERYTHING, one_line
from mteval.corpus.formats.mt_metrics_eval import is_mt_metrics_eval
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE, load_systems, load_test_set
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError, location
from mteval.io.files import check_inside, kind_of, list_folder

__all__ = [
    "FOLDER",
    "SYSTEM",
    "folder_kind",
    "read_folder",
    "read_systems",
    "references_files",
    "system_files",
]


def folder_kind(folder: Path) -> Literal["folder", "mt-metrics-eval", "system"] | None:
    """Return the format of a folder by the names of the files in it, or None.

    Raises:
        InputError: the folder cannot be read.
    """
    return _kind(folder, frozenset(path.name for path in list_folder(folder)))


def _kind(
    folder: Path, names: frozenset[str]
) -> Literal["folder", "mt-metrics-eval", "system"] | None:
    if is_mt_metrics_eval(names):
        return "mt-metrics-eval"
    if "references" in names and kind_of(folder / "references") == "folder":
        names = frozenset(path.name for path in list_folder(folder / "references"))
    if any(name.endswith((f".{SOURCE_LANGUAGE}.txt", f".{TARGET_LANGUAGE}.txt")) for name in names):
        return "folder"
    return "system" if any(name.endswith(".txt") for name in names) else None


def read_folder(folder: Path, wanted: Wanted) -> Corpus:
    """Return the corpus of a folder of references, or of one with references/ and systems/.

    Raises:
        InputError: a file cannot be read or leads out of the folder.
        MismatchError: line counts differ.
    """
    references = folder
    systems: list[SystemOutput] = []
    notes: list[str] = []
    if kind_of(folder / "references") == "folder":
        references = folder / "references"
        check_inside(folder, [references])
    test_set = load_test_set(references)
    if references != folder and kind_of(folder / "systems") == "folder":
        paths = list_folder(folder / "systems")
        check_inside(folder, [folder / "systems", *paths])
        systems, notes = load_systems(paths) if paths else ([], [])
    corpus = Corpus(
        test_set,
        tuple(systems),
        _labels(references, test_set),
        notes=tuple(notes),
    )
    return corpus if wanted.as_system is None else references_as_system(corpus, wanted.as_system)


def _labels(folder: Path, test_set: TestSet) -> tuple[str, ...]:
    """Return names of references after the labels in their files' names."""
    id = test_set.documents[0].id
    begins = f"{id}.{TARGET_LANGUAGE}"
    labels = sorted(
        path.name.removeprefix(begins).removesuffix(".txt").removeprefix(".")
        for path in list_folder(folder)
        if path.name.startswith(f"{begins}.")
        and path.name.endswith(".txt")
        and path.name != f"{id}.{TARGET_LANGUAGE}.{SOURCE_LANGUAGE}.txt"
        and path.name.removeprefix(begins).removesuffix(".txt").count(".") < 2
    )
    if len(labels) != test_set.n_references or ("" in labels and "A" in labels):
        return default_names(test_set.n_references)
    return tuple(label or "A" for label in labels)


def read_systems(paths: Iterable[Path]) -> list[SystemOutput]:
    """Return the systems of folders of outputs.

    Raises:
        InputError: a file cannot be read or leads out of its folder.
    """
    return load_systems(paths)[0]


def references_files(corpus: Corpus) -> tuple[Files, list[str]]:
    """Return a corpus as a folder of references, or as references/ and systems/."""
    corpus, notes = one_line(corpus, "a folder of references")
    documents = corpus.test_set.documents
    ids = [document.id for document in documents]
    labels = corpus.reference_names
    usual = labels == default_names(len(labels))
    if not usual and not _keeps_labels(labels):
        notes.append(f"names of references that cannot be kept: {listed(labels)}")
        usual = True
    names = Names("document id", is_document_name)
    files: Files = {}
    made = [names.name(id) for id in ids]
    if made != sorted(made):
        notes.append("a folder cannot hold the order of documents: it is that of their names")
    folder = "references/" if corpus.systems else ""
    for name, document in zip(made, documents, strict=True):
        for file, text in document_files(replace(document, id=name), _metadata(document)).items():
            if not usual and f".{TARGET_LANGUAGE}." in file.removeprefix(name):
                label = file.removeprefix(f"{name}.{TARGET_LANGUAGE}").removesuffix(".txt")
                index = ord(label[1]) - ord("A") if label else 0
                file = f"{name}.{TARGET_LANGUAGE}.{labels[index]}.txt"
            text = f"\ufeff{text}" if text.startswith("\ufeff") else text
            files[f"{folder}{file}"] = text
    systems = Names("system's name", is_file_name)
    for system in corpus.systems:
        name = systems.name(system.name)
        for id, lines in system.documents.items():
            files[f"systems/{name}/{names.name(id)}.txt"] = file_of_lines(lines)
    return files, [*notes, *names.notes(), *systems.notes()]


def _keeps_labels(labels: tuple[str, ...]) -> bool:
    """Return whether file names can hold the names of references, in their order."""
    return (
        list(labels) == sorted(labels)
        and len(labels) <= 26
        and all(all(c.isascii() and (c.isalnum() or c in "-_") for c in n) for n in labels)
    )


def _metadata(document: Document) -> str:
    lines = [
        f"{name} = {_toml_string(value)}\n"
        for name in METADATA
        if (value := getattr(document, name)) is not None
    ]
    kinds = [segment.kind for segment in document.segments]
    if "heading" in kinds:
        lines.append(f"kinds = [{', '.join(map(_toml_string, kinds))}]\n")
    if document.summaries:
        lines.append(f"summaries = [{', '.join(map(str, document.summaries))}]\n")
    return "".join(lines)


def _toml_string(text: str) -> str:
    # JSON's escapes are TOML's, but for this character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def system_files(corpus: Corpus) -> tuple[Files, list[str]]:
    """Return the one system of a corpus as a folder of its hypotheses.

    Raises:
        InputError: there is not one system.
    """
    if len(corpus.systems) != 1:
        raise InputError(
            f"there are {len(corpus.systems)} systems here, and a system's folder holds one; "
            "write a folder of all with --to folder"
        )
    corpus, notes = one_line(corpus, "a file of hypotheses")
    names = Names("document id", is_document_name)
    files = {
        f"{names.name(id)}.txt": file_of_lines(lines)
        for id, lines in corpus.systems[0].documents.items()
    }
    return files, [*notes, *names.notes()]


def _no_corpus(path: Path, _: Wanted) -> Corpus:
    raise InputError(
        f"{location(path)}: this is the output of a system, without a source; name the references "
        "before it"
    )


def _has_kind(name: str) -> Callable[[Head], bool]:
    return lambda head: bool(head.names) and _kind(head.path, head.names) == name


FOLDER = Format(
    name="folder",
    label="a folder of references",
    sniff=_has_kind("folder"),
    read=read_folder,
    write=references_files,
    holds=EVERYTHING - {"languages", "unscored"},
)
# Its documents are read beside the references that they translate.
SYSTEM = Format(
    name="system",
    label="a folder of one system's output",
    sniff=_has_kind("system"),
    read=_no_corpus,
    write=system_files,
    holds=EVERYTHING,
)
