"""Transformer encoders out of archives, read in memory: config, tokenizer and weights."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mteval.errors import InputError, MissingPackageError, location
from mteval.metrics.learned.batches import TokenBatches
from mteval.metrics.learned.devices import Device, first_budget, pack_linears, use_device
from mteval.metrics.learned.encoder_files import read_config
from mteval.metrics.learned.inputs import Floats
from mteval.metrics.learned.libraries import quiet_libraries, without_panics
from mteval.metrics.learned.tensors import check_finite, check_tensors
from mteval.packages import install_command
from mteval.wording import listing

__all__ = ["TextEncoder", "read_encoder"]

_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")


@dataclass(frozen=True)
class TextEncoder:
    """An encoder that embeds the tokens of texts.

    Attributes:
        archive: what it was read from.
        model: of transformers, cut off after the layer that is read.
        tokenizer: of the library tokenizers.
        special_ids: the tokens around a text.
        text_limit: tokens that a text may have, these included.
        device: where it runs.
        batches: runs sequences of tokens.
    """

    archive: Path
    model: Any
    tokenizer: Any
    special_ids: frozenset[int]
    text_limit: int
    device: Device
    batches: TokenBatches

    def token_states(self, sequences: Sequence[Sequence[int]]) -> list[Floats]:
        """Return the hidden states of each sequence's tokens, (n_tokens, width) each."""
        with self.device.torch.inference_mode():
            ids, mask = self.batches.padded(sequences)
            found = self.model(input_ids=ids, attention_mask=mask)[0].float().cpu().numpy()
        return [row[: len(ids)].copy() for row, ids in zip(found, sequences, strict=True)]


def read_encoder(archive: Path, *, layer: int, device: str, advice: str) -> TextEncoder:
    """Return the encoder in a ZIP archive of a folder that transformers would load.

    Args:
        archive: holds config.json, tokenizer.json, tokenizer_config.json, model.safetensors.
        layer: whose hidden states are read; 0 is what goes into the first one.
        device: auto, cpu, cuda or mps.
        advice: what to do where the memory of the device does not take one text.

    Raises:
        InputError: the archive is damaged, or holds something else.
        MissingPackageError: transformers is not installed.
        UnavailableError: the device is not there.
    """
    with quiet_libraries(_import_libraries):
        where = use_device(device)
        try:
            with zipfile.ZipFile(archive) as file:
                config, tokenizer, settings, weights = map(file.read, _FILES)
            known = read_config(config.decode("utf-8"), location(archive))
            model = _build_model(known, layer, weights, where.torch)
            with without_panics(archive):
                text_tokenizer, special_ids = _build_tokenizer(tokenizer, json.loads(settings))
        except InputError:
            raise
        # KeyError where a file is missing; safetensors, tokenizers and torch raise Exceptions and
        # RuntimeErrors of their own.
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise InputError(
                f"{location(archive)}: no encoder can be read from it ({reason}); install it again"
            ) from None
    model.eval().to(where.device)
    if where.name == "cpu":
        pack_linears(model, where.torch)
    width, limit = model.config.hidden_size, model.config.max_position_embeddings
    budget = first_budget(where, width=width, layers=layer + 1, longest=limit)
    batches = TokenBatches(where, budget, model.config.pad_token_id, advice)
    return TextEncoder(archive, model, text_tokenizer, special_ids, limit, where, batches)


def _import_libraries() -> None:
    try:
        import safetensors  # noqa: F401
        import transformers  # noqa: F401
    except ImportError as error:
        raise MissingPackageError(
            f"encoders need the package {error.name}, which cannot be imported; install it with: "
            f"{install_command('safetensors', 'transformers')}"
        ) from None


def _build_model(config: dict[str, Any], layer: int, weights: bytes, torch: Any) -> Any:
    import transformers
    from safetensors.torch import load
    from transformers.modeling_utils import no_init_weights

    kind = config.pop("model_type")
    settings = transformers.AutoConfig.for_model(kind, **config | {"num_hidden_layers": layer})
    with no_init_weights():
        model = transformers.AutoModel.from_config(settings)
    state = load(weights)
    check_tensors(state, torch)
    missing = model.load_state_dict(state, strict=False, assign=True).missing_keys
    if missing:
        raise ValueError(f"it lacks the weights {listing(missing)}")
    check_finite(model, torch)
    return model


def _build_tokenizer(content: bytes, settings: dict[str, Any]) -> tuple[Any, frozenset[int]]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(content)
    around = {tokenizer.token_to_id(settings[name]) for name in ("cls_token", "sep_token")}
    return tokenizer, frozenset(around)
