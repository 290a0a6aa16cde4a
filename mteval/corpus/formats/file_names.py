"""Names of files for what documents, systems and references are called, whatever that is.

No file is written outside the folder: what a file name cannot hold becomes %XX, as in addresses on
the web, and a note says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mteval.corpus.document_files import check_document_id
from mteval.corpus.formats.corpus import listed
from mteval.corpus.layout import SOURCE_LANGUAGE
from mteval.errors import InputError

__all__ = ["Names", "file_of_lines", "is_document_name", "is_file_name"]

# Of one name in bytes, with room for what is put after it; Linux allows 255.
_MAX_NAME = 200
_WINDOWS = frozenset({"con", "prn", "aux", "nul"})


class Names:
    """File names for what things are called, each another, and notes of which had to change.

    Args:
        what: the kind of thing, as messages name it.
        usable: returns whether a text can name a file as it is.
    """

    def __init__(self, what: str, usable: Callable[[str], bool]) -> None:
        self._what = what
        self._usable = usable
        self._changed: list[str] = []
        self._owners: dict[str, str] = {}

    def name(self, text: str) -> str:
        """Return the file name for a text.

        Raises:
            InputError: it is too long, or that of another text.
        """
        name = text
        if not self._usable(text):
            name = self._escape(text)
            self._changed.append(f"{text} ({name})")
        if len(name.encode("utf-8")) > _MAX_NAME:
            raise InputError(
                f"the {self._what} {text[:40]!a}... is too long to name a file; shorten it, or "
                "write .jsonl"
            )
        # Some file systems do not tell letter case apart.
        owner = self._owners.setdefault(name.casefold(), text)
        if owner != text:
            raise InputError(
                f"the {self._what}s {owner!a} and {text!a} would have one file name; rename one, "
                "or write .jsonl"
            )
        return name

    def _escape(self, text: str) -> str:
        parts = [c if c.isalnum() or c in "-_ ." else _escaped(c) for c in text]
        if text[0] == "." or not self._usable("".join(parts)):
            parts = [
                _escaped(c) if c in ". " else part for c, part in zip(text, parts, strict=True)
            ]
        name = "".join(parts)
        if not self._usable(name):
            # It means something else, or ends in what does.
            name = "".join(
                _escaped(text[0]) if i == 0 else part.replace(".", "%2E")
                for i, part in enumerate(parts)
            )
        return name

    def notes(self) -> list[str]:
        """Return a sentence on the names that had to change, where there are any."""
        if not self._changed:
            return []
        return [f"a file name cannot hold every {self._what}; changed were {listed(self._changed)}"]


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8"))


def is_file_name(text: str) -> bool:
    """Return whether a text can name a file on every system."""
    return (
        bool(text.strip())
        and not text.startswith(".")
        and text.isprintable()
        and not any(c in '/\\:*?"<>|' for c in text)
        and not text.endswith((" ", "."))
        and text.lower() not in _WINDOWS
    )


def is_document_name(text: str) -> bool:
    """Return whether a text can name the files of a document in a folder of references."""
    try:
        check_document_id(text, "document")
    except InputError:
        return False
    return is_file_name(text) and not text.endswith(f".{SOURCE_LANGUAGE}")


def file_of_lines(lines: Iterable[str]) -> str:
    """Return the content of a file of lines."""
    text = "".join(f"{line}\n" for line in lines)
    # A first one is taken for a byte-order mark.
    return f"\ufeff{text}" if text.startswith("\ufeff") else text
