"""Beads, of which an alignment consists, and the shapes that they may have."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DOUBTFUL", "MAX_GROUP", "SHAPES", "Alignment", "Bead"]

# Pairs of less confidence are shown as doubtful: they are more likely wrong than right.
DOUBTFUL = 0.5

# Numbers of sources and targets that a path may pair. Larger groups are rare; the few that there
# are grow from these afterwards (wide_beads).
SHAPES = (
    *((1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (1, 4), (4, 1)),
    (2, 2),
)
MAX_GROUP = 4


@dataclass(frozen=True, slots=True)
class Bead:
    """A group of neighbouring paragraphs of both sides that say the same (Gale and Church 1993).

    Attributes:
        sources: indices of paragraphs of the source, from 0; none where the target is an addition.
        targets: indices of paragraphs of the target; none where the source was omitted.
        confidence: probability, 0-1, that this is a bead of the true alignment.
        similarity: cosine of the embeddings of both sides; None where one is empty.
        is_summary: whether the target says only a part of what the source says.
    """

    sources: tuple[int, ...]
    targets: tuple[int, ...]
    confidence: float
    similarity: float | None = None
    is_summary: bool = False

    @property
    def is_pair(self) -> bool:
        """Whether the bead has paragraphs of both sides."""
        return bool(self.sources and self.targets)

    def seen_from(self, side: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the indices of a side, 0 for sources and 1 for targets, and those of the other."""
        return (self.targets, self.sources) if side else (self.sources, self.targets)


@dataclass(frozen=True, slots=True)
class Alignment:
    """The beads of two sides, in order; each paragraph is in exactly one.

    Attributes:
        beads: those with paragraphs of both sides, and those of one side alone.
        is_summary: whether the target as a whole is a summary of the source.
    """

    beads: tuple[Bead, ...]
    is_summary: bool = False

    @property
    def paired(self) -> tuple[Bead, ...]:
        """Return the beads that have paragraphs of both sides."""
        return tuple(bead for bead in self.beads if bead.is_pair)

    @property
    def omitted(self) -> tuple[int, ...]:
        """Return the sources that have no counterpart."""
        return tuple(i for bead in self.beads if not bead.targets for i in bead.sources)

    @property
    def added(self) -> tuple[int, ...]:
        """Return the targets that have no counterpart."""
        return tuple(j for bead in self.beads if not bead.sources for j in bead.targets)
