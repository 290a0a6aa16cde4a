"""What a text wrote for a term where no listed rendering explains it.

Every stretch of words near the expected place is a candidate. It is described by a few numbers
(FEATURES): how like the term and its known renderings it is to a multilingual sentence encoder,
whether its words belong to the term rather than to what stands around it, its place, length,
quotation marks, capitals and digits, and whether the text has it wherever the term occurs. A
conditional logit model (McFadden 1974) weighs the candidates against each other and against "none
of them"; where that is likeliest, nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mteval.languages.encoder import Embed
from mteval.languages.pinyin import strip_marks
from mteval.languages.text import to_simplified
from mteval.terminology.matching import Occurrence, attached_year
from mteval.terminology.normalise import BREAK, Word, fold_source, split_words

__all__ = [
    "FEATURES",
    "PASSAGES",
    "Answer",
    "Candidates",
    "Passage",
    "Question",
    "Vectors",
    "candidates",
    "choose",
    "pinyin_letters",
]

Array = npt.NDArray[np.float64]

FEATURES = (
    "constant",
    "like the term",
    "parts of the term rendered",
    "like a listed rendering",
    "like the rendering of the reference",
    "gain",
    "share of the gain around",
    "gain of the outer words",
    "gain of the words beside",
    "distance",
    "length",
    "quotation marks",
    "capitals",
    "digits",
    "commas",
    "wherever the term occurs",
)
# Fitted by benchmarks/terms.py --fit (2026-11) on the first two thirds of the labels in
# tests/data/terms; the last third was written afterwards.
_WEIGHTS = np.array(
    [-8.2, 6.2, 4.9, 5.3, 3.6, 4.4, 1.5, 0.1, -5.8, -11.2, -1.3, 4.8, 0.1, 2.2, -3.3, 2.0]
)

# Below this nothing is claimed.
_LEAST_CONFIDENCE = 0.5
# Characters of the source on either side of a term whose words compete for the words of the text.
_SOURCE_REACH = 30
# Characters of the text on either side of the expected place where candidates are looked for.
_TEXT_REACH = 600
# Candidates that are described in full, chosen by the numbers that cost little.
_SHORTLIST = 40
# A word less like the term than this does not belong to it, whatever stands around.
_LEAST_LIKE = 0.4
# English characters for one Chinese character (median over the segments of WMT21 news zh-en).
_CHARACTERS_PER_HAN = 3.9
# So many passages with the term, and without it, are worth looking a candidate up in.
PASSAGES = 6

# Words that neither begin nor end a term.
_FUNCTION_WORDS = frozenset(
    """
    about above across after against all also am among and any are as at be because been before
    being between both but by can could did do does during each either every few for from had
    has have he her here him his how i if in into is it its just may me might more most must my
    no nor not of off on one onto or other our out over own per shall she should since so some
    such than that the their them then there these they this those through thus to toward
    towards under until up upon us very was we were what when where which while who whom whose
    why will with within without would you your a an
    """.split()  # noqa: SIM905 - a list of words a line each
)
# What stands for punctuation where every word is embedded.
_NOTHING = "."
_COMMA = re.compile("[,、,]")
_QUOTE_MARKS = frozenset('"“”「」『』《》')


class Vectors:
    """Embed every distinct text once."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._rows: dict[str, int] = {}
        self._matrix: npt.NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Give unit vectors of texts: (n_texts, d)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if new:
            vectors = np.asarray(self._embed(new), dtype=np.float32)
            self._rows |= {text: len(self._rows) + i for i, text in enumerate(new)}
            if len(self._rows) > self._matrix.shape[0]:
                grown = np.zeros((2 * len(self._rows), vectors.shape[1]), dtype=np.float32)
                grown[: self._matrix.shape[0]] = self._matrix if self._matrix.size else 0
                self._matrix = grown
            self._matrix[len(self._rows) - len(new) : len(self._rows)] = vectors
        return self._matrix[[self._rows[text] for text in texts]]


