"""Models are files: where they lie, and what is said where one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import InputError, MtevalError, UnavailableError, UsageError
from mteval.metrics.comet.checkpoints import fetch_model, find_model, list_models
from mteval.metrics.comet.known_models import DEFAULT_MODEL, KNOWN_MODELS
from tests.conftest import ROOT
from tests.metrics.comet.model_folders import write_encoder, write_model

KINDS = {
    "regression": "regression_metric",
    "referenceless": "referenceless_regression_metric",
    "unified": "unified_metric",
    "xcomet": "xcomet_metric",
}


def test_real_checkpoints_are_found(checkpoints: dict[str, Path]) -> None:
    for kind in KINDS:
        files = find_model(str(checkpoints[kind]))
        assert (files.name, files.kind, files.encoder) == (kind, kind, checkpoints["encoder"])
        assert all(path.is_file() for path in files.decisive_files())
        names = [path.name for path in files.decisive_files()]
        assert names[:3] == ["model.ckpt", "hparams.yaml", "config.json"]
        assert {"tokenizer.json", "tokenizer_config.json"} <= set(names)


def test_a_folder_a_file_and_a_relative_path_name_the_same_model(
    model: Path, encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = model / "checkpoints" / "model.ckpt"
    monkeypatch.chdir(model.parent)
    for name in (str(model), f"{model}/", str(checkpoint), "mine", "./mine", "mine/checkpoints"):
        files = find_model(name)
        assert files.checkpoint.samefile(checkpoint)
        assert files.hparams_file.samefile(model / "hparams.yaml")
        assert files.encoder == files.tokenizer == encoder
        assert files.name == ("checkpoints" if name == "mine/checkpoints" else "mine")
    monkeypatch.chdir(model)
    assert find_model(".").name == "mine"
    monkeypatch.chdir(model / "checkpoints")
    assert find_model("model.ckpt").name == "mine"
    checkpoint.rename(model / "checkpoints" / "epoch=3.ckpt")
    assert find_model("epoch=3.ckpt").name == "epoch=3"


def test_a_tilde_means_the_home_folder(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # mteval.toml and MTEVAL_COMET_MODEL see no shell that would expand it.
    monkeypatch.setenv("HOME", str(model.parent))
    assert find_model("~/mine").checkpoint == model / "checkpoints" / "model.ckpt"
    with pytest.raises(InputError, match="there is no such file or folder"):
        find_model("~/none")
    with pytest.raises(InputError, match="there is no such file or folder"):
        find_model("~nobody-of-this-name/none")


def test_a_checkpoint_beside_its_hparams_is_found(model: Path) -> None:
    (model / "checkpoints" / "model.ckpt").rename(model / "model.ckpt")
    (model / "checkpoints").rmdir()
    assert find_model(str(model)).checkpoint == model / "model.ckpt"


def test_one_of_several_checkpoints_must_be_named(model: Path) -> None:
    (model / "checkpoints" / "last.ckpt").write_bytes(b"weights")
    with pytest.raises(InputError, match=r"there are 2 checkpoints \(last.ckpt, model.ckpt"):
        find_model(str(model))
    assert find_model(str(model / "checkpoints" / "last.ckpt")).name == "last"


def test_a_folder_that_is_no_model_is_refused(model: Path) -> None:
    (model / "checkpoints" / "model.ckpt").unlink()
    with pytest.raises(InputError, match=r"there is no checkpoint in this folder.*hparams.yaml"):
        find_model(str(model))


def test_a_checkpoint_without_hparams_is_refused(model: Path) -> None:
    (model / "hparams.yaml").unlink()
    for name in (model, model / "checkpoints" / "model.ckpt"):
        with pytest.raises(InputError, match=r"hparams.yaml is missing beside the checkpoint"):
            find_model(str(name))


@pytest.mark.parametrize(
    "name", ["none.ckpt", "./none", "../none", "/none/at/all", "a/b/c", "x.ckpt/y/z"]
)
def test_a_path_to_nothing_is_refused_as_a_path(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="there is no such file or folder; check the path"):
        find_model(name)


@pytest.mark.parametrize("name", ["a b/c", "a\nb", "\0", "x" * 5000, "-", "a--b", "é", "x/", " "])
def test_names_that_cannot_be_are_refused_in_one_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for find in (find_model, fetch_model):
        with pytest.raises(MtevalError) as error:
            find(name)
        assert "\n" not in str(error.value)


def test_an_unknown_hub_name_is_told_both_ways_out(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as error:
        find_model("Nobody/such-a-model")
    assert str(error.value).count("\n") == 0
    assert "`mteval models fetch Nobody/such-a-model`" in str(error.value)
    assert "--comet-model" in str(error.value)


def test_a_model_that_unbabel_comet_fetched_is_found(
    tmp_path: Path, encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".cache" / "torch" / "unbabel_comet" / "Unbabel" / "wmt20-comet-da"
    write_model(folder, encoder)
    files = find_model("Unbabel/wmt20-comet-da")
    assert files.checkpoint == folder / "checkpoints" / "model.ckpt"
    assert files.name == "Unbabel/wmt20-comet-da"


@pytest.mark.parametrize("where", ["encoder", "bert-of-ours", "", "checkpoints"])
@pytest.mark.parametrize("tokenizer", ["tokenizer.json", "sentencepiece.bpe.model", "vocab.txt"])
def test_the_encoder_may_lie_beside_the_checkpoint(
    where: str, tokenizer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_model(tmp_path / "mine", "Org/bert-of-ours")
    encoder = write_encoder(model / where, tokenizer)
    monkeypatch.chdir(tmp_path)
    for name in (str(model), "mine", "mine/checkpoints/model.ckpt"):
        files = find_model(name)
        assert files.encoder == files.tokenizer
        assert files.encoder.samefile(encoder)


def test_the_encoder_s_own_place_goes_before_other_folders(tmp_path: Path) -> None:
    model = write_model(tmp_path / "mine", "Org/bert-of-ours")
    write_encoder(model / "another")
    named = write_encoder(model / "bert-of-ours")
    assert find_model(str(model)).encoder == named
    assert find_model(str(model)).encoder != write_encoder(model / "encoder").with_name("another")
    assert find_model(str(model)).encoder == model / "encoder"


def test_an_encoder_without_its_tokenizer_is_none(model: Path) -> None:
    (model.parent / "an encoder" / "tokenizer.json").unlink()
    (model / "encoder").mkdir()
    (model / "encoder" / "config.json").write_text("{}")
    with pytest.raises(UnavailableError, match=r"put config.json and its tokenizer files into"):
        find_model(str(model))


@pytest.mark.parametrize(
    "name",
    ["Org/bert-of-ours", "bert-of-ours", "/none/at/all", "../none", "a b/c", "~nobody-at-all/x"],
)
def test_a_missing_encoder_is_told_with_its_place(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_model(tmp_path / "mine", name)
    for decoy in ("bert-of-ours", "Org/bert-of-ours"):
        write_encoder(tmp_path / "elsewhere" / decoy)
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(UnavailableError) as error:
        find_model(str(model))
    assert f"the COMET model mine needs the files of its encoder {name}" in str(error.value)
    assert str(model / "encoder") in str(error.value)
    assert "\n" not in str(error.value)


def test_known_models_are_listed_with_licence_and_place(
    tmp_path: Path, encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".cache" / "torch" / "unbabel_comet" / "Unbabel" / "wmt20-comet-da"
    write_model(folder, encoder)
    rows = list_models()
    assert [row["model"] for row in rows] == [known.name for known in KNOWN_MODELS]
    assert {row["model"]: row["path"] for row in rows if row["path"]} == {
        DEFAULT_MODEL: str(find_model(DEFAULT_MODEL).hparams_file.parent),
        "Unbabel/wmt20-comet-da": str(folder),
    }
    assert {row["licence"] for row in rows} == {"Apache-2.0", "CC-BY-NC-SA-4.0"}
    assert list_models("Unbabel/wmt22-comet-da") == rows


@pytest.mark.parametrize(
    ("kind", "more", "reads"),
    [
        ("regression_metric", "", "source and reference"),
        ("referenceless_regression_metric", "", "source"),
        ("unified_metric", "input_segments: [mt, ref]", "reference"),
        ("xcomet_metric", "", "source, and reference where there is one"),
        ("token_matching_metric", "", "reference"),
    ],
)
def test_the_configured_model_is_listed_too(
    kind: str, more: str, reads: str, tmp_path: Path, encoder: Path
) -> None:
    model = write_model(tmp_path / "mine", encoder, kind, more)
    assert list_models(str(model))[-1] == {
        "model": str(model),
        "licence": None,
        "reads": reads,
        "path": str(model),
    }


def test_what_is_on_disk_is_not_fetched(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(model.parent)
    for name in (str(model), "mine", "mine/hparams.yaml", "/none/at/all"):
        with pytest.raises(UsageError, match="only names on the hub are fetched"):
            fetch_model(name)


def test_the_model_that_comes_with_the_package_is_found_without_looking_elsewhere(
    tmp_path: Path, encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A folder of its name that happens to lie here is not it.
    write_model(tmp_path / "mteval" / "comet-mini-en", encoder)
    monkeypatch.chdir(tmp_path)
    files = find_model(DEFAULT_MODEL)
    assert files.hparams_file.parent == ROOT / "mteval" / "data" / "comet-mini-en"
    assert files.name == "mteval/comet-mini-en"
    assert files.encoder == files.tokenizer == files.hparams_file.parent / "encoder"
    assert fetch_model(DEFAULT_MODEL) == files
