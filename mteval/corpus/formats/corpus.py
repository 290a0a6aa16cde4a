"""What every format is read into and written from: a test set with the systems beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.corpus.model import Document, Segment, SystemOutput, TestSet, check_names
from mteval.errors import InputError, UsageError, location
from mteval.languages.registry import language
from mteval.wording import listing

__all__ = [
    "METADATA",
    "Corpus",
    "Row",
    "default_names",
    "listed",
    "main_language",
    "references_as_system",
    "rows",
]

# What documents may be described by.
METADATA = ("title", "date", "publisher", "domain")


@dataclass(frozen=True)
class Corpus:
    """A test set, the systems that came with it, and notes of what reading it skipped.

    ``reference_names`` has a name for each reference of a segment; ``languages`` are the codes of
    source and target as the format gives them; ``in_order`` says whether segments are in the order
    in which they stood, which is not so where a document stood in several pieces.

    Raises:
        MismatchError: two systems have one name.
        InputError: references and their names do not agree.
    """

    test_set: TestSet
    systems: tuple[SystemOutput, ...] = ()
    reference_names: tuple[str, ...] = ()
    languages: tuple[str, str] = (SOURCE_LANGUAGE, TARGET_LANGUAGE)
    notes: tuple[str, ...] = ()
    in_order: bool = True

    def __post_init__(self) -> None:
        n = self.test_set.n_references
        if not self.reference_names:
            object.__setattr__(self, "reference_names", default_names(n))
        if len(set(self.reference_names)) != n or not all(map(str.strip, self.reference_names)):
            raise InputError(
                f"there are {n} references and these names for them: "
                f"{', '.join(map(repr, self.reference_names))}; give each one of its own"
            )
        check_names(self.systems)


def default_names(n: int) -> tuple[str, ...]:
    """Return names of references as WMT has them: A, B, C and so on."""
    return tuple(chr(ord("A") + i) if i < 26 else f"A{i - 25}" for i in range(n))


class Row(NamedTuple):
    """A segment with its document, its number in it (from 1), and the hypotheses of systems."""

    document: Document
    number: int
    segment: Segment
    hypotheses: Mapping[str, str]

    @property
    def location(self) -> str:
        """The location, as messages name it."""
        return f"{location(self.document.id)}:{self.number}"

    def texts(self, reference_names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield the texts: what each is, and the text."""
        if self.segment.source is not None:
            yield "source", self.segment.source
        for name, text in zip(reference_names, self.segment.references, strict=True):
            yield f"reference {location(name)}", text
        for name, text in self.hypotheses.items():
            yield f"hypothesis of {location(name)}", text


def rows(corpus: Corpus) -> Iterator[Row]:
    """Yield the segments of a corpus; a system that lacks a document has no hypothesis there.

    Raises:
        MismatchError: a system has none of the documents, or not a hypothesis for each segment.
    """
    columns = {
        system.name: system.hypotheses(corpus.test_set, allow_missing=True)
        for system in corpus.systems
    }
    index = 0
    for document in corpus.test_set.documents:
        for number, segment in enumerate(document.segments, 1):
            hypotheses = {
                name: text
                for name, column in columns.items()
                if (text := column[index]) is not None
            }
            yield Row(document, number, segment, hypotheses)
            index += 1


def references_as_system(corpus: Corpus, system: str) -> Corpus:
    """Return a corpus in which the one reference of each segment is the output of a system.

    Raises:
        UsageError: there is not one reference, or a system of this name is there already.
    """
    test_set = corpus.test_set
    if test_set.n_references != 1 or test_set.sources is None:
        raise UsageError(
            f"--as system:{location(system)} wants a source and one translation of each segment, "
            f"and there are {test_set.n_references} translations"
            + ("" if test_set.sources else " and no source")
            + "; drop --as"
        )
    output = SystemOutput(
        system, {d.id: tuple(s.references[0] for s in d.segments) for d in test_set.documents}
    )
    documents = tuple(
        replace(d, segments=tuple(Segment(s.source, (), s.kind) for s in d.segments))
        for d in test_set.documents
    )
    return replace(
        corpus,
        test_set=TestSet(documents, test_set.unscored),
        systems=(*corpus.systems, output),
        reference_names=(),
    )


def main_language(code: str) -> str:
    """Return the main part of a language code, as ISO 639-1 if it is known: zh of zho-Hans-CN."""
    return language(code).code if code.strip() else ""


def listed(items: Iterable[str], shown: int = 3) -> str:
    """Return the first few of some names and how many more there are, on one line."""
    return listing([location(item) for item in items], shown)
