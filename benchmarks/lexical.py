"""Time `mteval score` against sacrebleu's command line on the same files, both in one run.

    python -m benchmarks.lexical WMT22_FOLDER [--rounds N] [--statistics]

Each round runs both as whole processes, one after the other, for BLEU and chrF of all systems
against one reference. sacrebleu prints system scores; mteval also computes and writes every
document and segment score. The ratio of the medians is what counts: machines are noisy.

With --statistics only the counting of n-grams is timed, in this process and its workers, against
sacrebleu's, and every integer compared.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp

from mteval.executor import ProcessExecutor
from mteval.metrics.registry import METRICS, load_metric


def timed(command: list[str]) -> tuple[float, str]:
    """Run a command and give its wall time in seconds and its stdout."""
    began = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - began, done.stdout


def time_statistics(folder: Path, rounds: int) -> None:
    """Time the statistics of all systems, ours and sacrebleu's, and compare them."""

    def read(path: Path) -> list[str]:
        return path.read_text("utf-8").split("\n")[:-1]

    systems = [read(path) for path in sorted((folder / "systems").iterdir())]
    references = [read(folder / "ref.A.en")]
    makers: dict[str, Any] = {"bleu": BLEU, "chrf": CHRF}
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        both = {"sacrebleu": 0.0, "mteval": 0.0}
        for name, make in makers.items():
            # A new object, and nothing that its tokenizer remembers of the last round.
            Tokenizer13a.__call__.cache_clear()
            TokenizerRegexp.__call__.cache_clear()
            oracle = make()
            began = time.perf_counter()
            theirs = [oracle._extract_corpus_statistics(system, references) for system in systems]
            taken = {"sacrebleu": time.perf_counter() - began}
            Tokenizer13a.__call__.cache_clear()
            TokenizerRegexp.__call__.cache_clear()
            metric = load_metric(METRICS[name])
            began = time.perf_counter()
            mine = metric.statistics(None, references, systems, executor=ProcessExecutor()).values
            taken["mteval"] = time.perf_counter() - began
            if not np.array_equal(mine, theirs):
                raise SystemExit(f"{name}: the statistics differ")
            for side, seconds in taken.items():
                times.setdefault(f"{side} {name}", []).append(seconds)
                both[side] += seconds
        for side, seconds in both.items():
            times.setdefault(f"{side} both", []).append(seconds)
    print(f"{len(systems)} systems of {len(references[0])} segments; every integer equal")
    for name, values in times.items():
        shown = " ".join(f"{value:.2f}" for value in values)
        print(f"{name}: median {statistics.median(values):.3f} s of {shown}")
    for name in (*makers, "both"):
        ratio = statistics.median(times[f"sacrebleu {name}"])
        ratio /= statistics.median(times[f"mteval {name}"])
        print(f"{name}: mteval is {ratio:.1f} times as fast as sacrebleu")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--statistics", action="store_true", help="time the counting alone")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    if arguments.statistics:
        time_statistics(folder, arguments.rounds)
        return
    systems = sorted(map(str, (folder / "systems").iterdir()))
    source, reference = str(folder / "src.zh"), str(folder / "ref.A.en")
    peer = [sys.executable, "-m", "sacrebleu", reference, "-i", *systems, "-m", "bleu", "chrf"]
    peer += ["-f", "json", "--width", "10"]
    with tempfile.TemporaryDirectory() as results:
        ours = [sys.executable, "-m", "mteval", "score", *systems, "-s", source, "-r", reference]
        ours += ["-m", "bleu", "-m", "chrf", "-o", results, "--json"]
        times: dict[str, list[float]] = {"sacrebleu": [], "mteval": []}
        for _ in range(arguments.rounds):
            for name, command in (("sacrebleu", peer), ("mteval", ours)):
                seconds, output = timed(command)
                times[name].append(seconds)
                found = json.loads(output)
                if name == "sacrebleu":
                    theirs = [(row["BLEU"], row["chrF2"]) for row in found]
                else:
                    mine = [(row["bleu"], row["chrf"]) for row in found["systems"]]
    largest = max(
        abs(float(a) - b)
        for row, other in zip(theirs, mine, strict=True)
        for a, b in zip(row, other, strict=True)
    )
    print(f"{len(systems)} systems, BLEU + chrF; largest difference of a score {largest:.1e}")
    for name, taken in times.items():
        shown = " ".join(f"{value:.2f}" for value in taken)
        print(f"{name}: median {statistics.median(taken):.2f} s of {shown}")
    ratio = statistics.median(times["sacrebleu"]) / statistics.median(times["mteval"])
    print(f"mteval is {ratio:.2f} times as fast as sacrebleu")


if __name__ == "__main__":
    main()
