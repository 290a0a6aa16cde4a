"""Resampling equals sacrebleu's, covers what it should, and corrects for being many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.significance import PairedTest, estimate_ci

from mteval.errors import UsageError
from mteval.metrics.base import Array, Metric, mean
from mteval.metrics.lexical import sacrebleu_metrics as lexical
from mteval.statistics import significance
from mteval.statistics.significance import (
    bootstrap_scores,
    check_samples,
    clusters,
    detectable_difference,
    holm,
    interval,
    min_p_value,
    paired_bootstrap_p,
    randomization_p,
    samples_for,
)
from tests.conftest import ROOT

SYSTEMS = ("llm-fluent", "llm-glossary", "llm-literal")


def texts() -> tuple[list[str], list[tuple[str, Sequence[str]]]]:
    documents = sorted(
        path.name.removesuffix(".zh.txt") for path in (ROOT / "references").glob("*.zh.txt")
    )

    def read(pattern: str) -> list[str]:
        return [
            line
            for document in documents
            for line in (ROOT / pattern.format(document)).read_text("utf-8").splitlines()
        ]

    return read("references/{}.en.txt"), [
        (name, read(f"systems/{name}/{{}}.txt")) for name in SYSTEMS
    ]


def scored(metric: Metric) -> tuple[Array, Array, Array, list[tuple[int, int]]]:
    reference, systems = texts()
    statistics = metric.statistics(None, [reference], [lines for _, lines in systems]).values
    scores = metric.score(statistics.sum(axis=1))
    pairs = [(0, 1), (0, 2)]
    return statistics, scores, np.array([abs(scores[a] - scores[b]) for a, b in pairs]), pairs


@pytest.mark.parametrize("make", [lexical.bleu, lexical.chrf])
@pytest.mark.parametrize(("kind", "samples"), [("bs", 1000), ("bs", 200), ("ar", 10_000)])
def test_paired_tests_are_those_of_sacrebleu(
    make: type, kind: str, samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SACREBLEU_SEED", raising=False)
    reference, systems = texts()
    metric = make()
    theirs = BLEU() if isinstance(metric, lexical.Bleu) else CHRF()
    name = theirs.corpus_score(systems[0][1], [reference]).name
    _, found = PairedTest(
        systems, {name: theirs}, [reference], kind, n_samples=samples, n_ar_confidence=-1
    )()
    statistics, scores, differences, pairs = scored(metric)
    results: Any = found[name]
    assert scores == pytest.approx([r.score for r in results], abs=1e-9)
    if kind == "bs":
        resampled = bootstrap_scores(statistics, metric.score, samples)
        p_values = paired_bootstrap_p(resampled, differences, pairs)
        # Their statistics are float32.
        assert resampled.mean(axis=1) == pytest.approx([r.mean for r in results], abs=1e-4)
        ends = interval(resampled)
        assert (ends[:, 1] - ends[:, 0]) / 2 == pytest.approx([r.ci for r in results], abs=1e-4)
    else:
        p_values = randomization_p(statistics, metric.score, differences, pairs, samples)
    assert p_values == pytest.approx([r.p_value for r in results[1:]], abs=1e-12)


@pytest.mark.parametrize("rows", [1, 7, 32, 100])
def test_chunks_change_nothing(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    statistics = np.stack([rng.random((3, 13)), np.ones((3, 13))], axis=-1)
    pairs = list(combinations(range(3), 2))
    differences = np.array([0.01, 0.02, 0.1])
    whole = (
        bootstrap_scores(statistics, mean, 100),
        randomization_p(statistics, mean, differences, pairs, 200),
    )
    monkeypatch.setattr(significance, "_CHUNK_BYTES", rows * 8 * 13)
    # Chunks are as large as fits, and sign flips come in whole numbers of the generator.
    assert {len(chunk) for chunk in islice(significance._draws(13, 1000, 1), 3)} == {rows}
    assert {len(chunk) for chunk in islice(significance._sign_flips(13, 1000, 1), 3)} == {
        max(rows // 32, 1) * 32
    }
    assert np.allclose(bootstrap_scores(statistics, mean, 100), whole[0], atol=1e-12)
    parts = randomization_p(statistics, mean, differences, pairs, 200)
    assert parts == pytest.approx(whole[1], abs=1e-12)


def test_intervals_end_where_those_of_sacrebleu_do() -> None:
    for size in (40, 41, 999, 1000):
        scores = np.random.default_rng(size).normal(size=size)
        ends = interval(scores)
        assert (ends[1] - ends[0]) / 2 == pytest.approx(estimate_ci(scores)[1])
    # Resamples that drew nothing to score are left out, unless they are most.
    known = scores.copy()
    scores[:400] = np.nan
    assert (interval(scores) == interval(known[400:])).all()
    scores[:501] = np.nan
    assert np.isnan(interval(scores)).all()


def test_one_resample_is_drawn_at_a_time_where_memory_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(significance, "_CHUNK_BYTES", 8)
    assert [len(chunk) for chunk in significance._draws(13, 3, 1)] == [1, 1, 1]
    assert [len(chunk) for chunk in significance._sign_flips(13, 65, 1)] == [32, 32, 1]


def test_by_default_as_much_is_drawn_as_by_sacrebleu() -> None:
    statistics = np.stack([np.eye(2), np.ones((2, 2))], axis=-1)
    assert bootstrap_scores(statistics, mean).shape == (2, 1000)
    # Both trials in which both units stay or swap have the observed difference, and none exceeds.
    [p] = randomization_p(statistics, mean, np.array([1.0]), [(0, 1)])
    assert p == 1 / 10_001


def test_the_first_draws_are_those_of_fewer() -> None:
    statistics = np.random.default_rng(2).random((2, 50, 2))
    more, fewer = (bootstrap_scores(statistics, mean, n) for n in (100, 40))
    assert (more[:, :40] == fewer).all()


def test_half_of_the_resamples_must_have_scores() -> None:
    half, less = np.arange(100.0), np.arange(100.0)
    half[::2] = np.nan
    less[:51] = np.nan
    assert interval(half).tolist() == [3, 97]
    assert interval(np.stack([half, less])).tolist()[0] == [3, 97]
    assert np.isnan(interval(less)).all()
    differences = np.array([20.0, np.nan])
    pairs = [(0, 1), (0, 1)]
    by_pair = paired_bootstrap_p(np.stack([half, half - half]), differences, pairs)
    # The mean is 50: the differences that exceed it by more than 20 are 71, 73 ... 99.
    assert by_pair[0] == 16 / 51
    assert np.isnan(by_pair[1])
    assert by_pair.dtype == np.float64
    assert np.isnan(paired_bootstrap_p(np.stack([less, less - less]), differences, pairs)).all()


def test_the_p_values_of_trials_count_those_that_have_scores() -> None:
    # The first of two units has something to score only where it stays, or only where it swaps.
    statistics = np.zeros((2, 1, 2))
    statistics[0, 0] = [3, 1]

    def where_known(sums: Array) -> Array:
        return np.where(sums[..., 1] > 0, sums[..., 0], np.nan)

    differences, pairs = np.array([1.0]), [(0, 1)]
    # One of the two systems has no score in any trial.
    found = randomization_p(statistics, where_known, differences, pairs, 50)
    assert np.isnan(found).all()
    assert found.dtype == np.float64


def test_a_95_percent_interval_covers_the_truth_95_times_in_100() -> None:
    # 1,000 test sets of 400 segments whose scores are skewed, with a mean of 2.
    rng = np.random.default_rng(7)
    covered = 0
    for seed in range(1000):
        values = rng.gamma(2.0, 1.0, size=(1, 400))
        ends = interval(
            bootstrap_scores(np.stack([values, np.ones_like(values)], -1), mean, 500, seed)
        )[0]
        covered += ends[0] <= 2.0 <= ends[1]
    assert 0.93 <= covered / 1000 <= 0.97


def test_p_values_of_equal_systems_are_uniform() -> None:
    # Two systems that differ by chance only: as many p-values below any level as the level says.
    rng = np.random.default_rng(3)
    p_values = []
    for seed in range(1000):
        statistics = np.stack([rng.normal(size=(2, 100)), np.ones((2, 100))], axis=-1)
        scores = mean(statistics.sum(axis=1))
        difference = np.array([abs(scores[0] - scores[1])])
        p_values.append(randomization_p(statistics, mean, difference, [(0, 1)], 200, seed)[0])
    ordered = np.sort(p_values)
    # Kolmogorov-Smirnov: of 1,000 uniform values 0.0515 is exceeded one time in a hundred.
    assert np.abs(ordered - np.arange(1, 1001) / 1000).max() < 0.0515


def test_identical_systems_do_not_differ_by_chance() -> None:
    statistics = np.ones((2, 20, 2))
    resampled = bootstrap_scores(statistics, mean, 100)
    assert paired_bootstrap_p(resampled, np.array([0.0]), [(0, 1)])[0] == pytest.approx(1 / 101)
    assert randomization_p(statistics, mean, np.array([0.0]), [(0, 1)], 100)[0] == pytest.approx(
        1 / 101
    )


def test_no_p_value_is_less_than_tossing_coins_allows() -> None:
    statistics = np.ones((4, 20, 2))
    statistics[1, 0, 0] = 2
    statistics[2, :5, 0] = [2, 2, 2, 2, 2]
    statistics[3, :2, 0] = [2, 0]
    pairs = [(0, 0), (0, 1), (0, 2), (0, 3)]
    scores = mean(statistics.sum(axis=1))
    differences = np.array([abs(scores[a] - scores[b]) for a, b in pairs])
    # The same; one unit; five units (1/16); two that cancel each other.
    assert min_p_value(statistics, differences, pairs) == pytest.approx([1, 1, 1 / 16, 1])


def test_a_difference_without_a_differing_unit_is_not_significant_either() -> None:
    assert min_p_value(np.ones((2, 5, 2)), np.array([0.1]), [(0, 1)]).tolist() == [1.0]


def test_pairs_and_differences_must_be_as_many() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        min_p_value(np.ones((2, 5, 2)), np.array([0.1]), [(0, 1), (1, 0)])
    with pytest.raises(ValueError, match=r"shorter|longer"):
        clusters(np.ones(3), np.ones(2), higher_is_better=True)


def test_holm_adjusts_as_r_does() -> None:
    # R 4: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
    adjusted = holm(np.array([0.01, 0.04, np.nan, 0.03, 0.005]))
    assert adjusted[[0, 1, 3, 4]] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert np.isnan(adjusted[2])
    assert holm(np.array([0.9, 0.8])).max() == 1.0
    # Five percent are five percent, also where floats multiply to a last digit less.
    assert holm(np.array([1 / 140] + [1.0] * 6))[0] == 0.05
    # A single test is left as it is.
    assert holm(np.array([1 / 1001])).tolist() == [1 / 1001]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_keeps_order_and_never_lowers(values: list[float]) -> None:
    p = np.array(values)
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()


def test_systems_that_no_test_separates_share_a_rank() -> None:
    scores = np.array([30.0, 20.0, 29.0, np.nan])
    significant, not_so = 0.01, 0.5
    # pairs 01 02 03 12 13 23
    p = np.array([significant, not_so, np.nan, significant, np.nan, np.nan])
    assert clusters(scores, p, higher_is_better=True) == [1, 3, 1, None]
    assert clusters(scores, p, higher_is_better=False) == [2, 1, 2, None]
    # 1 is below 0, but not below 2, which is not below 0: nothing separates them.
    p = np.array([significant, not_so, np.nan, not_so, np.nan, np.nan])
    assert clusters(scores, p, higher_is_better=True) == [1, 1, 1, None]


def test_five_percent_are_not_less_than_five_percent() -> None:
    scores = np.array([1.0, 2.0])
    assert clusters(scores, np.array([0.05]), higher_is_better=True) == [1, 1]
    assert clusters(scores, np.array([0.0499]), higher_is_better=True) == [2, 1]


def test_the_detectable_difference_is_2_8_standard_errors() -> None:
    differences = np.array([[1.0, 2.0, 3.0, np.nan], [0.0, 0.0, 0.0, 4.0]])
    assert detectable_difference(differences) == pytest.approx([2.801585, 2 * 2.801585])


def test_a_difference_of_the_detectable_size_is_found_four_times_in_five() -> None:
    rng = np.random.default_rng(11)
    found, detectable = 0, []
    for seed in range(400):
        base = rng.normal(size=100)
        # The standard error of the mean difference is 0.1, so 0.28 is detectable.
        other = base + 0.28 + rng.normal(size=100)
        statistics = np.stack([np.stack([base, other]), np.ones((2, 100))], axis=-1)
        resampled = bootstrap_scores(statistics, mean, 200, seed)
        detectable.append(float(detectable_difference(resampled[1] - resampled[0])))
        difference = np.array([abs(other.mean() - base.mean())])
        found += paired_bootstrap_p(resampled, difference, [(0, 1)])[0] < 0.05
    assert np.mean(detectable) == pytest.approx(0.28, abs=0.02)
    assert 0.7 < found / 400 < 0.9


def test_too_few_samples_are_refused() -> None:
    check_samples(0, "bootstrap")
    check_samples(40, "bootstrap")
    with pytest.raises(UsageError, match="12 trials are too few to tell anything; take 10,000"):
        check_samples(12, "randomization")


def test_published_differences_of_wmt22(wmt22: Path) -> None:
    reference = (wmt22 / "ref.A.en").read_text("utf-8").splitlines()
    systems: list[tuple[str, Sequence[str]]] = [
        (path.stem, path.read_text("utf-8").splitlines())
        for path in sorted((wmt22 / "systems").iterdir())[:3]
    ]
    _, found = PairedTest(systems, {"BLEU": BLEU()}, [reference], "bs", n_samples=300)()
    results: Any = found["BLEU"]
    metric = lexical.bleu()
    statistics = metric.statistics(None, [reference], [lines for _, lines in systems]).values
    scores = metric.score(statistics.sum(axis=1))
    pairs = [(0, 1), (0, 2)]
    differences = np.array([abs(scores[a] - scores[b]) for a, b in pairs])
    resampled = bootstrap_scores(statistics, metric.score, 300)
    assert paired_bootstrap_p(resampled, differences, pairs) == pytest.approx(
        [result.p_value for result in results[1:]], abs=1e-12
    )


def test_enough_resamples_are_drawn_to_rank_many_systems() -> None:
    """Holm multiplies the least p-value by the number of pairs: 1,000 cannot rank 11 systems."""
    assert samples_for(1, 1000) == 1000
    for n_systems in (11, 15, 45):
        n_pairs = n_systems * (n_systems - 1) // 2
        samples = samples_for(n_pairs, 1000)
        assert holm(np.array([1 / (samples + 1)] * n_pairs)).max() < 0.05
    assert samples_for(10**6, 1000) == 20_000


def test_there_are_neither_too_few_nor_too_many_samples() -> None:
    for samples in (0, 40, 1000, 100_000):
        check_samples(samples, "bootstrap")
    with pytest.raises(UsageError, match=r"^100,001 resamples are too many; take 1,000, or 100,00"):
        check_samples(100_001, "bootstrap")
    with pytest.raises(UsageError, match=r"^10,000,000,000 trials are too many; take 10,000, or 1"):
        check_samples(10**10, "randomization")
    with pytest.raises(UsageError, match="-1 resamples are too few"):
        check_samples(-1, "bootstrap")


def test_chunks_of_trials_give_the_p_values_of_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    statistics = rng.integers(0, 9, (3, 40, 2)).astype(float)
    statistics[:, 1:, 1] = 0  # so that no trial has a score but of its first unit
    pairs, differences = [(0, 1), (0, 2), (1, 2)], np.array([0.5, 1.0, np.nan])

    def tested() -> Array:
        return randomization_p(statistics, ratio_of, differences, pairs, 640)

    whole = tested()
    monkeypatch.setattr(significance, "_CHUNK_BYTES", 40 * 8 * 64)
    np.testing.assert_array_equal(tested(), whole)
    assert np.isnan(whole[2])


def ratio_of(sums: Array) -> Array:
    return np.asarray(sums[..., 0] / np.where(sums[..., 1] > 3, sums[..., 1], np.nan))
