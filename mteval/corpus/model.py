"""The data model: frozen, and checked on construction so that nothing pairs by accident."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar, Literal

from mteval.arguments import check_listed
from mteval.corpus.diagnose import parting_line
from mteval.errors import InputError, MismatchError
from mteval.io.surrogates import check_surrogates
from mteval.wording import listing

__all__ = [
    "Document",
    "Kind",
    "Segment",
    "SystemOutput",
    "TestSet",
    "check_names",
    "check_surrogates",
    "count_mismatch",
]

Kind = Literal["text", "heading"]
# Documents that a message names: enough to see which kind they are.
_IDS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """One aligned paragraph: a source, its references and what kind of line it is.

    Raises:
        InputError: the source or a reference is empty, or the kind is unknown.
    """

    source: str | None
    references: tuple[str, ...]
    kind: Kind = "text"

    def __post_init__(self) -> None:
        check_listed(self.references, "the references of a segment")
        for text in (self.source or "", *self.references):
            if not isinstance(text, str):
                raise InputError(f"a text of a segment is {text!a:.60}, which is none; give a text")
        if self.source is not None and not self.source.strip():
            raise InputError("the source of a segment is empty; give its text or drop the segment")
        if any(not reference.strip() for reference in self.references):
            raise InputError("a reference of a segment is empty; give its text or drop the segment")
        if self.kind not in ("text", "heading"):
            raise InputError(f"a segment is of kind {self.kind!r}; use 'text' or 'heading'")


@dataclass(frozen=True)
class Document:
    """The segments of one document, in order, under its id.

    ``origin`` says in messages where the text comes from (a path, as a rule); ``domain`` is the
    kind of text (news, speech), by which tables can group documents. ``summaries`` are the numbers,
    from 1, of segments whose reference is a summary of the source and no translation.

    Raises:
        InputError: the id or the document is empty, it has no segment of a number, or a text has
            half a surrogate pair.
        MismatchError: segments differ in their number of references, or some lack a source.
    """

    id: str
    segments: tuple[Segment, ...]
    title: str | None = None
    date: str | None = None
    publisher: str | None = None
    origin: str | None = None
    domain: str | None = None
    summaries: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self._check_names()
        if not self.id.strip():
            raise InputError("a document has an empty id; name it")
        if not self.segments:
            raise InputError(f"document {self.id} has no segments; add some or remove it")
        for number in self.summaries:
            if not 1 <= number <= len(self.segments):
                raise InputError(
                    f"document {self.id}: summaries names segment {number}, and the segments are "
                    f"1 to {len(self.segments)}; fix the number"
                )
        first = self.segments[0]
        for number, segment in enumerate(self.segments, 1):
            if segment.source is not None:
                check_surrogates(segment.source, f"the source of {self.id}:{number}")
            for reference in segment.references:
                check_surrogates(reference, f"a reference of {self.id}:{number}")
            if len(segment.references) != len(first.references):
                raise MismatchError(
                    f"document {self.id}: segment {number} has {len(segment.references)} "
                    f"references where segment 1 has {len(first.references)}; give every segment "
                    "as many"
                )
            if (segment.source is None) != (first.source is None):
                raise MismatchError(
                    f"document {self.id}: segments 1 and {number} disagree on whether there is a "
                    "source; give every segment one, or none"
                )

    def _check_names(self) -> None:
        check_surrogates(self.id, "the id of a document")
        for name in ("title", "date", "publisher", "domain"):
            check_surrogates(getattr(self, name) or "", f"the {name} of {self.id}")

    @classmethod
    def from_columns(
        cls,
        id: str,
        source: Iterable[str] | None,
        references: Iterable[Iterable[str]],
        kinds: Iterable[Kind] | None = None,
        *,
        title: str | None = None,
        date: str | None = None,
        publisher: str | None = None,
        origin: str | None = None,
        domain: str | None = None,
        summaries: Iterable[int] = (),
    ) -> Document:
        """Return a document of line-aligned columns of text.

        Raises:
            InputError: there is no column, or a line is empty.
            MismatchError: two columns differ in length.
        """
        columns = [list(column) for column in references]
        sources = None if source is None else list(source)
        all_columns = columns if sources is None else [sources, *columns]
        if not all_columns:
            raise InputError(f"document {id} has neither source nor reference; give one")
        n_segments = len(all_columns[0])
        line_kinds: list[Kind] = ["text"] * n_segments if kinds is None else list(kinds)
        lengths = [len(column) for column in all_columns] + [len(line_kinds)]
        for length in lengths:
            if length != n_segments:
                raise MismatchError(
                    f"document {id}: one column has {n_segments} lines, another {length}; "
                    "all must be aligned line by line"
                )
        segments = tuple(
            Segment(
                None if sources is None else sources[i],
                tuple(column[i] for column in columns),
                line_kinds[i],
            )
            for i in range(n_segments)
        )
        return cls(id, segments, title, date, publisher, origin, domain, tuple(summaries))


@dataclass(frozen=True)
class TestSet:
    """The documents that systems are scored against.

    ``unscored`` names documents that the test set knows of and cannot score: reference-only
    text, kept as evidence of how terms are rendered.

    Raises:
        InputError: there is no document.
        MismatchError: two documents share an id, or differ in their references or sources.
    """

    __test__: ClassVar[bool] = False  # not a pytest class, whatever its name looks like

    documents: tuple[Document, ...]
    unscored: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.documents:
            raise InputError("the test set has no documents to score; add at least one")
        for id in self.unscored:
            check_surrogates(id, "the id of a document that is not scored")
        first = self.documents[0]
        seen: set[str] = set()
        for document in self.documents:
            if document.id in seen:
                raise MismatchError(f"two documents have the id {document.id}; rename one")
            seen.add(document.id)
            ours, theirs = document.segments[0], first.segments[0]
            if len(ours.references) != len(theirs.references):
                raise MismatchError(
                    f"document {document.id} has {len(ours.references)} references where "
                    f"{first.id} has {len(theirs.references)}; give every document as many"
                )
            if (ours.source is None) != (theirs.source is None):
                raise MismatchError(
                    f"documents {first.id} and {document.id} disagree on whether there is a "
                    "source; give every document one, or none"
                )

    @property
    def n_references(self) -> int:
        """The number of references that each segment has."""
        return len(self.documents[0].segments[0].references)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The segments of all documents, in order."""
        return tuple(segment for document in self.documents for segment in document.segments)

    # Made once: whoever asks for them segment by segment must not pay for all of them each time.
    @cached_property
    def sources(self) -> list[str] | None:
        """The source of every segment, or None where the test set has no sources; not a copy."""
        if self.segments[0].source is None:
            return None
        return [segment.source or "" for segment in self.segments]

    @cached_property
    def references(self) -> list[list[str]]:
        """The references as ``n_references`` columns of ``n_segments`` texts; not a copy."""
        return [[s.references[i] for s in self.segments] for i in range(self.n_references)]

    def positions(self) -> list[tuple[str, int]]:
        """Return the document id and the segment number (from 1) of every segment."""
        return [
            (document.id, number)
            for document in self.documents
            for number in range(1, len(document.segments) + 1)
        ]


