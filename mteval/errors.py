"""Every error that mteval raises on purpose.

MtevalError
├── InputError         a file, folder or page that cannot be used
│   ├── EncodingError  text that is not UTF-8
│   └── MismatchError  two sides that do not pair: line counts, documents, names
├── UsageError         a request that cannot be met: unknown metric, wrong combination
└── UnavailableError   something that a feature needs is not here: a model, a source, references
    └── MissingPackageError  an optional package is not installed

Each message is one sentence: what, where (file:line) and what to do about it.
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "EncodingError",
    "InputError",
    "MismatchError",
    "MissingPackageError",
    "MtevalError",
    "UnavailableError",
    "UsageError",
    "location",
    "place",
]


# Longest message, in characters: what it quotes of a file may be as long as the file (chosen).
_MAX_LENGTH = 1000


class MtevalError(Exception):
    """The root of the tree: catch this to catch whatever mteval raises on purpose."""

    def __init__(self, message: str) -> None:
        # One line, whatever it quotes of files and libraries.
        text = message if len(message.splitlines()) <= 1 else " ".join(message.split())
        if len(text) > _MAX_LENGTH:
            text = f"{text[: _MAX_LENGTH * 2 // 3]} [...] {text[-_MAX_LENGTH // 3 :]}"
        super().__init__(text)


class InputError(MtevalError):
    """A file, folder or page cannot be used as it is."""


class EncodingError(InputError):
    """A text is not UTF-8; the message has the byte offset where it stops being so."""


class MismatchError(InputError):
    """Two sides should pair segment by segment and do not."""


class UsageError(MtevalError):
    """A request cannot be met, such as one for a metric that is not known."""


class UnavailableError(MtevalError):
    """Something that a metric needs is not here; metrics that nobody named are skipped."""


class MissingPackageError(UnavailableError):
    """An optional package is not installed; the message has the command that installs it."""


def location(path: Path | str, line: int | None = None) -> str:
    """Return a location as users' editors understand it: ``file`` or ``file:line`` (from 1)."""
    shown = str(path)
    if not shown.isprintable():
        shown = ascii(shown)
    return shown if line is None else f"{shown}:{line}"


# The name of before, kept for code that imports it.
place = location
