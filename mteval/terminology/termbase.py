"""Termbases: concepts, their source terms, and the renderings that are right or wrong.

Statuses are those of ISO 30042:2019 (TBX). A termbase is built from rows, one a line of a file,
and checked on the way: what two lines contradict is an error that names both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from mteval.errors import InputError, UsageError
from mteval.io.hashing import sha256

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)

__all__ = [
    "CasePolicy",
    "Concept",
    "Rendering",
    "Severity",
    "Status",
    "Termbase",
    "TermbaseRow",
    "read_day",
]

Status = Literal["preferred", "admitted", "deprecated"]
Severity = Literal["critical", "major", "minor"]
CasePolicy = Literal["auto", "exact", "ignore"]

_STATUSES: Mapping[str, Status] = {word: word for word in get_args(Status)}
_SEVERITIES: Mapping[str, Severity] = {word: word for word in get_args(Severity)}
_CASES: Mapping[str, CasePolicy] = {word: word for word in get_args(CasePolicy)}
# date.fromisoformat takes weeks and dates without dashes too, from Python 3.11 on.
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SURROGATE = re.compile("[\ud800-\udfff]")

_Word = TypeVar("_Word", bound=str)


@dataclass(frozen=True, slots=True)
class Rendering:
    """Hold one target term of a concept and what is to be thought of it.

    ``valid_to`` is the last day of validity; a date of None leaves that side open. ``where`` says
    in messages where the rendering comes from, and is no part of its identity.
    """

    text: str
    status: Status
    severity: Severity = "major"
    note: str = ""
    case: CasePolicy = "auto"
    valid_from: date | None = None
    valid_to: date | None = None
    where: str = field(default="", compare=False)

    def valid_on(self, day: date | None) -> bool:
        """Tell whether this rendering holds on a day; without one (None) it always does."""
        return day is None or (
            (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class Concept:
    """Hold one concept: its source terms and its renderings, both in the order of the file."""

    id: str
    sources: tuple[str, ...]
    renderings: tuple[Rendering, ...]
    where: str = field(default="", compare=False)

    @property
    def preferred(self) -> Rendering | None:
        """The canonical rendering, which is the first preferred one; None where there is none."""
        return next((each for each in self.renderings if each.status == "preferred"), None)


@dataclass(frozen=True, slots=True)
class TermbaseRow:
    """Hold one line of a termbase as text, unchecked: what every format reads and writes.

    An empty ``severity`` stands for major, an empty ``case`` for auto; dates are ``YYYY-MM-DD`` or
    empty. ``where`` is the place of the line, ``file:line``.
    """

    concept: str
    source: str
    target: str
    status: str
    severity: str = "major"
    note: str = ""
    case: str = ""
    valid_from: str = ""
    valid_to: str = ""
    where: str = field(default="", compare=False)


@dataclass(frozen=True)
class Termbase:
    """Hold the concepts of a termbase; ``origin`` says in messages where it comes from.

    Two termbases are equal if their content is: origin and places do not count.
    """

    concepts: tuple[Concept, ...]
    origin: str = field(default="", compare=False)

    @classmethod
    def from_rows(cls, rows: Iterable[TermbaseRow], origin: str = "") -> Termbase:
        """Check rows and build the termbase they state.

        Cells are stripped at their ends and otherwise kept as they are. Rows of one concept need
        not stand together. Renderings belong to the concept: the same target with the same status
        and period beside another source term is one rendering, and a note given in only one of
        these rows is its note.

        Raises:
            InputError: a cell is empty or cannot be understood, two rows contradict each other or
                say the same, or there is no row.
        """
        concepts: dict[str, _Building] = {}
        for number, row in enumerate(rows, 1):
            where = row.where or f"{origin}{origin and ', '}row {number}"
            # The source first, as it stands for the concept in a file without that column.
            source = _cell("source", row.source, where)
            concept = _cell("concept", row.concept, where)
            rendering = _rendering(row, where)
            concepts.setdefault(concept, _Building(concept, where)).add(source, rendering)
        if not concepts:
            raise InputError(
                f"{origin or 'termbase'}: there is no term here; add a line with a source term "
                "and its rendering"
            )
        return cls(tuple(building.finished() for building in concepts.values()), origin)

    def rows(self) -> list[TermbaseRow]:
        """Lay the termbase out as rows: every source term of a concept with every rendering.

        All renderings stand with the first source term, then with the next one. ``from_rows``
        makes an equal termbase of them.
        """
        return [
            TermbaseRow(
                concept=concept.id,
                source=source,
                target=rendering.text,
                status=rendering.status,
                severity=rendering.severity,
                note=rendering.note,
                case="" if rendering.case == "auto" else rendering.case,
                valid_from=_date_text(rendering.valid_from),
                valid_to=_date_text(rendering.valid_to),
                where=rendering.where,
            )
            for concept in self.concepts
            for source in concept.sources
            for rendering in concept.renderings
        ]

    @property
    def is_dated(self) -> bool:
        """Tell whether a rendering holds for a time only."""
        return any(r.valid_from or r.valid_to for c in self.concepts for r in c.renderings)

    def in_force(self, day: date | None) -> tuple[Concept, ...]:
        """Give every concept with the renderings in force on a day; all of them without one."""
        if day is None or not self.is_dated:
            return self.concepts
        return tuple(
            replace(c, renderings=tuple(r for r in c.renderings if r.valid_on(day)))
            for c in self.concepts
        )

    def named(self, names: Iterable[str]) -> frozenset[str]:
        """Find concepts by their ids or source terms, and give their ids.

        Raises:
            UsageError: there is no such concept.
        """
        found = set()
        for name in names:
            ids = {c.id for c in self.concepts if name == c.id or name in c.sources}
            if not ids:
                raise UsageError(
                    f"{self.origin or 'the termbase'} has no concept {name!r}, by its id or a "
                    "source term; check its spelling"
                )
            found |= ids
        return frozenset(found)

    def fingerprint(self) -> str:
        """Hash the content (SHA-256, 64 hexadecimal digits), wherever it was read from."""
        content = [
            [
                concept.id,
                concept.sources,
                [
                    [
                        rendering.text,
                        rendering.status,
                        rendering.severity,
                        rendering.note,
                        rendering.case,
                        _date_text(rendering.valid_from),
                        _date_text(rendering.valid_to),
                    ]
                    for rendering in concept.renderings
                ],
            ]
            for concept in self.concepts
        ]
        return sha256(json.dumps(content, separators=(",", ":")))


@dataclass
class _Stated:
    """Hold a rendering under construction and where each source term has stated it."""

    rendering: Rendering
    places: dict[str, str]


class _Building:
    """Collect the rows of one concept, refusing what clashes."""

    def __init__(self, id: str, where: str) -> None:
        self._id = id
        self._where = where
        self._sources: dict[str, None] = {}
        self._stated: list[_Stated] = []
        self._by_text: dict[str, list[_Stated]] = {}

    def add(self, source: str, new: Rendering) -> None:
        self._sources[source] = None
        alike = self._by_text.setdefault(new.text.casefold(), [])
        same = None
        for other in alike:
            if not _overlap(new, other.rendering):
                continue
            if new.status != other.rendering.status:
                # Spellings that case alone tells apart may be preferred and admitted, as in
                # dictionaries that were collected; which of them is deprecated must be told.
                told_apart = new.case == other.rendering.case == "exact"
                deprecated = "deprecated" in (new.status, other.rendering.status)
                if new.text == other.rendering.text or (deprecated and not told_apart):
                    raise self._contradiction(new, other.rendering)
            elif new.text == other.rendering.text:
                if not _same_period(new, other.rendering):
                    raise self._overlapping(new, other.rendering)
                same = other
        if same is None:
            stated = _Stated(new, {source: new.where})
            self._stated.append(stated)
            alike.append(stated)
        else:
            self._merge(source, new, same)

    def _contradiction(self, new: Rendering, other: Rendering) -> InputError:
        # The text of the other line may differ in letter case.
        called = f"{other.text!r} " if other.text != new.text else ""
        hint = "" if other.text == new.text else ", or case 'exact' in both"
        return InputError(
            f"{new.where}: concept {self._id!r} has the contradictory status {new.status} for "
            f"{new.text!r}, which {other.where} has {called}as {other.status}; keep one status, "
            f"or give them periods that do not overlap{hint}"
        )

    def _overlapping(self, new: Rendering, other: Rendering) -> InputError:
        return InputError(
            f"{new.where}: overlapping validity of {new.text!r} ({new.status}) in concept "
            f"{self._id!r}: {_period(new)} here and {_period(other)} at {other.where}; make one "
            "period of them, or keep them apart"
        )

    def _merge(self, source: str, new: Rendering, same: _Stated) -> None:
        old = same.rendering
        if source in same.places:
            raise InputError(
                f"{new.where}: duplicate: {source!r} -> {new.text!r} ({new.status}) stands in "
                f"concept {self._id!r} already, at {same.places[source]}; remove one of the two"
            )
        for name, ours, theirs in (
            ("severity", new.severity, old.severity),
            ("case", new.case, old.case),
            ("note", new.note or old.note, old.note or new.note),
        ):
            if ours != theirs:
                raise InputError(
                    f"{new.where}: the {name} {ours!r} of {new.text!r} in concept {self._id!r} is "
                    f"{theirs!r} at {old.where}; a rendering holds for all source terms of its "
                    f"concept, so give both the same {name}"
                )
        same.places[source] = new.where
        if new.note and not old.note:
            same.rendering = replace(old, note=new.note)

    def finished(self) -> Concept:
        return Concept(
            self._id,
            tuple(self._sources),
            tuple(stated.rendering for stated in self._stated),
            self._where,
        )


def _rendering(row: TermbaseRow, where: str) -> Rendering:
    valid_from = _date("valid_from", row.valid_from, where)
    valid_to = _date("valid_to", row.valid_to, where)
    if valid_from is not None and valid_to is not None and valid_from > valid_to:
        raise InputError(
            f"{where}: valid_from ({valid_from}) is after valid_to ({valid_to}); swap or mend them"
        )
    return Rendering(
        text=_cell("target", row.target, where),
        status=_word("status", _cell("status", row.status, where), _STATUSES, where),
        severity=_word("severity", row.severity.strip() or "major", _SEVERITIES, where),
        note=_clean("note", row.note, where),
        case=_word("case", row.case.strip() or "auto", _CASES, where),
        valid_from=valid_from,
        valid_to=valid_to,
        where=where,
    )


def _clean(column: str, text: str, where: str) -> str:
    text = text.strip()
    if "\0" in text:
        problem = "a NUL character"
    elif "\n" in text or "\r" in text:
        problem = "a line break"
    elif _SURROGATE.search(text):
        problem = "half a surrogate pair"
    else:
        return text
    raise InputError(f"{where}: the {column} contains {problem}; remove or replace it")


def _cell(column: str, text: str, where: str) -> str:
    text = _clean(column, text, where)
    if not text:
        raise InputError(f"{where}: the {column} is empty; fill it in, or remove the line")
    return text


def _word(column: str, word: str, allowed: Mapping[str, _Word], where: str) -> _Word:
    if word not in allowed:
        raise InputError(f"{where}: {column} is {word!r}; use one of {', '.join(allowed)}")
    return allowed[word]


def _date(column: str, text: str, where: str) -> date | None:
    text = text.strip()
    if not text:
        return None
    day = read_day(text)
    if day is None:
        raise InputError(
            f"{where}: {column} is {text!r}, which is no date; write YYYY-MM-DD, or leave it empty"
        )
    return day


def read_day(text: str | None) -> date | None:
    """Read a day written as YYYY-MM-DD; None for anything else."""
    if text is None or not _ISO_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _date_text(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _overlap(a: Rendering, b: Rendering) -> bool:
    begin = max(a.valid_from or date.min, b.valid_from or date.min)
    return begin <= min(a.valid_to or date.max, b.valid_to or date.max)


def _same_period(a: Rendering, b: Rendering) -> bool:
    return (a.valid_from, a.valid_to) == (b.valid_from, b.valid_to)


def _period(rendering: Rendering) -> str:
    if rendering.valid_from is None and rendering.valid_to is None:
        return "always"
    parts = [
        f"{word} {day}"
        for word, day in (("from", rendering.valid_from), ("to", rendering.valid_to))
        if day is not None
    ]
    return " ".join(parts)
