"""The flags of metrics on the command line, made from the options that the metrics declare."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from mteval.cli.console import say

if TYPE_CHECKING:
    from mteval.cli.config import MetricSettings
    from mteval.metrics.options import MetricOption

__all__ = ["MetricFlags", "MetricFlagsGroup", "metric_settings", "takes_metric_flags"]

# What flags say, by flag; None where it is not given.
MetricFlags = Mapping[str, str | None]
_Command = Callable[..., None]

# The parameter in whose place the flags stand.
_PLACEHOLDER = "metric_flags"
# Commands that take the flags of metrics, by name.
_COMMANDS: dict[str, _Command] = {}


def takes_metric_flags(command: _Command) -> _Command:
    """Let a command have the flags of all metrics in place of its parameter ``metric_flags``.

    What is returned has none yet: ``MetricFlagsGroup`` adds them when the command is called.
    """
    _COMMANDS[command.__name__] = command
    return _with_flags(command, {})


class MetricFlagsGroup(TyperGroup):
    """The group of commands: those that score get the flags of metrics when they are called.

    Not before, as it takes a look at all installed packages to know the metrics.
    """

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is called, with the flags of metrics if it takes them."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in _COMMANDS:
            alone = typer.Typer(add_completion=False, rich_markup_mode=None)
            alone.command(name)(_with_flags(_COMMANDS[name], _declared()))
            command = typer.main.get_command(alone)
        return name, command, rest


def _declared() -> dict[str, MetricOption]:
    """Return the options that have a flag, by the flag."""
    from mteval.metrics.registry import all_metrics, plugin_problems

    for problem in plugin_problems():
        say(f"mteval: warning: {problem.sentence}")
    return {
        option.flag: option
        for spec in all_metrics().values()
        for option in spec.options
        if option.flag is not None
    }


def _with_flags(command: _Command, declared: Mapping[str, MetricOption]) -> _Command:
    """Return a command with a parameter for each flag, whose values it gets together."""
    flags = {re.sub(r"\W", "_", flag.lstrip("-")): flag for flag in declared}
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        if parameter.name == _PLACEHOLDER:
            parameters += [_parameter(name, declared[flag]) for name, flag in flags.items()]
        else:
            parameters.append(parameter)

    @functools.wraps(command)
    def extended(**given: Any) -> None:
        values = {flag: given.pop(name) for name, flag in flags.items()}
        command(**given, **{_PLACEHOLDER: values})

    # Where typer looks; it must not find the parameters of what is wrapped.
    del extended.__dict__["__wrapped__"]
    extended.__dict__["__signature__"] = inspect.Signature(parameters)
    extended.__annotations__ = {each.name: each.annotation for each in parameters}
    return extended


def _parameter(name: str, option: MetricOption) -> inspect.Parameter:
    defaults = [option.variable, "mteval.toml", option.default]
    shown = ", ".join(str(one) for one in defaults if one is not None)
    info = typer.Option(option.flag, help=f"{option.help}  [default: {shown}]", show_default=False)
    return inspect.Parameter(
        name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None,
        annotation=Annotated[str | None, info],
    )


def metric_settings(flags: MetricFlags, *, no_cache: bool) -> MetricSettings:
    """Return the options of metrics: flags go before variables, and these before files.

    Raises:
        InputError: a file of settings cannot be used.
        UsageError: a flag or variable has a value that its option does not allow.
    """
    from mteval.cli.config import read_settings
    from mteval.metrics.learned.options import CACHE_OPTION
    from mteval.metrics.registry import all_metrics

    settings = read_settings(Path(), flags)
    for spec in all_metrics().values():
        if no_cache and CACHE_OPTION in spec.options:
            settings.setdefault(spec.name, {})[CACHE_OPTION.name] = False
    return settings
