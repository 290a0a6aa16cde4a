"""Measure the peak memory of COMET in `mteval score` as segments and systems grow.

    python -m benchmarks.comet_memory [--segments N] [--systems N] [--words N]

The texts are made up, all distinct, of a few words each; the encoder is tiny (1 layer, 32 wide), so
that what is measured is what mteval holds, not the time a large encoder takes. Printed beside it is
the arithmetic: the texts, and one embedding per distinct text (4 bytes x width).
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_WIDTH = 32
_WORDS = [
    *("the", "two", "sides", "agreed", "to", "expand", "cooperation"),
    *("exercise", "navy", "border", "talks", "peace", "trade"),
]


def write_texts(path: Path, name: str, n_segments: int, n_words: int) -> int:
    """Write distinct lines and count their characters."""
    generator = random.Random(name)
    lines = [
        " ".join([f"{name}{i}", *generator.choices(_WORDS, k=n_words)]) for i in range(n_segments)
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return sum(map(len, lines))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--segments", type=int, default=100_000)
    parser.add_argument("--systems", type=int, default=4)
    parser.add_argument("--words", type=int, default=6)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        make = (
            "from pathlib import Path; from tests.checkpoints import *;"
            f"encoder = build_encoder(Path({str(work / 'encoder')!r}), layers=1, width={_WIDTH});"
            f"build_checkpoint(Path({str(work / 'model')!r}), encoder)"
        )
        subprocess.run([sys.executable, "-W", "ignore", "-c", make], check=True)
        names = ["source", "reference", *(f"system{i}" for i in range(arguments.systems))]
        characters = sum(
            write_texts(work / name, name, arguments.segments, arguments.words) for name in names
        )
        command = [sys.executable, "-m", "mteval", "score", *(work / name for name in names[2:])]
        command += ["-s", work / "source", "-r", work / "reference", "-m", "comet", "--json"]
        command += ["--comet-model", work / "model", "-o", work / "results"]
        began = time.perf_counter()
        environment = os.environ | {"MTEVAL_CACHE_DIR": str(work / "cache")}
        subprocess.run(
            [str(word) for word in command],
            check=True,
            stdout=subprocess.DEVNULL,
            env=environment,
        )
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        cache = sum(path.stat().st_size for path in (work / "cache").iterdir()) / 1e6
    texts = arguments.segments * len(names)
    print(f"{arguments.segments} segments x {arguments.systems} systems: {texts} distinct texts")
    print(
        f"texts {characters / 1e6:.0f} MB, one embedding a text {texts * _WIDTH * 4 / 1e6:.0f} MB"
    )
    print(f"peak memory {peak:.2f} GB, {seconds:.0f} s, cache {cache:.0f} MB")


if __name__ == "__main__":
    main()
