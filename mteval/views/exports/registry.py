"""The formats of exports: a new one is a module of its name and a line here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Literal, cast, get_args

from mteval.errors import UsageError

if TYPE_CHECKING:
    # On use, as the command asks for the names before it needs numpy.
    from mteval.views.exports.base import ExportFormat

__all__ = ["Format", "export_format", "format_names"]

# The command offers these; their modules, each with an EXPORT, are loaded on use.
Format = Literal[
    "csv",
    "json",
    "markdown",
    "latex",
    "xlsx",
    "parquet",
]


def format_names() -> tuple[Format, ...]:
    """Return the names of all formats."""
    return get_args(Format)


def export_format(name: str) -> ExportFormat:
    """Return the format of a name.

    Raises:
        UsageError: there is no such format.
    """
    if name not in format_names():
        raise UsageError(f"there is no format {name!r}; choose one of {', '.join(format_names())}")
    module = importlib.import_module(f"mteval.views.exports.{name}")
    return cast("ExportFormat", module.EXPORT)
