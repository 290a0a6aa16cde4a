"""COMET models on disk: where each lies, found by name or path, listed and fetched.

Nothing here loads a model, and only ``fetch_model`` touches the network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from mteval.errors import InputError, UnavailableError, UsageError, location
from mteval.io.files import kind_of
from mteval.metrics.comet.hparams import KINDS, encoder_names, read_hparams
from mteval.metrics.comet.hub import download, find_snapshot
from mteval.metrics.comet.known_models import (
    BUNDLED_MODELS,
    KNOWN_MODELS,
    READS_BOTH,
    READS_EITHER,
)
from mteval.metrics.comet.model_files import TOKENIZER_PATTERNS, ModelFiles
from mteval.metrics.learned.encoder_files import TOKENIZER_FILES

__all__ = ["LEGACY_FOLDER", "ModelRow", "fetch_model", "find_model", "list_models", "local_path"]

# How names on the hub look, with their owner's.
_HUB_NAME = re.compile(r"[A-Za-z0-9]\w*(?:[-.]\w+)*/[A-Za-z0-9]\w*(?:[-.]\w+)*", re.ASCII)
# Where unbabel-comet put what it fetched before it used the hub's cache.
LEGACY_FOLDER = Path("~/.cache/torch/unbabel_comet")


class ModelRow(TypedDict):
    """A COMET model in a listing.

    Attributes:
        model: its name, or the path by which it is configured.
        licence: SPDX identifier; None where it is not known.
        reads: what it compares the hypothesis with.
        path: its folder; None where it is not on this machine.
    """

    model: str
    licence: str | None
    reads: str
    path: str | None


def list_models(configured: str | None = None) -> list[ModelRow]:
    """Return the known models, and after them the configured one.

    Raises:
        MtevalError: the configured model cannot be found or used; see ``find_model``.
    """
    rows: list[ModelRow] = []
    for known in KNOWN_MODELS:
        folder = _locate(known.name)
        rows.append(
            {
                "model": known.name,
                "licence": known.licence,
                "reads": known.reads,
                "path": None if folder is None else str(folder),
            }
        )
    if configured is not None and configured not in {known.name for known in KNOWN_MODELS}:
        files = find_model(configured)
        reads = READS_BOTH if files.needs_reference and files.reads_source else READS_EITHER
        if not files.reads_reference:
            reads = "source"
        elif not files.reads_source:
            reads = "reference"
        rows.append(
            {
                "model": configured,
                "licence": None,
                "reads": reads,
                "path": str(files.hparams_file.parent),
            }
        )
    return rows


def find_model(name: str) -> ModelFiles:
    """Return a model on this machine: the package's own, a folder, a .ckpt file, a fetched name.

    Raises:
        UnavailableError: a hub name that is not on this machine, or its encoder is not.
        InputError: a file or folder that holds no COMET model.
        UsageError: neither a path nor a name that a hub could have.
    """
    if name in BUNDLED_MODELS:
        return _read_model(_checkpoint_in(BUNDLED_MODELS[name]), name)
    path = local_path(name)
    if path is not None and kind_of(path) == "file":
        return _read_model(path, path.stem if path.stem != "model" else _owner(path).name)
    if path is not None:
        return _read_model(_checkpoint_in(path), path.absolute().name)
    path = _expanded(name)
    if path.suffix == ".ckpt" or name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise InputError(f"{location(name)}: there is no such file or folder; check the path")
    folder = _locate(name)
    if folder is None:
        raise UnavailableError(
            f"the COMET model {name} is not on this machine (nor is there a file or folder of that "
            f"name here): fetch it where there is a network with `mteval models fetch {name}`, or "
            "name a folder or .ckpt file on disk with "
            "--comet-model (or MTEVAL_COMET_MODEL)"
        )
    return _read_model(_checkpoint_in(folder), name, hub=True)


def local_path(name: str) -> Path | None:
    """Return the file or folder that a model is named by; None where it is another name, or none.

    A published name, and one that was fetched, is never a folder that happens to lie here.
    """
    path = _expanded(name)
    if kind_of(path) is None or any(name == known.name for known in KNOWN_MODELS):
        return None
    return None if _HUB_NAME.fullmatch(name) and _locate(name) else path


def _expanded(name: str) -> Path:
    """Return a path with the home folder for a tilde: settings of a project see no shell."""
    try:
        return Path(name).expanduser()
    except RuntimeError:  # nobody has that home
        return Path(name)


def _locate(name: str) -> Path | None:
    """Return the folder of a model: with the package, or in a cache of the hub or unbabel-comet."""
    if name in BUNDLED_MODELS:
        return BUNDLED_MODELS[name]
    snapshot, legacy = find_snapshot(name, "hparams.yaml"), _expanded(str(LEGACY_FOLDER / name))
    # A download that was broken off has left no checkpoint.
    return next((folder for folder in (snapshot, legacy) if folder and _checkpoints(folder)), None)


def fetch_model(name: str) -> ModelFiles:
    """Download a model and what its encoder needs, unless they are there; return its files.

    Raises:
        UnavailableError: the package, the network or the permission for it is missing.
        UsageError: the name is a path.
    """
    if name in BUNDLED_MODELS:
        return find_model(name)
    if name.count("/") > 1 or kind_of(_expanded(name)) is not None:
        raise UsageError(
            f"{location(name)} is a path; only names on the hub are fetched (see: mteval models)"
        )
    folder = download(name, ["hparams.yaml", "LICENSE*", "checkpoints/*", "*.ckpt"])
    checkpoint = _checkpoint_in(folder)
    hparams = read_hparams(_hparams_of(checkpoint))
    if _beside(checkpoint, hparams) is None:
        for encoder in encoder_names(hparams):
            download(encoder, ["config.json", *TOKENIZER_PATTERNS])
    return _read_model(checkpoint, name, hub=True)


def _checkpoints(folder: Path) -> list[Path]:
    """Return the checkpoints of a model folder."""
    return sorted((folder / "checkpoints").glob("*.ckpt")) or sorted(folder.glob("*.ckpt"))


def _checkpoint_in(folder: Path) -> Path:
    """Return the one checkpoint of a model folder."""
    found = _checkpoints(folder)
    if len(found) > 1:
        raise InputError(
            f"{location(found[0].parent)}: there are {len(found)} checkpoints ({found[0].name}, "
            f"{found[1].name}, ...); name one of them"
        )
    if found:
        return found[0]
    raise InputError(
        f"{location(folder)}: there is no checkpoint in this folder; a COMET model has "
        "hparams.yaml and checkpoints/model.ckpt"
    )


def _owner(checkpoint: Path) -> Path:
    """Return the folder that a checkpoint's model is in."""
    # Not resolve(): the hub's cache has links to files that lie elsewhere.
    parent = checkpoint.absolute().parent
    return parent.parent if parent.name == "checkpoints" else parent


