"""A learned metric: what is scored, what is remembered, what the reader is told.

Scores come from the cache where it has them, so that a warm run loads no torch; the rest are
computed in windows of segments, which an executor may run anywhere, each kept as soon as it is
done.
"""

from __future__ import annotations

import dataclasses
import math
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from mteval.errors import MismatchError, UnavailableError
from mteval.io.hashing import sha256
from mteval.io.store import CachedScore, ScoreCache, cache_folder
from mteval.io.surrogates import check_texts
from mteval.languages.detect import identify_language
from mteval.metrics.base import (
    Array,
    CellIndex,
    ErrorSpan,
    Flag,
    Metric,
    Progress,
    Statistics,
    mean,
)
from mteval.metrics.learned.inputs import ModelInput
from mteval.metrics.learned.model import ModelReference
from mteval.metrics.learned.windows import (
    ScoreWindow,
    Window,
    cut_windows,
    forget_models,
    window_characters,
)
from mteval.wording import counted

if TYPE_CHECKING:
    from mteval.executor import Executor

__all__ = ["LearnedMetric", "ModelFacts", "hash_files"]


@dataclass(frozen=True)
class ModelFacts:
    """What a learned metric knows of its model without loading it.

    Attributes:
        title: how messages name it, such as "the COMET model x".
        reads_source: whether it reads the source.
        reads_reference: whether it reads a reference where there is one.
        needs_reference: whether it cannot do without one.
        embeds_texts: each text is embedded alone, as one vector; those of sources and references
            are kept on disk for further systems.
        multiplies_chunks: the score of a long text is the product of those of its chunks.
        signature: everything that decides the score of an input besides its texts.
        shown_signature: the same, with what readers know the model by.
        without_references: what to do where there are none, to follow "give some with -r".
        target_language: the one language of texts that it scores, as ISO 639-1; None for many.
        other_language: what to do where the references are in another, ``{}``.
        truncates_as: the tool that cuts long texts as the metric does where it is told to.
    """

    title: str
    reads_source: bool
    reads_reference: bool
    needs_reference: bool
    embeds_texts: bool
    multiplies_chunks: bool
    signature: str
    shown_signature: str
    without_references: str = ""
    target_language: str | None = None
    other_language: str = ""
    truncates_as: str = "comet-score"


