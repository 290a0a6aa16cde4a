"""Termbases in TBX (TermBase eXchange, ISO 30042).

TBX comes in the two styles of version 3 (2019), categories as attributes (DCA) or as tags (DCT),
and is read in the older version 2 (martif) as well, which many programs still export. Of a foreign
file only terms, statuses and the notes of terms are read; mteval has no place for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from mteval.errors import InputError, location
from mteval.io.files import read_bytes
from mteval.io.xml import XML_LANG, load_lxml, local_name, parse_xml, sourceline
from mteval.languages.registry import SOURCE, TARGET, language
from mteval.terminology.concepts import Concept, TermbaseRow
from mteval.terminology.formats.base import Style, TermFormat, check_characters, with_statuses
from mteval.terminology.termbase import Termbase
from mteval.wording import counted

__all__ = ["TBX"]

# Names of elements and categories are those of TBX-Basic:
# https://github.com/LTAC-Global/TBX-Basic_dialect

_CORE = "urn:iso:std:iso:30042:ed-2"
_MIN = "http://www.tbxinfo.net/ns/min"
# What TBX has no category for. Private, so other programs ignore it.
_PRIVATE = "urn:mteval:tbx:1"
_PRIVATE_NAMES = {
    "severity": "severity",
    "case": "case",
    "valid_from": "validFrom",
    "valid_to": "validTo",
}
_DEFAULTS = {"severity": "major", "case": "", "valid_from": "", "valid_to": ""}
# An ASCII subset of the names that an attribute of type ID may have.
_XML_ID = re.compile("[A-Za-z_][A-Za-z0-9._-]*")
# Without "-admn-sts" and "Term" at their ends, which not every program writes. The last two words
# are those of TBX-Min; standards and laws prefer the terms that they fix.
_TBX_STATUSES = {
    "preferred": "preferred",
    "standardized": "preferred",
    "legal": "preferred",
    "regulated": "preferred",
    "admitted": "admitted",
    "deprecated": "deprecated",
    "superseded": "deprecated",
    "notrecommended": "deprecated",
    "obsolete": "deprecated",
}


def _read(path: Path) -> list[TermbaseRow]:
    root = _parse(path)
    if local_name(root) not in ("tbx", "martif"):
        raise InputError(
            f"{location(path, root.sourceline)}: this is not TBX, as its root element is "
            f"<{local_name(root)}> and not <tbx> or <martif>; export the terms as TBX"
        )
    rows: list[TermbaseRow] = []
    locations: dict[str, str] = {}
    entries = [each for each in root.iter() if local_name(each) in ("conceptEntry", "termEntry")]
    for number, entry in enumerate(entries, 1):
        where = _location(path, entry, number)
        id = _private_id(entry) or entry.get("id", "").strip() or f"entry {number}"
        if id in locations:
            raise InputError(
                f"{where}: the entry has the id {id!r} of the entry at {locations[id]}; "
                "give it one of its own"
            )
        locations[id] = where
        rows.extend(_entry_rows(path, entry, number, id))
    return rows


def _parse(path: Path) -> Any:
    load_lxml("termbases in TBX")
    return parse_xml(path, read_bytes(path), "TBX", "export the terms again")


def _location(path: Path, element: Any, number: int) -> str:
    line = sourceline(element)
    return f"{location(path)}, entry {number}" if line is None else location(path, line)


def _private_id(entry: Any) -> str:
    for child in entry:
        if child.tag == f"{{{_PRIVATE}}}concept" or child.get("type") == "x-mteval-concept":
            return _xml_text(child)
    return ""


def _xml_text(element: Any) -> str:
    """Return the text of an element, in which line breaks are a matter of layout."""
    parts = re.split("[\r\n]+", "".join(element.itertext()).strip())
    return parts[0] if len(parts) == 1 else " ".join(filter(None, map(str.strip, parts)))


def _entry_rows(path: Path, entry: Any, number: int, id: str) -> list[TermbaseRow]:
    sources: dict[str, None] = {}
    # With the element of the language that they are in.
    targets: dict[TermbaseRow, Any] = {}
    rows: list[TermbaseRow] = []
    for code, element, section in _term_sections(entry):
        if code == SOURCE:
            sources[_term(path, section, number)[0]] = None
        elif code == TARGET:
            row = _target_row(path, section, number, id)
            # A term that is the same in British and American English is one; what is there
            # twice in one language is left to be refused.
            if targets.setdefault(row, element) is element:
                rows.append(row)
    for wanted, found in (("Chinese (zh)", sources), ("English (en)", rows)):
        if not found:
            raise InputError(
                f"{_location(path, entry, number)}: entry {id!r} has no {wanted} term; "
                "add one, or remove the entry"
            )
    if any(row.status for row in rows):
        rows = [row if row.status else replace(row, status="admitted") for row in rows]
    else:
        rows = with_statuses(rows)
    return [replace(row, source=source) for source in sources for row in rows]


def _term_sections(entry: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the terms of an entry: code and element of their language, element of the term."""
    for element in entry:
        if local_name(element) in ("langSec", "langSet"):
            code = language(element.get(XML_LANG, element.get("lang", ""))).code
            for section in element.iter():
                if local_name(section) in ("termSec", "tig", "ntig"):
                    yield code, element, section


def _term(path: Path, section: Any, number: int) -> tuple[str, str]:
    """Return the term of a section and its location."""
    term = next((each for each in section.iter() if local_name(each) == "term"), section)
    where = _location(path, term, number)
    text = "" if term is section else _xml_text(term)
    if not text:
        raise InputError(f"{where}: the term is empty; fill it in, or remove it")
    return text, where


