"""Models are files: which ones, where they lie, and what is said where one is missing."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from mteval.errors import InputError, MtevalError, UnavailableError, UsageError
from mteval.metrics.comet.checkpoints import (
    DEFAULT_MODEL,
    KNOWN_MODELS,
    fetch_model,
    find_model,
    list_models,
)
from tests.conftest import ROOT

KINDS = {
    "regression": "regression_metric",
    "referenceless": "referenceless_regression_metric",
    "unified": "unified_metric",
    "xcomet": "xcomet_metric",
}


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


def python(
    code: str, cwd: Path, *arguments: object, **environment: object
) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own: huggingface_hub reads its variables once."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {name: str(value) for name, value in environment.items()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


FIND = (
    "import sys\n"
    "from mteval.metrics.comet.checkpoints import find_model, list_models\n"
    "files = find_model(sys.argv[1])\n"
    "print(files.name, files.checkpoint, files.encoder, files.tokenizer, sep='\\n')\n"
    "print(next((r['path'] for r in list_models() if r['model'] == sys.argv[1]), None))\n"
    "sys.exit('torch' in sys.modules)\n"
)


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return write_encoder(tmp_path / "an encoder")


@pytest.fixture
def model(tmp_path: Path, encoder: Path) -> Path:
    return write_model(tmp_path / "mine", encoder)


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


def test_hparams_that_run_code_are_refused_and_do_not_run(model: Path) -> None:
    marker = model / "ran"
    for hostile in (
        f'!!python/object/apply:os.system ["touch {marker}"]',
        f'class_identifier: !!python/object/apply:os.system ["touch {marker}"]',
        f"class_identifier: regression_metric\nx: !!python/object/new:os.system [touch {marker}]",
    ):
        (model / "hparams.yaml").write_text(hostile)
        with pytest.raises(InputError, match=r"hparams.yaml: this is not plain YAML \("):
            find_model(str(model))
        assert not marker.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [1, 2\nb: {", r"not plain YAML"),
        ("a: \x01", r"not plain YAML"),
        ("a: 2020-99-99", r"not plain YAML"),
        ("[" * 3000, r"not plain YAML"),
        ("class_identifier: ranking_metric", r"is 'ranking_metric', and mteval scores with regr"),
        ("class_identifier: [regression_metric]", r"is \['regression_metric'\], and mteval"),
        ("class_identifier:", r"is None"),
        ("just a text", r"is None"),
        ("", r"is None"),
    ],
)
def test_hparams_that_are_not_those_of_a_model_are_refused(
    model: Path, text: str, says: str
) -> None:
    (model / "hparams.yaml").write_text(text)
    with pytest.raises(InputError, match=says) as error:
        find_model(str(model))
    assert "\n" not in str(error.value)


def test_hparams_that_are_not_utf8_are_refused(model: Path) -> None:
    (model / "hparams.yaml").write_bytes(b"class_identifier: \xff\xfe")
    with pytest.raises(InputError, match=r"hparams.yaml:1: the text is not UTF-8"):
        find_model(str(model))


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


HPARAMS = b"class_identifier: regression_metric\npretrained_model: xlm-roberta-large\n"
ENCODER = {"config.json": b"{}", "tokenizer.json": b"{ }", "sentencepiece.bpe.model": b"pieces"}


def test_a_fetched_model_is_found_in_the_hub_s_cache_with_its_encoder(tmp_path: Path) -> None:
    name = "Unbabel/wmt22-comet-da"
    files = {"hparams.yaml": HPARAMS, "checkpoints/model.ckpt": b"weights"}
    snapshot = write_hub(tmp_path / "hf" / "hub", name, files)
    encoder = write_hub(tmp_path / "hf" / "hub", "xlm-roberta-large", ENCODER)
    wanted = [name, *map(str, (snapshot / "checkpoints" / "model.ckpt", encoder, encoder))]
    for variable, folder in (("HF_HOME", tmp_path / "hf"), ("HF_HUB_CACHE", tmp_path / "hf/hub")):
        # No proxy is there: what asks the network would fail.
        done = python(FIND, tmp_path, name, **{variable: folder, "HTTPS_PROXY": "127.0.0.1:9"})
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [*wanted, str(snapshot)]


def test_a_fetched_model_without_its_encoder_says_how_to_get_it(tmp_path: Path) -> None:
    files = {"hparams.yaml": HPARAMS, "checkpoints/model.ckpt": b"weights"}
    snapshot = write_hub(tmp_path / "hf" / "hub", "Org/name", files)
    # A folder of the encoder's name that happens to lie here is not it.
    write_encoder(tmp_path / "xlm-roberta-large")
    done = python(FIND, tmp_path, "Org/name", HF_HOME=tmp_path / "hf")
    last = done.stderr.rstrip("\n").split("\n")[-1]
    assert "UnavailableError" in last
    assert "needs the files of its encoder xlm-roberta-large" in last
    assert str(snapshot / "encoder") in last
    assert "`mteval models fetch Org/name`" in last


def test_minilm_takes_its_tokenizer_from_another_repository(tmp_path: Path) -> None:
    hparams = HPARAMS.replace(b"xlm-roberta-large", b"microsoft/MiniLM") + b"encoder_model: MiniLM"
    files = {"hparams.yaml": hparams, "checkpoints/model.ckpt": b"weights"}
    hub = tmp_path / "hf" / "hub"
    write_hub(hub, "Org/name", files)
    encoder = write_hub(hub, "microsoft/MiniLM", {"config.json": b"{}", "vocab.txt": b"a"})
    done = python(FIND, tmp_path, "Org/name", HF_HOME=tmp_path / "hf")
    assert "needs the files of its encoder xlm-roberta-base" in done.stderr
    tokenizer = write_hub(hub, "xlm-roberta-base", ENCODER)
    done = python(FIND, tmp_path, "Org/name", HF_HOME=tmp_path / "hf")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[2:4] == [str(encoder), str(tokenizer)]


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


@pytest.mark.parametrize(
    ("kind", "more", "source", "reference", "needed"),
    [
        ("regression_metric", "", True, True, True),
        ("referenceless_regression_metric", "", True, False, False),
        ("unified_metric", "", True, True, False),
        ("unified_metric", "input_segments: [mt, src, ref]", True, True, False),
        ("unified_metric", "input_segments: [mt, ref]", False, True, True),
        ("unified_metric", "input_segments: [mt, src]", True, False, False),
        ("xcomet_metric", "", True, True, False),
        ("token_matching_metric", "", False, True, True),
        # xCOMET's classes read all three whatever their hyper-parameters say.
        ("xcomet_metric", "input_segments: [mt, src]", True, True, False),
    ],
)
def test_what_a_model_reads_follows_from_its_hyperparameters(
    kind: str, more: str, source: bool, reference: bool, needed: bool, tmp_path: Path, encoder: Path
) -> None:
    files = find_model(str(write_model(tmp_path / "mine", encoder, kind, more)))
    assert (files.reads_source, files.reads_reference) == (source, reference)
    assert files.needs_reference == needed


def test_input_segments_that_are_no_list_of_names_are_refused(
    tmp_path: Path, encoder: Path
) -> None:
    for number, bad in enumerate(("5", "mt", "[mt, 5]", "[src, ref]", "{mt: 1}")):
        more = f"input_segments: {bad}"
        model = write_model(tmp_path / str(number), encoder, "unified_metric", more)
        with pytest.raises(InputError, match=r"hparams.yaml: input_segments"):
            find_model(str(model))


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


def test_fetching_without_a_network_fails_in_one_sentence(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from mteval.errors import UnavailableError\n"
        "from mteval.metrics.comet.checkpoints import fetch_model\n"
        "try:\n    fetch_model('Org/name')\n"
        "except UnavailableError as error:\n    print(error)\n"
    )
    proxy = "http://127.0.0.1:9"
    for environment in ({"HF_HUB_OFFLINE": "1"}, {"HTTPS_PROXY": proxy, "https_proxy": proxy}):
        done = python(code, tmp_path, HF_HOME=tmp_path / "hf", **environment)
        assert done.returncode == 0, done.stderr
        [sentence] = done.stdout.splitlines()
        assert sentence.startswith("Org/name cannot be downloaded (")
        assert "--comet-model" in sentence


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


@pytest.mark.parametrize(
    ("name", "grade"), [("Unbabel/wmt22-comet-da", "published"), ("mine", "ungraded")]
)
def test_a_model_s_grade_is_not_for_itself_to_give(
    name: str, grade: str, tmp_path: Path, encoder: Path
) -> None:
    files = find_model(str(write_model(tmp_path / "mine", encoder, more="grade: published")))
    assert dataclasses.replace(files, name=name).grade == grade
    assert files.target_language is None
    assert files.evidence is None
