"""Names that texts have in their own script, and translations in Latin: 王建国, Wang Jianguo."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from mteval.languages.base import Language

__all__ = ["common_names"]

# Longer names are romanised as several words.
_MAX_NAME_LETTERS = 4
# No syllable is longer (zhuang).
_MAX_SYLLABLE = 6
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+(?:['’][a-z]+)?\b")


def common_names(
    language: Language, sources: Sequence[str], targets: Sequence[str]
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Return the names of each source that a target has, and of each target that a source has.

    Args:
        language: of the sources; without ``syllables`` it has no names to compare.
        sources: texts in it.
        targets: texts in Latin letters.

    Returns:
        Names romanised in lower case: 2 to 4 letters of the source's script that the target writes
        as one word (Jianguo) or as two (Wang Jianguo).
    """
    names = [frozenset(_romanised_names(text, language)) for text in targets]
    wanted = frozenset().union(*names)
    spelt = [frozenset(_script_names(text, language, wanted)) for text in sources]
    found = frozenset().union(*spelt)
    return spelt, [name & found for name in names]


def _romanised_names(text: str, language: Language) -> Iterator[str]:
    """Yield the words that may be romanised names, and what neighbouring ones are together."""
    before, end = "", -2
    for match in _CAPITALISED.finditer(text):
        word = match[0].lower()
        count = _count_syllables(word, language)
        if not count:
            before = ""
            continue
        if count > 1:
            yield word
        if before and match.start() == end + 1:
            yield before + word
        before, end = word, match.end()


@functools.lru_cache(maxsize=65536)
def _count_syllables(word: str, language: Language) -> int:
    """Return the number of syllables that a word is made of, 0 where it is not."""
    syllables = language.syllables()
    counts: list[int | None] = [0] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _MAX_SYLLABLE), end):
            known = counts[start]
            if known is not None and word[start:end] in syllables:
                best = counts[end]
                counts[end] = known + 1 if best is None else min(best, known + 1)
    return counts[-1] or 0


def _script_names(text: str, language: Language, wanted: frozenset[str]) -> Iterator[str]:
    if not wanted:
        return
    for run in language.script_runs(text):
        readings = [_reading(letter, language) for letter in run]
        for size in range(2, _MAX_NAME_LETTERS + 1):
            for start in range(len(readings) - size + 1):
                if (name := "".join(readings[start : start + size])) in wanted:
                    yield name


@functools.lru_cache(maxsize=65536)
def _reading(letter: str, language: Language) -> str:
    return language.romanise(letter)
