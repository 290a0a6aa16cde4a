"""BLEU, chrF, chrF++ and TER: sacrebleu's statistics per segment, scored by the array.

sacrebleu (Post 2018) stays the source of truth. Its tokenizers cut the words and its counting makes
the statistics of TER; the n-grams of BLEU and chrF are counted by mteval.metrics.lexical.ngrams,
many segments at a time, and what does not fit there by sacrebleu. The last step, from summed
statistics to scores, is done here for whole arrays. Tests hold every integer equal to sacrebleu's
and every score to its ``corpus_score``. This is the one module that touches sacrebleu's private
methods, which is why pyproject.toml pins its minor version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sacrebleu.metrics.bleu import BLEU, MAX_NGRAM_ORDER
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from mteval.errors import MismatchError, UnavailableError
from mteval.metrics.base import Array, Metric, Progress, Statistics
from mteval.metrics.lexical.ngrams import Integers, count_shared, expand

if TYPE_CHECKING:
    from mteval.executor import Executor

__all__ = ["bleu", "chrf", "chrf_plus_plus", "ter"]

# What str.split() splits at, and so what chrF leaves out.
_WHITE_SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
# Where sacrebleu's tokenizer 13a may cut a word, or what marks one as cut: elsewhere it does not.
_CUT_BY_13A = re.compile(r"[\n!-&(-,./:-@\[-`{-~]|[0-9]-").search
# The same and more, found in half the time.
_PERHAPS_CUT_BY_13A = re.compile(r"[\n!-&(-/:-@\[-`{-~]").search
# Marks that it cuts off the end of a word whatever stands before them.
_CUT_OFF_BY_13A = frozenset('!"#$%&()*+,./:;<=>?@[\\]^_`{|}~')


class _Batch(NamedTuple):
    make: Callable[[], Any]
    references: list[tuple[str, ...]]  # per segment
    hypotheses: list[list[str]]  # per segment, distinct


class _Texts(NamedTuple):
    """All texts of a batch: the references of a segment, its hypotheses, the next segment's."""

    texts: list[str]
    segments: Integers  # per text
    hypotheses: Integers  # (n_hypotheses,), texts
    references: Integers  # (n_hypotheses, n_references), texts


def _count_by_sacrebleu(batch: _Batch) -> Array:
    """Compute sacrebleu's statistics for each distinct hypothesis of each segment."""
    scorer = batch.make()
    rows = []
    for references, hypotheses in zip(batch.references, batch.hypotheses, strict=True):
        prepared = scorer._extract_reference_info(
            [scorer._preprocess_segment(reference) for reference in references]
        )
        rows += [
            scorer._compute_segment_statistics(scorer._preprocess_segment(text), prepared)
            for text in hypotheses
        ]
    return np.array(rows, float)


def _count_bleu(batch: _Batch) -> Array:
    """Compute BLEU's statistics for each distinct hypothesis of each segment."""
    tokenize = batch.make().tokenizer
    texts = _lay_out(batch)

    # Line breaks take part in words (13a joins hyphenated ones). Such texts are cut as a whole, and
    # their tokens, which do not always survive another cut, marked as what no word can be.
    split = [
        ["\n" + token for token in tokenize(text.rstrip()).split()]
        if "\n" in text
        else text.split()
        for text in texts.texts
    ]
    symbols, lengths = _words(split, partial(_cut_by_13a, tokenize))
    matches = count_shared(
        symbols, lengths, texts.segments, texts.hypotheses, texts.references, MAX_NGRAM_ORDER
    )
    length = lengths[texts.hypotheses]
    of_references = lengths[texts.references]
    # The nearest length, of two equally near the shorter.
    key = np.abs(of_references - length[:, None]) * (of_references.max() + 1) + of_references
    nearest = np.take_along_axis(of_references, key.argmin(axis=1)[:, None], axis=1)
    statistics = np.column_stack(
        (length, nearest, matches, *(_n_grams(length, n + 1) for n in range(MAX_NGRAM_ORDER)))
    )
    return _completed(batch, statistics, matches)


