"""Outputs with any line breaks, cut into the paragraphs of their source (re-segmentation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from mteval.alignment.aligner import align, align_described
from mteval.alignment.beads import Alignment, Bead
from mteval.alignment.cuts import cut_into_runs
from mteval.alignment.side import ZH_EN, Languages, describe
from mteval.alignment.weights import BROKEN_UP_RATIO, MIN_COVERAGE, MIN_SHIFT_CONFIDENCE
from mteval.alignment.wide_beads import absorb_omitted, widen
from mteval.io.surrogates import check_texts
from mteval.languages.encoder import Embed, remembering
from mteval.languages.registry import language

__all__ = ["Resegmented", "resegment"]


class Resegmented(NamedTuple):
    """An output cut into the paragraphs of its source.

    Attributes:
        texts: one for each source, "" where it was omitted.
        confidences: of the bead that each comes from, 0-1.
        omitted: sources that the output has nothing for.
        added: paragraphs of the output that are of no source; no text has them.
        alignment: the beads; blank lines are in none.
    """

    texts: tuple[str, ...]
    confidences: tuple[float, ...]
    omitted: tuple[int, ...]
    added: tuple[int, ...]
    alignment: Alignment

    @property
    def is_shifted(self) -> bool:
        """Whether a line is surely a translation of other sources than that of its number."""
        return any(
            bead.sources != bead.targets and bead.confidence >= MIN_SHIFT_CONFIDENCE
            for bead in self.alignment.paired
        )


def resegment(
    sources: Sequence[str], outputs: Sequence[str], embed: Embed, languages: Languages = ZH_EN
) -> Resegmented:
    """Return the output of a system, whatever its line breaks, in its source's paragraphs.

    Args:
        sources: paragraphs.
        outputs: the translation, in paragraphs that may be merged, split, missing or added.
        embed: sentence encoder.
        languages: codes of both sides' languages.

    Raises:
        InputError: a text has half a surrogate pair.
    """
    check_texts(sources, (), [outputs])
    embed = remembering(embed)
    # Blank lines are for the eye.
    numbers = [j for j, text in enumerate(outputs) if text.strip()]
    alignment = _align_lines(sources, [outputs[j] for j in numbers], embed, languages)
    beads = (replace(b, targets=tuple(numbers[j] for j in b.targets)) for b in alignment.beads)
    alignment = replace(alignment, beads=tuple(beads))
    texts = [""] * len(sources)
    confidences = [0.0] * len(sources)
    for bead in alignment.beads:
        own = [outputs[j].strip() for j in bead.targets]
        parts = [" ".join(own)] * len(bead.sources)
        if len(parts) > 1:
            parts = cut_into_runs([sources[i] for i in bead.sources], own, embed, languages)
        for i, part in zip(bead.sources, parts, strict=True):
            texts[i] = part
            confidences[i] = bead.confidence
    return Resegmented(
        tuple(texts),
        tuple(confidences),
        tuple(i for i, text in enumerate(texts) if not text),
        alignment.added,
        alignment,
    )


def _align_lines(
    sources: Sequence[str], lines: Sequence[str], embed: Embed, languages: Languages
) -> Alignment:
    """Return the alignment of paragraphs with the lines of an output, each of which has a text."""
    if not sources or not lines:
        return align(sources, lines, embed, languages=languages)
    left, right = describe(sources, lines, embed, languages)
    if len(lines) > BROKEN_UP_RATIO * len(sources):
        alignment = _align_broken_up(sources, lines, embed, languages)
    else:
        alignment = align_described(left, right, embed)
    beads = absorb_omitted(widen(alignment.beads, left, right, 1, MIN_COVERAGE), left, right)
    return replace(alignment, beads=tuple(beads))


def _align_broken_up(
    sources: Sequence[str], lines: Sequence[str], embed: Embed, languages: Languages
) -> Alignment:
    """Return the alignment of paragraphs with many lines each, found by that of their sentences."""
    source = language(languages[0])
    split = [(n, part) for n, text in enumerate(sources) for part in source.split_sentences(text)]
    sentences = [sentence for _, sentence in split]
    found: list[Bead] = []
    added: list[Bead] = []
    for bead in align(sentences, lines, embed, within=True, languages=languages).beads:
        own = sorted({split[n][0] for n in bead.sources})
        if not bead.targets:
            continue
        if not own:
            added.append(bead)
        elif found and own[0] <= found[-1].sources[-1]:
            # What is between two parts of a paragraph is a part of it.
            last = found[-1]
            targets = (*last.targets, *(j for b in added for j in b.targets), *bead.targets)
            both = tuple(sorted({*last.sources, *own}))
            found[-1] = Bead(both, targets, min(last.confidence, bead.confidence))
            added = []
        else:
            found += [*added, replace(bead, sources=tuple(own))]
            added = []
    return Alignment(tuple(_with_omitted([*found, *added], len(sources))))


def _with_omitted(found: Sequence[Bead], n_sources: int) -> list[Bead]:
    """Return the beads with those of the sources that are in none, in order."""
    have = {n for bead in found for n in bead.sources}
    omitted = [Bead((n,), (), 1.0) for n in range(n_sources) if n not in have]
    beads: list[Bead] = []
    for bead in found:
        while bead.sources and omitted and omitted[0].sources[0] < bead.sources[0]:
            beads.append(omitted.pop(0))
        beads.append(bead)
    return [*beads, *omitted]
