"""Which class scores with which kind of COMET checkpoint."""

from __future__ import annotations

from mteval.metrics.comet.joint import JointModel, XCometModel
from mteval.metrics.comet.loading import build_model, import_libraries
from mteval.metrics.comet.model import CometModel
from mteval.metrics.comet.model_files import ModelFiles, ModelKind
from mteval.metrics.comet.single_texts import EmbeddingModel, TokenMatchingModel
from mteval.metrics.learned.devices import use_device
from mteval.metrics.learned.libraries import quiet_libraries

__all__ = ["MODEL_CLASSES", "load_model"]

MODEL_CLASSES: dict[ModelKind, type[CometModel]] = {
    "regression": EmbeddingModel,
    "referenceless": EmbeddingModel,
    "unified": JointModel,
    "xcomet": XCometModel,
    "token_matching": TokenMatchingModel,
}


def load_model(files: ModelFiles, *, precision: str = "fp32", device: str = "auto") -> CometModel:
    """Load a checkpoint, and return what scores inputs with it.

    Args:
        files: where it lies.
        precision: fp32, bf16 or fp16, of the encoder; the estimator always runs in fp32.
        device: auto, cpu, cuda or mps.

    Raises:
        InputError: the checkpoint is broken, hostile or incomplete.
        MissingPackageError: unbabel-comet is not installed.
        UnavailableError: the device is not there.
    """
    with quiet_libraries(import_libraries):
        where = use_device(device)
        library = build_model(files, where.torch)
    model = MODEL_CLASSES[files.kind](files, library, where, precision=precision)
    model.try_out()
    return model
