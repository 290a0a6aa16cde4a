"""Which format a file or folder is in: detected from its content, then from its suffix."""

from __future__ import annotations

from pathlib import Path

from mteval.corpus.formats.base import Format, Head
from mteval.corpus.formats.registry import FORMATS
from mteval.corpus.formats.xml_files import find_root, has_declaration, parse_file, wrong_root
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE, TEXT_SUFFIXES
from mteval.errors import InputError, UnavailableError, location
from mteval.io.files import kind_of, list_folder, unreadable

__all__ = ["detect", "is_xml", "known_suffixes"]

# What begins files that are packed, with what such a file is called.
_PACKED = {
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "packed with gzip",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ\x00": "packed with xz",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
}
# Enough for a root element after its DOCTYPE and a licence in a comment.
_FIRST_BYTES = 65_536


def detect(path: Path) -> str:
    """Return the name of the format of a file or folder.

    Raises:
        InputError: there is nothing, or nothing that is known.
        MissingPackageError: the file is XML, and lxml is not installed.
    """
    found = kind_of(path)
    if found is None:
        raise InputError(
            f"{location(path)}: there is no such file or folder; check the path and its spelling"
        )
    formats, problems = FORMATS.usable()
    if found == "folder":
        head = Head(path, names=frozenset(each.name for each in list_folder(path)))
    else:
        head = _head_of_file(path, formats)
    for format in formats:
        try:
            if format.recognises(head):
                return format.name
        except UnavailableError as error:
            problems.append(str(error))
    unusable = "".join(f" ({problem})" for problem in problems)
    if found == "folder":
        raise InputError(
            f"{location(path)}: this folder has neither references (<document>."
            f"{SOURCE_LANGUAGE}.txt with <document>.{TARGET_LANGUAGE}.txt), nor a system's "
            "<document>.txt, nor mt-metrics-eval's sources and references; name one that has"
            + unusable
        )
    return _format_of_suffix(path, head, formats, unusable)


def _format_of_suffix(path: Path, head: Head, formats: list[Format], unusable: str) -> str:
    """Return the format of a file whose content no format has recognised."""
    if head.root is not None:
        # What is no XML at all is said first.
        parse_file(path, "XML")
        known = {format.root: format.label for format in formats if format.root is not None}
        raise wrong_root(path, head.root, known)
    suffix = path.suffix.lower()
    for format in formats:
        if suffix in format.suffixes:
            return format.name
    if suffix in TEXT_SUFFIXES:
        return "lines"
    raise InputError(
        f"{location(path)}: no format of test sets is known by this content and suffix; known are "
        f"{known_suffixes(formats)}, and folders: name the format with --from{unusable}"
    )


def is_xml(path: Path) -> bool:
    """Return whether a file is meant to be XML: so its first bytes say, or its suffix.

    Raises:
        InputError: it cannot be read.
    """
    return _is_xml(path, _beginning(path), FORMATS.usable()[0])


def known_suffixes(formats: list[Format]) -> str:
    """Return the suffixes of formats, as messages list them."""
    return ", ".join(suffix for format in formats for suffix in format.suffixes)


def _is_xml(path: Path, begin: bytes, formats: list[Format]) -> bool:
    suffix = path.suffix.lower()
    first = next((format for format in formats if suffix in format.suffixes), None)
    return has_declaration(begin) or (first is not None and first.root is not None)


def _head_of_file(path: Path, formats: list[Format]) -> Head:
    begin = _beginning(path)
    for magic, what in _PACKED.items():
        if begin.startswith(magic):
            raise InputError(f"{location(path)}: this is {what}; unpack it and name what was in it")
    if begin[257:262] == b"ustar":
        raise InputError(
            f"{location(path)}: this is a tar archive; unpack it and name what was in it"
        )
    root = find_root(path, begin) if _is_xml(path, begin, formats) else None
    return Head(path, begin, root=root)


def _beginning(path: Path) -> bytes:
    """Return how a file begins, which must be a regular one."""
    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(_FIRST_BYTES)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    raise InputError(
        f"{location(path)}: this is a pipe or a device, whose format cannot be detected; save the "
        "text to a file first"
    )
