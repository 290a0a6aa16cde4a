"""Metrics of other packages, found by their entry points in the group ``mteval.metrics``.

The name of an entry point is that of its metric, and it resolves to a MetricSpec. To keep flags
apart, the flags and variables of such a metric begin with its name (``--NAME-``,
``MTEVAL_NAME_``), unless it shares a declaration with mteval's own metrics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from mteval.metrics.base import MetricSpec

__all__ = ["GROUP", "PluginProblem", "Plugins", "find_plugins"]

GROUP = "mteval.metrics"


@dataclass(frozen=True, slots=True)
class PluginProblem:
    """A metric of a package that cannot be used, and a sentence that says why."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Plugins:
    """The metrics of packages by name, and those that cannot be used."""

    specs: dict[str, MetricSpec]
    problems: tuple[PluginProblem, ...]


@lru_cache(maxsize=1)
def find_plugins(own: tuple[MetricSpec, ...]) -> Plugins:
    """Return the metrics of installed packages, beside mteval's own.

    Nothing that is wrong with a package keeps the other metrics from being used.
    """
    specs: dict[str, MetricSpec] = {}
    problems: list[PluginProblem] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        try:
            spec = point.load()
        # Whatever a foreign module may raise on import.
        except Exception as error:
            fault = f"cannot be loaded ({type(error).__name__}: {error})"
        else:
            fault = _fault(point.name, spec, (*own, *specs.values()))
        if not fault:
            specs[point.name] = spec
            continue
        advice = "update or uninstall that package"
        problems.append(PluginProblem(point.name, f"{_title(point)} {fault}; {advice}"))
    return Plugins(specs, tuple(problems))


def _title(point: EntryPoint) -> str:
    package = "an installed package" if point.dist is None else f"the package {point.dist.name}"
    return f"the metric {point.name!r} of {package} ({GROUP}, {point.value})"


def _fault(name: str, spec: object, others: Sequence[MetricSpec]) -> str:
    """Return what is wrong with a metric, to follow its name; nothing if all is well."""
    if not isinstance(spec, MetricSpec):
        return f"is a {type(spec).__name__} and no MetricSpec"
    if spec.name != name or name != name.lower():
        return f"calls itself {spec.name!r}; both names must be one, in lower case"
    taken = {spelling for other in others for spelling in (other.name, *other.aliases)}
    clash = sorted(taken.intersection((spec.name, *spec.aliases)))
    if clash:
        return f"is ignored, as there is another metric {clash[0]!r}"
    return next(_option_faults(spec, others), "")


def _option_faults(spec: MetricSpec, others: Sequence[MetricSpec]) -> Iterator[str]:
    shared = {option for other in others for option in other.options}
    flag, variable = f"--{spec.name}-", f"MTEVAL_{spec.name.upper()}_"
    for option in spec.options:
        if option in shared:
            continue
        if option.flag is not None and not option.flag.startswith(flag):
            yield f"has the flag {option.flag}, and its flags must begin with {flag}"
        if option.variable is not None and not option.variable.startswith(variable):
            yield f"reads the variable {option.variable}, and its must begin with {variable}"
        if option.aliases:
            yield f"has the setting {option.aliases[0]}, which goes below [metrics.{spec.name}]"
