"""COMET models that read hypothesis, source and reference as one sequence: unified, xCOMET."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mteval.metrics.base import ErrorSpan
from mteval.metrics.comet.error_spans import decode_spans
from mteval.metrics.comet.model import CometModel
from mteval.metrics.learned.chunks import Limits
from mteval.metrics.learned.inputs import Floats, ModelInput, Scored

if TYPE_CHECKING:
    import torch
    from tokenizers import Encoding

__all__ = ["JointModel", "XCometModel"]

# xCOMET's severities as MQM points, and the most that count (Guerreiro et al. 2023).
_MQM_POINTS = {"minor": 1, "major": 5, "critical": 10}
_MQM_WORST = 25

# The texts of a sequence.
_Texts = tuple[str, ...]


@dataclass
class _Read:
    """What the model found in sequences: scores, and label probabilities (n_tokens, n_labels)."""

    scores: dict[_Texts, float] = field(default_factory=dict)
    labels: dict[_Texts, Floats] = field(default_factory=dict)


class JointModel(CometModel):
    """Reads an input as one sequence, or as three where there are source and reference."""

    batches_a_window = 10

    def content_limits(self, input: ModelInput) -> Limits:
        """Return how many tokens, special ones apart, the texts of an input may have."""
        alone = self._n_specials
        pair: int = self._tokenizer.num_special_tokens_to_add(is_pair=True)
        between = (len(input.texts()) - 1) * (pair - alone)
        return Limits(self.text_limit - alone, self.sequence_limit - alone - between)

    def score(
        self,
        inputs: Sequence[ModelInput],
        encodings: Mapping[str, Encoding],
        progress: Callable[[float], None],
    ) -> list[Scored]:
        """Return the score of each input; long sequences are cut as unbabel-comet does."""
        sequences_of = [_sequences(input) for input in inputs]
        distinct = list(dict.fromkeys(one for several in sequences_of for one in several))
        with self._torch.inference_mode():
            read = self._read(distinct, encodings, progress)
            return [
                self._combine(input, encodings[input.hypothesis], several, read)
                for input, several in zip(inputs, sequences_of, strict=True)
            ]

    def _read(
        self,
        sequences: Sequence[_Texts],
        encodings: Mapping[str, Encoding],
        progress: Callable[[float], None],
    ) -> _Read:
        """Run the model over distinct sequences."""
        ids = {text: self._cut(encoding.ids) for text, encoding in encodings.items()}
        joined = [self._joined([ids[text] for text in texts]) for texts in sequences]
        read = _Read()

        def work(batch: list[int]) -> None:
            tokens, mask = self._batches.padded([joined[i] for i in batch])
            first = [ids[sequences[i][0]] for i in batch]
            found = self._library(tokens, mask, token_type_ids=self._token_types(tokens, first))
            for i, score in zip(batch, found["score"].cpu().double().tolist(), strict=True):
                read.scores[sequences[i]] = score
            if self._library.word_level:
                softmax = self._torch.softmax(found["logits"].float(), dim=2)
                for i, own, row in zip(batch, first, softmax.cpu().numpy(), strict=True):
                    read.labels[sequences[i]] = row[: len(own)].copy()

        self._batches.run([len(one) for one in joined], work, progress)
        return read

    def _token_types(self, tokens: torch.Tensor, first: Sequence[list[int]]) -> torch.Tensor | None:
        """Return 0 for tokens of the hypothesis and 1 for all that follow it.

        That is what comet/encoders/base.py gives encoders with types; others get None.
        """
        if not self._library.encoder.uses_token_type_ids:
            return None
        torch = self._torch
        position = torch.arange(tokens.shape[1], device=self._device)
        lengths = [len(self._joined([ids])) for ids in first]
        return (position[None, :] >= torch.tensor(lengths, device=self._device)[:, None]).int()

    def _joined(self, parts: Sequence[list[int]]) -> list[int]:
        """Return token ids joined as comet/encoders/base.py ``concat_sequences`` does."""
        # Where a text spells the padding token out, it is dropped.
        joined, *others = ([i for i in part if i != self._pad] for part in parts)
        for part in others:
            joined = self._library.encoder.tokenizer.build_inputs_with_special_tokens(
                joined[1:-1], part[1:-1]
            )
        return joined[: self.sequence_limit]

    def _combine(
        self, input: ModelInput, encoding: Encoding, sequences: Sequence[_Texts], read: _Read
    ) -> Scored:
        """Return one score of those of the sequences (unified_metric.py, xcomet_metric.py)."""
        scores = [read.scores[one] for one in sequences]
        if not self._library.word_level:
            return Scored(self._pooled(scores, []), None)
        labels = [read.labels[one] for one in sequences]
        weights = self._library.input_weights_spans.tolist() if len(labels) > 1 else [1.0]
        mixed = sum(
            (np.float32(weight) * row for weight, row in zip(weights, labels, strict=True)),
            start=np.zeros_like(labels[0]),
        )
        names = self._library.label_encoder.ids_to_label
        found = decode_spans(input.hypothesis, encoding, mixed, names)
        # Runs of special tokens and spaces count in the score, but hold no text to show.
        return Scored(self._pooled(scores, found), tuple(span for span in found if span.text))

    def _pooled(self, scores: Sequence[float], spans: Sequence[ErrorSpan]) -> float:  # noqa: ARG002
        """Return the mean of the scores of the sequences."""
        return sum(scores) / len(scores)

    def _heads(self) -> list[Any]:
        """Return the estimator, and the tagger of models that find error spans."""
        return [
            *super()._heads(),
            *([self._library.hidden2tag] if self._library.word_level else []),
        ]


class XCometModel(JointModel):
    """A joint model whose score also counts the errors that it finds, as MQM does."""

    def _pooled(self, scores: Sequence[float], spans: Sequence[ErrorSpan]) -> float:
        """Return the scores of the sequences and that of the error spans, weighted."""
        points = sum(_MQM_POINTS.get(span.severity, 0) for span in spans)
        mqm = (_MQM_WORST - min(points, _MQM_WORST)) / _MQM_WORST
        *weights, mqm_weight = self._library.score_weights
        capped = [min(score, 1.0) for score in scores]
        if len(capped) == 1:
            # Without a reference the one regression score has the weight of all three.
            regression = capped[0] * sum(weights)
        else:
            regression = sum(w * score for w, score in zip(weights, capped, strict=True))
        return float(regression + mqm_weight * mqm)


def _sequences(input: ModelInput) -> list[_Texts]:
    """Return the sequences that an input is read as: with source, with reference, with both."""
    hypothesis, source, reference = input.hypothesis, input.source, input.reference
    if source is not None and reference is not None:
        return [(hypothesis, source), (hypothesis, reference), (hypothesis, source, reference)]
    return [(hypothesis, *(text for text in (source, reference) if text is not None))]
