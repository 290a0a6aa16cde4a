"""The class of mteval's own COMET checkpoint: matched tokens, and the MQM penalty they foretell.

Import it on use only: it needs unbabel-comet and torch, which take seconds to load.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from comet.models import str2model
from comet.models.base import CometModel
from comet.models.utils import Prediction
from torch.nn import functional

from mteval.metrics.base import Array
from mteval.metrics.lexical.sacrebleu_metrics import chrf, chrf_plus_plus

__all__ = [
    "CLASS_IDENTIFIER",
    "SURFACE_FEATURES",
    "WORST",
    "TokenMatchingMetric",
    "surface_mismatches",
]

CLASS_IDENTIFIER = "token_matching_metric"
SURFACE_FEATURES = ("chrF", "chrF++", "names", "numbers")

# MQM stops counting at 25 points a segment (Freitag et al. 2021).
WORST = 25.0
_ROUNDING = 1e-5
_UNTORN = 3
_FEW = 10
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CAPITALISED = re.compile(r"[^\W\d_][\w'’-]*")
# What the first word of a sentence, a quotation or a text follows.
_BEGINNING = re.compile(r"(?:^|[.!?:]['\"”’)]?\s+|[“\"(])\W*")


class TokenMatchingMetric(CometModel):  # type: ignore[misc]
    """Score a translation by how well its tokens match those of a reference; 1 is a full match.

    For every layer of the encoder that is used, each token of the translation is matched with the
    most similar one of the reference (mean over tokens: precision), and the other way round
    (recall), as BERTScore does (Zhang et al. 2020), tokens weighted by their rarity. Order is the
    share of neighbouring matches that are neighbours in the reference too (after the chunks of
    METEOR, Banerjee and Lavie 2005). What is lacking to 1 in these, in chrF, chrF++, names and
    numbers is averaged with fixed weights to a mismatch m in 0-1.

    For a reference of n tokens the expected MQM penalty is, before its cap, ``x = exp(scale) * n **
    length_power * m ** mismatch_power``, and the score ``exp(-x / 25)``. Beyond what is seen in
    translations, of mismatched tokens or of disorder, more points are added, the more the longer
    the reference, up to a full measure: such a text is no translation. So the score is in 0-1,
    higher is better, 1 exactly where nothing mismatches, and falls with every mismatch. It reads no
    source: the reference alone decides how much a mismatch costs.
    """

    def __init__(
        self,
        encoder_model: str = "BERT",
        pretrained_model: str = "encoder",
        layers: Sequence[int] = (3, 4),
        batch_size: int = 16,
        train_data: Sequence[str] = (),
        validation_data: Sequence[str] = (),
        load_pretrained_weights: bool = True,
        local_files_only: bool = False,
    ) -> None:
        super().__init__(
            nr_frozen_epochs=0,
            keep_embeddings_frozen=False,
            encoder_model=encoder_model,
            pretrained_model=pretrained_model,
            layer=max(layers),
            batch_size=batch_size,
            train_data=list(train_data),
            validation_data=list(validation_data),
            class_identifier=CLASS_IDENTIFIER,
            load_pretrained_weights=load_pretrained_weights,
            local_files_only=local_files_only,
        )
        self.save_hyperparameters()
        self.layers = tuple(layers)
        n_features = 2 * len(self.layers) + 1 + len(SURFACE_FEATURES)
        n_pieces = self.encoder.model.config.vocab_size
        self.token_weights = torch.nn.Parameter(torch.ones(n_pieces))
        self.feature_weights = torch.nn.Parameter(torch.full((n_features,), 1 / n_features))
        self.penalty = torch.nn.Parameter(torch.tensor([0.0, 1.0, 1.0]))
        # Of tokens and of order: the most mismatch of translations, and points beyond.
        self.limits = torch.nn.Parameter(torch.ones(2))
        self.slopes = torch.nn.Parameter(torch.zeros(2))

    def token_states(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Embed tokens, (n_texts, n), as unit vectors of shape (n_texts, n_layers, n, width)."""
        states = self.encoder(ids, mask)["all_layers"]
        stacked = torch.stack([states[layer] for layer in self.layers], 1)
        return functional.normalize(stacked.float(), dim=-1)

    def content(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the weight of each token, (n_texts, n_tokens); 0 for special ones and padding."""
        tokenizer = self.encoder.tokenizer
        special = (ids == tokenizer.cls_token_id) | (ids == tokenizer.sep_token_id)
        return self.token_weights[ids] * mask * ~special

    def n_tokens(self, weights: torch.Tensor) -> torch.Tensor:
        """Return how many tokens of each text have a weight in ``content``, (n_texts,)."""
        return (weights > 0).sum(1)

    def token_mismatches(
        self,
        states: torch.Tensor,
        weights: torch.Tensor,
        reference_states: torch.Tensor,
        reference_weights: torch.Tensor,
    ) -> torch.Tensor:
        """Compare the tokens of pairs of texts, shape (n_texts, 2 * n_layers + 1).

        Columns are 1 - precision of every layer, 1 - recall of every layer, and disorder. A side
        without tokens mismatches wholly, unless both are without.

        Args:
            states: of ``token_states``, for translations.
            weights: of ``content``.
            reference_states: for references.
            reference_weights: of ``content``.
        """
        here, there = weights > 0, reference_weights > 0
        both = here[:, :, None] & there[:, None]
        similarity = states @ reference_states.transpose(2, 3)
        # 0 is nothing alike; opposites are no less than that.
        found = similarity.masked_fill(~both[:, None], 0.0)
        neither = (~here.any(1) & ~there.any(1)).to(found.dtype)[:, None]
        precision = _mean(found.amax(3), weights) + neither
        recall = _mean(found.amax(2), reference_weights) + neither
        lacking = 1 - torch.cat([precision, recall], 1)
        disorder = _disorder(similarity.mean(1).masked_fill(~both, -2.0), both)
        # Rounding takes the similarity of a token with itself past 1.
        return torch.cat([lacking.clamp(0.0, 1.0), disorder[:, None]], 1)

    def mismatch(self, mismatches: torch.Tensor) -> torch.Tensor:
        """Average mismatches, shape (n_texts, n_features), to one in 0-1."""
        average = mismatches @ (self.feature_weights / self.feature_weights.sum())
        # What rounding leaves of a perfect match.
        return torch.where(average < _ROUNDING, torch.zeros_like(average), average)

    def estimate(self, mismatches: torch.Tensor, n_tokens: torch.Tensor) -> torch.Tensor:
        """Score mismatches, shape (n_texts, n_features), against references of so many tokens."""
        scale, length_power, mismatch_power = self.penalty
        length = n_tokens.clamp_min(1)
        points = scale.exp() * length**length_power * self.mismatch(mismatches) ** mismatch_power
        excess = (self.extremes(mismatches) - self.limits).clamp_min(0.0)
        return torch.exp(-(points + self.assurance(length) * (excess @ self.slopes)) / WORST)

    @staticmethod
    def assurance(n_tokens: torch.Tensor) -> torch.Tensor:
        """Return how far so many tokens of a reference support a judgement, in 0-1."""
        return n_tokens / (n_tokens + _FEW)

    def extremes(self, mismatches: torch.Tensor) -> torch.Tensor:
        """Return what marks texts that are no translation, (n_texts, 2): mismatch, disorder."""
        n_tokens = 2 * len(self.layers)
        return torch.stack([mismatches[:, :n_tokens].mean(1), mismatches[:, n_tokens]], dim=1)

    def forward(
        self,
        mt_input_ids: torch.Tensor,
        mt_attention_mask: torch.Tensor,
        ref_input_ids: torch.Tensor,
        ref_attention_mask: torch.Tensor,
        surface: torch.Tensor,
        **_: Any,
    ) -> Prediction:
        """Score a padded batch."""
        weights = self.content(mt_input_ids, mt_attention_mask)
        reference_weights = self.content(ref_input_ids, ref_attention_mask)
        tokens = self.token_mismatches(
            self.token_states(mt_input_ids, mt_attention_mask),
            weights,
            self.token_states(ref_input_ids, ref_attention_mask),
            reference_weights,
        )
        mismatches = torch.cat([tokens, surface], 1)
        return Prediction(score=self.estimate(mismatches, self.n_tokens(reference_weights)))

    def prepare_sample(self, sample: Sequence[dict[str, Any]], stage: str = "fit") -> Any:
        """Tokenize samples with mt and ref, and score where they are for training."""
        hypotheses = [str(one["mt"]) for one in sample]
        references = [str(one["ref"]) for one in sample]
        inputs: dict[str, torch.Tensor] = {}
        for name, texts in (("mt", hypotheses), ("ref", references)):
            prepared = self.encoder.prepare_sample(texts)
            inputs |= {f"{name}_{key}": value for key, value in prepared.items()}
        inputs["surface"] = torch.from_numpy(surface_mismatches(hypotheses, references)).float()
        if stage == "predict":
            return inputs
        return inputs, {"score": torch.tensor([float(one["score"]) for one in sample])}

    def requires_references(self) -> bool:
        """Return True: it compares with references."""
        return True

    def init_metrics(self) -> None:
        """Set up nothing: training/ evaluates."""

    def configure_optimizers(self) -> tuple[list[torch.optim.Optimizer], list[Any]]:
        """Optimise what may be trained with AdamW."""
        trained = [parameter for parameter in self.parameters() if parameter.requires_grad]
        return [torch.optim.AdamW(trained, lr=1e-5)], []

    def read_training_data(self, path: str) -> list[dict[str, Any]]:
        """Refuse: the recipe reads its own data."""
        raise NotImplementedError(f"{path}: train with the recipe, python -m training")

    def read_validation_data(self, path: str) -> list[dict[str, Any]]:
        """Refuse: the recipe reads its own data."""
        raise NotImplementedError(f"{path}: train with the recipe, python -m training")


def _mean(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Average values (n_texts, n_layers, n) by weights (n_texts, n); without any they give 0."""
    total = weights.sum(1, keepdim=True)
    return (values * weights[:, None]).sum(2) / torch.where(
        total > 0, total, torch.ones_like(total)
    )


def _disorder(similarity: torch.Tensor, both: torch.Tensor) -> torch.Tensor:
    """Return the share of matches that are torn from the one before, (n_texts,), in 0-1.

    A match is a pair of tokens each of which is most similar to the other. It is torn where the
    reference does not have it one or two tokens after the match before. Few matches tell little of
    the order, so that the share is taken as if three more were not torn.
    """
    forth, back = similarity.argmax(2), similarity.argmax(1)
    places = torch.arange(similarity.shape[1], device=similarity.device).expand_as(forth)
    matched = (back.gather(1, forth) == places) & both.any(2)
    # The match before each token: the greatest matched place that lies before it.
    last = torch.where(matched, places, -1).cummax(1).values
    before = torch.cat([torch.full_like(last[:, :1], -1), last[:, :-1]], 1)
    follows = matched & (before >= 0)
    step = forth - forth.gather(1, before.clamp_min(0))
    torn = follows & ((step < 1) | (step > 2))
    return torn.sum(1) / (follows.sum(1) + _UNTORN)


def surface_mismatches(hypotheses: Sequence[str], references: Sequence[str]) -> Array:
    """Compare pairs of texts as strings, shape (n_texts, 4), 0 equal to 1 nothing in common.

    Columns are 1 - chrF2 and 1 - chrF2++ of the segment (Popović 2015, 2017), and 1 - Dice of the
    names and of the numbers; names are words that are capitalised where no sentence begins.
    """
    # The statistics of chrF++ are those of chrF, and then those of words.
    short, long = chrf(), chrf_plus_plus()
    values = long.statistics(None, [references], [hypotheses]).values[0]
    columns = [
        1 - short.segment_score(values[:, : short.n_statistics]) / 100,
        1 - long.segment_score(values) / 100,
    ]
    for found in (_names, _numbers):
        columns.append(
            np.array(
                [
                    _dice_distance(found(one), found(other))
                    for one, other in zip(hypotheses, references, strict=True)
                ]
            )
        )
    return np.stack(columns, axis=1)


def _names(text: str) -> Counter[str]:
    beginnings = {match.end() for match in _BEGINNING.finditer(text)}
    return Counter(
        match[0].lower().removesuffix("'s").removesuffix("’s")
        for match in _CAPITALISED.finditer(text)
        if match[0][0].isupper() and match.start() not in beginnings
    )


def _numbers(text: str) -> Counter[str]:
    return Counter(match[0].replace(",", "") for match in _NUMBER.finditer(text))


def _dice_distance(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 1 - 2 * (one & other).total() / total if total else 0.0


str2model[CLASS_IDENTIFIER] = TokenMatchingMetric
