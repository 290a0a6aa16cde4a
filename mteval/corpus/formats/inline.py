"""Text among inline tags: what of it is text, and how much was dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mteval.corpus.formats.draft import Draft
from mteval.io.xml import local_name
from mteval.wording import counted

__all__ = ["Inline"]

# What marks text and does not belong to it, or stands for a character.
_MARKERS = frozenset({"mrk", "cp", "sm", "em"})


class Inline:
    """The text of segments with inline tags, and how many tags were dropped.

    ``codes`` are the elements whose content is code of another format, and not text.
    """

    def __init__(self, codes: frozenset[str]) -> None:
        self._codes = codes
        self._tags = 0
        self._subflows = 0
        self._characters = 0

    def text(self, element: Any, *, collapse: bool = False) -> str:
        """Return the text of an element without its tags.

        Args:
            element: the segment.
            collapse: take line breaks for the layout of the file, as XML that does not say
                xml:space="preserve" has them.
        """
        parts: list[str] = []
        # How many of the elements that we are in hold code.
        coded = 0
        for begins, each in _walk(element):
            name = local_name(each)
            if begins:
                if name == "sub" and coded:
                    self._subflows += 1
                elif each is not element and name not in _MARKERS:
                    self._tags += 1
                coded += name in self._codes
                if not coded:
                    parts.append(self._character(each) if name == "cp" else each.text or "")
            else:
                coded -= name in self._codes
                if each is not element and not coded:
                    parts.append(each.tail or "")
        text = "".join(parts)
        return re.sub(r"\s*[\r\n]\s*", " ", text).strip(" ") if collapse and "\n" in text else text

    def _character(self, element: Any) -> str:
        digits = element.get("hex", "")
        value = int(digits, 16) if re.fullmatch("[0-9A-Fa-f]{1,6}", digits) else 0
        if 0 < value <= 0x10FFFF and not 0xD800 <= value <= 0xDFFF:
            return chr(value)
        self._characters += 1
        return "\N{REPLACEMENT CHARACTER}"

    def report(self, draft: Draft) -> None:
        """Note how many tags were dropped."""
        if self._tags:
            draft.note(f"dropped {counted(self._tags, 'inline tag')}, but not the text within")
        if self._subflows:
            draft.note(
                f"dropped {counted(self._subflows, 'text')} within inline tags (sub), such as "
                "footnotes"
            )
        if self._characters:
            cp = counted(self._characters, "character")
            draft.note(f"replaced {cp} (cp) that no text has by U+FFFD")


def _walk(element: Any) -> Iterator[tuple[bool, Any]]:
    """Yield an element and all in it, with True where it begins and False where it ends.

    Not by recursion, which a hostile file could exhaust.
    """
    stack = [(element, iter(element))]
    yield True, element
    while stack:
        current, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield False, current
        else:
            yield True, child
            stack.append((child, iter(child)))
