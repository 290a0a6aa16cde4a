"""Errors put into translations, so that the order of two texts is known without a rater.

Each kind is one that MQM raters mark (Freitag et al. 2021): omission, addition, mistranslation of
a word, a name or a number, negation turned round, source left untranslated, words in wrong order.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

__all__ = ["KINDS", "Corruptor"]

_NUMBER = re.compile(r"\d+")
_EDGES = ".,;:!?\"'()[]“”‘’"
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NEGATIONS = {"not", "no", "never", "cannot", "without"}
_AUXILIARIES = {
    *("is", "are", "was", "were", "be", "been", "has", "have", "had", "do", "does", "did"),
    *("will", "would", "can", "could", "should", "must", "may", "might"),
}


class Corruptor:
    """Put one error after another into texts.

    Args:
        references: texts whose words, names and phrases serve as wrong ones.
        seed: of the choice of places and words.
    """

    def __init__(self, references: Sequence[str], seed: int) -> None:
        self._random = random.Random(seed)
        words = [text.split() for text in references]
        self._phrases = [several for several in words if len(several) > 3]
        self._names = sorted({bare for several in words for bare in _names(several)})
        self._content = sorted(
            {
                bare
                for several in words
                for word in several
                if _is_content(bare := word.strip(_EDGES))
            }
        )

    def corrupt(self, text: str, source: str) -> str | None:
        """Put one error into a text; None where no kind of error fits it.

        Args:
            text: a translation.
            source: what it translates, for what is left untranslated.
        """
        words = text.split()
        kinds = list(KINDS.values())
        self._random.shuffle(kinds)
        for kind in kinds:
            found = kind(self, words, source)
            if found is not None and found != words:
                return " ".join(found)
        return None

    def _drop(self, words: list[str], source: str) -> list[str] | None:  # noqa: ARG002
        start, end = self._span(words, 4)
        return words[:start] + words[end:] if len(words) > end - start else None

    def _add(self, words: list[str], source: str) -> list[str] | None:  # noqa: ARG002
        if not self._phrases:
            return None
        donor = self._random.choice(self._phrases)
        start, end = self._span(donor, 4)
        place = self._random.randint(0, len(words))
        return words[:place] + donor[start:end] + words[place:]

    def _substitute(self, words: list[str], source: str) -> list[str] | None:  # noqa: ARG002
        places = [i for i, word in enumerate(words) if _is_content(word.strip(_EDGES))]
        return self._replaced(words, places, self._content)

    def _rename(self, words: list[str], source: str) -> list[str] | None:  # noqa: ARG002
        names = set(_names(words))
        places = [i for i, word in enumerate(words) if word.strip(_EDGES) in names]
        return self._replaced(words, places, self._names)

    def _renumber(self, words: list[str], source: str) -> list[str] | None:  # noqa: ARG002
        places = [i for i, word in enumerate(words) if _NUMBER.search(word)]
        if not places:
            return None
        place = self._random.choice(places)

        def other(number: re.Match[str]) -> str:
            most = 10 ** len(number[0])
            return str((int(number[0]) + self._random.randint(1, most - 1)) % most)

        return [*words[:place], _NUMBER.sub(other, words[place]), *words[place + 1 :]]

    def _negate(self, words: list[str], source: str) -> list[str] | None:  # noqa: ARG002
        denied = [i for i, word in enumerate(words) if word.lower() in _NEGATIONS]
        if denied:
            place = self._random.choice(denied)
            return words[:place] + words[place + 1 :]
        places = [i for i, word in enumerate(words) if word.lower() in _AUXILIARIES]
        if not places:
            return None
        place = self._random.choice(places) + 1
        return [*words[:place], "not", *words[place:]]

    def _leave(self, words: list[str], source: str) -> list[str] | None:
        if not words or not _HAN.search(source):
            return None
        start, end = self._span(words, 4)
        # What stands at about the same place in the source.
        first = int(start / len(words) * len(source))
        last = max(first + 2, int(end / len(words) * len(source)))
        left = source[first:last]
        return [*words[:start], left, *words[end:]] if _HAN.search(left) else None

    def _reorder(self, words: list[str], source: str) -> list[str] | None:  # noqa: ARG002
        if len(words) < 6:
            return None
        a, b, c = sorted(self._random.sample(range(len(words) + 1), 3))
        return words[:a] + words[b:c] + words[a:b] + words[c:]

    def _span(self, words: Sequence[str], most: int) -> tuple[int, int]:
        size = self._random.randint(1, most)
        start = self._random.randint(0, max(0, len(words) - size))
        return start, min(len(words), start + size)

    def _replaced(
        self, words: list[str], places: Sequence[int], others: Sequence[str]
    ) -> list[str] | None:
        if not places or not others:
            return None
        place = self._random.choice(places)
        bare = words[place].strip(_EDGES)
        return [
            *words[:place],
            words[place].replace(bare, self._random.choice(others)),
            *words[place + 1 :],
        ]


KINDS: dict[str, Callable[[Corruptor, list[str], str], list[str] | None]] = {
    "omission": Corruptor._drop,
    "addition": Corruptor._add,
    "wrong word": Corruptor._substitute,
    "wrong name": Corruptor._rename,
    "wrong number": Corruptor._renumber,
    "negation": Corruptor._negate,
    "untranslated": Corruptor._leave,
    "word order": Corruptor._reorder,
}


def _names(words: Sequence[str]) -> list[str]:
    """List the words that are written as names, but for the first of the text."""
    bare = (word.strip(_EDGES) for word in words[1:])
    return [word for word in bare if len(word) > 1 and word[0].isupper() and word[1:].islower()]


def _is_content(word: str) -> bool:
    return len(word) > 4 and word.isalpha() and word.islower()
