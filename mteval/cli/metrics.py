"""The command that lists the metrics and their options."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from mteval.cli.console import say, show_json, show_tables
from mteval.cli.options import JsonOption

if TYPE_CHECKING:
    from mteval.metrics.base import MetricSpec

__all__ = ["metrics"]


def metrics(as_json: JsonOption = False) -> None:
    """List the metrics with direction, range, paper and options."""
    from mteval.metrics.registry import all_metrics, plugin_problems
    from mteval.views.tables import plain_table

    specs = list(all_metrics().values())
    for problem in plugin_problems():
        say(f"mteval: warning: {problem.sentence}")
    if as_json:
        show_json({"metrics": [_row(spec) for spec in specs]})
        return
    rows = [
        (spec.name, "higher" if spec.higher_is_better else "lower", _range(*spec.range), spec.paper)
        for spec in specs
    ]
    options = [
        (
            *(f"metrics.{spec.name}.{option.name}", option.allowed),
            *("" if text is None else str(text) for text in (option.flag, option.variable)),
            "" if option.default is None else str(option.default).lower(),
        )
        for spec in specs
        for option in spec.options
    ]
    show_tables(
        (
            plain_table("Metrics", ("name", "better", "range", "paper"), rows),
            plain_table(
                "Options, as keys of mteval.toml",
                ("option", "values", "flag", "variable", "default"),
                options,
            ),
        )
    )


def _row(spec: MetricSpec) -> dict[str, object]:
    return {
        "name": spec.name,
        "higher_is_better": spec.higher_is_better,
        "range": list(spec.range),
        "needs_source": spec.needs_source,
        "needs_reference": spec.needs_reference,
        "paper": spec.paper,
        "package": spec.package,
        "options": [dataclasses.asdict(option) for option in spec.options],
    }


def _range(lowest: float | None, highest: float | None) -> str:
    if lowest is None:
        return "unbounded" if highest is None else f"up to {highest:g}"
    return f"{lowest:g} and up" if highest is None else f"{lowest:g} to {highest:g}"
