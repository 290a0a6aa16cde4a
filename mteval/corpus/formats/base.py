"""What a format is: how it is recognised, read and written, and what it cannot hold.

A format is one ``Format`` in a module of its own and one line of the registry, or an entry point of
the group ``mteval.formats``; detection, ``--from`` and ``--to``, and messages follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.formats.losses import EVERYTHING
from mteval.corpus.formats.wanted import Wanted
from mteval.errors import UsageError

__all__ = ["Files", "Format", "Head", "Root"]

# Path within the folder -> content.
Files = dict[str, str]


@dataclass(frozen=True)
class Root:
    """The root element of a file of XML.

    Attributes:
        name: its name, without a namespace.
        attributes: its attributes by name; of those in a namespace as ``{namespace}name``.
        line: the line that it is on, from 1, or None where that is not known.
    """

    name: str
    attributes: Mapping[str, str]
    line: int | None


@dataclass(frozen=True)
class Head:
    """What a format is recognised by, before anything is read.

    Attributes:
        path: the file or folder.
        begin: the first bytes of a file, 64 KiB at most; none for a folder.
        names: the names of what lies in a folder; none for a file.
        root: the root element, where the file is XML.
    """

    path: Path
    begin: bytes = b""
    names: frozenset[str] = frozenset()
    root: Root | None = None


@dataclass(frozen=True)
class Format:
    """A format of test sets and translations.

    Attributes:
        name: what ``--from`` and ``--to`` call it.
        label: what messages call it.
        read: returns what a file or folder holds; raises InputError, with file and line, for what
            it cannot read, and notes what it skips.
        write: returns the text of a file, or the files of a folder, and a sentence for each text
            or name that it had to change; None for a format that is only read.
        holds: which of ``losses.FEATURES`` a file in it can hold; ``write_corpus`` says the rest.
        suffixes: of its files, in lower case with the dot. A file of another content is of the
            first format that has its suffix.
        root: the name of the root element of those that are XML.
        sniff: returns whether a file or folder is surely of this format, whatever it is called; by
            default whether it has the root.

    Raises:
        UsageError: the format holds what no corpus has.
    """

    name: str
    label: str
    read: Callable[[Path, Wanted], Corpus]
    write: Callable[[Corpus], tuple[str | Files, list[str]]] | None = None
    holds: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    root: str | None = None
    sniff: Callable[[Head], bool] | None = None

    def __post_init__(self) -> None:
        unknown = sorted(self.holds - EVERYTHING)
        if unknown:
            raise UsageError(
                f"the format {self.name!a} holds {', '.join(unknown)}, which no corpus has; "
                f"choose among {', '.join(sorted(EVERYTHING))}"
            )

    def recognises(self, head: Head) -> bool:
        """Return whether the content, and not the suffix alone, shows that this is the format."""
        if self.sniff is not None:
            return self.sniff(head)
        return self.root is not None and head.root is not None and head.root.name == self.root
