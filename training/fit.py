"""What is fitted: rarity of tokens, weights of features, the penalty, what translates at all."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.optimize import least_squares

from mteval.metrics.comet.token_matching import WORST, TokenMatchingMetric, surface_mismatches
from training.data import Judgements

__all__ = ["Fitted", "Surface", "Texts", "features_of", "fit", "garbage", "install", "rarity"]

Array = npt.NDArray[np.float64]
# Half of what plain idf does: both BERTScore without and with idf are used (Zhang et al. 2020).
_RARITY_POWER = 0.5
_BATCH_TOKENS = 4096
# Share of real translations that the limits leave alone.
_WITHIN_LIMITS = 0.999
# What half of what is garbage loses, in MQM points: all that there are.
_GARBAGE_POINTS = WORST


@dataclass
class Fitted:
    """Hold what one fit found; see TokenMatchingMetric."""

    token_weights: torch.Tensor
    feature_weights: Array
    penalty: Array
    limits: Array
    slopes: Array


class Surface:
    """Compare pairs of texts as strings, each pair once, whatever the encoder."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Array] = {}

    def compare(self, pairs: Sequence[tuple[str, str]]) -> Array:
        """Give ``surface_mismatches`` of pairs, (n, 4)."""
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._found]
        if new:
            found = surface_mismatches([one for one, _ in new], [other for _, other in new])
            self._found |= dict(zip(new, found, strict=True))
        return np.stack([self._found[pair] for pair in pairs])


