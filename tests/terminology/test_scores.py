"""Scores of terms against hand arithmetic and against independent, slow code."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mteval.terminology.concepts import Concept, Rendering
from mteval.terminology.matching import Occurrence
from mteval.terminology.scores import (
    ConceptCounts,
    count_findings,
    mean_ratio,
    ratio,
    rendering_key,
    tsr_statistics,
)
from mteval.terminology.verdicts import Finding
from mteval.terminology.vocabulary import Verdict

Entries = Sequence[tuple[str, Sequence[str]]]


def track2(
    entries: Entries, sources: Sequence[str], references: Sequence[str], texts: Sequence[str]
) -> list[list[float]]:
    """Give the rate of every valid pair, document by document, as evaluate_track2.py defines it."""
    rates = []
    for source, reference, text in zip(sources, references, texts, strict=True):
        source, reference, text = (t.strip().lower() for t in (source, reference, text))
        rates.append(
            [
                min(sum(text.count(t.lower()) for t in targets) / source.count(term.lower()), 1.0)
                for term, targets in entries
                if term and term.lower() in source and any(t.lower() in reference for t in targets)
            ]
        )
    return rates


def tsr(
    entries: Entries, sources: Sequence[str], references: Sequence[str], texts: Sequence[str | None]
) -> list[tuple[float, float]]:
    found = tsr_statistics(entries, sources, references, {"x": texts})["x"]
    return [(float(rate), float(pairs)) for rate, pairs in found]


# Few characters, so that terms overlap each other and themselves.
ZH = st.text("甲乙臺台𠮷Aa ", max_size=12)
EN = st.text("abAB İs\n", max_size=20)
TERM = st.text("甲乙臺台𠮷Aa", min_size=1, max_size=3)
TARGET = st.text("abABİs", min_size=1, max_size=3)


@given(
    st.lists(st.tuples(TERM, st.lists(TARGET, max_size=3)), max_size=6),
    st.lists(st.tuples(ZH, EN, EN, EN), min_size=1, max_size=3),
)
@example([("甲", ["aa"])], [("甲甲", "aa", "aaa", "aaaa")])
@example([("甲", ["IFFo", "IFFO"])], [("甲甲", "iffo", "iffo", "x")])
@example([("A", ["b"]), ("a", ["B"])], [("aA", "b", "b", "bbb")])
def test_tsr_is_that_of_wmt25_track_2(
    entries: list[tuple[str, list[str]]], documents: list[tuple[str, str, str, str]]
) -> None:
    sources, references, *systems = map(list, zip(*documents, strict=True))
    found = tsr_statistics(entries, sources, references, dict(zip("xy", systems, strict=True)))
    for name, texts in zip("xy", systems, strict=True):
        expected = track2(entries, sources, references, texts)
        assert found[name][:, 1].tolist() == [len(rates) for rates in expected]
        assert found[name][:, 0] == pytest.approx([sum(rates) for rates in expected], abs=1e-12)


@pytest.mark.parametrize(
    ("entry", "source", "reference", "text", "expected"),
    [
        # str.count does not overlap: "aaa" has one "aa", of two wanted.
        (("甲", ["aa"]), "甲甲", "aa", "aaa", (0.5, 1)),
        (("甲甲", ["a"]), "甲甲甲", "a", "a", (1, 1)),
        # One use of IFFo counts for both spellings, which are one in lower case: 2 of 2.
        (("甲", ["IFFo", "IFFO"]), "甲甲", "iffo", "the IFFo", (1, 1)),
        (("金管局", ["HKMA"]), "金管局及金管局", "HKMA", "HKMA", (0.5, 1)),
        # Inside another word it counts too.
        (("东", ["east"]), "东", "the East", "at least", (1, 1)),
        # Six uses for two occurrences are worth no more than two.
        (("甲", ["b", "c"]), "甲甲", "b", "bbbccc", (1, 1)),
        # The reference has no listed target, or the source no term: no pair.
        (("甲", ["b"]), "甲", "c", "b", (0, 0)),
        (("甲", ["b"]), "乙", "b", "b", (0, 0)),
        (("甲", []), "甲", "b", "b", (0, 0)),
        (("", ["b"]), "甲", "b", "b", (0, 0)),
        # Traditional characters are other characters.
        (("臺灣", ["Taiwan"]), "臺灣,台灣", "Taiwan", "TAIWAN", (1, 1)),
        (("台湾", ["Taiwan"]), "臺灣", "Taiwan", "Taiwan", (0, 0)),
        # Nothing is trimmed but the ends of the document.
        (("甲乙", ["a b"]), "甲\n乙", "a b", "a b", (0, 0)),
    ],
)
def test_tsr_by_hand(
    entry: tuple[str, list[str]],
    source: str,
    reference: str,
    text: str,
    expected: tuple[float, float],
) -> None:
    assert tsr([entry], [source], [reference], [text]) == [expected]


def test_tsr_refuses_sources_and_references_that_do_not_pair() -> None:
    with pytest.raises(ValueError, match="zip"):
        tsr([("甲", ["b"])], ["甲", "甲"], ["b"], ["b", "b"])


def test_tsr_leaves_out_what_is_not_translated() -> None:
    entries = [("甲", ["b"]), ("乙", ["c"])]
    found = tsr(entries, ["甲乙", "甲"], ["b c", "b"], [None, ""])
    # The second document has one valid pair, which fails.
    assert found == [(0, 0), (0, 1)]


def test_nested_terms_both_count_as_the_known_caveat_says() -> None:
    entries = [("安理会", ["Security Council"]), ("联合国安理会", ["UN Security Council"])]
    text = "the UN Security Council"
    assert tsr(entries, ["联合国安理会"], [text], [text]) == [(2, 2)]
    # 安理会 stands there twice, once of them inside the longer term: 1/2 + 1/1.
    assert tsr(entries, ["联合国安理会,安理会"], [text], [text]) == [(1.5, 2)]


CONCEPTS = (
    Concept(
        "peace-ark",
        ("和平方舟",),
        (
            Rendering("Peace Ark", "preferred", "critical"),
            Rendering("Ark Peace", "deprecated", "minor"),
        ),
    ),
    Concept(
        "consensus",
        ("共识",),
        (
            Rendering("consensus", "preferred", "minor"),
            Rendering("common understanding", "admitted", "minor"),
        ),
    ),
    Concept("unused", ("无",), (Rendering("none", "preferred"),)),
)
TEXTS = ("Peace Ark", "Ark Peace and the consensuses", "consensus, common understanding", "")


def finding(
    segment: int, concept: int, verdict: Verdict, words: str | None, listed: int | None = None
) -> Finding:
    """Make a finding whose rendering stands at the first place of these words."""
    start = None if words is None else TEXTS[segment].index(words)
    return Finding(
        segment,
        Occurrence((concept,), 0, 1),
        concept,
        verdict,
        start,
        None if start is None or words is None else start + len(words),
        None if listed is None else CONCEPTS[concept].renderings[listed],
    )


FINDINGS = [
    finding(0, 0, "preferred", "Peace Ark", 0),
    finding(0, 0, "omitted", None),
    finding(1, 0, "deprecated", "Ark Peace", 1),
    finding(1, 1, "preferred", "consensuses", 0),
    finding(2, 1, "preferred", "consensus", 0),
    finding(2, 1, "admitted", "common understanding", 1),
    finding(3, 1, "omitted", None),
]


def test_scores_by_hand() -> None:
    counts = count_findings(FINDINGS, TEXTS, CONCEPTS)
    scores = counts.scores(np.ones(4))
    # Right: Peace Ark, consensuses, consensus, common understanding, of 7 occurrences.
    assert scores["occurrence_accuracy"] == pytest.approx(4 / 7)
    assert scores["deprecated_rate"] == pytest.approx(1 / 7)
    # Penalties: omitted Peace Ark 25 (critical), Ark Peace 1 (minor by itself), omitted
    # consensus 1; the most they could be: 3 x 25 + 4 x 1 = 79.
    assert scores["severity_weighted_error_rate"] == pytest.approx((25 + 1 + 1) / 79)
    # Peace Ark: "peace ark" and "ark peace" once each, the alphabetically first counts: 1 of 3.
    # consensus: its key twice (the plural is the same word), of 4.
    assert scores["consistency_macro"] == pytest.approx((1 / 3 + 2 / 4) / 2)
    assert scores["consistency_micro"] == pytest.approx(3 / 7)
    # Preferred: 1 of 3 and 2 of 4; admitted is not preferred.
    assert scores["consistency_macro_preferred"] == pytest.approx((1 / 3 + 2 / 4) / 2)
    assert scores["consistency_micro_preferred"] == pytest.approx(3 / 7)


def test_frequent_consistency_rewards_the_same_word_right_or_wrong() -> None:
    # Deprecated twice and right once: consistent 2 of 3, against the preferred one 1 of 3.
    findings = [
        finding(0, 0, "preferred", "Peace Ark", 0),
        finding(1, 0, "deprecated", "Ark Peace", 1),
        finding(1, 0, "deprecated", "Ark Peace", 1),
    ]
    scores = count_findings(findings, TEXTS, CONCEPTS).scores(np.ones(4))
    assert scores["consistency_micro"] == scores["consistency_macro"] == pytest.approx(2 / 3)
    assert scores["consistency_micro_preferred"] == pytest.approx(1 / 3)


def test_segments_by_weight_and_without_any_term() -> None:
    counts = count_findings(FINDINGS, TEXTS, CONCEPTS)
    first = counts.scores(np.array([1.0, 0.0, 0.0, 0.0]))
    # Of segment 0: one right, one omitted, both critical.
    assert first["occurrence_accuracy"] == pytest.approx(1 / 2)
    assert first["severity_weighted_error_rate"] == pytest.approx(25 / 50)
    # "ark peace" is the most frequent rendering of the whole text, and is not in this segment.
    assert first["consistency_macro"] == pytest.approx(0)
    assert first["consistency_macro_preferred"] == pytest.approx(1 / 2)
    # A segment drawn twice, as resampling does: right 2 + 1 of 4 + 2.
    twice = counts.scores(np.array([2.0, 1.0, 0.0, 0.0]))
    assert twice["occurrence_accuracy"] == pytest.approx((2 * 1 + 1) / (2 * 2 + 2))
    nothing = counts.scores(np.zeros(4))
    assert all(math.isnan(value) for value in nothing.values())
    empty = count_findings([], TEXTS, CONCEPTS).scores(np.ones(4))
    assert empty.keys() == nothing.keys()
    assert all(math.isnan(value) for value in empty.values())


RIGHT_OR_WRONG: dict[Verdict, tuple[str, int] | None] = {
    "preferred": ("Peace Ark", 0),
    "deprecated": ("Ark Peace", 1),
    "omitted": None,
}


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 1), st.sampled_from(sorted(RIGHT_OR_WRONG))),
        max_size=15,
    ),
    st.lists(
        st.lists(st.integers(0, 3).map(float), min_size=5, max_size=5), min_size=1, max_size=3
    ),
)
def test_counts_add_up_as_a_dense_table_does(
    given_findings: list[tuple[int, int, Verdict]], given_weights: list[list[float]]
) -> None:
    texts = ["Peace Ark Ark Peace"] * 5
    places = {"preferred": (0, 9), "deprecated": (10, 19)}
    findings = [
        Finding(
            segment,
            Occurrence((concept,), 0, 1),
            concept,
            verdict,
            *places.get(verdict, (None, None)),
        )
        for segment, concept, verdict in given_findings
    ]
    counts = count_findings(findings, texts, CONCEPTS)
    # The dense table, which the sparse counts stand for: segment x concept x (right, all).
    concepts = sorted({f.concept for f in findings})
    dense = np.zeros((5, len(concepts), 2))
    for f in findings:
        dense[f.segment, concepts.index(f.concept)] += (f.verdict == "preferred", 1)
    weights = np.array(given_weights)
    expected = np.einsum("ws,sck->wck", weights, dense)
    assert counts.preferred.sums(weights) == pytest.approx(expected)
    assert counts.preferred.sums(weights[0]) == pytest.approx(expected[0])
    # Two documents, segments 0-1 and 2-4: what they have sums to what all have.
    parts = np.array([[1.0, 1, 0, 0, 0], [0, 0, 1, 1, 1]])
    for statistic in (counts.accuracy, counts.deprecated, counts.severity):
        assert (parts @ statistic).sum(axis=0) == pytest.approx(statistic.sum(axis=0))
    for sparse in (counts.frequent, counts.preferred):
        assert sparse.sums(parts).sum(axis=0) == pytest.approx(sparse.sums(np.ones(5)))
    # The key that most occurrences have is right; of keys alike in number the first by alphabet.
    for c, concept in enumerate(concepts):
        keys = [
            {"preferred": "peace ark", "deprecated": "ark peace"}[f.verdict]
            for f in findings
            if f.concept == concept and f.verdict != "omitted"
        ]
        most = sorted(keys, key=lambda key: (-keys.count(key), key))[:1]
        assert counts.frequent.sums(np.ones(5))[c, 0] == sum(key in most for key in keys)


def test_ratios_of_nothing_are_not_numbers() -> None:
    assert np.isnan(ratio(np.array([0.0, 0.0])))
    pairs = np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 3.0]])
    # The concept without an occurrence is left out: (1/2 + 3/3) / 2.
    assert mean_ratio(pairs) == pytest.approx(0.75)
    assert np.isnan(mean_ratio(np.zeros((3, 2))))
    # Of several rows of concepts, each by itself: (1/2 + 1) / 2, 0/4, none.
    several = np.array([pairs, [[0.0, 4.0], [0.0, 0.0], [0.0, 0.0]], np.zeros((3, 2))])
    assert mean_ratio(several) == pytest.approx([0.75, 0.0, np.nan], nan_ok=True)
    assert np.isnan(mean_ratio(np.zeros((0, 2))))
    none = ConceptCounts(np.array([], dtype=np.int64), np.array([]), np.array([], dtype=np.int64))
    assert none.sums(np.ones((3, 2))).shape == (3, 0, 2)


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("Golden Dragon 2023", "2023", "golden dragon"),
        ("Dragon 2023", "2023", "dragon"),
        ("the Golden Dragons", None, "golden dragon"),
        ("Golden Dragon 2022", "2023", "golden dragon 2022"),
        ("2023", "2023", "2023"),
    ],
)
def test_renderings_compare_by_their_words(text: str, year: str | None, expected: str) -> None:
    texts: Mapping[int, str] = {0: text}
    found = Finding(0, Occurrence((0,), 0, 2, year), 0, "other", 0, len(text))
    assert rendering_key(found, [texts[0]]) == expected
    assert rendering_key(Finding(0, Occurrence((0,), 0, 2), 0, "omitted"), [None]) is None
