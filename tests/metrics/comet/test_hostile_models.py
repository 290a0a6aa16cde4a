"""Model folders that are broken or hostile: one sentence each, no code run, no network asked."""

from __future__ import annotations

import json
import math
import os
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mteval.errors import InputError, MtevalError
from mteval.metrics.comet.checkpoints import find_model
from mteval.metrics.comet.kinds import load_model
from tests.conftest import ROOT

# Any address: whoever asks for it is told on.
ADDRESS = "ftp://127.0.0.1:9/model"
CANARY = "import pathlib; (pathlib.Path(__file__).parent / 'ran').touch()\n"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a small model with its encoder beside it, and code that nothing may run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tests.checkpoints import build_bert_encoder, build_checkpoint

        folder = tmp_path_factory.mktemp("models")
        encoder = build_bert_encoder(folder / "encoder")
        model = build_checkpoint(folder / "sound", encoder, encoder_model="BERT")
    shutil.copytree(encoder, model / "encoder")
    for name in ("modeling_canary.py", "encoder/modeling_canary.py", "encoder/kernels.py"):
        (model / name).write_text(CANARY, "utf-8")
    return model


@pytest.fixture
def model(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the model, and refuse every address."""

    def refuse(*arguments: object) -> None:
        raise AssertionError(f"the network was asked for {arguments[-1]}")

    for owner, name in ((socket.socket, "connect"), (socket, "getaddrinfo")):
        monkeypatch.setattr(owner, name, refuse)
    return Path(shutil.copytree(sound, tmp_path / "mine"))


def change(path: Path, **fields: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | fields), "utf-8")


def refused(model: Path, says: str) -> None:
    with pytest.raises(InputError) as error:
        load_model(find_model(str(model)), device="cpu")
    message = str(error.value)
    assert says in message
    assert str(model) in message
    assert "\n" not in message
    assert not list(model.rglob("ran"))


def works(model: Path) -> None:
    loaded = load_model(find_model(str(model)), device="cpu")
    assert loaded.text_limit > 2
    assert not list(model.rglob("ran"))


CODE = "names code beyond the weights, and such models are not loaded"
CONFIGS: dict[str, tuple[dict[str, object], str]] = {
    "kernel": ({"attn_implementation": "kernels-community/flash-attn"}, CODE),
    "private kernel": ({"_attn_implementation": "kernels-community/flash-attn:x"}, CODE),
    "internal kernel": ({"_attn_implementation_internal": "someone/kernel"}, CODE),
    "kernels by part": ({"attn_implementation": {"": "someone/kernel"}}, CODE),
    "flash": ({"attn_implementation": "flash_attention_2"}, CODE),
    "auto_map": ({"auto_map": {"AutoModel": "modeling_canary.Model"}}, CODE),
    "remote": ({"auto_map": {"AutoConfig": "someone/repository--config.C"}}, CODE),
    "pipelines": ({"custom_pipelines": {"p": {"impl": "modeling_canary.P"}}}, CODE),
    "trust": ({"trust_remote_code": True}, CODE),
    "quantised": ({"quantization_config": {"quant_method": "aqlm"}}, CODE),
    "another class": ({"model_type": "xlm-roberta"}, "the model_type is xlm-roberta and the"),
    "unknown class": ({"model_type": "canary"}, "the model_type is canary and the encoder"),
    "class of a list": ({"model_type": ["bert"]}, "and the encoder should be bert"),
    "architecture": ({"architectures": ["LlamaModel"]}, "architectures is "),
    "architecture by path": ({"architectures": ["Bert/../x"]}, "architectures is "),
    "architectures": ({"architectures": "BertModel"}, "architectures is "),
    "negative": ({"hidden_size": -32}, "hidden_size is -32 and not a number from 1 to"),
    "huge": ({"num_hidden_layers": 10**9}, "num_hidden_layers is 1000000000 and not"),
    "text": ({"vocab_size": "193"}, "vocab_size is 193 and not a number"),
    "switch": ({"intermediate_size": True}, "intermediate_size is True and not a number"),
    "fraction": ({"num_attention_heads": 2.5}, "num_attention_heads is 2.5 and not a number"),
    "no number": ({"layer_norm_eps": math.nan}, "layer_norm_eps is nan and not a number"),
    "infinite": ({"hidden_dropout_prob": math.inf}, "hidden_dropout_prob is inf and not"),
    "no share": ({"attention_probs_dropout_prob": 7}, "attention_probs_dropout_prob is 7 and"),
    "activation": ({"hidden_act": "__import__"}, "hidden_act is __import__ and not one of"),
    "list": ({"hidden_act": ["gelu"]}, "hidden_act is "),
    "positions": ({"position_embedding_type": "x"}, "position_embedding_type is x and not"),
    "heads": ({"num_attention_heads": 5}, "no regression model can be built of this checkpoint"),
    "other width": ({"hidden_size": 64}, "no regression model can be built of this checkpoint"),
    "more layers": ({"num_hidden_layers": 3}, "size mismatch for layerwise_attention"),
    "padding": ({"pad_token_id": 10**6}, "no regression model can be built of this checkpoint"),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_a_config_that_names_more_than_an_encoder_is_refused(case: str, model: Path) -> None:
    fields, says = CONFIGS[case]
    change(model / "encoder" / "config.json", **fields)
    refused(model, says)


TEXTS = {
    "no JSON": ("config.json", "{", "this is not JSON"),
    "deep": ("config.json", '{"a":' * 100_000, "this is not JSON"),
    "a list": ("config.json", "[1]", "this is not an object of JSON"),
    "settings": ("tokenizer_config.json", "[]", "this is not an object of JSON"),
    "auto_map": ("tokenizer_config.json", '{"auto_map": {"AutoTokenizer": ["c.T", 0]}}', CODE),
    "class": ("tokenizer_config.json", '{"tokenizer_class": "Canary"}', "the tokenizer_class is"),
    "class of a list": ("tokenizer_config.json", '{"tokenizer_class": [1]}', "tokenizer_class"),
    "token": ("tokenizer_config.json", '{"pad_token": 5}', "pad_token is"),
    "table": ("tokenizer_config.json", '{"added_tokens_decoder": [1]}', "is not a table of"),
    "number": ("tokenizer_config.json", '{"added_tokens_decoder": {"x": "a"}}', "is not a table"),
    "special": ("special_tokens_map.json", '{"cls_token": {"content": 1}}', "cls_token is"),
    "added": ("added_tokens.json", '{"a": "b"}', "this is not a table of tokens and numbers"),
    "empty tokenizer": ("tokenizer.json", "", "no regression model can be built"),
    "no tokenizer": ("tokenizer.json", "{}", "no regression model can be built"),
    "binary": ("tokenizer.json", "\0\1\2", "no regression model can be built"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_broken_file_of_the_encoder_is_refused(case: str, model: Path) -> None:
    name, text, says = TEXTS[case]
    (model / "encoder" / name).write_text(text, "utf-8")
    refused(model, says)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("tokenizer_config.json", {"vocab_file": "/etc/passwd", "tokenizer_file": "/etc/passwd"}),
        ("tokenizer_config.json", {"name_or_path": "someone/model", "from_slow": True}),
        ("config.json", {"_name_or_path": "someone/model", "torch_dtype": "x", "dtype": "x"}),
        ("config.json", {"attn_implementation": "eager", "is_decoder": True, "use_cache": 1}),
    ],
)
def test_fields_that_are_not_known_are_not_read(
    name: str, fields: dict[str, object], model: Path
) -> None:
    change(model / "encoder" / name, **fields)
    works(model)


def test_files_that_are_not_known_are_not_read(model: Path) -> None:
    adapter = {"base_model_name_or_path": "someone/model", "peft_type": "LORA", "auto_mapping": {}}
    for name in ("adapter_config.json", "generation_config.json", "chat_template.json"):
        (model / "encoder" / name).write_text(json.dumps(adapter), "utf-8")
    (model / "encoder" / "vocab.txt").write_bytes(b"\xff")
    (model / "encoder" / "model.safetensors").write_bytes(b"\xff")
    works(model)


# What tokenizers 0.22 panics on, as it is read or as it is run.
SPECIAL = [{"SpecialToken": {"id": "[X]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
PANICS: list[dict[str, object]] = [
    {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "/////wAA"}},
    {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "CAAAAAAAAAD/////AA=="}},
    {"pre_tokenizer": {"type": "FixedLength", "length": 0}},
    {
        "post_processor": {
            **{"type": "TemplateProcessing", "single": SPECIAL, "pair": []},
            "special_tokens": {},
        }
    },
]


@pytest.mark.parametrize("fields", PANICS)
def test_a_tokenizer_that_panics_is_one_sentence(
    fields: dict[str, object], model: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    change(model / "encoder" / "tokenizer.json", **fields)
    refused(model, "the tokenizer cannot be run (")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "fields",
    [
        # One knows the letter a alone, the other searches for ever in long runs of x.
        {"model": {"type": "WordLevel", "unk_token": "none", "vocab": {"a": 0}}},
        {"normalizer": {"type": "Replace", "pattern": {"Regex": "(x+x+)+y"}, "content": ""}},
    ],
)
def test_a_tokenizer_that_fails_on_a_text_is_one_sentence(
    fields: dict[str, object], model: Path
) -> None:
    change(model / "encoder" / "tokenizer.json", **fields)
    loaded = load_model(find_model(str(model)), device="cpu")
    with pytest.raises(InputError, match="the tokenizer cannot be run ") as error:
        loaded.tokenize(["a", "b " + "x" * 50])
    assert str(model) in str(error.value)


def edit(path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    found = torch.load(path, map_location="cpu", weights_only=True)
    edit(found)
    torch.save(found, path)


WEIGHTS: dict[str, tuple[Callable[[torch.Tensor], object], str]] = {
    "complex": (lambda w: torch.complex(w, w), "are complex"),
    "sparse": (lambda w: w.to_sparse(), "are sparse"),
    "compressed": (lambda w: w.to_sparse_csr(), "are sparse"),
    "meta": (lambda w: w.to("meta"), "are without content (meta)"),
    "quantised": (lambda w: torch.quantize_per_tensor(w, 0.1, 0, torch.qint8), "are quantised"),
    "whole": (lambda w: w.long(), "no regression model can be built of this checkpoint"),
    "switches": (lambda w: w > 0, "no regression model can be built of this checkpoint"),
    "not a number": (lambda w: w * math.nan, "are not finite numbers"),
    "infinite": (lambda w: w * math.inf, "are not finite numbers"),
    "too large": (lambda w: w.double() * 1e300, "are not finite numbers"),
    "transposed": (lambda w: w.T.contiguous(), "size mismatch for estimator.ff.0.weight"),
    "flat": (lambda w: w.flatten(), "size mismatch for estimator.ff.0.weight"),
    "empty": (lambda w: w[:0], "size mismatch for estimator.ff.0.weight"),
    "a text": (lambda w: "weights", "estimator.ff.0.weight is a str and not a tensor"),
    "a list": (lambda w: w.tolist(), "estimator.ff.0.weight is a list and not a tensor"),
}


@pytest.mark.parametrize("case", WEIGHTS)
@pytest.mark.filterwarnings("ignore")
def test_weights_that_are_not_dense_real_numbers_are_refused(case: str, model: Path) -> None:
    damage, says = WEIGHTS[case]

    def damaged(found: dict[str, Any]) -> None:
        weights = found["state_dict"]
        weights["estimator.ff.0.weight"] = damage(weights["estimator.ff.0.weight"])

    edit(model / "checkpoints" / "model.ckpt", damaged)
    refused(model, says)


def test_weights_whose_scores_are_no_numbers_are_refused(model: Path) -> None:
    def damaged(found: dict[str, Any]) -> None:
        # All finite, and their products are not.
        for name, tensor in found["state_dict"].items():
            if name.startswith("estimator"):
                found["state_dict"][name] = torch.full_like(tensor, 3e38)

    edit(model / "checkpoints" / "model.ckpt", damaged)
    refused(model, "the model does not run as its hyper-parameters say (a letter scores")


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"encoder_model": "Canary"}, "its encoder_model is none of BERT, XLM-RoBERTa"),
        ({"encoder_model": "XLM-RoBERTa"}, "the model_type is bert and the encoder should be"),
        ({"encoder_model": ["BERT"]}, "its encoder_model is none of BERT, XLM-RoBERTa"),
        ({"hidden_sizes": [10**15]}, "no regression model can be built of this checkpoint"),
        ({"activations": "exec"}, "no regression model can be built of this checkpoint"),
        ({"pool": "canary"}, "Invalid pooling technique"),
    ],
)
def test_hyperparameters_of_the_weights_that_fit_no_model_are_refused(
    found: dict[str, object], says: str, model: Path
) -> None:
    edit(
        model / "checkpoints" / "model.ckpt",
        lambda found_in: found_in["hyper_parameters"].update(found),
    )
    refused(model, says)


@pytest.mark.parametrize("tag", ["object/apply:os.system [touch ran]", "name:os.system ''"])
def test_tags_of_python_in_hyperparameters_are_refused(
    tag: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model)
    path = model / "hparams.yaml"
    path.write_text(f"{path.read_text('utf-8')}more: !!python/{tag}\n", "utf-8")
    with pytest.raises(MtevalError, match="this is not plain YAML"):
        find_model(str(model))
    assert not (model / "ran").exists()


def test_a_callback_in_a_checkpoint_is_not_made(model: Path) -> None:
    """Lightning's own ModelCheckpoint asks the address that it is given, as it is made."""
    from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint

    class Made:
        def __init__(self, kind: type) -> None:
            self._kind = kind

        def __reduce__(self) -> tuple[type, tuple[str]]:
            return self._kind, (ADDRESS,)

    edit(
        model / "checkpoints" / "model.ckpt",
        lambda found: found.update(
            callbacks=[Made(ModelCheckpoint), ModelCheckpoint, {EarlyStopping: Made(EarlyStopping)}]
        ),
    )
    works(model)
    with pytest.raises(AssertionError, match="the network was asked"):
        ModelCheckpoint(ADDRESS)


def test_sound_models_load(model: Path) -> None:
    works(model)


# A package that fetches code, as transformers calls it where it is installed.
KERNELS = """
import enum, os, pathlib

Mode = enum.Flag("Mode", "INFERENCE TRAINING TORCH_COMPILE FALLBACK")

def get_kernel(name, **_):
    pathlib.Path(os.environ["CANARY"]).open("a").write(f"kernel {name}\\n")
    raise ImportError("no network")

class _Any:
    def __init__(self, *_, **__): ...
    def __call__(self, function): return function

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _Any
"""
GUARD = """
import os, pathlib, socket

def guard(name):
    def refuse(*arguments, **_):
        pathlib.Path(os.environ["CANARY"]).open("a").write(f"network {arguments[-1]}\\n")
        raise OSError("no network")
    return refuse

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, guard(name))
socket.getaddrinfo = guard("getaddrinfo")
"""
CONTROL = """
import sys, warnings
warnings.simplefilter("ignore")
from transformers import BertConfig, BertModel
try:
    BertModel(BertConfig.from_pretrained(sys.argv[1]))
except Exception:
    pass
"""


def test_a_kernel_is_not_fetched_where_its_package_is_installed(
    sound: Path, tmp_path: Path
) -> None:
    site, canary = tmp_path / "site", tmp_path / "canary"
    model = Path(shutil.copytree(sound, tmp_path / "cloned" / "model"))
    change(model / "encoder" / "config.json", _attn_implementation="kernels-community/canary")
    (site / "kernels").mkdir(parents=True)
    (site / "kernels" / "__init__.py").write_text(KERNELS, "utf-8")
    (site / "kernels-0.10.0.dist-info").mkdir()
    (site / "kernels-0.10.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: kernels\nVersion: 0.10.0\n", "utf-8"
    )
    (site / "sitecustomize.py").write_text(GUARD, "utf-8")
    (tmp_path / "cloned" / "texts").write_text("a\n", "utf-8")
    (tmp_path / "cloned" / "mteval.toml").write_text("comet_model = 'model'\n", "utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
        "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)]),
        "CANARY": str(canary),
        "HOME": str(tmp_path),
    }

    def run(*command: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *map(str, command)],
            cwd=tmp_path / "cloned",
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    score = ("-m", "mteval", "score", "texts", "-s", "texts", "-r", "texts", "-m", "comet")
    for more, says in (((), "name it with --comet-model"), (("--comet-model", "model"), CODE)):
        done = run(*score, *more, "--samples", 0)
        assert done.returncode == 2
        assert says in done.stderr
        assert done.stderr.count("\n") == 1
    assert not canary.exists()
    # The libraries by themselves do fetch it.
    run("-c", CONTROL, model / "encoder")
    assert "kernel kernels-community/canary" in canary.read_text("utf-8")
    canary.unlink()
    # A sound model is scored, and nobody asks for a network.
    change(model / "encoder" / "config.json", _attn_implementation=None)
    done = run(*score, "--comet-model", "model", "--samples", 0)
    assert done.returncode == 0, done.stderr
    assert not canary.exists()
