"""Which lines of a page become one segment: what the alignment pairs, as their order allows.

Headings are too short for their meaning to show whether the paragraph beside them includes them;
where they are on the page shows more. No paragraph goes on after boilerplate, and where the
languages alternate, each paragraph comes before its translation.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy.typing as npt

from mteval.alignment.aligner import align
from mteval.alignment.beads import Bead
from mteval.ingest.line_languages import takes_turns
from mteval.ingest.lines import SENTENCE_END, Line
from mteval.languages.encoder import Embed

__all__ = ["Paired", "Pairing", "pair_lines"]

# Characters of a sentence that the encoder is given: its time grows with the square of them, and by
# then a sentence says enough.
_MAX_ENCODED = 2000

# File and number of a line.
LinePosition = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Paired:
    """The lines that become one segment: Chinese ones (none on an English page), English ones.

    ``confidence`` is the probability, 0-1, that the two say the same; with ``is_summary`` the
    English says a part of it only.
    """

    zh: tuple[Line, ...]
    en: tuple[Line, ...]
    confidence: float | None = None
    is_summary: bool = False

    @property
    def source(self) -> str | None:
        """Return the Chinese text; paragraphs that were merged are joined without a space."""
        return "".join(line.text for line in self.zh) if self.zh else None

    @property
    def target(self) -> str:
        """Return the English text; paragraphs that were merged are joined by a space."""
        return " ".join(line.text for line in self.en)


class Pairing(NamedTuple):
    """The pairs of a page, and whether its English as a whole is only a summary."""

    pairs: list[Paired]
    is_summary: bool = False


def pair_lines(
    zh: Sequence[Line], en: Sequence[Line], embed: Embed, boilerplate: Sequence[Line] = ()
) -> Pairing:
    """Return the pairs of Chinese and English lines, several in one where paragraphs were merged.

    Args:
        zh: Chinese lines in the order of the page.
        en: English lines in the order of the page.
        embed: sentence encoder.
        boilerplate: the lines that were dropped.
    """

    def embed_beginnings(texts: Sequence[str]) -> npt.NDArray[Any]:
        return embed([text[:_MAX_ENCODED] for text in texts])

    languages = [line.language for line in sorted((*zh, *en), key=_position)]
    alignment = align([line.text for line in zh], [line.text for line in en], embed_beginnings)
    breaks = sorted(map(_position, boilerplate))
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


def _position(line: Line) -> LinePosition:
    return line.file, line.number


def _is_heading(line: Line) -> bool:
    return not SENTENCE_END.search(line.text)


def _is_separated(above: Line, below: Line, breaks: Sequence[LinePosition]) -> bool:
    """Return whether any boilerplate, of the sorted positions ``breaks``, is between two lines."""
    return bisect_left(breaks, _position(above)) < bisect_left(breaks, _position(below))


def _unbroken(
    indices: tuple[int, ...], lines: Sequence[Line], breaks: Sequence[LinePosition]
) -> tuple[int, ...]:
    """Return a group without headings at its ends that boilerplate separates from the rest."""
    own = [lines[n] for n in indices]
    start, stop = 0, len(own)
    while (
        stop > 1
        and _is_heading(own[stop - 1])
        and _is_separated(own[stop - 2], own[stop - 1], breaks)
    ):
        stop -= 1
    while (
        start < stop - 1
        and _is_heading(own[start])
        and _is_separated(own[start], own[start + 1], breaks)
    ):
        start += 1
    return indices[start:stop]


def _in_order(
    beads: Sequence[Bead], zh: Sequence[Line], en: Sequence[Line], breaks: Sequence[LinePosition]
) -> list[Bead]:
    """Return the beads of a page whose languages alternate, without what is in the wrong order.

    One language leads: its paragraph comes first, and its translation before the next one. A
    heading between the two is translated with it.
    """
    zh_leads = (
        sum(
            1 if _position(zh[bead.sources[0]]) < _position(en[bead.targets[0]]) else -1
            for bead in beads
        )
        >= 0
    )
    leading, following = (zh, en) if zh_leads else (en, zh)
    paired = {n for bead in beads for n in (bead.sources, bead.targets)[zh_leads]}
    found = []
    for bead in beads:
        first, last = bead.seen_from(0 if zh_leads else 1)
        if len(first) == 1:
            start = _position(leading[first[0]])
            last = tuple(n for n in last if _position(following[n]) > start) or last
            last = _with_headings(last, following, start, paired, breaks)
        elif len(last) == 1:
            end = _position(following[last[0]])
            first = tuple(n for n in first if _position(leading[n]) < end) or first
        sources, targets = (first, last) if zh_leads else (last, first)
        found.append(replace(bead, sources=sources, targets=targets))
    return found


def _with_headings(
    indices: tuple[int, ...],
    lines: Sequence[Line],
    start: LinePosition,
    paired: Set[int],
    breaks: Sequence[LinePosition],
) -> tuple[int, ...]:
    """Return a group with the unpaired headings right before it, as far as ``start``."""
    while (
        (n := indices[0] - 1) >= 0
        and n not in paired
        and _position(lines[n]) > start
        and _is_heading(lines[n])
        and not _is_separated(lines[n], lines[indices[0]], breaks)
    ):
        indices = (n, *indices)
    return indices
