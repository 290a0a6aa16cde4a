"""Settings of a project and of its user: mteval.toml, pyproject.toml, environment variables.

There is one for each option that a metric declares; nothing is listed here.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from mteval.errors import InputError, UsageError, location
from mteval.io.files import kind_of
from mteval.io.toml import read_toml
from mteval.metrics.base import MetricSpec
from mteval.metrics.guard import guarded
from mteval.metrics.options import MetricOption, OptionValue
from mteval.metrics.registry import METRICS, all_metrics, plugin_problems

__all__ = ["SETTINGS", "MetricSettings", "read_settings"]

# The table of mteval.toml that has a table for each metric.
_METRICS = "metrics"
# By metric, the value of each option that is set.
MetricSettings = dict[str, dict[str, OptionValue]]
# Key in mteval.toml -> environment variable that goes before it, of mteval's own metrics.
SETTINGS: dict[str, str] = {
    key: option.variable
    for spec in METRICS.values()
    for option in spec.options
    for key in option.aliases or (f"{_METRICS}.{spec.name}.{option.name}",)
    if option.variable is not None
}


def read_settings(folder: Path, flags: Mapping[str, str | None] = {}) -> MetricSettings:
    """Return the options of metrics that are set for work in a folder.

    Flags go first, then environment variables, then ``mteval.toml`` in the folder, or where there
    is none ``[tool.mteval]`` of its ``pyproject.toml``. These may be somebody else's, so an option
    may have a check on what they say.

    Args:
        folder: the one of the files.
        flags: what flags say, by flag; None for those that are not given.

    Raises:
        InputError: a file is not TOML, a value is not what the option allows, or what should be
            a table is not one.
        UsageError: a setting is unknown or set twice, a flag or variable has a value that the
            option does not allow, or a file one that the user alone may set.
    """
    settings, path = _from_files(folder)
    for spec in all_metrics().values():
        for option in spec.options:
            own = settings.setdefault(spec.name, {})
            value = _from_user(option, flags)
            if value is not None:
                own[option.name] = value
            elif option.name in own and option.project_check is not None:
                check = guarded(spec.name, pkgutil.resolve_name, option.project_check)
                check(own[option.name], f"{location(path)}: {spec.name}'s {option.name}")
    return {name: own for name, own in settings.items() if own}


def _from_user(option: MetricOption, flags: Mapping[str, str | None]) -> OptionValue | None:
    """Return what a flag or else a variable says of an option; None for nothing."""
    variables = (option.variable, os.environ.get(option.variable or "", ""))
    for name, text in ((option.flag, flags.get(option.flag or "")), variables):
        if name is not None and text:
            return option.parse(text, name)
    return None


def _from_files(folder: Path) -> tuple[MetricSettings, Path]:
    """Return what the files of a folder set, and the one that is read."""
    for name in ("mteval.toml", "pyproject.toml"):
        path = folder / name
        if kind_of(path) != "file":
            continue
        found: Mapping[str, object] = read_toml(path)
        if name == "pyproject.toml":
            for key in ("tool", "mteval"):
                found = _table(found.get(key, {}), path, key, "settings go below [tool.mteval]")
        return _checked(found, path), path
    return {}, folder


def _table(value: object, path: Path, key: str, advice: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise InputError(f"{location(path)}: {key} is not a table; {advice}")
    return value


def _checked(found: Mapping[str, object], path: Path) -> MetricSettings:
    """Return what a file sets; what is said of one metric goes before what is said of all."""
    specs = all_metrics()
    aliases = {alias for spec in specs.values() for o in spec.options for alias in o.aliases}
    unknown = sorted(set(found) - aliases - {_METRICS})
    if unknown:
        raise UsageError(
            f"{location(path)}: there is no setting {unknown[0]!r}; there are "
            f"{', '.join(SETTINGS)}, and tables [metrics.NAME] (see: mteval metrics)"
        )
    settings: MetricSettings = {}
    for spec in specs.values():
        for option, alias in ((o, a) for o in spec.options for a in o.aliases if a in found):
            settings.setdefault(spec.name, {})[option.name] = _value(option, found, alias, path)
    tables = _table(found.get(_METRICS, {}), path, _METRICS, "it has a table for each metric")
    for metric, given in tables.items():
        key = f"{_METRICS}.{metric}"
        if metric not in specs:
            problem = [each.sentence for each in plugin_problems() if each.name == metric]
            why = problem[0] if problem else f"the metrics are {', '.join(specs)}"
            raise UsageError(f"{location(path)}: there is no metric for [{key}]; {why}")
        table = _table(given, path, key, f"options of {metric} go below [{key}]")
        _check_once(specs[metric], table, found, path)
        for name, value in _of_metric(specs[metric], table, path, key):
            settings.setdefault(metric, {})[name] = value
    return settings


def _check_once(
    spec: MetricSpec, table: Mapping[str, object], found: Mapping[str, object], path: Path
) -> None:
    """Check that no option of one metric alone is set both by its alias and in its table.

    An alias that several metrics share, as device, is for those whose tables do not set it.
    """
    others = {o for each in all_metrics().values() if each != spec for o in each.options}
    for option in spec.options:
        for alias in option.aliases:
            if option.name in table and alias in found and option not in others:
                raise UsageError(
                    f"{location(path)}: {alias} and {_METRICS}.{spec.name}.{option.name} are one "
                    "setting, and both are set; drop one of them"
                )


def _of_metric(
    spec: MetricSpec, table: Mapping[str, object], path: Path, key: str
) -> Iterator[tuple[str, OptionValue]]:
    options = {option.name: option for option in spec.options}
    for name in table:
        if name not in options:
            taken = ", ".join(options) or "none"
            raise UsageError(f"{location(path)}: {key} has no option {name!r}; it takes: {taken}")
        yield name, _value(options[name], table, name, path, f"{key}.{name}")


def _value(
    option: MetricOption, table: Mapping[str, object], key: str, path: Path, shown: str = ""
) -> OptionValue:
    try:
        return option.check(table[key], f"{location(path)}: {shown or key}")
    except UsageError as error:
        raise InputError(str(error)) from None
