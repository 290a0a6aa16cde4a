"""Which paragraphs of a page become one segment: the alignment, less what a page rules out.

``mteval.alignment`` groups neighbouring paragraphs by what they say. Pages have turns of speech
and furniture that no rule knows, which it does not see: nobody's question is part of an answer, and
headings above and below the text are alike by chance where sites are.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mteval.alignment import Bead, align
from mteval.encoder import Embed
from mteval.ingest.align import label_agreement, pair_odds, turn_of
from mteval.ingest.extract import Line, takes_turns

__all__ = ["SENTENCE_END", "Paired", "pair_lines"]

SENTENCE_END = re.compile(r"[。！？!?.…;；][”’\"'）)\]]*$")
# What is longer is cut for the encoder, whose time grows with the square; it says enough by then.
_ENOUGH = 2000
# Headings are told from chance in a matrix of all pairs; pages with more paragraphs go without.
_MOST_CELLS = 250_000
_UNSURE = 0.5


@dataclass(frozen=True, slots=True)
class Paired:
    """Hold the lines that become one segment: Chinese ones (none on an English page), English ones.

    ``confidence`` is the probability, 0-1, that the two say the same.
    """

    zh: tuple[Line, ...]
    en: tuple[Line, ...]
    confidence: float | None = None

    @property
    def source(self) -> str | None:
        """Give the Chinese text: paragraphs that were merged follow each other without a space."""
        return "".join(line.text for line in self.zh) if self.zh else None

    @property
    def target(self) -> str:
        """Give the English text: paragraphs that were merged follow each other with a space."""
        return " ".join(line.text for line in self.en)


def pair_lines(
    zh: Sequence[Line], en: Sequence[Line], embed: Embed, furniture: Sequence[Line] = ()
) -> list[Paired]:
    """Pair Chinese lines with English ones, several with one where paragraphs were merged.

    Args:
        zh: Chinese lines in the order of the page.
        en: English lines in the order of the page.
        embed: sentence encoder.
        furniture: the lines that were dropped.
    """
    sources, targets = [line.text for line in zh], [line.text for line in en]
    if not sources or not targets:
        return []
    order = sorted((*zh, *en), key=lambda line: (line.file, line.number))
    languages = [line.language for line in order]

    def begin(texts: Sequence[str]) -> npt.NDArray[Any]:
        return embed([text[:_ENOUGH] for text in texts])

    found = align(sources, targets, begin).paired
    leads = sum(
        1 if zh[bead.sources[0]].number < en[bead.targets[0]].number else -1 for bead in found
    )
    page = _Sides(zh, en, begin, takes_turns(languages), leads >= 0)
    breaks = sorted((line.file, line.number) for line in furniture)
    beads = []
    for bead in found:
        if len(bead.sources) + len(bead.targets) > 2:
            bead = page.one_turn(page.unbroken(page.one_heading(bead, breaks), breaks))
            bead = page.in_order(bead) if page.takes_turns else bead
        beads.append(bead)
    return [
        Paired(
            tuple(zh[i] for i in bead.sources),
            tuple(en[j] for j in bead.targets),
            bead.confidence,
        )
        for bead in page.without_chance(beads)
    ]


def _is_heading(line: Line) -> bool:
    return not SENTENCE_END.search(line.text)


@dataclass(frozen=True, slots=True)
class _Sides:
    """Hold the two sides of a page, and judge beads by what a page rules out."""

    zh: Sequence[Line]
    en: Sequence[Line]
    embed: Embed
    takes_turns: bool
    zh_leads: bool

    def _odds(self, sources: Sequence[int], targets: Sequence[int]) -> npt.NDArray[np.float64]:
        return pair_odds(
            [self.zh[i].text for i in sources], [self.en[j].text for j in targets], self.embed
        )

    def unbroken(self, bead: Bead, breaks: Sequence[tuple[int, int]]) -> Bead:
        """Take headings off the ends of a group that furniture parts from the rest of it."""

        def trimmed(indices: tuple[int, ...], lines: Sequence[Line]) -> tuple[int, ...]:
            kept = list(indices)
            while len(kept) > 1 and parted(lines[kept[-2]], lines[kept[-1]], lines[kept[-1]]):
                kept.pop()
            while len(kept) > 1 and parted(lines[kept[0]], lines[kept[1]], lines[kept[0]]):
                kept.pop(0)
            return tuple(kept)

        def parted(above: Line, below: Line, end: Line) -> bool:
            return _is_heading(end) and _are_parted(above, below, breaks)

        return replace(
            bead, sources=trimmed(bead.sources, self.zh), targets=trimmed(bead.targets, self.en)
        )

    def one_turn(self, bead: Bead) -> Bead:
        """Take questions out of answers, and answers out of questions."""
        left = [self.zh[i].text for i in bead.sources]
        right = [self.en[j].text for j in bead.targets]
        turns = [{turn_of(text) for text in side} for side in (left, right)]
        both = {"question", "other"}
        if not any(both <= side for side in turns) or all(both <= side for side in turns):
            return bead
        odds = self._odds(bead.sources, bead.targets)
        odds = odds + 10 * label_agreement(left, right)
        i, j = divmod(int(odds.argmax()), odds.shape[1])
        if both <= turns[0]:
            # The turn that fits best, with the paragraphs of it that have no label.
            return replace(bead, sources=_turn(bead.sources, left, i))
        return replace(bead, targets=_turn(bead.targets, right, j))

    def one_heading(self, bead: Bead, breaks: Sequence[tuple[int, int]]) -> Bead:
        """Keep one of two headings that furniture parts: a title, not the site's name."""
        groups = [[self.zh[i] for i in bead.sources], [self.en[j] for j in bead.targets]]
        lines = [line for group in groups for line in group]
        if len(lines) != 3 or not all(map(_is_heading, lines)):
            return bead
        if not any(_are_parted(group[0], group[-1], breaks) for group in groups):
            return bead
        odds = self._odds(bead.sources, bead.targets)
        i, j = divmod(int(odds.argmax()), odds.shape[1])
        return replace(bead, sources=(bead.sources[i],), targets=(bead.targets[j],))

    def in_order(self, bead: Bead) -> Bead:
        """Take off what stands on the wrong side of the other language where they take turns."""
        zh, en = [self.zh[i] for i in bead.sources], [self.en[j] for j in bead.targets]
        first, last = (zh, en) if self.zh_leads else (en, zh)
        end, start = first[-1].number, last[0].number
        if end < start:
            return bead
        # One side has one paragraph; of the other, what is in order with it stays.
        if len(first) == 1:
            kept = tuple(n for n, x in zip(self._last(bead), last, strict=True) if x.number > end)
        else:
            kept = tuple(
                n for n, x in zip(self._first(bead), first, strict=True) if x.number < start
            )
        if not kept:
            return bead
        in_sources = (len(first) != 1) == self.zh_leads
        return replace(bead, sources=kept) if in_sources else replace(bead, targets=kept)

    def _first(self, bead: Bead) -> tuple[int, ...]:
        return bead.sources if self.zh_leads else bead.targets

    def _last(self, bead: Bead) -> tuple[int, ...]:
        return bead.targets if self.zh_leads else bead.sources

    def without_chance(self, beads: Sequence[Bead]) -> list[Bead]:
        """Leave out what pairs for want of better.

        Judged so are headings above and below the text, and what the alignment itself doubts.
        """
        headings = [
            all(_is_heading(self.zh[i]) for i in bead.sources)
            and all(_is_heading(self.en[j]) for j in bead.targets)
            for bead in beads
        ]
        text = [number for number, heading in enumerate(headings) if not heading]
        doubtful = {n for n, bead in enumerate(beads) if bead.confidence < _UNSURE}
        if text:
            doubtful |= {n for n, is_ in enumerate(headings) if is_ and not text[0] < n < text[-1]}
        if not doubtful or len(self.zh) * len(self.en) > _MOST_CELLS:
            return list(beads)
        odds = self._odds(range(len(self.zh)), range(len(self.en)))
        return [
            bead
            for n, bead in enumerate(beads)
            if n not in doubtful or odds[np.ix_(bead.sources, bead.targets)].max() > 0
        ]


def _are_parted(above: Line, below: Line, breaks: Sequence[tuple[int, int]]) -> bool:
    """Tell whether any furniture, given by its sorted places, stands between two lines."""
    first, last = (above.file, above.number), (below.file, below.number)
    return bisect_left(breaks, first) < bisect_left(breaks, last)


def _turn(indices: tuple[int, ...], texts: Sequence[str], within: int) -> tuple[int, ...]:
    """Give those of a group that are in one turn with the one at ``within``."""
    starts = [n for n, text in enumerate(texts) if turn_of(text) is not None]
    start = max((n for n in starts if n <= within), default=0)
    stop = min((n for n in starts if n > within), default=len(texts))
    return indices[start:stop]
