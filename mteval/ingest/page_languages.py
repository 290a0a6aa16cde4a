"""The languages that pages are in, and what pages put round a text in any of them."""

from __future__ import annotations

from mteval.languages.page_words import PageWords, either
from mteval.languages.registry import SOURCE, TARGET, language

__all__ = ["PAGE_WORDS", "joined"]

PAGE_WORDS: tuple[PageWords, ...] = tuple(language(code).page_words for code in (SOURCE, TARGET))


def joined(kind: str) -> str:
    """Return a pattern that matches the words of a kind, a field of PageWords, in any language."""
    return either(getattr(words, kind) for words in PAGE_WORDS)
