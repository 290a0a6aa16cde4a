"""What the references have for each candidate: searched for, and looked up where that failed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

import numpy as np

from mteval.languages.encoder import Embed
from mteval.terminology.matching import Occurrence, Patterns
from mteval.terminology.mining.names import NamePhrase
from mteval.terminology.mining.pairs import (
    SegmentPair,
    SourceSpan,
    capitalised_runs,
    is_capital,
    is_noun,
)
from mteval.terminology.mining.weights import (
    CONTRAST_REACH,
    EXTENSION_BONUS,
    LOOKED_UP_CONFIDENCE,
    MAX_SEARCHED,
    MIN_QUOTED_LIKENESS,
    QUOTED_CONFIDENCE,
    SEGMENTS_PER_BLOCK,
)
from mteval.terminology.normalise import fold_source
from mteval.terminology.passages import Question
from mteval.terminology.search import candidates, choose
from mteval.terminology.vectors import Vectors
from mteval.terminology.weights import PASSAGES

__all__ = ["Candidate", "CandidateKind", "Claim", "search_renderings"]

CandidateKind = Literal["quoted", "name", "recurrent"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a reference has for one occurrence: half-open range of words, confidence (0-1)."""

    words: tuple[int, int]
    confidence: float


@dataclass
class Candidate:
    """A source term that may be worth proposing.

    Attributes:
        key: its folded text.
        kind: what made it a candidate.
        named: by occurrence, the capitalised name that it renders.
        claims: by occurrence, what the reference has for it.
        spelt: occurrences whose name is sure: in pinyin, or quoted on both sides.
    """

    key: str
    kind: CandidateKind
    named: dict[SourceSpan, NamePhrase] = field(default_factory=dict)
    claims: dict[SourceSpan, Claim] = field(default_factory=dict)
    spelt: set[SourceSpan] = field(default_factory=set)


