"""Pairing the translations of a file with a test set: by document, by order, and by source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import MismatchError, location
from mteval.languages.text import shorten
from mteval.wording import counted

__all__ = ["check_sources", "renamed", "without_further_segments"]


def renamed(corpus: Corpus, id: str) -> Corpus:
    """Return a corpus with another id for its one document."""
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


def check_sources(path: Path, own: TestSet, test_set: TestSet) -> None:
    """Check that translations are of the sources that the references are of.

    Raises:
        MismatchError: a segment has another source.
    """
    wanted = {document.id: document for document in test_set.documents}
    for document in own.documents:
        other = wanted.get(document.id)
        # What does not pair at all is refused when it is scored.
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


def without_further_segments(corpus: Corpus, test_set: TestSet) -> tuple[Corpus, list[str]]:
    """Return a corpus without the segments that a test set lacks, and a sentence on them.

    References lack what nobody has translated or confirmed, which a system may have. A document
    stays as it is where sources do not say for sure which segments those are.
    """
    wanted = {document.id: document for document in test_set.documents}
    kept: dict[str, list[int]] = {}
    notes: list[str] = []
    for document in corpus.test_set.documents:
        other = wanted.get(document.id)
        if other is None or len(document.segments) <= len(other.segments):
            continue
        indexes = _embedded(_sources(document), _sources(other))
        if indexes is not None:
            kept[document.id] = indexes
            number = len(document.segments) - len(indexes)
            notes.append(
                f"{counted(number, 'segment')} of document {location(document.id)} ignored, as "
                "the references lack the source"
            )
    documents = tuple(
        replace(d, segments=tuple(d.segments[i] for i in kept[d.id])) if d.id in kept else d
        for d in corpus.test_set.documents
    )
    systems = tuple(
        SystemOutput(
            system.name,
            {
                id: tuple(lines[i] for i in kept[id]) if id in kept else lines
                for id, lines in system.documents.items()
            },
            system.files,
        )
        for system in corpus.systems
    )
    smaller = replace(corpus.test_set, documents=documents)
    return replace(corpus, test_set=smaller, systems=systems), notes


def _sources(document: Document) -> list[str]:
    """Return the sources of a document, whatever their white space; none where it has none."""
    return [" ".join(s.source.split()) for s in document.segments if s.source is not None]


def _embedded(texts: Sequence[str], some: Sequence[str]) -> list[int] | None:
    """Return the indexes at which some of the texts are, in order, or None if not for sure."""
    first = _first_indexes(texts, some)
    last = _first_indexes(texts[::-1], some[::-1])
    if not some or first is None or last is None:
        return None
    return first if first == [len(texts) - 1 - i for i in reversed(last)] else None


def _first_indexes(texts: Sequence[str], some: Sequence[str]) -> list[int] | None:
    found: list[int] = []
    begin = 0
    for text in some:
        try:
            found.append(texts.index(text, begin))
        except ValueError:
            return None
        begin = found[-1] + 1
    return found