def _cut_by_13a(tokenize: Callable[[str], str], word: str) -> list[str]:
    """Cut a word as the tokenizer does: on nothing beyond the white space does it depend."""
    if not _PERHAPS_CUT_BY_13A(word) or not _CUT_BY_13A(word):
        return [word]
    if word[0] == "\n":
        return [word[1:]]
    # Of the others by far the most: one mark, at the end.
    if len(word) > 1 and word[-1] in _CUT_OFF_BY_13A and not _PERHAPS_CUT_BY_13A(word[:-1]):
        return [word[:-1], word[-1]]
    return tokenize(word).split()


def _count_chrf(batch: _Batch) -> Array:
    """Compute chrF's statistics for each distinct hypothesis of each segment."""
    scorer = batch.make()
    texts = _lay_out(batch)
    views = [(*_characters(texts.texts), scorer.char_order)]
    if scorer.word_order:
        split = [text.split() for text in texts.texts]
        views.append((*_words(split, scorer._remove_punctuation), scorer.word_order))
    n_references = texts.references.shape[1]
    counts = np.empty((len(texts.hypotheses), n_references, scorer.order, 3), np.int64)
    done = 0
    for symbols, lengths, order in views:
        length = lengths[texts.hypotheses, None]
        of_references = lengths[texts.references]
        for n in range(1, order + 1):
            in_reference = _n_grams(of_references, n)
            # sacrebleu does not count a hypothesis where the reference has nothing to match.
            counts[:, :, done + n - 1, 0] = np.where(in_reference > 0, _n_grams(length, n), 0)
            counts[:, :, done + n - 1, 1] = in_reference
        for r in range(n_references):
            counts[:, r, done : done + order, 2] = count_shared(
                symbols,
                lengths,
                texts.segments,
                texts.hypotheses,
                texts.references[:, r : r + 1],
                order,
            )
        done += order
    matches = counts[..., 2].reshape(len(counts), -1)
    best = _chrf_of_segments(counts, float(scorer.beta**2)).argmax(axis=1)
    statistics = counts[np.arange(len(counts)), best].reshape(len(counts), -1)
    return _completed(batch, statistics, matches)


def _chrf_of_segments(counts: Integers, factor: float) -> Array:
    """Score as sacrebleu does to find the best reference, each operation in its order."""
    hyp, ref, match = (counts[..., i].astype(float) for i in range(3))
    counted = (hyp > 0) & (ref > 0)
    orders = np.maximum(counted.sum(axis=-1), 1)
    precision = np.where(counted, match / np.where(counted, hyp, 1.0), 0.0)
    recall = np.where(counted, match / np.where(counted, ref, 1.0), 0.0)
    # Not np.sum, which may add in another order.
    p, r = precision[..., 0], recall[..., 0]
    for n in range(1, counts.shape[-2]):
        p, r = p + precision[..., n], r + recall[..., n]
    p, r = p / orders, r / orders
    scorable = p + r > 0
    score = (1 + factor) * p * r / np.where(scorable, factor * p + r, 1.0)
    return np.asarray(np.where(scorable, 100 * score, 0.0))


def _completed(batch: _Batch, statistics: Integers, matches: Integers) -> Array:
    """Let sacrebleu count the segments that count_shared could not."""
    missing = (matches < 0).any(axis=1)
    if missing.any():
        begin = 0
        for references, hypotheses in zip(batch.references, batch.hypotheses, strict=True):
            end = begin + len(hypotheses)
            if missing[begin:end].any():
                alone = _Batch(batch.make, [references], [hypotheses])
                statistics[begin:end] = _count_by_sacrebleu(alone)
            begin = end
    # Half as much to hand over between processes; no text has 2**31 n-grams.
    return statistics.astype(np.int32)


