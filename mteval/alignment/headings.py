"""Repair of headings: those that the other side has run on into the paragraph before or after.

A heading is too short to make a paragraph much more alike to one that has it. So it is compared
with what that paragraph begins with, and with whether the rest is more alike without it.
"""

from __future__ import annotations

from collections.abc import Sequence

from mteval.alignment.beads import MAX_GROUP, Bead
from mteval.alignment.side import Side
from mteval.alignment.weights import (
    HEADING_CUT_SHARES,
    HEADING_CUT_SLACK,
    MAX_ARTICLE,
    MAX_HEADING_CUTS,
    MAX_HEADING_LENGTH,
    MIN_RUN_ON_SCORE,
    RUN_ON_GAIN,
)
from mteval.alignment.wide_beads import join_beads
from mteval.languages.encoder import Embed
from mteval.languages.pair import length_ratios

__all__ = ["join_headings"]


def join_headings(beads: Sequence[Bead], left: Side, right: Side, embed: Embed) -> list[Bead]:
    """Return the beads, lone headings joined to those whose other side begins or ends with them."""
    found: list[Bead] = []
    waiting = list(beads)
    for at, bead in enumerate(waiting):
        side = 0 if bead.sources else 1
        if not _is_lone_heading(bead, (left, right)[side]):
            found.append(bead)
            continue
        after = waiting[at + 1] if at + 1 < len(waiting) else None
        before = found[-1] if found else None
        sides = (left, right) if side == 0 else (right, left)
        if after is not None and _begins_with(after, bead, side, sides, embed):
            waiting[at + 1] = join_beads(bead, after, after.confidence, left, right)
        elif before is not None and _ends_with(before, bead, side, sides, embed):
            found[-1] = join_beads(before, bead, before.confidence, left, right)
        else:
            found.append(bead)
    return found


def _is_lone_heading(bead: Bead, own: Side) -> bool:
    if len(bead.sources) + len(bead.targets) != 1:
        return False
    n = (bead.sources or bead.targets)[0]
    return bool(own.headings[n] and own.lengths[n] <= MAX_HEADING_LENGTH)


def _can_absorb(bead: Bead, side: int) -> bool:
    """Return whether a bead may have one more paragraph of a side."""
    own, others = bead.seen_from(side)
    return bead.is_pair and len(others) == 1 and len(own) < MAX_GROUP


def _begins_with(
    after: Bead, lone: Bead, side: int, sides: tuple[Side, Side], embed: Embed
) -> bool:
    """Return whether the other side of a bead begins with a heading, and goes on as its own."""
    if not _can_absorb(after, side):
        return False
    own, others = after.seen_from(side)
    heading = sides[0].texts[lone.seen_from(side)[0][0]].strip()
    first, other = sides[0].texts[own[0]].strip(), sides[1].texts[others[0]].strip()
    sentence = sides[1].language.split_sentences(other)[0]
    cuts = _heading_cuts(heading, sentence, side, sides)
    if heading.casefold() in first.casefold()[: len(heading) + MAX_ARTICLE]:
        # The paragraph itself begins so: the other side has to say it twice.
        cuts = [
            cut
            for cut in cuts
            if (head := sentence[:cut].strip()) in sentence[cut : cut + len(head) + MAX_ARTICLE]
        ]
    if not cuts:
        return False
    heads = [sentence[:cut].strip() for cut in cuts]
    tails = [sentence[cut:].strip() for cut in cuts]
    start = sides[0].language.split_sentences(first)[0]
    vectors = embed([heading, start, sentence, *heads, *tails])
    alike = vectors[3 : 3 + len(cuts)] @ vectors[0]
    gain = vectors[3 + len(cuts) :] @ vectors[1] - float(vectors[1] @ vectors[2])
    return float((alike + RUN_ON_GAIN * gain).max()) >= MIN_RUN_ON_SCORE


def _heading_cuts(heading: str, sentence: str, side: int, sides: tuple[Side, Side]) -> list[int]:
    """Return where a sentence of the other side may go on after a heading."""
    own, other = (one.language for one in sides)
    if side == 0:
        expected = length_ratios(own, other).alignment * len(heading)
    else:
        expected = len(heading) / length_ratios(other, own).alignment
    if other.capitals is not None:
        factor, extra = HEADING_CUT_SLACK
        starts = (match.start() for match in other.capitals.finditer(sentence))
        cuts = [cut for cut in starts if cut <= factor * expected + extra]
    else:
        likely = max(expected, 1.0)
        cuts = sorted({2, *(round(likely * share) for share in HEADING_CUT_SHARES)})
    # A heading has two characters, and so has what follows.
    return [cut for cut in cuts if 1 < cut < len(sentence) - 2][:MAX_HEADING_CUTS]


def _ends_with(before: Bead, lone: Bead, side: int, sides: tuple[Side, Side], embed: Embed) -> bool:
    """Return whether the other side of a bead ends with a heading, after its last full stop."""
    if not _can_absorb(before, side):
        return False
    heading = sides[0].texts[lone.seen_from(side)[0][0]].strip()
    other = sides[1].language
    sentences = other.split_sentences(sides[1].texts[before.seen_from(side)[1][-1]].strip())
    if len(sentences) < 2 or not other.is_heading(sentences[-1]):
        return False
    vectors = embed([heading, sentences[-1]])
    return float(vectors[0] @ vectors[1]) >= MIN_RUN_ON_SCORE
