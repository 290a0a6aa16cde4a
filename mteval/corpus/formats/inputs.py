"""What ``mteval score`` and its like take: references, sources and systems in any format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.formats.detect import detect, is_xml
from mteval.corpus.formats.draft import name_of
from mteval.corpus.formats.mt_metrics_eval import MT_METRICS_EVAL
from mteval.corpus.formats.pairing import check_sources, renamed, without_further_segments
from mteval.corpus.formats.plain_lines import LINES
from mteval.corpus.formats.read import read_corpus, read_many
from mteval.corpus.formats.references import FOLDER, folder_kind
from mteval.corpus.formats.sacrebleu_sets import read_set
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.layout import (
    TEXT_SUFFIXES,
    is_plain,
    load_plain_systems,
    load_plain_test_set,
    load_test_set,
)
from mteval.corpus.model import SystemOutput, TestSet
from mteval.errors import InputError, MismatchError, UsageError, location
from mteval.io.files import kind_of, read_lines

__all__ = ["Inputs", "read_inputs"]


class Inputs(NamedTuple):
    """What ``evaluate`` takes; the folder of references is read there, for its termbase.

    Attributes:
        references: a test set, or the folder ``references/``.
        systems: outputs, and folders of hypotheses.
        notes: what was skipped.
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
    """Return what is to be scored, read in whichever format.

    References in a format other than ``references/`` and plain files are read here, several files
    as one test set; where no system is named, the systems in them are scored. Systems named are
    folders of documents, files in a format of the registry whose translations are the system's, or
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
    if named_set is not None and (references or source is not None):
        raise UsageError("-t names a test set instead of -s and -r; drop one of them")
    if named_set is not None:
        corpus: Corpus | None = read_set(*named_set)
    else:
        corpus = None if source is not None else _corpus_of(references)
    if corpus is not None:
        if not systems:
            return Inputs(corpus.test_set, corpus.systems, corpus.notes)
        outputs, notes = _outputs(systems, corpus.test_set, lines_of=corpus)
        return Inputs(corpus.test_set, outputs, (*corpus.notes, *notes))
    given = list(references) or ([] if source is not None else [Path("references")])
    if is_plain(given, source):
        return _plain_inputs(given, source, systems)
    if not any(isinstance(system, Path) and _is_translated(system) for system in systems):
        return Inputs(given[0], systems)
    return Inputs(given[0], *_outputs(systems, load_test_set(given[0])))


def _plain_inputs(
    references: Sequence[Path], source: Path | None, systems: Sequence[SystemOutput | Path]
) -> Inputs:
    """Return the inputs of plain files of lines, beside which nothing else can stand."""
    for path in (*references, *([source] if source else []), *systems):
        if isinstance(path, Path) and _is_translated(path):
            raise UsageError(
                f"{location(path)}: this is not a file of plain lines, but {_format(path)}; "
                "give the test set as one file with -r, without -s, or make plain lines of "
                "it with mteval convert --to lines"
            )
    test_set = load_plain_test_set(source, references)
    loaded: list[SystemOutput | Path] = []
    for system in systems:
        if isinstance(system, Path):
            loaded += load_plain_systems([system], test_set)
        else:
            loaded.append(system)
    return Inputs(test_set, loaded)


def _is_translated(path: Path) -> bool:
    """Return whether a path is a file of translations with their sources, and no plain lines."""
    return kind_of(path) == "file" and _format(path) != LINES.name


def _outputs(
    systems: Sequence[SystemOutput | Path], test_set: TestSet, *, lines_of: Corpus | None = None
) -> tuple[list[SystemOutput | Path], tuple[str, ...]]:
    """Return systems, those that are files read: translations, or plain lines of a corpus."""
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
                output = renamed(output, only[0].id)
                notes.append(
                    f"{location(system)}: its one document is taken for {location(only[0].id)}"
                )
            output, found = without_further_segments(output, test_set)
            notes += [f"{location(system)}: {note}" for note in found]
            check_sources(system, output.test_set, test_set)
            named += output.systems
            notes += output.notes
        else:
            named.append(system if lines_of is None else _lines_of(system, lines_of))
    return named, tuple(notes)


def _translations(path: Path) -> Corpus:
    """Return the systems of a file; where it names none, its one translation is a system's."""
    try:
        corpus = read_corpus(path)
    except InputError:
        corpus = None
    if corpus is None or not corpus.systems:
        # Read again: what lacks a translation is dropped from references, and empty for a system.
        return read_corpus(path, wanted=Wanted(as_system=name_of(path)))
    if corpus.test_set.n_references == 0:
        return corpus
    note = f"{location(path)}: the references in it are ignored, as it has systems"
    return replace(corpus, notes=(*corpus.notes, note))


def _format(path: Path) -> str:
    try:
        return detect(path)
    except InputError:
        # Files of lines may be called anything; reading them says what is wrong.
        return "xml" if is_xml(path) else LINES.name


def _corpus_of(references: Sequence[Path]) -> Corpus | None:
    """Return a corpus, or None where the references are a folder of references or plain files."""
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
        if kind == MT_METRICS_EVAL.name or (
            kind == FOLDER.name and kind_of(path / "references") == "folder"
        ):
            return read_corpus(path)
        return None
    return read_corpus(path) if found is not None and _is_translated(path) else None


def _lines_of(path: Path, corpus: Corpus) -> SystemOutput:
    """Return the system of a file with a hypothesis for each segment, whatever the documents."""
    test_set = corpus.test_set
    if not corpus.in_order:
        raise InputError(
            f"{location(path)}: lines cannot be paired by their order, as documents of the "
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
