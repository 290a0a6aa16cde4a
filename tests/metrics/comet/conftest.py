"""A COMET model on disk, of which nothing reads the weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.metrics.comet.model_folders import write_encoder, write_model


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return write_encoder(tmp_path / "an encoder")


@pytest.fixture
def model(tmp_path: Path, encoder: Path) -> Path:
    return write_model(tmp_path / "mine", encoder)
