"""TOML files, read and written."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mteval.errors import InputError, location
from mteval.io.files import read_text

__all__ = ["read_toml", "toml_text"]


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises:
        InputError: the file cannot be read or is not TOML; the message has the line.
        EncodingError: it is not UTF-8.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        data: dict[str, Any] = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{location(path)}: this is not valid TOML: {error}; fix the file"
        ) from None
    return data


def toml_text(data: Mapping[str, Any]) -> str:
    """Return a mapping as TOML text."""
    import tomli_w

    return tomli_w.dumps(data)
