"""Which candidates are kept: those whose English says what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from mteval.languages.encoder import Embed
from mteval.terminology.mining.pairs import SegmentPair, SourceSpan, is_capital
from mteval.terminology.mining.renderings import Candidate, Claim
from mteval.terminology.mining.source_terms import Neighbours, is_term
from mteval.terminology.mining.weights import (
    HALF_WORD_TOLERANCE,
    MAX_COMPARED,
    MAX_STRETCH,
    MIN_CLEARANCE,
    MIN_COUNT_BESIDE_RECURRENT,
    MIN_LISTED_LIKENESS,
    MIN_LONE_LIKENESS,
    RECURRENT_TOLERANCE,
)
from mteval.terminology.normalise import (
    BREAK,
    fold_source,
)
from mteval.terminology.vectors import Vectors

__all__ = ["consistent"]


def consistent(
    pairs: Sequence[SegmentPair], found: Iterable[Candidate], neighbours: Neighbours, embed: Embed
) -> tuple[list[Candidate], list[str]]:
    """Return the candidates whose English says what they say, and better keys for the others."""
    vectors = Vectors(embed)
    kept = []
    better: dict[str, None] = {}
    for candidate in found:
        if not candidate.claims:
            continue
        best = _most_frequent(pairs, candidate)
        if candidate.kind == "recurrent":
            # In half of the places, and twice at least: what recurs is rendered alike.
            if len(best) < 2 or 2 * len(best) < len(candidate.claims):
                continue
            others = [
                _better_around(pairs, *each, neighbours, vectors) for each in best[:MAX_COMPARED]
            ]
            if any(others):
                better |= {other: None for other in others if other and is_term(other)}
                continue
        if candidate.kind != "name" or _is_likely_name(pairs, candidate, best, vectors):
            kept.append(candidate)
    return kept, list(better)


def _most_frequent(
    pairs: Sequence[SegmentPair], candidate: Candidate
) -> list[tuple[SourceSpan, Claim]]:
    """Return the claims of the words that most places have; of equals the first."""
    keys = [pairs[n].keys(claim.words) for (n, _, _), claim in candidate.claims.items()]
    counts = Counter(keys)
    best = max(counts, key=lambda text: counts[text])
    claims = candidate.claims.items()
    return [claim for claim, key in zip(claims, keys, strict=True) if key == best]


def _is_likely_name(
    pairs: Sequence[SegmentPair],
    candidate: Candidate,
    best: Sequence[tuple[SourceSpan, Claim]],
    vectors: Vectors,
) -> bool:
    """Return whether a name, and what most places have for it, are like enough."""
    if len(best) == 1 < len(candidate.claims):
        # What was rendered in as many ways as places is right only if it is very alike.
        texts = [pairs[n].surface(claim.words) for (n, _, _), claim in candidate.claims.items()]
        if (vectors(texts) @ vectors([candidate.key])[0]).max() < MIN_LONE_LIKENESS:
            return False
    if not candidate.named:
        span, claim = best[0]
        surface = pairs[span[0]].surface(claim.words)
        likeness = float(vectors([candidate.key])[0] @ vectors([surface])[0])
        return likeness >= MIN_LISTED_LIKENESS and _is_name(pairs[span[0]], claim.words)
    return True


def _is_name(pair: SegmentPair, words: tuple[int, int]) -> bool:
    function = pair.passage.is_function_word
    return not pair.passage.text.isupper() and all(
        function[k] or is_capital(pair.passage.words[k]) for k in range(*words)
    )


def _better_around(
    pairs: Sequence[SegmentPair],
    each: SourceSpan,
    claim: Claim,
    neighbours: Neighbours,
    vectors: Vectors,
) -> str | None:
    """Return the stretch around a term that is much more like its rendering, folded, if any."""
    number, start, end = each
    pair = pairs[number]
    first, last = next((a, b) for a, b in pair.chunks if a <= start < b)
    around = [
        (a, b)
        for a in range(max(first, start - MAX_STRETCH), end - 1)
        for b in range(max(a + 2, start + 2), min(last, end + MAX_STRETCH) + 1)
        if a < end and start < b
    ]
    texts = [fold_source(pair.source[a:b]).text or BREAK for a, b in around]
    target = vectors([pair.surface(claim.words)])[0]
    alike = vectors(texts) @ target
    own = vectors([fold_source(pair.source[start:end]).text])[0] @ target
    # What has one character less is about as alike if that is half a word.
    halved = [(a, b) in ((start + 1, end), (start, end - 1)) and b - a > 1 for a, b in around]
    allowed = np.where(halved, HALF_WORD_TOLERANCE, RECURRENT_TOLERANCE)
    better = [
        (text, value)
        for text, value, much in zip(texts, alike, allowed, strict=True)
        if value > own + much and not neighbours.is_cut(text, MIN_COUNT_BESIDE_RECURRENT)
    ]
    if not better:
        return None
    most = max(value for _, value in better)
    return max((text for text, value in better if value > most - MIN_CLEARANCE), key=len)
