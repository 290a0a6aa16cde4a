from __future__ import annotations

import dataclasses
import importlib
import inspect
import subprocess
import sys

import pytest

from mteval.errors import MissingPackageError, UsageError
from mteval.metrics.registry import METRICS, load_metric, parse_metrics


def test_every_metric_loads_and_knows_its_size() -> None:
    # sacrebleu: BLEU 2 + 2 x 4 orders, chrF 3 x 6, chrF++ 3 x (6 + 2), TER edits and length.
    # Learned ones have tests of their own.
    lexical = {name: spec for name, spec in METRICS.items() if not spec.threaded}
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


@pytest.mark.parametrize("name", METRICS)
def test_factories_have_the_options_and_defaults_that_are_declared(name: str) -> None:
    spec = METRICS[name]
    module, factory = spec.implementation.split(":")
    parameters = inspect.signature(getattr(importlib.import_module(module), factory)).parameters
    assert list(parameters) == [option.name for option in spec.options]
    for option in spec.options:
        default = parameters[option.name].default
        assert default == (None if option.name == "model" else option.default)


def test_options_of_one_flag_or_variable_are_one_declaration() -> None:
    for what in ("flag", "variable"):
        declared: dict[str, set[object]] = {}
        for spec in METRICS.values():
            for option in spec.options:
                declared.setdefault(getattr(option, what), set()).add(option)
        assert all(len(options) == 1 for named, options in declared.items() if named)


def test_metrics_with_threads_are_those_that_load_torch() -> None:
    assert [name for name, spec in METRICS.items() if spec.threaded] == ["comet", "bertscore"]


def test_a_package_that_is_missing_is_named_with_the_extra() -> None:
    missing = dataclasses.replace(METRICS["comet"], versions=("torch", "no-such-package"))
    with pytest.raises(MissingPackageError, match=r"COMET needs the package no-such-package, .*\["):
        load_metric(missing)
    foreign = dataclasses.replace(missing, extra=None)
    with pytest.raises(MissingPackageError, match="with: pip install no-such-package"):
        load_metric(foreign)
