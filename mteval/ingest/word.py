"""The text blocks of a word processor's file (.docx, .odt), in order.

Read from the XML itself, as libraries for such files leave out what tracked changes, content
controls and text boxes hold. Nothing is unpacked to disk, and nothing outside the file is read.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mteval.errors import InputError, location
from mteval.ingest.lines import Block, join_pieces
from mteval.io.xml import load_lxml, local_name, parse_xml

__all__ = ["read_word"]

# Far more than people write; a part of an archive may be packed a thousandfold.
MAX_XML = 16 << 20
MAX_PARTS = 10_000
MAX_DEPTH = 500
MAX_ELEMENTS = 1_000_000

_PARAGRAPHS = ("p", "h")
_BREAKS = ("br", "cr", "line-break")
# Alternatives of what is there already, numbers of pages and fields, readings of characters.
_SKIPPED = frozenset(("Fallback", "instrText", "delInstrText", "rt", "ruby-text", "sequence-decls"))
_DELETED = frozenset(("del", "moveFrom", "tracked-changes"))
_NOTES = ("footnotes", "endnotes")
# What is beside the text.
_BESIDE = re.compile(r"word/(header|footer|comments)\d*\.xml")


def read_word(data: bytes, path: Path) -> tuple[list[Block], list[str], str]:
    """Return the paragraphs, items and cells of a .docx or .odt file.

    Args:
        data: the content of the file.
        path: the file, for messages.

    Returns:
        The blocks: the body, then footnotes, then headers, footers and comments, which are no
        part of the text; notes on the file; the kind of file.

    Raises:
        InputError: the file is neither, is damaged or encrypted, or unpacks to too much.
    """
    origin = location(path)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _damaged(origin, error) from None
    if len(names) > MAX_PARTS:
        raise InputError(f"{origin}: the file has more than {MAX_PARTS:,} parts; save it again")
    blocks: list[Block] = []
    notes: list[str] = []
    if "word/document.xml" in names:
        blocks += _blocks(_part(archive, "word/document.xml", path), origin, None)
        for name in (f"word/{part}.xml" for part in _NOTES):
            if name in names:
                blocks += _blocks(_part(archive, name, path), origin, None)
        for name in sorted(names):
            match = _BESIDE.fullmatch(name)
            if match:
                reason = {"comments": "comment"}.get(match[1], f"page {match[1]}")
                blocks += _blocks(_part(archive, name, path), origin, reason)
        return blocks, notes, "DOCX"
    if "content.xml" in names:
        blocks += _blocks(_part(archive, "content.xml", path), origin, None)
        if "styles.xml" in names:
            blocks += _blocks(_part(archive, "styles.xml", path), origin, "page header or footer")
        return blocks, notes, "ODT"
    raise InputError(
        f"{origin}: this archive is not a .docx or .odt file; unpack it and give the pages in it"
    )


def _part(archive: zipfile.ZipFile, name: str, path: Path) -> Any:
    origin = location(path)
    try:
        with archive.open(name) as file:
            data = file.read(MAX_XML + 1)
    except (
        *(zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError),
        *(ValueError, KeyError, MemoryError),
    ) as error:
        raise _damaged(origin, error) from None
    if len(data) > MAX_XML:
        raise InputError(
            f"{origin}: the text of the file unpacks to more than {MAX_XML:,} bytes; split it"
        )
    return parse_xml(path, data, "DOCX or ODT", "save it again in a word processor")


def _damaged(origin: str, error: Exception) -> InputError:
    reason = " ".join(str(error).split())[:80] or type(error).__name__
    return InputError(
        f"{origin}: the file is damaged or encrypted ({reason}); open it in a word processor and "
        "save it again"
    )


def _blocks(root: Any, origin: str, reason: str | None) -> Iterator[Block]:
    """Go through a part without recursion; paragraphs within paragraphs come before these."""
    etree = load_lxml("word processors' files")
    reader = _PartReader(origin)
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = local_name(element)
        if event == "start":
            reader.start(element, tag)
            if tag in _SKIPPED:
                walker.skip_subtree()
        else:
            for block in reader.end(element, tag):
                yield block if block.reason else Block(block.text, reason)


@dataclass(slots=True)
class _PartReader:
    """What is known of a part half way through it.

    Attributes:
        origin: the file, for messages.
        opened: the paragraphs that are open, each as pieces between line breaks, and its hidden
            text.
        deleted: how many elements are open that hold what was deleted.
        hidden: whether the run at hand is hidden.
        depth: how many elements are open.
        elements: how many were opened.
    """

    origin: str
    opened: list[tuple[list[list[str]], list[str]]] = field(default_factory=list)
    deleted: int = 0
    hidden: bool = False
    depth: int = 0
    elements: int = 0

    def start(self, element: Any, tag: str) -> None:
        self.depth += 1
        self.elements += 1
        self._check_limits()
        if tag in _SKIPPED:
            return
        self.deleted += tag in _DELETED
        if tag in _PARAGRAPHS and _is_text(element):
            self.opened.append(([[]], []))
        elif tag == "r":
            self.hidden = _is_hidden(element)
        text = _text_of(element, tag)
        if self.opened and tag in _BREAKS:
            self.opened[-1][0].append([])
        elif text:
            self._add(text, away=bool(self.deleted) or self.hidden)

    def end(self, element: Any, tag: str) -> Iterator[Block]:
        """Yield the blocks that end with an element."""
        self.depth -= 1
        if tag in _PARAGRAPHS and _is_text(element) and self.opened:
            pieces, gone = self.opened.pop()
            for piece in join_pieces(["".join(parts) for parts in pieces]):
                yield Block(piece)
            if "".join(gone).strip():
                yield Block("".join(gone), "deleted or hidden text")
        self.deleted -= tag in _DELETED
        if tag == "r":
            self.hidden = False
        # OpenDocument has text between elements, Word only in its own.
        if element.tail and _is_open_document(element):
            self._add(element.tail, away=bool(self.deleted))

    def _add(self, text: str, *, away: bool) -> None:
        if self.opened:
            pieces, gone = self.opened[-1]
            (gone if away else pieces[-1]).append(text)

    def _check_limits(self) -> None:
        if self.elements > MAX_ELEMENTS:
            raise InputError(
                f"{self.origin}: the file has more than {MAX_ELEMENTS:,} elements; split it"
            )
        if self.depth > MAX_DEPTH:
            raise InputError(
                f"{self.origin}: the file's elements are nested more than {MAX_DEPTH} deep; save "
                "its text alone"
            )


def _is_open_document(element: Any) -> bool:
    return "opendocument" in str(element.tag)


def _is_text(element: Any) -> bool:
    """Return whether a paragraph is of text; those of drawings have the same local name."""
    space = str(element.tag).rpartition("}")[0]
    return "wordprocessingml" in space or "opendocument:xmlns:text" in space


def _is_hidden(run: Any) -> bool:
    return any(
        local_name(child) == "vanish"
        and not any(
            local_name(name) == "val" and value in ("0", "false", "off")
            for name, value in child.items()
        )
        for child in run.iterfind("{*}rPr/*")
    )


def _text_of(element: Any, tag: str) -> str:
    if tag in ("t", "delText") and "wordprocessingml" in str(element.tag):
        return element.text or ""
    if tag in ("tab", "s"):
        return " "
    if tag == "noBreakHyphen":
        return "-"
    return (element.text or "") if _is_open_document(element) else ""
