"""Who speaks in a transcript: labels before a colon, who asks and who answers."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import numpy as np

from mteval.alignment.arrays import Bools
from mteval.alignment.tokens import LATIN_WORD
from mteval.languages.base import Language

__all__ = ["compare_speakers", "find_turns", "speaker_of"]


def speaker_of(text: str, language: Language) -> str:
    """Return the label of who speaks in a paragraph, "" where nobody is named."""
    return match[1] if (match := language.speaker.match(text)) else ""


def find_turns(labels: Sequence[str], language: Language) -> Bools:
    """Return for each paragraph whether it asks where another answered, or the other way round."""
    before = None
    found = np.zeros(len(labels), dtype=bool)
    for n, label in enumerate(labels):
        if label:
            turn = bool(language.asks.search(label))
            found[n] = before is not None and turn != before
            before = turn
    return found


def compare_speakers(
    languages: tuple[Language, Language], labels: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], float]:
    """Return for pairs of labels 1 if they are the same, -1 if one asks and one answers, or 0."""
    pairs = set(labels)
    same = {pair for pair in pairs if _is_name_of(*pair, languages[0])}
    # "AFP:" asks as well as "Reporter:" does, so only a speaker whom both sides name, or one who is
    # called so, is known to answer.
    named = {source for source, _ in same}, {target for _, target in same}
    found = {}
    for pair in pairs:
        asks, answers = [], []
        for label, language, known in zip(pair, languages, named, strict=True):
            asks.append(bool(language.asks.search(label)))
            is_answering = label in known or bool(language.answers.search(label))
            answers.append(not asks[-1] and is_answering)
        differ = (asks[0] and answers[1]) or (answers[0] and asks[1])
        alike = pair in same or all(asks)
        found[pair] = -1.0 if differ else 1.0 if alike else 0.0
    return found


@functools.lru_cache(maxsize=4096)
def _is_name_of(label: str, other: str, language: Language) -> bool:
    # A name is the last two to four letters of a label in its script, as romanised in the other.
    letters = "".join(LATIN_WORD.findall(other)).lower()
    spelt = [language.romanise(label[-size:]) for size in (4, 3, 2) if len(label) >= size]
    return any(name and name in letters for name in spelt)
