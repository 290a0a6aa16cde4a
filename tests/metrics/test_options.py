from __future__ import annotations

import pytest

from mteval.errors import UsageError
from mteval.metrics.options import MetricOption, OptionValue, check_options

CHOICE = MetricOption("way", "A way.", default="up", choices=("up", "down"), flag="--way")
INTEGER = MetricOption("layer", "A layer.", kind="integer", minimum=0, maximum=6)
NUMBER = MetricOption("share", "A share.", kind="number", minimum=0.5)
SWITCH = MetricOption("cache", "A cache.", default=True, kind="switch")
TEXT = MetricOption("model", "A model.")


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        (CHOICE, "down", "down"),
        (INTEGER, "0", 0),
        (INTEGER, "6", 6),
        (NUMBER, "0.5", 0.5),
        (NUMBER, "7", 7.0),
        (SWITCH, "false", False),
        (SWITCH, "True", True),
        (TEXT, "模型", "模型"),
    ],
)
def test_what_is_written_becomes_a_value(
    option: MetricOption, text: str, value: OptionValue
) -> None:
    found = option.parse(text, "--x")
    assert found == value
    assert type(found) is type(value)
    assert option.check(value, "x") == value


@pytest.mark.parametrize(
    ("option", "text", "says"),
    [
        (CHOICE, "left", "--x is 'left'; choose from up, down"),
        (INTEGER, "7", "--x is 7; give a whole number from 0 to 6"),
        (INTEGER, "-1", "--x is -1; give a whole number from 0 to 6"),
        (INTEGER, "2.0", "--x is '2.0'; give a whole number from 0 to 6"),
        (NUMBER, "0.4", "--x is 0.4; give a number, 0.5 or more"),
        (NUMBER, "nan", "--x is nan; give a number, 0.5 or more"),
        (NUMBER, "inf", "--x is inf; give a number, 0.5 or more"),
        (SWITCH, "no", "--x is 'no'; give true or false"),
    ],
)
def test_what_is_no_value_is_refused_with_what_is_allowed(
    option: MetricOption, text: str, says: str
) -> None:
    with pytest.raises(UsageError) as error:
        option.parse(text, "--x")
    assert str(error.value) == says


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        (CHOICE, 5, "x is 5; give one of up, down, in quotes"),
        (CHOICE, "", "x is ''; give one of up, down, in quotes"),
        (INTEGER, True, "x is True; give a whole number from 0 to 6"),
        (INTEGER, 2.0, "x is 2.0; give a whole number from 0 to 6"),
        (SWITCH, 1, "x is 1; give true or false"),
        (SWITCH, "true", "x is 'true'; give true or false"),
        (TEXT, 1, "x is 1; give it as a text in quotes"),
        (TEXT, "", "x is ''; give it as a text in quotes"),
        (TEXT, ["a"], "x is ['a']; give it as a text in quotes"),
    ],
)
def test_values_of_another_kind_are_refused(option: MetricOption, value: object, says: str) -> None:
    with pytest.raises(UsageError) as error:
        option.check(value, "x")
    assert str(error.value) == says


def test_options_are_checked_together() -> None:
    declared = (CHOICE, INTEGER)
    assert check_options("m", declared, {"layer": 3, "way": None}) == {"layer": 3}
    with pytest.raises(UsageError, match="m has no option 'size'; it takes: way, layer"):
        check_options("m", declared, {"size": 3})
    with pytest.raises(UsageError, match="--way is 'left'; choose from up, down"):
        check_options("m", declared, {"way": "left"})
    with pytest.raises(UsageError, match="the option layer of m is 9; give a whole number from"):
        check_options("m", declared, {"layer": 9})


def test_a_default_that_its_own_option_does_not_allow_is_no_declaration() -> None:
    with pytest.raises(UsageError, match="the default of layer is 9"):
        MetricOption("layer", "A layer.", default=9, kind="integer", maximum=6, minimum=0)
