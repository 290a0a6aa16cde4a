"""What every format is read into and written from, and how a reader puts it together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.corpus.model import (
    Document,
    Kind,
    Segment,
    SystemOutput,
    TestSet,
    check_names,
    check_surrogates,
)
from mteval.errors import InputError, UsageError, location
from mteval.io.files import MAX_LINE, utf8_name
from mteval.io.xml import not_xml

__all__ = [
    "METADATA",
    "Corpus",
    "Draft",
    "DraftDocument",
    "Row",
    "Wanted",
    "check_unicode",
    "check_xml",
    "default_names",
    "listed",
    "losses",
    "main_language",
    "name_of",
    "one_line",
    "references_as_system",
    "rows",
]


@dataclass(frozen=True)
class Corpus:
    """Hold a test set, the systems that came with it, and what reading it left out.

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
    """Name references as WMT does: A, B, C and so on."""
    return tuple(chr(ord("A") + i) if i < 26 else f"A{i - 25}" for i in range(n))


class Row(NamedTuple):
    """Hold a segment with its place in the test set and what systems made of it."""

    document: Document
    number: int
    segment: Segment
    hypotheses: Mapping[str, str]

    @property
    def where(self) -> str:
        """Name the place as messages do."""
        return f"{location(self.document.id)}:{self.number}"

    def texts(self, reference_names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """List the texts, each with what it is."""
        if self.segment.source is not None:
            yield "source", self.segment.source
        for name, text in zip(reference_names, self.segment.references, strict=True):
            yield f"reference {location(name)}", text
        for name, text in self.hypotheses.items():
            yield f"hypothesis of {location(name)}", text


def rows(corpus: Corpus) -> Iterator[Row]:
    """List the segments of a corpus; a system that lacks a document has no hypothesis there.

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


# What formats differ in; each knows which of these it holds.
METADATA = ("title", "date", "publisher", "domain")


def losses(corpus: Corpus, format: str, held: frozenset[str]) -> list[str]:
    """Say, a sentence each, what a format cannot hold of a corpus.

    Args:
        corpus: what is to be written.
        format: the format, as the sentences name it.
        held: what it can hold: title, date, publisher, domain, kind, summaries, documents, systems,
            missing (a document that a system lacks apart from one it left empty), references
            (their names), languages.
    """
    notes = []
    documents = corpus.test_set.documents
    for name in METADATA:
        lost = [d.id for d in documents if getattr(d, name) is not None]
        if lost and name not in held:
            notes.append(
                f"{format} cannot hold the {name} of a document: left out for {listed(lost)}"
            )
    headings = [row.where for row in rows(corpus) if row.segment.kind == "heading"]
    if headings and "kind" not in held:
        notes.append(
            f"{format} cannot hold which segments are headings: lost for {listed(headings)}"
        )
    summaries = [f"{location(d.id)}:{number}" for d in documents for number in d.summaries]
    if summaries and "summaries" not in held:
        notes.append(
            f"{format} cannot hold which references are summaries: lost for {listed(summaries)}"
        )
    if len(documents) > 1 and "documents" not in held:
        notes.append(
            f"{format} cannot hold where documents begin: {len(documents)} documents become one"
        )
    if corpus.systems and "systems" not in held:
        notes.append(
            f"{format} cannot hold systems: left out {listed([s.name for s in corpus.systems])}"
        )
    names = corpus.reference_names
    if names != default_names(len(names)) and "references" not in held:
        notes.append(f"{format} cannot hold the names of references: lost are {listed(names)}")
    if corpus.languages != (SOURCE_LANGUAGE, TARGET_LANGUAGE) and "languages" not in held:
        notes.append(
            f"{format} cannot hold the codes of the languages: lost are "
            f"{' and '.join(map(location, corpus.languages))}"
        )
    if corpus.test_set.unscored and "unscored" not in held:
        notes.append(
            f"documents that have references and no source are left out: "
            f"{listed(corpus.test_set.unscored)}"
        )
    for system in corpus.systems if "systems" in held else ():
        extra = system.extra_documents(corpus.test_set)
        if extra and "extra" not in held:
            notes.append(
                f"{format} cannot hold documents that the test set lacks: left out of system "
                f"{location(system.name)} {listed(extra)}"
            )
        if "missing" in held:
            continue
        empty = [
            d.id for d in documents if d.id in system.documents and not any(system.documents[d.id])
        ]
        if empty:
            notes.append(
                f"{format} cannot tell empty hypotheses from missing ones: system "
                f"{location(system.name)} will read as lacking {listed(empty)}, which it left empty"
            )
    return notes


def listed(items: Iterable[str], most: int = 3) -> str:
    """Name the first of some things, and count the others."""
    names = [item if item.isprintable() else ascii(item) for item in items]
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


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
            _check_characters(f"{row.where}: the {what}", text)


def _names(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """Give what a corpus names, and what each is."""
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
    """Put a space for line breaks in texts, which a format of lines cannot hold, and say so."""
    table = str.maketrans(dict.fromkeys(breaks, " "))
    found: list[str] = []
    for row in rows(corpus):
        if any(c in text for _, text in row.texts(corpus.reference_names) for c in breaks):
            found.append(row.where)
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


def main_language(code: str) -> str:
    """Give the main part of a language code: zh of zh-Hans-CN."""
    main = code.strip().lower().replace("_", "-").partition("-")[0]
    return {"zho": "zh", "chi": "zh", "cmn": "zh", "eng": "en"}.get(main, main)


# Reading.


def name_of(path: Path) -> str:
    """Give the name of a file without its suffix, to call a document or a system by.

    Raises:
        InputError: it is not UTF-8, so that results could not hold it.
    """
    return utf8_name(path.stem, path)


@dataclass
class _DraftRow:
    source: str | None
    references: dict[str, str]
    hypotheses: dict[str, str]
    kind: Kind
    where: str
    order: int


@dataclass
class DraftDocument:
    """Gather the segments of a document as a reader comes upon them."""

    id: str
    order: Iterator[int]
    title: str | None = None
    date: str | None = None
    publisher: str | None = None
    domains: dict[str, None] = field(default_factory=dict)
    rows: list[_DraftRow] = field(default_factory=list)

    def describe(self, **values: str | None) -> None:
        """Set the title, date, publisher or domain, where it is given and not yet known."""
        for name, value in values.items():
            if value and name == "domain":
                self.domains[value] = None
            elif value and getattr(self, name) is None:
                setattr(self, name, value)

    @property
    def domain(self) -> str | None:
        """Give the domain, if all segments have one."""
        return next(iter(self.domains)) if len(self.domains) == 1 else None

    def add(
        self,
        source: str | None,
        references: Mapping[str, str | None],
        hypotheses: Mapping[str, str | None],
        *,
        kind: str = "text",
        where: str | None = None,
    ) -> None:
        """Add a segment; None says that there is no such text, which is not an empty one.

        Raises:
            InputError: a text is longer than any segment.
        """
        for text in (source, *references.values(), *hypotheses.values()):
            if text is not None and len(text) > MAX_LINE:
                raise InputError(
                    f"{where or location(self.id)}: a text has {len(text):,} characters, and no "
                    f"segment has more than {MAX_LINE:,}; split it"
                )
        self.rows.append(
            _DraftRow(
                source,
                {name: text for name, text in references.items() if text is not None},
                {name: text for name, text in hypotheses.items() if text is not None},
                "heading" if kind == "heading" else "text",
                where or f"{location(self.id)}:{len(self.rows) + 1}",
                next(self.order),
            )
        )


class Draft:
    """Gather documents as a reader comes upon them, and make a corpus of what can be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        # In this order, where a reader knows one; others follow as they are found.
        self.reference_names: dict[str, None] = {}
        self.system_names: dict[str, None] = {}
        self._documents: dict[str, DraftDocument] = {}
        self._order = itertools.count()

    def document(self, id: str) -> DraftDocument:
        """Give the document of this id, made where there is none yet.

        Raises:
            InputError: the id is empty.
        """
        if not id.strip():
            raise InputError(f"{location(self.path)}: a document has no id; name it")
        return self._documents.setdefault(id, DraftDocument(id, self._order))

    def note(self, sentence: str) -> None:
        """Say what is left out."""
        self.notes.append(f"{location(self.path)}: {sentence}")

    def corpus(
        self,
        languages: tuple[str, str] = (SOURCE_LANGUAGE, TARGET_LANGUAGE),
        *,
        as_system: str | None = None,
    ) -> Corpus:
        """Make a corpus, leaving out with a note what lacks a source or a reference.

        Args:
            languages: codes of the source and the target language.
            as_system: name of the system whose hypotheses the references are.

        Raises:
            InputError: nothing is left.
            UsageError: several references would be hypotheses of one system.
        """
        documents = list(self._documents.values())
        orders = [[row.order for row in document.rows] for document in documents]
        broken = [
            document.id
            for document, own in zip(documents, orders, strict=True)
            if own and max(own) - min(own) >= len(own)
        ]
        if broken:
            self.note(f"documents that stand in several pieces were put together: {listed(broken)}")
        for document in documents:
            if len(document.domains) > 1:
                self.note(
                    f"document {location(document.id)} has segments of the domains "
                    f"{listed(list(document.domains))}, and a document has but one: it has none"
                )
        for row in (row for document in documents for row in document.rows):
            self.reference_names.update(dict.fromkeys(row.references))
            self.system_names.update(dict.fromkeys(row.hypotheses))
        if not all(map(str.strip, (*self.reference_names, *self.system_names))):
            raise InputError(f"{location(self.path)}: a reference or a system has no name; name it")
        if as_system is not None:
            self._make_system(documents, as_system)
        names = tuple(self.reference_names)
        self._drop(documents, names)
        kept = [document for document in documents if document.rows]
        if not kept:
            raise InputError(
                f"{location(self.path)}: no segment here has a source and a translation"
                + (f" ({self.notes[-1].partition(': ')[2]})" if self.notes else "")
                + "; check what was exported"
            )
        test_set = TestSet(
            tuple(
                Document(
                    document.id,
                    tuple(
                        Segment(row.source, tuple(row.references[name] for name in names), row.kind)
                        for row in document.rows
                    ),
                    document.title,
                    document.date,
                    document.publisher,
                    location(self.path),
                    document.domain,
                )
                for document in kept
            )
        )
        systems = tuple(filter(None, (self._system(kept, name) for name in self.system_names)))
        return Corpus(
            test_set,
            systems,
            names,
            languages,
            tuple(self.notes),
            in_order=all(a < b for a, b in itertools.pairwise(itertools.chain(*orders))),
        )

    def _make_system(self, documents: list[DraftDocument], system: str) -> None:
        if len(self.reference_names) != 1:
            raise UsageError(
                f"{location(self.path)}: there are {len(self.reference_names)} translations of "
                f"each segment, of which --as system:{location(system)} can make one system only; "
                "leave --as out"
            )
        if system in self.system_names:
            raise UsageError(
                f"{location(self.path)}: there is a system {location(system)} in the file already; "
                "give --as another name"
            )
        (name,) = self.reference_names
        for row in (row for document in documents for row in document.rows):
            if name in row.references:
                row.hypotheses[system] = row.references.pop(name)
        self.reference_names.clear()
        self.system_names[system] = None

    def _drop(self, documents: list[DraftDocument], names: tuple[str, ...]) -> None:
        """Leave out segments without a source or a reference, and say which."""
        has_source = any(row.source is not None for d in documents for row in d.rows)
        sourceless: list[str] = []
        untranslated: list[str] = []
        for document in documents:
            rows = []
            for row in document.rows:
                if has_source and not (row.source or "").strip():
                    sourceless.append(row.where)
                elif not all(row.references.get(name, "").strip() for name in names):
                    untranslated.append(row.where)
                else:
                    rows.append(row)
            document.rows = rows
        for what, dropped in (("source", sourceless), ("reference", untranslated)):
            if dropped:
                self.note(
                    f"{len(dropped)} segments without a {what} were left out: {listed(dropped)}"
                )

    def _system(self, documents: list[DraftDocument], name: str) -> SystemOutput | None:
        found: dict[str, tuple[str, ...]] = {}
        empty: list[str] = []
        for document in documents:
            if not any(name in row.hypotheses for row in document.rows):
                continue
            empty += [row.where for row in document.rows if name not in row.hypotheses]
            found[document.id] = tuple(row.hypotheses.get(name, "") for row in document.rows)
        if empty:
            self.note(
                f"system {location(name)} has no hypothesis for {len(empty)} segments of documents "
                f"that it translated otherwise, and they count as empty ones: {listed(empty)}"
            )
        if not found:
            self.note(f"system {location(name)} has no hypothesis and was left out")
            return None
        return SystemOutput(name, found, dict.fromkeys(found, location(self.path)))


def references_as_system(corpus: Corpus, system: str) -> Corpus:
    """Make the one reference of each segment the output of a system.

    Raises:
        UsageError: there is not one reference, or a system of this name is there already.
    """
    test_set = corpus.test_set
    if test_set.n_references != 1 or test_set.sources is None:
        raise UsageError(
            f"--as system:{location(system)} wants a source and one translation of each segment, "
            f"and there are {test_set.n_references} translations"
            + ("" if test_set.sources else " and no source")
            + "; leave --as out"
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


@dataclass(frozen=True)
class Wanted:
    """Say what is wanted of a file: languages, and whose the translations are."""

    source_language: str | None = None
    target_language: str | None = None
    as_system: str | None = None

    def languages(
        self, path: Path, sources: Iterable[str], targets: Iterable[str]
    ) -> tuple[str, str]:
        """Choose a source and a target language of those that a file has.

        Args:
            path: the file, for messages.
            sources: languages that can be the source, the likeliest first.
            targets: languages that can be the target; the source may be among them.

        Raises:
            InputError: the language wanted is not there, or several could be meant.
        """
        source = _choose(path, list(sources), self.source_language, SOURCE_LANGUAGE, "source")
        others = [code for code in targets if code != source]
        target = _choose(path, others, self.target_language, TARGET_LANGUAGE, "target")
        return source, target


def _choose(path: Path, found: list[str], wanted: str | None, usual: str, side: str) -> str:
    found = list(dict.fromkeys(found))
    if wanted is not None:
        matching = [code for code in found if code.lower() == wanted.lower()] or [
            code for code in found if main_language(code) == main_language(wanted)
        ]
    else:
        matching = found
        if len(found) > 1:
            matching = [code for code in found if main_language(code) == usual]
    if len(matching) == 1:
        return matching[0]
    has = f"it has {listed(found, 6)}" if found else "it has none"
    which = f"{side} language" + (f" {wanted!a}" if wanted is not None else "")
    raise InputError(
        f"{location(path)}: the {which} cannot be told ({has}); name it with --{side}-language"
    )


def check_xml(corpus: Corpus, format: str, *, texts: bool = True) -> None:
    """Check that XML can hold every name and, if asked, every text of a corpus.

    Raises:
        InputError: one has a control character, or another that XML cannot hold.
    """
    found = list(_names(corpus))
    for row in rows(corpus) if texts else ():
        found += [
            (f"{row.where}: the {what}", text) for what, text in row.texts(corpus.reference_names)
        ]
    for what, text in found:
        character = not_xml(text)
        if character is not None:
            other = "write .jsonl" + (", or XLIFF 2.1 with --to xliff-2.1" if texts else "")
            raise InputError(
                f"{what} has the character U+{ord(character):04X}, which {format} cannot hold; "
                f"remove it, or {other}"
            )
