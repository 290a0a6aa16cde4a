"""What an evaluation reads: the test set, the outputs paired with it, the termbase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mteval.arguments import check_listed
from mteval.corpus.formats.inputs import read_inputs
from mteval.corpus.layout import TERMS_FILE, load_systems, load_test_set
from mteval.corpus.model import SystemOutput, TestSet, check_names
from mteval.io.files import kind_of
from mteval.io.hashing import sha256
from mteval.languages.detect import is_rather
from mteval.languages.registry import SOURCE, TARGET, language
from mteval.runs.schema.record import InputHashes
from mteval.terminology.formats.registry import read_termbase
from mteval.terminology.termbase import Termbase
from mteval.wording import counted, listing

__all__ = [
    "Inputs",
    "Texts",
    "digests",
    "input_notes",
    "load_inputs",
    "load_termbase",
    "pair_texts",
]


@dataclass(frozen=True)
class Inputs:
    """A test set and the outputs to score against it, as they were read.

    Attributes:
        test_set: the references, and mostly the sources.
        outputs: one for each system.
        folder: where the test set lies, if it is a folder.
    """

    test_set: TestSet
    outputs: Sequence[SystemOutput]
    folder: Path | None


@dataclass(frozen=True)
class Texts:
    """A test set and outputs, paired segment by segment.

    Attributes:
        test_set: n_documents documents of n_segments segments in all.
        outputs: n_systems of them.
        hypotheses: for each system n_segments texts; None is not translated.
    """

    test_set: TestSet
    outputs: Sequence[SystemOutput]
    hypotheses: Sequence[Sequence[str | None]]

    @cached_property
    def sources(self) -> list[str] | None:
        """The source of every segment, or None without sources."""
        return self.test_set.sources

    @cached_property
    def references(self) -> list[list[str]]:
        """The references, as columns of n_segments texts."""
        return self.test_set.references

    @cached_property
    def positions(self) -> list[tuple[str, int]]:
        """The document id and the number (from 1) of every segment."""
        return self.test_set.positions()

    @cached_property
    def translated(self) -> npt.NDArray[np.bool_]:
        """Which system has which segment: (n_systems, n_segments)."""
        return np.array([[text is not None for text in system] for system in self.hypotheses])

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        """How many segments each document has: (n_documents,)."""
        return np.array([len(document.segments) for document in self.test_set.documents])

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """The index of the first segment of each document: (n_documents,)."""
        return np.cumsum([0, *self.sizes[:-1]])


def load_inputs(
    references: TestSet | Path | str,
    systems: Iterable[SystemOutput | Path | str],
    notes: list[str],
) -> Inputs:
    """Return what is named, read where it is not read yet; what a reader must know joins the notes.

    Raises:
        InputError: something cannot be read, or is empty.
        MismatchError: two systems have one name.
    """
    check_listed(systems, "systems")
    named = [each if isinstance(each, SystemOutput) else Path(each) for each in systems]
    if not isinstance(references, TestSet):
        given = read_inputs([Path(references)], None, named)
        references, named = given.references, list(given.systems)
        notes += given.notes
    folder = None if isinstance(references, TestSet) else references
    test_set = references if isinstance(references, TestSet) else load_test_set(references)
    outputs: list[SystemOutput] = []
    for loaded, group in groupby(named, key=lambda system: isinstance(system, SystemOutput)):
        if loaded:
            outputs += [system for system in group if isinstance(system, SystemOutput)]
        else:
            found, skipped = load_systems(path for path in group if isinstance(path, Path))
            outputs += found
            notes += skipped
    check_names(outputs)
    return Inputs(test_set, outputs, folder)


def load_termbase(folder: Path | None, terms: Termbase | Path | str | None) -> Termbase | None:
    """Return the termbase that is named, else that of the folder of references, else None.

    Raises:
        InputError: it cannot be read.
    """
    if isinstance(terms, Termbase):
        return terms
    if terms is not None:
        return read_termbase(Path(terms))
    if folder is None:
        return None
    path = folder / TERMS_FILE
    return read_termbase(path) if kind_of(path) == "file" else None


def pair_texts(test_set: TestSet, outputs: Sequence[SystemOutput], *, allow_missing: bool) -> Texts:
    """Return the outputs paired with the test set, segment by segment.

    Raises:
        MismatchError: they do not pair.
    """
    hypotheses = [output.hypotheses(test_set, allow_missing=allow_missing) for output in outputs]
    return Texts(test_set, outputs, hypotheses)


def input_notes(texts: Texts) -> Iterator[str]:
    """Yield what a reader must know of the texts: what is not scored, missing, empty, doubtful."""
    if texts.test_set.unscored:
        yield (
            f"not scored, as there is no source: {', '.join(texts.test_set.unscored)} "
            "(kept as evidence of how terms are rendered)"
        )
    source, target = language(SOURCE), language(TARGET)
    untranslated = [
        f"{document}:{number}"
        for n, (document, number) in enumerate(texts.positions)
        if any(is_rather(column[n], source, target) for column in texts.references)
    ]
    if untranslated:
        yield (
            f"warning: the references of {counted(len(untranslated), 'segment')} are in "
            f"{source.name} ({listing(untranslated)}); scores against them are not meaningful"
        )
    for output, hypotheses in zip(texts.outputs, texts.hypotheses, strict=True):
        missing = output.missing_documents(texts.test_set)
        if missing:
            yield (
                f"{output.name} lacks {', '.join(missing)}: its scores are of the rest, and not "
                "comparable with those of complete systems"
            )
        extra = output.extra_documents(texts.test_set)
        if extra:
            yield f"{output.name}: skipped {', '.join(extra)}, which the references lack"
        empty = [
            f"{document}:{number}"
            for (document, number), text in zip(texts.positions, hypotheses, strict=True)
            if text is not None and not text.strip()
        ]
        if empty:
            yield (
                f"warning: {output.name} has "
                f"{counted(len(empty), 'empty hypothesis', 'empty hypotheses')} "
                f"({listing(empty)}), scored as such"
            )


def digests(test_set: TestSet, outputs: Sequence[SystemOutput]) -> InputHashes:
    """Return the SHA-256 of every column of text, as of the lines of a UTF-8 file."""

    def digest(lines: Iterable[str]) -> str:
        return sha256("".join(f"{line}\n" for line in lines))

    return {
        "references": {
            document.id: {
                "source": None
                if document.segments[0].source is None
                else digest(segment.source or "" for segment in document.segments),
                "references": [
                    digest(segment.references[r] for segment in document.segments)
                    for r in range(test_set.n_references)
                ],
            }
            for document in test_set.documents
        },
        "systems": {
            output.name: {id: digest(lines) for id, lines in sorted(output.documents.items())}
            for output in outputs
        },
    }
