"""Alignment of Chinese paragraphs with English ones: which say the same, in order.

The two sides are cut into beads (Gale and Church 1993): groups of 0 to 4 neighbouring paragraphs of
one side with 0 to 4 of the other. Both sides are described (``side``), what speaks for each bead is
weighed by a linear model (``features``), and the best of all paths is searched (``search``). What
paths cannot see is repaired afterwards: headings that run on, beads of more than four, summaries.
"""

from __future__ import annotations

from collections.abc import Sequence

from mteval.alignment.arrays import Floats
from mteval.alignment.beads import Alignment, Bead
from mteval.alignment.headings import join_headings
from mteval.alignment.search import find_beads
from mteval.alignment.side import ZH_EN, Languages, Side, describe
from mteval.alignment.summaries import is_summary, mark_summaries
from mteval.alignment.weights import MIN_COVERAGE_BY_FULL, WEIGHTS, WEIGHTS_WITHIN
from mteval.alignment.wide_beads import widen
from mteval.io.surrogates import check_texts
from mteval.languages.encoder import Embed

__all__ = ["align", "align_described"]


def align(
    sources: Sequence[str],
    targets: Sequence[str],
    embed: Embed,
    *,
    within: bool = False,
    languages: Languages = ZH_EN,
) -> Alignment:
    """Return the alignment of paragraphs with those of their translation.

    Args:
        sources: paragraphs; Chinese ones of either script.
        targets: paragraphs of the translation.
        embed: sentence encoder, such as ``sentence_encoder()``; it is given sentences.
        within: whether both sides are known to say the same, as a whole.
        languages: codes of both sides' languages; the weights were fitted on Chinese and English.

    Returns:
        The beads in order. Memory grows with the number of paragraphs.

    Raises:
        InputError: a paragraph has half a surrogate pair.
    """
    check_texts(sources, (), [targets])
    if not sources or not targets:
        omitted = (Bead((i,), (), 1.0) for i in range(len(sources)))
        added = (Bead((), (j,), 1.0) for j in range(len(targets)))
        return Alignment((*omitted, *added))
    left, right = describe(sources, targets, embed, languages)
    return align_described(left, right, embed, WEIGHTS_WITHIN if within else WEIGHTS)


def align_described(left: Side, right: Side, embed: Embed, weights: Floats = WEIGHTS) -> Alignment:
    """Return the alignment of two sides, neither of which is empty.

    Args:
        left: the sources, described.
        right: the targets, described.
        embed: sentence encoder.
        weights: of the features (n_features,).
    """
    beads = join_headings(find_beads(left, right, weights), left, right, embed)
    for side in (0, 1):
        beads = widen(beads, left, right, side, MIN_COVERAGE_BY_FULL, full=True)
    beads = mark_summaries(beads, left, right)
    return Alignment(tuple(beads), is_summary(beads, left, right))
