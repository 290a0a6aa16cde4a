"""COMET, through unbabel-comet: which model, what its scores are worth, what it must be given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

import numpy as np

from mteval.metrics.base import Metric
from mteval.metrics.comet.checkpoints import find_model
from mteval.metrics.comet.kinds import load_model
from mteval.metrics.comet.known_models import DEFAULT_MODEL, STANDARD_MODEL
from mteval.metrics.comet.model import CometModel
from mteval.metrics.comet.model_files import ModelFiles
from mteval.metrics.comet.spec import COMET
from mteval.metrics.learned.metric import LearnedMetric, ModelFacts, hash_files
from mteval.metrics.options import check_options

__all__ = ["Comet", "CometReference", "comet"]

# Goes up whenever a score changes that mteval itself makes: splitting, pooling, error spans, and
# what TokenMatchingMetric computes.
_REVISION = 1
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


@dataclass(frozen=True)
class CometReference:
    """What a worker loads a COMET model by."""

    files: ModelFiles = field(hash=False)  # it holds a mapping
    precision: str
    device: str

    def load(self) -> CometModel:
        """Return the model, loaded.

        Raises:
            InputError: the checkpoint is broken, hostile or incomplete.
            UnavailableError: unbabel-comet is not installed, or the device is not there.
        """
        return load_model(self.files, precision=self.precision, device=self.device)


class Comet(LearnedMetric):
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
        self._precision = precision
        content, notes = hash_files(files.decisive_files(), cached=cached)
        # What decides the score of an input besides its texts. For the cache the content of the
        # model counts, and not the name of the folder that it lies in.
        packages = (COMET.package, *COMET.versions)
        decisive = [
            f"hash:{content[:12]}",
            f"class:{files.kind}",
            f"precision:{precision}",
            f"long:{long_inputs}",
            f"rev:{_REVISION}",
            *(f"{package.removeprefix('unbabel-')}:{version(package)}" for package in packages),
        ]
        signature = "|".join(decisive)
        facts = ModelFacts(
            title=f"the COMET model {files.name}",
            reads_source=files.reads_source,
            reads_reference=files.reads_reference,
            needs_reference=files.needs_reference,
            embeds_texts=files.embeds_texts,
            multiplies_chunks=files.adds_penalties,
            signature=signature,
            shown_signature=f"model:{files.name}|grade:{files.grade}|{signature}",
            without_references=", or use a reference-free model (see: mteval models)",
            target_language=files.target_language,
            other_language=f"name a model for {{}} with --comet-model, such as {STANDARD_MODEL}",
        )
        super().__init__(
            COMET.label,
            CometReference(files, precision, device),
            facts,
            split=long_inputs == "split",
            cached=cached,
            notes=[*notes, *([_LAYER_NORM_NOTE] if files.normalises_layers else [])],
        )

    def signature(self, n_references: int) -> str:
        """Return the model and its content, the precision, the policies and the versions.

        The fields are those of sacreCOMET (Zouhar et al. 2024) and what else changes a score.
        """
        read = n_references if self._files.reads_reference else 0
        pooled = ["refs:mean"] if read > 1 else []
        return "|".join([f"nrefs:{read}", *pooled, self._facts.shown_signature])

    @property
    def variant(self) -> str:
        """The model, without its owner, and its grade."""
        return f"{self._files.name.rpartition('/')[2]}, {self._files.grade}"

    @property
    def model(self) -> str:
        """The model with its owner."""
        return self._files.name

    @property
    def footnote(self) -> str:
        """The model and its grade, and how to use the one that the field reports."""
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

    def _pool_references(self, scores: Sequence[float]) -> float:
        return float(np.mean(scores))

    def _advice_on_broken_scores(self) -> str:
        again = "" if self._precision == "fp32" else " (try --precision fp32)"
        return f" in {self._precision}; their scores and those of their systems are missing{again}"


def comet(
    model: str | None = None,
    long_inputs: str = "split",
    precision: str = "fp32",
    cache: bool = True,
    device: str = "auto",
) -> Metric:
    """Return COMET with a model on this machine.

    Args:
        model: name, folder or .ckpt file; mteval/comet-mini-en by default.
        long_inputs: split or truncate.
        precision: fp32, bf16 or fp16.
        cache: whether segment scores are kept on disk.
        device: auto, cpu, cuda or mps.

    Raises:
        UnavailableError: the model is not on this machine.
        InputError: the model's files cannot be used.
        UsageError: an option has a value that it cannot have.
    """
    given = {"long_inputs": long_inputs, "precision": precision, "device": device}
    check_options(COMET.name, COMET.options, given)
    return Comet(
        find_model(model or DEFAULT_MODEL),
        long_inputs=long_inputs,
        precision=precision,
        cached=cache,
        device=device,
    )
