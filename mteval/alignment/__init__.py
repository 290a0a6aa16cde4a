"""Alignment of Chinese paragraphs with English ones: which say the same, in order.

The two sides are cut into beads (Gale and Church 1993): groups of 0 to 4 neighbouring paragraphs of
one side with 0 to 4 of the other. What speaks for a bead is weighed by a linear model: similarity
of sentence embeddings (as Vecalign, Thompson and Koehn 2019, and Bertalign, Liu and Zhu 2023, have
it), by how much it beats that of the neighbours (the margin of Artetxe and Schwenk 2019), lengths,
numbers and names that both sides have or one side lacks. The model is a conditional random field
over the paths from corner to corner (Lafferty et al. 2001; Blunsom and Cohn 2006 for alignment):
the best path is the alignment, and the sum over all paths tells how likely each bead is.

Long documents are first aligned coarsely, along a chain of near neighbours, and then only within a
band around that chain, so that memory grows with the number of paragraphs.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mteval.languages.encoder import Embed
from mteval.languages.pinyin import pinyin, pinyin_syllables
from mteval.languages.sentences import sentence_ends
from mteval.languages.text import HAN, count_han, to_simplified

__all__ = [
    "DOUBTFUL",
    "Alignment",
    "Bead",
    "Realigned",
    "Sentence",
    "SentenceAlignment",
    "align",
    "align_sentences",
    "realign",
]

# Pairs less sure than this are shown as doubtful: they are less likely than not.
DOUBTFUL = 0.5

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Sources and targets of a bead that pairs something. Larger groups are hardly ever seen.
SHAPES = (
    *((1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (1, 4), (4, 1)),
    (2, 2),
)
_MOST = 4

# What is weighed, and how much: the weights under which the true paths are likeliest, of 553
# damaged documents of WMT22 zh-en (first 1,000 segments), WMT21 news and TED zh-en and three pages
# written for it, all in traditional characters, half of them with one to three paragraphs
# (benchmarks/alignment_beads.py --fit, 2026-11). Three are set by hand. These texts have no
# speakers: "speakers" is as the first aligner of ingest had it, "turns in group" keeps questions
# out of answers. "none, heading inside" is as much as lets a short heading within the text pair.
MODEL = {
    "pair": 2.65,
    "group of 2": -4.31,
    "group of 3": 1.62,
    "group of 4": -0.01,
    "two with two": -0.04,
    "similarity of pair": 5.28,
    "similarity of group": 13.76,
    "least similarity of a part": -12.53,
    "gain by grouping": -0.23,
    "coverage of pair": 2.29,
    "coverage of group": 16.91,
    "least coverage": 8.99,
    "gain of coverage": 9.67,
    "margin of pair": 2.99,
    "margin of group": 13.55,
    "least margin": 5.46,
    "length": -7.74,
    "length squared": -2.80,
    "length of group": -6.16,
    "shared": 1.20,
    "source alone": -0.97,
    "target alone": -0.62,
    "overlap": -0.90,
    "least overlap of a part": 0.67,
    "headings alike": 8.91,
    "both headings": -4.51,
    "one heading": 0.39,
    "headings in group": 0.21,
    "questions differ": -0.86,
    "speakers": 3.00,
    "repeats in group": -4.82,
    "turns in group": -6.00,
    "none": 1.34,
    "none, heading": 0.59,
    "none, heading inside": -0.50,
    "none, length": 0.37,
    "none, likeness": 2.21,
}
FEATURES = tuple(MODEL)
WEIGHTS = np.array(list(MODEL.values()))
_NONE = FEATURES.index("none")
# Within paragraphs that pair, sentences stand alone more seldom and in groups more often. Chosen on
# 611 paragraphs of WMT22 zh-en: 86 sentences of whole ones are found alone, before 292; of 629
# sentences taken out 564 are found, before 621.
_GROUPS = ("group of 2", "group of 3", "group of 4")
_WITHIN = WEIGHTS + [-2.0 if n == "none" else 3.0 if n in _GROUPS else 0.0 for n in FEATURES]
_WITHOUT_LENGTH = np.where([name.startswith("length") for name in FEATURES], 0.0, WEIGHTS)

# English characters for one Han character, what is not Chinese taken as it is (median over WMT21
# news zh-en).
_CHARACTERS_PER_HAN = 4.4
# Keeps headings of a few characters from looking far apart in length (by eye).
_EXTRA_LENGTH = 15.0
# The margin is over the mean of so many best rivals. Each counts as alike as _RIVAL at least, which
# is the median of that mean in documents of ten paragraphs and more (WMT22 and reports), so that
# short documents, which lack rivals, are judged as long ones are.
_RIVALS = 2
_RIVAL = 0.35
# Translators are more or less wordy: within a third, as far as pairs that stand out show it.
_STANDS_OUT = 0.1
_MOST_WORDINESS = 0.3
# Documents up to so many pairs of paragraphs are looked at in full, longer ones within a band of
# so many paragraphs around the coarse path.
_FULL = 90_000
_RADIUS = 16
_NEIGHBOURS = 5
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Bead:
    """Hold neighbouring paragraphs of both sides that say the same.

    Attributes:
        sources: indices of the Chinese paragraphs, from 0; none where the English is an addition.
        targets: indices of the English paragraphs; none where the Chinese was left out.
        confidence: probability, 0-1, that this is a bead of the true alignment.
        similarity: cosine of the embeddings of both sides; None where one is empty.
        is_summary: whether the English says only a part of what the Chinese says.
    """

    sources: tuple[int, ...]
    targets: tuple[int, ...]
    confidence: float
    similarity: float | None = None
    is_summary: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """Hold the beads of two sides, in order; each paragraph is in exactly one.

    Attributes:
        beads: those with paragraphs of both sides, and those of one side alone.
        is_summary: whether the English as a whole is a summary of the Chinese.
    """

    beads: tuple[Bead, ...]
    is_summary: bool = False

    @property
    def paired(self) -> tuple[Bead, ...]:
        """Give the beads that have paragraphs of both sides."""
        return tuple(bead for bead in self.beads if bead.sources and bead.targets)

    @property
    def omitted(self) -> tuple[int, ...]:
        """List the sources that have no counterpart."""
        return tuple(i for bead in self.beads if not bead.targets for i in bead.sources)

    @property
    def added(self) -> tuple[int, ...]:
        """List the targets that have no counterpart."""
        return tuple(j for bead in self.beads if not bead.sources for j in bead.targets)


def align(
    sources: Sequence[str], targets: Sequence[str], embed: Embed, *, within: bool = False
) -> Alignment:
    """Align Chinese paragraphs with English ones, in order.

    Args:
        sources: Chinese paragraphs, of either script.
        targets: English paragraphs.
        embed: sentence encoder, such as ``sentence_encoder()``; it is given sentences.
        within: both sides are known to say the same, as a whole.

    Returns:
        The beads in order. Memory grows with the number of paragraphs.
    """
    if not sources or not targets:
        omitted = (Bead((i,), (), 1.0) for i in range(len(sources)))
        added = (Bead((), (j,), 1.0) for j in range(len(targets)))
        return Alignment((*omitted, *added))
    left, right = describe(sources, targets, embed)
    weights = _WITHIN if within else WEIGHTS
    return _align(left, right, weights, (sources, targets), embed)


def _align(
    left: Side,
    right: Side,
    weights: Floats,
    texts: tuple[Sequence[str], Sequence[str]],
    embed: Embed,
) -> Alignment:
    """Align what has been described; both sides have something."""
    found = _beads(left, right, weights)
    beads = _with_headings(found, left, right, texts, embed)
    for side in (0, 1):
        beads = _widened(beads, left, right, side, _COVERED_BY_FULL, full=True)
    beads = _with_summaries(beads, left, right)
    return Alignment(tuple(beads), _is_summary(beads, left, right))


class Sentence(NamedTuple):
    """Name one sentence: its paragraph, from 0, and its text."""

    paragraph: int
    text: str


class SentenceAlignment(NamedTuple):
    """Hold the sentences of both sides and their beads, whose indices are those of sentences."""

    sources: tuple[Sentence, ...]
    targets: tuple[Sentence, ...]
    alignment: Alignment


def align_sentences(
    sources: Sequence[str],
    targets: Sequence[str],
    embed: Embed,
    alignment: Alignment | None = None,
) -> SentenceAlignment:
    """Align the sentences of paragraphs, within the beads of these.

    Args:
        sources: Chinese paragraphs.
        targets: English paragraphs.
        embed: sentence encoder.
        alignment: that of the paragraphs, where it is known.
    """
    embed = _remembering(embed)
    if alignment is None:
        alignment = align(sources, targets, embed)
    split: tuple[list[Sentence], list[Sentence]] = [], []
    beads: list[Bead] = []
    for bead in alignment.beads:
        starts = [len(side) for side in split]
        for side, texts, places in zip(
            split, (sources, targets), (bead.sources, bead.targets), strict=True
        ):
            side += [Sentence(n, text) for n in places for text in split_sentences(texts[n])]
        i, j = starts
        left, right = split[0][i:], split[1][j:]
        if len(left) == len(right) == 1:
            inner: Sequence[Bead] = [replace(bead, sources=(0,), targets=(0,))]
        else:
            found = align([s.text for s in left], [s.text for s in right], embed, within=True)
            inner = [
                # Nothing within a bead is surer than the bead.
                replace(inside, confidence=inside.confidence * bead.confidence)
                for inside in found.beads
            ]
        beads += [
            replace(
                inside,
                sources=tuple(n + i for n in inside.sources),
                targets=tuple(n + j for n in inside.targets),
            )
            for inside in inner
        ]
    return SentenceAlignment(
        tuple(split[0]), tuple(split[1]), Alignment(tuple(beads), alignment.is_summary)
    )


class Realigned(NamedTuple):
    """Hold an output cut into the paragraphs of its source.

    Attributes:
        texts: one for each source, "" where it was left out.
        confidences: of the bead that each comes from, 0-1.
        omitted: sources that the output has nothing for.
        added: paragraphs of the output that stand for no source; no text has them.
        alignment: the beads; blank lines are in none.
    """

    texts: tuple[str, ...]
    confidences: tuple[float, ...]
    omitted: tuple[int, ...]
    added: tuple[int, ...]
    alignment: Alignment

    @property
    def is_shifted(self) -> bool:
        """Tell whether a line surely stands for other sources than the one of its place."""
        return any(
            bead.sources != bead.targets and bead.confidence >= _SURELY_SHIFTED
            for bead in self.alignment.paired
        )


# No document of 384 of outputs for WMT22 zh-en has such a bead, but all of 21 that had two
# paragraphs merged and one split (benchmarks/alignment_outputs.py).
_SURELY_SHIFTED = 0.9


def realign(sources: Sequence[str], outputs: Sequence[str], embed: Embed) -> Realigned:
    """Cut the English output of a system, whatever its line breaks, into its source's paragraphs.

    Args:
        sources: Chinese paragraphs.
        outputs: the English, in paragraphs that may be merged, split, missing or added.
        embed: sentence encoder.
    """
    embed = _remembering(embed)
    # Blank lines are for the eye.
    numbers = [j for j, text in enumerate(outputs) if text.strip()]
    lines = [outputs[j] for j in numbers]
    if sources and lines:
        left, right = describe(sources, lines, embed)
        if len(lines) > _BROKEN_UP * len(sources):
            alignment = _by_sentences(sources, lines, embed)
        else:
            alignment = _align(left, right, WEIGHTS, (sources, lines), embed)
        beads = _stretched(_widened(alignment.beads, left, right, 1, _TAKEN_IN), left, right)
        alignment = replace(alignment, beads=tuple(beads))
    else:
        alignment = align(sources, lines, embed)
    placed = (replace(b, targets=tuple(numbers[j] for j in b.targets)) for b in alignment.beads)
    alignment = replace(alignment, beads=tuple(placed))
    texts = [""] * len(sources)
    confidences = [0.0] * len(sources)
    for bead in alignment.beads:
        own = [outputs[j].strip() for j in bead.targets]
        if len(bead.sources) == 1:
            parts = [" ".join(own)]
        elif bead.sources:
            parts = _distribute([sources[i] for i in bead.sources], own, embed)
        else:
            continue
        for i, part in zip(bead.sources, parts, strict=True):
            texts[i] = part
            confidences[i] = bead.confidence
    return Realigned(
        tuple(texts),
        tuple(confidences),
        tuple(i for i, text in enumerate(texts) if not text),
        alignment.added,
        alignment,
    )


# With so many lines for a source, sentences of the source are aligned with the lines.
_BROKEN_UP = 1.5


def _by_sentences(sources: Sequence[str], outputs: Sequence[str], embed: Embed) -> Alignment:
    """Align paragraphs with the many lines that they were broken into, by their sentences."""
    split = [(n, sentence) for n, text in enumerate(sources) for sentence in split_sentences(text)]
    found: list[Bead] = []
    alone: list[Bead] = []
    for bead in align([sentence for _, sentence in split], outputs, embed, within=True).beads:
        own = sorted({split[n][0] for n in bead.sources})
        if not bead.targets:
            continue
        if not bead.sources:
            alone.append(bead)
        elif found and own[0] <= found[-1].sources[-1]:
            # What stands between two parts of a paragraph is a part of it.
            last = found[-1]
            targets = (*last.targets, *(j for b in alone for j in b.targets), *bead.targets)
            both = tuple(sorted({*last.sources, *own}))
            found[-1] = Bead(both, targets, min(last.confidence, bead.confidence))
            alone = []
        else:
            found += [*alone, replace(bead, sources=tuple(own))]
            alone = []
    found += alone
    have = {n for bead in found for n in bead.sources}
    left_out = [Bead((n,), (), 1.0) for n in range(len(sources)) if n not in have]
    beads: list[Bead] = []
    for bead in found:
        while bead.sources and left_out and left_out[0].sources[0] < bead.sources[0]:
            beads.append(left_out.pop(0))
        beads.append(bead)
    return Alignment((*beads, *left_out))


# A line that stands for no source takes two or more that are left out beside it, if it covers them
# so well.
_TAKEN_IN = 0.3


def _stretched(beads: Sequence[Bead], left: Side, right: Side) -> Iterator[Bead]:
    """Let lines that hold more than a bead can take in the sources left out beside them."""
    wordiness = _wordiness(left, right)
    waiting: list[Bead | None] = list(beads)
    for place, bead in enumerate(beads):
        if not bead.targets:
            continue
        room = float(right.lengths[list(bead.targets)].sum())
        room -= wordiness * float(left.lengths[list(bead.sources)].sum())
        taken: dict[int, int] = {}
        for step in (-1, 1):
            at = place + step
            while 0 <= at < len(waiting) and (other := waiting[at]) and not other.targets:
                length = wordiness * float(left.lengths[list(other.sources)].sum())
                if length > _ROOM * room:
                    break
                room -= length
                taken[other.sources[0]] = at
                at += step
        if bead.sources:
            confidence = bead.confidence
        else:
            covers = [_cover(left, right, n, bead.targets) for n in taken]
            if len(taken) < 2 or float(np.mean(covers)) < _TAKEN_IN:
                continue
            confidence = 1 - bead.confidence
        if taken:
            own = tuple(sorted((*bead.sources, *taken)))
            similarity = _similarity(left, right, own, bead.targets)
            for at in taken.values():
                waiting[at] = None
            waiting[place] = Bead(own, bead.targets, confidence, similarity)
    return (bead for bead in waiting if bead is not None)


# Weights of what speaks for a cut: how well the run covers the source, how far its length is from
# its share, what both have and what one lacks. Chosen on outputs for the first 1,000 segments of
# WMT22 zh-en (99 in 100 runs of sentences right; of the rest, 96 in 100).
_COVERING = 12.0
_OTHER_LENGTH = 3.0
_TOKENS = np.array([1.0, -0.5, -0.5])
_OMITTED = 3.5
_FULL_STOP = re.compile(r"""[.!?。！？…]["'”’)\]」』）》】]*\s*$""")
# Where a heading may end within what looks like a sentence.
_RUN_ON_CUT = re.compile(r"(?<=[^\s.!?…])\s+(?=[A-Z0-9#(\[“\"])|(?<=[;:])\s+")
# No run is longer than so many times its share and so many characters, nor ends further from where
# it should than so many characters and that share of all.
_LONGEST_RUN = (4.0, 300.0)
_FURTHEST = (2000.0, 0.01)