def _target_row(path: Path, section: Any, number: int, id: str) -> TermbaseRow:
    text, where = _term(path, section, number)
    found: dict[str, str] = {}
    notes = []
    for element in section.iter():
        name = local_name(element)
        if name == "note" and local_name(element.getparent()) in (
            "termSec",
            "tig",
            "ntig",
            "termGrp",
        ):
            notes.append(_xml_text(element))
        elif element.tag.startswith(f"{{{_PRIVATE}}}"):
            found[f"x-mteval-{name}"] = _xml_text(element)
        elif name in ("termNote", "admin", "descrip"):
            found.setdefault(element.get("type", ""), _xml_text(element))
        elif name == "administrativeStatus":
            found[name] = _xml_text(element)
    status = found.get("administrativeStatus", found.get("normativeAuthorization", ""))
    word = status.lower().removesuffix("-admn-sts").removesuffix("term")
    if status and word not in _TBX_STATUSES:
        raise InputError(
            f"{where}: the administrative status {status!r} of {text!r} is unknown; use one of "
            "preferredTerm-admn-sts, admittedTerm-admn-sts, deprecatedTerm-admn-sts, "
            "supersededTerm-admn-sts"
        )
    private = {
        column: found.get(f"x-mteval-{name}", _DEFAULTS[column])
        for column, name in _PRIVATE_NAMES.items()
    }
    return TermbaseRow(
        concept=id,
        source="",
        target=text,
        status=_TBX_STATUSES.get(word, ""),
        note="; ".join(filter(None, notes)),
        where=where,
        **private,
    )


def _write(termbase: Termbase, style: Style) -> tuple[str, list[str]]:
    etree = load_lxml("termbases in TBX")
    rows = termbase.rows()
    check_characters(rows, "TBX")
    rows_of: dict[str, dict[TermbaseRow, None]] = {}
    for row in rows:
        # The same row for every source term.
        rows_of.setdefault(row.concept, {})[replace(row, source="")] = None
    has_private = any(
        getattr(row, column) != default for row in rows for column, default in _DEFAULTS.items()
    )
    ids = _xml_ids([concept.id for concept in termbase.concepts])
    renamed = sum(id != concept.id for id, concept in zip(ids, termbase.concepts, strict=True))
    writer = _Writer(etree, style, with_private=has_private or renamed > 0)
    for id, concept in zip(ids, termbase.concepts, strict=True):
        writer.add_entry(id, concept, rows_of[concept.id])
    notes = []
    if has_private:
        notes.append(
            "TBX has no category for severity, case and validity; they are in private ones, which "
            "other programs ignore"
        )
    if renamed:
        notes.append(
            f"{counted(renamed, 'concept')} with a name that cannot be an id in XML; other "
            "programs see a made-up one"
        )
    return writer.text(), notes


class _Writer:
    """A TBX document in one of the styles, to which entries are added."""

    def __init__(self, etree: Any, style: Style, *, with_private: bool) -> None:
        self._etree = etree
        self._style = style
        namespaces: dict[str | None, str] = {None: _CORE}
        if style == "dct":
            namespaces["min"] = _MIN
            if with_private:
                namespaces["mteval"] = _PRIVATE
        self._root = etree.Element(
            f"{{{_CORE}}}tbx", {"style": style, "type": "TBX-Basic", XML_LANG: "en"}, namespaces
        )
        description = self._add(self._add(self._root, "tbxHeader"), "fileDesc")
        self._add(self._add(description, "sourceDesc"), "p", "Written by mteval.")
        self._body = self._add(self._add(self._root, "text"), "body")

    def add_entry(self, id: str, concept: Concept, rows: Iterable[TermbaseRow]) -> None:
        """Add an entry for a concept; ``rows`` are its renderings."""
        entry = self._add(self._body, "conceptEntry", id=id)
        if id != concept.id:
            self._categorise(entry, "concept", concept.id, "admin", _PRIVATE)
        chinese = self._add(entry, "langSec", **{XML_LANG: "zh"})
        for source in concept.sources:
            self._add(self._add(chinese, "termSec"), "term", source)
        english = self._add(entry, "langSec", **{XML_LANG: "en"})
        for row in rows:
            section = self._add(english, "termSec")
            self._add(section, "term", row.target)
            status = f"{row.status}Term-admn-sts"
            self._categorise(section, "administrativeStatus", status, "termNote", _MIN)
            for column, name in _PRIVATE_NAMES.items():
                if getattr(row, column) != _DEFAULTS[column]:
                    self._categorise(section, name, getattr(row, column), "termNote", _PRIVATE)
            if row.note:
                self._add(section, "note", row.note)

    def text(self) -> str:
        """Return the document."""
        xml = self._etree.tostring(self._root, encoding="unicode", pretty_print=True)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}'

    def _add(self, parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        element = self._etree.SubElement(parent, f"{{{_CORE}}}{name}", attributes)
        element.text = text
        return element

    def _categorise(self, parent: Any, name: str, text: str, element: str, namespace: str) -> None:
        """Add a data category: a tag in the style DCT, an element with a type in DCA."""
        if self._style == "dct":
            self._etree.SubElement(parent, f"{{{namespace}}}{name}").text = text
        else:
            type = f"x-mteval-{name}" if namespace == _PRIVATE else name
            self._add(parent, element, text, type=type)


def _xml_ids(names: list[str]) -> list[str]:
    """Return an id that XML allows for each concept, its name wherever possible."""
    taken = set(names)
    ids = []
    for number, name in enumerate(names, 1):
        id = name
        if not _XML_ID.fullmatch(name):
            id = f"c{number}"
            while id in taken:
                id += "_"
            taken.add(id)
        ids.append(id)
    return ids


TBX = TermFormat("TBX", (".tbx", ".xml"), _read, _write)
