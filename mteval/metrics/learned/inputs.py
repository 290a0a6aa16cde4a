"""What a learned metric scores at once, and what it finds there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mteval.metrics.base import ErrorSpan

__all__ = ["Floats", "ModelInput", "Scored"]

Floats = npt.NDArray[np.float32]


class ModelInput(NamedTuple):
    """Texts that are scored together; None is what the model does not read."""

    source: str | None
    hypothesis: str
    reference: str | None

    def texts(self) -> tuple[str, ...]:
        """Return the texts that are there: source, hypothesis, reference."""
        return tuple(text for text in self if text is not None)

    def cut(self, ranges: Sequence[tuple[int, int]]) -> ModelInput:
        """Return the input with each text that is there cut to its range of characters."""
        parts = iter(ranges)
        source, hypothesis, reference = (
            text if text is None else text[slice(*next(parts))] for text in self
        )
        return ModelInput(source, hypothesis or "", reference)


class Scored(NamedTuple):
    """A score and the errors found; None where the model does not look for any."""

    score: float
    error_spans: tuple[ErrorSpan, ...] | None
