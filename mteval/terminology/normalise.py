"""What counts as the same text on either side: folded Chinese characters, keys of English words.

Both keep the way back to the characters of the text, so that whatever is found has its offsets.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from mteval.languages.en_words import lemma
from mteval.languages.text import HAN, to_simplified
from mteval.languages.zh_terms import MIDDLE_DOTS

__all__ = ["BREAK", "Folded", "Word", "fold_source", "is_acronym", "split_words"]

_HYPHENS = "-‐‑"
_OPENING = "“‘「『《〈"
_CLOSING = "”’」』》〉"
_IGNORED = frozenset(f"{MIDDLE_DOTS}{_HYPHENS}{_OPENING}{_CLOSING}\"'")

_BETWEEN_QUOTATIONS = re.compile(rf"[{_CLOSING}]\s*[{_OPENING}]|\"\s*\"")
# Combining accents, soft hyphens and the like are part of the word that they are in.
_MARKS = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
_LETTER = rf"[^\W\d_{HAN}]"
_APOSTROPHE = "['’ʼ＇]"
_PIECE = rf"[^\W_{HAN}][^\W_{HAN}]*(?:[{_MARKS}]+[^\W_{HAN}]*)*"
# Single letters with their full stops are one word: U.S., J.; a Chinese character is one, too.
_WORD = re.compile(
    rf"(?:{_LETTER}\.)+(?:{_LETTER}(?!\w))?(?!\w)(?:{_APOSTROPHE}s\b)?"
    rf"|[{HAN}]|{_PIECE}(?:{_APOSTROPHE}{_PIECE})*|[+&]"
)
# Punctuation that no term runs across, unless it is written with it.
_BREAK = re.compile(r"[.;:!?()\[\]{}|。；：！？（）、…\n]")
_DECIMAL = re.compile(r"\.(?=\d)")
# Mr., Lt., No., St.: a full stop after these ends nothing.
_TITLE = re.compile("[A-Z][a-z]{1,2}")
_POSSESSIVE = re.compile(rf"{_APOSTROPHE}s?$", re.IGNORECASE)
_PLURAL_ACRONYM = re.compile(r"([A-Z]{2,})s")
_SYMBOLS = {"&": "and", "+": "plus"}
# The key of punctuation; no text has this character.
BREAK = "\0"
# Longer words in capitals are so by style, as those of headings are; chosen by hand.
_MAX_ACRONYM_LETTERS = 6
# In a heading of capitals words of this length are no acronyms.
_MAX_SHORT_WORD = 3
# So many words in capitals are a heading, if not one is longer than an acronym.
_MIN_HEADING_WORDS = 4
_WORD_FOLLOWS = re.compile(r"\s+\w")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text and, for each of its characters, the offset of the one it comes from."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open character offsets in the text of a piece of the folded text."""
        return self.offsets[start], self.offsets[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Word:
    """A word: its key, its text and its half-open character offsets.

    ``key`` is ``BREAK`` for punctuation that ends a phrase.
    """

    key: str
    text: str
    start: int
    end: int


def fold_source(text: str) -> Folded:
    """Return Chinese text folded, so that spellings of one name become one.

    Characters are simplified (OpenCC), half-width and of lower case; spaces, hyphens, middle dots,
    quotation marks and invisible characters are dropped, but for a pair of marks that ends one
    quotation and begins the next.
    """
    pieces: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        piece = _folded(character)
        if not piece and _BETWEEN_QUOTATIONS.match(text, offset):
            piece = BREAK
        pieces.append(piece)
        offsets.extend([offset] * len(piece))
    return Folded("".join(pieces), tuple(offsets))


@functools.cache
def _folded(character: str) -> str:
    if character in _IGNORED:
        return ""
    return "".join(
        to_simplified(part)
        for part in unicodedata.normalize("NFKD", character).casefold()
        if not part.isspace()
        and part not in _IGNORED
        and unicodedata.category(part) not in ("Cf", "Mn")
    )


def split_words(text: str) -> list[Word]:
    """Return the words of English text, with keys that inflection and spelling leave alone.

    The key of a word is its lemma without case, accents and possessive (simplemma), in American
    spelling (breame). Articles are skipped, unless there is nothing else; hyphens, slashes,
    quotation marks, commas and spaces count alike, as what is between two words.
    """
    words: list[Word] = []
    articles: list[Word] = []
    last = 0
    all_caps = _is_all_caps(text)
    for match in _WORD.finditer(text):
        surface = match[0]
        if words and _ends_phrase(text, last, match.start(), words[-1]):
            words.append(Word(BREAK, "", last, last))
        last = match.end()
        # A capital letter A is an article where a title begins.
        begins = not words or words[-1].key == BREAK or all_caps
        if surface.lower() == "the" or (
            surface.lower() in ("a", "an")
            and (surface.islower() or begins)
            and _WORD_FOLLOWS.match(text, match.end())
        ):
            articles.append(Word(surface.lower(), surface, match.start(), match.end()))
        elif key := _key(surface, all_caps):
            words.append(Word(key, surface, match.start(), match.end()))
    return words or articles


def _is_all_caps(text: str) -> bool:
    """Return whether a text is a heading in capitals, where capitals make no acronym."""
    if not text.isupper():
        return False
    lengths = [len(match[0]) for match in _WORD.finditer(text)]
    return max(lengths, default=0) > _MAX_ACRONYM_LETTERS or len(lengths) >= _MIN_HEADING_WORDS


def _ends_phrase(text: str, start: int, end: int, word: Word) -> bool:
    """Return whether what is between two words ends a phrase."""
    between = text[start:end]
    if between[:1] == "." and (_TITLE.fullmatch(word.text) or _DECIMAL.match(text, start)):
        between = between[1:]
    return _BREAK.search(between) is not None


@functools.cache
def _key(surface: str, all_caps: bool) -> str:
    if surface in _SYMBOLS:
        return _SYMBOLS[surface]
    surface = _POSSESSIVE.sub("", surface) or surface
    plural = _PLURAL_ACRONYM.fullmatch(surface)
    surface = surface if plural is None else plural[1]
    plain = unicodedata.normalize("NFKD", surface).casefold()
    # Neither marks, stops, apostrophes nor, in a few compatibility characters, spaces.
    plain = "".join(c for c in plain if c.isalnum() or not c.isascii())
    plain = "".join(c for c in plain if c not in "’ʼ＇" and _is_visible(c))
    if not (plain.isascii() and plain.isalpha()):
        return plain
    if is_acronym(surface) and not (all_caps and len(plain) > _MAX_SHORT_WORD):
        return plain
    return lemma(plain)


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in ("Mn", "Cf")


def is_acronym(surface: str) -> bool:
    """Return whether a word is an acronym: US, U.S., ADMM; longer ones are in capitals by style."""
    letters = surface.replace(".", "")
    return 2 <= len(letters) <= _MAX_ACRONYM_LETTERS and letters.isupper()
