"""Checks that what was read is of the types that are declared, and rows made of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from mteval.runs.schema.columns import Names, Row, layout

__all__ = ["ShapeError", "checked", "row_of_json", "row_reader"]

RowType = TypeVar("RowType", bound=Row)


class ShapeError(ValueError):
    """A value is not of the type that mteval writes.

    Attributes:
        path: the keys that lead to it, joined by dots.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path


def checked(value: Any, hint: Any, path: str = "") -> Any:
    """Return a value as a type wants it: rows of mappings, all else as it is.

    Of a TypedDict that is not total, keys may lack or be null: parts that other versions of mteval
    do not write. Keys that it does not name are let pass.

    Raises:
        ShapeError: it is of another type.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is not None:
        return _checked_generic(value, origin, arguments, path)
    if is_typeddict(hint):
        return _checked_document(value, hint, path)
    if isinstance(hint, type) and issubclass(hint, Row):
        return row_of_json(hint, value, {}, path)
    if hint is not Any:
        # A whole number may be written without its point; true and false are no numbers.
        _check_type(value, (int, float) if hint is float else hint, path)
        _check_size(value, path)
    return value


def _checked_generic(value: Any, origin: Any, arguments: tuple[Any, ...], path: str) -> Any:
    if origin is Annotated:
        checked(value, arguments[0], path)
        if value not in arguments[1]:
            raise ShapeError(path, f"{value!r} is out of range")
        return value
    if origin in (Union, UnionType):
        if value is None and NoneType in arguments:
            return None
        [known] = [each for each in arguments if each is not NoneType]
        return checked(value, known, path)
    if origin is Literal:
        if not isinstance(value, str) or value not in arguments:
            raise ShapeError(path, f"{value!r} is none of {', '.join(arguments)}")
        return value
    if issubclass(origin, Mapping):
        _check_type(value, dict, path)
        return {key: checked(each, arguments[1], _below(path, key)) for key, each in value.items()}
    _check_type(value, list, path)
    if origin is not tuple:
        return [checked(each, arguments[0], path) for each in value]
    if len(value) != len(arguments):
        raise ShapeError(path, f"{len(value)} values where {len(arguments)} belong")
    return tuple(checked(each, of, path) for each, of in zip(value, arguments, strict=True))


def row_of_json(row_type: type[RowType], data: Any, names: Names, path: str = "") -> RowType:
    """Return the row that a mapping of JSON holds.

    Args:
        row_type: the row.
        data: what was read.
        names: what keys are named after; of these a key that is not there is no value.
        path: the keys that lead to it, for messages.

    Raises:
        ShapeError: it lacks a key, or a value is of another type.
    """
    _check_type(data, dict, path)
    found = layout(row_type)
    values: dict[str, Any] = {}
    for name, column in found.items():
        hint = found.hints[name]
        if column.key is not None and column.after is not None:
            of_each = get_args(hint)[1]
            keys = {each: column.key.format(each) for each in names.get(column.after, ())}
            values[name] = {
                each: checked(data.get(key), of_each, _below(path, key))
                for each, key in keys.items()
            }
        elif name in data:
            values[name] = checked(data[name], hint, _below(path, name))
    return _made(row_type, values, path)


def row_reader(
    row_type: type[RowType], headings: Sequence[str], names: Names
) -> Callable[[Sequence[str | None]], RowType]:
    """Return what makes a row of the cells of a table, which are texts or None.

    Args:
        row_type: the row.
        headings: of the cells.
        names: what columns are named after; of these a column that is not there is no value.

    Raises:
        ShapeError: a column is not there, now; a cell is empty or holds something else, later.
    """
    positions = {heading: n for n, heading in enumerate(headings)}
    found = layout(row_type)
    readers: dict[str, Callable[[Sequence[str | None]], Any]] = {}
    for name, column in found.items():
        hint = found.hints[name]
        if column.after is not None:
            of_each = get_args(hint)[1]
            headings_of = {each: column.headings(each) for each in names.get(column.after, ())}
            readers[name] = _spread_reader(headings_of, of_each, positions)
        elif name not in positions:
            raise ShapeError("", f"no column {name!r}")
        else:
            readers[name] = _cell_reader(positions[name], hint, column.value)

    def read(cells: Sequence[str | None]) -> RowType:
        return row_type(**{name: reader(cells) for name, reader in readers.items()})

    return read


def _cell_reader(
    position: int, hint: Any, value: Callable[[str], Any] | None
) -> Callable[[Sequence[str | None]], Any]:
    known, is_optional = _known(hint)

    def read(cells: Sequence[str | None]) -> Any:
        cell = cells[position]
        if value is not None:
            return value(cell or "")
        if cell is None:
            if is_optional:
                return None
            raise ShapeError("", "a cell is empty")
        return _parsed(cell, known)

    return read


def _spread_reader(
    headings: Mapping[str, Sequence[str]], hint: Any, positions: Mapping[str, int]
) -> Callable[[Sequence[str | None]], Any]:
    known, is_optional = _known(hint)
    kind = get_args(known)[0] if get_origin(known) is tuple else known
    found = {
        each: [positions[name] for name in of if name in positions] for each, of in headings.items()
    }

    def read(cells: Sequence[str | None]) -> Any:
        values: dict[str, Any] = {}
        for each, of in found.items():
            parts = [cells[position] for position in of]
            if not parts or None in parts:
                if not is_optional and parts:
                    raise ShapeError("", "a cell is empty")
                values[each] = None
            else:
                read = [_parsed(str(part), kind) for part in parts]
                values[each] = read[0] if kind is known else tuple(read)
        return values

    return read


def _parsed(cell: str, hint: Any) -> Any:
    if hint is int or hint is float:
        try:
            number = hint(cell)
        except ValueError:
            raise ShapeError("", f"{cell!r} is not a number") from None
        _check_size(number, "")
        return number
    return cell if hint is str else checked(cell, hint)


def _known(hint: Any) -> tuple[Any, bool]:
    """Return a type without None, and whether it had that."""
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    [known] = [each for each in get_args(hint) if each is not NoneType]
    return known, True


def _checked_document(value: Any, hint: Any, path: str) -> dict[str, Any]:
    _check_type(value, dict, path)
    hints = get_type_hints(hint, include_extras=True)
    for key in hint.__required_keys__:
        if key not in value:
            raise ShapeError(path, f"no {key}")
    for key, each in value.items():
        if key in hints and (each is not None or key in hint.__required_keys__):
            checked(each, hints[key], _below(path, key))
    return cast("dict[str, Any]", value)


def _made(row_type: type[RowType], values: Mapping[str, Any], path: str) -> RowType:
    for each in fields(row_type):  # type: ignore[arg-type]
        if each.name not in values and each.default is MISSING:
            raise ShapeError(path, f"no {each.name}")
    return row_type(**values)


def _check_type(value: Any, types: Any, path: str) -> None:
    # Of bool, which is an int to Python, too.
    wanted = types if isinstance(types, tuple) else (types,)
    if type(value) not in wanted:
        names = " or ".join(each.__name__ for each in wanted)
        raise ShapeError(path, f"{value!r} is no {names}")


def _check_size(value: Any, path: str) -> None:
    """Check that a number is finite, and a whole one of 64 bits, as tables hold them."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ShapeError(path, f"{value!r} is not a number")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ShapeError(path, "the number is too large")


def _below(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)
