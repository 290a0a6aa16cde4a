"""Which lines of a page become one segment: what the alignment pairs, as their order allows.

Headings are too short to tell by what they say whether the paragraph by them has them; their place
tells more. No paragraph goes on behind furniture, and where the languages take turns, paragraphs in
one of them come before their translation.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy.typing as npt

from mteval.alignment.aligner import align
from mteval.alignment.beads import Bead
from mteval.ingest.line_languages import takes_turns
from mteval.ingest.lines import Line
from mteval.languages.encoder import Embed

__all__ = ["SENTENCE_END", "Paired", "Pairing", "pair_lines"]

SENTENCE_END = re.compile(r"[。！？!?.…;；][”’\"'）)\]]*$")
# What is longer is cut for the encoder, whose time grows with the square; it says enough by then.
_ENOUGH = 2000


@dataclass(frozen=True, slots=True)
class Paired:
    """Hold the lines that become one segment: Chinese ones (none on an English page), English ones.

    ``confidence`` is the probability, 0-1, that the two say the same; with ``is_summary`` the
    English says a part of it only.
    """

    zh: tuple[Line, ...]
    en: tuple[Line, ...]
    confidence: float | None = None
    is_summary: bool = False

    @property
    def source(self) -> str | None:
        """Give the Chinese text: paragraphs that were merged follow each other without a space."""
        return "".join(line.text for line in self.zh) if self.zh else None

    @property
    def target(self) -> str:
        """Give the English text: paragraphs that were merged follow each other with a space."""
        return " ".join(line.text for line in self.en)


class Pairing(NamedTuple):
    """Hold the pairs of a page, and whether its English as a whole is only a summary."""

    pairs: list[Paired]
    is_summary: bool = False


def pair_lines(
    zh: Sequence[Line], en: Sequence[Line], embed: Embed, furniture: Sequence[Line] = ()
) -> Pairing:
    """Pair Chinese lines with English ones, several with one where paragraphs were merged.

    Args:
        zh: Chinese lines in the order of the page.
        en: English lines in the order of the page.
        embed: sentence encoder.
        furniture: the lines that were dropped.
    """

    def begin(texts: Sequence[str]) -> npt.NDArray[Any]:
        return embed([text[:_ENOUGH] for text in texts])

    languages = [line.language for line in sorted((*zh, *en), key=_place)]
    alignment = align([line.text for line in zh], [line.text for line in en], begin)
    breaks = sorted(map(_place, furniture))
    beads = [
        replace(
            bead,
            sources=_unbroken(bead.sources, zh, breaks),
            targets=_unbroken(bead.targets, en, breaks),
        )
        for bead in alignment.paired
    ]
    if takes_turns(languages):
        beads = _in_order(beads, zh, en, breaks)
    pairs = [
        Paired(
            tuple(zh[i] for i in bead.sources),
            tuple(en[j] for j in bead.targets),
            bead.confidence,
            bead.is_summary,
        )
        for bead in beads
    ]
    return Pairing(pairs, alignment.is_summary)


def _place(line: Line) -> tuple[int, int]:
    return line.file, line.number


def _is_heading(line: Line) -> bool:
    return not SENTENCE_END.search(line.text)


def _parted(above: Line, below: Line, breaks: Sequence[tuple[int, int]]) -> bool:
    """Tell whether any furniture, given by its sorted places, stands between two lines."""
    return bisect_left(breaks, _place(above)) < bisect_left(breaks, _place(below))


def _unbroken(
    indices: tuple[int, ...], lines: Sequence[Line], breaks: Sequence[tuple[int, int]]
) -> tuple[int, ...]:
    """Take headings off the ends of a group that furniture parts from the rest of it."""
    own = [lines[n] for n in indices]
    start, stop = 0, len(own)
    while stop > 1 and _is_heading(own[stop - 1]) and _parted(own[stop - 2], own[stop - 1], breaks):
        stop -= 1
    while (
        start < stop - 1 and _is_heading(own[start]) and _parted(own[start], own[start + 1], breaks)
    ):
        start += 1
    return indices[start:stop]


def _in_order(
    beads: Sequence[Bead],
    zh: Sequence[Line],
    en: Sequence[Line],
    breaks: Sequence[tuple[int, int]],
) -> list[Bead]:
    """Take out of each bead, and put into it, what its place says; one language leads."""
    leads = sum(
        1 if _place(zh[bead.sources[0]]) < _place(en[bead.targets[0]]) else -1 for bead in beads
    )
    sides = (zh, en) if leads >= 0 else (en, zh)
    paired = {n for bead in beads for n in (bead.sources, bead.targets)[leads >= 0]}
    found = []
    for bead in beads:
        first, last = (bead.sources, bead.targets) if leads >= 0 else (bead.targets, bead.sources)
        # What stands on the wrong side of the other language's paragraph, if that is one.
        if len(first) == 1:
            start = _place(sides[0][first[0]])
            last = tuple(n for n in last if _place(sides[1][n]) > start) or last
            # A heading between the paragraph and its translation is translated with it.
            while (
                (n := last[0] - 1) >= 0
                and n not in paired
                and _place(sides[1][n]) > start
                and _is_heading(sides[1][n])
                and not _parted(sides[1][n], sides[1][last[0]], breaks)
            ):
                last = (n, *last)
        elif len(last) == 1:
            end = _place(sides[1][last[0]])
            first = tuple(n for n in first if _place(sides[0][n]) < end) or first
        sources, targets = (first, last) if leads >= 0 else (last, first)
        found.append(replace(bead, sources=sources, targets=targets))
    return found
