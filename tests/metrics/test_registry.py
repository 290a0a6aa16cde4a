from __future__ import annotations

import subprocess
import sys

import pytest

from mteval.errors import UsageError
from mteval.metrics.registry import METRICS, load_metric, parse_metrics


def test_every_metric_loads_and_knows_its_size() -> None:
    # sacrebleu: BLEU 2 + 2 x 4 orders, chrF 3 x 6, chrF++ 3 x (6 + 2), TER edits and length.
    # COMET wants a model: tests/metrics/comet/test_metric.py.
    lexical = {name: spec for name, spec in METRICS.items() if name != "comet"}
    assert {name: load_metric(spec).n_statistics for name, spec in lexical.items()} == {
        "bleu": 10,
        "chrf": 18,
        "chrf++": 24,
        "ter": 2,
    }


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["bleu", "chrf"], ["bleu", "chrf"]),
        (["BLEU,chrF"], ["bleu", "chrf"]),
        (["chrfpp"], ["chrf++"]),
        (["ter", "bleu", "ter"], ["ter", "bleu"]),
    ],
)
def test_names_are_forgiving(given: list[str], names: list[str]) -> None:
    assert [spec.name for spec in parse_metrics(given)] == names


def test_an_unknown_metric_gets_the_near_names() -> None:
    with pytest.raises(UsageError, match=r"no metric 'blue': did you mean bleu\?"):
        parse_metrics(["blue"])
    with pytest.raises(UsageError, match="no metric is named"):
        parse_metrics([" , "])


def test_an_option_that_a_metric_does_not_take_is_refused() -> None:
    with pytest.raises(UsageError, match="bleu has no option 'model'; it takes: none"):
        load_metric(METRICS["bleu"], {"model": "x"})
    with pytest.raises(UsageError, match="comet has no option 'tokenizer'; it takes: model, long"):
        load_metric(METRICS["comet"], {"tokenizer": "x"})


def test_listing_loads_nothing_that_computes() -> None:
    code = "import sys, mteval.metrics; sys.exit(bool({'sacrebleu', 'torch'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
