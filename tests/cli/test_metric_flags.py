"""Options of metrics as flags, settings and variables."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.support import (
    Done,
    refused,
    segments,
)

LONG = "mnd-2023-12-28-video-call"  # one paragraph, longer than the encoder takes


def test_settings_name_the_model(
    warm: Path,
    here: Callable[..., Done],
    checkpoints: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = ("score", "systems/llm-fluent", "--json")

    def model(*more: object) -> str:
        done = here(*command, *more)
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["signatures"]["comet"].split("|")[1])

    shutil.copytree(checkpoints["xcomet"], warm / "models" / "xcomet")
    (warm / "mteval.toml").write_text('comet_model = "models/xcomet"\n')
    # The project may be somebody else's.
    refused(here(*command), "mteval.toml: comet's model is models/xcomet, and a project's settings")
    monkeypatch.setenv("MTEVAL_TRUSTED_MODELS", str(warm / "models"))
    assert model() == "model:xcomet"
    assert any("comet-split" in row["flags"] for row in segments(warm))
    (warm / "mteval.toml").write_text('comet_model = "Org/file"\n')
    refused(here(*command), "the COMET model Org/file is not on this machine")
    monkeypatch.setenv("MTEVAL_COMET_MODEL", str(checkpoints["xcomet"]))
    assert model() == "model:xcomet"
    monkeypatch.setenv("MTEVAL_COMET_MODEL", "Org/variable")
    refused(here(*command), "the COMET model Org/variable is not on this machine")
    assert model("--comet-model", checkpoints["xcomet"]) == "model:xcomet"
    (warm / "mteval.toml").write_text("comet_model = 5\n")
    refused(here(*command), "mteval.toml: comet_model is 5; give it as a text in quotes")


def test_long_inputs_may_be_truncated(
    project: Path, here: Callable[..., Done], checkpoints: dict[str, Path]
) -> None:
    command = ("score", "systems/llm-fluent", "-m", "comet", "--json")
    named = ("--comet-model", checkpoints["xcomet"], "--long-inputs", "truncate")
    done = here(*command, *named)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [(row["document"], row["flag"]) for row in found["flags"]] == [(LONG, "comet-truncated")]
    assert "|long:truncate|" in found["signatures"]["comet"]
    assert f"llm-fluent {LONG}:1" in done.stderr
    assert [row["flags"] for row in segments(project) if row["flags"]] == ["comet-truncated"]


@pytest.mark.parametrize(
    ("option", "choices"),
    [
        ("--long-inputs", "split, truncate"),
        ("--precision", "fp32, bf16, fp16"),
        ("--device", "auto, cpu, cuda, mps"),
    ],
)
def test_bad_values_are_refused_with_the_choices(
    project: Path, here: Callable[..., Done], option: str, choices: str
) -> None:
    done = here("score", "systems/llm-fluent", option, "other")
    refused(done, f"{option} is 'other'; choose from {choices}")
    assert not (project / "results").exists()


def test_bad_values_in_the_settings_are_refused_too(
    project: Path, here: Callable[..., Done]
) -> None:
    (project / "mteval.toml").write_text('precision = "int8"\n')
    refused(here("score", "systems/llm-fluent"), "precision", "'int8'", "fp32, bf16, fp16")


def test_a_device_that_is_not_there_is_refused(
    project: Path, here: Callable[..., Done], checkpoints: dict[str, Path]
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    command = ("score", "systems/llm-fluent", "-m", "comet", "--no-cache", "--device", "cuda")
    done = here(*command, "--comet-model", checkpoints["regression"])
    refused(done, "there is no cuda device", "--device cpu")
    assert not (project / "results").exists()
