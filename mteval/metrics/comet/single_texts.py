"""COMET models that embed each text alone: regression, referenceless, token matching."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mteval.metrics.comet.model import CometModel
from mteval.metrics.learned.inputs import Floats, ModelInput, Scored

if TYPE_CHECKING:
    import torch
    from tokenizers import Encoding

__all__ = ["EmbeddingModel", "TokenMatchingModel"]

# Inputs scored by the estimator at once.
_ESTIMATES = 4096


class EmbeddingModel(CometModel):
    """Embeds each text as one vector, and estimates a score from those of an input."""

    embeds_texts = True

    def score(
        self,
        inputs: Sequence[ModelInput],
        encodings: Mapping[str, Encoding],
        progress: Callable[[float], None],
    ) -> list[Scored]:
        """Return the score of each input; texts over the limit are cut as unbabel-comet does."""
        with self._torch.inference_mode():
            self._embed_missing(inputs, encodings, self._embed, progress)
            return [
                scored
                for start in range(0, len(inputs), _ESTIMATES)
                for scored in self._estimate(inputs[start : start + _ESTIMATES])
            ]

    def _embed(self, sequences: list[list[int]]) -> Iterable[Floats]:
        found = self._library.compute_sentence_embedding(*self._batches.padded(sequences))
        return (row.copy() for row in found.float().cpu().numpy())

    def _estimate(self, inputs: Sequence[ModelInput]) -> list[Scored]:
        torch = self._torch
        columns = [
            torch.from_numpy(np.stack([self._embeddings[text] for text in column]))
            for column in zip(*(input.texts() for input in inputs), strict=True)
        ]
        features = _features(torch, [column.to(self._device) for column in columns])
        found = self._library.estimator(features).view(-1).cpu().double().tolist()
        return [Scored(score, None) for score in found]


def _features(torch: Any, columns: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return what the estimator reads, of embeddings (n, width) each, as unbabel-comet does.

    Columns are source, hypothesis and, for the regression class, reference
    (regression_metric.py ``estimate``; referenceless.py ``forward``).
    """
    source, hypothesis = columns[0], columns[1]
    of_source = (hypothesis * source, torch.abs(hypothesis - source))
    if len(columns) == 2:
        return torch.cat((hypothesis, source, *of_source), dim=1)
    reference = columns[2]
    of_reference = (hypothesis * reference, torch.abs(hypothesis - reference))
    return torch.cat((hypothesis, reference, *of_reference, *of_source), dim=1)


class TokenMatchingModel(CometModel):
    """Embeds each text token by token, and scores how the tokens of two texts match.

    A score is exp(-penalty), so that those of chunks multiply.
    """

    multiplies_chunks = True

    def score(
        self,
        inputs: Sequence[ModelInput],
        encodings: Mapping[str, Encoding],
        progress: Callable[[float], None],
    ) -> list[Scored]:
        """Return the score of each input; texts over the limit are cut as unbabel-comet does."""
        with self._torch.inference_mode():
            self._embed_missing(inputs, encodings, self._embed, progress)
            return self._match(inputs, encodings)

    def _embed(self, sequences: list[list[int]]) -> Iterable[Floats]:
        found = self._library.token_states(*self._batches.padded(sequences))
        rows = zip(found.float().cpu().numpy(), sequences, strict=True)
        return (row[:, : len(sequence)].copy() for row, sequence in rows)

    def _match(
        self, inputs: Sequence[ModelInput], encodings: Mapping[str, Encoding]
    ) -> list[Scored]:
        from mteval.metrics.comet.token_matching import surface_mismatches

        torch = self._torch
        rows, lengths = [], []
        for input in inputs:
            sides: list[Any] = []
            for text in input.texts():
                ids = torch.tensor([self._cut(encodings[text].ids)], device=self._device)
                states = torch.from_numpy(self._embeddings[text])[None].to(self._device)
                sides += [states, self._library.content(ids, torch.ones_like(ids))]
            rows.append(self._library.token_mismatches(*sides))
            lengths.append(self._library.n_tokens(sides[-1]))
        hypotheses, references = zip(*(input.texts() for input in inputs), strict=True)
        surface = torch.from_numpy(surface_mismatches(hypotheses, references)).float()
        mismatches = torch.cat([torch.cat(rows), surface.to(self._device)], 1)
        found = self._library.estimate(mismatches, torch.cat(lengths))
        return [Scored(score, None) for score in found.cpu().double().tolist()]

    def _heads(self) -> list[Any]:
        """Return no module: the library's class widens what it computes with by itself."""
        return []
