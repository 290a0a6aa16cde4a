"""The text blocks of a Markdown page, in order."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from mteval.errors import InputError
from mteval.ingest import weights
from mteval.ingest.html import read_html
from mteval.ingest.lines import Block, join_pieces, language_of
from mteval.languages.text import count_han
from mteval.packages import check_packages

# Deeper than Python calls itself: what nests so is refused, not cut off.
_NESTING = 100_000

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

__all__ = ["read_markdown"]

_FRONT_MATTER = re.compile(r"\A---\n(?:[^\n]*\n){1,100}?(?:---|\.\.\.)\n")
# Parsing more takes longer than anybody waits.
MAX_CHARACTERS = 2_000_000


def read_markdown(text: str, origin: str) -> tuple[list[Block], list[str]]:
    """Return the blocks of a Markdown page: paragraphs, headings, items, cells, and those of HTML.

    Raises:
        InputError: the page cannot be parsed, or HTML within it cannot.
    """
    check_packages("reading Markdown", {"markdown_it": "markdown-it-py"}, "ingest")
    from markdown_it import MarkdownIt

    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"{origin}: the Markdown has {len(text):,} characters, more than {MAX_CHARACTERS:,}; "
            "split it"
        )
    blocks: list[Block] = []
    notes: list[str] = []
    front = _FRONT_MATTER.match(text)
    if front:
        blocks += [Block(line, "front matter") for line in front[0].split("\n")]
        text = text[front.end() :]
    try:
        tokens = (
            MarkdownIt("commonmark", {"maxNesting": _NESTING})
            .enable(["table", "strikethrough"])
            .parse(text)
        )
    except (RecursionError, ValueError, IndexError) as error:
        raise InputError(
            f"{origin}: the Markdown cannot be read ({str(error)[:80]}); save the page as plain "
            "text (.txt)"
        ) from None
    for token in tokens:
        if token.type == "inline":
            blocks += map(Block, _paragraphs(token.children or []))
        elif token.type in ("fence", "code_block"):
            blocks += map(Block, token.content.split("\n"))
        elif token.type == "html_block":
            found, more = read_html(token.content, origin, whole=True)
            blocks += found
            notes += more
    return blocks, notes


def _paragraphs(children: Sequence[Token]) -> list[str]:
    """Return the lines of a paragraph; those that an editor wrapped are joined."""
    # Behind each line, whether the break after it is meant.
    lines: list[list[str]] = [[]]
    meant: list[bool] = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            lines.append([])
            meant.append(child.type == "hardbreak")
        elif child.type == "image":
            lines[-1].append(child.content)
        elif child.type == "html_inline":
            if re.match(r"<br\b", child.content, re.IGNORECASE):
                lines.append([])
                meant.append(True)
        elif child.type in ("text", "code_inline", "text_special"):
            lines[-1].append(child.content)
    texts = ["".join(line) for line in lines]
    if not any(meant) and _is_wrapped(texts):
        whole = texts[0]
        for text in texts[1:]:
            whole += ("" if count_han(whole[-1:]) or count_han(text[:1]) else " ") + text
        return [whole]
    return join_pieces(texts)


def _is_wrapped(lines: Sequence[str]) -> bool:
    widths = [sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line) for line in lines]
    return (
        len(lines) > 1
        and max(widths) <= weights.MAX_WRAPPED_WIDTH
        and min(widths[:-1]) >= weights.MIN_WRAPPED_SHARE * max(widths)
        and len({language_of(line) for line in lines} - {"none"}) == 1
    )
