"""The registry of metrics: what there is, described without loading what computes it."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mteval.arguments import checked_names
from mteval.errors import MissingPackageError, UsageError
from mteval.metrics.base import Array, Metric, MetricSpec
from mteval.metrics.guard import GuardedMetric, guarded
from mteval.metrics.options import OptionValue, check_options
from mteval.metrics.plugins import PluginProblem, find_plugins
from mteval.packages import BROUGHT_BY, extra_command, install_command

__all__ = [
    "DEFAULT_METRICS",
    "METRICS",
    "all_metrics",
    "check_metric_packages",
    "load_metric",
    "parse_metrics",
    "plugin_problems",
    "score_function",
]

# One line a metric: where its description is. Its module must load no library that computes (torch,
# sacrebleu): help and `mteval metrics` read all of them.
_DESCRIPTIONS = (
    "mteval.metrics.lexical.specs:BLEU",
    "mteval.metrics.lexical.specs:CHRF",
    "mteval.metrics.lexical.specs:CHRF_PLUS_PLUS",
    "mteval.metrics.lexical.specs:TER",
    "mteval.metrics.comet.spec:COMET",
    "mteval.metrics.bertscore:BERTSCORE",
)
DEFAULT_METRICS = ("bleu", "chrf", "comet")


def _resolve(path: str) -> Any:
    """Return what ``module:name`` names."""
    module, name = path.split(":")
    return getattr(importlib.import_module(module), name)


# The metrics of mteval itself, by name.
METRICS: dict[str, MetricSpec] = {
    spec.name: spec for spec in map(_resolve, _DESCRIPTIONS) if isinstance(spec, MetricSpec)
}


def all_metrics() -> dict[str, MetricSpec]:
    """Return the metrics by name, with those of installed packages (entry points)."""
    return METRICS | find_plugins(tuple(METRICS.values())).specs


def plugin_problems() -> tuple[PluginProblem, ...]:
    """Return which metrics of installed packages cannot be used, and why."""
    return find_plugins(tuple(METRICS.values())).problems


def parse_metrics(names: Iterable[str]) -> list[MetricSpec]:
    """Return metrics by name or alias, in any case; commas separate names too.

    Packages are searched for metrics only where a name is not one of mteval's own.

    Raises:
        UsageError: a name is unknown; the message has the names near it. Or none is given, or a
            package's metric of that name cannot be used.
    """
    by_name = _spellings(METRICS)
    found: dict[str, MetricSpec] = {}
    given = checked_names(names, "metrics")
    for name in (part.strip().lower() for each in given for part in each.split(",")):
        if not name:
            continue
        spec = by_name.get(name) or _of_package(name)
        found.setdefault(spec.name, spec)
    if not found:
        raise UsageError(f"no metric is named; choose from {', '.join(all_metrics())}")
    return list(found.values())


def _spellings(specs: Mapping[str, MetricSpec]) -> dict[str, MetricSpec]:
    return {spelling: spec for spec in specs.values() for spelling in (spec.name, *spec.aliases)}


def _of_package(name: str) -> MetricSpec:
    by_name = _spellings(all_metrics())
    if name in by_name:
        return by_name[name]
    for problem in plugin_problems():
        if problem.name == name:
            raise UsageError(problem.sentence)
    near = difflib.get_close_matches(name, by_name, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(
        f"there is no metric {name!r}: {hint}the metrics are {', '.join(all_metrics())} "
        "(see: mteval metrics)"
    )


def check_metric_packages(spec: MetricSpec) -> None:
    """Check that the packages of a metric are installed, without loading them.

    Raises:
        MissingPackageError: one is not.
    """
    # All that the extra brings: what is imported late is missed before the work, too.
    for package in (spec.package, *spec.versions, *sorted(BROUGHT_BY.get(spec.extra or "", ()))):
        try:
            version(package)
        except PackageNotFoundError:
            command = extra_command(spec.extra) if spec.extra else install_command(package)
            raise MissingPackageError(
                f"{spec.label} needs the package {package}, which is not installed; install it "
                f"with: {command}"
            ) from None


def load_metric(spec: MetricSpec, options: Mapping[str, object] | None = None) -> Metric:
    """Load what computes a metric, with the options that it is given.

    Raises:
        UsageError: it does not take an option, or not with that value.
        UnavailableError: a package or model that it needs is not here.
    """
    checked = check_options(spec.name, spec.options, options or {})
    check_metric_packages(spec)
    if METRICS.get(spec.name) is not spec:
        return GuardedMetric(spec.name, guarded(spec.name, _made, spec.implementation, checked))
    metric: Metric = _resolve(spec.implementation)(**checked)
    return metric


def _made(implementation: str, options: Mapping[str, OptionValue]) -> object:
    return _resolve(implementation)(**options)


def score_function(name: str) -> Callable[[Array], Array]:
    """Return what scores summed statistics of a metric, without loading its model.

    Raises:
        UsageError: there is no such metric.
        UnavailableError: a package that it needs is not here.
    """
    [spec] = parse_metrics([name])
    if spec.score is None:
        return load_metric(spec).score
    score: Callable[[Array], Array] = guarded(spec.name, _resolve, spec.score)
    return score
