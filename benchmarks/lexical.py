"""Time `mteval score` against sacrebleu's command line on the same files, both in one run.

    python benchmarks/lexical.py WMT22_FOLDER [--rounds N]

Each round runs both as whole processes, one after the other, for BLEU and chrF of all systems
against one reference. sacrebleu prints system scores; mteval also computes and writes every
document and segment score. The ratio of the medians is what counts: machines are noisy.
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


def timed(command: list[str]) -> tuple[float, str]:
    """Run a command and give its wall time in seconds and its stdout."""
    began = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - began, done.stdout


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    folder: Path = arguments.folder
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
