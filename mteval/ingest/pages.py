"""Pages of any kind as read: HTML, Markdown, a word processor's file, plain text."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from pathlib import Path

from mteval.errors import InputError, location
from mteval.ingest.lines import Block, Line, number_blocks
from mteval.ingest.page_languages import joined
from mteval.io.encodings import decode_any
from mteval.io.files import read_bytes, utf8_name

__all__ = ["Page", "document_id", "read_page"]

# Pages that people write have far less; beyond this nothing is read, or nothing is aligned.
MAX_BYTES = 64 << 20
MAX_BLOCKS = 20_000
MAX_LINES = 200_000
MAX_CHARACTERS = 20_000

_HTML = frozenset((".html", ".htm", ".xhtml", ".shtml"))
_MARKDOWN = frozenset((".md", ".markdown", ".mkd"))
_MHTML = frozenset((".mht", ".mhtml"))
_MHTML_START = re.compile(
    rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){1,30}?content-type:\s*multipart/related", re.IGNORECASE
)
# How files begin that hold text in a form that is not read here, and what to do about it.
_FOREIGN = (
    (b"%PDF-", "a PDF file; save its text as .docx, .html or .txt"),
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as .docx"),
    (b"{\\rtf", "a rich-text file; save it as .docx"),
    (b"\x1f\x8b", "a gzip archive; unpack it"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it"),
    (b"Rar!", "a RAR archive; unpack it"),
    (b"\x89PNG", "a picture; give text"),
    (b"\xff\xd8\xff", "a picture; give text"),
    (b"GIF8", "a picture; give text"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as read.

    Attributes:
        path: its file.
        data: the content of the file.
        lines: what it holds, in order, each numbered.
        format: what kind of file it is, such as "HTML".
        encoding: what it was decoded from; None where the format says it by itself.
        notes: what a reader of the report should know.
    """

    path: Path
    data: bytes
    lines: tuple[Line, ...]
    format: str
    encoding: str | None
    notes: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """What the numbers of the page count: a line, or a block."""
        return "line" if self.format == "plain text" else "block"


def read_page(path: Path, file: int = 0) -> Page:
    """Return a page of any kind as read; its content and its name's suffix say which kind.

    Args:
        path: the page's file.
        file: 1 for the second of two files that belong together, else 0.

    Raises:
        InputError: the page cannot be read, is empty, too large, too deeply nested, damaged, or of
            a kind that is not read.
        EncodingError: its encoding cannot be told, or it is damaged.
    """
    origin = location(path)
    data = read_bytes(path, MAX_BYTES)
    if not data.strip(b"\0 \t\r\n\x0b\x0c"):
        raise InputError(f"{origin}: the file is empty; give a page of text")
    for start, kind in _FOREIGN:
        if data.startswith(start):
            raise InputError(f"{origin}: this is {kind}")
    encoding: str | None
    notes: Sequence[str] = ()
    if data.startswith(b"PK\x03\x04"):
        from mteval.ingest.word import read_word

        blocks, notes, kind = read_word(data, path)
        encoding = None
    else:
        blocks, notes, kind, encoding = _read_text(data, path)
    page = Page(path, data, tuple(number_blocks(blocks, file)), kind, encoding, tuple(notes))
    _check_size(page)
    return page


def _read_text(data: bytes, path: Path) -> tuple[list[Block], Sequence[str], str, str]:
    from mteval.ingest.html import declared_encoding, looks_like_html, read_html

    suffix, origin = path.suffix.lower(), location(path)
    archive = suffix in _MHTML or _MHTML_START.match(data[:8192]) is not None
    declared = None
    if archive:
        data, declared = _unpack_mhtml(data, origin)
    text, encoding = decode_any(data, path, declared or declared_encoding(data))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if archive or suffix in _HTML or (suffix not in _MARKDOWN and looks_like_html(text)):
        blocks, notes = read_html(text, origin)
        return blocks, notes, "MHTML" if archive else "HTML", encoding
    if suffix in _MARKDOWN:
        from mteval.ingest.markdown import read_markdown

        blocks, notes = read_markdown(text, origin)
        return blocks, notes, "Markdown", encoding
    if text.count("\n") > MAX_LINES:
        raise InputError(f"{origin}: the page has more than {MAX_LINES:,} lines; split it")
    return [Block(line) for line in text.split("\n")], (), "plain text", encoding


def _unpack_mhtml(data: bytes, origin: str) -> tuple[bytes, str | None]:
    """Return the page in a web archive as browsers save it (RFC 2557), and its encoding."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        for part in message.walk():
            if part.get_content_type() == "text/html":
                content = part.get_payload(decode=True)
                if isinstance(content, bytes) and content.strip():
                    return content, part.get_content_charset()
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        pass
    raise InputError(f"{origin}: the web archive holds no HTML page; save the page as .html")


def _check_size(page: Page) -> None:
    path, lines = page.path, page.lines
    if len(lines) > MAX_BLOCKS:
        raise InputError(
            f"{location(path)}: the page has {len(lines):,} paragraphs, more than {MAX_BLOCKS:,}; "
            "split it"
        )
    for line in lines:
        if len(line.text) > MAX_CHARACTERS:
            raise InputError(
                f"{location(path)}: {page.unit} {line.number} has {len(line.text):,} characters, "
                f"where a paragraph may have {MAX_CHARACTERS:,}; break it into paragraphs"
            )


_LANGUAGE_SUFFIX = re.compile(rf"[ ._-]*(?:{joined('file_suffixes')})$", re.IGNORECASE)


def document_id(path: Path, translation: Path | None = None) -> str:
    """Return a document id made of a file's name, without its language where there are two files.

    Raises:
        InputError: the name is not UTF-8.
    """
    name = utf8_name(path.stem, path)
    stem = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in name)
    if translation is not None:
        stem = _LANGUAGE_SUFFIX.sub("", stem) or _LANGUAGE_SUFFIX.sub("", translation.stem) or stem
    return stem