def _n_grams(lengths: Integers, n: int) -> Integers:
    return np.maximum(lengths - (n - 1), 0)


def _lay_out(batch: _Batch) -> _Texts:
    n_references = len(batch.references[0])
    counts = np.fromiter(map(len, batch.hypotheses), np.int64, len(batch.hypotheses))
    firsts = np.cumsum(counts + n_references) - counts - n_references
    return _Texts(
        [
            text
            for pair in zip(batch.references, batch.hypotheses, strict=True)
            for t in pair
            for text in t
        ],
        np.repeat(np.arange(len(counts)), counts + n_references),
        expand(firsts + n_references, counts),
        np.repeat(firsts, counts)[:, None] + np.arange(n_references),
    )


def _characters(texts: list[str]) -> tuple[Integers, Integers]:
    """Number the characters of texts without white space; give them and each text's length."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    used = np.zeros(max(int(codes.max(initial=0)), 0x3000) + 1, bool)
    used[codes] = True
    used[list(map(ord, _WHITE_SPACE))] = False
    numbers = np.cumsum(used, dtype=np.int32) - 1
    kept = used[codes]
    before = np.concatenate(([0], np.cumsum(kept)))
    ends = np.cumsum(lengths)
    return numbers[codes[kept]], before[ends] - before[ends - lengths]


def _number(names: list[str]) -> tuple[list[str], Integers]:
    """Number different names; give them in the order of their numbers, and the numbers."""
    numbers = dict.fromkeys(names, 0)
    numbers.update(zip(numbers, range(len(numbers)), strict=True))
    return list(numbers), np.fromiter(map(numbers.__getitem__, names), np.int64, len(names))


def _words(split: list[list[str]], cut: Callable[[str], list[str]]) -> tuple[Integers, Integers]:
    """Number the pieces into which each word of texts is cut; give them and each text's length."""
    n_words = np.fromiter(map(len, split), np.int64, len(split))
    vocabulary, words = _number(list(chain.from_iterable(split)))
    cuts = list(map(cut, vocabulary))
    _, pieces = _number(list(chain.from_iterable(cuts)))
    counts = np.fromiter(map(len, cuts), np.int64, len(cuts))
    starts = np.cumsum(counts) - counts
    of_words = counts[words]
    before = np.concatenate(([0], np.cumsum(of_words)))
    ends = np.cumsum(n_words)
    symbols = pieces[expand(starts[words], of_words)]
    return symbols, before[ends] - before[ends - n_words]


