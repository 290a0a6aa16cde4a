"""How verdicts on terms look in the report: colours repeat what signs say."""

from __future__ import annotations

from dataclasses import dataclass

from mteval.views.term_tables import VERDICT_SIGNS

__all__ = ["LOOKS", "Look", "look_index", "look_of"]


@dataclass(frozen=True, slots=True)
class Look:
    """How some verdicts look.

    Attributes:
        css: class of the stylesheet.
        glyph: sign before a rendering.
        meaning: which verdicts these are.
    """

    css: str
    glyph: str
    meaning: str


# By the sign of tables; those that are certainly wrong go before those that are only not known.
_LOOKS_BY_SIGN = {
    "+": Look("ok", "✓", "preferred or admitted"),
    "x": Look("bad", "✗", "deprecated, transliterated or left in Chinese"),
    "?": Look("other", "?", "other: not in the termbase"),
    "-": Look("gone", "–", "omitted or unclear"),
}
LOOKS = tuple(_LOOKS_BY_SIGN.values())


def look_of(verdict: str) -> Look:
    """Return how a verdict looks."""
    return _LOOKS_BY_SIGN[VERDICT_SIGNS[verdict]]


def look_index(verdict: str) -> int:
    """Return where a verdict stands among the looks: right ones first, unclear ones last."""
    return LOOKS.index(look_of(verdict))
