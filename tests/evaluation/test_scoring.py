"""Metrics as they are planned and computed, and scores at every level."""

from __future__ import annotations

import dataclasses
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import MissingPackageError, UnavailableError, UsageError
from mteval.evaluation.findings import Findings
from mteval.evaluation.inputs import pair_texts
from mteval.evaluation.scoring import add_metrics, level_scores, plan_metrics
from mteval.executor import SerialExecutor
from mteval.metrics import registry
from mteval.metrics.base import Array, MetricSpec, Progress
from mteval.runs.results import SegmentStatistics, domain_documents
from mteval.terminology.scores import ratio
from tests.evaluation.texts import TEST_SET, X, Y


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(UsageError, match="no metric 'blu'"):
        mteval.evaluate(TEST_SET, [X], ["blu"])


def test_progress_is_told_for_every_metric(tmp_path: Path) -> None:
    told: dict[str, list[tuple[int, int]]] = {}
    mteval.evaluate(
        TEST_SET,
        [X],
        ["bleu", "ter"],
        progress=lambda spec: lambda *step: told.setdefault(spec.name, []).append(step),
    )
    assert set(told) == {"bleu", "ter"}
    for steps in told.values():
        assert steps == sorted(steps)
        assert steps[-1] == (3, 3)


def test_domains_are_scored_over_their_documents() -> None:
    documents = [
        Document.from_columns("a", ["甲", "乙"], [["the first speech ended", "a second one"]]),
        Document.from_columns("b", ["丙"], [["one third joint naval exercise"]]),
        Document.from_columns("c", ["丁"], [["the fourth and last of them"]]),
    ]
    named = ("news", None, "news")
    test_set = TestSet(
        tuple(
            dataclasses.replace(document, domain=domain)
            for document, domain in zip(documents, named, strict=True)
        )
    )
    output = SystemOutput(
        "x",
        {"a": ("a first speech", "second one"), "b": ("naval exercise",), "c": ("the last",)},
    )
    evaluation = mteval.evaluate(test_set, [output], ["chrf", "ter"], samples=0)
    assert evaluation.domains() == ["news", None]
    rows = evaluation.domain_rows()
    assert [(row["domain"], row["documents"], row["segments"]) for row in rows] == [
        ("news", 2, 3),
        (None, 1, 1),
    ]
    hypotheses = ["a first speech", "second one", "the last"]
    references = ["the first speech ended", "a second one", "the fourth and last of them"]
    assert rows[0]["chrf"] == pytest.approx(
        CHRF().corpus_score(hypotheses, [references]).score, abs=1e-9
    )
    assert rows[0]["ter"] == pytest.approx(
        TER().corpus_score(hypotheses, [references]).score, abs=1e-9
    )
    assert evaluation.frame("domain").shape == (2, 6)
    plain = mteval.evaluate(TestSet(tuple(documents)), [output], ["chrf"], samples=0)
    assert plain.domains() == []
    assert plain.domain_rows() == []


def test_only_metrics_that_somebody_asked_for_must_work() -> None:
    default = plan_metrics(None, {"comet": {"model": "folder"}, "bleu": {}})
    assert [spec.name for spec in default.specs] == ["bleu", "chrf", "comet"]
    assert [default.must_work(spec) for spec in default.specs] == [False, False, True]
    named = plan_metrics(["ter"], None)
    assert [named.must_work(spec) for spec in named.specs] == [True]
    serial = SerialExecutor()
    assert plan_metrics(["ter"], None, serial).executor is serial
    with pytest.raises(UsageError, match="options are given for 'blue', and there is no such"):
        plan_metrics(None, {"blue": {}})


def test_a_default_metric_that_lacks_something_is_skipped_and_said() -> None:
    document = Document.from_columns("d", ["甲"], [])
    texts = pair_texts(
        TestSet((document,)), [SystemOutput("x", {"d": ("one",)})], allow_missing=False
    )
    found = Findings([])
    with pytest.raises(UnavailableError, match="references"):
        add_metrics(found, texts, plan_metrics(["chrf"], None), None)
    assert found.notes == []
    # Nothing is left to score by: the default metrics are no exception then.
    plan = dataclasses.replace(plan_metrics(["bleu", "chrf"], None), named=False)
    with pytest.raises(UnavailableError, match="BLEU"):
        add_metrics(found, texts, plan, None)
    assert [note.split(":")[0] for note in found.notes] == ["BLEU is skipped", "chrF is skipped"]
    assert found.columns == []


