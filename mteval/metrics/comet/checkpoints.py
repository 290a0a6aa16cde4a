"""COMET models on disk: which are known, where they lie, what files each consists of.

Nothing here loads a model, and only ``fetch_model`` touches the network.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mteval.errors import InputError, MissingPackageError, UnavailableError, UsageError, location
from mteval.io.files import kind_of, read_text

__all__ = [
    "DEFAULT_MODEL",
    "KNOWN_MODELS",
    "STANDARD_MODEL",
    "Kind",
    "KnownModel",
    "ModelFiles",
    "fetch_model",
    "find_model",
    "list_models",
]

Kind = Literal["regression", "referenceless", "unified", "xcomet", "token_matching"]

# It comes with the package, so that the same command gives the same numbers on every machine.
DEFAULT_MODEL = "mteval/comet-mini-en"
# What the field reports; it must be fetched.
STANDARD_MODEL = "Unbabel/wmt22-comet-da"
_BUNDLED = {DEFAULT_MODEL: Path(__file__).parents[2] / "data" / "comet-mini-en"}

# unbabel-comet's names of its classes (comet/models/__init__.py, 2.2.7), and of mteval's own.
_KINDS: dict[str, Kind] = {
    "regression_metric": "regression",
    "referenceless_regression_metric": "referenceless",
    "unified_metric": "unified",
    "xcomet_metric": "xcomet",
    "token_matching_metric": "token_matching",
}
_INPUTS = ("mt", "src", "ref")
# The encoder that a checkpoint without a word on it has (CometModel's default in 2.2.7).
_DEFAULT_ENCODER = "xlm-roberta-large"
# comet/encoders/minilm.py takes its tokenizer from here, whatever the encoder.
_MINILM_TOKENIZER = "xlm-roberta-base"
_TOKENIZER_FILES = ("tokenizer.json", "sentencepiece.bpe.model", "vocab.txt")
_TOKENIZER_PATTERNS = ("tokenizer*", "sentencepiece*", "vocab*", "special_tokens*", "added_tokens*")
_LEGACY_FOLDER = Path("~/.cache/torch/unbabel_comet")


@dataclass(frozen=True, slots=True)
class KnownModel:
    """Describe a published model.

    Attributes:
        name: on the hub.
        licence: SPDX identifier (Unbabel's LICENSE.models.md and model cards).
        reads: what it compares the hypothesis with.
    """

    name: str
    licence: str
    reads: str


_BOTH = "source and reference"
_EITHER = "source, and reference where there is one"
KNOWN_MODELS = (
    KnownModel(DEFAULT_MODEL, "Apache-2.0", "reference"),
    KnownModel(STANDARD_MODEL, "Apache-2.0", _BOTH),
    KnownModel("Unbabel/wmt20-comet-da", "Apache-2.0", _BOTH),
    KnownModel("Unbabel/wmt22-cometkiwi-da", "CC-BY-NC-SA-4.0", "source"),
    KnownModel("Unbabel/wmt23-cometkiwi-da-xl", "CC-BY-NC-SA-4.0", "source"),
    KnownModel("Unbabel/wmt23-cometkiwi-da-xxl", "CC-BY-NC-SA-4.0", "source"),
    KnownModel("Unbabel/unite-mup", "Apache-2.0", _EITHER),
    KnownModel("Unbabel/XCOMET-XL", "CC-BY-NC-SA-4.0", _EITHER),
    KnownModel("Unbabel/XCOMET-XXL", "CC-BY-NC-SA-4.0", _EITHER),
)


@dataclass(frozen=True)
class ModelFiles:
    """Say where everything of one model lies.

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
    kind: Kind
    checkpoint: Path
    hparams_file: Path
    hparams: Mapping[str, Any]
    encoder: Path
    tokenizer: Path

    @property
    def reads_source(self) -> bool:
        """Tell whether the model reads the source."""
        return self.kind != "token_matching" and (self.kind != "unified" or "src" in self.inputs)

    @property
    def reads_reference(self) -> bool:
        """Tell whether the model reads a reference where there is one."""
        return self.kind in ("regression", "token_matching") or (
            self.kind != "referenceless" and "ref" in self.inputs
        )

    @property
    def needs_reference(self) -> bool:
        """Tell whether the model cannot do without a reference."""
        return self.kind == "regression" or (self.reads_reference and not self.reads_source)

    @property
    def grade(self) -> str:
        """Say what the model is worth: small, published or ungraded."""
        if self.name in _BUNDLED:
            return str(self.hparams["grade"])
        known = any(self.name == model.name for model in KNOWN_MODELS)
        return "published" if known else "ungraded"

    @property
    def target_language(self) -> str | None:
        """Give the one language that the model judges, as ISO 639-1; None where there are many."""
        language = str(self.hparams.get("target_language"))
        return language if re.fullmatch("[a-z]{2}", language) else None

    @property
    def embeds_texts(self) -> bool:
        """Whether each text is embedded alone, as one vector, and so can serve again."""
        return self.kind in ("regression", "referenceless")

    @property
    def adds_penalties(self) -> bool:
        """Tell whether a score is exp(-penalty), so that those of chunks multiply."""
        return self.kind == "token_matching"

    @property
    def evidence(self) -> str | None:
        """Say in a sentence how well mteval's own models agree with experts; None for others."""
        evidence = self.hparams.get("evidence") if self.name in _BUNDLED else None
        return None if evidence is None else str(evidence)

    @property
    def normalises_layers(self) -> bool:
        """Tell whether layers are normalised before they are mixed, as most classes do."""
        default = self.kind not in ("xcomet", "token_matching")
        layer = self.hparams.get("layer", self.hparams.get("sent_layer", "mix"))
        return layer == "mix" and bool(self.hparams.get("layer_norm", default))

    @property
    def inputs(self) -> Sequence[str]:
        """List what a joint model reads: mt, src, ref."""
        if self.kind == "xcomet":
            return _INPUTS
        return tuple(self.hparams.get("input_segments") or _INPUTS)

    def decisive_files(self) -> list[Path]:
        """List the files whose content decides the scores."""
        tokenizer = {
            path for pattern in _TOKENIZER_PATTERNS for path in self.tokenizer.glob(pattern)
        }
        return [
            self.checkpoint,
            self.hparams_file,
            self.encoder / "config.json",
            *sorted(path for path in tokenizer if path.is_file()),
        ]


def list_models(configured: str | None = None) -> list[dict[str, Any]]:
    """List the known models and the configured one: name, licence, what it reads, where it lies.

    Raises:
        MtevalError: the configured model cannot be found or used; see ``find_model``.
    """
    rows: list[dict[str, Any]] = []
    for known in KNOWN_MODELS:
        folder = _locate(known.name)
        rows.append(
            {
                "model": known.name,
                "licence": known.licence,
                "reads": known.reads,
                "path": None if folder is None else str(folder),
            }
        )
    if configured is not None and configured not in {known.name for known in KNOWN_MODELS}:
        files = find_model(configured)
        reads = _BOTH if files.needs_reference and files.reads_source else _EITHER
        if not files.reads_reference:
            reads = "source"
        elif not files.reads_source:
            reads = "reference"
        rows.append(
            {
                "model": configured,
                "licence": None,
                "reads": reads,
                "path": str(files.hparams_file.parent),
            }
        )
    return rows


def find_model(name: str) -> ModelFiles:
    """Find a model on this machine: the package's own, a folder, a .ckpt file, a fetched hub name.

    Raises:
        UnavailableError: a hub name that is not on this machine, or its encoder is not.
        InputError: a file or folder that holds no COMET model.
        UsageError: neither a path nor a name that a hub could have.
    """
    if name in _BUNDLED:
        return _read_model(_checkpoint_in(_BUNDLED[name]), name)
    path = _expanded(name)
    if kind_of(path) == "file":
        return _read_model(path, path.stem if path.stem != "model" else _owner(path).name)
    if kind_of(path) == "folder":
        return _read_model(_checkpoint_in(path), path.absolute().name)
    if path.suffix == ".ckpt" or name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise InputError(f"{location(name)}: there is no such file or folder; check the path")
    folder = _locate(name)
    if folder is None:
        raise UnavailableError(
            f"the COMET model {name} is not on this machine (nor is there a file or folder of that "
            f"name here): fetch it where there is a network with `mteval models fetch {name}`, or "
            "name a folder or .ckpt file on disk with "
            "--comet-model (or MTEVAL_COMET_MODEL)"
        )
    return _read_model(_checkpoint_in(folder), name, hub=True)


def _expanded(name: str) -> Path:
    """Put the home folder for a tilde, as the settings of a project see no shell."""
    try:
        return Path(name).expanduser()
    except RuntimeError:  # nobody has that home
        return Path(name)


def _locate(name: str) -> Path | None:
    """Find the folder of a model: with the package, or in a cache of the hub or unbabel-comet."""
    if name in _BUNDLED:
        return _BUNDLED[name]
    snapshot, legacy = _snapshot(name, "hparams.yaml"), _expanded(str(_LEGACY_FOLDER / name))
    # A download that was broken off has left no checkpoint.
    return next((folder for folder in (snapshot, legacy) if folder and _checkpoints(folder)), None)


def fetch_model(name: str) -> ModelFiles:
    """Download a model and what its encoder needs, unless they are there.

    Raises:
        UnavailableError: the package, the network or the permission for it is missing.
        UsageError: the name is a path.
    """
    if name in _BUNDLED:
        return find_model(name)
    if name.count("/") > 1 or kind_of(_expanded(name)) is not None:
        raise UsageError(
            f"{location(name)} is a path; only names on the hub are fetched (see: mteval models)"
        )
    folder = _download(name, ["hparams.yaml", "LICENSE*", "checkpoints/*", "*.ckpt"])
    checkpoint = _checkpoint_in(folder)
    hparams = _read_hparams(_hparams_of(checkpoint))
    if _beside(checkpoint, hparams) is None:
        for encoder in _encoder_names(hparams):
            _download(encoder, ["config.json", *_TOKENIZER_PATTERNS])
    return _read_model(checkpoint, name, hub=True)


def _download(name: str, patterns: list[str]) -> Path:
    if not _hub_is_installed():
        raise MissingPackageError(
            "COMET models by name need the package huggingface_hub; install it with: "
            "pip install 'mteval-toolkit[comet]'"
        )
    import huggingface_hub

    try:
        return Path(huggingface_hub.snapshot_download(name, allow_patterns=patterns))
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UnavailableError(
            f"{location(name)} cannot be downloaded ({reason}); check the network, the name, and "
            "whether the model wants its licence accepted on the hub (then: huggingface-cli "
            "login), or copy its folder from another machine and name it with --comet-model"
        ) from None


def _hub_is_installed() -> bool:
    return importlib.util.find_spec("huggingface_hub") is not None


def _snapshot(name: str, file: str) -> Path | None:
    """Find a repository's newest snapshot with a file in huggingface_hub's cache."""
    if not _hub_is_installed():
        return None
    import huggingface_hub
    from huggingface_hub.errors import HFValidationError

    try:
        found = huggingface_hub.try_to_load_from_cache(name, file)
    except HFValidationError:
        raise UsageError(
            f"{name!r} is neither a file or folder nor a name on the hub; check its spelling"
        ) from None
    return Path(found).parent if isinstance(found, str) else None


def _checkpoints(folder: Path) -> list[Path]:
    """List the checkpoints of a model folder."""
    return sorted((folder / "checkpoints").glob("*.ckpt")) or sorted(folder.glob("*.ckpt"))


def _checkpoint_in(folder: Path) -> Path:
    """Find the one checkpoint of a model folder."""
    found = _checkpoints(folder)
    if len(found) > 1:
        raise InputError(
            f"{location(found[0].parent)}: there are {len(found)} checkpoints ({found[0].name}, "
            f"{found[1].name}, ...); name one of them"
        )
    if found:
        return found[0]
    raise InputError(
        f"{location(folder)}: there is no checkpoint in this folder; a COMET model has "
        "hparams.yaml and checkpoints/model.ckpt"
    )


def _owner(checkpoint: Path) -> Path:
    """Give the folder that a checkpoint's model is in."""
    # Not resolve(): the hub's cache has links to files that lie elsewhere.
    parent = checkpoint.absolute().parent
    return parent.parent if parent.name == "checkpoints" else parent


def _hparams_of(checkpoint: Path) -> Path:
    for folder in (_owner(checkpoint), checkpoint.absolute().parent.parent):
        if (folder / "hparams.yaml").is_file():
            return folder / "hparams.yaml"
    raise InputError(
        f"{location(checkpoint)}: hparams.yaml is missing beside the checkpoint (in its folder or "
        "the one above); copy the model's whole folder"
    )


def _read_hparams(path: Path) -> dict[str, Any]:
    try:
        import yaml
    except ModuleNotFoundError:
        raise MissingPackageError(
            "COMET models need the package pyyaml, which is not installed; install it with: "
            "pip install 'mteval-toolkit[comet]'"
        ) from None

    try:
        hparams = yaml.safe_load(read_text(path))
    # Dates that do not exist are ValueErrors; brackets by the thousand end the stack.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{location(path)}: this is not plain YAML ({reason}); fix it") from None
    named = hparams.get("class_identifier") if isinstance(hparams, dict) else None
    if not isinstance(hparams, dict) or not isinstance(named, str) or named not in _KINDS:
        raise InputError(
            f"{location(path)}: the class_identifier is {named!r}, and mteval scores with "
            f"{', '.join(_KINDS)}; choose another model"
        )
    read = hparams.get("input_segments")
    if read is not None and not (
        isinstance(read, list) and "mt" in read and all(one in _INPUTS for one in read)
    ):
        raise InputError(
            f"{location(path)}: input_segments is {read!r} and not a list of mt and some of src, "
            "ref; fix it"
        )
    return hparams


def _encoder_names(hparams: Mapping[str, Any]) -> list[str]:
    """Name the encoder, and after it the tokenizer where that is another repository."""
    name = str(hparams.get("pretrained_model") or _DEFAULT_ENCODER)
    return [name, _MINILM_TOKENIZER] if hparams.get("encoder_model") == "MiniLM" else [name]


def _beside(checkpoint: Path, hparams: Mapping[str, Any]) -> Path | None:
    """Find the encoder's files in the model's own folder."""
    owner = _owner(checkpoint)
    last = Path(_encoder_names(hparams)[0]).name
    folders = [owner, owner / "encoder", owner / last, checkpoint.absolute().parent]
    return next((folder for folder in folders if _holds(folder, _TOKENIZER_FILES)), None)


def _holds(folder: Path, tokenizer_files: Sequence[str]) -> bool:
    return (folder / "config.json").is_file() and any(
        (folder / name).is_file() for name in tokenizer_files
    )


def _read_model(checkpoint: Path, name: str, *, hub: bool = False) -> ModelFiles:
    if kind_of(checkpoint) != "file":
        raise InputError(f"{location(checkpoint)}: there is no such checkpoint; check the path")
    hparams_file = _hparams_of(checkpoint)
    hparams = _read_hparams(hparams_file)
    encoder = tokenizer = _beside(checkpoint, hparams)
    if encoder is None:
        names = _encoder_names(hparams)
        folders = [_encoder_folder(one, hparams_file.parent) for one in names]
        missing = [one for one, folder in zip(names, folders, strict=True) if folder is None]
        encoder, tokenizer = folders[0], folders[-1]
        if encoder is None or tokenizer is None:
            fetch = f", or fetch them where there is a network with `mteval models fetch {name}`"
            raise UnavailableError(
                f"the COMET model {name} needs the files of its encoder {missing[0]}, which are "
                "not on this machine: put config.json and its tokenizer files into "
                f"{location(_owner(checkpoint) / 'encoder')}{fetch if hub else ''}"
            )
    return ModelFiles(
        name=name,
        kind=_KINDS[hparams["class_identifier"]],
        checkpoint=checkpoint,
        hparams_file=hparams_file,
        hparams=hparams,
        encoder=encoder,
        tokenizer=tokenizer or encoder,
    )


def _encoder_folder(name: str, beside: Path) -> Path | None:
    """Find an encoder by path, absolute or from the model's folder, or in the hub's cache."""
    for folder in (_expanded(name), beside / name):
        # A name such as xlm-roberta-large must not pick up a folder that happens to lie here.
        if folder.is_absolute() and _holds(folder, _TOKENIZER_FILES):
            return folder
    if Path(name).is_absolute() or name.count("/") > 1 or name.startswith("."):
        return None
    try:
        found = _snapshot(name, "config.json")
    except UsageError:  # no name that a hub could have
        return None
    return found if found is not None and _holds(found, _TOKENIZER_FILES) else None
