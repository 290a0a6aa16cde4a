"""What callers from Python give, checked before it is used: one sentence for what is of no use."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral

from mteval.errors import UsageError
from mteval.wording import listing

__all__ = ["check_choice", "check_listed", "check_whole", "checked_names"]

_SHOWN = 60


def check_whole(value: object, what: str) -> None:
    """Check that a value is a whole number.

    Raises:
        UsageError: it is not; the message begins with ``what``.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise UsageError(f"{what} is {_shown(value)}; give a whole number")


def check_choice(value: object, what: str, choices: Iterable[str]) -> None:
    """Check that a value is one of some names.

    Raises:
        UsageError: it is not; the message begins with ``what``.
    """
    names = list(choices)
    if value not in names:
        raise UsageError(f"{what} is {_shown(value)}; take one of: {listing(names)}")


def check_listed(values: object, what: str) -> None:
    """Check that values are several, and not a single text, whose characters would be taken.

    Raises:
        UsageError: they are not; the message begins with ``what``.
    """
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise UsageError(f"{what} is {_shown(values)} where a list is wanted; put it into one")


def checked_names(values: Iterable[str], what: str) -> list[str]:
    """Return names as a list, after checking that they are several texts.

    Raises:
        UsageError: they are not; the message begins with ``what``.
    """
    check_listed(values, what)
    names = list(values)
    others = [name for name in names if not isinstance(name, str)]
    if others:
        raise UsageError(f"{what} has {_shown(others[0])} where a name is wanted; give texts")
    return names


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