def _distribute(sources: Sequence[str], outputs: Sequence[str], embed: Embed) -> list[str]:
    """Cut the sentences of one bead into as many runs as there are sources.

    Only after a source that ends without a full stop may a cut be within a sentence.
    """
    ended = [bool(_FULL_STOP.search(source)) for source in sources]
    units: list[str] = []
    ends_sentence = [True]
    for sentence in (sentence for text in outputs for sentence in split_sentences(text)):
        pieces = [sentence] if all(ended[:-1]) else _RUN_ON_CUT.split(sentence)
        units += pieces
        ends_sentence += [False] * (len(pieces) - 1) + [True]
    left, right = describe(sources, units, embed)
    similarity = left.sentences.astype(np.float32) @ right.sentences.astype(np.float32).T
    similarity = np.maximum.reduceat(similarity, right.starts[:-1], axis=1)
    count = len(units)
    whole = np.array(ends_sentence)
    ends = np.concatenate([[0.0], np.cumsum(right.lengths)])
    scale = float(ends[-1] / max(left.lengths.sum(), 1.0))
    furthest = _FURTHEST[0] + _FURTHEST[1] * float(ends[-1])
    shares = scale * np.cumsum(left.lengths)
    # best[k]: the best sum for the sources so far with the first k units; back: where runs begin.
    best = {0: 0.0}
    back: list[dict[int, int]] = []
    for p in range(len(sources)):
        own = slice(int(left.starts[p]), int(left.starts[p + 1]))
        weights = left.weights[own] * (own.stop - own.start)
        share = scale * float(left.lengths[p])
        nothing = np.zeros((len(weights), 1))
        new: dict[int, float] = {}
        back.append({})
        for start, before in best.items():
            if p == len(sources) - 1:
                stops = np.arange(count, count + 1)
            else:
                reach = ends[start] + _LONGEST_RUN[0] * share + _LONGEST_RUN[1]
                stops = np.arange(start, int(bisect_right(ends, reach, lo=start + 1)))
                stops = stops[whole[stops] | (stops == start) | (not ended[p])]
                distances = np.abs(ends[stops] - shares[p])
                near = distances <= furthest
                # Of sentences longer than that the nearest end will do.
                stops = stops[near] if near.any() else stops[[int(distances.argmin())]]
            covered = np.maximum.accumulate(similarity[own, start : int(stops[-1])], axis=1)
            runs = weights @ np.concatenate([nothing, covered], axis=1)
            tokens: frozenset[str] = frozenset()
            counts = np.zeros((3, int(stops[-1]) - start + 1))
            counts[2, 0] = len(left.tokens[p])
            for k in range(1, counts.shape[1]):
                tokens |= right.tokens[start + k - 1]
                shared = len(tokens & left.tokens[p])
                counts[:, k] = shared, len(tokens) - shared, len(left.tokens[p]) - shared
            lengths = (ends[stops] - ends[start] + _EXTRA_LENGTH) / (share + _EXTRA_LENGTH)
            values = (
                _COVERING * runs[stops - start]
                - _OTHER_LENGTH * np.minimum(np.log(lengths) ** 2, 4.0)
                + _TOKENS @ np.log1p(counts[:, stops - start])
            )
            values[stops == start] = _OMITTED * len(weights)
            for stop, value in zip(stops.tolist(), (before + values).tolist(), strict=True):
                if stop not in new or value > new[stop]:
                    new[stop] = value
                    back[-1][stop] = start
        best = new
    cuts = [count]
    for starts in reversed(back):
        cuts.append(starts[cuts[-1]])
    return [" ".join(units[a:b]) for a, b in itertools.pairwise(reversed(cuts))]


