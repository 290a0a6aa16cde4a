"""Folders of COMET models, laid out as the hub and its cache have them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path


def write_encoder(folder: Path, tokenizer: str = "tokenizer.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text("{}")
    (folder / tokenizer).write_text("{}")
    return folder


def write_model(
    folder: Path, encoder: Path | str, kind: str = "regression_metric", more: str = ""
) -> Path:
    """Lay a model out as the hub does; nothing here reads its weights."""
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "checkpoints" / "model.ckpt").write_bytes(b"weights")
    (folder / "hparams.yaml").write_text(
        f"class_identifier: {kind}\nencoder_model: XLM-RoBERTa\npretrained_model: {encoder}\n{more}"
    )
    return folder


def write_hub(hub: Path, repository: str, files: Mapping[str, bytes]) -> Path:
    """Lay a repository out as huggingface_hub's cache does: blobs, and links to them."""
    folder = hub / f"models--{repository.replace('/', '--')}"
    revision = hashlib.sha1(repository.encode()).hexdigest()
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text(revision)
    (folder / "blobs").mkdir()
    for name, data in files.items():
        blob = folder / "blobs" / hashlib.sha256(data).hexdigest()
        blob.write_bytes(data)
        link = folder / "snapshots" / revision / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
    return folder / "snapshots" / revision
