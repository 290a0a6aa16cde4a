"""The hyper-parameters beside a COMET checkpoint, read without running code they may hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mteval.errors import InputError, MissingPackageError, location
from mteval.io.files import read_text
from mteval.metrics.comet.model_files import INPUTS, ModelKind
from mteval.packages import install_command

__all__ = ["KINDS", "encoder_names", "read_hparams"]

# unbabel-comet's names of its classes (comet/models/__init__.py, 2.2.7), and of mteval's own.
KINDS: dict[str, ModelKind] = {
    "regression_metric": "regression",
    "referenceless_regression_metric": "referenceless",
    "unified_metric": "unified",
    "xcomet_metric": "xcomet",
    "token_matching_metric": "token_matching",
}
# The encoder that a checkpoint without a word on it has (CometModel's default in 2.2.7).
_DEFAULT_ENCODER = "xlm-roberta-large"
# comet/encoders/minilm.py takes its tokenizer from here, whatever the encoder.
_MINILM_TOKENIZER = "xlm-roberta-base"


def read_hparams(path: Path) -> dict[str, Any]:
    """Return the hyper-parameters of a checkpoint, of a class that mteval scores with.

    Raises:
        InputError: the file is not plain YAML, or of no such class.
        MissingPackageError: what reads YAML is not installed.
    """
    try:
        import yaml
    except ModuleNotFoundError:
        raise MissingPackageError(
            "COMET models need the package pyyaml, which is not installed; install it with: "
            f"{install_command('pyyaml')}"
        ) from None

    try:
        hparams = yaml.safe_load(read_text(path))
    # Dates that do not exist are ValueErrors; brackets by the thousand end the stack.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{location(path)}: this is not plain YAML ({reason}); fix it") from None
    named = hparams.get("class_identifier") if isinstance(hparams, dict) else None
    if not isinstance(hparams, dict) or not isinstance(named, str) or named not in KINDS:
        raise InputError(
            f"{location(path)}: the class_identifier is {named!r}, and mteval scores with "
            f"{', '.join(KINDS)}; choose another model"
        )
    read = hparams.get("input_segments")
    if read is not None and not (
        isinstance(read, list) and "mt" in read and all(one in INPUTS for one in read)
    ):
        raise InputError(
            f"{location(path)}: input_segments is {read!r} and not a list of mt and some of src, "
            "ref; fix it"
        )
    return hparams


def encoder_names(hparams: Mapping[str, Any]) -> list[str]:
    """Return the encoder's name, and after it the tokenizer's where that is another repository."""
    name = str(hparams.get("pretrained_model") or _DEFAULT_ENCODER)
    return [name, _MINILM_TOKENIZER] if hparams.get("encoder_model") == "MiniLM" else [name]
