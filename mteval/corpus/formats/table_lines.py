"""What the columns of a table mean, and what a line says in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mteval.corpus.formats.corpus import METADATA, default_names
from mteval.corpus.formats.draft import name_of
from mteval.errors import InputError

__all__ = ["ALIASES", "TableLine"]

# What people call the columns -> what they are called here.
ALIASES = {
    "doc": "document",
    "docid": "document",
    "doc_id": "document",
    "document_id": "document",
    "seg": "segment",
    "segid": "segment",
    "seg_id": "segment",
    "segment_id": "segment",
    "src": "source",
    "ref": "reference",
    "refs": "reference",
    "references": "reference",
    "target": "reference",
    "tgt": "reference",
    "mt": "hypothesis",
    "hyp": "hypothesis",
    "output": "hypothesis",
    "translation": "hypothesis",
}
_PLAIN = ("document", "segment", "source", "kind", *METADATA)
# Which JSON can escape, and no text has.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class TableLine:
    """What a line of a table says, by column.

    Attributes:
        path: the file, after which a system without a name is called.
        location: the line, as messages name it.
    """

    def __init__(self, path: Path, location: str) -> None:
        self.path = path
        self.location = location
        self.plain: dict[str, str] = {}
        self.references: dict[str, str] = {}
        self.hypotheses: dict[str, str] = {}

    def add(self, column: str, value: Any) -> bool:
        """Add what a cell says; return whether the column is recognised."""
        name, colon, label = column.partition(":")
        name = name.strip().lower()
        name = ALIASES.get(name, name)
        if name in _PLAIN and not colon:
            number = isinstance(value, int) and not isinstance(value, bool)
            if name in ("document", "segment") and number:
                value = str(value)
            self._put(self.plain, name, value, column)
        elif name == "hypotheses" and isinstance(value, dict):
            for system, text in value.items():
                self._put(self.hypotheses, system, text, column)
        elif name == "reference" and isinstance(value, list):
            for reference, text in zip(default_names(len(value)), value, strict=True):
                self._put(self.references, reference, text, column)
        elif name == "hypothesis":
            self._put(self.hypotheses, label if colon else name_of(self.path), value, column)
        else:
            owner = _reference_name(name, label if colon else None)
            if owner is None:
                return False
            self._put(self.references, owner, value, column)
        return True

    def _put(self, texts: dict[str, str], name: str, value: Any, column: str) -> None:
        if value is None:
            return
        if not isinstance(value, str):
            raise InputError(
                f"{self.location}: {column!r} is not text; write it in quotation marks"
            )
        for text in (name, value):
            if _NO_TEXT.search(text):
                raise InputError(
                    f"{self.location}: {column!r} has a NUL character or half a surrogate pair, "
                    "which no text has; remove it"
                )
        if name in texts:
            raise InputError(
                f"{self.location}: {column!r} says again what another column says; remove one"
            )
        if not name.strip():
            raise InputError(
                f"{self.location}: the column {column!r} does not say whose text it has; name it"
            )
        texts[name] = value


def _reference_name(name: str, label: str | None) -> str | None:
    """Return the name of the reference that a column has, or None where it has none.

    Args:
        name: what the column is called, without a label: reference, reference_2, ref2 and so on.
        label: its label, of reference:NAME.
    """
    if name == "reference":
        return "A" if label is None else label
    position = name.removeprefix("reference").removeprefix("ref").removeprefix("_")
    if (
        name.startswith("ref")
        and position.isdecimal()
        and position.isascii()
        and len(position) <= 3
        and int(position) > 0
    ):
        return default_names(int(position))[-1]
    return None
