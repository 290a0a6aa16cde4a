"""Folders: references with systems, one system's output, plain lines, and mt-metrics-eval's layout.

::

    OUT/<document>.zh.txt ...              references alone
    OUT/references/  OUT/systems/<system>/ references with systems
    OUT/<document>.txt                     one system's output
    OUT/source.txt  reference.txt  ...     plain lines
    OUT/sources/zh-en.txt ...              mt-metrics-eval

Whatever documents, systems and references are called, no file is written outside the folder: what
a file name cannot hold becomes %XX, as in addresses on the web, and a note says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from mteval.corpus.formats.base import (
    METADATA,
    Corpus,
    Draft,
    Wanted,
    default_names,
    listed,
    losses,
    main_language,
    name_of,
    one_line,
    references_as_system,
    rows,
)
from mteval.corpus.layout import (
    SOURCE_LANGUAGE,
    TARGET_LANGUAGE,
    check_document_id,
    document_files,
    load_plain_test_set,
    load_systems,
    load_test_set,
)
from mteval.corpus.model import Document, SystemOutput, TestSet, count_mismatch
from mteval.errors import InputError, location
from mteval.io.files import check_inside, kind_of, list_folder, read_lines

__all__ = [
    "Files",
    "folder_kind",
    "lines_files",
    "mt_metrics_eval_files",
    "read_folder",
    "read_lines_files",
    "read_mt_metrics_eval",
    "read_systems",
    "references_files",
    "system_files",
]

# Path within the folder -> content.
Files = dict[str, str]

FolderKind = Literal["folder", "mt-metrics-eval", "system"]

# Of one name in bytes, with room for what is put after it; Linux allows 255.
_MAX_NAME = 200
_HELD = frozenset(
    {*METADATA, "kind", "summaries", "documents", "systems", "missing", "references", "extra"}
)
_WINDOWS = frozenset({"con", "prn", "aux", "nul"})


def folder_kind(folder: Path) -> FolderKind | None:
    """Tell what a folder holds by the files that are in it, or None.

    Raises:
        InputError: the folder cannot be read.
    """
    names = {path.name for path in list_folder(folder)}
    if "sources" in names and names & {"references", "system-outputs", "documents"}:
        return "mt-metrics-eval"
    if "references" in names and kind_of(folder / "references") == "folder":
        names = {path.name for path in list_folder(folder / "references")}
    if any(name.endswith((f".{SOURCE_LANGUAGE}.txt", f".{TARGET_LANGUAGE}.txt")) for name in names):
        return "folder"
    return "system" if any(name.endswith(".txt") for name in names) else None


def read_folder(folder: Path, wanted: Wanted) -> Corpus:
    """Read a folder of references, or one that has references/ and systems/.

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
    """Name references after the labels in their files' names."""
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
    """Read folders of system outputs.

    Raises:
        InputError: a file cannot be read or leads out of its folder.
    """
    return load_systems(paths)[0]


def read_lines_files(paths: list[Path], wanted: Wanted) -> Corpus:
    """Read plain files: a source, then its references.

    Raises:
        InputError: a file cannot be read, or a line is empty.
        MismatchError: line counts differ.
    """
    for path in paths:
        if kind_of(path) != "file":
            raise InputError(
                f"{location(path)}: there is no such file; plain lines are a file of sources, then "
                "its references"
            )
    test_set = load_plain_test_set(paths[0], paths[1:])
    languages = (
        wanted.source_language or SOURCE_LANGUAGE,
        wanted.target_language or TARGET_LANGUAGE,
    )
    corpus = Corpus(test_set, languages=languages)
    return corpus if wanted.as_system is None else references_as_system(corpus, wanted.as_system)


# Writing. Each function gives files and what they cannot hold; nothing is written here.


class _Names:
    """Make file names of what things are called, each another, and say which had to be changed."""

    def __init__(self, what: str, usable: Callable[[str], bool]) -> None:
        self._what = what
        self._usable = usable
        self._changed: list[str] = []
        self._owners: dict[str, str] = {}

    def name(self, text: str) -> str:
        name = text
        if not self._usable(text):
            parts = [c if c.isalnum() or c in "-_ ." else _escaped(c) for c in text]
            if text[0] == "." or not self._usable("".join(parts)):
                parts = [
                    _escaped(c) if c in ". " else part for c, part in zip(text, parts, strict=True)
                ]
            name = "".join(parts)
            if not self._usable(name):
                # It means something else, or ends in what does.
                name = "".join(
                    _escaped(text[0]) if i == 0 else part.replace(".", "%2E")
                    for i, part in enumerate(parts)
                )
            self._changed.append(f"{text} ({name})")
        if len(name.encode("utf-8")) > _MAX_NAME:
            raise InputError(
                f"the {self._what} {text[:40]!a}... is too long to name a file; shorten it, or "
                "write .jsonl"
            )
        # Some file systems do not tell letter case apart.
        owner = self._owners.setdefault(name.casefold(), text)
        if owner != text:
            raise InputError(
                f"the {self._what}s {owner!a} and {text!a} would have one file name; rename one, "
                "or write .jsonl"
            )
        return name

    def notes(self) -> list[str]:
        if not self._changed:
            return []
        return [f"a file name cannot hold every {self._what}; changed were {listed(self._changed)}"]


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8"))


