"""Reading files and folders in any format as one corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mteval.corpus.formats.corpus import Corpus, listed, main_language
from mteval.corpus.formats.detect import detect, is_xml
from mteval.corpus.formats.plain_lines import LINES, read_lines_files
from mteval.corpus.formats.references import SYSTEM, folder_kind, read_systems
from mteval.corpus.formats.registry import find_format
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.model import SystemOutput, TestSet
from mteval.errors import InputError, MismatchError, UsageError, location
from mteval.io.files import kind_of

__all__ = ["read_corpus", "read_many"]


def read_corpus(path: Path, format: str | None = None, wanted: Wanted | None = None) -> Corpus:
    """Return what a file or a folder holds; its notes say what was skipped.

    Args:
        path: where it is.
        format: the name of its format; by default it is detected from content and suffix.
        wanted: the languages wanted, and whose the translations are.

    Raises:
        InputError: it cannot be read or used.
        UsageError: there is no such format.
        UnavailableError: the format, or the package that reads XML, cannot be loaded.
    """
    return find_format(format or detect(path)).read(path, wanted or Wanted())


def read_many(
    paths: Sequence[Path], format: str | None = None, wanted: Wanted | None = None
) -> Corpus:
    """Return several files and folders as one corpus.

    Files of documents are put together; folders of system outputs join the references before them;
    plain files are a source and its references.

    Raises:
        InputError: one cannot be read or used.
        MismatchError: they do not agree in documents, references or languages.
        UsageError: there is no such format, or they do not go together.
    """
    wanted = wanted or Wanted()
    if format is not None:
        find_format(format)
    names = [format or _format_beside(path, paths) for path in paths]
    if LINES.name in names:
        return _read_lines(paths, names, wanted)
    read = [(path, name) for path, name in zip(paths, names, strict=True) if name is not None]
    corpora = [read_corpus(path, name, wanted) for path, name in read if name != SYSTEM.name]
    if not corpora:
        raise UsageError(
            f"{location(paths[0])}: this is the output of a system, without a source; name the "
            "references before it"
        )
    corpus = _joined(corpora)
    outputs = [path for path, name in read if name == SYSTEM.name]
    if outputs:
        corpus = replace(corpus, systems=(*corpus.systems, *read_systems(outputs)))
    notes = [
        f"{location(path)}: skipped, it is a file beside folders of systems"
        for path, name in zip(paths, names, strict=True)
        if name is None
    ]
    return replace(corpus, notes=(*corpus.notes, *notes))


def _read_lines(paths: Sequence[Path], names: Sequence[str | None], wanted: Wanted) -> Corpus:
    if len(set(names)) > 1:
        raise UsageError(
            "plain lines cannot be read together with other formats; name a source and its "
            "references alone"
        )
    if len(paths) < 2:
        raise UsageError(
            f"{location(paths[0])}: plain lines need two files at least, a source and a reference"
        )
    return read_lines_files(list(paths), wanted)


def _format_beside(path: Path, paths: Sequence[Path]) -> str | None:
    """Return the name of a format, or None for a README that systems/* brings along."""
    try:
        return detect(path)
    except InputError:
        beside = (other for other in paths if other != path and other.parent == path.parent)
        if (
            kind_of(path) == "file"
            and not is_xml(path)
            and any(
                kind_of(other) == "folder" and folder_kind(other) == SYSTEM.name for other in beside
            )
        ):
            return None
        raise


def _joined(corpora: Sequence[Corpus]) -> Corpus:
    """Return several corpora as one.

    Raises:
        MismatchError: they do not agree in references, languages or systems.
    """
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
    systems = _joined_systems(corpora)
    return Corpus(
        TestSet(
            tuple(document for corpus in corpora for document in corpus.test_set.documents),
            tuple(id for corpus in corpora for id in corpus.test_set.unscored),
        ),
        systems,
        first.reference_names,
        first.languages,
        tuple(note for corpus in corpora for note in corpus.notes),
        all(corpus.in_order for corpus in corpora),
    )


def _joined_systems(corpora: Sequence[Corpus]) -> tuple[SystemOutput, ...]:
    systems: dict[str, SystemOutput] = {}
    for system in (system for corpus in corpora for system in corpus.systems):
        before = systems.get(system.name)
        if before is not None:
            twice = before.documents.keys() & system.documents.keys()
            if twice:
                raise MismatchError(
                    f"system {location(system.name)} has the document {listed(sorted(twice))} in "
                    "two files; name one of them"
                )
            system = SystemOutput(
                system.name,
                {**before.documents, **system.documents},
                {**before.files, **system.files},
            )
        systems[system.name] = system
    return tuple(systems.values())
