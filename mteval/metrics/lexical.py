"""BLEU, chrF, chrF++ and TER: sacrebleu's statistics per segment, scored by the array.

sacrebleu (Post 2018) stays the source of truth: its tokenizers and its counting make every
statistic. Only the last step, from summed statistics to scores, is done here for whole arrays;
tests hold it equal to sacrebleu's ``corpus_score``. This is the one module that touches
sacrebleu's private methods, which is why pyproject.toml pins its minor version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from sacrebleu.metrics.bleu import BLEU, MAX_NGRAM_ORDER
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from mteval.engines import map_batches
from mteval.errors import MismatchError, UnavailableError
from mteval.metrics.base import Array, Metric, Progress, Statistics

__all__ = ["bleu", "chrf", "chrf_plus_plus", "ter"]


class _Batch(NamedTuple):
    make: Callable[[], Any]
    references: list[list[str]]  # per segment
    hypotheses: list[list[str]]  # per segment, distinct


def _count(batch: _Batch) -> list[list[list[float]]]:
    """Compute sacrebleu's statistics for each distinct hypothesis of each segment."""
    scorer = batch.make()
    counted = []
    for references, hypotheses in zip(batch.references, batch.hypotheses, strict=True):
        prepared = scorer._extract_reference_info(
            [scorer._preprocess_segment(reference) for reference in references]
        )
        counted.append(
            [
                scorer._compute_segment_statistics(scorer._preprocess_segment(text), prepared)
                for text in hypotheses
            ]
        )
    return counted


class SacrebleuMetric(Metric):
    """Compute one of sacrebleu's metrics with its default parameters."""

    # Segments a worker takes at once: small enough to share work evenly and to show progress, large
    # enough that handing it over costs nothing beside the counting (1,000 hypotheses/s and core).
    _batch_segments = 64
    # Fewer hypotheses than this are counted sooner than worker processes start (0.1 s).
    _parallel_hypotheses = 400

    def __init__(self, make: Callable[[], Any], n_statistics: int) -> None:
        self._make = make
        self._n_statistics = n_statistics

    @property
    def n_statistics(self) -> int:
        """Count the statistics of a segment (k)."""
        return self._n_statistics

    def statistics(
        self,
        sources: Sequence[str] | None,  # noqa: ARG002 - lexical metrics do not read it
        references: Sequence[Sequence[str]],
        systems: Sequence[Sequence[str | None]],
        progress: Progress | None = None,
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
        distinct = [
            list(dict.fromkeys(text for system in systems if (text := system[i]) is not None))
            for i in range(n_segments)
        ]
        batches = [
            _Batch(
                self._make,
                [[column[i] for column in references] for i in range(start, stop)],
                distinct[start:stop],
            )
            for start in range(0, n_segments, self._batch_segments)
            for stop in [min(start + self._batch_segments, n_segments)]
        ]
        total = sum(map(len, distinct))
        result = np.zeros((len(systems), n_segments, self._n_statistics))
        segment = done = 0
        for counted in map_batches(_count, batches, parallel=total >= self._parallel_hypotheses):
            for rows in counted:
                by_text = dict(zip(distinct[segment], rows, strict=True))
                for s, system in enumerate(systems):
                    text = system[segment]
                    if text is not None:
                        result[s, segment] = by_text[text]
                segment += 1
                done += len(rows)
            if progress is not None:
                progress(done, total)
        return Statistics(result)

    def signature(self, n_references: int) -> str:
        """Give sacrebleu's own signature."""
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
        super().__init__(BLEU, 2 + 2 * MAX_NGRAM_ORDER)

    def score(self, sums: Array) -> Array:
        """Score summed statistics (..., 10) as (...), as sacrebleu scores a corpus."""
        return _bleu_score(sums, effective_order=False)

    def segment_score(self, statistics: Array) -> Array:
        """Score single segments with effective order, as ``sacrebleu --sentence-level`` does.

        Without it a heading of three words could never score above 0.
        """
        return _bleu_score(statistics, effective_order=True)

    def segment_signature(self, n_references: int) -> str:
        """Give sacrebleu's signature of sentence-level BLEU."""
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
        super().__init__(make, 3 * scorer.order)
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

    # The search for shifts takes 0.1 s for a long paragraph.
    _batch_segments = 4
    _parallel_hypotheses = 16

    def __init__(self) -> None:
        super().__init__(TER, 2)

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
