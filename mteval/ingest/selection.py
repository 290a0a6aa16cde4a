"""Which pairs of a page become segments of its document, and when there is no document in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mteval.corpus.model import Kind
from mteval.errors import InputError
from mteval.ingest.coupling import PageGroup
from mteval.ingest.filtering import FilteredLines
from mteval.ingest.lines import SENTENCE_END
from mteval.ingest.pairing import Paired, Pairing

__all__ = ["Selection", "check_selection", "select_pairs"]


@dataclass(frozen=True, slots=True)
class Selection:
    """The pairs of a page that become segments.

    Attributes:
        pairs: in the order of the page.
        kinds: heading or text, of each pair.
        doubted: the pairs whose confidence is too low.
        is_summary: whether the English as a whole is a summary of the Chinese.
    """

    pairs: list[Paired]
    kinds: list[Kind]
    doubted: list[Paired]
    is_summary: bool

    def summary_notes(self) -> Iterator[str]:
        """Yield where the English is no translation: full ones would be marked down for it."""
        advice = "scores against it say little of a translation in full"
        if self.is_summary:
            yield f"the English is a summary of the Chinese, no translation: {advice}"
        elif found := [str(n) for n, pair in enumerate(self.pairs, 1) if pair.is_summary]:
            several = "s" if len(found) > 1 else ""
            yield (
                f"the English of segment{several} {', '.join(found)} is a summary of the Chinese, "
                f"no translation: {advice}"
            )


def select_pairs(pairing: Pairing, min_confidence: float) -> Selection:
    """Return the pairs whose confidence, 0-1, is ``min_confidence`` at least, and the others.

    Segments in one language only have no confidence, and are kept.
    """
    sure = [pair for pair in pairing.pairs if _confidence(pair) >= min_confidence]
    doubted = [pair for pair in pairing.pairs if _confidence(pair) < min_confidence]
    return Selection(sure, [_kind(pair) for pair in sure], doubted, pairing.is_summary)


def check_selection(
    selection: Selection, group: PageGroup, filtered: FilteredLines, *, monolingual: bool
) -> None:
    """Check that the pairs of a page make a document.

    Raises:
        InputError: there are none, or headings only of a page that has sentences.
    """
    # Headings alone pair by chance where one language is boilerplate.
    sentences = any(SENTENCE_END.search(line.text) for line in filtered.text)
    by_chance = "text" not in selection.kinds and sentences and not monolingual
    if selection.pairs and not by_chance:
        return
    if selection.doubted:
        highest = max(map(_confidence, selection.doubted))
        reason = (
            "no pair of paragraphs has the confidence that is asked for; the surest has "
            f"{highest:.2f}"
        )
    elif selection.is_summary:
        reason = "the English is a summary of the Chinese, no translation; give the full text"
    else:
        reason = (
            "no paragraph has a counterpart in the other language; check that the "
            + ("page holds" if len(group.pages) == 1 else "two pages hold")
            + " a text and its translation"
        )
    raise InputError(f"{group.origin}: {reason}")


def _confidence(pair: Paired) -> float:
    return 1.0 if pair.confidence is None else pair.confidence


def _kind(pair: Paired) -> Kind:
    """Return whether a pair is a heading: no line of it ends as a sentence does."""
    lines = (*pair.zh, *pair.en)
    return "text" if any(SENTENCE_END.search(line.text) for line in lines) else "heading"