def search_renderings(
    pairs: Sequence[SegmentPair], found: dict[str, Candidate], embed: Embed
) -> None:
    """Search for what renders each candidate, by key, and put it into its claims."""
    patterns = Patterns(found)
    at: defaultdict[str, list[SourceSpan]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        folded = fold_source(pair.source)
        for key, start, end in patterns.find(folded.text):
            first, last = folded.span(start, end)
            if not pair.is_known(first, last):
                at[key].append((number, first, last))
    asked: defaultdict[int, list[tuple[str, SourceSpan]]] = defaultdict(list)
    for key, spans in at.items():
        step = -(-len(spans) // MAX_SEARCHED)
        chosen = dict.fromkeys([*found[key].named, *spans[::step]])
        for each in chosen:
            asked[each[0]].append((key, each))
    # Of each key, the segments that have it, in order.
    having = {key: dict.fromkeys(number for number, _, _ in spans) for key, spans in at.items()}
    vectors = Vectors(embed)
    for block, number in enumerate(sorted(asked)):
        if block % SEGMENTS_PER_BLOCK == SEGMENTS_PER_BLOCK - 1:
            vectors = Vectors(embed)
        for key, each in asked[number]:
            _ask(pairs, found[key], each, having[key], vectors)
    for key, spans in at.items():
        _look_up(pairs, found[key], spans)


def _ask(
    pairs: Sequence[SegmentPair],
    candidate: Candidate,
    span: SourceSpan,
    having: Mapping[int, None],
    vectors: Vectors,
) -> None:
    number, start, end = span
    pair = pairs[number]
    named = candidate.named.get(span)
    if span in candidate.spelt and named is not None:
        sure = QUOTED_CONFIDENCE if candidate.kind == "quoted" else 1.0
        candidate.claims[span] = Claim(named.words, sure)
        return
    around = range(max(0, number - CONTRAST_REACH), min(len(pairs), number + CONTRAST_REACH))
    question = Question(
        pair.passage,
        pair.source,
        Occurrence((0,), start, end),
        (),
        None,
        [pairs[k].passage for k in islice((k for k in having if k != number), PASSAGES)],
        [pairs[k].passage for k in around if k not in having][:PASSAGES],
    )
    answer = choose(question, candidates(question, vectors))
    if answer is None:
        if candidate.kind == "quoted":
            _claim_name(pair, candidate, span, vectors)
        return
    words = _extended(pair, pair.source[start:end], answer.words, vectors)
    if named is not None:
        common = min(words[1], named.words[1]) - max(words[0], named.words[0])
        if 2 * common <= named.words[1] - named.words[0]:
            return
        # A noun in small letters may belong to it: Agreement meetings.
        if not (words[0] == named.words[0] and words[1] == named.words[1] + 1) or not is_noun(
            pair.passage.words[words[1] - 1], plural=True
        ):
            words = named.words
    candidate.claims[span] = Claim(words, answer.confidence)


def _claim_name(
    pair: SegmentPair, candidate: Candidate, span: SourceSpan, vectors: Vectors
) -> None:
    """Claim the capitalised words most like a quoted name that the search has nothing for."""
    _, start, end = span
    spans = [
        (a, b)
        for i, j in capitalised_runs(pair)
        for a in range(i, j)
        for b in range(a + 2, j + 1)
        if is_capital(pair.passage.words[a])
        and is_capital(pair.passage.words[b - 1])
        and b - a <= end - start
    ]
    if not spans:
        return
    [expected] = pair.passage.expected(len(pair.source), [(start + end) / 2])
    centres = np.array([pair.passage.starts[a:b].mean() for a, b in spans])
    alike = vectors([pair.surface(words) for words in spans]) @ vectors([candidate.key])[0]
    scores = alike - np.abs(centres - expected) / max(len(pair.passage.text), 1)
    best = int(scores.argmax())
    if alike[best] >= MIN_QUOTED_LIKENESS:
        candidate.claims[span] = Claim(spans[best], float(alike[best]))


def _extended(
    pair: SegmentPair, term: str, words: tuple[int, int], vectors: Vectors
) -> tuple[int, int]:
    """Extend a rendering to the whole of a name that it breaks off, if that is about as alike."""
    first, last = words
    while (first, first + 1) in pair.capitals and not pair.passage.taken[first - 1]:
        first -= 1
    while (last, last + 1) in pair.capitals and not pair.passage.taken[last]:
        last += 1
    ranges = list(dict.fromkeys([words, (words[0], last), (first, words[1]), (first, last)]))
    alike = vectors([pair.surface(each) for each in ranges]) @ vectors([fold_source(term).text])[0]
    return ranges[int((alike + EXTENSION_BONUS * (np.arange(len(ranges)) > 0)).argmax())]


def _look_up(
    pairs: Sequence[SegmentPair], candidate: Candidate, spans: Sequence[SourceSpan]
) -> None:
    """Look for the renderings found where the search had none, or was not asked."""
    if not candidate.claims:
        return
    counts = Counter(pairs[n].keys(c.words) for (n, _, _), c in candidate.claims.items())
    order = sorted(counts, key=lambda text: (-counts[text], text))
    claimed: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for (number, _, _), claim in candidate.claims.items():
        claimed[number].append(claim.words)
    for span in spans:
        if span in candidate.claims:
            continue
        used = claimed[span[0]]
        passage = pairs[span[0]].passage
        keys = [word.key for word in passage.words]
        found = (
            (k, k + len(parts))
            for parts in map(str.split, order)
            for k in range(len(keys))
            if keys[k : k + len(parts)] == parts
            and not passage.taken[k : k + len(parts)].any()
            and not any(k < last and first < k + len(parts) for first, last in used)
        )
        words = next(found, None)
        if words is not None:
            candidate.claims[span] = Claim(words, LOOKED_UP_CONFIDENCE)
            used.append(words)
