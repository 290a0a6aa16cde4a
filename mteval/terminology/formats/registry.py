"""The formats of termbases, by suffix: a new one is a module and a line here."""

from __future__ import annotations

from pathlib import Path

from mteval.errors import InputError, UsageError, location
from mteval.io.files import kind_of
from mteval.io.writing import write_file
from mteval.terminology.formats.base import Style, TermFormat
from mteval.terminology.formats.csv import CSV
from mteval.terminology.formats.tbx import TBX
from mteval.terminology.formats.xlsx import XLSX
from mteval.terminology.termbase import Termbase

__all__ = ["FORMATS", "read_termbase", "write_termbase"]

FORMATS: tuple[TermFormat, ...] = (
    CSV,
    XLSX,
    TBX,
)


def read_termbase(path: Path) -> Termbase:
    """Return the termbase of a file, whose format the suffix of its name says.

    Raises:
        InputError: the file cannot be read or understood, or what it says is contradictory.
        UsageError: no format has this suffix.
        MissingPackageError: the package that reads this format is not installed.
    """
    if kind_of(path) == "folder":
        raise InputError(
            f"{location(path)}: this is a folder where a termbase is wanted; name a file"
        )
    return Termbase.from_rows(_format_of(path).read(path), location(path))


def write_termbase(
    path: Path, termbase: Termbase, *, style: Style = "dca", force: bool = False
) -> list[str]:
    """Write a termbase, in the format that the suffix of its name says.

    Args:
        path: the file; people work in termbases, so one that is there is replaced by force only.
        termbase: what to write.
        style: of TBX: data categories as attributes (dca) or as tags (dct).
        force: replace a file that is there.

    Returns:
        Notes on what other programs do not understand in the file; as a rule none.

    Raises:
        InputError: the file is there or cannot be written, the format cannot hold a character, or
            the termbase, made by hand, is not one that could be read again.
        UsageError: no format has this suffix.
        MissingPackageError: the package that writes this format is not installed.
    """
    chosen = _format_of(path)
    Termbase.from_rows(termbase.rows(), termbase.origin)
    content, notes = chosen.write(termbase, style)
    write_file(path, content, force=force)
    return notes


def _format_of(path: Path) -> TermFormat:
    by_suffix = {suffix: each for each in FORMATS for suffix in each.suffixes}
    suffix = path.suffix.lower()
    if suffix not in by_suffix:
        raise UsageError(
            f"{location(path)}: no format of termbases has the suffix {suffix!r}; "
            f"use one of {', '.join(by_suffix)}"
        )
    return by_suffix[suffix]
