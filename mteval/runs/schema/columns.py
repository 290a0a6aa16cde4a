"""How the fields of a row become keys of JSON and columns of tables: declared at the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

__all__ = [
    "LATER",
    "Column",
    "ColumnKind",
    "Layout",
    "Names",
    "Row",
    "columns",
    "core_columns",
    "joined",
    "layout",
    "names_in",
    "spread",
]

ColumnKind = Literal["text", "integer", "number", "boolean"]
# What columns may be named after.
NamedAfter = Literal["metrics", "flags", "verdicts", "references", "span_metrics"]
# By what columns are named after, the names that a run has.
Names = Mapping[NamedAfter, Sequence[str]]

_KINDS: Mapping[type, ColumnKind] = {str: "text", int: "integer", float: "number", bool: "boolean"}
_REFERENCE = re.compile(r"reference(_\d+)?")


@dataclass(frozen=True, slots=True)
class Column:
    """How a field of a row becomes one column or several.

    Attributes:
        after: what its columns are named after; the field is a mapping by these names. None for a
            field that is one column of its own name.
        patterns: names of the columns, {} for the name; several for a value of several parts.
        key: pattern of the keys of JSON; None where the field is one key of its own name.
        text: what makes one text of a value that a table cannot hold.
        value: what makes the value of that text again, where that can be.
        is_core: whether the database has the column for runs of every version; it has others
            where files do.
        core: those of its columns of which that is so, where they are several.
    """

    after: NamedAfter | None = None
    patterns: tuple[str, ...] = ()
    key: str | None = None
    text: Callable[[Any], str] | None = None
    value: Callable[[str], Any] | None = None
    is_core: bool = True
    core: tuple[str, ...] = ()

    def headings(self, each: str) -> list[str]:
        """Return the names of its columns for one of what they are named after."""
        return [pattern.format(each) for pattern in self.patterns]


# On a field whose column the database has only where files have it.
LATER = Column(is_core=False)


def joined(
    text: Callable[[Any], str], value: Callable[[str], Any] | None = None, *, is_core: bool = False
) -> Column:
    """Return the column of a field that tables hold as one text; ``value`` reads it again."""
    return Column(text=text, value=value, is_core=is_core)


def spread(
    after: NamedAfter, *patterns: str, key: str | None = None, core: tuple[str, ...] = ()
) -> Column:
    """Return the columns of a field that tables hold as columns named after metrics, flags, ...

    Args:
        after: what they are named after.
        patterns: of their names.
        key: of the names of keys, where JSON holds the field so too.
        core: columns that the database has for every run.
    """
    return Column(after, patterns, key, is_core=False, core=core)


class Row:
    """A row of a run: a frozen dataclass, whose fields say what tables and JSON have."""

    __slots__ = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the row as JSON holds it."""
        found: dict[str, Any] = {}
        for after, group in layout(type(self)).by_key:
            if after is None:
                found |= {name: _plain(getattr(self, name)) for name, _ in group}
                continue
            values = [(str(column.key), getattr(self, name)) for name, column in group]
            for each in values[0][1]:
                found |= {key.format(each): _plain(of[each]) for key, of in values}
        return found

    def cells(self) -> dict[str, Any]:
        """Return the row as tables hold it: every value a text, a number or None."""
        found: dict[str, Any] = {}
        for after, group in layout(type(self)).by_column:
            values = [(name, column, getattr(self, name)) for name, column in group]
            if after is None:
                for name, column, value in values:
                    found[name] = value if column.text is None else column.text(value)
                continue
            for each in values[0][2]:
                for _, column, of in values:
                    headings = column.headings(each)
                    parts = of[each] if len(headings) > 1 else (of[each],)
                    found |= zip(headings, parts or [None] * len(headings), strict=True)
        return found


# Fields with their columns; those that are named after the same stand together.
Groups = tuple[tuple[NamedAfter | None, tuple[tuple[str, Column], ...]], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of a row type.

    Attributes:
        by_key: in groups of what JSON holds alike.
        by_column: in groups of what tables hold alike.
        hints: by field, its type.
        kinds: by field, the kind of its columns.
    """

    by_key: Groups
    by_column: Groups
    hints: Mapping[str, Any]
    kinds: Mapping[str, ColumnKind]

    def items(self) -> Iterator[tuple[str, Column]]:
        """Yield each field with its column."""
        for _, group in self.by_column:
            yield from group


_LAYOUTS: dict[type, Layout] = {}


def layout(row_type: type[Row]) -> Layout:
    """Return the fields of a row type, as they are declared."""
    if row_type not in _LAYOUTS:
        _LAYOUTS[row_type] = _layout(row_type)
    return _LAYOUTS[row_type]


def _layout(row_type: Any) -> Layout:
    declared = get_type_hints(row_type, include_extras=True)
    listed = [(f.name, _column(declared[f.name])) for f in fields(row_type)]
    hints = {name: _bare(declared[name]) for name, _ in listed}

    def grouped(after: Callable[[Column], NamedAfter | None]) -> Groups:
        return tuple(
            (key, tuple(group)) for key, group in groupby(listed, key=lambda item: after(item[1]))
        )

    return Layout(
        grouped(lambda column: None if column.key is None else column.after),
        grouped(lambda column: column.after),
        hints,
        {
            name: "text" if column.text is not None else _kind(hints[name])
            for name, column in listed
        },
    )


def columns(row_type: type[Row], names: Names) -> dict[str, ColumnKind]:
    """Return the columns of a table of rows in their order, each with its kind."""
    found: dict[str, ColumnKind] = {}
    kinds = layout(row_type).kinds
    for after, group in layout(row_type).by_column:
        if after is None:
            found |= {name: kinds[name] for name, _ in group}
            continue
        for each in names.get(after, ()):
            for name, column in group:
                found |= dict.fromkeys(column.headings(each), kinds[name])
    return found


def core_columns(row_type: type[Row]) -> dict[str, ColumnKind]:
    """Return the columns that the database has for runs of every version, each with its kind."""
    found: dict[str, ColumnKind] = {}
    kinds = layout(row_type).kinds
    for name, column in layout(row_type).items():
        found |= dict.fromkeys((name,) if column.is_core else column.core, kinds[name])
    return found


def names_in(headings: Sequence[str]) -> Names:
    """Return what the columns of a file are named after, as far as the headings alone say it."""
    return {
        "flags": [h.removeprefix("flag_") for h in headings if h.startswith("flag_")],
        "references": [h for h in headings if _REFERENCE.fullmatch(h)],
        "span_metrics": [
            h.removesuffix("_error_spans") for h in headings if h.endswith("_error_spans")
        ],
    }


def _column(hint: Any) -> Column:
    if get_origin(hint) is Annotated:
        for each in get_args(hint)[1:]:
            if isinstance(each, Column):
                return each
    return Column()


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _kind(hint: Any) -> ColumnKind:
    """Return what kind of column holds values of a type, or the values of a mapping of them."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        [known] = [each for each in arguments if each is not NoneType]
        return _kind(known)
    if origin is Literal:
        return "text"
    if arguments:
        # Of a mapping its values, of a pair its parts.
        return _kind(arguments[1] if origin is Mapping else arguments[0])
    return _KINDS[hint]


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, Row):
        return value.as_dict()
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value