def _is_name(text: str) -> bool:
    return (
        bool(text.strip())
        and not text.startswith(".")
        and text.isprintable()
        and not any(c in '/\\:*?"<>|' for c in text)
        and not text.endswith((" ", "."))
        and text.lower() not in _WINDOWS
    )


def _is_document(text: str) -> bool:
    try:
        check_document_id(text, "document")
    except InputError:
        return False
    return _is_name(text) and not text.endswith(f".{SOURCE_LANGUAGE}")


def _content(lines: Iterable[str]) -> str:
    text = "".join(f"{line}\n" for line in lines)
    # A first one is taken for a byte-order mark.
    return f"\ufeff{text}" if text.startswith("\ufeff") else text


def references_files(corpus: Corpus) -> tuple[Files, list[str]]:
    """Lay a corpus out as a folder of references, or as references/ and systems/."""
    notes = losses(corpus, "a folder of references", _HELD)
    corpus, changed = one_line(corpus, "a folder of references")
    notes += changed
    documents = corpus.test_set.documents
    ids = [document.id for document in documents]
    labels = corpus.reference_names
    usual = labels == default_names(len(labels))
    if not usual and not _keeps_labels(labels):
        notes.append(f"names of references that cannot be kept: {listed(labels)}")
        usual = True
    names = _Names("document id", _is_document)
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
    systems = _Names("system's name", _is_name)
    for system in corpus.systems:
        name = systems.name(system.name)
        for id, lines in system.documents.items():
            files[f"systems/{name}/{names.name(id)}.txt"] = _content(lines)
    return files, [*notes, *names.notes(), *systems.notes()]


def _keeps_labels(labels: tuple[str, ...]) -> bool:
    """Tell whether file names can hold the names of references, in their order."""
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
    """Lay the one system of a corpus out as a folder of its hypotheses.

    Raises:
        InputError: there is not one system.
    """
    if len(corpus.systems) != 1:
        raise InputError(
            f"there are {len(corpus.systems)} systems here, and a system's folder holds one; "
            "write a folder of all with --to folder"
        )
    corpus, notes = one_line(corpus, "a file of hypotheses")
    names = _Names("document id", _is_document)
    files = {
        f"{names.name(id)}.txt": _content(lines)
        for id, lines in corpus.systems[0].documents.items()
    }
    return files, [*notes, *names.notes()]


def lines_files(corpus: Corpus) -> tuple[Files, list[str]]:
    """Lay a corpus out as plain files of lines, without documents."""
    notes = losses(corpus, "a folder of plain lines", frozenset({"systems"}))
    corpus, changed = one_line(corpus, "a line")
    test_set = corpus.test_set
    files: Files = {}
    if test_set.sources is not None:
        files["source.txt"] = _content(test_set.sources)
    for number, column in enumerate(test_set.references, 1):
        files[f"reference{'' if number == 1 else f'_{number}'}.txt"] = _content(column)
    systems = _Names("system's name", _is_name)
    for name, column in _columns(corpus).items():
        files[f"systems/{systems.name(name)}.txt"] = _content(column)
    return files, [*notes, *changed, *systems.notes()]


def _columns(corpus: Corpus) -> Mapping[str, list[str]]:
    columns: dict[str, list[str]] = {system.name: [] for system in corpus.systems}
    for row in rows(corpus):
        for name, column in columns.items():
            column.append(row.hypotheses.get(name, ""))
    return columns


# mt-metrics-eval: https://github.com/google-research/mt-metrics-eval

_NO_DOMAIN = "-"
_MME_HELD = frozenset({"domain", "documents", "systems", "references", "languages"})


def _is_token(text: str) -> bool:
    return bool(text) and text.isprintable() and not any(map(str.isspace, text))


def _is_reference(text: str) -> bool:
    return _is_name(text) and not any(c in ".-%" for c in text)


