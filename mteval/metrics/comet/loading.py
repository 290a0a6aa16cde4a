"""Building unbabel-comet's own model of a checkpoint, without running code that a file may hold."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mteval.errors import InputError, MissingPackageError, location
from mteval.metrics.comet.model_files import ModelFiles
from mteval.metrics.learned.encoder_files import write_encoder_folder
from mteval.metrics.learned.libraries import without_panics
from mteval.metrics.learned.tensors import check_finite, check_tensors
from mteval.packages import install_command

__all__ = ["build_model", "import_libraries"]

# unbabel-comet's names of its encoders (comet/encoders/__init__.py, 2.2.7), and what they are.
_MODEL_TYPES = {
    "BERT": "bert",
    "XLM-RoBERTa": "xlm-roberta",
    "MiniLM": "bert",
    "XLM-RoBERTa-XL": "xlm-roberta-xl",
    "RemBERT": "rembert",
}
_CALLBACKS = (
    "pytorch_lightning.callbacks.early_stopping.EarlyStopping",
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
)


def import_libraries() -> None:
    """Import unbabel-comet, and keep it from logging what it does: stderr is for notes.

    Raises:
        MissingPackageError: it, or what it wants, is not installed.
    """
    try:
        import comet.models  # noqa: F401
    except ImportError as error:
        raise MissingPackageError(
            f"unbabel-comet cannot be imported ({error}); install what it wants with: "
            f"{install_command('unbabel-comet')}"
        ) from None
    for name in ("comet", "pytorch_lightning"):
        logging.getLogger(name).setLevel(logging.ERROR)


def build_model(files: ModelFiles, torch: Any) -> Any:
    """Return the library's model of a checkpoint, with its weights.

    Raises:
        InputError: the checkpoint is broken, hostile or incomplete.
    """
    checkpoint = _read_checkpoint(files, torch)
    try:
        with TemporaryDirectory(prefix="mteval-") as folder, without_panics(files.tokenizer):
            model = _assembled(files, checkpoint, Path(folder), torch)
    except InputError:
        raise
    # Bare Exceptions and assertions too: tokenizers and unbabel-comet raise nothing narrower.
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(
            f"{location(files.checkpoint)}: no {files.kind} model can be built of this checkpoint "
            f"and the encoder in {location(files.encoder)} ({reason}); get both again"
        ) from None
    rows = model.encoder.model.get_input_embeddings().num_embeddings
    if len(model.encoder.tokenizer) > rows:
        raise InputError(
            f"{location(files.tokenizer)}: the tokenizer has {len(model.encoder.tokenizer)} pieces "
            f"and the encoder {rows}; they do not belong together"
        )
    return model


def _assembled(files: ModelFiles, checkpoint: dict[str, Any], folder: Path, torch: Any) -> Any:
    """Return the model with its weights.

    Args:
        files: where it lies.
        checkpoint: what it holds.
        folder: an empty one, for what libraries may read of the encoder's.
        torch: the module.
    """
    import inspect

    import comet.models
    from transformers.modeling_utils import no_init_weights

    if files.kind == "token_matching":
        import mteval.metrics.comet.token_matching  # noqa: F401 - joins the classes of unbabel-comet

    model_class = comet.models.str2model[str(files.hparams["class_identifier"])]
    accepted = inspect.signature(model_class.__init__).parameters
    hparams = dict(checkpoint.get("hyper_parameters") or files.hparams)
    # comet/models/__init__.py: a mark of checkpoints that were trained with softmax after all.
    if files.hparams.get("layer_transformation") == "sparsemax_patch":
        hparams["layer_transformation"] = "softmax"
    settings = {name: value for name, value in hparams.items() if name in accepted}
    encoder = settings.get("encoder_model", accepted["encoder_model"].default)
    if not isinstance(encoder, str) or encoder not in _MODEL_TYPES:
        raise ValueError(f"its encoder_model is none of {', '.join(_MODEL_TYPES)}")
    write_encoder_folder(folder, files.encoder, files.tokenizer, _MODEL_TYPES[encoder])
    settings |= {
        "pretrained_model": str(folder),
        "load_pretrained_weights": False,
        "local_files_only": True,
    }
    with no_init_weights(), _tokenizer_from(folder, encoder):
        model = model_class(**settings)
    check_tensors(checkpoint["state_dict"], torch)
    # The mapped file itself becomes the weights: nothing is copied before it is used.
    found = model.load_state_dict(checkpoint["state_dict"], strict=False, assign=True)
    model.float()
    _check_complete(files, model, found.missing_keys)
    check_finite(model, torch)
    for name in ("input_segments", "encoder_model"):
        said, is_ = files.hparams.get(name), model.hparams.get(name)
        if said is not None and said != is_:
            raise ValueError(f"{name} is {said!r} in hparams.yaml and {is_!r} in the weights")
    return model


def _check_complete(files: ModelFiles, model: Any, missing_keys: Iterable[str]) -> None:
    parameters = {name for name, _ in model.named_parameters()}
    missing = sorted(parameters.intersection(missing_keys))
    if missing:
        raise InputError(
            f"{location(files.checkpoint)}: the checkpoint lacks {len(missing)} of its model's "
            f"{len(parameters)} weights ({missing[0]}, ...); get it again"
        )


def _read_checkpoint(files: ModelFiles, torch: Any) -> dict[str, Any]:
    """Return the content of a checkpoint, read without running code that it may hold."""
    import argparse

    from pytorch_lightning.utilities.parsing import AttributeDict

    path = files.checkpoint
    # Classes that hold settings and run nothing, and a stand-in for those that Lightning's own
    # checkpoints name as keys: a ModelCheckpoint that is made connects to the address in it.
    harmless = [argparse.Namespace, AttributeDict, *((_Unread, name) for name in _CALLBACKS)]
    try:
        with torch.serialization.safe_globals(harmless):
            try:
                found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
            except RuntimeError:  # the format of before 2020 cannot be mapped
                found = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        reason = " ".join(str(error).split())
        named = reason.partition("GLOBAL ")[2].partition(" ")[0]
        what = f"runs code when it is loaded ({named})" if named else "is not a file of torch"
        raise InputError(
            f"{location(path)}: the checkpoint {what}, and is not loaded; use one that holds "
            "weights only, from a source you trust"
        ) from None
    # Whatever unpickling a file of other bytes may raise.
    except Exception as error:
        reason = " ".join(str(error).split()).partition(". ")[0][:150] or "it ends too soon"
        raise InputError(
            f"{location(path)}: the checkpoint is broken ({reason}); get it again"
        ) from None
    if not isinstance(found, dict) or not isinstance(found.get("state_dict"), dict):
        raise InputError(
            f"{location(path)}: there are no weights (state_dict) in this file; it is no "
            "checkpoint of unbabel-comet"
        )
    return found


class _Unread:
    """What a checkpoint has in a place that nothing reads."""

    def __init__(self, *_: object, **__: object) -> None: ...


@contextmanager
def _tokenizer_from(folder: Path, encoder: str) -> Iterator[None]:
    """Let comet's MiniLM encoder, which names a tokenizer on the hub, take the one in a folder."""
    if encoder != "MiniLM":
        yield
        return
    from comet.encoders import minilm

    original = minilm.XLMRobertaTokenizerFast

    class Local(original):  # type: ignore[misc, valid-type]
        @classmethod
        def from_pretrained(cls, *_: Any, **options: Any) -> Any:
            return original.from_pretrained(str(folder), **options)

    minilm.XLMRobertaTokenizerFast = Local
    try:
        yield
    finally:
        minilm.XLMRobertaTokenizerFast = original
