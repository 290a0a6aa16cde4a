"""Plots: which systems they show, and how much they draw."""

from __future__ import annotations

import functools
import re
from dataclasses import replace

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.evaluation import Evaluation
from mteval.views.plots import (
    distribution_plot,
    drawn_note,
    interval_plot,
    length_plot,
    pair_plot,
)

TEXT = "the ships of the navy sailed to port at noon and came back in the evening"


@functools.cache
def evaluate(n_systems: int) -> Evaluation:
    """Score systems that have ever more of texts, and the first text whole."""
    texts = [f"{TEXT[n % 4 * 4 :]} {n}" for n in range(20)]
    systems = [
        SystemOutput(f"System {s:03}", {"d": (texts[0], *(text[: 5 + s] for text in texts[1:]))})
        for s in range(n_systems)
    ]
    test_set = TestSet((Document.from_columns("d", None, [texts]),))
    return mteval.evaluate(test_set, systems, ["chrf", "bleu"], samples=60, checks=False)


def names(svg: str) -> set[str]:
    return set(re.findall(r"System \d{3}", svg))


def test_plots_of_many_systems_show_the_best_and_say_so() -> None:
    evaluation = evaluate(60)
    assert drawn_note(evaluation) == "Shown are the 40 systems of the best chrF, of 60."
    rows = sorted(evaluation.system_rows(), key=lambda row: -row["chrf"])
    best = {row["system"] for row in rows[:40]}
    for plot in (distribution_plot, interval_plot, pair_plot, length_plot):
        assert names(plot(evaluation)) == best


def test_a_system_that_lacks_segments_is_not_among_the_best() -> None:
    evaluation = evaluate(60)
    best = max(range(60), key=lambda s: evaluation.scores["chrf"]["system"][s])
    texts = list(evaluation.hypotheses)
    texts[best] = [None, *texts[best][1:]]
    lacking = replace(evaluation, hypotheses=texts)
    assert evaluation.systems[best] in names(distribution_plot(evaluation))
    assert evaluation.systems[best] not in names(distribution_plot(lacking))
    assert drawn_note(lacking).endswith("of 60; those that lack segments come last.")


def test_plots_of_few_systems_show_all() -> None:
    evaluation = evaluate(40)
    assert drawn_note(evaluation) == ""
    assert names(distribution_plot(evaluation)) == set(evaluation.systems)


def test_outliers_of_all_systems_are_one_picture_a_metric() -> None:
    # A picture for each system is drawn again with each of the others: quadratic.
    assert distribution_plot(evaluate(40)).count("<image") == 2
