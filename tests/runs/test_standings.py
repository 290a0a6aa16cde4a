"""No sentence on the systems of a run says what their tests contradict."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mteval
from mteval.comparison.systems import compare
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.evaluation import Evaluation
from mteval.runs.read import Run
from mteval.runs.standings import findings, left_out_text
from mteval.runs.write import write_run
from mteval.statistics.significance import clusters
from tests.chain import chain
from tests.comparison.evaluations import column, evaluation_of

POINTS, ERRORS = column("points"), column("errors", higher_is_better=False)
NOT_EQUAL = "(which does not show that they are equal)"


def judged(scores: Sequence[float], p_values: dict[str, float] | None) -> Evaluation:
    """Return an evaluation of systems a, b, c..., with p-values by pair, as {"ab": 0.5}."""
    evaluation = evaluation_of({POINTS: [[score] for score in scores]})
    if p_values is None:
        return evaluation
    table = np.full((len(scores), len(scores)), np.nan)
    for pair, value in p_values.items():
        a, b = ("abcdefgh".index(name) for name in pair)
        table[a, b] = table[b, a] = value
    return replace(evaluation, tests={"points": table})


@pytest.mark.parametrize(
    ("scores", "p_values", "finding"),
    [
        ([1, 3, 2], None, "b scores best"),
        ([1, 3, 3], None, "b and c score best, with the same score"),
        ([1, 3, 2], {"ab": 0.01, "bc": 0.049, "ac": 1.0}, "b is best, significantly"),
        (
            [1, 3, 2],
            {"ab": 0.01, "bc": 0.05, "ac": 0.01},
            f"b scores best; significantly better than a; no significant difference from c "
            f"{NOT_EQUAL}",
        ),
        (
            [2, 3, 2],
            {"ab": 0.2, "bc": 0.3, "ac": 1.0},
            f"b scores best; no significant difference from a and c {NOT_EQUAL}",
        ),
        (
            [2, 3, 3],
            {"ab": 0.01, "ac": 0.02, "bc": 1.0},
            "b and c score best, with the same score; significantly better than every other",
        ),
        (
            [2, 3, 3],
            {"ab": 0.01, "ac": 0.2, "bc": 1.0},
            "b and c score best, with the same score; b: significantly better than every other; "
            f"c: no significant difference from a {NOT_EQUAL}",
        ),
        ([3, 3], {"ab": 1.0}, "a and b score best, with the same score"),
        (
            [1, 3, 2],
            {"ab": 0.01},
            "b scores best; significantly better than a; too little data to test it against c",
        ),
    ],
)
def test_what_is_said_of_the_best_follows_from_its_own_tests(
    scores: list[float], p_values: dict[str, float] | None, finding: str
) -> None:
    assert findings(judged(scores, p_values)) == [f"points: {finding}."]


@st.composite
def tables(draw: st.DrawFn) -> Evaluation:
    """Draw systems with scores and p-values; equal scores have p-values of 1."""
    n = draw(st.integers(2, 5))
    scores = draw(st.lists(st.sampled_from([1.0, 2.0, 3.0, np.nan]), min_size=n, max_size=n))
    lacking = draw(st.lists(st.sampled_from([False, False, True]), min_size=n, max_size=n))
    p_values: dict[str, float] = {}
    for a, b in combinations(range(n), 2):
        p = draw(st.sampled_from([0.0001, 0.0499, 0.05, 0.6, 1.0, np.nan]))
        if not (lacking[a] or lacking[b] or np.isnan(scores[a]) or np.isnan(scores[b])):
            p_values["abcdefgh"[a] + "abcdefgh"[b]] = 1.0 if scores[a] == scores[b] else p
    return replace(
        judged(scores, p_values),
        systems=tuple(f"S{s}" for s in range(n)),
        hypotheses=[[None if lacks else "text"] for lacks in lacking],
    )


def named(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"S(\d)", text)]


@given(tables())
def test_no_sentence_contradicts_a_test(evaluation: Evaluation) -> None:
    scores, table = evaluation.scores["points"]["system"], evaluation.tests["points"]
    systems = range(len(scores))
    out = [s for s in systems if np.isnan(scores[s]) or evaluation.hypotheses[s] == [None]]
    found = findings(evaluation)
    if not found:
        assert np.isnan(scores).all()
        return
    [sentence] = found
    clauses = sentence.removeprefix("points: ").removesuffix(".").split("; ")
    # Whoever is not ranked is named, in a clause of its own.
    if out:
        assert sorted(named(clauses[-1])) == out
        assert clauses.pop().endswith("not ranked")
    ranked = [s for s in systems if s not in out]
    assert not set(out) & set(named("; ".join(clauses)))
    if len(ranked) < 2:
        assert "best, signif" not in sentence
        return
    leaders = [s for s in ranked if scores[s] == max(scores[ranked])]
    others = [s for s in ranked if s not in leaders]
    assert named(clauses[0]) == leaders
    if " is best" in clauses[0]:
        assert (table[np.ix_(leaders, others)] < 0.05).all()
        assert len(clauses) == 1
        return
    of, told = leaders, []
    for clause in clauses[1:]:
        before, _, said = clause.rpartition(": ")
        of = named(before) or of
        whom = others if "every other" in said else named(said)
        told += [(a, b) for a in of for b in whom]
        p_values = table[np.ix_(of, whom)]
        if said.startswith("significantly better than"):
            assert (p_values < 0.05).all()
        elif said.startswith("no significant difference from"):
            assert (p_values >= 0.05).all()
        else:
            assert said.startswith("too little data")
            assert np.isnan(p_values).all()
    # Of each leader and each other something is said, once.
    assert sorted(told) == [(a, b) for a in leaders for b in others]


@given(tables())
def test_a_rank_begins_where_all_before_are_better_than_all_after(evaluation: Evaluation) -> None:
    """What the outputs say of ranks, tried on tables of p-values."""
    scores, table = evaluation.scores["points"]["system"], evaluation.tests["points"]
    n = len(scores)
    p_values = np.array([table[a, b] for a, b in combinations(range(n), 2)])
    ranks = clusters(scores, p_values, higher_is_better=True)
    known = [s for s in range(n) if ranks[s] is not None]
    for first in {ranks[s] or 0 for s in known}:
        before = [s for s in known if (ranks[s] or 0) < first]
        after = [s for s in known if (ranks[s] or 0) >= first]
        assert all(table[a, b] < 0.05 and scores[a] > scores[b] for a in before for b in after)
    # Nothing is kept in a rank that could have been told apart at some place.
    order = sorted(known, key=lambda s: (-scores[s], s))
    for cut in range(1, len(order)):
        apart = all(table[a, b] < 0.05 for a in order[:cut] for b in order[cut:])
        assert apart == (ranks[order[cut]] == cut + 1)


def test_a_chain_shares_a_rank_and_its_ends_differ(tmp_path: Path) -> None:
    test_set, systems = chain("abcd")
    evaluation = mteval.evaluate(test_set, systems, ["chrf"], checks=False)
    assert [row["chrf_rank"] for row in evaluation.system_rows()] == [1, 1, 1, 1]
    sentence = (
        "chrF: a scores best; significantly better than c and d; no significant difference from b "
        f"{NOT_EQUAL}."
    )
    assert findings(evaluation) == [sentence]
    # The same tests as of all pairs, and the same again from the run folder.
    compared = compare(evaluation, all_pairs=True)
    adjusted = {(row.baseline, row.system): row.p_adjusted for row in compared.rows}
    tests = evaluation.document({})["tests"]
    assert {(row["system"], row["other"]): row["p_adjusted"] for row in tests} == adjusted
    assert adjusted["a", "b"] == pytest.approx(3 * 2**-4)
    assert (adjusted["a", "c"] or 1) < 0.05
    assert findings(replace(evaluation, tests=compared.tests)) == [sentence]
    folder, _ = write_run(evaluation, tmp_path)
    assert findings(Run(folder).evaluation) == [sentence]


def test_without_tests_none_is_claimed() -> None:
    test_set, systems = chain("abc")
    for evaluation in (
        mteval.evaluate(test_set, systems, ["chrf"], samples=0, checks=False),
        # One segment cannot be resampled.
        evaluation_of({POINTS: [[1], [3], [2]]}),
    ):
        [sentence] = findings(evaluation)
        assert re.fullmatch(r"\w+: [ab] scores best\.", sentence)


def test_of_a_run_that_keeps_no_tests_none_is_claimed(tmp_path: Path) -> None:
    """As older versions wrote them: ranks without the tests behind them."""
    test_set, systems = chain("abc")
    folder, _ = write_run(mteval.evaluate(test_set, systems, ["chrf"], checks=False), tmp_path)
    path = folder / "evaluation.json"
    document = json.loads(path.read_text("utf-8"))
    del document["tests"]
    path.write_text(json.dumps(document), "utf-8")
    record = json.loads((folder / "run.json").read_text("utf-8"))
    del record["findings"]
    (folder / "run.json").write_text(json.dumps(record), "utf-8")
    evaluation = Run(folder).evaluation
    assert evaluation.ranks == {"chrf": [1, 1, 1]}
    assert findings(evaluation) == ["chrF: a scores best."]


def test_the_systems_of_wmt22_differ_as_their_tests_say(wmt22: Path) -> None:
    """HuaweiTSC and Online-A share a rank of chrF, and differ significantly."""
    lines = {
        path.stem: path.read_text("utf-8").splitlines()
        for name in ("HuaweiTSC", "Online-A", "Online-B", "Online-Y", "Lan-Bridge")
        for path in [wmt22 / "systems" / f"{name}.en"]
    }
    reference = (wmt22 / "ref.A.en").read_text("utf-8").splitlines()
    test_set = TestSet((Document.from_columns("d", None, [reference]),))
    systems = [SystemOutput(name, {"d": tuple(own)}) for name, own in lines.items()]
    evaluation = mteval.evaluate(test_set, systems, ["chrf"], checks=False)
    rows = compare(evaluation, all_pairs=True).rows
    adjusted = {(row.baseline, row.system): row.p_adjusted for row in rows}
    p_value = adjusted["HuaweiTSC", "Online-A"]
    assert p_value is not None
    assert p_value < 0.05
    ranks = {row["system"]: row["chrf_rank"] for row in evaluation.system_rows()}
    assert ranks["HuaweiTSC"] == ranks["Online-A"] == 1
    [sentence] = findings(evaluation)
    better = re.search(r"significantly better than (.*?);", sentence)
    assert better is not None
    assert "Online-A" in better[1]


def test_metrics_of_which_the_same_is_said_share_a_sentence() -> None:
    evaluation = evaluation_of({POINTS: [[1], [3]], column("more"): [[9], [8]], ERRORS: [[2], [1]]})
    assert findings(evaluation) == ["points and errors: b scores best.", "more: a scores best."]
    six = evaluation_of({column(f"m{n}"): [[1], [3]] for n in range(6)})
    assert findings(six) == ["m0, m1, m2, m3, m4 and m5: b scores best."]


def test_who_is_left_out_is_named_with_the_reason() -> None:
    short = evaluation_of(
        {POINTS: [[1, 1, 1], [3, 3, 3], [9, 9, 9], [2, 2, np.nan]]},
        [1, 2],
        hypotheses=[["x"] * 3, ["x"] * 3, [None, "x", "x"], ["x", "x", None]],
    )
    assert findings(short) == [
        "points: b scores best of the 2 systems with every segment and a score; c has no output "
        "for 1 of 2 documents, d has no output for 1 of 3 segments, so they are not ranked."
    ]
    one = replace(short, hypotheses=[["x", None, "x"], ["x"] * 3, *[["x", None, None]] * 2])
    assert findings(one) == [
        "points: only b has every segment and a score, so there is nothing to rank; a has no "
        "output for 1 of 3 segments, c and d have no output for 1 of 2 documents, so they are not "
        "ranked."
    ]
    none = replace(short, hypotheses=[[None, "x", "x"]] * 4)
    assert findings(none) == [
        "points: no system has both every segment and a score, so none is best; a, b, c and d have "
        "no output for 1 of 2 documents, so they are not ranked."
    ]


def test_a_system_without_a_score_is_left_out_of_that_metric_alone() -> None:
    scores = {POINTS: [[1.0], [3.0], [np.nan]], ERRORS: [[2.0], [1.0], [0.0]]}
    assert findings(evaluation_of(scores)) == [
        "points: b scores best of the 2 systems with every segment and a score; c has no score, so "
        "it is not ranked.",
        "errors: c scores best.",
    ]
    nothing = {POINTS: [[np.nan], [np.nan]], ERRORS: [[2.0], [1.0]]}
    assert findings(evaluation_of(nothing)) == ["errors: b scores best."]


def test_many_that_are_left_out_are_counted() -> None:
    reasons = {f"s{n}": f"no output for {n} of 9 documents" for n in range(1, 8)}
    text = left_out_text(reasons)
    assert text.startswith("s1 has no output for 1 of 9 documents, s2 has ")
    assert text.endswith(", 2 more lack output or a score, so they are not ranked")
    many = left_out_text({f"s{n}": "no score" for n in range(2000)})
    assert many == "s0, s1, s2, s3, s4 and 1,995 more have no score, so they are not ranked"
