"""Windows over segments: what a worker scores at a time, by itself, wherever it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from mteval.io.store import CachedScore
from mteval.metrics.learned.inputs import Floats, ModelInput
from mteval.metrics.learned.libraries import hub_offline
from mteval.metrics.learned.long_inputs import score_inputs
from mteval.metrics.learned.model import LearnedModel, ModelReference

__all__ = [
    "ScoreWindow",
    "Window",
    "WindowScores",
    "cut_windows",
    "forget_models",
    "window_characters",
]


@dataclass(frozen=True)
class Window:
    """Inputs that are scored together: the batch that an executor is given.

    Attributes:
        inputs: distinct inputs.
        carried: texts of this window and of earlier ones that come again in later ones: where the
            same process scores those too, it need not embed them again.
        embeddings: known embeddings of texts, which need not be computed.
    """

    inputs: tuple[ModelInput, ...]
    carried: frozenset[str]
    embeddings: Mapping[str, Floats] = field(default_factory=dict)

    def shared_texts(self) -> set[str]:
        """Return the sources and references, which a further system meets again."""
        return {text for input in self.inputs for text in (input.source, input.reference) if text}


class WindowScores(NamedTuple):
    """The scores of a window's inputs, and the new embeddings of its shared texts."""

    scores: list[CachedScore]
    embeddings: dict[str, Floats]


class ScoreWindow:
    """The task of scoring a window: it needs nothing but its own arguments and the window.

    Args:
        reference: what the model is loaded by, once a process.
        split: score what is too long in aligned chunks; else cut it.
        report: called with the share of a window that is done, in this process only: a copy in
            another process has nobody to tell.
    """

    def __init__(
        self,
        reference: ModelReference,
        *,
        split: bool,
        report: Callable[[float], None] | None = None,
    ) -> None:
        self._reference = reference
        self._split = split
        self._report = report

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_report": None}

    def __call__(self, window: Window) -> WindowScores:
        """Return what the window's inputs score."""
        model = _loaded(self._reference)
        model.add_embeddings(window.embeddings)
        report = self._report or (lambda _: None)
        with hub_offline():
            scores = score_inputs(model, window.inputs, split=self._split, progress=report)
        wanted = window.shared_texts().difference(window.embeddings) if model.embeds_texts else ()
        embeddings = model.embeddings(wanted)
        model.keep_embeddings(window.carried)
        return WindowScores(scores, embeddings)


@lru_cache(maxsize=1)
def _loaded(reference: ModelReference) -> LearnedModel:
    with hub_offline():
        return reference.load()


def forget_models() -> None:
    """Free the memory of the model that this process has loaded."""
    _loaded.cache_clear()


def window_characters(reference: ModelReference) -> int:
    """Return how much text a window should have: a task too, as the worker's memory decides."""
    return _loaded(reference).window_characters


def cut_windows(inputs: Sequence[ModelInput], characters: int) -> list[Window]:
    """Return windows, in order, with about so many characters of distinct texts each."""
    to_come = Counter(text for input in inputs for text in input.texts())
    windows: list[Window] = []
    carried: set[str] = set()
    for part in _parts(inputs, characters):
        texts = [text for input in part for text in input.texts()]
        to_come.subtract(texts)
        carried = {text for text in carried.union(texts) if to_come[text]}
        windows.append(Window(tuple(part), frozenset(carried)))
    return windows


def _parts(inputs: Sequence[ModelInput], characters: int) -> Iterator[list[ModelInput]]:
    part: list[ModelInput] = []
    texts: set[str] = set()
    size = 0
    for input in inputs:
        new = [text for text in input.texts() if text not in texts]
        # The references of one hypothesis stay together, as joint models share sequences there.
        if part and size > characters and input[:2] != part[-1][:2]:
            yield part
            part, texts, size = [], set(), 0
            new = list(input.texts())
        part.append(input)
        texts.update(new)
        size += sum(map(len, new))
    if part:
        yield part