def mt_metrics_eval_files(corpus: Corpus) -> tuple[Files, list[str]]:
    """Lay a corpus out as mt-metrics-eval has its test sets.

    Raises:
        InputError: there is no source.
    """
    if corpus.test_set.sources is None:
        raise InputError(
            "mt-metrics-eval needs the source of every segment; add it, or write .jsonl"
        )
    notes = losses(corpus, "mt-metrics-eval", _MME_HELD)
    corpus, changed = one_line(corpus, "mt-metrics-eval")
    notes += changed
    test_set = corpus.test_set
    documents = _Names("document id", _is_token)
    domains = _Names("domain", lambda text: _is_token(text) and text != _NO_DOMAIN)
    systems = _Names("system's name", _is_name)
    languages = [main_language(code) for code in corpus.languages]
    if tuple(languages) != corpus.languages:
        notes.append(
            f"mt-metrics-eval has main languages only: {location('-'.join(languages))} stands for "
            f"{' and '.join(map(location, corpus.languages))}"
        )
    if not all(map(_is_name, languages)):
        raise InputError(
            f"{' and '.join(map(ascii, corpus.languages))} are no codes of languages; name them "
            "with --source-language and --target-language"
        )
    pair = "-".join(languages)
    labels: tuple[str, ...] = corpus.reference_names
    if list(labels) != sorted(labels) or not all(map(_is_reference, labels)):
        notes.append(f"names of references that mt-metrics-eval cannot hold: {listed(labels)}")
        labels = default_names(len(labels))
    files: Files = {f"sources/{pair}.txt": _content(test_set.sources or [])}
    for label, column in zip(labels, test_set.references, strict=True):
        files[f"references/{pair}.ref{label}.txt"] = _content(column)
    lines = []
    for document in test_set.documents:
        domain = domains.name(document.domain) if document.domain else _NO_DOMAIN
        lines += [f"{domain}\t{documents.name(document.id)}"] * len(document.segments)
    files[f"documents/{pair}.docs"] = _content(lines)
    for name, column in _columns(corpus).items():
        files[f"system-outputs/{pair}/{systems.name(name)}.txt"] = _content(column)
    changed_names = [each.notes() for each in (documents, domains, systems)]
    return files, notes + [note for each in changed_names for note in each]


def read_mt_metrics_eval(folder: Path, wanted: Wanted) -> Corpus:
    """Read a test set of mt-metrics-eval, of one language pair.

    Raises:
        InputError: a file cannot be read or leads out of the folder, or the pair cannot be told.
        MismatchError: line counts differ.
    """
    pair = _pair(folder, wanted)
    source_path = folder / "sources" / f"{pair}.txt"
    documents_path = folder / "documents" / f"{pair}.docs"
    references = {
        name_of(path)[len(pair) + 1 :]: path
        for path in _of(folder / "references")
        if path.name.startswith(f"{pair}.") and path.suffix == ".txt"
    }
    outputs = {
        name_of(path): path
        for path in _of(folder / "system-outputs" / pair)
        if path.suffix == ".txt"
    }
    docs = [documents_path] if kind_of(documents_path) is not None else []
    check_inside(folder, [source_path, *references.values(), *outputs.values(), *docs])
    draft = Draft(folder)
    sources = read_lines(source_path)

    def column(path: Path) -> list[str]:
        lines = read_lines(path)
        if len(lines) != len(sources):
            raise count_mismatch(location(path), lines, location(source_path), sources)
        return lines

    texts = {label: column(path) for label, path in references.items()}
    systems = {}
    for name, path in outputs.items():
        systems[name] = column(path)
        if systems[name] == texts.get(name):
            del systems[name]
            draft.note(
                f"the system {location(name)} is the reference {location(name)}, and was left out"
            )
    places = (
        [_document(documents_path, n, line) for n, line in enumerate(column(documents_path), 1)]
        if docs
        else [(_NO_DOMAIN, folder.name or pair)] * len(sources)
    )
    translated = {
        (name, places[i][1]) for name, lines in systems.items() for i, t in enumerate(lines) if t
    }
    draft.system_names.update(dict.fromkeys(systems))
    names = {label: label.removeprefix("ref") or "A" for label in texts}
    if len(set(names.values())) < len(names):
        names = {label: label for label in texts}
    for i, (domain, id) in enumerate(places):
        document = draft.document(id)
        document.describe(domain=None if domain == _NO_DOMAIN else domain)
        document.add(
            sources[i],
            {names[label]: lines[i] for label, lines in texts.items()},
            # An empty line may be an empty translation; a whole document of them is none.
            {name: lines[i] for name, lines in systems.items() if (name, id) in translated},
            where=location(source_path, i + 1),
        )
    source_language, _, target_language = pair.partition("-")
    return draft.corpus((source_language, target_language), as_system=wanted.as_system)


def _of(folder: Path) -> list[Path]:
    return list_folder(folder) if kind_of(folder) == "folder" else []


def _document(path: Path, number: int, line: str) -> tuple[str, str]:
    words = line.split(None, 1)
    if len(words) != 2 or len(words[1].split()) != 1:
        raise InputError(
            f"{location(path, number)}: the line must be a domain, a tab and the id of a document"
        )
    return words[0], words[1].strip()


def _pair(folder: Path, wanted: Wanted) -> str:
    pairs = [path.stem for path in _of(folder / "sources") if path.suffix == ".txt"]

    def fits(pair: str) -> bool:
        source, _, target = pair.partition("-")
        wishes = ((source, wanted.source_language), (target, wanted.target_language))
        return all(w is None or main_language(has) == main_language(w) for has, w in wishes)

    usual = f"{SOURCE_LANGUAGE}-{TARGET_LANGUAGE}"
    fitting = [pair for pair in pairs if fits(pair)]
    unnamed = wanted.source_language is None and wanted.target_language is None
    if unnamed and usual in fitting:
        fitting = [usual]
    if len(fitting) != 1:
        raise InputError(
            f"{location(folder / 'sources')}: the language pair cannot be told (there are "
            f"{listed(pairs, 6) or 'none'}); name it with --source-language and --target-language"
        )
    return fitting[0]
