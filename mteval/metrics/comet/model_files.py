"""One COMET model on disk: its files, and what its hyper-parameters say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mteval.metrics.comet.known_models import BUNDLED_MODELS, KNOWN_MODELS

__all__ = ["INPUTS", "TOKENIZER_PATTERNS", "ModelFiles", "ModelKind"]

ModelKind = Literal["regression", "referenceless", "unified", "xcomet", "token_matching"]

# What a joint model may read, as its hyper-parameters name it.
INPUTS = ("mt", "src", "ref")
# The files of a tokenizer, beside the encoder's config.json.
TOKENIZER_PATTERNS = ("tokenizer*", "sentencepiece*", "vocab*", "special_tokens*", "added_tokens*")


@dataclass(frozen=True)
class ModelFiles:
    """The files of one model, and what follows from its hyper-parameters.

    Attributes:
        name: as given, without the folders above.
        kind: class of unbabel-comet.
        checkpoint: the weights.
        hparams_file: the hyper-parameters beside them.
        hparams: what it says.
        encoder: folder with the encoder's config.json.
        tokenizer: folder with its tokenizer.
    """

    name: str
    kind: ModelKind
    checkpoint: Path
    hparams_file: Path
    hparams: Mapping[str, Any]
    encoder: Path
    tokenizer: Path

    @property
    def reads_source(self) -> bool:
        """Whether the model reads the source."""
        return self.kind != "token_matching" and (self.kind != "unified" or "src" in self.inputs)

    @property
    def reads_reference(self) -> bool:
        """Whether the model reads a reference where there is one."""
        return self.kind in ("regression", "token_matching") or (
            self.kind != "referenceless" and "ref" in self.inputs
        )

    @property
    def needs_reference(self) -> bool:
        """Whether the model cannot do without a reference."""
        return self.kind == "regression" or (self.reads_reference and not self.reads_source)

    @property
    def grade(self) -> str:
        """How far the model can be relied on: small, published or ungraded."""
        if self.name in BUNDLED_MODELS:
            return str(self.hparams["grade"])
        known = any(self.name == model.name for model in KNOWN_MODELS)
        return "published" if known else "ungraded"

    @property
    def target_language(self) -> str | None:
        """The one language that the model judges, as ISO 639-1; None where there are many."""
        language = str(self.hparams.get("target_language"))
        return language if re.fullmatch("[a-z]{2}", language) else None

    @property
    def embeds_texts(self) -> bool:
        """Whether each text is embedded alone, as one vector, and so can serve again."""
        return self.kind in ("regression", "referenceless")

    @property
    def adds_penalties(self) -> bool:
        """Whether a score is exp(-penalty), so that those of chunks multiply."""
        return self.kind == "token_matching"

    @property
    def evidence(self) -> str | None:
        """How well mteval's own models agree with experts, in a sentence; None for others."""
        evidence = self.hparams.get("evidence") if self.name in BUNDLED_MODELS else None
        return None if evidence is None else str(evidence)

    @property
    def normalises_layers(self) -> bool:
        """Whether layers are normalised before they are mixed, as most classes do."""
        default = self.kind not in ("xcomet", "token_matching")
        layer = self.hparams.get("layer", self.hparams.get("sent_layer", "mix"))
        return layer == "mix" and bool(self.hparams.get("layer_norm", default))

    @property
    def inputs(self) -> Sequence[str]:
        """What a joint model reads: mt, src, ref."""
        if self.kind == "xcomet":
            return INPUTS
        return tuple(self.hparams.get("input_segments") or INPUTS)

    def decisive_files(self) -> list[Path]:
        """Return the files whose content decides the scores."""
        tokenizer = {
            path for pattern in TOKENIZER_PATTERNS for path in self.tokenizer.glob(pattern)
        }
        return [
            self.checkpoint,
            self.hparams_file,
            self.encoder / "config.json",
            *sorted(path for path in tokenizer if path.is_file()),
        ]