def test_what_is_missing_is_said_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        if package == "py3langid":
            raise PackageNotFoundError(package)
        return "1"

    # COMET imports it late, and reads the references' language by it.
    monkeypatch.setattr(registry, "version", version)
    with pytest.raises(MissingPackageError, match=r"COMET needs the package py3langid.*\[comet\]'"):
        plan_metrics(["bleu", "comet"], None)
    # A model that is not there is missed before the first metric is computed.
    texts = pair_texts(TEST_SET, [X], allow_missing=False)
    told: list[str] = []
    monkeypatch.undo()
    plan = plan_metrics(["bleu", "comet"], {"comet": {"model": "Nobody/none"}})

    def progress(spec: MetricSpec) -> Progress:
        told.append(spec.name)
        return lambda done, total: None

    with pytest.raises(UnavailableError, match="Nobody/none is not on this machine"):
        add_metrics(Findings([]), texts, plan, progress)
    assert told == []


def test_columns_are_in_the_order_of_the_plan() -> None:
    texts = pair_texts(TEST_SET, [X], allow_missing=False)
    found = Findings([])
    add_metrics(found, texts, plan_metrics(["ter", "bleu"], None, SerialExecutor()), None)
    assert [column.name for column in found.columns] == ["ter", "bleu"]
    assert [column.higher_is_better for column in found.columns] == [False, True]
    assert list(found.statistics) == ["ter", "bleu"]
    assert found.statistics["bleu"].values.shape == (1, 3, 10)
    assert found.packages == {"numpy", "sacrebleu"}


def test_scores_are_those_of_sums_at_every_level() -> None:
    document = Document.from_columns("f", ["丁"], [["four"]])
    test_set = TestSet(
        tuple(
            dataclasses.replace(each, domain=domain)
            for each, domain in zip((*TEST_SET.documents, document), "aba", strict=True)
        )
    )
    outputs = [SystemOutput("x", {**X.documents, "f": ("four",)}), Y]
    texts = pair_texts(test_set, outputs, allow_missing=True)
    domains = domain_documents([each.domain for each in test_set.documents])
    assert domains.tolist() == [[True, False, True], [False, True, False]]
    # Right and all, as in term accuracy; y has the first document alone.
    values = np.array(
        [[[1, 2], [0, 1], [3, 3], [0, 4]], [[2, 2], [1, 1], [0, 0], [0, 0]]], dtype=float
    )
    statistics = SegmentStatistics(values, ratio, ratio)
    scores = level_scores(statistics, texts, domains)
    nan = np.nan
    np.testing.assert_allclose(scores["system"], [4 / 10, 3 / 3])
    np.testing.assert_allclose(scores["domain"], [[1 / 7, 3 / 3], [3 / 3, nan]])
    np.testing.assert_allclose(scores["document"], [[1 / 3, 3 / 3, 0 / 4], [3 / 3, nan, nan]])
    np.testing.assert_allclose(scores["segment"], [[1 / 2, 0, 1, 0], [1, 1, nan, nan]])


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("level", ["sums", "segments"])
def test_a_metric_has_a_number_wherever_its_statistics_are_numbers(
    wrong: float, level: str
) -> None:
    texts = pair_texts(TEST_SET, [X], allow_missing=False)
    domains = domain_documents([None] * len(TEST_SET.documents))
    values = np.ones((1, len(texts.positions), 1))

    def sound(sums: Array) -> Array:
        return np.asarray(sums[..., 0])

    def broken(sums: Array) -> Array:
        return np.full(sums.shape[:-1], wrong)

    functions = (broken, sound) if level == "sums" else (sound, broken)
    statistics = SegmentStatistics(values, *functions)
    with pytest.raises(UnavailableError, match=r"the metric 'mine' has .* not .*finite number"):
        level_scores(statistics, texts, domains, "mine")
    # What is missing already is missing, and no fault of the metric's.
    missing = SegmentStatistics(values * np.nan, sound, sound)
    assert np.isnan(level_scores(missing, texts, domains, "mine")["system"]).all()


def test_without_domains_there_is_no_row_of_them() -> None:
    assert domain_documents([None, None]).shape == (0, 2)
    assert domain_documents([]).shape == (0, 0)
    # Beside documents with a domain, those without are one more.
    assert domain_documents([None, "a"]).tolist() == [[True, False], [False, True]]
