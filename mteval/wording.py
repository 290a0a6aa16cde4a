"""How messages list and count things: one way for all of them."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["counted", "joined", "listing"]

# Enough to find the kind of thing by; files and JSON have them all.
MAX_LISTED = 5


def listing(items: Sequence[object], shown: int = MAX_LISTED) -> str:
    """Return the first few items, separated by commas, and how many more there are."""
    text = ", ".join(str(item) for item in items[:shown])
    more = len(items) - shown
    return f"{text} and {more:,} more" if more > 0 else text


def joined(names: Sequence[str], shown: int = MAX_LISTED) -> str:
    """Return names as a sentence has them: ``a``, ``a and b``, ``a, b and c``, ``a and 9 more``."""
    listed = list(names[:shown])
    more = len(names) - shown
    if more > 0:
        listed.append(f"{more:,} more")
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return a number with its noun: ``1 segment``, ``2,000 segments``."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
