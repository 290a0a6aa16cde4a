"""What is read of an encoder's folder: known fields of its config, a tokenizer and its settings.

Libraries take more from these files than numbers: names of code to import or to fetch, of other
files, of other models. So they are given a folder that is written here, of the fields below, and
never that of the model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mteval.errors import InputError, location
from mteval.io.files import kind_of, read_bytes, read_text

__all__ = ["ENCODERS", "TOKENIZER_FILES", "EncoderClass", "read_config", "write_encoder_folder"]

# One of these makes a tokenizer; the first that is there does.
TOKENIZER_FILES = ("tokenizer.json", "sentencepiece.bpe.model", "vocab.txt")


@dataclass(frozen=True)
class EncoderClass:
    """A class of encoders of transformers.

    Attributes:
        prefix: how the names of its classes begin.
        fields: whole numbers in its config besides those of all.
    """

    prefix: str
    fields: tuple[str, ...] = ()


# By the model_type of config.json: what unbabel-comet's encoders are (comet/encoders, 2.2.7).
ENCODERS: Mapping[str, EncoderClass] = {
    "bert": EncoderClass("Bert"),
    "xlm-roberta": EncoderClass("XLMRoberta"),
    "xlm-roberta-xl": EncoderClass("XLMRobertaXL"),
    "rembert": EncoderClass("RemBert", ("input_embedding_size", "output_embedding_size")),
}
# Greatest values (chosen: about ten times those of XLM-R XXL, the largest that is published), so
# that no config keeps a machine building layers.
_WHOLE = {
    "vocab_size": 2_500_000,
    "hidden_size": 40_000,
    "input_embedding_size": 40_000,
    "output_embedding_size": 40_000,
    "num_hidden_layers": 500,
    "num_attention_heads": 400,
    "intermediate_size": 200_000,
    "max_position_embeddings": 200_000,
    "type_vocab_size": 1000,
}
_TOKEN_IDS = ("pad_token_id", "bos_token_id", "eos_token_id")
_SHARES = ("attention_probs_dropout_prob", "hidden_dropout_prob", "layer_norm_eps")
_CHOICES = {
    "hidden_act": ("gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "relu", "silu", "tanh"),
    "position_embedding_type": ("absolute", "relative_key", "relative_key_query"),
}
# What config.json may name that is no number of an encoder: code, and other ways to run it.
_CODE = ("auto_map", "custom_pipelines", "trust_remote_code", "quantization_config")
_PLAIN_ATTENTION = ("eager", "sdpa")

_TOKENS = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token")
_TOKEN_FIELDS = {"content", "lstrip", "rstrip", "normalized", "single_word", "special", "__type"}
_SWITCHES = (
    *("clean_up_tokenization_spaces", "do_basic_tokenize", "do_lower_case", "keep_accents"),
    *("remove_space", "strip_accents", "tokenize_chinese_chars"),
)
_TOKENIZERS = ("Bert", "RemBert", "XLMRoberta", "PreTrained")


def read_config(text: str, where: str, model_type: str | None = None) -> dict[str, Any]:
    """Return the known fields of a config.json.

    Args:
        text: its content.
        where: what messages name.
        model_type: what the encoder must be; None for any that is known.

    Raises:
        InputError: it names code, another kind of encoder, or values that no encoder has.
    """
    found = _object(text, where)
    named = found.get("model_type", model_type)
    if not isinstance(named, str) or named not in ENCODERS or named != (model_type or named):
        wanted = model_type or " or ".join(ENCODERS)
        raise InputError(
            f"{where}: the model_type is {_shown(named)} and the encoder should be {wanted}; "
            "choose another model"
        )
    kind = ENCODERS[named]
    _check_no_code(found, where)
    architectures = found.get("architectures") or []
    if not _are_classes(architectures, (kind.prefix,)):
        raise InputError(
            f"{where}: architectures is {_shown(architectures)}, and only classes of {named} are "
            "run; choose another model"
        )
    return {"model_type": named, **_numbers(found, kind, where), **_choices(found, where)}


def _numbers(found: Mapping[str, Any], kind: EncoderClass, where: str) -> dict[str, Any]:
    fields = {}
    for name, most in _WHOLE.items():
        if name in found and (not name.endswith("embedding_size") or name in kind.fields):
            fields[name] = _checked(found, name, where, int, 1, most)
    for name in _TOKEN_IDS:
        if found.get(name) is not None:
            fields[name] = _checked(found, name, where, int, 0, _WHOLE["vocab_size"])
    for name in _SHARES:
        if name in found:
            fields[name] = _checked(found, name, where, float, 0, 1)
    return fields


def _choices(found: Mapping[str, Any], where: str) -> dict[str, Any]:
    fields = {name: found[name] for name in _CHOICES if name in found}
    for name, value in fields.items():
        if value not in _CHOICES[name]:
            raise InputError(
                f"{where}: {name} is {_shown(value)} and not one of {', '.join(_CHOICES[name])}; "
                "choose another model"
            )
    return fields


def _check_no_code(found: Mapping[str, Any], where: str) -> None:
    attention = (
        name
        for name, value in found.items()
        if "attn_implementation" in name
        and not isinstance(value, bool)
        and value is not None
        and value not in _PLAIN_ATTENTION
    )
    named = next((name for name in (*_CODE, *attention) if found.get(name)), None)
    if named is not None:
        raise InputError(
            f"{where}: {_shown(named)} ({_shown(found[named])}) names code beyond the weights, "
            "and such models are not loaded; use one that needs none"
        )


def _checked(
    found: Mapping[str, Any], name: str, where: str, kind: type, low: float, high: float
) -> Any:
    value = found[name]
    kinds = (int,) if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        raise InputError(
            f"{where}: {name} is {_shown(value)} and not a number from {low:,} to {high:,}; choose "
            "another model"
        )
    return value


def _are_classes(names: object, prefixes: tuple[str, ...]) -> bool:
    return isinstance(names, list) and all(
        isinstance(name, str) and name.isidentifier() and name.startswith(prefixes)
        for name in names
    )


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{where}: this is not JSON ({' '.join(str(error).split())[:100]}); get it again"
        ) from None
    if not isinstance(found, dict):
        raise InputError(f"{where}: this is not an object of JSON; get it again")
    return found


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return ascii(text[:60])[1:-1]


def write_encoder_folder(target: Path, encoder: Path, tokenizer: Path, model_type: str) -> None:
    """Write a folder that libraries load an encoder's config and tokenizer from.

    Args:
        target: an empty folder.
        encoder: the folder of config.json.
        tokenizer: the folder of the tokenizer.
        model_type: what the encoder must be.

    Raises:
        InputError: a file cannot be read, or names more than an encoder and a tokenizer are.
    """
    path = encoder / "config.json"
    config = read_config(read_text(path), location(path), model_type)
    (target / "config.json").write_text(json.dumps(config), "utf-8")
    for name, read in (
        ("tokenizer_config.json", _tokenizer_settings),
        ("special_tokens_map.json", _special_tokens),
        ("added_tokens.json", _token_ids),
    ):
        path = tokenizer / name
        if kind_of(path) == "file":
            found = read(_object(read_text(path), location(path)), location(path))
            (target / name).write_text(json.dumps(found), "utf-8")
    for name in TOKENIZER_FILES:
        if kind_of(tokenizer / name) == "file":
            (target / name).write_bytes(read_bytes(tokenizer / name))
            return


def _tokenizer_settings(found: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the known fields of tokenizer_config.json."""
    _check_no_code(found, where)
    if not _are_classes([found.get("tokenizer_class") or "PreTrained"], _TOKENIZERS):
        raise InputError(
            f"{where}: the tokenizer_class is {_shown(found['tokenizer_class'])}, which is not "
            "known; choose another model"
        )
    fields = _special_tokens(found, where)
    for name in _SWITCHES:
        if found.get(name) is not None:
            fields[name] = bool(found[name])
    length = found.get("model_max_length")
    if isinstance(length, (int, float)):
        fields["model_max_length"] = length
    added = found.get("added_tokens_decoder")
    if added is not None:
        if not isinstance(added, dict) or not all(map(str.isdecimal, added)):
            raise InputError(f"{where}: added_tokens_decoder is not a table of tokens; fix it")
        fields["added_tokens_decoder"] = {
            id: _token(token, where, "added_tokens_decoder") for id, token in added.items()
        }
    return fields


def _special_tokens(found: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the special tokens of a file of settings."""
    fields: dict[str, Any] = {
        name: _token(found[name], where, name)
        for name in (*_TOKENS, "mask_token")
        if found.get(name) is not None
    }
    more = found.get("additional_special_tokens")
    if isinstance(more, list):
        name = "additional_special_tokens"
        fields[name] = [_token(token, where, name) for token in more]
    return fields


def _token(token: object, where: str, name: str) -> object:
    if isinstance(token, str):
        return token
    if isinstance(token, dict) and isinstance(token.get("content"), str):
        return {key: value for key, value in token.items() if key in _TOKEN_FIELDS}
    raise InputError(f"{where}: {name} is {_shown(token)} and not a token; fix it")


def _token_ids(found: Mapping[str, Any], where: str) -> dict[str, int]:
    """Return added_tokens.json, which has the number of each token."""
    if not all(type(id) is int for id in found.values()):
        raise InputError(f"{where}: this is not a table of tokens and numbers; fix it")
    return dict(found)
