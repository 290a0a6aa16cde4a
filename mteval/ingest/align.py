"""Paragraph alignment by meaning, length, numbers and speaker labels.

Each pair of paragraphs gets the log-odds of being translations of each other; a monotone dynamic
programme then picks the pairs whose odds are best in sum and leaves the rest unpaired. Position
alone never pairs anything, so a paragraph without counterpart does not shift the others.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mteval.encoder import Embed
from mteval.pinyin import pinyin
from mteval.text import HAN, to_simplified

__all__ = [
    "FEATURES",
    "Pair",
    "align",
    "label_agreement",
    "pair_features",
    "pair_odds",
    "turn_of",
]

Array = npt.NDArray[np.float64]

FEATURES = ("similarity", "margin", "length", "numbers shared", "numbers differing", "label")
# Logistic regression on FEATURES, fitted by benchmarks/alignment.py --fit on pages made of WMT21
# news zh-en (2026-11); no page of references/raw went into it. The label's weight is set by hand,
# as news has no speakers.
_WEIGHTS = np.array([5.9, 26.8, -7.5, 1.1, -0.7, 3.0])
# Fitted -4.1 for any two paragraphs of a page; that the order must fit is worth +1.7 (best F1 on
# the same pages, in steps of 1).
_INTERCEPT = -2.4
# Below this cosine nothing pairs, however short of rivals the page is: true pairs of the pages that
# the tests make have 0.38 and more, 2 of the 1,875 segments of WMT22 zh-en less than 0.2.
_LEAST_SIMILARITY = 0.2
# English characters for one Chinese character (median over the segments of WMT21 news zh-en).
_CHARACTERS_PER_HAN = 3.9

_DIGITS = re.compile(r"\d+")
_HAN_MONTH = re.compile(r"(\d{1,2})月")
_MONTHS = {
    name: str(number)
    for number, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
}
_NOT_WORD = re.compile(r"[\W_]+")
_ENGLISH_WORD = re.compile(r"[A-Za-z]+")
# "吴谦:" or "国防部发言人吴谦:" against "Wu Qian:" or "Spokesperson Wu Qian:".
_HAN_LABEL = re.compile(rf"^\s*([{HAN}· ]{{1,20}}?)\s*[:：]")
_ENGLISH_LABEL = re.compile(r"^\s*([A-Z][A-Za-z.'’ -]{0,50}?)\s*[:：]")
_HAN_ANSWER = re.compile("^答$|发言人|部长|主任|局长|司长|主席|总理")
_ENGLISH_ANSWER = re.compile(r"^(a|answer)$|spokes|minister|director", re.IGNORECASE)
_HAN_QUESTION = re.compile("记者|提问|^问$")
_ENGLISH_QUESTION = re.compile(r"^(q|question)$|reporter|journalist|correspondent", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pair:
    """Pair paragraph ``source`` with paragraph ``target`` (indices from 0).

    ``confidence`` is the probability, 0-1, that the two are translations of each other.
    """

    source: int
    target: int
    confidence: float


def align(sources: Sequence[str], targets: Sequence[str], embed: Embed) -> list[Pair]:
    """Align Chinese paragraphs with English ones, one to one, in order, leaving some unpaired.

    Args:
        sources: Chinese paragraphs in the order of the page.
        targets: English paragraphs in the order of the page.
        embed: sentence encoder, such as ``sentence_encoder()``.

    Returns:
        The pairs, by position. Time and memory grow with len(sources) x len(targets).
    """
    if not sources or not targets:
        return []
    odds = pair_odds(sources, targets, embed)
    # best[i, j]: the best sum over the first i sources and the first j targets.
    best = np.zeros((len(sources) + 1, len(targets) + 1))
    for i in range(1, len(sources) + 1):
        # A pair must be likelier than not (odds > 0) to be worth making.
        diagonal = best[i - 1, :-1] + np.maximum(odds[i - 1], 0.0)
        best[i, 1:] = np.maximum.accumulate(np.maximum(best[i - 1, 1:], diagonal))
    pairs = []
    i, j = len(sources), len(targets)
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append(Pair(i, j, float(1.0 / (1.0 + np.exp(-odds[i, j])))))
    return pairs[::-1]


def pair_odds(sources: Sequence[str], targets: Sequence[str], embed: Embed) -> Array:
    """Give the log-odds that each pair is one of translations: (n_sources, n_targets)."""
    features = pair_features(sources, targets, embed)
    odds = np.asarray(features @ _WEIGHTS + _INTERCEPT)
    odds[features[..., FEATURES.index("similarity")] < _LEAST_SIMILARITY] = -np.inf
    return odds


def pair_features(sources: Sequence[str], targets: Sequence[str], embed: Embed) -> Array:
    """Describe every pair by the numbers that FEATURES names: (n_sources, n_targets, 6)."""
    simplified = [to_simplified(text) for text in sources]
    similarity = np.asarray(embed(simplified) @ embed(targets).T, dtype=np.float64)
    shared, differing = _numbers(simplified, targets)
    return np.stack(
        [
            similarity,
            _margin(similarity, simplified, targets),
            _length_distance(simplified, targets),
            shared,
            differing,
            label_agreement(simplified, targets),
        ],
        axis=-1,
    )


def _margin(similarity: Array, sources: Sequence[str], targets: Sequence[str]) -> Array:
    """Give by how much each pair is more alike than the best rivals of its two sides."""
    by_row, by_column = _best_other(similarity), _best_other(similarity.T).T
    # Where both sides say the same thing again (a greeting), a repetition is no rival.
    for rows in _repetitions(sources):
        for columns in _repetitions(targets):
            others = np.delete(similarity[rows], columns, axis=1)
            by_row[np.ix_(rows, columns)] = others.max(axis=1, initial=0.0)[:, None]
            others = np.delete(similarity[:, columns], rows, axis=0)
            by_column[np.ix_(rows, columns)] = others.max(axis=0, initial=0.0)[None, :]
    return similarity - (by_row + by_column) / 2


def _best_other(similarity: Array) -> Array:
    """Find, for each cell, the best of the other cells of its row; 0 where there is none."""
    if similarity.shape[1] < 2:
        return np.zeros_like(similarity)
    ranked = np.sort(similarity, axis=1)
    best, second = ranked[:, -1:], ranked[:, -2:-1]
    return np.maximum(np.where(similarity == best, second, best), 0.0)


def _repetitions(texts: Sequence[str]) -> list[list[int]]:
    """List the positions of every text that occurs more than once, punctuation and case apart."""
    positions: dict[str, list[int]] = {}
    for position, text in enumerate(texts):
        positions.setdefault(_NOT_WORD.sub("", text).casefold(), []).append(position)
    return [group for group in positions.values() if len(group) > 1]


def _length_distance(sources: Sequence[str], targets: Sequence[str]) -> Array:
    # The constant keeps headings of a few characters from looking far apart.
    source = np.array([len(text) * _CHARACTERS_PER_HAN + 15.0 for text in sources])
    target = np.array([len(text) + 15.0 for text in targets])
    return np.asarray(np.abs(np.log(target[None, :] / source[:, None])))


def _numbers(sources: Sequence[str], targets: Sequence[str]) -> tuple[Array, Array]:
    """Give the Dice overlap of the numbers of each pair, and 1 - that where both have some."""
    left = [frozenset(_DIGITS.findall(text)) for text in sources]
    months = [frozenset(_HAN_MONTH.findall(text)) for text in sources]
    right = [frozenset(_DIGITS.findall(text)) for text in targets]
    named = [
        frozenset(_MONTHS[w] for w in map(str.lower, _ENGLISH_WORD.findall(text)) if w in _MONTHS)
        for text in targets
    ]
    shared = np.zeros((len(sources), len(targets)))
    differing = np.zeros_like(shared)
    for i, (numbers, source_months) in enumerate(zip(left, months, strict=True)):
        for j, (others, target_months) in enumerate(zip(right, named, strict=True)):
            # A month's name counts as its number where the other side writes the number.
            english = others | (target_months & source_months)
            if numbers and english:
                shared[i, j] = 2 * len(numbers & english) / (len(numbers) + len(english))
                differing[i, j] = 1 - shared[i, j]
    return shared, differing


def label_agreement(sources: Sequence[str], targets: Sequence[str]) -> Array:
    """Compare speaker labels: 1 the same, -1 one asks and the other answers, 0 not known."""
    sources = [to_simplified(text) for text in sources]
    left = [match[1] if (match := _HAN_LABEL.match(text)) else "" for text in sources]
    right = [match[1] if (match := _ENGLISH_LABEL.match(text)) else "" for text in targets]
    same = np.array([[_is_name_of(han, english) for english in right] for han in left])
    asks_left = np.array([bool(_HAN_QUESTION.search(label)) for label in left])
    asks_right = np.array([bool(_ENGLISH_QUESTION.search(label)) for label in right])
    # "AFP:" asks as well as "Reporter:" does, so only a speaker whom both sides name, or one who is
    # called so, is known to answer.
    answers_left = same.any(axis=1) | [bool(_HAN_ANSWER.search(label)) for label in left]
    answers_right = same.any(axis=0) | [bool(_ENGLISH_ANSWER.search(label)) for label in right]
    differ = np.outer(asks_left, answers_right & ~asks_right) | np.outer(
        answers_left & ~asks_left, asks_right
    )
    alike = same | np.outer(asks_left, asks_right)
    return np.where(differ, -1.0, np.where(alike, 1.0, 0.0))


def turn_of(text: str) -> str | None:
    """Tell whose turn a paragraph opens by its label: "question", "other", None without label."""
    match = _HAN_LABEL.match(to_simplified(text)) or _ENGLISH_LABEL.match(text)
    if match is None:
        return None
    asks = _HAN_QUESTION.search(match[1]) or _ENGLISH_QUESTION.search(match[1])
    return "question" if asks else "other"


@functools.lru_cache(maxsize=4096)
def _is_name_of(han: str, english: str) -> bool:
    # A Chinese name is the last two to four characters of its label; pinyin tells the rest.
    letters = "".join(_ENGLISH_WORD.findall(english)).lower()
    spelt = [pinyin(han[-size:]) for size in (4, 3, 2) if len(han) >= size]
    return any(name and name in letters for name in spelt)
