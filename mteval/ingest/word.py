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
from pathlib import Path
from typing import Any

from mteval.errors import InputError, location
from mteval.ingest.lines import Block, join_pieces
from mteval.io.xml import load_lxml, local_name, parse_xml

__all__ = ["read_word"]

# A part of an archive may be packed a thousandfold.
MOST_XML = 16 << 20
MOST_PARTS = 10_000
MOST_DEPTH = 500
MOST_ELEMENTS = 1_000_000

_PARAGRAPHS = ("p", "h")
_BREAKS = ("br", "cr", "line-break")
# Alternatives of what is there already, numbers of pages and fields, readings of characters.
_SKIPPED = frozenset(("Fallback", "instrText", "delInstrText", "rt", "ruby-text", "sequence-decls"))
_DELETED = frozenset(("del", "moveFrom", "tracked-changes"))
_NOTES = ("footnotes", "endnotes")
# What stands beside the text.
_BESIDE = re.compile(r"word/(header|footer|comments)\d*\.xml")


def read_word(data: bytes, path: Path) -> tuple[list[Block], list[str], str]:
    """Read the paragraphs, items and cells of a .docx or .odt file.

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
    if len(names) > MOST_PARTS:
        raise InputError(f"{origin}: the file has more than {MOST_PARTS:,} parts; save it anew")
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
        f"{origin}: this archive is no .docx or .odt file; unpack it and give the pages in it"
    )


def _part(archive: zipfile.ZipFile, name: str, path: Path) -> Any:
    origin = location(path)
    try:
        with archive.open(name) as file:
            data = file.read(MOST_XML + 1)
    except (
        *(zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError),
        *(ValueError, KeyError, MemoryError),
    ) as error:
        raise _damaged(origin, error) from None
    if len(data) > MOST_XML:
        raise InputError(
            f"{origin}: the text of the file unpacks to more than {MOST_XML:,} bytes; split it"
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
    # The paragraphs that are open, each as pieces between line breaks, and its hidden text.
    opened: list[tuple[list[list[str]], list[str]]] = []
    # What was deleted outside any paragraph, or with one; whether the run at hand is hidden.
    deleted, hidden, depth, elements = 0, False, 0, 0
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = local_name(element)
        if event == "start":
            depth += 1
            elements += 1
            if elements > MOST_ELEMENTS:
                raise InputError(
                    f"{origin}: the file has more than {MOST_ELEMENTS:,} elements; split it"
                )
            if depth > MOST_DEPTH:
                raise InputError(
                    f"{origin}: the file's elements are nested more than {MOST_DEPTH} deep; save "
                    "its text alone"
                )
            if tag in _SKIPPED:
                walker.skip_subtree()
                continue
            deleted += tag in _DELETED
            if tag in _PARAGRAPHS and _is_text(element):
                opened.append(([[]], []))
            elif tag == "r":
                hidden = _is_hidden(element)
            text = _text_of(element, tag)
            if opened and tag in _BREAKS:
                opened[-1][0].append([])
            elif opened and text:
                _add(opened[-1], text, away=bool(deleted) or hidden)
        else:
            depth -= 1
            if tag in _SKIPPED:
                pass
            elif tag in _PARAGRAPHS and _is_text(element) and opened:
                pieces, gone = opened.pop()
                for piece in join_pieces(["".join(parts) for parts in pieces]):
                    yield Block(piece, reason)
                if "".join(gone).strip():
                    yield Block("".join(gone), "deleted or hidden text")
            deleted -= tag in _DELETED
            if tag == "r":
                hidden = False
        # OpenDocument has text between elements, Word only in its own.
        if event == "end" and opened and element.tail and _is_open_document(element):
            _add(opened[-1], element.tail, away=bool(deleted))


def _add(paragraph: tuple[list[list[str]], list[str]], text: str, *, away: bool) -> None:
    (paragraph[1] if away else paragraph[0][-1]).append(text)


def _is_open_document(element: Any) -> bool:
    return "opendocument" in str(element.tag)


def _is_text(element: Any) -> bool:
    """Tell paragraphs of text from those of drawings, which have the same local name."""
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
    if tag == "tab":
        return " "
    if tag in ("noBreakHyphen",):
        return "-"
    if tag == "s":
        return " "
    return (element.text or "") if _is_open_document(element) else ""
