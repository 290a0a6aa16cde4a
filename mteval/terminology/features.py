"""What describes a candidate for the rendering of a term: the features of the search.

Each is a number by candidate, (n_spans,); its weight is in SEARCH_WEIGHTS.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mteval.languages.en_terms import FUNCTION_WORDS
from mteval.languages.pair import ZH_EN
from mteval.languages.text import to_simplified
from mteval.terminology.matching import attached_year
from mteval.terminology.normalise import Word, fold_source, split_words
from mteval.terminology.passages import Passage, Question
from mteval.terminology.vectors import Vectors
from mteval.terminology.weights import (
    DISTANCE_SCALE,
    LENGTH_OFFSET,
    MAX_DISTANCE,
    MIN_WORD_LIKENESS,
    NEIGHBOURS,
    SEARCH_WEIGHTS,
    SOURCE_REACH,
)

__all__ = ["FEATURES", "Spans", "costly_features", "gains_of", "quick_features"]

Array = npt.NDArray[np.float64]
# Half-open ranges of words.
Spans = Sequence[tuple[int, int]]

FEATURES = tuple(SEARCH_WEIGHTS)

# What is embedded for punctuation where every word is.
NO_WORD = "."
_COMMA = re.compile("[,、,]")
_QUOTE_MARKS = frozenset('"“”「」『』《》')


def quick_features(
    question: Question, spans: Spans, expected: float, gains: Array
) -> dict[str, Array]:
    """Return the features that need no vectors of candidates, by name.

    Args:
        question: what is to be explained.
        spans: the candidates.
        expected: character offset where the text should render the term.
        gains: of every word of the passage: (n_words,).
    """
    passage, words = question.passage, question.passage.words
    total = np.concatenate([[0.0], gains.cumsum()])
    positive = np.concatenate([[0.0], np.maximum(gains, 0.0).cumsum()])
    i, j = np.array(spans).T
    lengths = np.array([words[b - 1].end - words[a].start for a, b in spans], dtype=np.float64)
    centres = passage.starts[i] + lengths / 2
    usual = (
        float(np.median([len(text) for text in question.listed]))
        if question.listed
        else ZH_EN.terms * len(fold_source(question.term).text)
    )
    n = len(words)
    around = positive[np.minimum(j + NEIGHBOURS, n)] - positive[np.maximum(i - NEIGHBOURS, 0)]
    return {
        "constant": np.ones(len(spans)),
        "gain": (total[j] - total[i]),
        "share of the gain around": (positive[j] - positive[i]) / np.maximum(around, 1e-9),
        "gain of the outer words": np.minimum(gains[i], gains[j - 1]),
        "gain of the words beside": np.array(
            [max(gains[a - 1] if a > 0 else 0.0, gains[b] if b < n else 0.0, 0.0) for a, b in spans]
        ),
        "distance": np.minimum(np.abs(centres - expected) / DISTANCE_SCALE, MAX_DISTANCE),
        "length": np.abs(np.log((lengths + LENGTH_OFFSET) / (usual + LENGTH_OFFSET))),
        "quotation marks": _quotation_marks(question, spans),
        "digits": _digits(question, spans),
        "capitals": _capitals(question, spans),
        "commas": _commas(question, spans),
    }


def costly_features(
    question: Question, spans: Spans, window: tuple[int, int], vectors: Vectors
) -> dict[str, Array]:
    """Return the features that compare candidates by their vectors, and in other passages.

    Args:
        question: what is to be explained.
        spans: the candidates, within ``window``.
        window: half-open range of words whose vectors are known.
        vectors: of texts.
    """
    passage, words = question.passage, question.passage.words
    first, last = window
    none = np.zeros(len(spans))
    found = vectors([passage.text[words[a].start : words[b - 1].end] for a, b in spans])
    columns = {"like the term": found @ vectors([to_simplified(question.term)])[0]}
    folded = fold_source(question.term).text
    parts = vectors(sorted({folded[k : k + 2] for k in range(max(len(folded) - 1, 1))}))
    rendered = parts @ vectors([word.text or NO_WORD for word in words[first:last]]).T
    columns["parts of the term rendered"] = np.array(
        [rendered[:, a - first : b - first].max(axis=1).mean() for a, b in spans]
    )
    columns["like a listed rendering"] = (
        (found @ vectors(question.listed).T).max(axis=1) if question.listed else none
    )
    columns["like the rendering of the reference"] = (
        found @ vectors([question.reference])[0] if question.reference else none
    )
    columns["wherever the term occurs"] = np.array(
        [_recurrence(question, words[a:b]) for a, b in spans]
    )
    return columns


def gains_of(question: Question, vectors: Vectors, first: int, last: int) -> Array:
    """Return for words how much likelier each renders a part of the term than what is around it."""
    source, occurrence = question.source, question.occurrence
    begin = max(0, occurrence.start - SOURCE_REACH)
    before = fold_source(source[begin : occurrence.start]).text
    after = fold_source(source[occurrence.end : occurrence.end + SOURCE_REACH]).text
    term = fold_source(question.term).text
    inside = sorted({term[k : k + n] for n in (1, 2, 3, 4) for k in range(len(term) - n + 1)})
    outside = sorted({part[k : k + 2] for part in (before, after) for k in range(len(part) - 1)})
    passage = question.passage
    texts = [word.text or NO_WORD for word in passage.words[first:last]]
    of_words = vectors(texts)
    likeness = (of_words @ vectors(inside).T).max(axis=1)
    rivals = (of_words @ vectors(outside).T).max(axis=1) if outside else np.zeros(len(texts))
    gains = likeness - np.maximum(rivals, MIN_WORD_LIKENESS)
    closed = passage.is_function_word | passage.is_break | passage.taken
    gains[closed[first:last]] = 0.0
    return np.asarray(gains, dtype=np.float64)


def _quotation_marks(question: Question, spans: Spans) -> Array:
    """Return 1 where term and candidate are quoted, -1 where a candidate runs across a mark."""
    source, occurrence = question.source, question.occurrence
    text, words = question.passage.text, question.passage.words
    quoted = source[occurrence.start - 1 : occurrence.start] in _QUOTE_MARKS
    values = []
    for i, j in spans:
        start, end = words[i].start, words[j - 1].end
        end = attached_year(text, end, occurrence.year)
        if _QUOTE_MARKS & set(text[start:end]):
            values.append(-1.0)
        elif quoted and text[start - 1 : start] in _QUOTE_MARKS:
            values.append(1.0 if text[end : end + 2].strip(",.")[:1] in _QUOTE_MARKS else 0.0)
        else:
            values.append(0.0)
    return np.array(values)


def _capitals(question: Question, spans: Spans) -> Array:
    """Return the share of capitalised words, if the term is a name; minus that, if it is none."""
    listed = [word.text for text in question.listed[:1] for word in split_words(text)]
    is_name = bool(listed) and all(
        text[:1].isupper() for text in listed if text.lower() not in FUNCTION_WORDS
    )
    sign = 1.0 if is_name else -1.0
    values = []
    for i, j in spans:
        inside = [
            w.text for w in question.passage.words[i:j] if w.text.lower() not in FUNCTION_WORDS
        ]
        values.append(sign * sum(text[:1].isupper() for text in inside) / max(len(inside), 1))
    return np.array(values)


def _digits(question: Question, spans: Spans) -> Array:
    """Return 1 if the year of the term follows, + 1 for its numbers, - 1 for numbers it lacks."""
    text, words = question.passage.text, question.passage.words
    occurrence = question.occurrence
    own = set(re.findall(r"\d+", question.term))
    values = []
    for i, j in spans:
        end = words[j - 1].end
        numbers = set(re.findall(r"\d+", text[words[i].start : end]))
        follows = attached_year(text, end, occurrence.year) > end
        values.append(float(follows) - float(bool(numbers - own)) + float(bool(numbers & own)))
    return np.array(values)


def _commas(question: Question, spans: Spans) -> Array:
    """Return how many commas a candidate has more than its term, of which one counts two."""
    own = len(_COMMA.findall(question.term))
    text, words = question.passage.text, question.passage.words
    return np.array(
        [max(0.0, text.count(",", words[i].start, words[j - 1].end) - 2.0 * own) for i, j in spans]
    )


def _recurrence(question: Question, words: Sequence[Word]) -> float:
    """Return the share of passages with the term that have the words, less of those without it."""
    key = f" {' '.join(word.key for word in words)} "

    def share(passages: Sequence[Passage]) -> float:
        return sum(key in passage.keys for passage in passages) / max(len(passages), 1)

    if not question.elsewhere:
        return 0.0
    return share(question.elsewhere) - share(question.without)