def _remembering(embed: Embed) -> Embed:
    """Embed each text but once."""
    known: dict[str, npt.NDArray[Any]] = {}

    def remember(texts: Sequence[str]) -> npt.NDArray[Any]:
        lacking = [text for text in dict.fromkeys(texts) if text not in known]
        if lacking:
            known.update(zip(lacking, embed(lacking), strict=True))
        return np.stack([known[text] for text in texts])

    return remember


# --- beads of more than four ---------------------------------------------------------------------

# What a bead has room for, within such factors.
_ROOM = 2.0
_WORDINESS = (0.7, 1.4)
_COVERED_BY_FULL = 0.5


def _wordiness(left: Side, right: Side) -> float:
    found = float(right.lengths.sum() / max(left.lengths.sum(), 1.0))
    return min(max(found, _WORDINESS[0]), _WORDINESS[1])


def _cover(own: Side, other: Side, n: int, others: Sequence[int]) -> float:
    """Tell how well neighbouring paragraphs of the other side cover one: a cosine."""
    mine = slice(int(own.starts[n]), int(own.starts[n + 1]))
    theirs = slice(int(other.starts[others[0]]), int(other.starts[others[-1] + 1]))
    alike = own.sentences[mine].astype(np.float32) @ other.sentences[theirs].astype(np.float32).T
    return float(own.weights[mine] @ alike.max(axis=1))


def _widened(
    beads: Sequence[Bead],
    left: Side,
    right: Side,
    side: int,
    least: float,
    *,
    full: bool = False,
) -> list[Bead]:
    """Let pairs take what stands alone beside them, if they lack as much and cover it so well.

    Args:
        beads: in order.
        left: the sources.
        right: the targets.
        side: 0 to take sources, 1 to take targets.
        least: what counts as covered, a cosine.
        full: only pairs that have as many of that side as beads can.
    """
    wordiness = _wordiness(left, right)

    def alone(bead: Bead) -> bool:
        return bool((bead.sources, bead.targets)[side]) and not (bead.targets, bead.sources)[side]

    def covered(n: int, bead: Bead | None) -> float:
        """Tell how well a bead covers what it may take; -1 for what it may not."""
        if bead is None or not (bead.sources and bead.targets):
            return -1.0
        own, others = (bead.sources, bead.targets)[:: 1 if side == 0 else -1]
        lacks = float(right.lengths[list(bead.targets)].sum())
        lacks -= wordiness * float(left.lengths[list(bead.sources)].sum())
        length = wordiness * left.lengths[n] if side == 0 else -right.lengths[n]
        if (full and len(own) < _MOST) or not 0 <= length / (_ROOM * lacks or 1e-9) <= 1:
            return -1.0
        sides = (left, right) if side == 0 else (right, left)
        cover = _cover(*sides, n, others)
        return cover if cover >= least else -1.0

    for step in (1, -1):
        ordered = list(beads)[::step]
        found: list[Bead] = []
        widened = -1
        for at, bead in enumerate(ordered):
            if alone(bead) and found:
                n = (*bead.sources, *bead.targets)[0]
                cover = covered(n, found[-1])
                rest = itertools.dropwhile(alone, ordered[at + 1 : at + 1 + _BLOCK])
                if cover >= 0 and cover >= covered(n, next(rest, None)):
                    first, second = (found[-1], bead)[::step]
                    confidence = found[-1].confidence
                    if widened == len(found):
                        # Once is enough to be less sure.
                        confidence = min(confidence / _JOINED_IS_RIGHT, 1.0)
                    found[-1] = _joined(first, second, confidence, left, right)
                    widened = len(found)
                    continue
            found.append(bead)
        beads = found[::step]
    return list(beads)


# --- headings that run on ------------------------------------------------------------------------

# Longer lines without a full stop are found by what they say.
_LONGEST_HEADING = 80.0
_MOST_CUTS = 8
_ARTICLE = 6
# Chosen between 0.5, which found 49 of 50 headings of benchmarks/alignment_reports.tsv where one
# side has run them on and took 4 of 50 that it lacks for such, and 0.6, which found 43 and took 1.
_RUN_ON = 0.58
_BEFORE_CAPITAL = re.compile(r"(?<=[a-z0-9)] )(?=[A-Z0-9])")


def _with_headings(
    beads: Sequence[Bead],
    left: Side,
    right: Side,
    texts: tuple[Sequence[str], Sequence[str]],
    embed: Embed,
) -> list[Bead]:
    """Join headings that stand alone to the bead whose other side begins or ends with them.

    A heading is too short to make a paragraph much more alike to one that has it. So it is compared
    with what that paragraph begins with, and it is seen whether the rest without it is more alike.
    """
    found: list[Bead] = []
    waiting = list(beads)
    for place, bead in enumerate(waiting):
        if len(bead.sources) + len(bead.targets) != 1:
            found.append(bead)
            continue
        own = 0 if bead.sources else 1
        n = (bead.sources or bead.targets)[0]
        side = (left, right)[own]
        after = waiting[place + 1] if place + 1 < len(waiting) else None
        before = found[-1] if found else None
        if side.headings[n] and side.lengths[n] <= _LONGEST_HEADING:
            heading = _plain(texts[own][n], own)
            if _takes(after, own) and after is not None:
                sides = (after.sources, after.targets)
                first = _plain(texts[own][sides[own][0]], own)
                other = _plain(texts[1 - own][sides[1 - own][0]], 1 - own)
                if _begins_with(heading, first, other, own, embed):
                    waiting[place + 1] = _joined(bead, after, after.confidence, left, right)
                    continue
            if _takes(before, own) and before is not None:
                other = _plain(texts[1 - own][(before.targets, before.sources)[own][-1]], 1 - own)
                if _ends_with(heading, other, embed):
                    found[-1] = _joined(before, bead, before.confidence, left, right)
                    continue
        found.append(bead)
    return found


def _plain(text: str, side: int) -> str:
    return unicodedata.normalize("NFKC", text if side else to_simplified(text)).strip()


def _takes(bead: Bead | None, side: int) -> bool:
    """Tell whether a bead can take one more paragraph."""
    if bead is None or not (bead.sources and bead.targets):
        return False
    own, other = (bead.sources, bead.targets)[:: 1 if side == 0 else -1]
    return len(other) == 1 and len(own) < _MOST


def _joined(first: Bead, second: Bead, confidence: float, left: Side, right: Side) -> Bead:
    sources, targets = first.sources + second.sources, first.targets + second.targets
    similarity = _similarity(left, right, sources, targets)
    # The bead was found to be without it.
    return Bead(sources, targets, confidence * _JOINED_IS_RIGHT, similarity)


_JOINED_IS_RIGHT = 0.9


def _begins_with(heading: str, first: str, other: str, side: int, embed: Embed) -> bool:
    """Tell whether ``other`` begins with what ``heading`` says, and goes on as ``first`` begins."""
    sentence = split_sentences(other)[0]
    if side == 0:
        longest = 2.5 * _CHARACTERS_PER_HAN * len(heading) + 25
        cuts = [m.start() for m in _BEFORE_CAPITAL.finditer(sentence) if m.start() <= longest]
    else:
        likely = max(len(heading) / _CHARACTERS_PER_HAN, 1.0)
        cuts = sorted({2, *(round(likely * share) for share in (0.5, 0.7, 0.85, 1, 1.2, 1.4, 1.7))})
    cuts = [cut for cut in cuts if 1 < cut < len(sentence) - 2][:_MOST_CUTS]
    if heading.casefold() in first.casefold()[: len(heading) + _ARTICLE]:
        # The paragraph itself begins so: the other side has to say it twice.
        cuts = [
            cut
            for cut in cuts
            if (head := sentence[:cut].strip()) in sentence[cut : cut + len(head) + _ARTICLE]
        ]
    if not cuts:
        return False
    heads = [sentence[:cut].strip() for cut in cuts]
    tails = [sentence[cut:].strip() for cut in cuts]
    vectors = embed([heading, split_sentences(first)[0], sentence, *heads, *tails])
    alike = vectors[3 : 3 + len(cuts)] @ vectors[0]
    better = vectors[3 + len(cuts) :] @ vectors[1] - float(vectors[1] @ vectors[2])
    return float((alike + 2 * better).max()) >= _RUN_ON


def _ends_with(heading: str, other: str, embed: Embed) -> bool:
    """Tell whether a paragraph ends with what a heading says, after its last full stop."""
    sentences = split_sentences(other)
    if len(sentences) < 2 or _HEADING_END.search(sentences[-1]):
        return False
    vectors = embed([heading, sentences[-1]])
    return float(vectors[0] @ vectors[1]) >= _RUN_ON


# --- summaries -------------------------------------------------------------------------------

