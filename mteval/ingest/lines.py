"""The lines of a raw page: which there are, and the language of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from mteval.languages.text import count_han, count_latin_words

__all__ = [
    "SENTENCE_END",
    "WHOLE_LINE_END",
    "Block",
    "Line",
    "LineLanguage",
    "extract_lines",
    "join_pieces",
    "language_of",
    "number_blocks",
]

LineLanguage = Literal["zh", "en", "none"]

# How a sentence ends; what does not end so is a heading.
SENTENCE_END = re.compile(r"[。！？!?.…;；][”’\"'）)\]]*$")
# How a line ends that goes on in no other: as a sentence, or with a colon before what follows.
WHOLE_LINE_END = re.compile(r"[。！？!?.…;；:：][”’\"'）)\]]*\s*$")
_STARTS_SMALL = re.compile(r"^\s*[a-z]")
_ENDS_IN_COMMA = re.compile(r"[，、,]\s*$")


class Block(NamedTuple):
    """A paragraph, heading, item or cell of a page, and the reason to drop it, if any."""

    text: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page.

    Attributes:
        number: counts from 1; of pages that have no lines, such as HTML, it counts blocks.
        text: what the line says.
        language: ``none`` is a line without words of either language: digits, symbols.
        file: 1 in the second of two files, else 0.
        reason: why the page's own format marks the line as no part of the text, if it does.
    """

    number: int
    text: str
    language: LineLanguage
    file: int = 0
    reason: str | None = None


def language_of(text: str) -> LineLanguage:
    """Return the language of a line: Chinese if it has as many Han characters as Latin words."""
    han, words = count_han(text), count_latin_words(text)
    if han and han >= words:
        return "zh"
    return "en" if words else "none"


def extract_lines(text: str) -> list[Line]:
    """Return the lines of a page that hold anything but white space."""
    return number_blocks(Block(line) for line in text.split("\n"))


def number_blocks(blocks: Iterable[Block], file: int = 0) -> list[Line]:
    """Return the blocks that are not blank as lines, numbered from 1 with the blank ones."""
    return [
        Line(number, text, language_of(text), file, reason)
        for number, (text, reason) in enumerate(blocks, 1)
        if text.strip()
    ]


def join_pieces(pieces: Sequence[str]) -> list[str]:
    """Return the paragraphs of a text that is cut at line breaks: one cut within a sentence joins.

    English goes on after a break if no sentence ends there and a small letter follows, Chinese if
    it breaks behind a comma. All other breaks end a paragraph.
    """
    joined: list[str] = []
    blank = True
    for piece in pieces:
        before = joined[-1] if joined and not blank else ""
        same = bool(before) and language_of(before) == language_of(piece)
        if same and not WHOLE_LINE_END.search(before):
            if _STARTS_SMALL.match(piece):
                joined[-1] = f"{before.rstrip()} {piece.lstrip()}"
                continue
            if count_han(piece) and _ENDS_IN_COMMA.search(before):
                joined[-1] = before.rstrip() + piece.lstrip()
                continue
        blank = not piece.strip()
        if not blank:
            joined.append(piece)
    return joined
