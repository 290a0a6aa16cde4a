"""Who speaks in a transcript: labels before a colon, who asks and who answers."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mteval.alignment.arrays import Bools
from mteval.languages.pinyin import pinyin
from mteval.languages.text import HAN

__all__ = ["ENGLISH_SPEAKERS", "HAN_SPEAKERS", "SpeakerWords", "compare_speakers", "find_turns"]


@dataclass(frozen=True)
class SpeakerWords:
    """How a language labels speakers.

    Attributes:
        labels: matches a paragraph that begins with a label; its first group is the label.
        asking: found in the label of who asks.
        answering: found in the label of who answers.
    """

    labels: re.Pattern[str]
    asking: re.Pattern[str]
    answering: re.Pattern[str]

    def label(self, text: str) -> str:
        """Return who speaks in a paragraph, "" where nobody is named."""
        return match[1] if (match := self.labels.match(text)) else ""


# "吴谦:" or "国防部发言人吴谦:" against "Wu Qian:" or "Spokesperson Wu Qian:".
HAN_SPEAKERS = SpeakerWords(
    re.compile(rf"^\s*([{HAN}· ]{{1,20}}?)\s*[:：]"),
    re.compile("记者|提问|^问$"),
    re.compile("^答$|发言人|部长|主任|局长|司长|主席|总理"),
)
ENGLISH_SPEAKERS = SpeakerWords(
    re.compile(r"^\s*([A-Z][A-Za-z.'’ -]{0,50}?)\s*[:：]"),
    re.compile(r"^(?:q|question)$|reporter|journalist|correspondent", re.IGNORECASE),
    re.compile(r"^(?:a|answer)$|spokes|minister|director", re.IGNORECASE),
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9&]+")


def find_turns(labels: Sequence[str], speakers: SpeakerWords) -> Bools:
    """Return for each paragraph whether it asks where another answered, or the other way round."""
    before = None
    found = np.zeros(len(labels), dtype=bool)
    for n, label in enumerate(labels):
        if label:
            turn = bool(speakers.asking.search(label))
            found[n] = before is not None and turn != before
            before = turn
    return found


def compare_speakers(labels: Iterable[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Return for pairs of labels 1 if they are the same, -1 if one asks and one answers, or 0."""
    pairs = set(labels)
    same = {pair for pair in pairs if _is_name_of(*pair)}
    # "AFP:" asks as well as "Reporter:" does, so only a speaker whom both sides name, or one who is
    # called so, is known to answer.
    named = {han for han, _ in same}, {english for _, english in same}
    found = {}
    for pair in pairs:
        asks, answers = [], []
        for label, words, known in zip(pair, (HAN_SPEAKERS, ENGLISH_SPEAKERS), named, strict=True):
            asks.append(bool(words.asking.search(label)))
            is_answering = label in known or bool(words.answering.search(label))
            answers.append(not asks[-1] and is_answering)
        differ = (asks[0] and answers[1]) or (answers[0] and asks[1])
        alike = pair in same or all(asks)
        found[pair] = -1.0 if differ else 1.0 if alike else 0.0
    return found


@functools.lru_cache(maxsize=4096)
def _is_name_of(han: str, english: str) -> bool:
    # A Chinese name is the last two to four characters of its label, which pinyin shows.
    letters = "".join(_LATIN.findall(english)).lower()
    spelt = [pinyin(han[-size:]) for size in (4, 3, 2) if len(han) >= size]
    return any(name and name in letters for name in spelt)
