"""Forms of English words: lemmas by simplemma, American spelling by breame."""

from __future__ import annotations

import functools
from collections.abc import Callable

__all__ = ["lemma"]

# Lemmas are wanted of nouns in the plural only: an issue is not what was issued.
_PLURALS = ("s", "men", "children")
# Lemmas have lemmas: understandings, understanding. More steps than these go round in circles.
_MAX_STEPS = 4


def lemma(word: str) -> str:
    """Return the singular of a lower-case word, or the word, in American spelling."""
    lemmatize, american = _tools()
    word = american(word)
    for _ in range(_MAX_STEPS):
        shorter = american(lemmatize(word)) if word.endswith(_PLURALS) else word
        if shorter == word:
            break
        word = shorter
    return word


@functools.cache
def _tools() -> tuple[Callable[[str], str], Callable[[str], str]]:
    from breame.spelling import get_american_spelling
    from simplemma import lemmatize

    return functools.partial(lemmatize, lang="en"), get_american_spelling
