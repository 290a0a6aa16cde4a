"""Concepts built of the lines of a termbase, checked on the way.

What two lines contradict is an error that names both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar, get_args

from mteval.errors import InputError
from mteval.terminology.concepts import Concept, Rendering, TermbaseRow
from mteval.terminology.vocabulary import SEVERITIES, STATUSES, CasePolicy, Severity, Status

__all__ = ["concepts_of", "read_day"]

_STATUS_WORDS: Mapping[str, Status] = {word: word for word in STATUSES}
_SEVERITY_WORDS: Mapping[str, Severity] = {word: word for word in SEVERITIES}
_CASE_WORDS: Mapping[str, CasePolicy] = {word: word for word in get_args(CasePolicy)}
# date.fromisoformat takes weeks and dates without dashes too, from Python 3.11 on.
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SURROGATE = re.compile("[\ud800-\udfff]")

_Word = TypeVar("_Word", bound=str)


def concepts_of(rows: Iterable[TermbaseRow], origin: str = "") -> tuple[Concept, ...]:
    """Return the concepts that rows state; ``origin`` says in messages where they come from.

    Raises:
        InputError: a cell is empty or cannot be understood, two rows contradict each other or
            say the same, or there is no row.
    """
    concepts: dict[str, _ConceptBuilder] = {}
    for number, row in enumerate(rows, 1):
        where = row.where or f"{origin}{origin and ', '}row {number}"
        # The source first, as it is the concept's name in a file without that column.
        source = _cell("source", row.source, where)
        concept = _cell("concept", row.concept, where)
        rendering = _rendering(row, where)
        concepts.setdefault(concept, _ConceptBuilder(concept, where)).add(source, rendering)
    if not concepts:
        raise InputError(
            f"{origin or 'termbase'}: there is no term here; add a line with a source term "
            "and its rendering"
        )
    return tuple(builder.finished() for builder in concepts.values())


@dataclass
class _Stated:
    """A rendering under construction, and where each source term has stated it."""

    rendering: Rendering
    locations: dict[str, str]


class _ConceptBuilder:
    """A concept under construction, of rows that do not contradict each other."""

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
                # dictionaries that were collected; which of them is deprecated must be clear.
                distinct = new.case == other.rendering.case == "exact"
                deprecated = "deprecated" in (new.status, other.rendering.status)
                if new.text == other.rendering.text or (deprecated and not distinct):
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
        if source in same.locations:
            raise InputError(
                f"{new.where}: duplicate: {source!r} -> {new.text!r} ({new.status}) is in "
                f"concept {self._id!r} already, at {same.locations[source]}; remove one of the two"
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
        same.locations[source] = new.where
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
            f"{where}: valid_from ({valid_from}) is after valid_to ({valid_to}); swap or "
            "correct them"
        )
    return Rendering(
        text=_cell("target", row.target, where),
        status=_word("status", _cell("status", row.status, where), _STATUS_WORDS, where),
        severity=_word("severity", row.severity.strip() or "major", _SEVERITY_WORDS, where),
        note=_clean("note", row.note, where),
        case=_word("case", row.case.strip() or "auto", _CASE_WORDS, where),
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
            f"{where}: {column} is {text!r}, which is not a date; write YYYY-MM-DD, or leave it "
            "empty"
        )
    return day


def read_day(text: str | None) -> date | None:
    """Return the day written as YYYY-MM-DD; None for anything else."""
    if text is None or not _ISO_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


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
