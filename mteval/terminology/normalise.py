"""What counts as the same text on either side: folded Chinese characters, keys of English words.

Both keep the way back to the characters of the text, so that whatever is found has its place.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from mteval.text import HAN, to_simplified

__all__ = ["BREAK", "Folded", "Word", "fold_source", "is_acronym", "split_words"]

# Between the characters of a Chinese name these mean nothing: 北部·联合, 北部・联合, “北部联合”.
_MIDDLE_DOTS = "·•・‧∙⋅●･"
_HYPHENS = "-‐‑"
_OPENING = "“‘「『《〈"
_CLOSING = "”’」』》〉"
_IGNORED = frozenset(f"{_MIDDLE_DOTS}{_HYPHENS}{_OPENING}{_CLOSING}\"'")

# Single letters with their full stops are one word: U.S., J.
_WORD = re.compile(
    rf"(?:[^\W\d_{HAN}]\.)+(?!\w)|[{HAN}]+|[^\W_{HAN}]+(?:['’ʼ＇][^\W_{HAN}]+)*|[+&]"
)
# Punctuation that no term runs across, unless it is written with it.
_BREAK = re.compile(r"[.;:!?()\[\]{}|。；：！？（）、…\n]")
_POSSESSIVE = re.compile(r"['’ʼ＇]s?$", re.IGNORECASE)
_SYMBOLS = {"&": "and", "+": "plus"}
BREAK = "|"
_LONGEST_ACRONYM = 6
_MOST_LEMMAS = 4


@dataclass(frozen=True, slots=True)
class Folded:
    """Hold folded text and, for each of its characters, the one of the text it comes from."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the half-open character offsets in the text of a piece of the folded text."""
        return self.offsets[start], self.offsets[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Word:
    """Hold one word: its key, its text and the half-open character offsets of it.

    ``key`` is ``BREAK`` for punctuation that ends a phrase.
    """

    key: str
    text: str
    start: int
    end: int


def fold_source(text: str) -> Folded:
    """Fold Chinese text so that spellings of one name become one.

    Characters are simplified (OpenCC), half-width and of lower case; spaces, hyphens, middle dots,
    quotation marks and invisible characters are left out, but for a pair of marks that ends one
    quotation and begins the next.
    """
    pieces: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        piece = _folded(character)
        if not piece and character in _CLOSING and text[offset + 1 : offset + 2] in _OPENINGS:
            piece = BREAK
        pieces.append(piece)
        offsets.extend([offset] * len(piece))
    return Folded("".join(pieces), tuple(offsets))


_OPENINGS = frozenset(_OPENING)


@functools.cache
def _folded(character: str) -> str:
    if character in _IGNORED:
        return ""
    return "".join(
        to_simplified(part)
        for part in unicodedata.normalize("NFKC", character).casefold()
        if not part.isspace()
        and part not in _IGNORED
        and unicodedata.category(part) not in ("Cf", "Mn")
    )


def split_words(text: str) -> list[Word]:
    """Split English text into words with keys that inflection and spelling leave alone.

    The key of a word is its lemma without case, accents and possessive (simplemma), in American
    spelling (breame). Articles are left out, unless there is nothing else; hyphens, slashes,
    quotation marks, commas and spaces count alike, as what stands between two words.
    """
    words: list[Word] = []
    articles: list[Word] = []
    last = 0
    for match in _WORD.finditer(text):
        surface = match[0]
        if words and _BREAK.search(text, last, match.start()):
            words.append(Word(BREAK, "", last, last))
        last = match.end()
        if surface in ("a", "an") or surface.lower() == "the":
            articles.append(Word(surface.lower(), surface, match.start(), match.end()))
        elif key := _key(surface):
            words.append(Word(key, surface, match.start(), match.end()))
    return words or articles


@functools.cache
def _key(surface: str) -> str:
    if surface in _SYMBOLS:
        return _SYMBOLS[surface]
    plain = "".join(unicodedata.normalize("NFKD", surface).casefold().replace(".", "").split())
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf"))
    plain = _POSSESSIVE.sub("", plain) or plain
    if not (plain.isascii() and plain.isalpha()) or is_acronym(surface):
        return plain
    lemmatize, american = _tools()
    # Lemmas have lemmas: understandings, understanding, understand.
    for _ in range(_MOST_LEMMAS):
        lemma = american(lemmatize(plain))
        if lemma == plain:
            break
        plain = lemma
    return plain


def is_acronym(surface: str) -> bool:
    """Tell whether a word is an acronym: US, U.S., ADMM; longer words are in capitals by style."""
    letters = surface.replace(".", "")
    return 2 <= len(letters) <= _LONGEST_ACRONYM and letters.isupper()


@functools.cache
def _tools() -> tuple[Callable[[str], str], Callable[[str], str]]:
    from breame.spelling import get_american_spelling
    from simplemma import lemmatize

    return functools.partial(lemmatize, lang="en"), get_american_spelling
