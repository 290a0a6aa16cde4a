"""What COMET models of every class have in common: the library's model, its device and precision.

The weights, the tokenizer, the encoder, the pooling and the estimator are unbabel-comet's (Rei et
al. 2020, 2022; Wan et al. 2022; Guerreiro et al. 2023); tests hold the scores equal to its
``predict``. What is done here is which inputs go in: every distinct text or sequence once, sorted
by length, as many in a batch as memory takes.
"""

from __future__ import annotations

import math
from typing import Any

from mteval.errors import InputError, MtevalError, location
from mteval.metrics.comet.model_files import ModelFiles
from mteval.metrics.learned.batches import TokenBatches
from mteval.metrics.learned.devices import Device, first_budget, pack_linears
from mteval.metrics.learned.inputs import ModelInput
from mteval.metrics.learned.model import LearnedModel

__all__ = ["CometModel"]


class CometModel(LearnedModel):
    """A model of unbabel-comet that scores inputs; ``load_model`` makes one of the right class.

    Args:
        files: where it lies.
        library: the library's model.
        device: where it runs.
        precision: fp32, bf16 or fp16, of the encoder; the estimator always runs in fp32.
    """

    def __init__(
        self, files: ModelFiles, library: Any, device: Device, *, precision: str = "fp32"
    ) -> None:
        self._files = files
        self._precision = precision
        self._library = library
        self._torch = device.torch
        self._device = device.device
        encoder = library.encoder
        self._pad: int = encoder.tokenizer.pad_token_id
        # What comet/encoders/base.py truncates a text to, and a joint sequence.
        text_limit: int = encoder.max_positions - 2
        self.sequence_limit: int = encoder.max_positions
        library.eval().to(self._device)
        if precision == "fp32" and device.name == "cpu":
            pack_linears(encoder, device.torch)
        if precision != "fp32":
            self._lower_precision({"bf16": "bfloat16", "fp16": "float16"}[precision])
        budget = first_budget(
            device, width=encoder.output_units, layers=encoder.num_layers, longest=text_limit
        )
        advice = f"with {files.name}; use --precision bf16, --device cpu or a smaller model"
        batches = TokenBatches(device, budget, self._pad, advice)
        super().__init__(encoder.tokenizer.backend_tokenizer, files.tokenizer, batches, text_limit)

    def try_out(self) -> None:
        """Score a letter, so that what fits no model is found out now.

        Raises:
            InputError: the hyper-parameters do not, or there is no score.
        """
        word = ModelInput(
            "a" if self._files.reads_source else None,
            "a",
            "a" if self._files.reads_reference else None,
        )
        try:
            [scored] = self.score([word], self.tokenize(word.texts()), lambda _: None)
            # In half precision one may lack, as of any text, and be said to.
            if self._precision == "fp32" and not math.isfinite(scored.score):
                raise ValueError(f"a letter scores {scored.score}")
        except MtevalError:
            raise
        except Exception as error:  # unbabel-comet raises nothing narrower
            raise InputError(
                f"{location(self._files.hparams_file)}: the model does not run as its "
                f"hyper-parameters say ({' '.join(str(error).split())[:200]}); correct them"
            ) from None
        self._embeddings.clear()

    def _lower_precision(self, dtype: str) -> None:
        """Run the encoder in half precision, and what makes a score of its output in fp32."""

        def widen(module: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:  # noqa: ARG001
            return tuple(value.float() for value in inputs)

        self._library.encoder.to(getattr(self._torch, dtype))
        for module in self._heads():
            module.register_forward_pre_hook(widen)

    def _heads(self) -> list[Any]:
        """Return the modules that make scores or labels of what the encoder returns."""
        return [self._library.estimator]
