"""Texts as numbered symbols, characters or words, as sacrebleu cuts them.

The rules of tokenizer 13a are those of sacrebleu (Post 2018); tests hold every cut equal to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain

import numpy as np

from mteval.metrics.lexical.ngrams import Integers, expand

__all__ = ["WHITE_SPACE", "cut_by_13a", "number_characters", "number_words"]

# What str.split() splits at, and so what chrF ignores.
WHITE_SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
# Where sacrebleu's tokenizer 13a may cut a word, or what marks one as cut: elsewhere it does not.
_CUT_BY_13A = re.compile(r"[\n!-&(-,./:-@\[-`{-~]|[0-9]-").search
# The same and more, found in half the time.
_PERHAPS_CUT_BY_13A = re.compile(r"[\n!-&(-/:-@\[-`{-~]").search
# Marks that it cuts off the end of a word whatever stands before them.
_CUT_OFF_BY_13A = frozenset('!"#$%&()*+,./:;<=>?@[\\]^_`{|}~')


def number_characters(texts: list[str]) -> tuple[Integers, Integers]:
    """Return the characters of texts as numbers, without white space, and each text's length."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    used = np.zeros(max(int(codes.max(initial=0)), 0x3000) + 1, bool)
    used[codes] = True
    used[list(map(ord, WHITE_SPACE))] = False
    numbers = np.cumsum(used, dtype=np.int32) - 1
    kept = used[codes]
    before = np.concatenate(([0], np.cumsum(kept)))
    ends = np.cumsum(lengths)
    return numbers[codes[kept]], before[ends] - before[ends - lengths]


def _number(names: list[str]) -> tuple[list[str], Integers]:
    """Return the different names in the order of their numbers, and the number of each name."""
    numbers = dict.fromkeys(names, 0)
    numbers.update(zip(numbers, range(len(numbers)), strict=True))
    return list(numbers), np.fromiter(map(numbers.__getitem__, names), np.int64, len(names))


def number_words(
    split: list[list[str]], cut: Callable[[str], list[str]]
) -> tuple[Integers, Integers]:
    """Return the pieces into which the words of texts are cut, as numbers, and each text's length.

    Args:
        split: the words of each text.
        cut: what cuts a word; it is asked once for each different word.
    """
    n_words = np.fromiter(map(len, split), np.int64, len(split))
    vocabulary, words = _number(list(chain.from_iterable(split)))
    cuts = list(map(cut, vocabulary))
    _, pieces = _number(list(chain.from_iterable(cuts)))
    counts = np.fromiter(map(len, cuts), np.int64, len(cuts))
    starts = np.cumsum(counts) - counts
    of_words = counts[words]
    before = np.concatenate(([0], np.cumsum(of_words)))
    ends = np.cumsum(n_words)
    symbols = pieces[expand(starts[words], of_words)]
    return symbols, before[ends] - before[ends - n_words]


def cut_by_13a(tokenize: Callable[[str], str], word: str) -> list[str]:
    """Return the pieces into which sacrebleu's tokenizer 13a cuts a word.

    They depend on nothing beyond the white space around it, so each word is cut once.

    Args:
        tokenize: that tokenizer.
        word: it has no white space; after a line break at its beginning it is a token already.
    """
    if not _PERHAPS_CUT_BY_13A(word) or not _CUT_BY_13A(word):
        return [word]
    if word[0] == "\n":
        return [word[1:]]
    # By far the most common of the others: one mark, at the end.
    if len(word) > 1 and word[-1] in _CUT_OFF_BY_13A and not _PERHAPS_CUT_BY_13A(word[:-1]):
        return [word[:-1], word[-1]]
    return tokenize(word).split()
