"""How a reader puts a corpus together: segments as it finds them, checked once all are there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mteval.corpus.formats.corpus import Corpus, listed
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.corpus.model import Document, Kind, Segment, SystemOutput, TestSet
from mteval.errors import InputError, UsageError, location
from mteval.io.files import MAX_LINE, utf8_name
from mteval.wording import counted

__all__ = ["Draft", "DraftDocument", "name_of"]


def name_of(path: Path) -> str:
    """Return the name of a file without its suffix, to call a document or a system by.

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
    location: str
    order: int


@dataclass
class DraftDocument:
    """A document in the making: its segments as a reader finds them."""

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
        """The domain, where all segments have the same one."""
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

    def finished(self, names: tuple[str, ...], origin: str) -> Document:
        """Return the document with the references of these names, every one of which is there."""
        segments = tuple(
            Segment(row.source, tuple(row.references[name] for name in names), row.kind)
            for row in self.rows
        )
        return Document(
            self.id, segments, self.title, self.date, self.publisher, origin, self.domain
        )


class Draft:
    """A corpus in the making: documents as a reader finds them, and notes of what it skips."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        # In this order, where a reader knows one; others follow as they are found.
        self.reference_names: dict[str, None] = {}
        self.system_names: dict[str, None] = {}
        self._documents: dict[str, DraftDocument] = {}
        self._order = itertools.count()

    def document(self, id: str) -> DraftDocument:
        """Return the document of this id, made where there is none yet.

        Raises:
            InputError: the id is empty.
        """
        if not id.strip():
            raise InputError(f"{location(self.path)}: a document has no id; name it")
        return self._documents.setdefault(id, DraftDocument(id, self._order))

    def note(self, sentence: str) -> None:
        """Note what is skipped, with the path."""
        self.notes.append(f"{location(self.path)}: {sentence}")

    def corpus(
        self,
        languages: tuple[str, str] = (SOURCE_LANGUAGE, TARGET_LANGUAGE),
        *,
        as_system: str | None = None,
    ) -> Corpus:
        """Return a corpus of all that has a source and references; notes say what was skipped.

        Args:
            languages: codes of the source and the target language.
            as_system: name of the system whose hypotheses the references are.

        Raises:
            InputError: nothing is left.
            UsageError: several references would be hypotheses of one system.
        """
        documents = list(self._documents.values())
        orders = [[row.order for row in document.rows] for document in documents]
        self._note_pieces(documents, orders)
        self._note_domains(documents)
        self._name_texts(documents)
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
        origin = location(self.path)
        test_set = TestSet(tuple(document.finished(names, origin) for document in kept))
        systems = tuple(filter(None, (self._system(kept, name) for name in self.system_names)))
        return Corpus(
            test_set,
            systems,
            names,
            languages,
            tuple(self.notes),
            in_order=all(a < b for a, b in itertools.pairwise(itertools.chain(*orders))),
        )

    def _note_pieces(self, documents: list[DraftDocument], orders: list[list[int]]) -> None:
        broken = [
            document.id
            for document, own in zip(documents, orders, strict=True)
            if own and max(own) - min(own) >= len(own)
        ]
        if broken:
            self.note(f"documents that stand in several pieces were put together: {listed(broken)}")

    def _note_domains(self, documents: list[DraftDocument]) -> None:
        for document in documents:
            if len(document.domains) > 1:
                self.note(
                    f"document {location(document.id)} has segments of the domains "
                    f"{listed(list(document.domains))}, and a document has but one: it has none"
                )

    def _name_texts(self, documents: list[DraftDocument]) -> None:
        """Add the references and systems that segments have to those known before."""
        for row in (row for document in documents for row in document.rows):
            self.reference_names.update(dict.fromkeys(row.references))
            self.system_names.update(dict.fromkeys(row.hypotheses))
        if not all(map(str.strip, (*self.reference_names, *self.system_names))):
            raise InputError(f"{location(self.path)}: a reference or a system has no name; name it")

    def _make_system(self, documents: list[DraftDocument], system: str) -> None:
        if len(self.reference_names) != 1:
            raise UsageError(
                f"{location(self.path)}: there are {len(self.reference_names)} translations of "
                f"each segment, of which --as system:{location(system)} can make one system only; "
                "drop --as"
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
        """Drop segments without a source or a reference, and note which."""
        has_source = any(row.source is not None for d in documents for row in d.rows)
        sourceless: list[str] = []
        untranslated: list[str] = []
        for document in documents:
            rows = []
            for row in document.rows:
                if has_source and not (row.source or "").strip():
                    sourceless.append(row.location)
                elif not all(row.references.get(name, "").strip() for name in names):
                    untranslated.append(row.location)
                else:
                    rows.append(row)
            document.rows = rows
        for what, dropped in (("source", sourceless), ("reference", untranslated)):
            if dropped:
                self.note(
                    f"{counted(len(dropped), 'segment')} without a {what} "
                    f"{'was' if len(dropped) == 1 else 'were'} skipped: {listed(dropped)}"
                )

    def _system(self, documents: list[DraftDocument], name: str) -> SystemOutput | None:
        found: dict[str, tuple[str, ...]] = {}
        empty: list[str] = []
        for document in documents:
            if not any(name in row.hypotheses for row in document.rows):
                continue
            empty += [row.location for row in document.rows if name not in row.hypotheses]
            found[document.id] = tuple(row.hypotheses.get(name, "") for row in document.rows)
        if empty:
            segments = counted(len(empty), "segment")
            self.note(
                f"system {location(name)} has no hypothesis for {segments} of documents that it "
                f"translated otherwise, and they count as empty ones: {listed(empty)}"
            )
        if not found:
            self.note(f"system {location(name)} has no hypothesis and was skipped")
            return None
        return SystemOutput(name, found, dict.fromkeys(found, location(self.path)))