@dataclass(frozen=True)
class SystemOutput:
    """The hypotheses of one system by document, one a segment.

    An empty hypothesis is a legitimate, empty translation. ``files`` says in messages where a
    document's hypotheses come from.

    Raises:
        InputError: the name is empty, there is no document, or a hypothesis has half a surrogate
            pair.
    """

    name: str
    documents: Mapping[str, tuple[str, ...]]
    files: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_surrogates(self.name, "the name of a system")
        if not self.name.strip():
            raise InputError("a system has an empty name; name it")
        if not self.documents:
            raise InputError(f"system {self.name} has no documents; add its output or drop it")
        for id, lines in self.documents.items():
            check_listed(lines, f"what system {self.name} has of {id}")
        frozen = {id: tuple(lines) for id, lines in self.documents.items()}
        for id, lines in frozen.items():
            check_surrogates(id, f"the id of a document of system {self.name}")
            for number, line in enumerate(lines, 1):
                check_surrogates(line, f"the hypothesis of system {self.name} for {id}:{number}")
        object.__setattr__(self, "documents", MappingProxyType(frozen))
        object.__setattr__(self, "files", MappingProxyType(dict(self.files)))

    def hypotheses(self, test_set: TestSet, *, allow_missing: bool = False) -> list[str | None]:
        """Return the output paired with a test set, segment by segment.

        Args:
            test_set: what to pair with.
            allow_missing: accept documents that only one side has; those the system lacks
                come back as None, those the test set lacks are ignored.

        Returns:
            ``n_segments`` hypotheses in the order of the test set; None means not translated.

        Raises:
            MismatchError: a document is on one side only, or its line counts differ.
        """
        if not allow_missing:
            self._check_documents(test_set)
        elif not any(document.id in self.documents for document in test_set.documents):
            raise MismatchError(
                f"system {self.name} has none of the test set's documents; "
                f"name its files <document>.txt after {test_set.documents[0].id}.txt and the like"
            )
        paired: list[str | None] = []
        for document in test_set.documents:
            lines = self.documents.get(document.id)
            if lines is None:
                paired.extend([None] * len(document.segments))
                continue
            if len(lines) != len(document.segments):
                reference = [
                    s.references[0] if s.references else s.source or "" for s in document.segments
                ]
                raise count_mismatch(
                    self.files.get(document.id, f"system {self.name}, document {document.id}"),
                    lines,
                    document.origin or f"document {document.id}",
                    reference,
                )
            paired.extend(lines)
        return paired

    def missing_documents(self, test_set: TestSet) -> list[str]:
        """Return the ids of the documents that the test set has and this output lacks."""
        return [d.id for d in test_set.documents if d.id not in self.documents]

    def extra_documents(self, test_set: TestSet) -> list[str]:
        """Return the ids of the documents that the test set lacks."""
        known = {document.id for document in test_set.documents}
        return [id for id in self.documents if id not in known]

    def _check_documents(self, test_set: TestSet) -> None:
        ids = [document.id for document in test_set.documents]
        missing = self.missing_documents(test_set)
        if missing:
            raise MismatchError(
                f"system {self.name} lacks {listing(missing, _IDS_SHOWN)}, which the references "
                "have; add the output, or score what is there with --allow-missing"
            )
        extra = self.extra_documents(test_set)
        if extra:
            near = difflib.get_close_matches(extra[0], ids, n=1)
            meant = f" (did you mean {near[0]}?)" if near else ""
            where = self.files.get(extra[0], f"system {self.name}")
            raise MismatchError(
                f"{where}: the references have no scorable document "
                f"{listing(extra, _IDS_SHOWN)}{meant}; rename or remove it, "
                "or score what is there with --allow-missing"
            )


def check_names(systems: Iterable[SystemOutput]) -> None:
    """Check that systems have distinct names.

    Raises:
        MismatchError: two have one name; the message says where both come from.
    """
    seen: dict[str, str] = {}
    for system in systems:
        where = next(iter(system.files.values()), "given as an object")
        if system.name in seen:
            if seen[system.name] == where:
                raise MismatchError(f"system {system.name} is given twice ({where}); name it once")
            raise MismatchError(
                f"two systems have the name {system.name} ({seen[system.name]} and {where}); "
                "rename one"
            )
        seen[system.name] = where


def count_mismatch(
    left_name: str, left: tuple[str, ...] | list[str], right_name: str, right: list[str]
) -> MismatchError:
    """Return the error that line counts differ, with the line where they part if it is clear."""
    line = parting_line(left, right)
    if line is None:
        where = "where they part cannot be told"
    else:
        shorter = left_name if len(left) < len(right) else right_name
        where = f"they part at line {line} of {shorter}"
    return MismatchError(
        f"{left_name} has {len(left)} lines where {right_name} has {len(right)}: {where}; "
        "each line must be the translation of the same line of the other file"
    )