# English of less than this share of the expected length says less than the Chinese, if it lacks
# numbers as well: of paragraphs of WMT21 news zh-en longer than _LONG 99 in 100 have 0.7 and more.
_SHORT = 0.6
_VERY_SHORT = 0.35
_LONG = 150.0
_COVERED = 0.6
# Beads that only their length kept apart need to be about the same thing at least.
_ALIKE = 0.45
_MOST_OF_IT = 0.5
# Of paragraphs of WMT21 news zh-en and the reports 99 in 100 are as alike as the first (median
# 0.73); the others are chosen so that none of 99 partial translations passes for a summary.
_FAITHFUL = 0.5
_SURELY_FAITHFUL = 0.65
_ALIKE_AS_A_WHOLE = 0.35


def _with_summaries(beads: Sequence[Bead], left: Side, right: Side) -> list[Bead]:
    """Mark beads whose English is a summary, and pair what only its length kept apart."""
    found: list[Bead] = []
    for alone, run in itertools.groupby(
        beads, key=lambda bead: not (bead.sources and bead.targets)
    ):
        gap = list(run)
        if not alone:
            found += [replace(bead, is_summary=_is_short(bead, left, right)) for bead in gap]
            continue
        sources = [i for bead in gap for i in bead.sources]
        targets = [j for bead in gap for j in bead.targets]
        inner: list[Bead] = []
        if sources and targets and len(sources) * len(targets) <= _FULL:
            parts = left.part(sources[0], sources[-1] + 1), right.part(targets[0], targets[-1] + 1)
            inner = [
                replace(
                    bead,
                    sources=tuple(n + sources[0] for n in bead.sources),
                    targets=tuple(n + targets[0] for n in bead.targets),
                )
                for bead in _beads(*parts, _WITHOUT_LENGTH)
            ]
        found += _kept_apart(inner, gap, left, right)
    return found


def _kept_apart(
    inner: Sequence[Bead], gap: Sequence[Bead], left: Side, right: Side
) -> Iterator[Bead]:
    """Give the beads of a gap, with those of ``inner`` that are summaries."""
    alone = {bead.sources or (-1 - bead.targets[0],): bead for bead in gap}
    for bead in inner:
        if (
            bead.sources
            and bead.targets
            and (bead.similarity or 0.0) >= _ALIKE
            and _is_short(bead, left, right)
        ):
            yield replace(bead, is_summary=True, confidence=bead.confidence / 2)
        else:
            yield from (alone.pop((i,)) for i in bead.sources)
            yield from (alone.pop((-1 - j,)) for j in bead.targets)
    if not inner:
        yield from gap


def _is_short(bead: Bead, left: Side, right: Side) -> bool:
    """Tell whether the English of a bead is much shorter and lacks numbers of the Chinese."""
    expected = float(left.lengths[list(bead.sources)].sum())
    length = float(right.lengths[list(bead.targets)].sum())
    if expected < _LONG or length >= _SHORT * expected:
        return False
    if length < _VERY_SHORT * expected:
        return True
    wanted = frozenset().union(*(left.tokens[i] for i in bead.sources))
    known = frozenset().union(*(right.tokens[j] for j in bead.targets))
    return len(wanted & known) <= _COVERED * len(wanted)


def _says_the_same(bead: Bead, left: Side, right: Side, anywhere: frozenset[str]) -> bool:
    """Tell whether the numbers of the English are those of its bead, not of other places."""
    said = frozenset().union(*(right.tokens[j] for j in bead.targets)) & anywhere
    own = frozenset().union(*(left.tokens[i] for i in bead.sources))
    return len(said & own) >= _COVERED * len(said)


def _is_summary(beads: Sequence[Bead], left: Side, right: Side) -> bool:
    """Tell whether the English is a summary: short, on the same matter, and not a part of it."""
    expected, length = float(left.lengths.sum()), float(right.lengths.sum())
    if expected < _LONG or not 0 < length < _SHORT * expected:
        return False
    anywhere = frozenset().union(*left.tokens)
    whole = [
        bead
        for bead in beads
        if (bead.similarity or 0.0) >= _FAITHFUL
        and bead.confidence > _MOST_OF_IT
        and not bead.is_summary
        and (
            (bead.similarity or 0.0) >= _SURELY_FAITHFUL
            or _says_the_same(bead, left, right, anywhere)
        )
    ]
    said = sum(float(left.lengths[list(bead.sources)].sum()) for bead in whole)
    by = sum(float(right.lengths[list(bead.targets)].sum()) for bead in whole)
    sums = left.vectors.sum(axis=0), right.vectors.sum(axis=0)
    alike = float(sums[0] @ sums[1]) / max(float(np.linalg.norm(sums[0])), 1e-9)
    alike /= max(float(np.linalg.norm(sums[1])), 1e-9)
    return (
        said < _MOST_OF_IT * expected and by < _MOST_OF_IT * length and alike >= _ALIKE_AS_A_WHOLE
    )


# --- what is known of each paragraph --------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """Describe the paragraphs of one side.

    Attributes:
        vectors: sums of the sentences' embeddings, weighted by the root of their length.
        sentences: unit vectors of all sentences, one after the other.
        starts: where the sentences of each paragraph begin, and the end of the last.
        weights: of the sentences; they sum to 1 for each paragraph.
        lengths: expected English characters.
        tokens: numbers, dates and names that may be found on the other side.
        headings: whether a paragraph does not end as a sentence does.
        questions: whether it ends with a question mark.
        repeats: whether the next paragraph has all of its words, or it has all of those.
        labels: who speaks, "" where nobody is named.
        turns: whether a question begins where another spoke, or the other way round.
    """

    vectors: Singles
    sentences: Halves
    starts: Ints
    weights: Floats
    lengths: Floats
    tokens: list[frozenset[str]]
    headings: Bools
    questions: Bools
    repeats: Bools
    labels: list[str]
    turns: Bools

    def __len__(self) -> int:
        return len(self.tokens)

    def part(self, start: int, stop: int) -> Side:
        """Give the description of some neighbouring paragraphs."""
        at = slice(start, stop)
        first, last = int(self.starts[start]), int(self.starts[stop])
        return Side(
            self.vectors[at],
            self.sentences[first:last],
            self.starts[start : stop + 1] - first,
            self.weights[first:last],
            self.lengths[at],
            self.tokens[at],
            self.headings[at],
            self.questions[at],
            self.repeats[at],
            self.labels[at],
            self.turns[at],
        )


_HEADING_END = re.compile(r"""[.!?。！？…;；:：]["'”’)\]」』）》】]*\s*$""")
_NOT_WORD = re.compile(r"[\W_]+")
_QUESTION_END = re.compile(r"""[?？]["'”’)\]」』）》】]*\s*$""")


def describe(sources: Sequence[str], targets: Sequence[str], embed: Embed) -> tuple[Side, Side]:
    """Describe both sides."""
    simplified = [unicodedata.normalize("NFKC", to_simplified(text)) for text in sources]
    plain = [unicodedata.normalize("NFKC", text) for text in targets]
    left, right = _tokens(simplified, plain)
    lengths = [_CHARACTERS_PER_HAN * (n := count_han(t)) + len(t.strip()) - n for t in simplified]
    return (
        _side(simplified, lengths, left, embed, _HAN_LABEL, _HAN_ASKS),
        _side(
            *(plain, [float(len(t.strip())) for t in plain], right, embed),
            *(_ENGLISH_LABEL, _ENGLISH_ASKS),
        ),
    )


def _side(
    texts: Sequence[str],
    lengths: Sequence[float],
    tokens: list[frozenset[str]],
    embed: Embed,
    label: re.Pattern[str],
    asks: re.Pattern[str],
) -> Side:
    labels = [match[1] if (match := label.match(text)) else "" for text in texts]
    return Side(
        *_vectors(texts, embed),
        np.array(lengths, dtype=np.float64),
        tokens,
        np.array([not _HEADING_END.search(text) for text in texts], dtype=bool),
        np.array([bool(_QUESTION_END.search(text)) for text in texts], dtype=bool),
        _repeats(texts),
        labels,
        _turns(labels, asks),
    )


def _repeats(texts: Sequence[str]) -> Bools:
    # A title or lead that its paragraph says again is no other part of a translation.
    words = [_NOT_WORD.sub("", text).casefold() for text in texts]
    return np.array(
        [bool(a and b) and (a in b or b in a) for a, b in itertools.pairwise([*words, ""])],
        dtype=bool,
    )


def _turns(labels: Sequence[str], asks: re.Pattern[str]) -> Bools:
    before = None
    found = np.zeros(len(labels), dtype=bool)
    for n, label in enumerate(labels):
        if label:
            turn = bool(asks.search(label))
            found[n] = before is not None and turn != before
            before = turn
    return found


def split_sentences(text: str) -> list[str]:
    """Split a paragraph into its sentences; at least one, though it be empty."""
    ends = [0, *(end for end in sentence_ends(text) if 0 < end < len(text)), len(text)]
    found = (text[start:end].strip() for start, end in itertools.pairwise(ends))
    return [sentence for sentence in found if sentence] or [text.strip()]