class LearnedMetric(Metric):
    """A metric whose scores a model computes.

    Statistics (k = 2): the score, 1; so the score of any sum is a mean over segments.

    Args:
        label: how messages name the metric.
        reference: what the model is loaded by.
        facts: what is known of it before.
        split: score inputs that are too long in aligned chunks; else cut them.
        cached: whether scores are kept on disk.
        notes: what a reader must know of all scores.
    """

    def __init__(
        self,
        label: str,
        reference: ModelReference,
        facts: ModelFacts,
        *,
        split: bool,
        cached: bool,
        notes: Iterable[str] = (),
    ) -> None:
        self._label = label
        self._reference = reference
        self._facts = facts
        self._split = split
        self._folder = cache_folder() if cached else None
        self._notes = tuple(notes)

    @property
    def n_statistics(self) -> int:
        """The number of statistics of a segment (k)."""
        return 2

    def score(self, sums: Array) -> Array:
        """Return the averages of summed statistics: (..., 2) -> (...)."""
        return mean(sums)

    @abstractmethod
    def _pool_references(self, scores: Sequence[float]) -> float:
        """Return the score of a segment from its scores against each reference."""

    def _advice_on_broken_scores(self) -> str:
        """Return what scores that are no numbers mean, and what to do, to end a note."""
        return "; their scores and those of their systems are missing"

    def statistics(
        self,
        sources: Sequence[str] | None,
        references: Sequence[Sequence[str]],
        systems: Sequence[Sequence[str | None]],
        progress: Progress | None = None,
        executor: Executor | None = None,
    ) -> Statistics:
        """Return statistics of shape (n_systems, n_segments, 2); see Metric.

        Raises:
            UnavailableError: the model reads sources or references, and there are none, or it gives
                no number for any segment.
            MismatchError: the columns differ in length.
            InputError: the model cannot be loaded, or a text has half a surrogate pair.
        """
        check_texts(sources, references, systems)
        cells = self._inputs(sources, references, systems)
        distinct = list(dict.fromkeys(input for several in cells.values() for input in several))
        self._check_language(references)
        cache = ScoreCache(self._folder)
        try:
            found = cache.get(self._facts.signature, distinct)
            missing = [input for input in distinct if input not in found]
            if missing:
                found |= self._compute(missing, cache, progress, executor)
        finally:
            cache.close()
        values = np.zeros((len(systems), len(systems[0]), 2))
        n_broken = 0
        for cell, several in cells.items():
            score = self._pool_references([found[input].score for input in several])
            n_broken += not math.isfinite(score)
            values[cell] = (score if math.isfinite(score) else math.nan), 1.0
        notes = [*self._notes, *cache.notes]
        if n_broken and n_broken == len(cells):
            raise UnavailableError(
                f"{self._facts.title} gave no number for any of {counted(n_broken, 'segment')}; "
                "choose another model or precision"
            )
        if n_broken:
            notes.append(
                f"warning: {self._label} gave no number for {counted(n_broken, 'segment')}"
                f"{self._advice_on_broken_scores()}"
            )
        return Statistics(
            values,
            flags=self._flags(cells, found),
            notes=tuple(dict.fromkeys(notes)),
            error_spans=_error_spans(cells, found),
        )

    def _check_language(self, references: Sequence[Sequence[str]]) -> None:
        """Refuse references in a language that the model was not made for."""
        wanted = self._facts.target_language
        if wanted is None:
            return
        for found in map(identify_language, references):
            if found is not None and found != wanted:
                raise UnavailableError(
                    f"{self._facts.title} judges translations into {wanted} only, and the "
                    f"references are in {found} (ISO 639-1); "
                    f"{self._facts.other_language.format(found)}"
                )

    def _inputs(
        self,
        sources: Sequence[str] | None,
        references: Sequence[Sequence[str]],
        systems: Sequence[Sequence[str | None]],
    ) -> dict[CellIndex, list[ModelInput]]:
        """Return what is scored for each hypothesis: an input a reference, segment by segment."""
        facts = self._facts
        if facts.reads_source and sources is None:
            raise UnavailableError(
                f"{facts.title} reads the source and there is none; give it with -s, or as "
                "<document>.zh.txt"
            )
        if facts.needs_reference and not references:
            raise UnavailableError(
                f"{facts.title} compares with references and there are none; give some with -r"
                f"{facts.without_references}"
            )
        read_sources = sources if facts.reads_source else None
        columns: Sequence[Sequence[str] | None] = (
            references if references and facts.reads_reference else [None]
        )
        lengths = {len(column) for column in (*references, *systems, *filter(None, [sources]))}
        if len(lengths) > 1:
            raise MismatchError(
                f"columns have {' and '.join(map(str, sorted(lengths)))} segments; sources, "
                "references and hypotheses must be aligned"
            )
        return {
            (s, i): [
                ModelInput(
                    None if read_sources is None else read_sources[i],
                    hypothesis,
                    None if column is None else column[i],
                )
                for column in columns
            ]
            for i in range(lengths.pop())
            for s, system in enumerate(systems)
            if (hypothesis := system[i]) is not None
        }

    def _compute(
        self,
        inputs: Sequence[ModelInput],
        cache: ScoreCache,
        progress: Progress | None,
        executor: Executor | None,
    ) -> dict[ModelInput, CachedScore]:
        """Score inputs window by window, keeping each window as soon as it is done."""
        signature = self._facts.signature
        computed: dict[ModelInput, CachedScore] = {}
        n_current = 0

        def report(share: float) -> None:
            if progress is not None:
                progress(len(computed) + int(share * (n_current - 1)), len(inputs))

        run = map if executor is None else partial(executor.map, uses_all_cores=True)
        task = ScoreWindow(self._reference, split=self._split, report=report)
        try:
            [characters] = run(window_characters, [self._reference])
            windows = cut_windows(inputs, characters)
            known = cache if self._facts.embeds_texts else None
            results = iter(run(task, _Batches(windows, known, signature)))
            for window in windows:
                n_current = len(window.inputs)
                found = next(results)
                scores = dict(zip(window.inputs, found.scores, strict=True))
                cache.put(signature, scores, self._facts.shown_signature)
                if self._facts.embeds_texts:
                    cache.put_vectors(signature, found.embeddings)
                computed |= scores
                if progress is not None:
                    progress(len(computed), len(inputs))
        finally:
            forget_models()
        return computed

    def _flags(
        self,
        cells: Mapping[CellIndex, Sequence[ModelInput]],
        found: Mapping[ModelInput, CachedScore],
    ) -> tuple[Flag, ...]:
        long = {
            cell: found[input].detail
            for cell, several in cells.items()
            for input in several
            if "limit" in found[input].detail
        }
        limits = " or ".join(
            f"{limit} tokens {'for all texts together' if together else 'a text'}"
            for limit, together in sorted({(d["limit"], d["together"]) for d in long.values()})
        )
        pooled = "multiplied" if self._facts.multiplies_chunks else "pooled by their length"
        tool = self._facts.truncates_as
        flags = []
        for cut, name, how in (
            (False, "split", f"scored in aligned chunks, their scores {pooled}"),
            (
                True,
                "truncated",
                f"scored without what is beyond, as {tool} does",
            ),
        ):
            details = {
                cell: f"{detail['tokens']} tokens"
                for cell, detail in long.items()
                if detail["cut"] == cut
            }
            if details:
                meaning = f"longer than the {self._label} model takes ({limits}), {how}"
                flags.append(Flag(f"{self._label.lower()}-{name}", meaning, details))
        return tuple(flags)