class SacrebleuMetric(Metric):
    """Compute one of sacrebleu's metrics with its default parameters."""

    # What a worker takes at once, in characters: enough that the vocabulary of a batch is worth
    # sharing, few enough that work is shared evenly, progress is seen and memory stays small.
    _batch_weight = 1 << 18
    # Less than this is counted sooner than worker processes start.
    _parallel_weight = 1 << 20

    def __init__(
        self, make: Callable[[], Any], n_statistics: int, count: Callable[[_Batch], Array]
    ) -> None:
        self._make = make
        self._n_statistics = n_statistics
        self._count = count

    @property
    def n_statistics(self) -> int:
        """The number of statistics of a segment (k)."""
        return self._n_statistics

    def statistics(
        self,
        sources: Sequence[str] | None,  # noqa: ARG002 - lexical metrics do not read it
        references: Sequence[Sequence[str]],
        systems: Sequence[Sequence[str | None]],
        progress: Progress | None = None,
        executor: Executor | None = None,
    ) -> Statistics:
        """Compute statistics of shape (n_systems, n_segments, k); see Metric.

        The references of a segment are prepared once for all systems, and a hypothesis that
        several systems share is counted once.

        Raises:
            UnavailableError: there are no references.
            MismatchError: the columns differ in length.
        """
        if not references:
            raise UnavailableError(
                f"{self._make().__class__.__name__} compares with references and there are none; "
                "give some with -r: plain files, or a folder with <document>.en.txt"
            )
        n_segments = len(references[0])
        for column in (*references, *systems):
            if len(column) != n_segments:
                raise MismatchError(
                    f"one column has {n_segments} segments, another {len(column)}; "
                    "references and hypotheses must be aligned"
                )
        result = np.zeros((len(systems), n_segments, self._n_statistics))
        # Row of each hypothesis among the distinct ones, -1 for none.
        rows = np.full((n_segments, len(systems)), -1, np.int64)
        distinct: list[list[str]] = []
        total = 0
        for i in range(n_segments):
            found: dict[str, int] = {}
            rows[i] = [
                -1 if text is None else found.setdefault(text, total + len(found))
                for text in [system[i] for system in systems]
            ]
            distinct.append(list(found))
            total += len(found)
        of_segment = list(zip(*references, strict=True))
        weights = [
            self._weigh(texts, found) for texts, found in zip(of_segment, distinct, strict=True)
        ]
        workers = 1 if executor is None else executor.workers
        cuts = [
            (begin, end) for begin, end in self._cut(weights, workers) if any(distinct[begin:end])
        ]
        batches = [
            _Batch(self._make, of_segment[begin:end], distinct[begin:end]) for begin, end in cuts
        ]
        done = 0
        worth_workers = executor is not None and sum(weights) >= self._parallel_weight
        run = executor.map if executor is not None and worth_workers else map
        for (begin, end), counted in zip(cuts, run(self._count, batches), strict=True):
            # The last row is that of a segment not translated.
            table = np.concatenate((counted, np.zeros((1, self._n_statistics))))
            places = rows[begin:end] - done
            result[:, begin:end] = table[np.where(places < 0, -1, places).T]
            done += len(counted)
            if progress is not None:
                progress(done, total)
        return Statistics(result)

    def _weigh(self, references: tuple[str, ...], hypotheses: list[str]) -> int:
        """Estimate the work of a segment: its characters, and what a text costs of itself."""
        compared = len(hypotheses) * (sum(map(len, references)) + 16)
        return (compared + sum(map(len, hypotheses)) + 16) // 2

    def _cut(self, weights: list[int], workers: int) -> Iterator[tuple[int, int]]:
        """Cut the segments into batches of about equal weight; those of none are skipped."""
        most = self._batch_weight
        most = min(most, max(sum(weights) // (2 * workers), most // 16))
        begin = weight = 0
        for i, one in enumerate(weights):
            weight += one
            if weight >= most or i == len(weights) - 1:
                yield begin, i + 1
                begin, weight = i + 1, 0

    def signature(self, n_references: int) -> str:
        """Return sacrebleu's own signature."""
        return _signature(self._make(), n_references)


def _signature(scorer: Any, n_references: int) -> str:
    scorer.num_refs = n_references
    return str(scorer.get_signature())


class Bleu(SacrebleuMetric):
    """BLEU, 0-100, higher is better (Papineni et al. 2002; parameters of Post 2018).

    Statistics (k = 10): hypothesis length, reference length, correct n-grams of order 1-4, total
    n-grams of order 1-4.
    """

    def __init__(self) -> None:
        super().__init__(BLEU, 2 + 2 * MAX_NGRAM_ORDER, _count_bleu)

    def score(self, sums: Array) -> Array:
        """Score summed statistics (..., 10) as (...), as sacrebleu scores a corpus."""
        return _bleu_score(sums, effective_order=False)

    def segment_score(self, statistics: Array) -> Array:
        """Score single segments with effective order, as ``sacrebleu --sentence-level`` does.

        Without it a heading of three words could never score above 0.
        """
        return _bleu_score(statistics, effective_order=True)

    def segment_signature(self, n_references: int) -> str:
        """Return sacrebleu's signature of sentence-level BLEU."""
        return _signature(BLEU(effective_order=True), n_references)


def _bleu_score(sums: Array, *, effective_order: bool) -> Array:
    order = MAX_NGRAM_ORDER
    hyp_len, ref_len = sums[..., 0], sums[..., 1]
    correct, total = sums[..., 2 : 2 + order], sums[..., 2 + order :]
    # sacrebleu stops at the first order of which the hypothesis has no n-gram.
    counted = np.logical_and.accumulate(total > 0, axis=-1)
    unmatched = counted & (correct == 0)
    # Smoothing "exp" (NIST mteval-v13a; Chen and Cherry 2014, method 3): 1/2, 1/4, ... of a match.
    matches = np.where(unmatched, 0.5 ** np.cumsum(unmatched, axis=-1), correct)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_precision = np.where(counted, np.log(100.0 * matches / total), 0.0)
        brevity = np.where(hyp_len < ref_len, np.exp(1.0 - ref_len / hyp_len), 1.0)
        orders = counted.sum(axis=-1) if effective_order else np.full(hyp_len.shape, order)
        score = brevity * np.exp(log_precision.sum(axis=-1) / orders)
    scorable = correct.any(axis=-1) & (hyp_len > 0)
    if not effective_order:
        scorable &= counted.all(axis=-1)
    return np.asarray(np.where(scorable, score, 0.0))


class Chrf(SacrebleuMetric):
    """chrF2 or chrF2++, 0-100, higher is better (Popović 2015, 2017).

    Statistics (k = 3 per order): n-grams of the hypothesis, of the reference, matches; character
    orders 1-6, then word orders 1-2 for chrF++.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        scorer = make()
        super().__init__(make, 3 * scorer.order, _count_chrf)
        self._beta_squared = float(scorer.beta**2)

    def score(self, sums: Array) -> Array:
        """Score summed statistics (..., k) as (...): F-beta of the mean precision and recall."""
        hyp, ref, match = sums[..., 0::3], sums[..., 1::3], sums[..., 2::3]
        # Orders that either side lacks do not count ("eff:yes").
        counted = (hyp > 0) & (ref > 0)
        orders = counted.sum(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(counted, match / hyp, 0.0).sum(axis=-1) / orders
            recall = np.where(counted, match / ref, 0.0).sum(axis=-1) / orders
            score = (
                (1 + self._beta_squared)
                * precision
                * recall
                / (self._beta_squared * precision + recall)
            )
        return np.asarray(np.where((orders > 0) & (precision + recall > 0), 100.0 * score, 0.0))


class Ter(SacrebleuMetric):
    """TER, 0 and up, lower is better (Snover et al. 2006).

    Statistics (k = 2): edits to the nearest reference, mean length of the references in words.
    """

    # Hypotheses: the search for shifts takes 0.1 s for a long paragraph.
    _batch_weight = 16
    _parallel_weight = 16

    def __init__(self) -> None:
        super().__init__(TER, 2, _count_by_sacrebleu)

    def _weigh(self, references: tuple[str, ...], hypotheses: list[str]) -> int:  # noqa: ARG002
        return len(hypotheses)

    def score(self, sums: Array) -> Array:
        """Score summed statistics (..., 2) as (...): edits per 100 reference words."""
        edits, length = sums[..., 0], sums[..., 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(length > 0, edits / length, np.where(edits > 0, 1.0, 0.0))
        return np.asarray(100.0 * rate)


def _chrf_plus_plus() -> Any:
    return CHRF(word_order=2)


def bleu() -> Metric:
    """Build BLEU with sacrebleu's defaults (13a tokens, exponential smoothing)."""
    return Bleu()


def chrf() -> Metric:
    """Build chrF2: characters 1-6, beta 2."""
    return Chrf(CHRF)


def chrf_plus_plus() -> Metric:
    """Build chrF2++: characters 1-6, words 1-2, beta 2."""
    return Chrf(_chrf_plus_plus)


def ter() -> Metric:
    """Build TER with tercom's defaults (case-insensitive, punctuation kept)."""
    return Ter()