class Texts:
    """Embed texts once and compare pairs of them as often as token weights change."""

    def __init__(self, model: TokenMatchingMetric, texts: Iterable[str], surface: Surface) -> None:
        self.model = model
        self._surface = surface
        self._tokenizer = model.encoder.tokenizer
        limit = model.encoder.max_positions - 2
        distinct = list(dict.fromkeys(texts))
        encoded = self._tokenizer(distinct, truncation=True, max_length=limit)["input_ids"]
        self.ids = dict(zip(distinct, map(torch.tensor, encoded), strict=True))
        self._states: dict[str, torch.Tensor] = {}
        order = sorted(distinct, key=lambda text: -len(self.ids[text]))
        start = 0
        with torch.inference_mode():
            while start < len(order):
                longest = len(self.ids[order[start]])
                batch = order[start : start + max(1, _BATCH_TOKENS // longest)]
                ids = torch.nn.utils.rnn.pad_sequence(
                    [self.ids[text] for text in batch],
                    batch_first=True,
                    padding_value=self._tokenizer.pad_token_id,
                )
                mask = (ids != self._tokenizer.pad_token_id).long()
                for text, row in zip(batch, model.token_states(ids, mask), strict=True):
                    self._states[text] = row[:, : len(self.ids[text])].half()
                start += len(batch)

    def compare(
        self, hypotheses: Sequence[str], references: Sequence[str], weights: torch.Tensor
    ) -> Array:
        """Compute all features of pairs with these token weights, (n, n_features)."""
        pairs = list(zip(hypotheses, references, strict=True))
        rows = []
        with torch.no_grad():
            self.model.token_weights.copy_(weights)
            for pair in pairs:
                inputs: list[torch.Tensor] = []
                for text in pair:
                    ids = self.ids[text][None]
                    inputs += [
                        self._states[text].float()[None],
                        self.model.content(ids, torch.ones_like(ids)),
                    ]
                rows.append(self.model.token_mismatches(*inputs)[0].double().numpy())
        return np.concatenate([np.stack(rows), self._surface.compare(pairs)], axis=1)

    def score(self, fitted: Fitted, features: Array, n_tokens: Array) -> Array:
        """Score features, (n, n_features), with what was fitted; (n,) in 0-1."""
        install(self.model, fitted)
        with torch.no_grad():
            found = self.model.estimate(
                torch.from_numpy(features).float(), torch.from_numpy(n_tokens).float()
            )
        return np.asarray(found.double().numpy())

    def extremes(self, features: Array) -> Array:
        """Pick what the limits are for, (n, 2); see TokenMatchingMetric."""
        return np.asarray(self.model.extremes(torch.from_numpy(features)).numpy())

    def n_tokens(self, references: Sequence[str]) -> Array:
        """Count the tokens of references, special ones apart, shape (n,)."""
        return np.array([len(self.ids[text]) - 2 for text in references], dtype=np.float64)


def rarity(model: TokenMatchingMetric, references: Iterable[str]) -> torch.Tensor:
    """Weigh pieces by how few of these texts they are in, shape (n_pieces,), above 0."""
    distinct = list(dict.fromkeys(references))
    counts: Counter[int] = Counter()
    for ids in model.encoder.tokenizer(distinct)["input_ids"]:
        counts.update(set(ids))
    found = torch.tensor([counts[piece] for piece in range(len(model.token_weights))])
    idf = torch.log((len(distinct) + 1) / (found.double() + 0.5))
    return (idf**_RARITY_POWER).float()


def garbage(sources: Sequence[str], references: Sequence[str], seed: int) -> list[tuple[str, str]]:
    """Make texts that translate nothing, each with the reference it is held against.

    Of every reference: nothing, its source left as it is, its words in another order, and the
    reference of another segment.
    """
    chance = random.Random(seed)
    pairs: list[tuple[str, str]] = []
    distinct = dict(zip(references, sources, strict=True))
    for reference, source in distinct.items():
        words = reference.split()
        shuffled = words[:]
        chance.shuffle(shuffled)
        other = chance.choice(references)
        texts = ["", source, " ".join(shuffled)] if shuffled != words else ["", source]
        pairs += [(text, reference) for text in [*texts, other] if text != reference]
    return pairs


def features_of(texts: Texts, judgements: Judgements, weights: torch.Tensor) -> Array:
    """Compare all judged translations with their references, (n, n_features)."""
    return texts.compare(judgements.hypotheses, judgements.references, weights)


def fit(
    texts: Texts,
    judgements: Judgements,
    features: Array,
    weights: torch.Tensor,
    rows: npt.NDArray[np.bool_],
    pairs: Sequence[tuple[str, str]],
) -> Fitted:
    """Fit on some rows.

    Args:
        texts: embedded by the tuned encoder.
        judgements: all of them.
        features: of all of them, with token weights of these rows.
        weights: those token weights.
        rows: what may be looked at.
        pairs: ``garbage`` of these rows.
    """
    here = features[rows]
    # Each feature counts by how little it varies, so that all sway the order alike: what weights
    # fitted to the order of translations within a source do, is no better on data not seen.
    deviations = here.std(axis=0)
    feature_weights = (1 / deviations) / (1 / deviations).sum()
    mismatch = np.maximum(here @ feature_weights, 1e-6)
    n_tokens = texts.n_tokens([judgements.references[i] for i in np.flatnonzero(rows)])
    observed = -judgements.mqm[rows]

    def residuals(penalty: Array) -> Array:
        scale, length_power, mismatch_power = penalty
        points = np.exp(scale) * n_tokens**length_power * mismatch**mismatch_power
        return np.asarray(WORST * (1 - np.exp(-points / WORST)) - observed)

    penalty = least_squares(residuals, np.array([0.0, 1.0, 1.0])).x
    bad = texts.compare([one for one, _ in pairs], [other for _, other in pairs], weights)
    extremes, bad_extremes = texts.extremes(here), texts.extremes(bad)
    limits = np.quantile(extremes, _WITHIN_LIMITS, axis=0)
    excess = np.maximum(bad_extremes - limits, 0.0)
    lengths = torch.from_numpy(texts.n_tokens([reference for _, reference in pairs]))
    assured = texts.model.assurance(lengths).numpy()
    slopes = np.array(
        [_GARBAGE_POINTS / np.median((assured * e)[e > 0]) for e in excess.T], dtype=np.float64
    )
    return Fitted(weights, feature_weights, penalty, limits, slopes)


def install(model: TokenMatchingMetric, fitted: Fitted) -> None:
    """Put what was fitted into a model."""

    def tensor(values: Any) -> torch.Tensor:
        return torch.as_tensor(values, dtype=torch.float32)

    with torch.no_grad():
        model.token_weights.copy_(tensor(fitted.token_weights))
        model.feature_weights.copy_(tensor(fitted.feature_weights))
        model.penalty.copy_(tensor(fitted.penalty))
        model.limits.copy_(tensor(fitted.limits))
        model.slopes.copy_(tensor(fitted.slopes))
