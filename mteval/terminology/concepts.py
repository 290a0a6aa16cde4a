"""What a termbase is made of: concepts, their renderings, and the lines that state them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from mteval.terminology.vocabulary import CasePolicy, Severity, Status

__all__ = ["Concept", "Rendering", "TermbaseRow"]


@dataclass(frozen=True, slots=True)
class Rendering:
    """A target term of a concept, with its status and when it holds.

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
        """Return whether this rendering holds on a day; without one (None) it always does."""
        return day is None or (
            (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept: its source terms and its renderings, both in the order of the file."""

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
    """A line of a termbase as text, unchecked: what every format reads and writes.

    An empty ``severity`` means major, an empty ``case`` auto; dates are ``YYYY-MM-DD`` or
    empty. ``where`` is the location of the line, ``file:line``.
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
