"""The options that learned metrics share; a flag or variable sets one for all that have it."""

from __future__ import annotations

from mteval.metrics.options import MetricOption

__all__ = ["CACHE_OPTION", "DEVICES", "DEVICE_OPTION", "LONG_INPUTS", "LONG_INPUTS_OPTION"]

LONG_INPUTS = ("split", "truncate")
DEVICES = ("auto", "cpu", "cuda", "mps")

LONG_INPUTS_OPTION = MetricOption(
    name="long_inputs",
    help="What learned metrics do with texts longer than their encoder takes: split them into "
    "aligned chunks, or truncate them as comet-score does.",
    default="split",
    choices=LONG_INPUTS,
    flag="--long-inputs",
    variable="MTEVAL_LONG_INPUTS",
    aliases=("long_inputs",),
)
DEVICE_OPTION = MetricOption(
    name="device",
    help="Where learned metrics run: auto, cpu, cuda or mps.",
    default="auto",
    choices=DEVICES,
    flag="--device",
    variable="MTEVAL_DEVICE",
    aliases=("device",),
)
# Its flag is --no-cache, which is a command's own: it is about more than metrics.
CACHE_OPTION = MetricOption(
    name="cache",
    help="Whether scores and embeddings are kept on disk.",
    default=True,
    kind="switch",
)
