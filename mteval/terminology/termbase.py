"""Termbases: concepts, their source terms, and the renderings that are right or wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from mteval.errors import UsageError
from mteval.io.hashing import sha256
from mteval.io.surrogates import check_surrogates
from mteval.terminology.building import concepts_of
from mteval.terminology.concepts import Concept, TermbaseRow

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)

__all__ = ["Termbase"]


@dataclass(frozen=True)
class Termbase:
    """The concepts of a termbase; ``origin`` says in messages where it comes from.

    Two termbases are equal if their content is: origin and locations do not count.
    """

    concepts: tuple[Concept, ...]
    origin: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for concept in self.concepts:
            check_surrogates(concept.id, "the name of a concept")
            for source in concept.sources:
                check_surrogates(source, f"a source term of {concept.id}")
            for rendering in concept.renderings:
                check_surrogates(rendering.text, f"a rendering of {concept.id}")
                check_surrogates(rendering.note, f"the note on a rendering of {concept.id}")

    @classmethod
    def from_rows(cls, rows: Iterable[TermbaseRow], origin: str = "") -> Termbase:
        """Return the termbase that rows state, once they are checked.

        Cells are stripped at their ends and otherwise kept as they are. Rows of one concept need
        not be next to each other. Renderings belong to the concept: the same target with the same
        status and period beside another source term is one rendering, and a note given in only one
        of these rows is its note.

        Raises:
            InputError: a cell is empty or cannot be understood, two rows contradict each other or
                say the same, or there is no row.
        """
        return cls(concepts_of(rows, origin), origin)

    def rows(self) -> list[TermbaseRow]:
        """Return the termbase as rows: every source term of a concept with every rendering.

        All renderings come with the first source term, then with the next one. ``from_rows``
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
        """Whether a rendering holds for a time only."""
        return any(r.valid_from or r.valid_to for c in self.concepts for r in c.renderings)

    def in_force(self, day: date | None) -> tuple[Concept, ...]:
        """Return every concept with the renderings in force on a day; all of them without one."""
        if day is None or not self.is_dated:
            return self.concepts
        return tuple(
            replace(c, renderings=tuple(r for r in c.renderings if r.valid_on(day)))
            for c in self.concepts
        )

    def named(self, names: Iterable[str]) -> frozenset[str]:
        """Return the ids of concepts, given by their ids or source terms.

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
        """Return the SHA-256 of the content, wherever it was read from: 64 hexadecimal digits."""
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


def _date_text(day: date | None) -> str:
    return "" if day is None else day.isoformat()
