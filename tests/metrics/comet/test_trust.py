"""Settings of a project name no model that the project may have brought along."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mteval.cli.config import read_settings
from mteval.errors import UsageError
from mteval.metrics.comet.checkpoints import find_model
from mteval.metrics.comet.known_models import DEFAULT_MODEL, STANDARD_MODEL
from mteval.metrics.comet.trust import TRUSTED_MODELS
from tests.metrics.comet.model_folders import write_encoder, write_model


@pytest.fixture
def cloned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a project with models, beside others, and work in it."""
    encoder = write_encoder(tmp_path / "encoder")
    for name in ("cloned/models/mine", "cloned/Org/name", f"cloned/{STANDARD_MODEL}", "beside"):
        write_model(tmp_path / name, encoder)
    (tmp_path / "cloned" / "link").symlink_to(tmp_path / "beside")
    for variable in (TRUSTED_MODELS, "MTEVAL_COMET_MODEL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "cloned")
    return tmp_path / "cloned"


def named(model: object, file: str = "mteval.toml") -> object:
    """Return the model that is used where a project's settings name one."""
    table = (
        "[metrics.comet]\nmodel = " if file == "mteval.toml" else "[tool.mteval]\ncomet_model = "
    )
    Path(file).write_text(f"{table}'{model}'\n", "utf-8")
    return read_settings(Path())["comet"]["model"]


INSIDE = [
    *("models/mine", "./models/mine", "models/mine/checkpoints/model.ckpt", "Org/name", "link"),
    *("../beside", "../cloned/models/mine", "models/../../beside"),
]


@pytest.mark.parametrize("file", ["mteval.toml", "pyproject.toml"])
@pytest.mark.parametrize("model", INSIDE)
def test_a_model_that_the_project_may_have_brought_is_refused(
    model: str, file: str, cloned: Path
) -> None:
    with pytest.raises(UsageError) as error:
        named(model, file)
    assert str(error.value).startswith(f"{file}: comet's model is {model}, and a project's")
    assert f"{TRUSTED_MODELS}; if you trust this one, name it with --comet-model" in str(
        error.value
    )
    with pytest.raises(UsageError):
        named((cloned / model).absolute(), file)


@pytest.mark.parametrize("model", INSIDE)
def test_the_user_names_any_model(
    model: str, cloned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cloned / "mteval.toml").write_text("comet_model = 'models/mine'\n")
    flags = {"--comet-model": model}
    assert read_settings(Path(), flags)["comet"]["model"] == model
    monkeypatch.setenv("MTEVAL_COMET_MODEL", model)
    assert read_settings(Path())["comet"]["model"] == model
    assert find_model(model).name in ("mine", "name", "link", "beside")


def test_a_name_of_mteval_or_of_the_hub_may_be_set(cloned: Path) -> None:
    for name in (DEFAULT_MODEL, STANDARD_MODEL, "Other/name"):
        assert named(name) == name
    # It is not the folder of that name which happens to lie here.
    assert find_model(DEFAULT_MODEL).hparams_file.parent != cloned / DEFAULT_MODEL
    with pytest.raises(Exception, match=f"{STANDARD_MODEL} is not on this machine"):
        find_model(STANDARD_MODEL)


def test_folders_that_the_user_trusts_may_be_named(
    cloned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = os.pathsep.join([str(cloned.parent / "none"), str(cloned / "models")])
    monkeypatch.setenv(TRUSTED_MODELS, trusted)
    assert named("models/mine") == "models/mine"
    for model in ("models/../Org/name", "Org/name", "link"):
        with pytest.raises(UsageError):
            named(model)
    # A relative folder would be one of every project.
    for relative in (".", "models", "", ".."):
        monkeypatch.setenv(TRUSTED_MODELS, relative)
        with pytest.raises(UsageError):
            named("models/mine")
    monkeypatch.setenv(TRUSTED_MODELS, f"~{os.pathsep}{cloned.parent / 'beside'}")
    assert named("link") == "link"


def test_models_that_unbabel_comet_or_the_hub_fetched_may_be_named(
    cloned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path("~/.cache/torch/unbabel_comet/Org/name").expanduser()
    write_model(folder, write_encoder(cloned.parent / "another"))
    # The fetched one goes before the folder that lies here.
    assert named("Org/name") == "Org/name"
    assert find_model("Org/name").checkpoint.is_relative_to(folder)
    assert find_model("./Org/name").checkpoint.is_relative_to("Org")
    assert named(folder) == str(folder)