def pinyin_letters(text: str) -> str:
    """Give the letters of pinyin that texts spell alike: lower case, no tones, ü as u."""
    return "".join(c for c in strip_marks(text) if c.isalpha()).replace("v", "u")


class Passage:
    """Hold one segment of a text as words, and what of it is explained already."""

    def __init__(self, text: str, words: Sequence[Word]) -> None:
        self.text = text
        self.words = words
        # Which words are explained.
        self.taken = np.zeros(len(words), dtype=bool)
        # (character offset in the source, in the text) of what is explained
        self.anchors: list[tuple[float, float]] = []

    @cached_property
    def keys(self) -> str:
        """The keys of all words, each between spaces."""
        return f" {' '.join(word.key for word in self.words)} "

    @cached_property
    def starts(self) -> Array:
        """Character offset of every word: (n_words,)."""
        return np.array([word.start for word in self.words], dtype=np.float64)

    @cached_property
    def ends(self) -> Array:
        """Offset behind every word: (n_words,)."""
        return np.array([word.end for word in self.words], dtype=np.float64)

    @cached_property
    def is_break(self) -> npt.NDArray[np.bool_]:
        """Whether a word is punctuation that ends a phrase: (n_words,)."""
        return np.array([word.key == BREAK for word in self.words], dtype=bool)

    @cached_property
    def is_function_word(self) -> npt.NDArray[np.bool_]:
        """Whether a word neither begins nor ends a term: (n_words,)."""
        return np.array([word.text.lower() in _FUNCTION_WORDS for word in self.words], dtype=bool)

    def words_within(self, start: int, end: int) -> tuple[int, int]:
        """Give the words that share characters with a stretch of the text: half-open range."""
        first = int(np.searchsorted(self.ends, start, side="right"))
        return first, int(np.searchsorted(self.starts, end, side="left"))

    def take(self, words: tuple[int, int], source: float, place: float) -> None:
        """Mark words as explained, by a term at an offset of the source."""
        self.taken[words[0] : words[1]] = True
        self.anchors.append((source, place))

    def expected(self, source_length: int, at: Sequence[float]) -> Array:
        """Interpolate where the text renders what stands at offsets of the source: (n,) -> (n,)."""
        known = sorted([(0.0, 0.0), *self.anchors, (float(source_length), float(len(self.text)))])
        return np.interp(at, [a for a, _ in known], [b for _, b in known])

    @cached_property
    def spelt(self) -> list[str]:
        """The letters of each word, in lower case: (n_words,)."""
        return [pinyin_letters(word.text) for word in self.words]

    @cached_property
    def by_letters(self) -> dict[str, list[int]]:
        """The words that have the same letters."""
        found: dict[str, list[int]] = {}
        for n, letters in enumerate(self.spelt):
            found.setdefault(letters, []).append(n)
        return found


@dataclass(frozen=True)
class Question:
    """Hold an occurrence to explain.

    Attributes:
        passage: the text that must have it.
        source: the source segment.
        occurrence: where the term stands in it.
        listed: the renderings that the termbase lists.
        reference: what the official reference has for the occurrence, if that is known.
        elsewhere: passages of the same text whose source has the term as well, PASSAGES at most.
        without: passages of the same text whose source does not have it, as many.
    """

    passage: Passage
    source: str
    occurrence: Occurrence
    listed: tuple[str, ...]
    reference: str | None
    elsewhere: Sequence[Passage]
    without: Sequence[Passage]


