"""COMET as the registry knows it."""

from __future__ import annotations

from mteval.metrics.base import MetricSpec
from mteval.metrics.comet.known_models import DEFAULT_MODEL
from mteval.metrics.learned.options import CACHE_OPTION, DEVICE_OPTION, LONG_INPUTS_OPTION
from mteval.metrics.options import MetricOption

__all__ = ["COMET", "PRECISIONS"]

PRECISIONS = ("fp32", "bf16", "fp16")

COMET = MetricSpec(
    name="comet",
    label="COMET",
    higher_is_better=True,
    range=(None, None),
    needs_source=True,
    needs_reference=True,
    paper="Rei et al. 2020, COMET: A Neural Framework for MT Evaluation",
    implementation="mteval.metrics.comet.metric:comet",
    package="unbabel-comet",
    extra="comet",
    decimals=4,
    options=(
        MetricOption(
            name="model",
            help="COMET model: mteval/comet-mini-en, which comes with mteval, a hub name that was "
            "fetched, a folder or a .ckpt file (see: mteval models).",
            default=DEFAULT_MODEL,
            flag="--comet-model",
            variable="MTEVAL_COMET_MODEL",
            aliases=("comet_model",),
            project_check="mteval.metrics.comet.trust:check_project_model",
        ),
        LONG_INPUTS_OPTION,
        MetricOption(
            name="precision",
            help="Precision of COMET's encoder: fp32, bf16 or fp16.",
            default="fp32",
            choices=PRECISIONS,
            flag="--precision",
            variable="MTEVAL_PRECISION",
            aliases=("precision",),
        ),
        CACHE_OPTION,
        DEVICE_OPTION,
    ),
    versions=("torch", "transformers", "tokenizers"),
    scale=1.0,
    score="mteval.metrics.base:mean",
    threaded=True,
)
