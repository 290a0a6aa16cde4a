"""sacrebleu is the oracle: our scores of summed statistics are its corpus scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from mteval.errors import MismatchError, UnavailableError
from mteval.metrics.registry import METRICS, load_metric

ORACLES: dict[str, Any] = {
    "bleu": BLEU,
    "chrf": CHRF,
    "chrf++": lambda: CHRF(word_order=2),
    "ter": TER,
}
NAMES = list(ORACLES)

# Words that collide often, among any others, so that n-grams really match.
WORD = st.one_of(
    st.sampled_from(["the", "Beibu", "Unity-2023", "U.S.", "3.5%", "“joint”", "exercise,", "中国"]),
    st.text(max_size=6),
)
TEXT = st.lists(WORD, max_size=12).map(" ".join)
FULL_TEXT = TEXT.filter(lambda text: bool(text.strip()))


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[list[str]], list[list[str]]]:
    """Draw references (1-3 columns) and systems (1-3) of 1-6 segments, some hypotheses empty."""
    n = draw(st.integers(1, 6))
    references = draw(st.lists(st.lists(FULL_TEXT, min_size=n, max_size=n), min_size=1, max_size=3))
    hypothesis = st.one_of(
        TEXT,
        st.just(""),
        st.sampled_from([text for column in references for text in column]),
    )
    systems = draw(st.lists(st.lists(hypothesis, min_size=n, max_size=n), min_size=1, max_size=3))
    return references, systems


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150)
@given(corpus=corpora())
def test_the_score_of_the_sum_is_the_corpus_score(
    name: str, corpus: tuple[list[list[str]], list[list[str]]]
) -> None:
    references, systems = corpus
    metric = load_metric(METRICS[name])
    statistics = metric.statistics(None, references, systems).values
    assert statistics.shape == (len(systems), len(references[0]), metric.n_statistics)
    oracle = ORACLES[name]()
    expected = [oracle.corpus_score(system, references).score for system in systems]
    np.testing.assert_allclose(metric.score(statistics.sum(axis=1)), expected, rtol=0, atol=1e-9)
    assert metric.signature(len(references)) == str(oracle.get_signature())


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=100)
@given(corpus=corpora())
def test_a_segment_scores_as_a_sentence(
    name: str, corpus: tuple[list[list[str]], list[list[str]]]
) -> None:
    references, systems = corpus
    metric = load_metric(METRICS[name])
    oracle = BLEU(effective_order=True) if name == "bleu" else ORACLES[name]()
    expected = [
        [
            oracle.sentence_score(text, [column[i] for column in references]).score
            for i, text in enumerate(system)
        ]
        for system in systems
    ]
    scores = metric.segment_score(metric.statistics(None, references, systems).values)
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-9)
    assert metric.segment_signature(len(references)) == str(oracle.get_signature())


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=50)
@given(corpus=corpora(), data=st.data())
def test_any_choice_of_segments_is_a_weighted_sum(
    name: str, corpus: tuple[list[list[str]], list[list[str]]], data: st.DataObject
) -> None:
    references, systems = corpus
    n = len(references[0])
    chosen = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=8))
    weights = np.bincount(chosen, minlength=n).astype(float)[None, :]
    metric = load_metric(METRICS[name])
    scores = metric.score(weights @ metric.statistics(None, references, systems).values)
    expected = [
        ORACLES[name]()
        .corpus_score([system[i] for i in chosen], [[c[i] for i in chosen] for c in references])
        .score
        for system in systems
    ]
    np.testing.assert_allclose(scores[:, 0], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_work_shared_between_processes_gives_the_same(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    references = [[f"the {i} joint exercises of {i % 7} navies" for i in range(300)]]
    systems = [[f"the {i} naval exercises of {i % s} navies" for i in range(300)] for s in (2, 7)]
    metric = load_metric(METRICS[name])
    calls: list[tuple[int, int]] = []
    together = metric.statistics(
        None, references, systems, lambda done, total: calls.append((done, total))
    ).values
    monkeypatch.setenv("MTEVAL_CORES", "1")
    alone = metric.statistics(None, references, systems).values
    np.testing.assert_array_equal(together, alone)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert calls[-1][0] == calls[-1][1]


@pytest.mark.parametrize("name", NAMES)
def test_a_segment_not_translated_adds_nothing(name: str) -> None:
    metric = load_metric(METRICS[name])
    references = [["one two three four five", "six seven eight nine"]]
    both = metric.statistics(None, references, [["one two three four six", None]]).values
    assert not both[0, 1].any()
    first = metric.statistics(None, [references[0][:1]], [["one two three four six"]]).values
    np.testing.assert_array_equal(both[:, :1], first)


@pytest.mark.parametrize("name", NAMES)
def test_no_reference_and_columns_of_unequal_length_are_refused(name: str) -> None:
    metric = load_metric(METRICS[name])
    with pytest.raises(UnavailableError, match="there are none"):
        metric.statistics(None, [], [["a"]])
    with pytest.raises(MismatchError, match="one column has 1 segments, another 2"):
        metric.statistics(None, [["a"]], [["a", "b"]])
