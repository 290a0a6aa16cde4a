"""Halves of surrogate pairs, which a text of Python may have and UTF-8 cannot hold."""

from __future__ import annotations

from collections.abc import Sequence

from mteval.errors import InputError

__all__ = ["check_surrogates", "check_texts", "utf8"]

# Characters of a text that a message shows on each side of what is wrong.
_SHOWN = 10


def check_surrogates(text: str, what: str = "the text") -> None:
    """Check that a text is one, and has no half of a surrogate pair.

    Args:
        text: any text; a number or None, as tables have where nothing was written, is none.
        what: whose text it is, as a message begins.

    Raises:
        InputError: there is one, or it is no text.
    """
    if not isinstance(text, str):
        raise InputError(f"{what} is not text but {text!a:.60}; give a text, which may be empty")
    if not text.isascii():
        utf8(text, what)


def utf8(text: str, what: str = "the text") -> bytes:
    """Return a text as UTF-8.

    Raises:
        InputError: it has half a surrogate pair; the message begins with ``what``.
    """
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        start = error.start
        around = text[max(0, start - _SHOWN) : start + _SHOWN]
        shown = around.encode("utf-8", "backslashreplace").decode("utf-8")
        half = f"half a surrogate pair (U+{ord(text[start]):04X})"
        raise InputError(
            f"{what} has {half}, which UTF-8 cannot hold, in '{shown}'; remove it"
        ) from None


def check_texts(
    sources: Sequence[str] | None,
    references: Sequence[Sequence[str]] = (),
    systems: Sequence[Sequence[str | None]] = (),
) -> None:
    """Check that lists of texts have no half of a surrogate pair.

    Args:
        sources: texts, or None.
        references: columns of texts.
        systems: lists of hypotheses; None is no text.

    Raises:
        InputError: there is one; the message says of which kind the text is, and counts from 1.
    """
    columns: tuple[tuple[str, Sequence[Sequence[str | None]]], ...] = (
        ("source", [sources or ()]),
        ("reference", references),
        ("hypothesis", systems),
    )
    for kind, lists in columns:
        for texts in lists:
            for number, text in enumerate(texts, 1):
                # Most are quick to tell from those that have to be looked through.
                if text is not None and not text.isascii():
                    utf8(text, f"{kind} {number}")
