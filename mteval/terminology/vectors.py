"""Vectors of texts by the sentence encoder, each worked out once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mteval.languages.encoder import Embed

__all__ = ["Vectors"]


class Vectors:
    """The vectors of texts, of which every distinct one is embedded once."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._rows: dict[str, int] = {}
        self._matrix: npt.NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors of texts: (n_texts, d)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if new:
            vectors = np.asarray(self._embed(new), dtype=np.float32)
            self._rows |= {text: len(self._rows) + i for i, text in enumerate(new)}
            if len(self._rows) > self._matrix.shape[0]:
                grown = np.zeros((2 * len(self._rows), vectors.shape[1]), dtype=np.float32)
                grown[: self._matrix.shape[0]] = self._matrix if self._matrix.size else 0
                self._matrix = grown
            self._matrix[len(self._rows) - len(new) : len(self._rows)] = vectors
        return self._matrix[[self._rows[text] for text in texts]]
