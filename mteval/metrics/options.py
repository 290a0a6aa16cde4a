"""Options of metrics, declared once: their values, flags, environment variables and keys."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from mteval.errors import UsageError
from mteval.wording import listing

__all__ = ["MetricOption", "OptionKind", "OptionValue", "check_options"]

OptionValue = str | int | float | bool
OptionKind = Literal["text", "integer", "number", "switch"]

_WRITTEN = {"true": True, "false": False}
_EXPECTED = {
    "text": "a text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "switch": "true or false",
}


@dataclass(frozen=True, slots=True)
class MetricOption:
    """An option of a metric; command line, settings, help and checks are made from it.

    Several metrics may share one declaration: a flag or variable then sets it for all of them.

    Attributes:
        name: keyword of the metric's factory, and key below ``[metrics.NAME]`` in mteval.toml.
        help: one sentence that ends with a stop.
        default: what holds where nothing is said; None where the metric decides.
        kind: of its values.
        choices: the values that it may have, if not any.
        minimum: the least number that it may be.
        maximum: the greatest.
        flag: on the command line; None where it has none.
        variable: environment variable that goes before files; None where it has none.
        aliases: keys at the top of mteval.toml that say the same.
        project_check: ``module:function`` that is called with a value which a project's settings
            have, and with what messages name, and raises a UsageError where the user alone may set
            it; None where a project may set what it likes.
    """

    name: str
    help: str
    default: OptionValue | None = None
    kind: OptionKind = "text"
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    flag: str | None = None
    variable: str | None = None
    aliases: tuple[str, ...] = ()
    project_check: str | None = None

    def __post_init__(self) -> None:
        if self.default is not None:
            self.check(self.default, f"the default of {self.name}")

    @property
    def allowed(self) -> str:
        """What values there may be, in words."""
        if self.choices:
            return listing(self.choices, len(self.choices))
        said = _EXPECTED[self.kind].removesuffix(" in quotes")
        if self.minimum is not None and self.maximum is not None:
            return f"{said} from {self.minimum:g} to {self.maximum:g}"
        return said if self.minimum is None else f"{said}, {self.minimum:g} or more"

    def check(self, value: object, location: str) -> OptionValue:
        """Return a value if the option may have it.

        Args:
            value: as Python or TOML has it.
            location: what messages name: a flag, a variable, or file and key.

        Raises:
            UsageError: it is of another kind, or none of the choices.
        """
        if self.choices and isinstance(value, str) and value and value not in self.choices:
            raise UsageError(f"{location} is {value!r}; choose from {self.allowed}")
        if isinstance(value, bool):
            fits = self.kind == "switch"
        elif isinstance(value, (int, float)):
            fits = self.kind in ("integer", "number") and self._is_within(value)
        else:
            fits = self.kind == "text" and isinstance(value, str) and value != ""
        if fits:
            return cast("OptionValue", value)
        what = f"one of {self.allowed}, in quotes" if self.choices else self.allowed
        if self.kind == "text" and not self.choices:
            what = f"it as {_EXPECTED['text']}"
        raise UsageError(f"{location} is {value!r}; give {what}")

    def _is_within(self, value: float) -> bool:
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        whole = isinstance(value, int) or self.kind == "number"
        return whole and math.isfinite(value) and low <= value <= high

    def parse(self, text: str, location: str) -> OptionValue:
        """Return the value that is written on a command line or in a variable.

        Raises:
            UsageError: it says none that the option may have.
        """
        value: OptionValue = text
        try:
            if self.kind == "switch":
                value = _WRITTEN[text.lower()]
            elif self.kind == "integer":
                value = int(text)
            elif self.kind == "number":
                value = float(text)
        except (KeyError, ValueError):
            raise UsageError(f"{location} is {text!r}; give {self.allowed}") from None
        return self.check(value, location)


def check_options(
    metric: str, declared: Iterable[MetricOption], given: Mapping[str, object]
) -> dict[str, OptionValue]:
    """Return the options that a metric is given, checked by their declarations; None is not given.

    Raises:
        UsageError: it does not take an option, or not with this value.
    """
    if not isinstance(given, Mapping):
        raise UsageError(f"the options of {metric} are {given!a:.60}; give a table by name")
    options = {option.name: option for option in declared}
    checked: dict[str, OptionValue] = {}
    for name, value in given.items():
        if name not in options:
            taken = ", ".join(options) or "none"
            raise UsageError(f"{metric} has no option {name!r}; it takes: {taken}")
        if value is not None:
            option = options[name]
            checked[name] = option.check(value, option.flag or f"the option {name} of {metric}")
    return checked
