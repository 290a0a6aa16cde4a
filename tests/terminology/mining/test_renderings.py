"""What the references have for candidates."""

from __future__ import annotations

from collections.abc import ItemsView, Sequence

import numpy as np
import numpy.typing as npt

from mteval.terminology.mining import names, renderings
from mteval.terminology.mining.pairs import SourceSpan, read_pairs
from mteval.terminology.mining.renderings import Candidate, Claim
from mteval.terminology.mining.source_terms import Neighbours


class CountedClaims(dict[SourceSpan, Claim]):
    """Claims that count how often somebody goes through all of them."""

    passes = 0

    def items(self) -> ItemsView[SourceSpan, Claim]:  # type: ignore[override]
        self.passes += 1
        return super().items()


def test_occurrences_are_looked_up_without_going_through_all_claims() -> None:
    n_segments = 60
    pairs = read_pairs(
        ["和平方舟起航。"] * n_segments, ["The Peace Ark set sail."] * n_segments, None
    )
    words = next(
        (k, k + 2) for k, word in enumerate(pairs[0].passage.words) if word.text == "Peace"
    )
    spans = [(number, 0, 4) for number in range(n_segments)]
    candidate = Candidate("和平方舟", "name")
    candidate.claims = CountedClaims({spans[0]: Claim(words, 0.9)})
    renderings._look_up(pairs, candidate, spans)
    assert {claim.words for claim in candidate.claims.values()} == {words}
    assert len(candidate.claims) == n_segments
    # Once a segment would be quadratic.
    assert candidate.claims.passes < 5


def test_a_rendering_is_claimed_once() -> None:
    pairs = read_pairs(["和平方舟与和平方舟。"], ["The Peace Ark and the Peace Ark."], None)
    spans = [(0, 0, 4), (0, 5, 9)]
    candidate = Candidate("和平方舟", "name")
    found = [k for k, word in enumerate(pairs[0].passage.words) if word.text == "Peace"]
    candidate.claims = {spans[0]: Claim((found[0], found[0] + 2), 0.9)}
    renderings._look_up(pairs, candidate, [*spans, (0, 5, 8)])
    assert [claim.words[0] for claim in candidate.claims.values()] == found


def test_a_segment_that_recurs_is_searched_for_names_once() -> None:
    asked = []

    def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        asked.append(len(texts))
        return np.eye(512, dtype=np.float32)[[len(text) for text in texts]]

    counts = []
    for n in (1, 2):
        pairs = read_pairs(
            ["双方在和平方舟上会晤。"] * n, ["Both met on board the Peace Ark."] * n, None
        )
        list(names.names(pairs, Neighbours(pairs), embed))
        counts.append(len(asked))
    assert counts[0] > 0
    assert counts[1] == 2 * counts[0]
