"""Text in the cells of a terminal: how wide it is, and where it may break."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len

__all__ = ["MAX_PIECE", "cell_len", "least_width", "longest_word", "pad", "wrap"]

# Parts of texts that are wider are folded, so that they cannot widen a column alone (chosen: a
# quarter of the usual screen).
MAX_PIECE = 20
_NUMBER = re.compile(r"[+±-]?\d[\d.,]*%?")
# What a name may break after, between letters; not within numbers, dates and signs.
_BREAKS_AFTER = "-_/|"
# What belongs to the word before, though a space stands between them.
_SIGNS = "↑↓%"
# What a text of a list begins with: verdicts have such signs.
_MARKERS = "+x?-*"
# Narrower texts do not hang under their first word (chosen: two words of English).
_MIN_HUNG = 10
# What stands at no end of a line, and at no beginning.
_OPENING = frozenset("（《「『【〈“‘(")
_CLOSING = frozenset("，。、；：？！）》」』】〉”’%")


def pad(text: str, width: int, *, right: bool) -> str:
    """Return a text with blanks up to a width in cells, before it where it stands on the right."""
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def least_width(text: str) -> int:
    """Return the width that a text needs at least: that of its widest part that does not break.

    Parts wider than ``MAX_PIECE`` are folded, but for numbers.
    """
    return max(_least_width(line) for line in text.split("\n"))


def _least_width(line: str) -> int:
    hang = len(_hang(line))
    pieces = [cell_len(piece.rstrip()) + hang * (n > 0) for n, piece in enumerate(_pieces(line))]
    number = max((cell_len(found) + hang for found in _NUMBER.findall(line)), default=0)
    return max(min(max(pieces), MAX_PIECE), number)


def longest_word(text: str) -> int:
    """Return the width of the widest part between spaces, with the arrow after it."""
    return max(map(cell_len, re.split(rf"\s+(?![{_SIGNS}])", text)))


@lru_cache(maxsize=100_000)
def wrap(text: str, width: int, *, hung: bool = False) -> tuple[str, ...]:
    """Return the lines of a text, none wider than a width unless one number or character is.

    Lines break after spaces, at the joints of names and between wide characters; what is still too
    wide is folded. What begins with a sign and a space (``+ Secretary``) hangs under its text.

    Args:
        text: of one line or more.
        width: in cells.
        hung: whether all further lines of a line begin two cells further in.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        hang = "" if width <= _MIN_HUNG else "  " if hung else _hang(paragraph)
        line = ""
        for piece in _pieces(paragraph):
            if line and cell_len((line + piece).rstrip()) > width:
                lines.append(line.rstrip())
                line = hang
            line += piece
            while cell_len(line.rstrip()) > width and (rest := line[len(_head(line, width)) :]):
                lines.append(_head(line, width).rstrip())
                line = hang + rest
        lines.append(line.rstrip())
    return tuple(lines)


def _hang(line: str) -> str:
    """Return what stands before the further lines of a line."""
    return "  " if line[1:2] == " " and line[0] in _MARKERS else ""


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
        return after not in _SIGNS
    if cell_len(after) == 0 or after in _CLOSING:
        return False
    if cell_len(before) == 2 or cell_len(after) == 2:
        return before not in _OPENING and not (before.isdigit() and after.isdigit())
    return before in _BREAKS_AFTER and after.isalpha() and n > 1 and line[n - 2].isalnum()


def _head(line: str, width: int) -> str:
    """Return as many characters of a line as fit, one at least; numbers are whole."""
    start = len(line) - len(line.lstrip())
    end = start + 1
    while end < len(line) and (cell_len(line[end]) == 0 or cell_len(line[: end + 1]) <= width):
        end += 1
    for number in _NUMBER.finditer(line):
        if number.start() < end < number.end():
            return line[: number.start() if number.start() > start else number.end()]
    return line[:end]