@dataclass(frozen=True)
class Candidates:
    """Hold what may render a term: half-open ranges of words and features (n, n_features)."""

    spans: list[tuple[int, int]]
    features: Array


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what renders a term.

    Attributes:
        words: half-open range of words.
        start: character offset in the text where it starts.
        end: where it ends (half-open), without a year.
        odds: log-odds of this candidate against none.
        confidence: probability, 0-1, that any candidate renders the term.
    """

    words: tuple[int, int]
    start: int
    end: int
    odds: float
    confidence: float


def choose(question: Question, found: Candidates) -> Answer | None:
    """Choose the likeliest candidate, or None where it is likelier that there is none."""
    if not found.spans:
        return None
    odds = found.features @ _WEIGHTS
    best = int(odds.argmax())
    confidence = float(1.0 / (1.0 + 1.0 / np.exp(odds).sum()))
    if confidence < _LEAST_CONFIDENCE:
        return None
    i, j = found.spans[best]
    words = question.passage.words
    return Answer((i, j), words[i].start, words[j - 1].end, float(odds[best]), confidence)


def candidates(question: Question, vectors: Vectors) -> Candidates:
    """List what may render a term in a passage, and describe it."""
    passage, occurrence = question.passage, question.occurrence
    words = passage.words
    term = question.source[occurrence.start : occurrence.end]
    middle = (occurrence.start + occurrence.end) / 2
    [expected] = passage.expected(len(question.source), [middle])
    near = np.abs(passage.starts - expected) <= _TEXT_REACH
    if not near.any():
        return Candidates([], np.zeros((0, len(FEATURES))))
    first, last = int(near.argmax()), len(near) - int(near[::-1].argmax())
    gains = np.zeros(len(words))
    gains[first:last] = _gains(question, vectors, first, last)

    folded = fold_source(term).text
    longest = len(folded) + 3
    spans = _spans(passage, first, last, longest)
    if not spans:
        return Candidates([], np.zeros((0, len(FEATURES))))
    total = np.concatenate([[0.0], gains.cumsum()])
    positive = np.concatenate([[0.0], np.maximum(gains, 0.0).cumsum()])
    i, j = np.array(spans).T
    lengths = np.array([words[b - 1].end - words[a].start for a, b in spans], dtype=np.float64)
    centres = passage.starts[i] + lengths / 2
    usual = (
        float(np.median([len(text) for text in question.listed]))
        if question.listed
        else _CHARACTERS_PER_HAN * len(folded)
    )
    n = len(words)
    around = positive[np.minimum(j + 4, n)] - positive[np.maximum(i - 4, 0)]
    columns = {
        "constant": np.ones(len(spans)),
        "gain": (total[j] - total[i]),
        "share of the gain around": (positive[j] - positive[i]) / np.maximum(around, 1e-9),
        "gain of the outer words": np.minimum(gains[i], gains[j - 1]),
        "gain of the words beside": np.array(
            [max(gains[a - 1] if a > 0 else 0.0, gains[b] if b < n else 0.0, 0.0) for a, b in spans]
        ),
        "distance": np.minimum(np.abs(centres - expected) / 200, 2.0),
        "length": np.abs(np.log((lengths + 5) / (usual + 5))),
        "quotation marks": _quotation_marks(question, spans),
        "digits": _digits(question, spans),
        "capitals": _capitals(question, spans),
        "commas": _commas(question, spans),
    }
    cheap = sum(columns[name] * _WEIGHTS[FEATURES.index(name)] for name in columns)
    kept = np.sort(np.argsort(-cheap, kind="stable")[:_SHORTLIST])
    spans = [spans[k] for k in kept]
    texts = [passage.text[words[a].start : words[b - 1].end] for a, b in spans]
    found = vectors(texts)
    columns = {name: values[kept] for name, values in columns.items()}
    columns["like the term"] = found @ vectors([to_simplified(term)])[0]
    parts = vectors(sorted({folded[k : k + 2] for k in range(max(len(folded) - 1, 1))}))
    rendered = parts @ vectors([word.text or _NOTHING for word in words[first:last]]).T
    columns["parts of the term rendered"] = np.array(
        [rendered[:, a - first : b - first].max(axis=1).mean() for a, b in spans]
    )
    columns["like a listed rendering"] = (
        (found @ vectors(question.listed).T).max(axis=1) if question.listed else np.zeros(len(kept))
    )
    columns["like the rendering of the reference"] = (
        found @ vectors([question.reference])[0] if question.reference else np.zeros(len(kept))
    )
    columns["wherever the term occurs"] = np.array(
        [_recurrence(question, passage.words[a:b]) for a, b in spans]
    )
    return Candidates(
        spans, np.stack([np.asarray(columns[name], dtype=np.float64) for name in FEATURES], axis=1)
    )


def _gains(question: Question, vectors: Vectors, first: int, last: int) -> Array:
    """Say of each word how much likelier it renders a part of the term than what is around it."""
    source, occurrence = question.source, question.occurrence
    begin = max(0, occurrence.start - _SOURCE_REACH)
    before = fold_source(source[begin : occurrence.start]).text
    after = fold_source(source[occurrence.end : occurrence.end + _SOURCE_REACH]).text
    term = fold_source(source[occurrence.start : occurrence.end]).text
    inside = sorted({term[k : k + n] for n in (1, 2, 3, 4) for k in range(len(term) - n + 1)})
    outside = sorted({part[k : k + 2] for part in (before, after) for k in range(len(part) - 1)})
    passage = question.passage
    texts = [word.text or _NOTHING for word in passage.words[first:last]]
    of_words = vectors(texts)
    likeness = (of_words @ vectors(inside).T).max(axis=1)
    rivals = (of_words @ vectors(outside).T).max(axis=1) if outside else np.zeros(len(texts))
    gains = likeness - np.maximum(rivals, _LEAST_LIKE)
    closed = passage.is_function_word | passage.is_break | passage.taken
    gains[closed[first:last]] = 0.0
    return np.asarray(gains, dtype=np.float64)


def _spans(passage: Passage, first: int, last: int, longest: int) -> list[tuple[int, int]]:
    """List the ranges of free words that neither begin nor end with a function word."""
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


def _quotation_marks(question: Question, spans: Sequence[tuple[int, int]]) -> Array:
    """Say 1 where term and candidate are both quoted, -1 where a candidate runs across a mark."""
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


def _capitals(question: Question, spans: Sequence[tuple[int, int]]) -> Array:
    """Give the share of capitalised words, if the term is a name; minus that, if it is none."""
    listed = [word.text for text in question.listed[:1] for word in split_words(text)]
    is_name = bool(listed) and all(
        text[:1].isupper() for text in listed if text.lower() not in _FUNCTION_WORDS
    )
    sign = 1.0 if is_name else -1.0
    values = []
    for i, j in spans:
        inside = [
            w.text for w in question.passage.words[i:j] if w.text.lower() not in _FUNCTION_WORDS
        ]
        values.append(sign * sum(text[:1].isupper() for text in inside) / max(len(inside), 1))
    return np.array(values)


def _digits(question: Question, spans: Sequence[tuple[int, int]]) -> Array:
    """Say 1 where the year of the term follows, minus the share of numbers the term lacks."""
    text, words = question.passage.text, question.passage.words
    occurrence = question.occurrence
    term = question.source[occurrence.start : occurrence.end]
    own = set(re.findall(r"\d+", term))
    values = []
    for i, j in spans:
        end = words[j - 1].end
        numbers = set(re.findall(r"\d+", text[words[i].start : end]))
        follows = attached_year(text, end, occurrence.year) > end
        values.append(float(follows) - float(bool(numbers - own)) + float(bool(numbers & own)))
    return np.array(values)


def _commas(question: Question, spans: Sequence[tuple[int, int]]) -> Array:
    """Count the commas that a candidate has and its term does not."""
    occurrence = question.occurrence
    own = len(_COMMA.findall(question.source[occurrence.start : occurrence.end]))
    text, words = question.passage.text, question.passage.words
    return np.array(
        [max(0.0, text.count(",", words[i].start, words[j - 1].end) - 2.0 * own) for i, j in spans]
    )


def _recurrence(question: Question, words: Sequence[Word]) -> float:
    """Give the share of passages with the term that have the words, less of those without it."""
    key = f" {' '.join(word.key for word in words)} "

    def share(passages: Sequence[Passage]) -> float:
        return sum(key in passage.keys for passage in passages) / max(len(passages), 1)

    if not question.elsewhere:
        return 0.0
    return share(question.elsewhere) - share(question.without)
