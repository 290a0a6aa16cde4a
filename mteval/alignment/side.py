"""What is known of the paragraphs of each side: sentences, lengths, tokens, headings, speakers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mteval.alignment.arrays import Bools, Floats, Halves, Ints, Singles, unit_rows
from mteval.alignment.speakers import find_turns, speaker_of
from mteval.alignment.tokens import common_tokens
from mteval.alignment.weights import (
    BLOCK,
    EXTRA_SENTENCE_LENGTH,
    LENGTH_RATIO_LIMITS,
)
from mteval.languages.base import Language
from mteval.languages.encoder import Embed
from mteval.languages.pair import length_ratios
from mteval.languages.registry import SOURCE, TARGET, language

__all__ = ["ZH_EN", "Languages", "Side", "describe", "length_ratio", "similarity_of"]

# Codes of the source's and the target's language.
Languages = tuple[str, str]
ZH_EN: Languages = (SOURCE, TARGET)
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Side:
    """The paragraphs of one side, described.

    Attributes:
        language: of the side.
        texts: folded: in simplified characters, NFKC.
        vectors: sums of the sentences' embeddings, weighted by the root of their length;
            (n_paragraphs, n_dimensions), as are all arrays but those of sentences.
        sentences: unit vectors of all sentences, one after the other.
        starts: where the sentences of each paragraph begin, and the end of the last.
        weights: of the sentences; they sum to 1 for each paragraph.
        lengths: in characters of the target; of a source those that are expected.
        tokens: numbers, dates and names that may be found on the other side.
        headings: whether a paragraph does not end as a sentence does.
        questions: whether it ends with a question mark.
        repeats: whether the next paragraph has all of its words, or it has all of those.
        labels: who speaks, "" where nobody is named.
        turns: whether a question begins where another spoke, or the other way round.
    """

    language: Language
    texts: list[str]
    vectors: Singles
    sentences: Halves
    starts: Ints
    weights: Floats
    lengths: Floats
    tokens: list[frozenset[str]]
    headings: Bools
    questions: Bools
    repeats: Bools
    labels: list[str]
    turns: Bools

    def __len__(self) -> int:
        return len(self.tokens)

    def part(self, start: int, stop: int) -> Side:
        """Return the description of the paragraphs from ``start`` up to ``stop``."""
        at = slice(start, stop)
        first, last = int(self.starts[start]), int(self.starts[stop])
        return Side(
            self.language,
            self.texts[at],
            self.vectors[at],
            self.sentences[first:last],
            self.starts[start : stop + 1] - first,
            self.weights[first:last],
            self.lengths[at],
            self.tokens[at],
            self.headings[at],
            self.questions[at],
            self.repeats[at],
            self.labels[at],
            self.turns[at],
        )

    def length_of(self, paragraphs: Sequence[int]) -> float:
        """Return how long some paragraphs are together, in expected characters of the target."""
        return float(self.lengths[list(paragraphs)].sum())

    def tokens_of(self, paragraphs: Sequence[int]) -> frozenset[str]:
        """Return the tokens that any of some paragraphs has."""
        return frozenset().union(*(self.tokens[n] for n in paragraphs))


def describe(
    sources: Sequence[str],
    targets: Sequence[str],
    embed: Embed,
    languages: Languages = ZH_EN,
) -> tuple[Side, Side]:
    """Return the descriptions of sources and targets; Chinese ones are of either script."""
    source, target = map(language, languages)
    left, right = [source.fold(text) for text in sources], [target.fold(text) for text in targets]
    tokens = common_tokens((source, target), left, right)
    ratio = length_ratios(source, target).alignment
    # What is in another script than the source's is taken as it is.
    lengths = [ratio * (n := source.count_letters(t)) + len(t.strip()) - n for t in left]
    return (
        _side(source, left, lengths, tokens[0], embed),
        _side(target, right, [float(len(t.strip())) for t in right], tokens[1], embed),
    )


def _side(
    own: Language,
    texts: list[str],
    lengths: Sequence[float],
    tokens: list[frozenset[str]],
    embed: Embed,
) -> Side:
    labels = [speaker_of(text, own) for text in texts]
    return Side(
        own,
        texts,
        *_vectors(own, texts, embed),
        np.array(lengths, dtype=np.float64),
        tokens,
        np.array([own.is_heading(text) for text in texts], dtype=bool),
        np.array([own.is_question(text) for text in texts], dtype=bool),
        _repeats(texts),
        labels,
        find_turns(labels, own),
    )


def _repeats(texts: Sequence[str]) -> Bools:
    # A title or lead that its paragraph says again is no other part of a translation.
    words = [_NOT_WORD.sub("", text).casefold() for text in texts]
    return np.array(
        [bool(a and b) and (a in b or b in a) for a, b in itertools.pairwise([*words, ""])],
        dtype=bool,
    )


def _vectors(
    own: Language, texts: Sequence[str], embed: Embed
) -> tuple[Singles, Halves, Ints, Floats]:
    """Return vectors, sentences, starts and weights of a side, embedding by blocks."""
    vectors: list[Singles] = []
    sentences: list[Halves] = []
    weights: list[Floats] = []
    counts: list[int] = []
    for start in range(0, len(texts), BLOCK):
        split = [own.split_sentences(text) for text in texts[start : start + BLOCK]]
        flat = [sentence for group in split for sentence in group]
        found = np.asarray(embed(flat), dtype=np.float32)
        weight = np.sqrt([len(sentence) + EXTRA_SENTENCE_LENGTH for sentence in flat])
        sizes = np.array([len(group) for group in split])
        starts = np.cumsum(sizes) - sizes
        weighted = found * weight[:, None].astype(np.float32)
        vectors.append(np.add.reduceat(weighted, starts, dtype=np.float32))
        sentences.append(unit_rows(found).astype(np.float16))
        weights.append(weight / np.repeat(np.add.reduceat(weight, starts), sizes))
        counts += sizes.tolist()
    return (
        np.concatenate(vectors),
        np.concatenate(sentences),
        np.concatenate([[0], np.cumsum(counts)]),
        np.concatenate(weights),
    )


def length_ratio(left: Side, right: Side) -> float:
    """Return how long the targets are for the expected length of the sources, within limits."""
    found = float(right.lengths.sum() / max(left.lengths.sum(), 1.0))
    return min(max(found, LENGTH_RATIO_LIMITS[0]), LENGTH_RATIO_LIMITS[1])


def similarity_of(left: Side, right: Side, sources: Sequence[int], targets: Sequence[int]) -> float:
    """Return the cosine of some sources with some targets."""
    sums = (
        left.vectors[list(sources)].sum(axis=0, dtype=np.float64),
        right.vectors[list(targets)].sum(axis=0, dtype=np.float64),
    )
    norms = [max(float(np.linalg.norm(vector)), 1e-9) for vector in sums]
    return float(sums[0] @ sums[1]) / (norms[0] * norms[1])
