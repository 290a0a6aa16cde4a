"""What a file format of termbases is, and what the formats share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mteval.errors import InputError, MissingPackageError
from mteval.io.xml import not_xml
from mteval.packages import install_command
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.termbase import Termbase

__all__ = [
    "COLUMNS",
    "Style",
    "TermFormat",
    "cells_of",
    "check_characters",
    "location_of",
    "missing_package",
    "with_statuses",
]

Style = Literal["dca", "dct"]

COLUMNS = (
    "concept",
    "source",
    "target",
    "status",
    "severity",
    "note",
    "case",
    "valid_from",
    "valid_to",
)


@dataclass(frozen=True, slots=True)
class TermFormat:
    """A file format of termbases; whatever it writes, it reads back as an equal termbase.

    Attributes:
        name: of the format, as messages have it.
        suffixes: of the names of its files, in lower case.
        read: returns the rows of a file, unchecked. Raises InputError where the file is not of
            this format, MissingPackageError where a package is not installed.
        write: returns the content of a file for a checked termbase in a style (of TBX; the others
            have one only), and notes on what other programs do not understand in it. Raises
            InputError where the format cannot hold something, MissingPackageError.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], list[TermbaseRow]]
    write: Callable[[Termbase, Style], tuple[str | bytes, list[str]]]


def cells_of(row: TermbaseRow) -> list[str]:
    """Return the text of a row in each of COLUMNS."""
    return [getattr(row, column) for column in COLUMNS]


def location_of(row: TermbaseRow) -> str:
    """Return where a row comes from, for messages; its concept where that is not known."""
    return row.where or repr(row.concept)


def with_statuses(rows: Iterable[TermbaseRow]) -> list[TermbaseRow]:
    """Return rows that had no status with one: the first rendering of a concept is preferred."""
    first: dict[str, str] = {}
    return [
        # The same words in other letter case are no other rendering, and cannot have its opposite.
        replace(
            row,
            status="preferred"
            if first.setdefault(row.concept, row.target.casefold()) == row.target.casefold()
            else "admitted",
        )
        for row in rows
    ]


def check_characters(rows: Iterable[TermbaseRow], format: str) -> None:
    """Check that XML can hold the characters of rows.

    Raises:
        InputError: it cannot.
    """
    for row in rows:
        for column, text in zip(COLUMNS, cells_of(row), strict=True):
            found = not_xml(text)
            if found is not None:
                raise InputError(
                    f"{location_of(row)}: the {column} contains the character "
                    f"U+{ord(found):04X}, which {format} cannot hold; remove it, or write .csv"
                )


def missing_package(format: str, package: str) -> MissingPackageError:
    """Return the error for a format whose package is not installed."""
    return MissingPackageError(
        f"termbases in {format} need the package {package}, which is not installed; install it "
        f"with: {install_command(package)}"
    )
