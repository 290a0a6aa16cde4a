"""Reading formats that are XML: one root element each, parsed with limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mteval.corpus.formats.base import Root
from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.formats.wanted import Wanted
from mteval.errors import InputError, location
from mteval.io.files import read_bytes
from mteval.io.xml import MAX_BYTES, first_element, local_name, parse_xml, sourceline

__all__ = ["find_root", "has_declaration", "parse_file", "tree_reader", "wrong_root"]

_DECLARATIONS = (b"<?xml", b"<\0?\0x\0", b"\0<\0?\0x")
# Root elements of what is often taken for a test set, with what to do about it.
_OTHER_ROOTS = {
    **dict.fromkeys(("tbx", "martif"), "this is a termbase and no test set; give it with --terms"),
    **dict.fromkeys(
        ("srcset", "refset", "tstset", "mteval"),
        "this is the format that WMT had before 2021; take the plain lines that sacrebleu --echo "
        "writes",
    ),
}
# Byte-order marks of UTF-16, and white space.
_MARKS = b"\xff\xfe\r\n\t "


def has_declaration(begin: bytes) -> bool:
    """Return whether a file begins with an XML declaration, in UTF-8 or UTF-16."""
    return begin.removeprefix(b"\xef\xbb\xbf").lstrip(_MARKS).startswith(_DECLARATIONS)


def find_root(path: Path, begin: bytes) -> Root:
    """Return the root element of a file of XML, parsing no more of it than that takes.

    Args:
        path: the file.
        begin: its first bytes.

    Raises:
        InputError: the file is not XML, or cannot be read.
        MissingPackageError: lxml is not installed.
    """
    element = first_element(begin)
    if element is None:
        # Something is wrong, or long, before it: parsing says what.
        element = parse_file(path, "XML")
    return Root(local_name(element), dict(element.attrib), sourceline(element))


def parse_file(path: Path, label: str) -> Any:
    """Return the root element of a file of XML, with all that is in it.

    Raises:
        InputError: the file is not XML, or cannot be read.
        MissingPackageError: lxml is not installed.
    """
    return parse_xml(path, read_bytes(path, MAX_BYTES), label, "export the file again")


def wrong_root(path: Path, root: Root, known: Mapping[str, str]) -> InputError:
    """Return the error that says that a file of XML is in none of the formats wanted.

    Args:
        path: the file.
        root: its root element.
        known: the root elements wanted, with the labels of their formats.
    """
    where = location(path, root.line)
    if root.name in _OTHER_ROOTS:
        return InputError(f"{where}: {_OTHER_ROOTS[root.name]}")
    return InputError(
        f"{where}: the root element is <{root.name}>, and this is known of XML: "
        f"{', '.join(known)}; export the file as {' or '.join(known.values())}"
    )


def tree_reader(
    root: str, label: str, read: Callable[[Path, Any, Wanted], Corpus]
) -> Callable[[Path, Wanted], Corpus]:
    """Return the ``read`` of a format that is XML, from one that reads its tree.

    Args:
        root: the name of the root element.
        label: the format, as messages name it.
        read: returns the corpus of a tree; it is given the path, the root element and what is
            wanted.
    """

    def read_file(path: Path, wanted: Wanted) -> Corpus:
        element = parse_file(path, label)
        name, line = local_name(element), sourceline(element)
        if name != root:
            raise wrong_root(path, Root(name, {}, line), {root: label})
        return read(path, element, wanted)

    return read_file
