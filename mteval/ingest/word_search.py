"""The words in a run of letters: a library's search, over scores that see capitals and names.

The library is wordsegment (Jenks 2018): the search and the counts of n-grams of Norvig (2009),
"Natural Language Corpus Data". Scores are log10 probabilities on its scale.
"""

from __future__ import annotations

import copy
import functools
import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from mteval.ingest import weights
from mteval.languages.pinyin import pinyin_syllables

__all__ = ["LETTER", "WordSearch", "is_syllable"]

LETTER = "[A-Za-zÀ-ÖØ-öø-ɏ]"
_SET_OFF = re.compile(f"(?<![A-Z])[A-Z][a-z]{{2,14}}(?!(?![A-Z]){LETTER})")
_DERIVATION = re.compile("(.{4,}?)(?:isms?|ists?|i[sz]ation|i[sz]ing|ness|e?s|ed|ing|ly)")
# In use since the library's counts were made (2006).
_NEW_WORDS = {"bitcoin", "blockchain", "covid", "cryptocurrency", "smartphone"}


class WordSearch:
    """The search for the words in runs of letters; ``split`` returns those of a run."""

    def __init__(self, vocabulary: Collection[str]) -> None:
        self._names = {_plain(word): weights.KNOWN_WORD for word in {*vocabulary, *_NEW_WORDS}}
        self._library = _library()
        # The search asks its object for these three; the copy shares the tables.
        self._search = copy.copy(self._library)
        self._search.clean = str
        self._search.divide = self._divide
        self._search.score = functools.cache(self._score)
        self.split = functools.cache(self._search.segment)

    def learn(self, lines: Sequence[str]) -> None:
        """Learn the names that some line sets off, the shorter ones first."""
        found = {name for line in lines for name in _SET_OFF.findall(line)}
        for name in sorted(found, key=lambda name: (len(name), name)):
            # Linhe, Sanjiangyuan
            most = weights.GIVEN_NAME if _is_pinyin(name.lower()) else weights.PINYIN_NAME
            pinyin = _is_pinyin(name.lower(), most=3) and self.log_score(name) < most
            if pinyin or self.split(name) == [name]:
                self._names.setdefault(name.lower(), weights.SET_OFF_NAME)
                self._search.score.cache_clear()
                self.split.cache_clear()

    def log_score(self, run: str) -> float:
        """Return the log10 probability of the words of a run."""
        words = self.split(run)
        pairs = zip(words, ["<s>", *words], strict=False)
        return sum(math.log10(self._search.score(word, previous)) for word, previous in pairs)

    def gain(self, run: str, suffix: str) -> float:
        """Return how much likelier (log10) a run is without its beginning."""
        return self.log_score(run[len(suffix) :]) - self.log_score(run)

    def _divide(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the first words that a text may have, each with the rest."""
        shape = re.match("[A-Z]{2,}s?|Mc[A-Z][^A-Z]*|.[^A-Z]*", text, re.DOTALL)
        end = min(shape.end() if shape else 1, self._library.limit)
        for cut in range(1, end + 1):
            word = text[:cut]
            # Ignoring unknown words makes the search eight times faster, and no worse.
            if cut in (1, end) or word[0].isupper() or self._is_word(word):
                yield word, text[cut:]

    def _is_word(self, word: str) -> bool:
        word = _plain(word)
        return word in self._library.unigrams or word in self._names or self._is_derived(word)

    def _is_derived(self, word: str) -> bool:
        match = _DERIVATION.fullmatch(word)
        return match is not None and match[1] in self._library.unigrams

    def _score(self, word: str, previous: str) -> float:
        """Return the probability of a word after another: the library's, as capitals correct it."""
        lowered, before = _plain(word), _plain(previous)
        if lowered == "cannot":  # the counts know it as two words
            return float(self._library.bigrams["can not"] / self._library.total)
        if (len(word) == 1 and word not in "aAI") or (before, lowered) == ("can", "not"):
            return 10**weights.STRAY_LETTER
        score = math.log10(self._library.score(lowered, before))
        score += self._correction(word, previous, score)
        return float(10 ** max(score, self._least_score(word, previous)))

    def _correction(self, word: str, previous: str, score: float) -> float:
        """Return what is to be added to the library's score of a word after another."""
        lowered = _plain(word)
        capital, known = word[0].isupper(), lowered in self._library.unigrams
        if capital and not known:
            return weights.UNKNOWN_CAPITAL
        if word.isupper() and previous.isupper() and len(previous) > 1:
            return weights.ACRONYM_PAIR
        if lowered in _listed():
            return weights.COMMON_CAPITAL if word.istitle() and word != "I" else 0.0
        doubtful = self._is_fused(lowered) if capital else score < weights.MIN_FREQUENT
        return weights.UNLISTED if known and doubtful else 0.0

    def _least_score(self, word: str, previous: str) -> float:
        """Return the score that a word has at least for its form: a name, an acronym."""
        lowered, before = _plain(word), _plain(previous)
        capital, known = word[0].isupper(), lowered in self._library.unigrams
        if lowered in self._names:
            return self._names[lowered]
        if capital and _is_pinyin(lowered):
            if previous[0].isupper() and is_syllable(before):
                return weights.GIVEN_NAME
            return -math.inf if known else weights.PINYIN_NAME
        if not known and re.fullmatch("[A-Z]{2,5}s?", word):
            return weights.ACRONYM
        return weights.DERIVED_WORD if not known and self._is_derived(lowered) else -math.inf

    def _is_fused(self, word: str) -> bool:
        """Return whether a long word is found more often as two. Short ones may be names: Putin."""
        count, pairs = self._library.unigrams[word], self._library.bigrams
        splits = (f"{word[:cut]} {word[cut:]}" for cut in range(1, len(word)))
        long = len(word) >= weights.MIN_FUSED_LETTERS
        return long and any(pairs.get(split, 0.0) > count for split in splits)


@functools.cache
def _library() -> Any:
    """Return the library with its tables, loaded once (0.7 s); nobody may change them."""
    import wordsegment

    segmenter = wordsegment.Segmenter()
    segmenter.load()
    return segmenter


@functools.cache
def _listed() -> frozenset[str]:
    """Return the library's list of dictionary words: no names, nothing above 15 letters."""
    return frozenset((*_library().words, "a"))


@functools.cache
def _is_pinyin(word: str, most: int = 2) -> bool:
    """Return whether a word is two (or up to ``most``) syllables without apostrophe between."""
    cuts = (cut for cut in range(2, len(word) - 1) if word[cut] not in "aeo")
    return any(
        is_syllable(word[:cut])
        and (is_syllable(word[cut:]) or (most > 2 and _is_pinyin(word[cut:], most - 1)))
        for cut in cuts
    )


def is_syllable(word: str) -> bool:
    """Return whether a word in small letters is a syllable of pinyin."""
    return word in pinyin_syllables()


@functools.cache
def _plain(word: str) -> str:
    """Return a word in small letters without accents, as the library's tables have it."""
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if c.isascii())
