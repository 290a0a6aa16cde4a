"""COMET, through unbabel-comet: what is scored, what is remembered, what the reader is told.

Scores come from the cache where it has them, so that a warm run loads no torch; the rest are
computed by ``comet_model`` in windows of segments, each kept as soon as it is done.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mteval.errors import MismatchError, MissingPackageError, UnavailableError, UsageError
from mteval.io.hashing import sha256
from mteval.io.store import CachedScore, ScoreCache, cache_folder
from mteval.languages.detect import identify_language
from mteval.metrics.base import Array, ErrorSpan, Flag, Metric, Place, Progress, Statistics, mean
from mteval.metrics.comet.checkpoints import DEFAULT_MODEL, STANDARD_MODEL, ModelFiles, find_model
from mteval.metrics.comet.model import CometModel, Scored, Unit
from mteval.metrics.learned.chunks import Limits, split_aligned

if TYPE_CHECKING:
    from tokenizers import Encoding

    from mteval.executor import Executor

__all__ = ["DEVICES", "LONG_INPUTS", "PRECISIONS", "Comet", "comet"]

LONG_INPUTS = ("split", "truncate")
PRECISIONS = ("fp32", "bf16", "fp16")
DEVICES = ("auto", "cpu", "cuda", "mps")

# What decides a score beside the model: the packages that compute it.
_PACKAGES = ("unbabel-comet", "torch", "transformers", "tokenizers")
# Goes up whenever a score changes that mteval itself makes: splitting, pooling, error spans, and
# what TokenMatchingMetric computes.
_REVISION = 1
# A chunk tokenized alone may have some tokens more than it had within its text; tried in turn.
_MARGINS = (4, 16, 64)
# unbabel-comet's issues 103 and 122; 2.2.7 does it in modules/layerwise_attention.py.
_LAYER_NORM_NOTE = (
    "the COMET checkpoint normalises layers (layer_norm: true): releases of unbabel-comet before "
    "2023 did that over the whole batch, so that published scores of it changed with the batch; "
    "here each segment is normalised alone, as unbabel-comet does now"
)


_GRADES = {
    "small": "a model of mteval's own",
    "published": "a model of its publishers, as they evaluate it",
    "ungraded": "mteval does not know how well it agrees with experts",
}


class _Plan(NamedTuple):
    """Say how a unit is scored: as which chunks, with which weights, and what was too long."""

    chunks: list[Unit]
    weights: list[int]
    starts: list[int]  # of each chunk in the hypothesis, in characters
    excess: dict[str, Any]  # where something is too long: tokens, limit, whether together, cut


class Comet(Metric):
    """COMET: a learned score of a hypothesis, higher is better, unbounded (mostly 0-1).

    Statistics (k = 2): the score, 1; so the score of any sum is a mean over segments, as
    comet-score reports it. Against several references a segment has the mean of its scores
    against each.

    Args:
        files: the model.
        long_inputs: split what the encoder cannot take whole, or truncate it as comet-score does.
        precision: fp32, bf16 or fp16.
        cached: whether scores are kept on disk.
        device: auto, cpu, cuda or mps.
    """

    def __init__(
        self,
        files: ModelFiles,
        *,
        long_inputs: str = "split",
        precision: str = "fp32",
        cached: bool = True,
        device: str = "auto",
    ) -> None:
        self._files = files
        self._long_inputs = long_inputs
        self._precision = precision
        self._device = device
        self._folder = cache_folder() if cached else None
        cache = ScoreCache(self._folder)
        try:
            content = sha256(
                "".join(f"{cache.file_sha256(path)}\n" for path in files.decisive_files())
            )
        finally:
            cache.close()
        # What decides the score of a unit besides its texts. For the cache the content of the model
        # counts, and not the name of the folder that it lies in.
        decisive = [
            f"hash:{content[:12]}",
            f"class:{files.kind}",
            f"precision:{precision}",
            f"long:{long_inputs}",
            f"rev:{_REVISION}",
            *(f"{package.removeprefix('unbabel-')}:{version(package)}" for package in _PACKAGES),
        ]
        self._cache_signature = "|".join(decisive)
        self._named_signature = f"model:{files.name}|grade:{files.grade}|{self._cache_signature}"
        self._notes = list(cache.notes)
        if files.normalises_layers:
            self._notes.append(_LAYER_NORM_NOTE)

    @property
    def n_statistics(self) -> int:
        """Count the statistics of a segment (k)."""
        return 2

    def score(self, sums: Array) -> Array:
        """Average summed statistics (..., 2) as (...)."""
        return mean(sums)

    def signature(self, n_references: int) -> str:
        """Name the model and its content, the precision, the policies and the versions.

        The fields are those of sacreCOMET (Zouhar et al. 2024) and what else changes a score.
        """
        read = n_references if self._files.reads_reference else 0
        fields = [f"nrefs:{read}", *(["refs:mean"] if read > 1 else []), self._named_signature]
        return "|".join(fields)

    @property
    def variant(self) -> str:
        """Name the model, without its owner, and its grade."""
        return f"{self._files.name.rpartition('/')[2]}, {self._files.grade}"

    @property
    def model(self) -> str:
        """Name the model with its owner."""
        return self._files.name

    @property
    def footnote(self) -> str:
        """Name the model and its grade, and say how to use the one that the field reports."""
        files = self._files
        said = (
            f"COMET is {files.name}, grade {files.grade}: {files.evidence or _GRADES[files.grade]}"
        )
        if files.name == STANDARD_MODEL:
            return said
        return (
            f"{said}. Its scores do not compare with those of other models; for "
            f"{STANDARD_MODEL}, run `mteval models fetch {STANDARD_MODEL}` once and add "
            f"--comet-model {STANDARD_MODEL}"
        )

    def statistics(
        self,
        sources: Sequence[str] | None,
        references: Sequence[Sequence[str]],
        systems: Sequence[Sequence[str | None]],
        progress: Progress | None = None,
        executor: Executor | None = None,  # noqa: ARG002 - its batches run in this process
    ) -> Statistics:
        """Compute statistics of shape (n_systems, n_segments, 2); see Metric.

        Raises:
            UnavailableError: the model reads sources or references, and there are none.
            MismatchError: the columns differ in length.
            InputError: the checkpoint cannot be loaded.
        """
        units = self._units(sources, references, systems)
        distinct = list(dict.fromkeys(unit for several in units.values() for unit in several))
        self._check_language(references)
        cache = ScoreCache(self._folder)
        try:
            found = cache.get(self._cache_signature, distinct)
            missing = [unit for unit in distinct if unit not in found]
            if missing:
                found |= self._compute(missing, cache, progress)
        finally:
            cache.close()
        values = np.zeros((len(systems), len(systems[0]), 2))
        broken = 0
        for place, several in units.items():
            score = float(np.mean([found[unit].score for unit in several]))
            broken += not math.isfinite(score)
            values[place] = (score if math.isfinite(score) else math.nan), 1.0
        notes = [*self._notes, *cache.notes]
        if broken:
            notes.append(
                f"warning: COMET gave no number for {broken} segments in {self._precision}; their "
                "scores and those of their systems are missing"
                + ("" if self._precision == "fp32" else " (try --precision fp32)")
            )
        return Statistics(
            values,
            flags=self._flags(units, found),
            notes=tuple(dict.fromkeys(notes)),
            error_spans=_error_spans(units, found),
        )

    def _check_language(self, references: Sequence[Sequence[str]]) -> None:
        """Refuse references in a language that the model was not made for."""
        wanted = self._files.target_language
        if wanted is None:
            return
        for found in map(identify_language, references):
            if found is None or found == wanted:
                continue
            raise UnavailableError(
                f"the COMET model {self._files.name} judges translations into {wanted} only, and "
                f"the references are in {found} (ISO 639-1); name a model for {found} with "
                f"--comet-model, such as {STANDARD_MODEL}"
            )

    def _units(
        self,
        sources: Sequence[str] | None,
        references: Sequence[Sequence[str]],
        systems: Sequence[Sequence[str | None]],
    ) -> dict[Place, list[Unit]]:
        """List what is scored for each hypothesis: one unit a reference, segment by segment."""
        name = self._files.name
        if self._files.reads_source and sources is None:
            raise UnavailableError(
                f"the COMET model {name} reads the source and there is none; give it with -s, or "
                "as <document>.zh.txt"
            )
        if self._files.needs_reference and not references:
            raise UnavailableError(
                f"the COMET model {name} compares with references and there are none; give some "
                "with -r, or use a reference-free model (see: mteval models)"
            )
        read_sources = sources if self._files.reads_source else None
        columns: Sequence[Sequence[str] | None] = (
            references if references and self._files.reads_reference else [None]
        )
        lengths = {len(column) for column in (*references, *systems, *filter(None, [sources]))}
        if len(lengths) > 1:
            raise MismatchError(
                f"columns have {' and '.join(map(str, sorted(lengths)))} segments; sources, "
                "references and hypotheses must be aligned"
            )
        return {
            (s, i): [
                Unit(
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
        self, units: Sequence[Unit], cache: ScoreCache, progress: Progress | None
    ) -> dict[Unit, CachedScore]:
        """Score units window by window, keeping each window as soon as it is done."""
        model = CometModel(self._files, precision=self._precision, device=self._device)
        to_come = Counter(text for unit in units for text in unit.texts())
        computed: dict[Unit, CachedScore] = {}
        for window in _windows(units, model.window_characters):
            done = len(computed)

            def report(share: float, done: int = done, size: int = len(window)) -> None:
                if progress is not None:
                    progress(done + int(share * (size - 1)), len(units))

            # A further system meets the same sources and references, so theirs are kept too.
            shared = {text for unit in window for text in (unit.source, unit.reference) if text}
            if model.embeds_texts:
                known = cache.get_vectors(self._cache_signature, shared)
                model.add_embeddings(known)
            scored = self._score_window(model, window, report)
            cache.put(self._cache_signature, scored, self._named_signature)
            if model.embeds_texts:
                cache.put_vectors(self._cache_signature, model.embeddings(shared.difference(known)))
            computed.update(scored)
            for text in (text for unit in window for text in unit.texts()):
                to_come[text] -= 1
                if not to_come[text]:
                    del to_come[text]
            model.keep_embeddings(to_come)
            if progress is not None:
                progress(len(computed), len(units))
        return computed

    def _score_window(
        self, model: CometModel, units: Sequence[Unit], report: Callable[[float], None]
    ) -> dict[Unit, CachedScore]:
        encodings = model.tokenize([text for unit in units for text in unit.texts()])
        plans = [self._plan(model, unit, encodings) for unit in units]
        chunks = list(dict.fromkeys(chunk for plan in plans for chunk in plan.chunks))
        found = dict(zip(chunks, model.score(chunks, encodings, report), strict=True))
        return {
            unit: _pooled(plan, [found[chunk] for chunk in plan.chunks], self._files.adds_penalties)
            for unit, plan in zip(units, plans, strict=True)
        }

    def _plan(self, model: CometModel, unit: Unit, encodings: dict[str, Encoding]) -> _Plan:
        """Decide how a unit is scored, and tokenize the chunks of one that is too long."""
        limits = model.content_limits(unit)
        counts = [model.count(encodings[text]) for text in unit.texts()]
        if limits.allow(counts):
            return _Plan([unit], [1], [0], {})
        alone = max(counts) > limits.each
        excess = {
            "tokens": max(counts) if alone else sum(counts),
            "limit": limits.each if alone else limits.together,
            "together": not alone,
            "cut": self._long_inputs == "truncate",
        }
        if excess["cut"]:
            return _Plan([unit], [1], [0], excess)
        texts = unit.texts()
        tokens = [model.content_tokens(encodings[text]) for text in texts]
        for margin in _MARGINS:
            smaller = Limits(limits.each - margin, limits.together - margin * len(texts))
            spans = split_aligned(texts, tokens, smaller)
            if spans is None:
                continue
            chunks = [unit.cut(ranges) for ranges in spans]
            encodings |= model.tokenize([text for chunk in chunks for text in chunk.texts()])
            if all(
                limits.allow([model.count(encodings[text]) for text in chunk.texts()])
                for chunk in chunks
            ):
                break
        else:
            return _Plan([unit], [1], [0], excess | {"cut": True})
        # By the source, or the reference: how much a chunk counts is not for the system to say.
        by = 0 if unit.source is not None else len(texts) - 1
        weights = [
            sum(start <= a < end for a, _ in tokens[by]) for start, end in (s[by] for s in spans)
        ]
        hypothesis = 0 if unit.source is None else 1
        starts = [ranges[hypothesis][0] for ranges in spans]
        return _Plan(chunks, weights if any(weights) else [1] * len(chunks), starts, excess)

    def _flags(
        self,
        units: Mapping[Place, Sequence[Unit]],
        found: Mapping[Unit, CachedScore],
    ) -> tuple[Flag, ...]:
        long = {
            place: found[unit].detail
            for place, several in units.items()
            for unit in several
            if "limit" in found[unit].detail
        }
        limits = " or ".join(
            f"{limit} tokens {'for all texts together' if together else 'a text'}"
            for limit, together in sorted({(d["limit"], d["together"]) for d in long.values()})
        )
        flags = []
        for cut, name, how in (
            (
                False,
                "comet-split",
                "scored in aligned chunks, their scores "
                + ("multiplied" if self._files.adds_penalties else "pooled by their length"),
            ),
            (True, "comet-truncated", "scored without what is beyond, as comet-score does"),
        ):
            places = {
                place: f"{detail['tokens']} tokens"
                for place, detail in long.items()
                if detail["cut"] == cut
            }
            if places:
                meaning = f"longer than the COMET model takes ({limits}), {how}"
                flags.append(Flag(name, meaning, places))
        return tuple(flags)


def _windows(units: Sequence[Unit], characters: int) -> Iterator[list[Unit]]:
    """Part units into runs with about so many characters of distinct texts."""
    window: list[Unit] = []
    texts: set[str] = set()
    size = 0
    for unit in units:
        new = [text for text in unit.texts() if text not in texts]
        # The references of one hypothesis stay together, as joint models share sequences there.
        if window and size > characters and unit[:2] != window[-1][:2]:
            yield window
            window, texts, size = [], set(), 0
            new = list(unit.texts())
        window.append(unit)
        texts.update(new)
        size += sum(map(len, new))
    if window:
        yield window


def _pooled(plan: _Plan, scored: Sequence[Scored], multiplied: bool) -> CachedScore:
    """Make one score of those of the chunks: multiplied, or averaged by their lengths."""
    if multiplied:
        score = math.prod(one.score for one in scored)
    else:
        total = sum(plan.weights)
        score = sum(w * one.score for w, one in zip(plan.weights, scored, strict=True)) / total
    detail: dict[str, Any] = dict(plan.excess)
    if any(one.error_spans is not None for one in scored):
        detail["error_spans"] = [
            [span.start + start, span.end + start, span.text, span.severity, span.confidence]
            for start, one in zip(plan.starts, scored, strict=True)
            for span in one.error_spans or ()
        ]
    return CachedScore(score, detail)


def _error_spans(
    units: Mapping[Place, Sequence[Unit]],
    found: Mapping[Unit, CachedScore],
) -> dict[Place, tuple[ErrorSpan, ...]] | None:
    if not any("error_spans" in score.detail for score in found.values()):
        return None
    return {
        place: tuple(
            ErrorSpan(start, end, text, severity, confidence, None if unit.reference is None else r)
            for r, unit in enumerate(several)
            for start, end, text, severity, confidence in found[unit].detail["error_spans"]
        )
        for place, several in units.items()
    }


def comet(
    model: str | None = None,
    long_inputs: str = "split",
    precision: str = "fp32",
    cache: bool = True,
    device: str = "auto",
) -> Metric:
    """Build COMET with a model on this machine.

    Args:
        model: name, folder or .ckpt file; mteval/comet-mini-en by default.
        long_inputs: split or truncate.
        precision: fp32, bf16 or fp16.
        cache: whether segment scores are kept on disk.
        device: auto, cpu, cuda or mps.

    Raises:
        MissingPackageError: unbabel-comet is not installed.
        UnavailableError: the model is not on this machine.
        InputError: the model's files cannot be used.
        UsageError: an option has a value that it cannot have.
    """
    for option, value, values in (
        ("long-inputs", long_inputs, LONG_INPUTS),
        ("precision", precision, PRECISIONS),
        ("device", device, DEVICES),
    ):
        if value not in values:
            raise UsageError(f"--{option} is {value!r}; choose from {', '.join(values)}")
    try:
        for package in _PACKAGES:
            version(package)
    except PackageNotFoundError as error:
        raise MissingPackageError(
            f"COMET needs the package {error.name}, which is not installed; install it with: "
            "pip install 'mteval-toolkit[comet]'"
        ) from None
    return Comet(
        find_model(model or DEFAULT_MODEL),
        long_inputs=long_inputs,
        precision=precision,
        cached=cache,
        device=device,
    )
