"""What is known of the paragraphs of each side: sentences, lengths, tokens, headings, speakers."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mteval.alignment.arrays import Bools, Floats, Halves, Ints, Singles, unit_rows
from mteval.alignment.speakers import ENGLISH_SPEAKERS, HAN_SPEAKERS, SpeakerWords, find_turns
from mteval.alignment.tokens import common_tokens
from mteval.alignment.weights import (
    BLOCK,
    CHARACTERS_PER_HAN,
    EXTRA_SENTENCE_LENGTH,
    LENGTH_RATIO_LIMITS,
)
from mteval.languages.encoder import Embed
from mteval.languages.sentences import sentence_ends
from mteval.languages.text import count_han, to_simplified

__all__ = ["HEADING_END", "Side", "describe", "length_ratio", "similarity_of", "split_sentences"]

# What ends so is no heading.
HEADING_END = re.compile(r"""[.!?。！？…;；:：]["'”’)\]」』）》】]*\s*$""")
_QUESTION_END = re.compile(r"""[?？]["'”’)\]」』）》】]*\s*$""")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Side:
    """The paragraphs of one side, described.

    Attributes:
        texts: in simplified characters, NFKC.
        vectors: sums of the sentences' embeddings, weighted by the root of their length;
            (n_paragraphs, n_dimensions), as are all arrays but those of sentences.
        sentences: unit vectors of all sentences, one after the other.
        starts: where the sentences of each paragraph begin, and the end of the last.
        weights: of the sentences; they sum to 1 for each paragraph.
        lengths: expected English characters.
        tokens: numbers, dates and names that may be found on the other side.
        headings: whether a paragraph does not end as a sentence does.
        questions: whether it ends with a question mark.
        repeats: whether the next paragraph has all of its words, or it has all of those.
        labels: who speaks, "" where nobody is named.
        turns: whether a question begins where another spoke, or the other way round.
    """

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
        """Return how long some paragraphs are together, in expected English characters."""
        return float(self.lengths[list(paragraphs)].sum())

    def tokens_of(self, paragraphs: Sequence[int]) -> frozenset[str]:
        """Return the tokens that any of some paragraphs has."""
        return frozenset().union(*(self.tokens[n] for n in paragraphs))


def describe(sources: Sequence[str], targets: Sequence[str], embed: Embed) -> tuple[Side, Side]:
    """Return the descriptions of Chinese sources, of either script, and English targets."""
    simplified = [unicodedata.normalize("NFKC", to_simplified(text)) for text in sources]
    plain = [unicodedata.normalize("NFKC", text) for text in targets]
    left, right = common_tokens(simplified, plain)
    lengths = [CHARACTERS_PER_HAN * (n := count_han(t)) + len(t.strip()) - n for t in simplified]
    return (
        _side(simplified, lengths, left, embed, HAN_SPEAKERS),
        _side(plain, [float(len(t.strip())) for t in plain], right, embed, ENGLISH_SPEAKERS),
    )


def _side(
    texts: list[str],
    lengths: Sequence[float],
    tokens: list[frozenset[str]],
    embed: Embed,
    speakers: SpeakerWords,
) -> Side:
    labels = [speakers.label(text) for text in texts]
    return Side(
        texts,
        *_vectors(texts, embed),
        np.array(lengths, dtype=np.float64),
        tokens,
        np.array([not HEADING_END.search(text) for text in texts], dtype=bool),
        np.array([bool(_QUESTION_END.search(text)) for text in texts], dtype=bool),
        _repeats(texts),
        labels,
        find_turns(labels, speakers),
    )


def _repeats(texts: Sequence[str]) -> Bools:
    # A title or lead that its paragraph says again is no other part of a translation.
    words = [_NOT_WORD.sub("", text).casefold() for text in texts]
    return np.array(
        [bool(a and b) and (a in b or b in a) for a, b in itertools.pairwise([*words, ""])],
        dtype=bool,
    )


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; at least one, though it be empty."""
    ends = [0, *(end for end in sentence_ends(text) if 0 < end < len(text)), len(text)]
    found = (text[start:end].strip() for start, end in itertools.pairwise(ends))
    return [sentence for sentence in found if sentence] or [text.strip()]


def _vectors(texts: Sequence[str], embed: Embed) -> tuple[Singles, Halves, Ints, Floats]:
    """Return vectors, sentences, starts and weights of a side, embedding by blocks."""
    vectors: list[Singles] = []
    sentences: list[Halves] = []
    weights: list[Floats] = []
    counts: list[int] = []
    for start in range(0, len(texts), BLOCK):
        split = [split_sentences(text) for text in texts[start : start + BLOCK]]
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
