"""BLEU, chrF, chrF++ and TER: sacrebleu's statistics per segment, scored by the array.

sacrebleu (Post 2018) stays the source of truth. Its tokenizers cut the words and its counting makes
the statistics of TER; the n-grams of BLEU and chrF are counted by mteval.metrics.lexical.ngrams,
many segments at a time, and what does not fit there by sacrebleu. The last step, from summed
statistics to scores, is done here for whole arrays. Tests hold every integer equal to sacrebleu's
and every score to its ``corpus_score``. This is the one module that touches sacrebleu's private
methods, which is why pyproject.toml pins its minor version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sacrebleu.metrics.bleu import BLEU, MAX_NGRAM_ORDER
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from mteval.errors import MismatchError, UnavailableError
from mteval.io.surrogates import check_texts
from mteval.metrics.base import Array, Metric, Progress, Statistics
from mteval.metrics.lexical.batches import Batch, cut_evenly, distinct_hypotheses, lay_out
from mteval.metrics.lexical.ngrams import Integers, count_shared
from mteval.metrics.lexical.symbols import cut_by_13a, number_characters, number_words

if TYPE_CHECKING:
    from mteval.executor import Executor

__all__ = ["bleu", "chrf", "chrf_plus_plus", "ter"]


def _count_by_sacrebleu(batch: Batch) -> Array:
    """Return sacrebleu's statistics for each distinct hypothesis of each segment."""
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


def _count_bleu(batch: Batch) -> Array:
    """Return BLEU's statistics for each distinct hypothesis of each segment."""
    tokenize = batch.make().tokenizer
    texts = lay_out(batch)

    # Line breaks take part in words (13a joins hyphenated ones). Such texts are cut as a whole, and
    # their tokens, which do not always survive another cut, marked as what no word can be.
    split = [
        ["\n" + token for token in tokenize(text.rstrip()).split()]
        if "\n" in text
        else text.split()
        for text in texts.texts
    ]
    symbols, lengths = number_words(split, partial(cut_by_13a, tokenize))
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


def _count_chrf(batch: Batch) -> Array:
    """Return chrF's statistics for each distinct hypothesis of each segment."""
    scorer = batch.make()
    texts = lay_out(batch)
    views = [(*number_characters(texts.texts), scorer.char_order)]
    if scorer.word_order:
        split = [text.split() for text in texts.texts]
        views.append((*number_words(split, scorer._remove_punctuation), scorer.word_order))
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
    """Return the scores by which sacrebleu finds the best reference, added in its order."""
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


def _completed(batch: Batch, statistics: Integers, matches: Integers) -> Array:
    """Return statistics in which sacrebleu has counted the segments that count_shared could not."""
    missing = (matches < 0).any(axis=1)
    if missing.any():
        begin = 0
        for references, hypotheses in zip(batch.references, batch.hypotheses, strict=True):
            end = begin + len(hypotheses)
            if missing[begin:end].any():
                alone = Batch(batch.make, [references], [hypotheses])
                statistics[begin:end] = _count_by_sacrebleu(alone)
            begin = end
    # Half as much to hand over between processes; no text has 2**31 n-grams.
    return statistics.astype(np.int32)


def _n_grams(lengths: Integers, n: int) -> Integers:
    """Return how many n-grams texts of these lengths have."""
    return np.maximum(lengths - (n - 1), 0)


