"""The lines of a raw page: where they stand and which language they are in."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Literal, NamedTuple

from mteval.languages.text import count_han, count_latin_words

__all__ = [
    "Block",
    "Language",
    "Line",
    "extract_lines",
    "join_pieces",
    "language_of",
    "number_blocks",
    "settle_languages",
    "takes_turns",
]

Language = Literal["zh", "en", "none"]


class Block(NamedTuple):
    """Hold one paragraph, heading, item or cell of a page, and the reason to drop it, if any."""

    text: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line of a page: its number (from 1), its text, its language.

    ``none`` is a line without words of either language: digits, symbols. Of pages that have no
    lines, such as HTML, the number is that of the block. ``file`` is 1 in the second of two files.
    ``reason`` says why the page's own format marks it as no part of the text.
    """

    number: int
    text: str
    language: Language
    file: int = 0
    reason: str | None = None


def language_of(text: str) -> Language:
    """Tell which language a line is in: Chinese if it has more Han characters than Latin words."""
    han, words = count_han(text), count_latin_words(text)
    if han > words or (han and han == words):
        return "zh"
    return "en" if words else "none"


def extract_lines(text: str) -> list[Line]:
    """List the lines of a page that hold anything but white space."""
    return number_blocks(Block(line) for line in text.split("\n"))


def number_blocks(blocks: Iterable[Block], file: int = 0) -> list[Line]:
    """Number blocks from 1 and leave the blank ones out."""
    return [
        Line(number, text, language_of(text), file, reason)
        for number, (text, reason) in enumerate(blocks, 1)
        if text.strip()
    ]


# Names and numbers of one language in a line of the other: up to so many of the one for each of
# the other, a line may be in either.
_MIXED = 4
# Neighbours in different languages more often than this: the page goes back and forth.
_INTERLEAVED = 0.5
_SENTENCE = re.compile(r"[。！？；，、]")
_OTHER: dict[Language, Language] = {"zh": "en", "en": "zh"}


def settle_languages(lines: Sequence[Line]) -> list[Line]:
    """Settle the language of lines of both scripts, and of lines that stand once in each language.

    A heading such as "KPMG 畢馬威" or "Ernst & Young" belongs to the language around it where the
    page has one language after the other, and to the other one than its neighbours' where the
    languages take turns.
    """
    sure_places = [index for index, line in enumerate(lines) if _is_sure(line)]
    sure = [lines[index].language for index in sure_places]
    turns = takes_turns(sure)
    twice = {text for text, count in Counter(line.text for line in lines).items() if count == 2}
    settled = list(lines)
    seen: set[str] = set()
    for index, line in enumerate(lines):
        # What both sides have in the same words: the name of a firm, an abbreviation.
        shared = line.text in twice and line.language == "en" and not _is_prose(line.text)
        if not sure or not (shared or _is_mixed(line.text)):
            continue
        before = next(
            (
                settled[n].language
                for n in range(index - 1, -1, -1)
                if settled[n].language != "none"
            ),
            None,
        )
        known = bisect_right(sure_places, index)
        after = next(
            (
                lines[n].language
                for n in islice(sure_places, known, None)
                if lines[n].text != line.text
            ),
            None,
        )
        language = line.language
        if shared and turns:
            language = sure[0] if line.text not in seen else _OTHER[sure[0]]
        elif before == after and before is not None:
            language = _OTHER[before] if turns else before
        seen.add(line.text)
        settled[index] = replace(line, language=language)
    return settled


def takes_turns(languages: Sequence[Language]) -> bool:
    """Tell whether the languages of a page's lines go back and forth, paragraph by paragraph."""
    changes = sum(before != after for before, after in pairwise(languages))
    return len(languages) > 3 and changes > _INTERLEAVED * (len(languages) - 1)


def _is_sure(line: Line) -> bool:
    return line.language != "none" and not _is_mixed(line.text)


def _is_prose(text: str) -> bool:
    return count_latin_words(text) > 6 or _LINE_END.search(text) is not None


def _is_mixed(text: str) -> bool:
    """Tell a line of both scripts whose counts leave its language open."""
    han, words = count_han(text), count_latin_words(text)
    if not han or not words or _SENTENCE.search(text):
        return False
    return han <= _MIXED * words and words <= _MIXED * han


_LINE_END = re.compile(r"[。！？!?.…;；:：][”’\"'）)\]]*\s*$")
_GOES_ON = re.compile(r"^\s*[a-z]")
_PAUSE = re.compile(r"[，、,]\s*$")


def join_pieces(pieces: Sequence[str]) -> list[str]:
    """Join what a line break cut within a sentence; all other breaks end a paragraph.

    English goes on after a break if no sentence ends there and a small letter follows, Chinese if
    it breaks behind a comma.
    """
    joined: list[str] = []
    blank = True
    for piece in pieces:
        before = joined[-1] if joined and not blank else ""
        same = bool(before) and language_of(before) == language_of(piece)
        if same and not _LINE_END.search(before):
            if _GOES_ON.match(piece):
                joined[-1] = f"{before.rstrip()} {piece.lstrip()}"
                continue
            if count_han(piece) and _PAUSE.search(before):
                joined[-1] = before.rstrip() + piece.lstrip()
                continue
        blank = not piece.strip()
        if not blank:
            joined.append(piece)
    return joined
