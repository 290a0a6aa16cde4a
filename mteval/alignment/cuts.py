"""The sentences of one bead, cut into as many runs as it has sources."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from mteval.alignment.arrays import Floats, Ints
from mteval.alignment.side import ZH_EN, Languages, describe
from mteval.alignment.weights import (
    EXTRA_LENGTH,
    MAX_LENGTH_PENALTY,
    MAX_RUN_DRIFT,
    MAX_RUN_LENGTH,
    RUN_COVERAGE,
    RUN_LENGTH,
    RUN_OMITTED,
    RUN_TOKENS,
)
from mteval.languages.encoder import Embed
from mteval.languages.registry import language

__all__ = ["cut_into_runs"]

# Where a heading may end within what looks like a sentence.
_RUN_ON_CUT = re.compile(r"(?<=[^\s.!?…])\s+(?=[A-Z0-9#(\[“\"])|(?<=[;:])\s+")


def cut_into_runs(
    sources: Sequence[str],
    outputs: Sequence[str],
    embed: Embed,
    languages: Languages = ZH_EN,
) -> list[str]:
    """Return the sentences of outputs in as many runs as there are sources, "" for an empty one.

    Only after a source that ends without a full stop may a cut be within a sentence.
    """
    runs = _Runs(sources, outputs, embed, languages)
    # By unit that ends the runs of the sources so far: their best sum, and where the last begins.
    best = {0: 0.0}
    begins: list[dict[int, int]] = []
    for p in range(len(sources)):
        new: dict[int, float] = {}
        begins.append({})
        for start, before in best.items():
            stops = runs.stops(p, start)
            values = before + runs.weigh(p, start, stops)
            for stop, value in zip(stops.tolist(), values.tolist(), strict=True):
                if stop not in new or value > new[stop]:
                    new[stop] = value
                    begins[-1][stop] = start
        best = new
    cuts = [len(runs.units)]
    for starts in reversed(begins):
        cuts.append(starts[cuts[-1]])
    return [" ".join(runs.units[a:b]) for a, b in itertools.pairwise(reversed(cuts))]


class _Runs:
    """What is known of the runs that outputs may be cut into.

    Attributes:
        units: sentences of the outputs, or parts of them, in order.
    """

    def __init__(
        self, sources: Sequence[str], outputs: Sequence[str], embed: Embed, languages: Languages
    ) -> None:
        source, target = map(language, languages)
        self._ended = [source.ends_sentence(text) for text in sources]
        self.units: list[str] = []
        ends_sentence = [True]
        for sentence in (part for text in outputs for part in target.split_sentences(text)):
            parts = [sentence] if all(self._ended[:-1]) else _RUN_ON_CUT.split(sentence)
            self.units += parts
            ends_sentence += [False] * (len(parts) - 1) + [True]
        self._ends_sentence = np.array(ends_sentence)
        self._left, right = describe(sources, self.units, embed, languages)
        self._tokens = right.tokens
        similarity = self._left.sentences.astype(np.float32) @ right.sentences.astype(np.float32).T
        self._similarity = np.maximum.reduceat(similarity, right.starts[:-1], axis=1)
        # Where units end, in characters, and where the run of each source should.
        self._ends = np.concatenate([[0.0], np.cumsum(right.lengths)])
        self._scale = float(self._ends[-1] / max(self._left.lengths.sum(), 1.0))
        self._expected_ends = self._scale * np.cumsum(self._left.lengths)
        self._max_drift = MAX_RUN_DRIFT[0] + MAX_RUN_DRIFT[1] * float(self._ends[-1])

    def _share(self, p: int) -> float:
        return self._scale * float(self._left.lengths[p])

    def stops(self, p: int, start: int) -> Ints:
        """Return where the run of a source may end, in units; it may be empty."""
        ends, count = self._ends, len(self.units)
        if p == len(self._ended) - 1:
            return np.arange(count, count + 1)
        factor, extra = MAX_RUN_LENGTH
        reach = ends[start] + factor * self._share(p) + extra
        stops = np.arange(start, int(bisect_right(ends, reach, lo=start + 1)))
        allowed = self._ends_sentence[stops] | (stops == start) | (not self._ended[p])
        stops = stops[allowed]
        distances = np.abs(ends[stops] - self._expected_ends[p])
        near = distances <= self._max_drift
        # Of sentences longer than that the nearest end will do.
        return np.asarray(stops[near] if near.any() else stops[[int(distances.argmin())]])

    def weigh(self, p: int, start: int, stops: Ints) -> Floats:
        """Return what speaks for each run of a source from ``start`` up to each of ``stops``."""
        left, longest = self._left, int(stops[-1])
        own = slice(int(left.starts[p]), int(left.starts[p + 1]))
        weights = left.weights[own] * (own.stop - own.start)
        nothing = np.zeros((len(weights), 1))
        covered = np.maximum.accumulate(self._similarity[own, start:longest], axis=1)
        runs = weights @ np.concatenate([nothing, covered], axis=1)
        counts = self._count_tokens(p, start, longest)
        share = self._share(p)
        lengths = (self._ends[stops] - self._ends[start] + EXTRA_LENGTH) / (share + EXTRA_LENGTH)
        values = np.asarray(
            RUN_COVERAGE * runs[stops - start]
            - RUN_LENGTH * np.minimum(np.log(lengths) ** 2, MAX_LENGTH_PENALTY)
            + RUN_TOKENS @ np.log1p(counts[:, stops - start])
        )
        values[stops == start] = RUN_OMITTED * len(weights)
        return values

    def _count_tokens(self, p: int, start: int, longest: int) -> Floats:
        """Return the tokens that both have, the run and the source alone, by length of the run."""
        own = self._left.tokens[p]
        tokens: frozenset[str] = frozenset()
        counts = np.zeros((3, longest - start + 1))
        counts[2, 0] = len(own)
        for k in range(1, counts.shape[1]):
            tokens |= self._tokens[start + k - 1]
            shared = len(tokens & own)
            counts[:, k] = shared, len(tokens) - shared, len(own) - shared
        return counts
