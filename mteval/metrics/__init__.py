"""The registry of metrics: what there is, described without loading what computes it."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mteval.errors import UsageError
from mteval.metrics.base import Array, Metric, MetricSpec

__all__ = ["DEFAULT_METRICS", "METRICS", "load_metric", "parse_metrics", "score_function"]

DEFAULT_METRICS = ("bleu", "chrf", "comet")

METRICS: dict[str, MetricSpec] = {
    spec.name: spec
    for spec in (
        MetricSpec(
            name="bleu",
            label="BLEU",
            higher_is_better=True,
            range=(0.0, 100.0),
            needs_source=False,
            needs_reference=True,
            paper="Papineni et al. 2002, BLEU: a Method for Automatic Evaluation of Machine "
            "Translation; as standardised by Post 2018",
            implementation="mteval.metrics.lexical.sacrebleu_metrics:bleu",
            package="sacrebleu",
        ),
        MetricSpec(
            name="chrf",
            label="chrF",
            higher_is_better=True,
            range=(0.0, 100.0),
            needs_source=False,
            needs_reference=True,
            paper="Popović 2015, chrF: character n-gram F-score for automatic MT evaluation",
            implementation="mteval.metrics.lexical.sacrebleu_metrics:chrf",
            package="sacrebleu",
            aliases=("chrf2",),
        ),
        MetricSpec(
            name="chrf++",
            label="chrF++",
            higher_is_better=True,
            range=(0.0, 100.0),
            needs_source=False,
            needs_reference=True,
            paper="Popović 2017, chrF++: words helping character n-grams",
            implementation="mteval.metrics.lexical.sacrebleu_metrics:chrf_plus_plus",
            package="sacrebleu",
            aliases=("chrfpp", "chrf2++"),
        ),
        MetricSpec(
            name="ter",
            label="TER",
            higher_is_better=False,
            range=(0.0, None),
            needs_source=False,
            needs_reference=True,
            paper="Snover et al. 2006, A Study of Translation Edit Rate with Targeted Human "
            "Annotation",
            implementation="mteval.metrics.lexical.sacrebleu_metrics:ter",
            package="sacrebleu",
        ),
        MetricSpec(
            name="comet",
            label="COMET",
            higher_is_better=True,
            range=(None, None),
            needs_source=True,
            needs_reference=True,
            paper="Rei et al. 2020, COMET: A Neural Framework for MT Evaluation",
            implementation="mteval.metrics.comet.metric:comet",
            package="unbabel-comet",
            decimals=4,
            options=("model", "long_inputs", "precision", "cache", "device"),
            versions=("torch", "transformers", "tokenizers"),
            scale=1.0,
            score="mteval.metrics.base:mean",
            threaded=True,
        ),
    )
}


def parse_metrics(names: Iterable[str]) -> list[MetricSpec]:
    """Look metrics up by name or alias, in any case; commas separate names too.

    Raises:
        UsageError: a name is unknown; the message has the names near it. Or none is given.
    """
    by_name = {
        spelling: spec for spec in METRICS.values() for spelling in (spec.name, *spec.aliases)
    }
    found: dict[str, MetricSpec] = {}
    for name in (part.strip().lower() for given in names for part in given.split(",")):
        if not name:
            continue
        if name not in by_name:
            near = difflib.get_close_matches(name, by_name, n=3, cutoff=0.4)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise UsageError(
                f"there is no metric {name!r}: {hint}the metrics are {', '.join(METRICS)} "
                "(see: mteval metrics)"
            )
        found.setdefault(by_name[name].name, by_name[name])
    if not found:
        raise UsageError(f"no metric is named; choose from {', '.join(METRICS)}")
    return list(found.values())


def load_metric(spec: MetricSpec, options: Mapping[str, Any] | None = None) -> Metric:
    """Load what computes a metric, with the options that it takes.

    Raises:
        UsageError: it does not take an option.
        UnavailableError: a package or model that it needs is not here.
    """
    unknown = sorted(set(options or {}) - set(spec.options))
    if unknown:
        taken = ", ".join(spec.options) or "none"
        raise UsageError(f"{spec.name} has no option {unknown[0]!r}; it takes: {taken}")
    module, factory = spec.implementation.split(":")
    metric: Metric = getattr(importlib.import_module(module), factory)(**(options or {}))
    return metric


def score_function(name: str) -> Callable[[Array], Array]:
    """Give what makes scores of the summed statistics of a metric, without loading its model.

    Raises:
        UsageError: there is no such metric.
        UnavailableError: a package that it needs is not here.
    """
    [spec] = parse_metrics([name])
    if spec.score is None:
        return load_metric(spec).score
    module, function = spec.score.split(":")
    score: Callable[[Array], Array] = getattr(importlib.import_module(module), function)
    return score
