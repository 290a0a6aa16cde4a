"""XML of every format: one parser that fetches nothing, expands nothing and stops in time.

The one owner of lxml.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mteval.errors import InputError, MissingPackageError, location
from mteval.packages import install_command

__all__ = [
    "MAX_BYTES",
    "XML_LANG",
    "XML_SPACE",
    "add",
    "first_element",
    "load_lxml",
    "local_name",
    "not_xml",
    "parse_xml",
    "sourceline",
    "xml_text",
]

# No test set comes near these. A tree takes more memory than its file, most of it by the tag.
MAX_BYTES = 128 * 1024 * 1024
MAX_TAGS = 10_000_000

_XML = "{http://www.w3.org/XML/1998/namespace}"
XML_LANG = f"{_XML}lang"
XML_SPACE = f"{_XML}space"

# What XML 1.0 cannot hold, escaped or not (section 2.2, production Char).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# So many bytes at a time, of the first ones.
_STEP = 512
# From here on libxml2 knows the lines of text only, and gives this number for elements without.
_LAST_LINE = 65_535


def load_lxml(what: str) -> Any:
    """Return the module lxml.etree.

    Args:
        what: what needs it, as a message begins: "termbases in TBX".

    Raises:
        MissingPackageError: lxml is not installed.
    """
    try:
        from lxml import etree
    except ImportError:
        raise MissingPackageError(
            f"{what} need the package lxml, which is not installed; install it "
            f"with: {install_command('lxml')}"
        ) from None
    return etree


def parse_xml(path: Path, data: bytes, format: str, advice: str) -> Any:
    """Return the root element of a file of XML, without its comments.

    Args:
        path: where the content is from, for messages.
        data: the content.
        format: what the file is meant to be, as messages name it: "TBX".
        advice: what to do about a file that is no XML: "export the terms again".

    Raises:
        InputError: the content is not XML, is too large or too deep, or declares entities.
        MissingPackageError: lxml is not installed.
    """
    etree = load_lxml(f"files in {format}")
    if len(data) > MAX_BYTES:
        raise InputError(
            f"{location(path)}: the file has {len(data) / 2**20:,.0f} MiB, and of XML no more than "
            f"{MAX_BYTES // 2**20} MiB are read; split it into several files"
        )
    if data.count(b"<") > MAX_TAGS:
        raise InputError(
            f"{location(path)}: the file has more than {MAX_TAGS:,} tags, which would fill the "
            "memory; split it into several files"
        )
    # Looked for before parsing, as libxml2 puts them into attributes by itself; without NUL
    # characters, that is in UTF-16 too. Within text "<" cannot stand.
    declared = data.replace(b"\0", b"").partition(b"<!ENTITY")
    if declared[1]:
        raise _declares_entities(location(path, declared[0].count(10) + 1), format)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        where = location(path, error.lineno or 1)
        reason = " ".join((error.msg or "the file is empty").split())
        if any(words in reason for words in ("HUGE", "Excessive depth", "limit exceeded", "huge")):
            raise InputError(
                f"{where}: the file nests elements deeper, or has a longer text or attribute, than "
                f"{format} has need of ({reason}); {advice}"
            ) from None
        raise InputError(f"{where}: this is not valid XML ({reason}); {advice}") from None
    # Declared in an encoding in which the bytes above look otherwise.
    declarations = root.getroottree().docinfo.internalDTD
    if declarations is not None and next(declarations.iterentities(), None) is not None:
        raise _declares_entities(location(path), format)
    for entity in root.iter(etree.Entity):
        raise InputError(
            f"{location(path, entity.sourceline)}: the file uses {entity.text}, which it does not "
            "explain; write the character itself"
        )
    return root


def first_element(data: bytes) -> Any | None:
    """Return the root element, as far as it is there, of a file of XML that begins with ``data``.

    Returns:
        The element with its attributes, or None where the bytes end before it, are not XML, or
        declare entities.

    Raises:
        MissingPackageError: lxml is not installed.
    """
    etree = load_lxml("files in XML")
    if b"<!ENTITY" in data.replace(b"\0", b""):
        return None
    parser = etree.XMLPullParser(
        ("start",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    # Little by little, as what is wrong later is no matter here.
    for start in range(0, len(data), _STEP):
        try:
            parser.feed(data[start : start + _STEP])
            for _, element in parser.read_events():
                return element
        except etree.XMLSyntaxError:
            return None
    return None


def _declares_entities(where: str, format: str) -> InputError:
    return InputError(
        f"{where}: the file declares entities, which {format} has no need of and which can be "
        "made to fill the memory; remove <!ENTITY ...>"
    )


def local_name(element: Any) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def sourceline(element: Any) -> int | None:
    """Return the line that an element stands on, or None where libxml2 has lost count."""
    line: int | None = element.sourceline
    return None if line == _LAST_LINE else line


def not_xml(text: str) -> str | None:
    """Return the first character of a text that XML cannot hold, escaped or not, or None."""
    found = _NOT_XML.search(text)
    return None if found is None else found[0]


def add(parent: Any, name: str, text: str | None = None, /, **attributes: str | None) -> Any:
    """Add an element on a line of its own, without attributes that are None, and return it.

    Its text stays as it is: nothing is indented, so that no white space is added to it.
    """
    if parent.text is None:
        parent.text = "\n"
    element = parent.makeelement(name, {k: v for k, v in attributes.items() if v is not None})
    element.text = text
    element.tail = "\n"
    parent.append(element)
    return element


def xml_text(root: Any, doctype: str | None = None) -> str:
    """Return a tree as the text of a file in UTF-8."""
    etree = load_lxml("files in XML")
    xml: str = etree.tostring(root, encoding="unicode", doctype=doctype)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}\n'
