"""The published COMET models that mteval knows by name, and the one that comes with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "BUNDLED_MODELS",
    "DEFAULT_MODEL",
    "KNOWN_MODELS",
    "READS_BOTH",
    "READS_EITHER",
    "STANDARD_MODEL",
    "KnownModel",
]

# It comes with the package, so that the same command gives the same numbers on every machine.
DEFAULT_MODEL = "mteval/comet-mini-en"
# What the field reports; it must be fetched.
STANDARD_MODEL = "Unbabel/wmt22-comet-da"
# Name -> folder, of the models that come with the package.
BUNDLED_MODELS = {DEFAULT_MODEL: Path(__file__).parents[2] / "data" / "comet-mini-en"}

# What a hypothesis is compared with, as listings of models say it.
READS_BOTH = "source and reference"
READS_EITHER = "source, and reference where there is one"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A published model.

    Attributes:
        name: on the hub.
        licence: SPDX identifier (Unbabel's LICENSE.models.md and model cards).
        reads: what it compares the hypothesis with.
    """

    name: str
    licence: str
    reads: str


KNOWN_MODELS = (
    KnownModel(DEFAULT_MODEL, "Apache-2.0", "reference"),
    KnownModel(STANDARD_MODEL, "Apache-2.0", READS_BOTH),
    KnownModel("Unbabel/wmt20-comet-da", "Apache-2.0", READS_BOTH),
    KnownModel("Unbabel/wmt22-cometkiwi-da", "CC-BY-NC-SA-4.0", "source"),
    KnownModel("Unbabel/wmt23-cometkiwi-da-xl", "CC-BY-NC-SA-4.0", "source"),
    KnownModel("Unbabel/wmt23-cometkiwi-da-xxl", "CC-BY-NC-SA-4.0", "source"),
    KnownModel("Unbabel/unite-mup", "Apache-2.0", READS_EITHER),
    KnownModel("Unbabel/XCOMET-XL", "CC-BY-NC-SA-4.0", READS_EITHER),
    KnownModel("Unbabel/XCOMET-XXL", "CC-BY-NC-SA-4.0", READS_EITHER),
)
