"""Alignment of the sentences of paragraphs, within the beads of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from mteval.alignment.aligner import align
from mteval.alignment.beads import Alignment, Bead
from mteval.alignment.side import ZH_EN, Languages
from mteval.languages.base import Language
from mteval.languages.encoder import Embed, remembering
from mteval.languages.registry import language

__all__ = ["Sentence", "SentenceAlignment", "align_sentences"]


class Sentence(NamedTuple):
    """A sentence: the index of its paragraph, from 0, and its text."""

    paragraph: int
    text: str


class SentenceAlignment(NamedTuple):
    """The sentences of both sides and their beads, whose indices are those of sentences."""

    sources: tuple[Sentence, ...]
    targets: tuple[Sentence, ...]
    alignment: Alignment


def align_sentences(
    sources: Sequence[str],
    targets: Sequence[str],
    embed: Embed,
    alignment: Alignment | None = None,
    *,
    languages: Languages = ZH_EN,
) -> SentenceAlignment:
    """Return the alignment of the sentences of paragraphs.

    Args:
        sources: paragraphs.
        targets: paragraphs of the translation.
        embed: sentence encoder.
        alignment: that of the paragraphs, where it is known.
        languages: codes of both sides' languages.
    """
    source, target = map(language, languages)
    embed = remembering(embed)
    if alignment is None:
        alignment = align(sources, targets, embed, languages=languages)
    left: list[Sentence] = []
    right: list[Sentence] = []
    beads: list[Bead] = []
    for bead in alignment.beads:
        i, j = len(left), len(right)
        left += _sentences(source, sources, bead.sources)
        right += _sentences(target, targets, bead.targets)
        beads += [
            replace(
                inner,
                sources=tuple(n + i for n in inner.sources),
                targets=tuple(n + j for n in inner.targets),
            )
            for inner in _align_within(bead, left[i:], right[j:], embed, languages)
        ]
    return SentenceAlignment(
        tuple(left), tuple(right), Alignment(tuple(beads), alignment.is_summary)
    )


def _sentences(own: Language, texts: Sequence[str], paragraphs: Sequence[int]) -> list[Sentence]:
    return [Sentence(n, text) for n in paragraphs for text in own.split_sentences(texts[n])]


def _align_within(
    bead: Bead,
    left: Sequence[Sentence],
    right: Sequence[Sentence],
    embed: Embed,
    languages: Languages,
) -> list[Bead]:
    """Return the beads of the sentences of a bead, whose indices begin at 0."""
    if len(left) == len(right) == 1:
        return [replace(bead, sources=(0,), targets=(0,))]
    texts = [s.text for s in left], [s.text for s in right]
    found = align(*texts, embed, within=True, languages=languages)
    # Nothing within a bead is surer than the bead.
    return [replace(inner, confidence=inner.confidence * bead.confidence) for inner in found.beads]
