"""Comparisons say what sacrebleu's tests say, and what that means."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence

import mt_thresholds
import numpy as np
import pytest

import mteval
from mteval.comparison.systems import ComparisonSettings, PairResult, compare
from mteval.corpus.layout import load_test_set
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import MismatchError, UsageError
from mteval.statistics.metric_deltas import agreement, meaningful_difference
from mteval.statistics.significance import (
    Test,
    bootstrap_scores,
    detectable_difference,
    interval,
    paired_bootstrap_p,
    randomization_p,
)
from tests import rows
from tests.comparison.evaluations import column, evaluation_of
from tests.conftest import ROOT

FLUENT, GLOSSARY, LITERAL = (
    ROOT / "systems" / name for name in ("llm-fluent", "llm-glossary", "llm-literal")
)


POINTS, ERRORS = column("points"), column("errors", higher_is_better=False)


def known(value: float | None) -> float:
    assert value is not None
    return value


@pytest.fixture(scope="module")
def evaluation() -> mteval.Evaluation:
    # Without the termbase beside the references, which takes the time of everything else.
    return mteval.evaluate(
        load_test_set(ROOT / "references"),
        [GLOSSARY, FLUENT, LITERAL],
        ["bleu", "chrf"],
        samples=0,
        checks=False,
    )


def test_each_system_is_tested_against_the_first(evaluation: mteval.Evaluation) -> None:
    found = compare(evaluation)
    pairs = {(row.baseline, row.system) for row in found.rows}
    assert pairs == {("llm-glossary", "llm-fluent"), ("llm-glossary", "llm-literal")}
    by_key = {(row.system, row.metric): row for row in found.rows}
    fluent, literal = by_key["llm-fluent", "chrf"], by_key["llm-literal", "chrf"]
    assert (fluent.verdict, literal.verdict) == ("better", "worse")
    for row in found.rows:
        assert row.delta == pytest.approx(known(row.score) - known(row.baseline_score))
        assert row.wins + row.ties + row.losses <= 26
        low, high = map(known, row.delta_ci)
        assert low < known(row.delta) < high
        assert 0 < known(row.p_value) <= known(row.p_adjusted) <= 1
    assert fluent.agreement == pytest.approx(mt_thresholds.accuracy(fluent.delta, "chrf") / 100)
    assert found.ranks == []


def test_all_pairs_are_corrected_and_ranked(evaluation: mteval.Evaluation) -> None:
    found = compare(evaluation, all_pairs=True, test="randomization", samples=1000)
    assert len(found.rows) == 3 * len(evaluation.metrics)
    ranks = {(row.system, row.metric): row.rank for row in found.ranks}
    assert [ranks[name, "chrf"] for name in ("llm-fluent", "llm-glossary", "llm-literal")] == [
        *(1, 2, 3),
    ]
    by_metric = [row for row in found.rows if row.metric == "bleu"]
    smallest = min(by_metric, key=lambda row: known(row.p_value))
    assert smallest.p_adjusted == pytest.approx(min(1, 3 * known(smallest.p_value)))


def test_documents_and_lengths_add_up(evaluation: mteval.Evaluation) -> None:
    found = compare(evaluation)
    documents = [r for r in found.documents if r.metric == "bleu" and r.system == FLUENT.name]
    expected = {
        row["document"]: row["bleu"]
        for row in evaluation.document_rows()
        if row["system"] == FLUENT.name
    }
    assert {row.document: row.score for row in documents} == expected
    buckets = [r for r in found.buckets if r.metric == "bleu" and r.system == FLUENT.name]
    assert sum(row.segments for row in buckets) == 26
    # The segments that differ most do, and the diff holds both texts.
    [first, *_] = [r for r in found.segments if r.metric == "chrf"]
    largest = np.abs(
        evaluation.scores["chrf"]["segment"][1] - evaluation.scores["chrf"]["segment"][0]
    ).max()
    assert abs(known(first.score) - known(first.baseline_score)) == pytest.approx(largest)


def test_what_cannot_be_compared_is_refused(evaluation: mteval.Evaluation) -> None:
    alone = evaluation_of({POINTS: [[1, 2]]})
    with pytest.raises(
        UsageError, match=r"^comparing takes a baseline and another system; name at least two$"
    ):
        compare(alone)
    with pytest.raises(UsageError, match="too few to tell"):
        compare(evaluation, samples=3)
    with pytest.raises(UsageError, match="leave --samples out, or give at least 40"):
        compare(evaluation, samples=0)
    with pytest.raises(UsageError, match=r"the test set is one segment.*; add segments$"):
        compare(evaluation_of({POINTS: [[1], [2]]}))
    with pytest.raises(UsageError, match="the test set is one document, and a test takes at least"):
        compare(evaluation_of({POINTS: [[1, 2], [2, 3]]}), resample="documents")
    short = evaluation_of({POINTS: [[1, 2], [1, 2]]}, hypotheses=[["one", "two"], ["one", None]])
    with pytest.raises(
        MismatchError,
        match=r"^system b lacks segments that others have, so it does not compare; leave it out",
    ):
        compare(short)


def test_whole_documents_are_resampled(evaluation: mteval.Evaluation) -> None:
    by_documents = compare(evaluation, resample="documents")
    assert by_documents.settings.units == 4
    segments = {(r.system, r.metric): r for r in compare(evaluation).rows}
    for row in by_documents.rows:
        same = segments[row.system, row.metric]
        assert row.score == same.score
        assert row.ci != same.ci
    # As `mteval score` warns.
    assert not any("that mean little" in note for note in compare(evaluation).notes())
    assert by_documents.notes()[1].startswith("resampling 4 documents gives intervals and tests")


def test_few_segments_are_called_so() -> None:
    lines = [f"segment number {n} of the text" for n in range(6)]
    test_set = TestSet((Document.from_columns("d", ["甲"] * 6, [lines]),))
    near = [*lines[:5], "quite another line"]
    outputs = [SystemOutput("x", {"d": tuple(lines)}), SystemOutput("y", {"d": tuple(near)})]
    [row] = compare(mteval.evaluate(test_set, outputs, ["chrf"])).rows
    assert row.verdict == "too few segments to tell"
    assert known(row.detectable) > known(meaningful_difference("chrf", None, 0.8))


def test_what_hardly_differs_is_not_called_better() -> None:
    lines = [f"segment number {n} of this text" for n in range(26)]
    test_set = TestSet((Document.from_columns("d", ["甲"] * 26, [lines]),))
    near = ("segment number naught of this text", *lines[1:])
    outputs = [
        SystemOutput(name, {"d": tuple(texts)})
        for name, texts in (("x", near), ("same", near), ("one better", lines))
    ]
    evaluation = mteval.evaluate(test_set, outputs, ["bleu", "chrf"])
    for test in ("bootstrap", "randomization"):
        for row in compare(evaluation, test=test).rows:
            assert row.verdict in ("no difference shown", "too few segments to tell")
    assert {row["chrf_rank"] for row in evaluation.system_rows()} == {1}


def test_rare_terms_are_tested_all_the_same() -> None:
    sources = ["北部·联合", *["今天天气很好"] * 25]
    references = ["Northern/Interaction", *["The weather is fine today"] * 25]
    test_set = TestSet((Document.from_columns("d", sources, [references]),))
    outputs = [
        SystemOutput("x", {"d": ("Beibu Unity", *references[1:])}),
        SystemOutput("y", {"d": tuple(references)}),
    ]
    evaluation = mteval.evaluate(
        test_set, outputs, ["chrf"], terms=ROOT / "references" / "terms.csv"
    )
    [row] = [r for r in compare(evaluation).rows if r.metric == "term_accuracy"]
    assert (row.delta, row.verdict) == (1.0, "too few segments to tell")


def test_a_row_has_the_numbers_of_the_tests() -> None:
    scores = [[1.0, 2, 3, 4, 5, 6], [2.5, 2, 5, 3, 8, math.nan], [0.0] * 6]
    evaluation = evaluation_of({POINTS: scores})
    found = compare(evaluation, seed=7, samples=200)
    statistics = evaluation.statistics["points"]
    resampled = bootstrap_scores(statistics.values, statistics.score, 200, 7)
    observed, pairs = np.array([4.1 - 3.5, 3.5]), [(0, 1), (0, 2)]
    p_values = paired_bootstrap_p(resampled, observed, pairs)
    [low, high] = interval(resampled[1] - resampled[0])
    ends = interval(resampled)
    assert found.rows[0] == PairResult(
        system="b",
        baseline="a",
        metric="points",
        score=20.5 / 5,
        baseline_score=3.5,
        delta=20.5 / 5 - 3.5,
        delta_ci=(low, high),
        p_value=p_values[0],
        # The p-value of c is smaller, and at least 2 ^ -5; that of b is corrected by 1.
        p_adjusted=p_values[0],
        mean=resampled[1].mean(),
        ci=(ends[1, 1] - ends[1, 0]) / 2,
        baseline_mean=resampled[0].mean(),
        baseline_ci=(ends[0, 1] - ends[0, 0]) / 2,
        agreement=None,
        detectable=float(detectable_difference(resampled[1] - resampled[0])),
        wins=3,
        ties=1,
        losses=1,
        verdict="no difference shown",
    )
    assert p_values[1] == 1 / 201
    # Of six segments no test can say more than 2 ^ -5.
    assert (found.rows[1].p_value, found.rows[1].p_adjusted) == (1 / 32, 2 / 32)
    assert found.settings == ComparisonSettings(
        "bootstrap", 200, 7, "segments", 6, all_pairs=False, interval_samples=200
    )


def test_a_randomisation_has_the_intervals_of_a_bootstrap() -> None:
    scores = [[1.0, 2, 3, 4, 5, 6], [2.5, 2, 4, 3, 9, 8], [2.5, 1, 4, 2, 0, 8]]
    evaluation = evaluation_of({POINTS: scores})
    found = compare(evaluation, test="randomization", samples=300, seed=3)
    statistics = evaluation.statistics["points"]
    totals = evaluation.scores["points"]["system"]
    observed = np.abs(totals[1:] - totals[0])
    p_values = randomization_p(
        statistics.values, statistics.score, observed, [(0, 1), (0, 2)], 300, 3
    )
    assert [row.p_value for row in found.rows] == pytest.approx(
        # Of five segments that differ no test can say more than 2 ^ -4.
        np.maximum(p_values, [1 / 16, 1 / 32])
    )
    # Of twenty it can say what the trials of that seed show.
    rng = np.random.default_rng(0)
    twenty = evaluation_of({POINTS: rng.normal(size=(2, 20)).tolist()})
    values, score = twenty.statistics["points"].values, twenty.statistics["points"].score
    [a, b] = twenty.scores["points"]["system"]
    [row] = compare(twenty, test="randomization", samples=300, seed=3).rows
    [p_value] = randomization_p(values, score, np.array([abs(b - a)]), [(0, 1)], 300, 3)
    [other] = randomization_p(values, score, np.array([abs(b - a)]), [(0, 1)], 300)
    assert row.p_value == p_value != other
    resampled = bootstrap_scores(statistics.values, statistics.score, 1000, 3)
    assert [row.mean for row in found.rows] == [of_one.mean() for of_one in resampled[1:]]
    assert dataclasses.asdict(found.settings) == {
        **{"test": "randomization", "samples": 300, "seed": 3, "unit": "segments", "units": 6},
        **{"all_pairs": False, "interval_samples": 1000},
    }


def test_as_many_samples_are_drawn_as_are_asked_for_or_wanted() -> None:
    two = evaluation_of({POINTS: [[1, 2, 3], [2, 3, 3]]})
    assert compare(two).settings.samples == 1000
    assert compare(two, test="randomization").settings.samples == 10_000
    assert compare(two, samples=40).settings.samples == 40
    # 28 pairs of 8 systems want 2 x 28 / 0.05.
    eight = evaluation_of({POINTS: [[n, 2, 3] for n in range(8)]})
    assert compare(eight, all_pairs=True).settings.samples == 1120
    few = compare(eight, all_pairs=True, samples=50).settings
    assert (few.samples, few.interval_samples) == (1120, 50)
    assert compare(eight).settings.samples == 1000
    assert compare(eight, all_pairs=True, test="randomization").settings.samples == 10_000


def compared(first: Sequence[float], second: Sequence[float], scale: float = 100) -> PairResult:
    """Compare two systems by a metric."""
    [row] = compare(evaluation_of({column("points", scale=scale): [first, second]})).rows
    return row


RISING = [float(n) for n in range(20)]


def test_significant_differences_are_better_or_worse_by_the_direction_of_the_metric() -> None:
    higher = [n + 2.0 + n % 3 for n in RISING]
    assert compared(RISING, higher).verdict == "better"
    assert compared(higher, RISING).verdict == "worse"
    for scores, verdict, wins in (((RISING, higher), "worse", 0), ((higher, RISING), "better", 20)):
        [row] = compare(evaluation_of({ERRORS: scores})).rows
        assert (row.verdict, row.wins, row.losses) == (verdict, wins, 20 - wins)


def test_what_cannot_be_told_is_not_called_no_difference() -> None:
    # By hand: the meaningful difference is 5 % of the scale. The standard error is about 0.22.
    near = [n + (1.0 if n % 2 else -1.0) for n in RISING]
    assert 0.5 < known(compared(RISING, near).detectable) < 0.7
    for scale, verdict in ((100, "no difference shown"), (20, "no difference shown")):
        assert compared(RISING, near, scale=scale).verdict == verdict
    assert compared(RISING, near, scale=10).verdict == "too few segments to tell"
    # A meaningful difference that all four segments show is too few sign flips to be significant.
    for sign in (1, -1):
        row = compared([0.0] * 4, [6.0 * sign] * 4)
        assert row.verdict == "too few segments to tell"
        assert (row.detectable, row.delta) == (0.0, 6.0 * sign)
        assert compared([0.0] * 4, [4.0 * sign] * 4).verdict == "no difference shown"
        assert compared([0.0] * 4, [5.0 * sign] * 4).verdict == "no difference shown"


def test_a_studied_metric_has_the_meaningful_difference_of_the_study() -> None:
    meaningful = known(meaningful_difference("bleu", None, 0.8))
    for factor, verdict in ((0.9, "no difference shown"), (1.1, "too few segments to tell")):
        scores = [[0.0] * 4, [meaningful * factor] * 4]
        [row] = compare(evaluation_of({column("bleu"): scores})).rows
        assert row.verdict == verdict
        assert row.agreement == agreement("bleu", None, meaningful * factor)
    model = "Unbabel/wmt22-comet-da"
    for delta, verdict in ((0.0056, "no difference shown"), (0.0057, "too few segments to tell")):
        scores = [[0.0] * 4, [delta] * 4]
        [row] = compare(evaluation_of({column("comet", model=model, scale=1.0): scores})).rows
        assert row.verdict == verdict
        assert row.agreement == agreement("comet", model, delta)


def test_without_a_score_there_is_no_verdict() -> None:
    row = compared([1.0, 2, 3], [math.nan] * 3)
    assert row.verdict == "no score"
    assert (row.score, row.delta, row.p_value, row.mean, row.detectable) == (None,) * 5
    assert (row.baseline_score, row.delta_ci, row.ci) == (2.0, (None, None), None)
    assert (row.wins, row.ties, row.losses) == (0, 0, 0)
    # Half of all resamples and more draw nothing that one of them has.
    row = compared([1.0, *[math.nan] * 9], [math.nan, 4.0, *[math.nan] * 8])
    assert (row.delta, row.p_value) == (3.0, None)
    assert row.verdict == "too few segments to tell"


def test_several_pairs_are_corrected_and_all_pairs_ranked() -> None:
    # b and c differ from a in six segments each: 2 ^ -5 is significant, twice that is not.
    base = [0.0] * 20
    six = [*[3.0] * 6, *[0.0] * 14]
    other = [*[0.0] * 6, *[-3.0] * 6, *[0.0] * 8]
    evaluation = evaluation_of({POINTS: [base, six, other], ERRORS: [base, other, six]})
    first = compare(evaluation)
    assert [(row.metric, row.system, row.verdict) for row in first.rows] == [
        *(("points", "b", "no difference shown"), ("points", "c", "no difference shown")),
        *(("errors", "b", "no difference shown"), ("errors", "c", "no difference shown")),
    ]
    assert {(row.p_value, row.p_adjusted) for row in first.rows} == {(1 / 32, 2 / 32)}
    [alone] = compare(evaluation_of({POINTS: [base, six]})).rows
    assert (alone.p_adjusted, alone.verdict) == (1 / 32, "better")
    assert (first.ranks, first.settings.all_pairs) == ([], False)
    found = compare(evaluation, all_pairs=True)
    assert [(row.baseline, row.system, row.verdict) for row in found.rows[:3]] == [
        ("a", "b", "no difference shown"),
        ("a", "c", "no difference shown"),
        ("b", "c", "worse"),
    ]
    assert [(row.metric, row.system, row.rank) for row in found.ranks] == [
        *(("points", "a", 1), ("points", "b", 1), ("points", "c", 1)),
        *(("errors", "a", 1), ("errors", "b", 1), ("errors", "c", 1)),
    ]
    assert found.settings.all_pairs
    assert (found.segments, found.documents, found.buckets, found.terms) == ([], [], [], [])
    # Eleven segments are enough.
    eleven = [*[3.0] * 11, *[0.0] * 9]
    evaluation = evaluation_of({POINTS: [base, eleven], ERRORS: [base, eleven]})
    ranked = compare(evaluation, all_pairs=True)
    assert [row.rank for row in ranked.ranks] == [2, 1, 1, 2]


def test_the_parts_of_a_comparison_are_as_json_has_them() -> None:
    evaluation = evaluation_of(
        {POINTS: [[1, 2, 3], [2, 3, 3], [1, 2, 9]], ERRORS: [[0, 0, 0], [1, 1, 1], [0, 0, 1]]},
        [1, 2],
        references=["one", "two words", "w " * 30],
    )
    document = compare(evaluation).as_dict()
    assert list(document) == [
        *("settings", "comparisons", "ranks", "segments", "documents", "buckets", "terms")
    ]
    assert json.loads(json.dumps(document))["comparisons"][0]["delta_ci"] == list(
        document["comparisons"][0]["delta_ci"]
    )
    counts = {name: len(rows) for name, rows in document.items() if name != "settings"}
    # Two pairs: by two metrics, in two documents, in two buckets.
    assert counts == {
        **{"comparisons": 4, "ranks": 0, "segments": 2 + 1 + 3 + 1, "documents": 8, "buckets": 8},
        "terms": 0,
    }
    assert [(row["system"], row["metric"]) for row in document["comparisons"]] == [
        *(("b", "points"), ("c", "points"), ("b", "errors"), ("c", "errors"))
    ]
    assert [row["system"] for row in document["documents"]] == ["b"] * 4 + ["c"] * 4
    ranks = compare(evaluation, all_pairs=True).as_dict()["ranks"]
    assert ranks[0] == {"metric": "points", "system": "a", "rank": 1}


def test_the_least_gain_wins_a_segment() -> None:
    [row] = compare(evaluation_of({POINTS: [[1.0, 2, 3, 4], [1.01, 1.99, 3, 4.5]]})).rows
    assert (row.wins, row.ties, row.losses) == (2, 1, 1)


def test_two_segments_are_enough_to_test() -> None:
    [row] = compare(evaluation_of({POINTS: [[1, 2], [2, 4]]})).rows
    assert (row.p_adjusted, row.delta) == (0.5, 1.5)


def test_terms_are_in_json_too() -> None:
    occurrences = [
        rows.occurrence(system=system, verdict=verdict, rendering=rendering)
        for system, verdict, rendering in (("a", "omitted", None), ("b", "preferred", "exercise"))
    ]
    evaluation = evaluation_of({POINTS: [[1, 2], [2, 4]]}, occurrences=occurrences)
    [row] = compare(evaluation).as_dict()["terms"]
    assert (row["baseline_verdict"], row["verdict"]) == ("omitted", "preferred")
    assert (row["baseline_rendering"], row["rendering"]) == (None, "exercise")


def test_five_percent_are_not_significant() -> None:
    rng = np.random.default_rng(0)
    evaluation = evaluation_of({POINTS: rng.normal(size=(2, 30)).tolist()})
    [row] = compare(evaluation, samples=59).rows
    assert row.p_value == 3 / 60 == 0.05
    assert row.verdict == "no difference shown"


def test_documents_are_drawn_whole() -> None:
    # Within each document the systems are even; segments alone would differ.
    evaluation = evaluation_of({POINTS: [[0, 2] * 10, [2, 0] * 10]}, [2] * 10)
    [row] = compare(evaluation, resample="documents").rows
    assert (row.delta_ci, row.detectable) == ((0.0, 0.0), 0.0)
    [row] = compare(evaluation).rows
    assert known(row.detectable) > 1


@pytest.mark.parametrize("test", ["bootstrap", "randomization"])
def test_outputs_that_do_not_differ_have_a_p_value_of_1(test: Test) -> None:
    same = [1.0, 2, 3, 4]
    # Of the rare metric most resamples draw nothing that has a score.
    rare = [*[math.nan] * 19, 1.0]
    for scores in (same, rare):
        [row] = compare(evaluation_of({POINTS: [scores, scores]}), test=test).rows
        assert (row.p_value, row.p_adjusted, row.delta) == (1.0, 1.0, 0.0)
        assert row.verdict not in ("better", "worse")
    # One segment that differs shows nothing, two little.
    for n, p_value in ((1, 1.0), (2, 0.5)):
        other = [score + (0.5 if i < n else 0) for i, score in enumerate(same)]
        [row] = compare(evaluation_of({POINTS: [same, other]}), test=test).rows
        assert (row.p_value, row.p_adjusted) == (p_value, p_value)


def test_intervals_are_those_of_the_run_however_many_resamples_tests_take() -> None:
    rng = np.random.default_rng(1)
    eight = evaluation_of({POINTS: rng.normal(size=(8, 20)).tolist()})
    found = compare(eight, all_pairs=True)
    assert (found.settings.samples, found.settings.interval_samples) == (1120, 1000)
    statistics = eight.statistics["points"]
    ends = interval(bootstrap_scores(statistics.values, statistics.score, 1000))
    for row in found.rows:
        s, b = ("abcdefgh".index(name) for name in (row.system, row.baseline))
        assert row.ci == (ends[s, 1] - ends[s, 0]) / 2
        assert row.baseline_ci == (ends[b, 1] - ends[b, 0]) / 2
    assert found.notes()[0] == (
        "1,120 resamples of segments, seed 12345; better and worse are significant at 5 % after "
        "Holm's correction for 28 pairs; ± and detectable are of 1,000 bootstrap resamples"
    )


def test_pairs_that_cannot_be_tested_are_none_of_those_to_correct_for() -> None:
    # Of 46 systems a half has no score: 253 pairs are left, not 1,035.
    scores = [[100.0 * n + i if n % 2 else np.nan for i in range(20)] for n in range(46)]
    many = evaluation_of({POINTS: scores}, systems=[f"s{n}" for n in range(46)])
    found = compare(many, all_pairs=True)
    assert {row.verdict for row in found.rows} == {"better", "no score"}
    assert "no test of" not in found.notes()[0]
    assert sum(row.rank is not None for row in found.ranks) == 23


def test_where_no_test_could_be_significant_nothing_is_told_or_ranked() -> None:
    names = [f"s{n}" for n in range(46)]
    scores = [[100.0 * n + i for i in range(20)] for n in range(46)]
    many = evaluation_of({POINTS: scores}, systems=names)
    found = compare(many, all_pairs=True)
    assert found.settings.samples == 20_000
    assert {row.verdict for row in found.rows} == {"too few samples to tell"}
    assert (found.ranks, found.tests) == ([], {})
    [note] = found.notes()
    assert "with so few no test of 1,035 pairs can be significant: give --samples 20700" in note
    # 45 systems are not too many.
    fewer = compare(evaluation_of({POINTS: scores[1:]}, systems=names[1:]), all_pairs=True)
    assert {row.verdict for row in fewer.rows} == {"better"}
    assert sorted(row.rank or 0 for row in fewer.ranks) == list(range(1, 46))
