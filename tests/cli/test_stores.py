"""The models and the cache of scores on disk."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mteval.metrics.comet.checkpoints import find_model
from mteval.metrics.comet.known_models import DEFAULT_MODEL
from tests.cli.support import (
    Done,
    Scored,
    refused,
)
from tests.conftest import Run


def test_models_are_listed(
    here: Callable[..., Done], checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = here("models")
    assert done.returncode == 0
    assert done.stdout.startswith("COMET models")
    assert done.stdout.count("not fetched") == 8
    assert "mteval/comet-mini-en" in done.stdout
    monkeypatch.setenv("MTEVAL_COMET_MODEL", str(checkpoints["unified"]))
    rows = json.loads(here("models", "--json").stdout)["models"]
    bundled = str(find_model(DEFAULT_MODEL).hparams_file.parent)
    assert [row["path"] for row in rows] == [bundled, *[None] * 8, str(checkpoints["unified"])]
    assert all(list(row) == ["model", "licence", "reads", "path"] for row in rows)
    assert str(checkpoints["unified"]) in here("models").stdout
    monkeypatch.setenv("MTEVAL_COMET_MODEL", "models/a/none")
    refused(here("models"), "models/a/none: there is no such file or folder")


def test_fetching_without_a_network_is_refused(
    mteval: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    refused(mteval("models", "fetch", "x/y"), "x/y cannot be downloaded (", "check the network")


def test_what_is_on_disk_is_not_fetched(
    here: Callable[..., Done], checkpoints: dict[str, Path]
) -> None:
    refused(here("models", "fetch", checkpoints["xcomet"]), "only names on the hub are fetched")
    refused(here("models", "fetch", "a b/c"), "a b/c cannot be downloaded")


def test_the_cache_is_shown_and_cleared(
    here: Callable[..., Done], scored: Scored, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(cache))
    empty = {"folder": str(cache), "bytes": 0, "signatures": []}
    assert json.loads(here("cache", "--json").stdout) == empty
    assert here("cache").stdout == f"{cache}: 0.0 MB\n"
    assert not cache.exists()

    shutil.copytree(scored.cache, cache)
    found = json.loads(here("cache", "--json").stdout)
    signature = json.loads(scored.cold.stdout)["signatures"]["comet"].removeprefix("nrefs:1|")
    assert found["bytes"] == sum(path.stat().st_size for path in cache.iterdir())
    # 26 segments of two systems; what two systems say alike is one.
    [kept] = found["signatures"]
    assert kept["signature"] == signature
    assert 26 < kept["scores"] <= 52
    assert signature in here("cache").stdout

    (cache / "of somebody else").touch()
    done = here("cache", "clear")
    assert done.returncode == 0
    assert re.match(r"mteval: \d+\.\d MB removed from", done.stderr)
    assert "MB removed from" in done.stderr
    assert [path.name for path in cache.iterdir()] == ["of somebody else"]
    assert json.loads(here("cache", "--json").stdout) == empty
    (cache / "scores-1.sqlite3").write_bytes(b"no database" * 1000)
    refused(here("cache"), "the cache of scores cannot be read", "mteval cache clear")
    assert here("cache", "clear").returncode == 0
