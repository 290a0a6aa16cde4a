"""COMET checkpoints that are damaged or hostile: each is refused in one sentence."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import (
    Done,
    refused,
)


class Hostile:
    """Run a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self._command = command

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (self._command,)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def no_checkpoint(path: Path) -> None:
    path.write_text("<html>404: there is no such file</html>\n" * 100)


def hostile(path: Path) -> None:
    import torch

    torch.save({"state_dict": Hostile(f"touch {path.parents[1] / 'ran'}")}, path)


def hostile_plain_pickle(path: Path) -> None:
    content = {"state_dict": Hostile(f"touch {path.parents[1] / 'ran'}")}
    path.write_bytes(pickle.dumps(content, protocol=2))


def hostile_pickle_of_today(path: Path) -> None:
    content = {"state_dict": Hostile(f"touch {path.parents[1] / 'ran'}")}
    path.write_bytes(pickle.dumps(content))


def _change(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    import torch

    found = torch.load(path, map_location="cpu", weights_only=True)
    change(found)
    torch.save(found, path)


def lacks_a_weight(path: Path) -> None:
    def change(found: dict[str, Any]) -> None:
        weights = found["state_dict"]
        del weights[next(name for name in weights if name.startswith("estimator"))]

    _change(path, change)


def lacks_all_weights(path: Path) -> None:
    _change(path, lambda found: found.pop("state_dict"))


def wrong_shape(path: Path) -> None:
    def change(found: dict[str, Any]) -> None:
        weights = found["state_dict"]
        name = next(name for name in weights if name.startswith("estimator"))
        weights[name] = weights[name][:-1].clone()

    _change(path, change)


def no_tensor(path: Path) -> None:
    def change(found: dict[str, Any]) -> None:
        found["state_dict"][next(iter(found["state_dict"]))] = "a text"

    _change(path, change)


def odd_hyperparameters(path: Path) -> None:
    def change(found: dict[str, Any]) -> None:
        found["hyper_parameters"] = ["a list"]

    _change(path, change)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (truncated, "the checkpoint is broken ("),
        (empty, "the checkpoint is broken ("),
        (no_checkpoint, "the checkpoint is not a file of torch, and is not loaded"),
        (hostile, "runs code when it is loaded (posix.system), and is not loaded"),
        (hostile_plain_pickle, "runs code when it is loaded (posix.system), and is not loaded"),
        (hostile_pickle_of_today, "and is not loaded"),
        (lacks_a_weight, "the checkpoint lacks 1 of its model's"),
        (lacks_all_weights, "there are no weights (state_dict) in this file"),
        (wrong_shape, "size mismatch for estimator"),
        (no_tensor, "no regression model can be built of this checkpoint"),
        (odd_hyperparameters, "no regression model can be built of this checkpoint"),
    ],
)
def test_a_harmed_checkpoint_is_refused_in_one_sentence(
    harm: Callable[[Path], None],
    says: str,
    project: Path,
    here: Callable[..., Done],
    checkpoints: dict[str, Path],
) -> None:
    model = project / "models" / "mine"
    shutil.copytree(checkpoints["regression"], model)
    checkpoint = model / "checkpoints" / "model.ckpt"
    harm(checkpoint)
    done = here("score", "systems/llm-fluent", "-m", "comet", "--comet-model", model)
    refused(done, str(checkpoint), says)
    assert not (model / "ran").exists()
    assert not (project / "results").exists()
