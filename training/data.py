"""Expert judgements as the recipe reads them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["FILES", "Judgements", "read_judgements"]

# WMT21 zh-en, MQM (Freitag et al. 2021b; github.com/google/wmt-mqm-human-evaluation, Apache-2.0).
FILES = {"news": "wmt21-news-zh-en.mqm.tsv", "ted": "wmt21-ted-zh-en.mqm.tsv"}
_COLUMNS = ["system", "seg", "src", "mt", "ref", "mqm"]
# Segments that one block has at most; a document is cut into so many blocks as it needs.
_BLOCK = 40


@dataclass(frozen=True)
class Judgements:
    """Hold judged translations, one an index.

    Attributes:
        sets: name of the test set.
        systems: name of the system.
        keys: set and number of the source segment.
        blocks: runs of neighbouring segments of one document, what folds and resamples keep whole.
        sources: Chinese.
        hypotheses: English, by the system.
        references: English, by a person.
        mqm: the expert's score, 0 best, -25 worst.
    """

    sets: npt.NDArray[np.str_]
    systems: npt.NDArray[np.str_]
    keys: npt.NDArray[np.str_]
    blocks: npt.NDArray[np.str_]
    sources: list[str]
    hypotheses: list[str]
    references: list[str]
    mqm: npt.NDArray[np.float64]

    def __len__(self) -> int:
        """Count the judged translations."""
        return len(self.mqm)

    def groups(self) -> list[npt.NDArray[np.int64]]:
        """List the indices of the translations of each source."""
        order = np.argsort(self.keys, kind="stable")
        _, starts = np.unique(self.keys[order], return_index=True)
        return [np.sort(part) for part in np.split(order, starts[1:])]

    def folds(self, n_folds: int, seed: int) -> npt.NDArray[np.int64]:
        """Deal the blocks to folds, shape (n,); a block is in one fold whole."""
        names = np.unique(self.blocks)
        dealt = np.random.default_rng(seed).permutation(len(names)) % n_folds
        return dealt[np.searchsorted(names, self.blocks)]


def read_judgements(folder: Path) -> Judgements:
    """Read the files of a folder.

    Raises:
        SystemExit: a file is missing or has other columns.
    """
    rows: list[list[str]] = []
    sets: list[str] = []
    for name, file in FILES.items():
        path = folder / file
        if not path.is_file():
            raise SystemExit(
                f"{path} is missing; put the judgements there (see training/README.md)"
            )
        with path.open(encoding="utf-8", newline="") as stream:
            header, *found = [*csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)] or [[]]
        if header != _COLUMNS:
            raise SystemExit(f"{path}:1: the columns are {header} and not {_COLUMNS}")
        for number, row in enumerate(found, start=2):
            if len(row) != len(_COLUMNS):
                raise SystemExit(
                    f"{path}:{number}: {len(row)} columns and not {len(_COLUMNS)}; mend the line"
                )
        rows += found
        sets += [name] * len(found)
    systems, numbers, sources, hypotheses, references, scores = zip(*rows, strict=True)
    return Judgements(
        sets=np.array(sets),
        systems=np.array(systems),
        keys=np.array(
            [f"{name}:{int(number):05d}" for name, number in zip(sets, numbers, strict=True)]
        ),
        blocks=_blocks(sets, [int(number) for number in numbers]),
        sources=list(sources),
        hypotheses=list(hypotheses),
        references=list(references),
        mqm=np.array(scores, dtype=np.float64),
    )


def _blocks(sets: Sequence[str], numbers: Sequence[int]) -> npt.NDArray[np.str_]:
    """Name the block of each row: documents are runs of segment numbers without a gap."""
    names: dict[tuple[str, int], str] = {}
    for name in dict.fromkeys(sets):
        own = np.unique([n for one, n in zip(sets, numbers, strict=True) if one == name])
        for run in np.split(own, np.flatnonzero(np.diff(own) > 1) + 1):
            for part in np.array_split(run, -(-len(run) // _BLOCK)):
                names |= {(name, int(n)): f"{name}:{part[0]:05d}" for n in part}
    return np.array([names[key] for key in zip(sets, numbers, strict=True)])