class SacrebleuMetric(Metric):
    """One of sacrebleu's metrics with its default parameters."""

    # What a worker takes at once, in characters: enough that the vocabulary of a batch is worth
    # sharing, few enough that work is shared evenly, progress is seen and memory stays small.
    _batch_weight = 1 << 18
    # Less than this is counted sooner than worker processes start.
    _parallel_weight = 1 << 20

    def __init__(
        self, make: Callable[[], Any], n_statistics: int, count: Callable[[Batch], Array]
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
        """Return statistics of shape (n_systems, n_segments, k); see Metric.

        The references of a segment are prepared once for all systems, and a hypothesis that
        several systems share is counted once.

        Raises:
            UnavailableError: there are no references.
            MismatchError: the columns differ in length.
            InputError: a text has half a surrogate pair.
        """
        if not references:
            raise UnavailableError(
                f"{self._make().__class__.__name__} compares with references and there are none; "
                "give some with -r: plain files, or a folder with <document>.en.txt"
            )
        _check_lengths(references, systems)
        check_texts(None, references, systems)
        distinct = distinct_hypotheses(systems, len(references[0]))
        of_segment = list(zip(*references, strict=True))
        weights = list(map(self._weigh, of_segment, distinct.texts))
        workers = 1 if executor is None else executor.workers
        # Where nobody translated a segment there is nothing to count.
        cuts = [
            (begin, end)
            for begin, end in cut_evenly(weights, self._batch_weight, workers)
            if any(distinct.texts[begin:end])
        ]
        batches = [
            Batch(self._make, of_segment[begin:end], distinct.texts[begin:end])
            for begin, end in cuts
        ]
        worth_workers = executor is not None and sum(weights) >= self._parallel_weight
        run = executor.map if executor is not None and worth_workers else map
        result = np.zeros((len(systems), len(references[0]), self._n_statistics))
        done = 0
        for (begin, end), counted in zip(cuts, run(self._count, batches), strict=True):
            # The last row is that of a segment not translated.
            table = np.concatenate((counted, np.zeros((1, self._n_statistics))))
            rows = distinct.rows[begin:end] - done
            result[:, begin:end] = table[np.where(rows < 0, -1, rows).T]
            done += len(counted)
            if progress is not None:
                progress(done, distinct.total)
        return Statistics(result)

    def _weigh(self, references: tuple[str, ...], hypotheses: list[str]) -> int:
        """Return the estimated work of a segment: its characters and what each text costs."""
        # By hand: a text costs about what 16 of its characters do, however short it is.
        compared = len(hypotheses) * (sum(map(len, references)) + 16)
        return (compared + sum(map(len, hypotheses)) + 16) // 2

    def signature(self, n_references: int) -> str:
        """Return sacrebleu's own signature."""
        return _signature(self._make(), n_references)


def _check_lengths(
    references: Sequence[Sequence[str]], systems: Sequence[Sequence[str | None]]
) -> None:
    n_segments = len(references[0])
    for column in (*references, *systems):
        if len(column) != n_segments:
            raise MismatchError(
                f"one column has {n_segments} segments, another {len(column)}; "
                "references and hypotheses must be aligned"
            )


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
        """Return scores of summed statistics, (..., 10) -> (...), as sacrebleu scores a corpus."""
        return _bleu_score(sums, effective_order=False)

    def segment_score(self, statistics: Array) -> Array:
        """Return scores of segments with effective order, as ``sacrebleu --sentence-level`` does.

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
        """Return F-beta of mean precision and recall of summed statistics, (..., k) -> (...)."""
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
        """Return scores of summed statistics, (..., 2) -> (...): edits per 100 reference words."""
        edits, length = sums[..., 0], sums[..., 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(length > 0, edits / length, np.where(edits > 0, 1.0, 0.0))
        return np.asarray(100.0 * rate)


def _chrf_plus_plus() -> Any:
    return CHRF(word_order=2)


def bleu() -> Metric:
    """Return BLEU with sacrebleu's defaults (13a tokens, exponential smoothing)."""
    return Bleu()


def chrf() -> Metric:
    """Return chrF2: characters 1-6, beta 2."""
    return Chrf(CHRF)


def chrf_plus_plus() -> Metric:
    """Return chrF2++: characters 1-6, words 1-2, beta 2."""
    return Chrf(_chrf_plus_plus)


def ter() -> Metric:
    """Return TER with tercom's defaults (case-insensitive, punctuation kept)."""
    return Ter()
