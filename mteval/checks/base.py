"""What an output check is, and what it is given."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from mteval.languages.base import Language

__all__ = ["MAX_SHOWN", "Check", "Rule", "Segment", "fold_letters"]

# Of several things that are wrong with a segment, a flag names so many.
MAX_SHOWN = 3

# Returns what is wrong with a hypothesis, in words; None for nothing.
Rule = Callable[[str], "str | None"]


@dataclass(frozen=True, slots=True)
class Segment:
    """What a segment is translated from and what it may be compared with.

    Attributes:
        source: None where there is none.
        references: those that are not empty.
        source_language: of the source.
        target_language: of references and hypotheses.
    """

    source: str | None
    references: tuple[str, ...]
    source_language: Language
    target_language: Language


@dataclass(frozen=True, slots=True)
class Check:
    """An output check.

    Checks prefer silence where there is doubt, because a translator has to look at every flag. What
    a reference shares with a hypothesis is no fault of the system.

    Attributes:
        name: of its flag.
        meaning: of its flag, to follow "N segments".
        prepare: returns the rule for the hypotheses of a segment, which are not empty, after
            working out once whatever does not depend on them; None where nothing can be wrong or
            nothing can be told.
        needs_source: whether nothing can be told without a source.
        settles: whether nothing else is said of a segment that it flags.
    """

    name: str
    meaning: str
    prepare: Callable[[Segment], Rule | None]
    needs_source: bool = False
    settles: bool = False


@functools.lru_cache(maxsize=4096)
def fold_letters(text: str) -> str:
    """Return the letters and digits of a text, without case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
