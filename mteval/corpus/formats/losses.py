"""What a format cannot hold of a corpus: told in sentences, replaced, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mteval.corpus.formats.corpus import METADATA, Corpus, default_names, listed, rows
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.corpus.model import Segment, SystemOutput, TestSet
from mteval.errors import InputError, location
from mteval.io.surrogates import check_surrogates
from mteval.io.xml import not_xml

__all__ = [
    "EVERYTHING",
    "FEATURES",
    "check_has_source",
    "check_unicode",
    "check_xml",
    "losses",
    "lost_target_language",
    "one_line",
]

# What formats differ in, beside texts: what a format holds is a set of these.
FEATURES = {
    "title": "the title of a document",
    "date": "the date of a document",
    "publisher": "the publisher of a document",
    "domain": "the domain of a document",
    "kind": "which segments are headings",
    "summaries": "which references are summaries",
    "documents": "where documents begin",
    "systems": "hypotheses of systems",
    "references": "the names of references",
    "languages": "the codes of the languages",
    "unscored": "documents that have references and no source",
    "extra": "documents of a system that the test set lacks",
    "missing": "a document that a system lacks, apart from one that it left empty",
}
EVERYTHING = frozenset(FEATURES)


def losses(corpus: Corpus, label: str, holds: frozenset[str]) -> list[str]:
    """Return a sentence for each thing of a corpus that a format cannot hold.

    Args:
        corpus: what is to be written.
        label: the format, as the sentences name it.
        holds: which of FEATURES it can hold.
    """
    found = (
        *_lost_of_documents(corpus),
        *_lost_of_corpus(corpus),
        *_lost_of_systems(corpus, holds),
    )
    return [f"{label} cannot {sentence}" for feature, sentence in found if feature not in holds]


# Each function yields (feature, what a format without it "cannot ...").
def _lost_of_documents(corpus: Corpus) -> Iterator[tuple[str, str]]:
    documents = corpus.test_set.documents
    for name in METADATA:
        lost = [d.id for d in documents if getattr(d, name) is not None]
        if lost:
            yield name, f"hold the {name} of a document: lost for {listed(lost)}"
    headings = [row.location for row in rows(corpus) if row.segment.kind == "heading"]
    if headings:
        yield "kind", f"hold which segments are headings: lost for {listed(headings)}"
    summaries = [f"{location(d.id)}:{number}" for d in documents for number in d.summaries]
    if summaries:
        yield "summaries", f"hold which references are summaries: lost for {listed(summaries)}"
    if len(documents) > 1:
        yield "documents", f"hold where documents begin: {len(documents)} documents become one"


def _lost_of_corpus(corpus: Corpus) -> Iterator[tuple[str, str]]:
    if corpus.systems:
        systems = listed([system.name for system in corpus.systems])
        yield "systems", f"hold systems: skipped {systems}"
    names = corpus.reference_names
    if names != default_names(len(names)):
        yield "references", f"hold the names of references: lost are {listed(names)}"
    yield from _lost_languages(corpus)
    if corpus.test_set.unscored:
        ids = listed(corpus.test_set.unscored)
        yield "unscored", f"hold documents that have references and no source: skipped {ids}"


def _lost_languages(corpus: Corpus) -> Iterator[tuple[str, str]]:
    if corpus.languages != (SOURCE_LANGUAGE, TARGET_LANGUAGE):
        codes = " and ".join(map(location, corpus.languages))
        yield "languages", f"hold the codes of the languages: lost are {codes}"


def _lost_of_systems(corpus: Corpus, holds: frozenset[str]) -> Iterator[tuple[str, str]]:
    for system in corpus.systems if "systems" in holds else ():
        name = location(system.name)
        extra = system.extra_documents(corpus.test_set)
        if extra:
            yield (
                "extra",
                f"hold documents that the test set lacks: skipped {listed(extra)} of system {name}",
            )
        empty = [
            d.id
            for d in corpus.test_set.documents
            if d.id in system.documents and not any(system.documents[d.id])
        ]
        if empty:
            yield (
                "missing",
                f"tell empty hypotheses from missing ones: system {name} will read as lacking "
                f"{listed(empty)}, which it left empty",
            )


def lost_target_language(corpus: Corpus, label: str) -> list[str]:
    """Return the sentence that a format loses languages where no translation is there to name one.

    Formats that say the target language at each translation, and nowhere else, call it.
    """
    return [f"{label} cannot {sentence}" for _, sentence in _lost_languages(corpus)]


def check_has_source(corpus: Corpus, label: str) -> None:
    """Check that a corpus has sources, for formats that cannot be without.

    Raises:
        InputError: it has none.
    """
    if corpus.test_set.sources is None:
        raise InputError(f"{label} needs the source of every segment; add it, or write .jsonl")


def check_unicode(corpus: Corpus) -> None:
    """Check that every text of a corpus can stand in a file.

    Raises:
        InputError: one has a NUL character or half a surrogate pair, which no UTF-8 text has.
    """
    for what, text in _names(corpus):
        _check_characters(what, text)
    for id in (id for system in corpus.systems for id in system.documents):
        _check_characters(f"the id of document {id!a}", id)
    for row in rows(corpus):
        for what, text in row.texts(corpus.reference_names):
            _check_characters(f"{row.location}: the {what}", text)


def _names(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """Yield what a corpus names: what each is, and the name."""
    for name in corpus.reference_names:
        yield f"the name of reference {name!a}", name
    for system in corpus.systems:
        yield f"the name of system {system.name!a}", system.name
    for code in corpus.languages:
        yield f"the language {code!a}", code
    for document in corpus.test_set.documents:
        yield f"the id of document {document.id!a}", document.id
        for name in METADATA:
            yield f"the {name} of document {document.id!a}", getattr(document, name) or ""


def _check_characters(what: str, text: str) -> None:
    if "\0" in text:
        raise InputError(f"{what} has a NUL character, which no text has; remove it")
    check_surrogates(text, what)


def one_line(corpus: Corpus, format: str, breaks: str = "\n\r") -> tuple[Corpus, list[str]]:
    """Return a corpus with spaces for line breaks, and a sentence on where that changed a text."""
    table = str.maketrans(dict.fromkeys(breaks, " "))
    found: list[str] = []
    for row in rows(corpus):
        if any(c in text for _, text in row.texts(corpus.reference_names) for c in breaks):
            found.append(row.location)
    if not found:
        return corpus, []
    documents = tuple(
        replace(
            document,
            segments=tuple(
                Segment(
                    None if s.source is None else s.source.translate(table),
                    tuple(text.translate(table) for text in s.references),
                    s.kind,
                )
                for s in document.segments
            ),
        )
        for document in corpus.test_set.documents
    )
    systems = tuple(
        SystemOutput(
            system.name,
            {id: tuple(t.translate(table) for t in ts) for id, ts in system.documents.items()},
            system.files,
        )
        for system in corpus.systems
    )
    what = "line breaks and tabs" if "\t" in breaks else "line breaks"
    note = f"{format} cannot hold {what} in a segment: they became spaces in {listed(found)}"
    test_set = TestSet(documents, corpus.test_set.unscored)
    return replace(corpus, test_set=test_set, systems=systems), [note]


def check_xml(corpus: Corpus, format: str, *, texts: bool = True) -> None:
    """Check that XML can hold every name and, if asked, every text of a corpus.

    Raises:
        InputError: one has a control character, or another that XML cannot hold.
    """
    found = list(_names(corpus))
    for row in rows(corpus) if texts else ():
        found += [
            (f"{row.location}: the {what}", text)
            for what, text in row.texts(corpus.reference_names)
        ]
    for what, text in found:
        character = not_xml(text)
        if character is not None:
            other = "write .jsonl" + (", or XLIFF 2.1 with --to xliff-2.1" if texts else "")
            raise InputError(
                f"{what} has the character U+{ord(character):04X}, which {format} cannot hold; "
                f"remove it, or {other}"
            )
