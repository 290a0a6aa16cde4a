"""The output checks, in the order of their flags; a line each."""

from __future__ import annotations

from mteval.checks import copy, length, markup, numbers, repetition, script
from mteval.checks.base import Check

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    copy.COPY,
    script.LEFT_IN_SOURCE_SCRIPT,
    length.SHORT,
    length.LONG,
    repetition.REPETITION,
    numbers.NUMBER,
    numbers.DATE,
    markup.MARKUP,
)
