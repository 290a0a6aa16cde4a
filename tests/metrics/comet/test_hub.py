"""Models in the hub's cache are found there, and fetching says why it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.metrics.comet.model_folders import write_encoder, write_hub

FIND = (
    "import sys\n"
    "from mteval.metrics.comet.checkpoints import find_model, list_models\n"
    "files = find_model(sys.argv[1])\n"
    "print(files.name, files.checkpoint, files.encoder, files.tokenizer, sep='\\n')\n"
    "print(next((r['path'] for r in list_models() if r['model'] == sys.argv[1]), None))\n"
    "sys.exit('torch' in sys.modules)\n"
)
HPARAMS = b"class_identifier: regression_metric\npretrained_model: xlm-roberta-large\n"
ENCODER = {"config.json": b"{}", "tokenizer.json": b"{ }", "sentencepiece.bpe.model": b"pieces"}


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
