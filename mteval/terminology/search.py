"""What a text wrote for a term where no listed rendering explains it.

Every stretch of words near the expected place is a candidate. It is described by a few numbers
(FEATURES): how like the term and its known renderings it is to a multilingual sentence encoder,
whether its words belong to the term rather than to what stands around it, its place, length,
quotation marks, capitals and digits, and whether the text has it wherever the term occurs. A
conditional logit model (McFadden 1974) weighs the candidates against each other and against "none
of them"; where that is likeliest, nothing is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mteval.terminology.features import FEATURES, costly_features, gains_of, quick_features
from mteval.terminology.normalise import fold_source
from mteval.terminology.passages import Passage, Question
from mteval.terminology.vectors import Vectors
from mteval.terminology.weights import (
    MAX_EXTRA_WORDS,
    MIN_CONFIDENCE,
    SEARCH_WEIGHTS,
    SHORTLIST,
    TEXT_REACH,
)

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)

__all__ = ["Answer", "Candidates", "candidates", "choose"]

Array = npt.NDArray[np.float64]

# Few enough that sums of another order (other cores, other hash seeds) give the same.
_CONFIDENCE_DIGITS = 4
_WEIGHTS = np.array(list(SEARCH_WEIGHTS.values()))


@dataclass(frozen=True)
class Candidates:
    """What may render a term: half-open ranges of words and features (n, n_features)."""

    spans: list[tuple[int, int]]
    features: Array


@dataclass(frozen=True, slots=True)
class Answer:
    """What renders a term.

    Attributes:
        words: half-open range of words.
        start: character offset in the text where it starts.
        end: where it ends (half-open), without a year.
        odds: log-odds of this candidate against none.
        confidence: probability, 0-1, that any candidate renders the term, to four digits.
    """

    words: tuple[int, int]
    start: int
    end: int
    odds: float
    confidence: float


def choose(question: Question, found: Candidates) -> Answer | None:
    """Return the likeliest candidate, or None where it is likelier that there is none."""
    if not found.spans:
        return None
    odds = found.features @ _WEIGHTS
    best = int(odds.argmax())
    confidence = round(float(1.0 / (1.0 + 1.0 / np.exp(odds).sum())), _CONFIDENCE_DIGITS)
    if confidence < MIN_CONFIDENCE:
        return None
    i, j = found.spans[best]
    words = question.passage.words
    return Answer((i, j), words[i].start, words[j - 1].end, float(odds[best]), confidence)


def candidates(question: Question, vectors: Vectors) -> Candidates:
    """Return what may render a term in a passage, with its features."""
    passage, occurrence = question.passage, question.occurrence
    words = passage.words
    middle = (occurrence.start + occurrence.end) / 2
    [expected] = passage.expected(len(question.source), [middle])
    first, last = passage.words_near(float(expected), TEXT_REACH)
    spans: list[tuple[int, int]] = []
    if first < last:
        gains = np.zeros(len(words))
        gains[first:last] = gains_of(question, vectors, first, last)
        longest = len(fold_source(question.term).text) + MAX_EXTRA_WORDS
        spans = _spans(passage, first, last, longest)
    if not spans:
        return Candidates([], np.zeros((0, len(FEATURES))))
    columns = quick_features(question, spans, float(expected), gains)
    quick = sum(columns[name] * SEARCH_WEIGHTS[name] for name in columns)
    kept = np.sort(np.argsort(-quick, kind="stable")[:SHORTLIST])
    spans = [spans[k] for k in kept]
    columns = {name: values[kept] for name, values in columns.items()}
    columns |= costly_features(question, spans, (first, last), vectors)
    return Candidates(
        spans, np.stack([np.asarray(columns[name], dtype=np.float64) for name in FEATURES], axis=1)
    )


def _spans(passage: Passage, first: int, last: int, longest: int) -> list[tuple[int, int]]:
    """Return the ranges of free words that neither begin nor end with a function word."""
    closed, function = passage.taken | passage.is_break, passage.is_function_word
    spans = []
    for i in range(first, last):
        if closed[i] or function[i]:
            continue
        for j in range(i + 1, min(i + longest, last) + 1):
            if closed[j - 1]:
                break
            if not function[j - 1]:
                spans.append((i, j))
    return spans