def _hparams_of(checkpoint: Path) -> Path:
    for folder in (_owner(checkpoint), checkpoint.absolute().parent.parent):
        if (folder / "hparams.yaml").is_file():
            return folder / "hparams.yaml"
    raise InputError(
        f"{location(checkpoint)}: hparams.yaml is missing beside the checkpoint (in its folder or "
        "the one above); copy the model's whole folder"
    )


def _beside(checkpoint: Path, hparams: Mapping[str, Any]) -> Path | None:
    """Return the folder with the encoder's files, if that is the model's own or below it."""
    owner = _owner(checkpoint)
    last = Path(encoder_names(hparams)[0]).name
    folders = [owner, owner / "encoder", owner / last, checkpoint.absolute().parent]
    return next((folder for folder in folders if _holds(folder, TOKENIZER_FILES)), None)


def _holds(folder: Path, tokenizer_files: Sequence[str]) -> bool:
    return (folder / "config.json").is_file() and any(
        (folder / name).is_file() for name in tokenizer_files
    )


def _read_model(checkpoint: Path, name: str, *, hub: bool = False) -> ModelFiles:
    if kind_of(checkpoint) != "file":
        raise InputError(f"{location(checkpoint)}: there is no such checkpoint; check the path")
    hparams_file = _hparams_of(checkpoint)
    hparams = read_hparams(hparams_file)
    encoder = tokenizer = _beside(checkpoint, hparams)
    if encoder is None:
        names = encoder_names(hparams)
        folders = [_encoder_folder(one, hparams_file.parent) for one in names]
        missing = [one for one, folder in zip(names, folders, strict=True) if folder is None]
        encoder, tokenizer = folders[0], folders[-1]
        if encoder is None or tokenizer is None:
            fetch = f", or fetch them where there is a network with `mteval models fetch {name}`"
            raise UnavailableError(
                f"the COMET model {name} needs the files of its encoder {missing[0]}, which are "
                "not on this machine: put config.json and its tokenizer files into "
                f"{location(_owner(checkpoint) / 'encoder')}{fetch if hub else ''}"
            )
    return ModelFiles(
        name=name,
        kind=KINDS[hparams["class_identifier"]],
        checkpoint=checkpoint,
        hparams_file=hparams_file,
        hparams=hparams,
        encoder=encoder,
        tokenizer=tokenizer or encoder,
    )


def _encoder_folder(name: str, beside: Path) -> Path | None:
    """Return the folder of an encoder: a path, also from the model's folder, or a fetched name."""
    for folder in (_expanded(name), beside / name):
        # A name such as xlm-roberta-large must not pick up a folder that happens to lie here.
        if folder.is_absolute() and _holds(folder, TOKENIZER_FILES):
            return folder
    if Path(name).is_absolute() or name.count("/") > 1 or name.startswith("."):
        return None
    try:
        found = find_snapshot(name, "config.json")
    except UsageError:  # no name that a hub could have
        return None
    return found if found is not None and _holds(found, TOKENIZER_FILES) else None
