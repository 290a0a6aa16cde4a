"""Text in the cells of a terminal: how wide it is, and where it may break."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len

__all__ = ["cell_len", "longest_piece", "longest_word", "pad", "wrap"]

# What a name may break after, between letters; not within numbers, dates and signs.
_BREAKS_AFTER = "-_/|"
# Narrower texts do not hang under their first word (chosen: two words of English).
_MIN_HUNG = 10
# What stands at no end of a line, and at no beginning.
_OPENING = frozenset("（《「『【〈“‘(")
_CLOSING = frozenset("，。、；：？！）》」』】〉”’%")


def pad(text: str, width: int, *, right: bool) -> str:
    """Return a text with blanks up to a width in cells, before it where it stands on the right."""
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def longest_piece(text: str) -> int:
    """Return the width of the widest part of a text that does not break."""
    pieces = (piece for line in text.split("\n") for piece in _pieces(line))
    return max((cell_len(piece.rstrip()) for piece in pieces), default=0)


def longest_word(text: str) -> int:
    """Return the width of the widest part between spaces, with the arrow after it."""
    return max(map(cell_len, re.split(r"\s+(?![↑↓])", text)))


@lru_cache(maxsize=100_000)
def wrap(text: str, width: int) -> tuple[str, ...]:
    """Return the lines of a text, none wider than a width unless one character is.

    Lines break after spaces, at the joints of names and between wide characters; what is still too
    wide is folded. What begins with a sign and a space (``+ Secretary``) hangs under its text.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        hang = "  " if paragraph[1:2] == " " and width > _MIN_HUNG else ""
        line = ""
        for piece in _pieces(paragraph):
            if line and cell_len((line + piece).rstrip()) > width:
                lines.append(line.rstrip())
                line = hang
            line += piece
            while cell_len(line.rstrip()) > width and len(line.strip()) > 1:
                head = _head(line, width)
                lines.append(head)
                line = hang + line[len(head) :]
        lines.append(line.rstrip())
    return tuple(lines)


def _pieces(line: str) -> list[str]:
    """Return the parts of a line between which it may break, with the spaces after them."""
    ends = [n for n in range(1, len(line)) if _may_break(line, n)]
    return [line[i:j] for i, j in zip([0, *ends], [*ends, len(line)], strict=True)]


def _may_break(line: str, n: int) -> bool:
    """Return whether a line may break before its n-th character."""
    before, after = line[n - 1], line[n]
    if after == " ":
        return False
    if before == " ":
        return after not in "↑↓"  # which belong to the label before
    if cell_len(after) == 0 or after in _CLOSING:
        return False
    if cell_len(before) == 2 or cell_len(after) == 2:
        return before not in _OPENING and not (before.isdigit() and after.isdigit())
    return before in _BREAKS_AFTER and after.isalpha() and n > 1 and line[n - 2].isalnum()


def _head(line: str, width: int) -> str:
    """Return as many characters of a line as fit, one at least, with the marks on the last."""
    end = 1
    while end < len(line) and (cell_len(line[end]) == 0 or cell_len(line[: end + 1]) <= width):
        end += 1
    return line[:end]