class _Batches(Sequence[Window]):
    """Windows with the embeddings that are known, each looked up when it is asked for."""

    def __init__(self, windows: Sequence[Window], known: ScoreCache | None, signature: str) -> None:
        self._windows = windows
        self._known = known
        self._signature = signature

    def __len__(self) -> int:
        return len(self._windows)

    @overload
    def __getitem__(self, index: int) -> Window: ...

    @overload
    def __getitem__(self, index: slice) -> list[Window]: ...

    def __getitem__(self, index: int | slice) -> Window | list[Window]:
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        window = self._windows[index]
        if self._known is None:
            return window
        known = self._known.get_vectors(self._signature, window.shared_texts())
        return dataclasses.replace(window, embeddings=known)


def _error_spans(
    cells: Mapping[CellIndex, Sequence[ModelInput]],
    found: Mapping[ModelInput, CachedScore],
) -> dict[CellIndex, tuple[ErrorSpan, ...]] | None:
    if not any("error_spans" in score.detail for score in found.values()):
        return None
    return {
        cell: tuple(
            ErrorSpan(
                start, end, text, severity, confidence, None if input.reference is None else r
            )
            for r, input in enumerate(several)
            for start, end, text, severity, confidence in found[input].detail["error_spans"]
        )
        for cell, several in cells.items()
    }


def hash_files(files: Iterable[Path], *, cached: bool) -> tuple[str, list[str]]:
    """Return the SHA-256 of the content of files, and notes on the cache that remembers it.

    Raises:
        InputError: a file cannot be read.
    """
    cache = ScoreCache(cache_folder() if cached else None)
    try:
        content = sha256("".join(f"{cache.file_sha256(path)}\n" for path in files))
    finally:
        cache.close()
    return content, cache.notes