def _vectors(texts: Sequence[str], embed: Embed) -> tuple[Singles, Halves, Ints, Floats]:
    """Embed the sentences, a block of paragraphs at a time: the first four fields of Side."""
    vectors: list[Singles] = []
    sentences: list[Halves] = []
    weights: list[Floats] = []
    counts: list[int] = []
    for start in range(0, len(texts), _BLOCK):
        split = [split_sentences(text) for text in texts[start : start + _BLOCK]]
        flat = [sentence for group in split for sentence in group]
        found = np.asarray(embed(flat), dtype=np.float32)
        weight = np.sqrt([len(sentence) + 5.0 for sentence in flat])
        sizes = np.array([len(group) for group in split])
        starts = np.cumsum(sizes) - sizes
        weighted = found * weight[:, None].astype(np.float32)
        vectors.append(np.add.reduceat(weighted, starts, dtype=np.float32))
        sentences.append(_normed(found).astype(np.float16))
        weights.append(weight / np.repeat(np.add.reduceat(weight, starts), sizes))
        counts += sizes.tolist()
    return (
        np.concatenate(vectors),
        np.concatenate(sentences),
        np.concatenate([[0], np.cumsum(counts)]),
        np.concatenate(weights),
    )


# --- numbers, dates and names ----------------------------------------------------------------

_DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_NUMERALS = "零〇一二三四五六七八九十百千万亿两"
_HAN_NUMBER = re.compile(
    rf"(?P<digits>{_DIGITS})(?:余|多)?\s*(?P<scale>[十百千万亿]*)(?P<month>\s*月)?"
    rf"|(?P<han>[{_NUMERALS}]+)(?P<han_month>月)?(?P<counted>[个名次间年日项宗家位届季期份天倍人种艘架章条])?"
)
_HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_SCALES = {"十": 10.0, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}
_ONES = "zero one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_WORDS = {
    **{word: float(n) for n, word in enumerate(f"{_ONES} {_TEENS}".split())},
    **{word: 10.0 * n for n, word in enumerate(_TENS.split(), 2)},
    **{word: float(n) for n, word in enumerate(_ORDINALS.split(), 1)},
}
_SCALES = {
    **{"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12},
    **{"mn": 1e6, "bn": 1e9, "m": 1e6},
}
_SCALE = "hundred|thousand|million|billion|trillion"
_ENGLISH_NUMBER = re.compile(
    rf"(?P<digits>{_DIGITS})(?:\s*(?P<scale>{_SCALE}|mn|bn|m)\b)?"
    rf"|\b(?P<word>{'|'.join(_WORDS)})\b(?:[\s-]+(?P<unit>{_ONES.replace(' ', '|')})\b)?"
    rf"(?:\s+(?P<word_scale>{_SCALE})\b)?",
    re.IGNORECASE,
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9&]+")
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+(?:['’][a-z]+)?\b")
_HAN_RUN = re.compile(f"[{HAN}]+")
# Longer names are written as several words.
_LONGEST_NAME = 4


def _tokens(
    sources: Sequence[str], targets: Sequence[str]
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """List what each paragraph has that can be found again in the other language."""
    latin = [frozenset(map(str.lower, _LATIN.findall(text))) for text in sources]
    known = frozenset().union(*latin)
    names = [frozenset(_english_names(text)) for text in targets]
    wanted = frozenset().union(*names)
    spelt = [frozenset(_han_names(text, wanted)) for text in sources]
    found = frozenset().union(*spelt)
    return (
        [
            frozenset(_han_numbers(text)) | own | name
            for text, own, name in zip(sources, latin, spelt, strict=True)
        ],
        [
            frozenset(_english_numbers(text))
            | {word for word in map(str.lower, _LATIN.findall(text)) if word in known}
            | (name & found)
            for text, name in zip(targets, names, strict=True)
        ],
    )


def _key(value: float) -> str:
    # Four digits tell years apart and take 212.7 billion for 212,706 million.
    return f"{value:.4g}"


def _han_numbers(text: str) -> Iterator[str]:
    for match in _HAN_NUMBER.finditer(text):
        if match["digits"]:
            value = float(match["digits"].replace(",", ""))
            if match["month"] and not match["scale"] and value <= len(_MONTHS):
                yield f"month {value:.0f}"
            else:
                for scale in match["scale"]:
                    value *= _HAN_SCALES[scale]
                yield _key(value)
        elif len(match["han"]) > 1 or match["han_month"] or match["counted"]:
            number = _han_value(match["han"])
            if number is not None:
                yield f"month {number:.0f}" if match["han_month"] else _key(number)


def _han_value(run: str) -> float | None:
    """Read Chinese numerals: 十二, 三百五十, 一万二千, 二〇二二; None where they are no number."""
    if all(c in _HAN_DIGITS for c in run):
        return float("".join(str(_HAN_DIGITS[c]) for c in run))
    total = section = digit = 0.0
    for c in run:
        if c in _HAN_DIGITS:
            digit = float(_HAN_DIGITS[c])
        elif (scale := _HAN_SCALES[c]) < 1e4:
            section += (digit or 1.0) * scale
            digit = 0.0
        else:
            total = (total + section + digit) * scale
            section = digit = 0.0
    value = total + section + digit
    return value or None


def _english_numbers(text: str) -> Iterator[str]:
    for match in _ENGLISH_NUMBER.finditer(text):
        if match["digits"]:
            value = float(match["digits"].replace(",", ""))
            scale = match["scale"]
        else:
            value = _WORDS[match["word"].lower()] + _WORDS.get((match["unit"] or "").lower(), 0.0)
            scale = match["word_scale"]
        yield _key(value * _SCALES.get((scale or "").lower(), 1.0))
    for name in _MONTH.findall(text):
        yield f"month {_MONTHS.index(name) + 1}"


def _english_names(text: str) -> Iterator[str]:
    """Give the words that may be names in pinyin, and what neighbouring ones are together."""
    before, end = "", -2
    for match in _CAPITALISED.finditer(text):
        word = match[0].lower()
        count = _syllables(word)
        if not count:
            before = ""
            continue
        if count > 1:
            yield word
        if before and match.start() == end + 1:
            yield before + word
        before, end = word, match.end()


@functools.lru_cache(maxsize=65536)
def _syllables(word: str) -> int:
    """Count the syllables of pinyin that a word is made of, 0 where it is not."""
    counts: list[int | None] = [0] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end):
            known = counts[start]
            if known is not None and word[start:end] in pinyin_syllables():
                best = counts[end]
                counts[end] = known + 1 if best is None else min(best, known + 1)
    return counts[-1] or 0


def _han_names(text: str, wanted: frozenset[str]) -> Iterator[str]:
    for run in _HAN_RUN.findall(text):
        readings = [_reading(c) for c in run]
        for size in range(2, _LONGEST_NAME + 1):
            for start in range(len(readings) - size + 1):
                if (name := "".join(readings[start : start + size])) in wanted:
                    yield name


@functools.lru_cache(maxsize=65536)
def _reading(character: str) -> str:
    return pinyin(character)


# "吴谦:" or "国防部发言人吴谦:" against "Wu Qian:" or "Spokesperson Wu Qian:".
_HAN_LABEL = re.compile(rf"^\s*([{HAN}· ]{{1,20}}?)\s*[:：]")
_ENGLISH_LABEL = re.compile(r"^\s*([A-Z][A-Za-z.'’ -]{0,50}?)\s*[:：]")
_HAN_ASKS = re.compile("记者|提问|^问$")
_ENGLISH_ASKS = re.compile(r"^(?:q|question)$|reporter|journalist|correspondent", re.IGNORECASE)
_HAN_ANSWERS = re.compile("^答$|发言人|部长|主任|局长|司长|主席|总理")
_ENGLISH_ANSWERS = re.compile(r"^(?:a|answer)$|spokes|minister|director", re.IGNORECASE)


@functools.lru_cache(maxsize=4096)
def _is_name_of(han: str, english: str) -> bool:
    # A Chinese name is the last two to four characters of its label; pinyin tells the rest.
    letters = "".join(_LATIN.findall(english)).lower()
    spelt = [pinyin(han[-size:]) for size in (4, 3, 2) if len(han) >= size]
    return any(name and name in letters for name in spelt)


def _compare_speakers(labels: Iterable[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Compare speaker labels: 1 the same, -1 one asks and the other answers, 0 not known."""
    pairs = set(labels)
    same = {pair for pair in pairs if _is_name_of(*pair)}
    # "AFP:" asks as well as "Reporter:" does, so only a speaker whom both sides name, or one who is
    # called so, is known to answer.
    named = {han for han, _ in same}, {english for _, english in same}
    found = {}
    for han, english in pairs:
        asks = bool(_HAN_ASKS.search(han)), bool(_ENGLISH_ASKS.search(english))
        answers = (
            not asks[0] and (han in named[0] or bool(_HAN_ANSWERS.search(han))),
            not asks[1] and (english in named[1] or bool(_ENGLISH_ANSWERS.search(english))),
        )
        differ = (asks[0] and answers[1]) or (answers[0] and asks[1])
        alike = (han, english) in same or all(asks)
        found[han, english] = -1.0 if differ else 1.0 if alike else 0.0
    return found


# --- where to look ---------------------------------------------------------------------------


class Band:
    """Say which nodes (i, j), i sources and j targets gone by, the paths may pass.

    Row i has the columns low[i] to high[i]; both grow with i, and rows overlap.
    """

    def __init__(self, low: Ints, high: Ints) -> None:
        self.low, self.high = low, high
        self.offsets = np.concatenate([[0], np.cumsum(high - low + 1)])
        self.n_sources, self.n_targets = len(low) - 1, int(high[-1])
        rows = np.arange(self.n_sources)
        # Cells (pairs of paragraphs) that beads within the band touch.
        self.first = low[np.maximum(rows - _MOST + 1, 0)]
        self.stop = high[np.minimum(rows + _MOST, self.n_sources)]
        self.cells = np.concatenate([[0], np.cumsum(self.stop - self.first)])

    def row(self, i: int) -> slice:
        """Give the place of a row of nodes."""
        return slice(int(self.offsets[i]), int(self.offsets[i + 1]))

    def nodes(self, start: int, stop: int) -> tuple[Ints, Ints]:
        """List the nodes of some rows: i and j."""
        widths = self.high[start:stop] - self.low[start:stop] + 1
        i = np.repeat(np.arange(start, stop), widths)
        at = np.arange(self.offsets[start], self.offsets[stop])
        return i, at - self.offsets[i] + self.low[i]

    def cell(self, row: Ints, column: Ints) -> Ints:
        """Give the place of cells."""
        return np.asarray(self.cells[row] + column - self.first[row])


def full_band(n_sources: int, n_targets: int) -> Band:
    """Let paths pass anywhere."""
    return Band(
        np.zeros(n_sources + 1, dtype=np.int64), np.full(n_sources + 1, n_targets, dtype=np.int64)
    )


def find_band(left: Side, right: Side) -> Band:
    """Find where the path of a long document must be; short ones are looked at in full."""
    n, m = len(left), len(right)
    if n * m <= _FULL:
        return full_band(n, m)
    chain = [(0, 0), *((i + 1, j + 1) for i, j in _chain(_neighbours(left, right), m)), (n, m)]
    corners = np.array(chain)
    path = np.interp(np.arange(n + 1), corners[:, 0], corners[:, 1])
    # Where the chain stands still in i, a row has all of its columns.
    least, most = np.floor(path).astype(np.int64), np.ceil(path).astype(np.int64)
    np.minimum.at(least, corners[:, 0], corners[:, 1])
    np.maximum.at(most, corners[:, 0], corners[:, 1])
    rows = np.arange(n + 1)
    low = np.maximum(least[np.maximum(rows - _RADIUS, 0)] - _RADIUS, 0)
    high = np.minimum(most[np.minimum(rows + _RADIUS, n)] + _RADIUS, m)
    low[0], high[n] = 0, m
    return Band(np.maximum.accumulate(low), np.maximum.accumulate(high))


def _neighbours(left: Side, right: Side) -> list[tuple[int, int, float]]:
    """List for each source its nearest targets, and by how much they stand out."""
    units = _normed(right.vectors)
    count = min(_NEIGHBOURS, len(right) - 1)
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(left), _BLOCK):
        similarity = _normed(left.vectors[start : start + _BLOCK]) @ units.T
        best = np.argpartition(similarity, -count - 1, axis=1)[:, -count - 1 :]
        values = np.take_along_axis(similarity, best, axis=1)
        values -= values.min(axis=1, keepdims=True)
        rows, places = np.nonzero(values > 0)
        found += zip(
            (rows + start).tolist(),
            best[rows, places].tolist(),
            values[rows, places].tolist(),
            strict=True,
        )
    return found


def _chain(points: Sequence[tuple[int, int, float]], width: int) -> list[tuple[int, int]]:
    """Find the chain of points, growing in both coordinates, that weighs most (Fenwick tree)."""
    points = sorted(points, key=lambda point: (point[0], -point[1]))
    tree: list[tuple[float, int]] = [(0.0, -1)] * (width + 1)
    before: list[int] = []
    for place, (_, column, weight) in enumerate(points):
        best = (0.0, -1)
        k = column
        while k > 0:
            best = max(best, tree[k])
            k -= k & -k
        before.append(best[1])
        entry = (best[0] + weight, place)
        k = column + 1
        while k <= width:
            tree[k] = max(tree[k], entry)
            k += k & -k
    place = max(tree)[1]
    if place < 0:
        return []
    # The best of all is the best of the prefix that is everything.
    best = (0.0, -1)
    k = width
    while k > 0:
        best = max(best, tree[k])
        k -= k & -k
    place = best[1]
    chain = []
    while place >= 0:
        chain.append(points[place][:2])
        place = before[place]
    return chain[::-1]


def _normed(vectors: Singles) -> Singles:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)


# --- what speaks for a bead ------------------------------------------------------------------


class _Rivals(NamedTuple):
    """Hold the best counterparts of each paragraph: similarity and where, best first."""

    values: Floats
    places: Ints

    def mean(self, rows: Ints, start: Ints, count: int) -> Floats:
        """Give the mean similarity of the best ones outside a group; 0 for those that lack."""
        places = self.places[rows]
        others = (places < start[:, None]) | (places >= start[:, None] + count)
        others &= np.cumsum(others, axis=1) <= _RIVALS
        return np.asarray((self.values[rows] * others).sum(axis=1) / _RIVALS)


def _rivals(values: Floats, own: Ints, other: Ints, count: int) -> _Rivals:
    order = np.lexsort((-values, own))
    starts = np.searchsorted(own[order], np.arange(count))
    rank = np.arange(len(order)) - starts[own[order]]
    kept = rank < _RIVALS + _MOST
    best = np.full((count, _RIVALS + _MOST), _RIVAL)
    places = np.full((count, _RIVALS + _MOST), -1, dtype=np.int64)
    chosen = order[kept]
    best[own[chosen], rank[kept]] = np.maximum(values[chosen], _RIVAL)
    places[own[chosen], rank[kept]] = other[chosen]
    return _Rivals(best, places)


class Lattice:
    """Hold what is known of every bead within a band."""

    def __init__(self, left: Side, right: Side, band: Band) -> None:
        self.left, self.right, self.band = left, right, band
        self.shapes = SHAPES
        rows = np.repeat(np.arange(band.n_sources), band.stop - band.first)
        columns = np.arange(band.cells[-1]) - band.cells[rows] + band.first[rows]
        self._norms = [_group_norms(left.vectors), _group_norms(right.vectors)]
        self._dots = np.zeros(len(rows), dtype=np.float32)
        for i in range(band.n_sources):
            a, b = int(band.first[i]), int(band.stop[i])
            self._dots[band.cells[i] : band.cells[i + 1]] = right.vectors[a:b] @ left.vectors[i]
        similarity = self._dots / (self._norms[0][0][rows] * self._norms[1][0][columns])
        similarity = similarity.astype(np.float64)
        self._rivals = (
            _rivals(similarity, rows, columns, band.n_sources),
            _rivals(similarity, columns, rows, band.n_targets),
        )
        self._shared, self._totals = self._share()
        own, other = self._mutual()
        text = ~left.headings[own] & ~right.headings[other]
        self._inside = [
            _between(side[text], len(s))
            for side, s in zip((own, other), (left, right), strict=True)
        ]
        scale = math.exp(self._wordiness(own, other))
        self._lengths = [
            np.concatenate([[0.0], np.cumsum(left.lengths * scale)]),
            np.concatenate([[0.0], np.cumsum(right.lengths)]),
        ]
        self._headings = [np.concatenate([[0], np.cumsum(s.headings)]) for s in (left, right)]
        self._repeats = [np.concatenate([[0], np.cumsum(s.repeats)]) for s in (left, right)]
        self._turns = [np.concatenate([[0], np.cumsum(s.turns)]) for s in (left, right)]
        self._speakers = self._label(rows, columns)
        self._covered = self._cover()

    def _mutual(self) -> tuple[Ints, Ints]:
        """List the paragraphs that are each other's nearest."""
        nearest = self._rivals[0].places[:, 0], self._rivals[1].places[:, 0]
        mutual = nearest[1][nearest[0]] == np.arange(len(self.left))
        own = np.nonzero((nearest[0] >= 0) & mutual)[0]
        return own, nearest[0][own]

    def _wordiness(self, own: Ints, other: Ints) -> float:
        """Tell by how much the English is longer than expected, as a logarithm.

        It is the median over the pairs that are each other's nearest and stand out.
        """
        values = self._rivals[0].values
        chosen = values[own, 0] - values[own, 1] > _STANDS_OUT
        chosen &= self.left.lengths[own] > _LONG / 2
        own, other = own[chosen], other[chosen]
        if not len(own):
            return 0.0
        ratios = np.log(
            (self.right.lengths[other] + _EXTRA_LENGTH) / (self.left.lengths[own] + _EXTRA_LENGTH)
        )
        # As much as two pairs speak for the expected length.
        median = float(np.median(ratios)) * len(own) / (len(own) + 2)
        return min(max(median, -_MOST_WORDINESS), _MOST_WORDINESS)

    def _cover(self) -> tuple[list[Singles], list[Singles]]:
        """Tell how well each paragraph's sentences are found on the other side.

        For a source: the mean over its sentences of the best similarity to a sentence of 1 to 4
        targets, laid out by the first of them; the same for targets.
        """
        band = self.band
        size = int(band.cells[-1])
        sides: tuple[list[Singles], list[Singles]] = (
            [np.zeros(size, dtype=np.float32) for _ in range(_MOST)],
            [np.zeros(size, dtype=np.float32) for _ in range(_MOST)],
        )
        for i in range(band.n_sources):
            at = slice(int(band.cells[i]), int(band.cells[i + 1]))
            found = _coverage(self.left, self.right, i, int(band.first[i]), int(band.stop[i]))
            for out, values in zip(sides[0], found, strict=True):
                out[at] = values
        # Cells of a column are those of neighbouring rows, as both bounds grow with the row.
        columns = np.arange(band.n_targets)
        first = np.searchsorted(band.stop, columns, side="right")
        stop = np.searchsorted(band.first, columns, side="right")
        for j in range(band.n_targets):
            rows = np.arange(first[j], stop[j])
            places = band.cell(rows, np.full(len(rows), j))
            found = _coverage(self.right, self.left, j, int(first[j]), int(stop[j]))
            for out, values in zip(sides[1], found, strict=True):
                out[places] = values
        return sides

    def _label(self, rows: Ints, columns: Ints) -> Singles:
        found = np.zeros(len(rows), dtype=np.float32)
        spoken = np.array([bool(label) for label in self.left.labels], dtype=bool)
        answered = np.array([bool(label) for label in self.right.labels], dtype=bool)
        places = np.nonzero(spoken[rows] & answered[columns])[0]
        pairs = [
            (self.left.labels[i], self.right.labels[j])
            for i, j in zip(rows[places].tolist(), columns[places].tolist(), strict=True)
        ]
        compared = _compare_speakers(pairs)
        found[places] = [compared[pair] for pair in pairs]
        return found

    def _share(self) -> tuple[Singles, list[Floats]]:
        """Weigh what each pair of paragraphs shares, and what each has, by rareness."""
        left, right, band = self.left, self.right, self.band
        counts = [Counter(token for own in side.tokens for token in own) for side in (left, right)]
        weights: dict[str, float] = {}
        for token in counts[0].keys() | counts[1].keys():
            # A share of at most 40 paragraphs, so that a token weighs the same in long documents.
            often = max(
                min(len(side), 40) * count[token] / max(len(side), 1)
                for side, count in zip((left, right), counts, strict=True)
            )
            size = min(max(len(left), len(right)), 40)
            weights[token] = math.log((size + 20) / (max(often, 1.0) + 0.5))
        places: dict[str, list[int]] = defaultdict(list)
        for j, tokens in enumerate(right.tokens):
            for token in tokens:
                places[token].append(j)
        arrays = {token: np.array(found) for token, found in places.items()}
        shared = np.zeros(int(band.cells[-1]), dtype=np.float32)
        for i, tokens in enumerate(left.tokens):
            first, stop, at = int(band.first[i]), int(band.stop[i]), int(band.cells[i])
            # Sums of floats depend on their order, and sets have none.
            for token in sorted(tokens):
                if token in places:
                    found = places[token]
                    chosen = arrays[token][bisect_left(found, first) : bisect_left(found, stop)]
                    shared[at + chosen - first] += weights[token]
        totals = [
            np.concatenate([[0.0], np.cumsum([_total(own, weights) for own in side.tokens])])
            for side in (left, right)
        ]
        return shared, totals

    def features(self, shape: tuple[int, int], start: int, stop: int) -> tuple[Ints, Floats]:
        """Describe the beads of one shape that end at the nodes of rows ``start`` to ``stop``.

        Returns:
            The places of their nodes, and what FEATURES names (n_beads, n_features).
        """
        a, b = shape
        band = self.band
        i, j = band.nodes(start, stop)
        r, c = i - a, j - b
        fits = (r >= 0) & (c >= 0)
        fits &= (c >= band.low[np.maximum(r, 0)]) & (c <= band.high[np.maximum(r, 0)])
        nodes = np.arange(band.offsets[start], band.offsets[stop])[fits]
        r, c = r[fits], c[fits]
        cells = [[band.cell(r + p, c + q) for q in range(b)] for p in range(a)]
        dots = [[self._dots[cell].astype(np.float64) for cell in row] for row in cells]
        norms = [(self._norms[0][k - 1], self._norms[1][k - 1]) for k in range(1, _MOST + 1)]
        similarity = sum(map(sum, dots)) / (norms[a - 1][0][r] * norms[b - 1][1][c])
        parts, margins = [], []
        for p in range(a):
            alike = sum(dots[p]) / (norms[0][0][r + p] * norms[b - 1][1][c])
            parts.append(alike)
            margins.append(alike - self._rivals[0].mean(r + p, c, b))
        for q in range(b):
            alike = sum(row[q] for row in dots) / (norms[a - 1][0][r] * norms[0][1][c + q])
            parts.append(alike)
            margins.append(alike - self._rivals[1].mean(c + q, r, a))
        lengths = [
            sums[first + count] - sums[first] + _EXTRA_LENGTH
            for sums, first, count in zip(self._lengths, (r, c), shape, strict=True)
        ]
        length = np.abs(np.log(lengths[1] / lengths[0]))
        totals = [
            sums[first + count] - sums[first]
            for sums, first, count in zip(self._totals, (r, c), shape, strict=True)
        ]
        shares = [[self._shared[cell].astype(np.float64) for cell in row] for row in cells]
        shared = np.minimum(sum(map(sum, shares)), np.minimum(*totals))
        headings = [
            sums[first + count] - sums[first]
            for sums, first, count in zip(self._headings, (r, c), shape, strict=True)
        ]
        last = [self.left.headings[r + a - 1], self.right.headings[c + b - 1]]
        asks = [self.left.questions[r + a - 1], self.right.questions[c + b - 1]]
        one = a == b == 1
        columns: dict[str, npt.NDArray[Any] | float] = {
            _SHAPE_NAMES[shape]: 1.0,
            f"similarity of {'pair' if one else 'group'}": similarity,
            f"margin of {'pair' if one else 'group'}": np.mean(margins, axis=0),
            "least margin": np.min(margins, axis=0),
            "length" if one else "length of group": length,
            "length squared": np.minimum(length**2, 4.0),
            "shared": np.log1p(shared),
            "source alone": np.log1p(np.maximum(totals[0] - shared, 0.0)),
            "target alone": np.log1p(np.maximum(totals[1] - shared, 0.0)),
            "overlap": 2 * shared / (totals[0] + totals[1] + 1.0),
            "headings alike": (last[0] & last[1]) * similarity,
            "both headings": last[0] & last[1],
            "one heading": last[0] ^ last[1],
            "questions differ": asks[0] ^ asks[1],
            "speakers": self._speakers[cells[0][0]],
        }
        covers = [self._covered[0][b - 1][cells[p][0]] for p in range(a)]
        covers += [self._covered[1][a - 1][cells[0][q]] for q in range(b)]
        columns[f"coverage of {'pair' if one else 'group'}"] = np.mean(covers, axis=0)
        columns["least coverage"] = np.min(covers, axis=0)
        if a == 1 < b:
            columns["gain of coverage"] = covers[0] - np.maximum(
                self._covered[0][b - 2][cells[0][0]], self._covered[0][b - 2][cells[0][1]]
            )
        elif b == 1 < a:
            columns["gain of coverage"] = covers[-1] - np.maximum(
                self._covered[1][a - 2][cells[0][0]], self._covered[1][a - 2][cells[1][0]]
            )
        if not one:
            columns["least similarity of a part"] = np.min(parts, axis=0)
            columns["gain by grouping"] = similarity - self._without_an_end(shape, r, c, dots)
            columns["repeats in group"] = sum(
                sums[first + count - 1] - sums[first]
                for sums, first, count in zip(self._repeats, (r, c), shape, strict=True)
            )
            columns["turns in group"] = sum(
                sums[first + count] - sums[first + 1]
                for sums, first, count in zip(self._turns, (r, c), shape, strict=True)
            )
            columns["headings in group"] = headings[0] + headings[1] - (last[0] & last[1])
            columns["least overlap of a part"] = self._least_overlap(shape, r, c, shares)
        matrix = np.zeros((len(nodes), len(FEATURES)))
        for name, column in columns.items():
            matrix[:, _PLACES[name]] = column
        return nodes, matrix

    def _without_an_end(
        self, shape: tuple[int, int], r: Ints, c: Ints, dots: list[list[Floats]]
    ) -> Floats:
        """Give the best similarity of what the bead would be without its first or last part."""
        a, b = shape
        norms = self._norms
        if a == b:
            return np.asarray(
                (
                    dots[0][0] / (norms[0][0][r] * norms[1][0][c])
                    + dots[1][1] / (norms[0][0][r + 1] * norms[1][0][c + 1])
                )
                / 2
            )
        if b == 1:
            column = [row[0] for row in dots]
            head = sum(column[:-1]) / (norms[0][a - 2][r] * norms[1][0][c])
            tail = sum(column[1:]) / (norms[0][a - 2][r + 1] * norms[1][0][c])
        else:
            head = sum(dots[0][:-1]) / (norms[0][0][r] * norms[1][b - 2][c])
            tail = sum(dots[0][1:]) / (norms[0][0][r] * norms[1][b - 2][c + 1])
        return np.asarray(np.maximum(head, tail))

    def _least_overlap(
        self, shape: tuple[int, int], r: Ints, c: Ints, shares: list[list[Floats]]
    ) -> Floats:
        """Give the least share of what a part has that the other side has; 1 for nothing."""
        least = np.ones(len(r))
        for side, count in enumerate(shape):
            first = (r, c)[side]
            if count == 1:
                continue
            for p in range(count):
                own = self._totals[side][first + p + 1] - self._totals[side][first + p]
                found = sum(shares[p]) if side == 0 else sum(row[p] for row in shares)
                ratio = np.where(own > 0, (found + 0.5) / (own + 0.5), 1.0)
                least = np.minimum(least, ratio)
        return least

    def none_features(self, side: int) -> Floats:
        """Describe the beads of one paragraph alone (n_paragraphs, n_features)."""
        own = (self.left, self.right)[side]
        matrix = np.zeros((len(own), len(FEATURES)))
        matrix[:, _NONE] = 1.0
        matrix[:, _NONE + 1] = own.headings
        matrix[:, _NONE + 2] = own.headings & self._inside[side]
        matrix[:, _NONE + 3] = np.log((own.lengths + _EXTRA_LENGTH) / 100.0)
        matrix[:, _NONE + 4] = self._rivals[side].values[:, 0]
        return matrix

    def scores(self, weights: Floats) -> Scores:
        """Weigh every bead."""
        n_nodes = int(self.band.offsets[-1])
        beads = []
        for shape in self.shapes:
            column = np.full(n_nodes, -np.inf, dtype=np.float32)
            for start in range(0, self.band.n_sources + 1, _BLOCK):
                stop = min(start + _BLOCK, self.band.n_sources + 1)
                nodes, matrix = self.features(shape, start, stop)
                column[nodes] = matrix @ weights
            beads.append(column)
        return Scores(beads, self.none_features(0) @ weights, self.none_features(1) @ weights)


def _coverage(own: Side, other: Side, n: int, first: int, stop: int) -> list[Floats]:
    """Find how well one paragraph is covered by 1 to 4 others that begin at each of a range."""
    if stop <= first:
        return [np.zeros(0)] * _MOST
    mine = slice(int(own.starts[n]), int(own.starts[n + 1]))
    start, end = int(other.starts[first]), int(other.starts[stop])
    others = other.sentences[start:end].astype(np.float32)
    similarity = own.sentences[mine].astype(np.float32) @ others.T
    single = np.maximum.reduceat(similarity, other.starts[first:stop] - start, axis=1)
    best = single.copy()
    found = []
    for size in range(1, _MOST + 1):
        # A range too near the end for so many keeps what fewer of them cover; no bead asks.
        kept = max(stop - first - size + 1, 0)
        np.maximum(best[:, :kept], single[:, size - 1 :], out=best[:, :kept])
        found.append(own.weights[mine] @ best)
    return found


_PLACES = {name: place for place, name in enumerate(FEATURES)}
_SHAPE_NAMES = {
    shape: "pair"
    if shape == (1, 1)
    else "two with two"
    if shape == (2, 2)
    else f"group of {max(shape)}"
    for shape in SHAPES
}


def _between(places: Ints, count: int) -> Bools:
    """Tell which paragraphs are neither above the first of some nor below the last."""
    found = np.zeros(count, dtype=bool)
    if len(places):
        found[places.min() : places.max() + 1] = True
    return found


def _total(tokens: Iterable[str], weights: dict[str, float]) -> float:
    return math.fsum(weights[token] for token in tokens)


def _group_norms(vectors: Singles) -> list[Floats]:
    """Give for groups of 1 to 4 the norm of the sum, by where they start."""
    norms = []
    sums = vectors.astype(np.float32)
    for size in range(1, _MOST + 1):
        if size > 1:
            sums = sums[: max(len(sums) - 1, 0)] + vectors[size - 1 :]
        norms.append(np.maximum(np.linalg.norm(sums, axis=1).astype(np.float64), 1e-9))
    return norms


# --- paths -----------------------------------------------------------------------------------


class Scores(NamedTuple):
    """Hold the weights of beads.

    Attributes:
        beads: for each shape, by the node where a bead ends; -inf where there is none.
        omitted: of each source alone.
        added: of each target alone.
    """

    beads: list[Singles]
    omitted: Floats
    added: Floats


class Sums(NamedTuple):
    """Hold the probabilities of beads, laid out as Scores, and the logarithm of all paths' sum."""

    beads: list[Singles]
    omitted: Floats
    added: Floats
    total: float


def _overlap(band: Band, row: int, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Give the nodes of a row where beads of a shape may end, and those where they begin."""
    before = row - shape[0]
    first = max(int(band.low[row]), int(band.low[before]) + shape[1])
    last = min(int(band.high[row]), int(band.high[before]) + shape[1])
    size = max(last - first + 1, 0)
    end = int(band.offsets[row]) + first - int(band.low[row])
    begin = int(band.offsets[before]) + first - shape[1] - int(band.low[before])
    return slice(end, end + size), slice(begin, begin + size)


def sum_paths(lattice: Lattice, scores: Scores) -> Sums:
    """Find how likely each bead is (forward-backward).

    Omissions come before additions where both stand together, so that no alignment is two paths:
    ``open`` sums the paths that may go on with an omission, ``any`` all.
    """
    band = lattice.band
    n, n_nodes = band.n_sources, int(band.offsets[-1])
    added = np.concatenate([[0.0], np.cumsum(scores.added)])
    open_ = np.full(n_nodes, -np.inf)
    any_ = np.full(n_nodes, -np.inf)
    open_[0] = 0.0
    with np.errstate(invalid="ignore"):
        for i in range(n + 1):
            row = band.row(i)
            for shape, column in zip(lattice.shapes, scores.beads, strict=True):
                if i >= shape[0]:
                    end, begin = _overlap(band, i, shape)
                    open_[end] = np.logaddexp(open_[end], column[end] + any_[begin])
            if i:
                end, begin = _overlap(band, i, (1, 0))
                open_[end] = np.logaddexp(open_[end], open_[begin] + scores.omitted[i - 1])
            base = added[band.low[i] : band.high[i] + 1]
            any_[row] = np.logaddexp.accumulate(open_[row] - base) + base
        total = float(any_[-1])
        # What follows a node, after an omission or pairing (rest) and after an addition.
        rest = np.full(n_nodes, -np.inf)
        after = np.full(n_nodes, -np.inf)
        after[-1] = 0.0
        for i in range(n, -1, -1):
            row = band.row(i)
            for shape, column in zip(lattice.shapes, scores.beads, strict=True):
                if i + shape[0] <= n:
                    end, begin = _overlap(band, i + shape[0], shape)
                    after[begin] = np.logaddexp(after[begin], column[end] + rest[end])
            base = added[band.low[i] : band.high[i] + 1]
            after[row] = np.logaddexp.accumulate((after[row] + base)[::-1])[::-1] - base
            rest[row] = after[row]
            if i < n:
                end, begin = _overlap(band, i + 1, (1, 0))
                rest[begin] = np.logaddexp(rest[begin], rest[end] + scores.omitted[i])
    beads = []
    for shape, column in zip(lattice.shapes, scores.beads, strict=True):
        found = np.zeros(n_nodes, dtype=np.float32)
        for i in range(shape[0], n + 1):
            end, begin = _overlap(band, i, shape)
            found[end] = np.exp(any_[begin] + column[end] + rest[end] - total)
        beads.append(found)
    alone = np.zeros(n)
    more = np.zeros(band.n_targets)
    for i in range(n + 1):
        if i < n:
            end, begin = _overlap(band, i + 1, (1, 0))
            alone[i] = np.exp(open_[begin] + rest[end] + scores.omitted[i] - total).sum()
        row = band.row(i)
        low, high = int(band.low[i]), int(band.high[i])
        values = any_[row][:-1] + scores.added[low:high] + after[row][1:] - total
        more[low:high] += np.exp(values)
    return Sums(beads, alone, more, total)


def best_path(lattice: Lattice, scores: Scores) -> list[tuple[int, int, int]]:
    """Find the path of the greatest sum: for each bead its shape and the node where it ends.

    Shapes are places in ``lattice.shapes``; -1 is an omission, -2 an addition.
    """
    band = lattice.band
    n, n_nodes = band.n_sources, int(band.offsets[-1])
    added = np.concatenate([[0.0], np.cumsum(scores.added)])
    best = np.full(n_nodes, -np.inf)
    best[0] = 0.0
    step = np.full(n_nodes, -2, dtype=np.int8)
    for i in range(n + 1):
        row = band.row(i)
        moves = [*zip(lattice.shapes, scores.beads, range(len(lattice.shapes)), strict=True)]
        for shape, column, name in moves:
            if i >= shape[0]:
                end, begin = _overlap(band, i, shape)
                values = column[end] + best[begin]
                better = values > best[end]
                best[end][better] = values[better]
                step[end][better] = name
        if i:
            end, begin = _overlap(band, i, (1, 0))
            values = best[begin] + scores.omitted[i - 1]
            better = values > best[end]
            best[end][better] = values[better]
            step[end][better] = -1
        base = added[band.low[i] : band.high[i] + 1]
        level = best[row] - base
        top = np.maximum.accumulate(level)
        # An addition where the best comes from further left.
        left = np.concatenate([[-np.inf], top[:-1]])
        step[row][left > level] = -2
        best[row] = top + base
    path = []
    i, j = n, band.n_targets
    while i or j:
        name = int(step[int(band.offsets[i]) + j - int(band.low[i])])
        path.append((name, i, j))
        a, b = (1, 0) if name == -1 else (0, 1) if name == -2 else lattice.shapes[name]
        i, j = i - a, j - b
    return path[::-1]


def _similarity(left: Side, right: Side, sources: Sequence[int], targets: Sequence[int]) -> float:
    """Give the cosine of some sources with some targets."""
    sums = (
        left.vectors[list(sources)].sum(axis=0, dtype=np.float64),
        right.vectors[list(targets)].sum(axis=0, dtype=np.float64),
    )
    norms = [max(float(np.linalg.norm(vector)), 1e-9) for vector in sums]
    return float(sums[0] @ sums[1]) / (norms[0] * norms[1])


def _beads(left: Side, right: Side, weights: Floats) -> list[Bead]:
    """Find the best beads."""
    band = find_band(left, right)
    lattice = Lattice(left, right, band)
    scores = lattice.scores(weights)
    sums = sum_paths(lattice, scores)
    beads = []
    for name, i, j in best_path(lattice, scores):
        similarity = None
        if name == -1:
            a, b, confidence = 1, 0, sums.omitted[i - 1]
        elif name == -2:
            a, b, confidence = 0, 1, sums.added[j - 1]
        else:
            a, b = lattice.shapes[name]
            confidence = sums.beads[name][int(band.offsets[i]) + j - int(band.low[i])]
            similarity = _similarity(left, right, range(i - a, i), range(j - b, j))
        beads.append(
            Bead(
                tuple(range(i - a, i)),
                tuple(range(j - b, j)),
                float(min(confidence, 1.0)),
                similarity,
            )
        )
    return beads
