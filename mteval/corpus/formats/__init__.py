"""Formats of test sets and translations, in and out: one registry, chosen by content and suffix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from mteval.corpus.formats.base import (
    Corpus,
    Wanted,
    check_unicode,
    listed,
    main_language,
    name_of,
)
from mteval.corpus.formats.folders import (
    Files,
    folder_kind,
    lines_files,
    mt_metrics_eval_files,
    read_folder,
    read_lines_files,
    read_mt_metrics_eval,
    read_systems,
    references_files,
    system_files,
)
from mteval.corpus.formats.sacrebleu_sets import read_set
from mteval.corpus.formats.tables import read_table, write_table
from mteval.corpus.formats.tmx import read_tmx, write_tmx
from mteval.corpus.formats.wmt_xml import read_wmt_xml, write_wmt_xml
from mteval.corpus.formats.xliff import read_xliff, write_xliff_1, write_xliff_2
from mteval.corpus.layout import (
    TEXT_SUFFIXES,
    is_plain,
    load_plain_systems,
    load_plain_test_set,
    load_test_set,
)
from mteval.corpus.model import SystemOutput, TestSet
from mteval.errors import InputError, MismatchError, UsageError, location
from mteval.io.files import kind_of, list_folder, read_bytes, read_lines, unreadable
from mteval.io.writing import new_folder, write_files
from mteval.io.xml import MAX_BYTES as MAX_XML_BYTES
from mteval.io.xml import local_name, parse_xml, sourceline
from mteval.languages.text import shorten

__all__ = [
    "FORMATS",
    "Corpus",
    "Format",
    "Inputs",
    "Wanted",
    "detect",
    "output_format",
    "read_corpus",
    "read_inputs",
    "read_many",
    "read_set",
    "write_corpus",
]


@dataclass(frozen=True)
class Format:
    """Say how a format is told and written.

    ``root`` is the root element of those that are XML; ``write`` gives the text of a file, or the
    files of a folder, with a sentence for each thing that the format cannot hold.
    """

    label: str
    suffixes: tuple[str, ...]
    write: Callable[[Corpus], tuple[str | Files, list[str]]]
    root: str | None = None


def _table(format: str) -> Callable[[Corpus], tuple[str, list[str]]]:
    return lambda corpus: write_table(corpus, format)


# The first format with a suffix is the one written for it.
FORMATS: dict[str, Format] = {
    "folder": Format(
        "a folder of references, with systems/ where there are any", (), references_files
    ),
    "system": Format("a folder of one system's output", (), system_files),
    "mt-metrics-eval": Format("mt-metrics-eval's folders", (), mt_metrics_eval_files),
    "lines": Format("plain lines", (), lines_files),
    "tsv": Format("TSV", (".tsv", ".tab"), _table("tsv")),
    "csv": Format("CSV", (".csv",), _table("csv")),
    "jsonl": Format("JSON lines", (".jsonl", ".ndjson"), _table("jsonl")),
    "wmt-xml": Format("WMT XML", (".xml",), write_wmt_xml, "dataset"),
    "tmx": Format("TMX 1.4", (".tmx",), write_tmx, "tmx"),
    "xliff-1.2": Format(
        "XLIFF 1.2",
        (".xlf", ".xliff", ".sdlxliff", ".mqxliff", ".mxliff"),
        write_xliff_1,
        "xliff",
    ),
    "xliff-2.1": Format("XLIFF 2.1", (), write_xliff_2, "xliff"),
}

_XML_READERS: dict[str, Callable[[Path, Any, Wanted], Corpus]] = {
    "dataset": read_wmt_xml,
    "tmx": read_tmx,
    "xliff": read_xliff,
}
_TABLES = ("tsv", "csv", "jsonl")
# What begins files that are packed, with what such a file is called.
_PACKED = {
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "packed with gzip",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ\x00": "packed with xz",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
}
_XML_BEGINS = (b"<?xml", b"<\0?\0x\0", b"\0<\0?\0x")


def detect(path: Path) -> str:
    """Tell the format of a file or folder: a key of FORMATS, or xml for all that are XML.

    Raises:
        InputError: there is nothing, or nothing that is known.
    """
    found = kind_of(path)
    if found is None:
        raise InputError(
            f"{location(path)}: there is no such file or folder; check the path and its spelling"
        )
    if found == "folder":
        kind = folder_kind(path)
        if kind is None:
            raise InputError(
                f"{location(path)}: this folder has neither references (<document>.zh.txt with "
                "<document>.en.txt), nor a system's <document>.txt, nor mt-metrics-eval's sources "
                "and references; name one that has"
            )
        return kind
    begin = _beginning(path)
    for magic, what in _PACKED.items():
        if begin.startswith(magic):
            raise InputError(f"{location(path)}: this is {what}; unpack it and name what was in it")
    if begin[257:262] == b"ustar":
        raise InputError(
            f"{location(path)}: this is a tar archive; unpack it and name what was in it"
        )
    suffix = path.suffix.lower()
    if begin.removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe\r\n\t ").startswith(_XML_BEGINS):
        return "xml"
    for name, format in FORMATS.items():
        if suffix in format.suffixes:
            return name if format.root is None else "xml"
    if suffix in TEXT_SUFFIXES:
        return "lines"
    raise InputError(
        f"{location(path)}: no format of test sets is known by this content and suffix; known are "
        f"{', '.join(s for f in FORMATS.values() for s in f.suffixes)}, and folders: name the "
        "format with --from"
    )


def _beginning(path: Path) -> bytes:
    """Read how a file begins, which is a regular one and not too large."""
    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(512)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    raise InputError(
        f"{location(path)}: this is a pipe or a device, whose format cannot be told; save the text "
        "to a file first"
    )


def read_corpus(path: Path, format: str | None = None, wanted: Wanted | None = None) -> Corpus:
    """Read a file or a folder.

    Args:
        path: where it lies.
        format: a key of FORMATS; by default it is told by content and suffix.
        wanted: the languages wanted, and whose the translations are.

    Raises:
        InputError: it cannot be read or used; what is left out is in the notes of the corpus.
        UsageError: there is no such format.
        MissingPackageError: the package that reads XML is not installed.
    """
    wanted = wanted or Wanted()
    if format is not None:
        _known(format)
    found = format or detect(path)
    if found == "folder":
        return read_folder(path, wanted)
    if found == "mt-metrics-eval":
        return read_mt_metrics_eval(path, wanted)
    if found in _TABLES:
        return read_table(path, found, wanted)
    if found == "lines":
        return read_lines_files([path], wanted)
    if found == "system":
        raise InputError(
            f"{location(path)}: this is the output of a system, without a source; name the "
            "references before it"
        )
    return _read_xml(path, format, wanted)


def _known(format: str) -> Format:
    if format not in FORMATS:
        raise UsageError(f"there is no format {format!a}; those known are {', '.join(FORMATS)}")
    return FORMATS[format]


def _read_xml(path: Path, format: str | None, wanted: Wanted) -> Corpus:
    label = "XML" if format is None else FORMATS[format].label
    root = parse_xml(path, read_bytes(path, MAX_XML_BYTES), label, "export the file again")
    name = local_name(root)
    expected = None if format is None else FORMATS[format].root
    if name in _XML_READERS and expected in (None, name):
        return _XML_READERS[name](path, root, wanted)
    where = location(path, sourceline(root))
    if name in ("tbx", "martif"):
        raise InputError(f"{where}: this is a termbase and no test set; give it with --terms")
    if name in ("srcset", "refset", "tstset", "mteval"):
        raise InputError(
            f"{where}: this is the format that WMT had before 2021; take the plain lines that "
            "sacrebleu --echo writes"
        )
    known = expected or f"{', '.join(_XML_READERS)}"
    raise InputError(
        f"{where}: the root element is <{name}>, and this is known of XML: {known}; export the "
        "file as WMT XML, TMX or XLIFF"
    )


def read_many(
    paths: Sequence[Path], format: str | None = None, wanted: Wanted | None = None
) -> Corpus:
    """Read several files and folders as one corpus.

    Files of documents are put together; folders of system outputs join the references before them;
    plain files are a source and its references.

    Raises:
        InputError: one cannot be read or used.
        MismatchError: they do not agree in documents, references or languages.
    """
    wanted = wanted or Wanted()
    if format is not None:
        _known(format)
    kinds = [format or _kind_beside(path, paths) for path in paths]
    skipped = [path for path, kind in zip(paths, kinds, strict=True) if kind is None]
    if "lines" in kinds:
        if len(set(kinds)) > 1:
            raise UsageError(
                "plain lines cannot be read together with other formats; name a source and its "
                "references alone"
            )
        if len(paths) < 2:
            raise UsageError(
                f"{location(paths[0])}: plain lines need two files at least, a source and a "
                "reference"
            )
        return read_lines_files(list(paths), wanted)
    outputs = [path for path, kind in zip(paths, kinds, strict=True) if kind == "system"]
    corpora = [
        read_corpus(path, format, wanted)
        for path, kind in zip(paths, kinds, strict=True)
        if kind not in ("system", None)
    ]
    if not corpora:
        raise UsageError(
            f"{location(paths[0])}: this is the output of a system, without a source; name the "
            "references before it"
        )
    corpus = _joined(corpora)
    if outputs:
        corpus = replace(corpus, systems=(*corpus.systems, *read_systems(outputs)))
    notes = [
        f"{location(path)}: skipped, it is a file beside folders of systems" for path in skipped
    ]
    return replace(corpus, notes=(*corpus.notes, *notes))


def _kind_beside(path: Path, paths: Sequence[Path]) -> str | None:
    """Tell a format, or None for a README that systems/* brings along."""
    try:
        return detect(path)
    except InputError:
        beside = (other for other in paths if other != path and other.parent == path.parent)
        if kind_of(path) == "file" and any(
            kind_of(other) == "folder" and folder_kind(other) == "system" for other in beside
        ):
            return None
        raise


def _joined(corpora: Sequence[Corpus]) -> Corpus:
    first = corpora[0]
    if len(corpora) == 1:
        return first
    for corpus in corpora[1:]:
        if corpus.reference_names != first.reference_names:
            raise MismatchError(
                f"references are called {', '.join(first.reference_names) or 'nothing'} in one "
                f"file and {', '.join(corpus.reference_names) or 'nothing'} in another; convert "
                "them one by one"
            )
        if tuple(map(main_language, corpus.languages)) != tuple(
            map(main_language, first.languages)
        ):
            raise MismatchError(
                f"one file is {'-'.join(first.languages)}, another {'-'.join(corpus.languages)}; "
                "convert them one by one"
            )
    systems: dict[str, SystemOutput] = {}
    for system in (system for corpus in corpora for system in corpus.systems):
        before = systems.get(system.name)
        if before is not None:
            twice = before.documents.keys() & system.documents.keys()
            if twice:
                raise MismatchError(
                    f"system {location(system.name)} has the document {listed(sorted(twice))} in "
                    "two files; leave one out"
                )
            system = SystemOutput(
                system.name,
                {**before.documents, **system.documents},
                {**before.files, **system.files},
            )
        systems[system.name] = system
    return Corpus(
        TestSet(
            tuple(document for corpus in corpora for document in corpus.test_set.documents),
            tuple(id for corpus in corpora for id in corpus.test_set.unscored),
        ),
        tuple(systems.values()),
        first.reference_names,
        first.languages,
        tuple(note for corpus in corpora for note in corpus.notes),
        all(corpus.in_order for corpus in corpora),
    )


def output_format(path: Path) -> str:
    """Tell by its suffix what a file is to be written as; without one it is a folder.

    Raises:
        UsageError: no format has the suffix.
    """
    suffix = path.suffix.lower()
    for name, format in FORMATS.items():
        if suffix in format.suffixes:
            return name
    if not suffix or suffix in TEXT_SUFFIXES or kind_of(path) == "folder":
        return "folder"
    raise UsageError(
        f"{location(path)}: no format is written with the suffix {suffix!a}; known are "
        f"{', '.join(s for f in FORMATS.values() for s in f.suffixes)}, and folders: name the "
        "format with --to"
    )


def write_corpus(corpus: Corpus, path: Path, format: str | None = None) -> list[str]:
    """Write a corpus, whole or not at all.

    Args:
        corpus: what to write.
        path: a file or folder that is not there yet; an empty folder may be.
        format: a key of FORMATS; by default it is told by the suffix.

    Returns:
        A sentence for each thing that the format cannot hold.

    Raises:
        InputError: something is there already, the format cannot hold a text, or the disk is full.
        MismatchError: a system does not have a hypothesis for each segment.
        UsageError: there is no such format.
    """
    chosen = _known(format or output_format(path))
    there = kind_of(path)
    if there == "file" or (there == "folder" and not _is_empty(path)):
        raise InputError(
            f"{location(path)}: there is something already, and nothing is overwritten; name "
            f"another {'file' if there == 'file' else 'folder'}, or move it away"
        )
    check_unicode(corpus)
    content, notes = chosen.write(corpus)
    if isinstance(content, str):
        if there == "folder":
            raise InputError(
                f"{location(path)}: this is a folder, and {chosen.label} is a file; name one in it"
            )
        write_files(path.parent, {path.name: content})
        return notes
    with new_folder(path) as scratch:
        for name, text in content.items():
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            (scratch / name).write_bytes(text.encode("utf-8"))
    return notes


def _is_empty(folder: Path) -> bool:
    return not list_folder(folder, hidden=True)


class Inputs(NamedTuple):
    """Hold what ``evaluate`` takes: the folder of references is read there, for its termbase.

    Attributes:
        references: a test set, or the folder ``references/``.
        systems: outputs, and folders of hypotheses.
        notes: what was left out.
    """

    references: TestSet | Path
    systems: Sequence[SystemOutput | Path]
    notes: tuple[str, ...] = ()


def read_inputs(
    references: Sequence[Path],
    source: Path | None,
    systems: Sequence[SystemOutput | Path],
    *,
    named_set: tuple[str, str] | None = None,
) -> Inputs:
    """Read what is to be scored, in whichever format.

    References in a format other than ``references/`` and plain files are read here, several files
    as one test set; where no system is named, the systems in them are scored. Systems named are
    folders of documents, files in a format of this registry whose translations are the system's, or
    plain files with a hypothesis for each segment of the whole test set.

    Args:
        references: what -r names; without any and without a source, the folder references.
        source: what -s names.
        systems: what is named on the command line; may be empty.
        named_set: what -t and -l name, in place of references and source.

    Raises:
        InputError: a file cannot be read or used.
        MismatchError: line counts differ, or a system's sources are not those of the test set.
        UsageError: folders and plain files are mixed, or a test set is named beside references.
    """
    if named_set is not None:
        if references or source is not None:
            raise UsageError("-t stands in place of -s and -r; leave one of them out")
        corpus: Corpus | None = read_set(*named_set)
    else:
        corpus = None if source is not None else _corpus_of(references)
    if corpus is None:
        given = list(references) or ([] if source is not None else [Path("references")])
        if is_plain(given, source):
            for path in (*given, *([source] if source else []), *systems):
                if isinstance(path, Path) and _is_translated(path):
                    raise UsageError(
                        f"{location(path)}: this is no file of plain lines, but {_kind(path)}; "
                        "give the test set as one file with -r, without -s, or make plain lines of "
                        "it with mteval convert --to lines"
                    )
            test_set = load_plain_test_set(source, given)
            loaded: list[SystemOutput | Path] = []
            for system in systems:
                if isinstance(system, Path):
                    loaded += load_plain_systems([system], test_set)
                else:
                    loaded.append(system)
            return Inputs(test_set, loaded)
        if not any(isinstance(system, Path) and _is_translated(system) for system in systems):
            return Inputs(given[0], systems)
        return Inputs(given[0], *_outputs(systems, load_test_set(given[0])))
    if not systems:
        return Inputs(corpus.test_set, corpus.systems, corpus.notes)
    outputs, notes = _outputs(systems, corpus.test_set, lines_of=corpus)
    return Inputs(corpus.test_set, outputs, (*corpus.notes, *notes))


def _is_translated(path: Path) -> bool:
    """Tell a file of translations with their sources from folders, plain lines and strangers."""
    return kind_of(path) == "file" and _kind(path) != "lines"


def _outputs(
    systems: Sequence[SystemOutput | Path], test_set: TestSet, *, lines_of: Corpus | None = None
) -> tuple[list[SystemOutput | Path], tuple[str, ...]]:
    """Read the systems that are files: of translations, and of the plain lines of a corpus."""
    named: list[SystemOutput | Path] = []
    notes: list[str] = []
    for system in systems:
        if not isinstance(system, Path) or kind_of(system) != "file":
            named.append(system)
        elif _is_translated(system):
            output = _translations(system)
            own, only = output.test_set.documents, test_set.documents
            if len(own) == len(only) == 1 and own[0].id != only[0].id:
                # One document is another by the name of its file.
                output = _renamed(output, only[0].id)
                notes.append(
                    f"{location(system)}: its one document is taken for {location(only[0].id)}"
                )
            _check_sources(system, output.test_set, test_set)
            named += output.systems
            notes += output.notes
        else:
            named.append(system if lines_of is None else _lines_of(system, lines_of))
    return named, tuple(notes)


def _translations(path: Path) -> Corpus:
    """Read the systems of a file; where it names none, its one translation is a system's."""
    try:
        corpus = read_corpus(path)
    except InputError:
        corpus = None
    if corpus is None or not corpus.systems:
        # Read again: what lacks a translation is dropped from references, and empty for a system.
        return read_corpus(path, wanted=Wanted(as_system=name_of(path)))
    if corpus.test_set.n_references == 0:
        return corpus
    note = f"{location(path)}: the references in it are left out, as it has systems"
    return replace(corpus, notes=(*corpus.notes, note))


def _renamed(corpus: Corpus, id: str) -> Corpus:
    """Give the one document of a corpus another id."""
    (document,) = corpus.test_set.documents
    systems = tuple(
        replace(
            system,
            documents=dict(zip([id], system.documents.values(), strict=True)),
            files=dict(zip([id], system.files.values(), strict=False)),
        )
        for system in corpus.systems
    )
    test_set = replace(corpus.test_set, documents=(replace(document, id=id),))
    return replace(corpus, test_set=test_set, systems=systems)


def _check_sources(path: Path, own: TestSet, test_set: TestSet) -> None:
    """Check that translations are of the sources that the references are of."""
    wanted = {document.id: document for document in test_set.documents}
    for document in own.documents:
        other = wanted.get(document.id)
        # What does not pair at all is told when it is scored.
        if other is None or len(other.segments) != len(document.segments):
            continue
        pairs = zip(document.segments, other.segments, strict=True)
        for number, (left, right) in enumerate(pairs, 1):
            if left.source is None or right.source is None:
                break
            if left.source.split() != right.source.split():
                raise MismatchError(
                    f"{location(path)}: segment {number} of document {location(document.id)} "
                    f"translates {shorten(left.source)!r}, and the references have "
                    f"{shorten(right.source)!r} there; translate the source of these references"
                )


def _kind(path: Path) -> str:
    try:
        return detect(path)
    except InputError:
        # Files of lines may be called anything; reading them says what is wrong.
        return "lines"


def _corpus_of(references: Sequence[Path]) -> Corpus | None:
    """Read a corpus, unless the references are the folder layout or plain files."""
    if not references:
        return None
    if len(references) > 1:
        translated = [path for path in references if _is_translated(path)]
        # Plain lines beside another format are refused there.
        return read_many(references) if translated else None
    (path,) = references
    found = kind_of(path)
    if found == "folder":
        kind = folder_kind(path)
        if kind == "mt-metrics-eval" or (
            kind == "folder" and kind_of(path / "references") == "folder"
        ):
            return read_corpus(path)
        return None
    return read_corpus(path) if found is not None and _is_translated(path) else None


def _lines_of(path: Path, corpus: Corpus) -> SystemOutput:
    """Read a file with a hypothesis for each segment of a test set, whatever its documents."""
    test_set = corpus.test_set
    if not corpus.in_order:
        raise InputError(
            f"{location(path)}: lines cannot be told apart by their order, as documents of the "
            "test set stand in several pieces; name a folder of <document>.txt files"
        )
    lines = read_lines(path)
    if len(lines) != len(test_set.segments):
        raise MismatchError(
            f"{location(path)}: there are {len(lines)} lines where the test set has "
            f"{len(test_set.segments)} segments; give each segment one line"
        )
    found: dict[str, tuple[str, ...]] = {}
    begin = 0
    for document in test_set.documents:
        found[document.id] = tuple(lines[begin : begin + len(document.segments)])
        begin += len(document.segments)
    name = name_of(
        path if path.suffix.lower() in TEXT_SUFFIXES else path.with_name(f"{path.name}.txt")
    )
    return SystemOutput(name, found, dict.fromkeys(found, location(path)))
