"""Time tests between systems against sacrebleu's command line, whole processes, both in one run.

    python -m benchmarks.significance WMT22_FOLDER [--rounds N]     paired bootstrap, randomisation
    python -m benchmarks.significance WMT22_FOLDER --all-pairs      66 pairs, both tests

Both sides compute BLEU and chrF of all systems against one reference and test each against the
first; sacrebleu with its defaults, one process. p-values and scores are compared.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.lexical import timed

_TESTS = {"bootstrap": "--paired-bs", "randomization": "--paired-ar"}


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--all-pairs", action="store_true")
    arguments = parser.parse_args()
    if arguments.all_pairs:
        all_pairs(arguments.folder)
    else:
        against_sacrebleu(arguments.folder, arguments.rounds)


def _files(folder: Path) -> tuple[list[str], list[str]]:
    systems = sorted(map(str, (folder / "systems").iterdir()))
    return systems, ["-s", str(folder / "src.zh"), "-r", str(folder / "ref.A.en")]


def against_sacrebleu(folder: Path, rounds: int) -> None:
    """Time each test on both sides, in turn."""
    systems, plain = _files(folder)
    for test, flag in _TESTS.items():
        ours = [sys.executable, "-m", "mteval", "compare", *systems, *plain, "--test", test]
        ours += ["-m", "bleu", "-m", "chrf", "--json"]
        theirs = [sys.executable, "-m", "sacrebleu", plain[3], "-i", *systems, flag]
        theirs += ["-m", "bleu", "chrf", "-f", "json", "--width", "10"]
        times: dict[str, list[float]] = {"sacrebleu": [], "mteval": []}
        for _ in range(rounds):
            for name, command in (("sacrebleu", theirs), ("mteval", ours)):
                seconds, output = timed(command)
                times[name].append(seconds)
                if name == "sacrebleu":
                    reported = json.loads(output)
                else:
                    rows = json.loads(output)["comparisons"]
        print(f"{len(systems)} systems, BLEU + chrF, {test}; {_largest(reported, rows)}")
        for name, taken in times.items():
            print(f"  {name:10} {' '.join(f'{value:.2f}' for value in taken)} s")
        ratio = statistics.median(times["sacrebleu"]) / statistics.median(times["mteval"])
        print(f"  sacrebleu takes {ratio:.1f} times as long (medians)")


def _largest(reported: list[dict[str, Any]], rows: list[dict[str, Any]]) -> str:
    """Compare p-values and scores with sacrebleu's: its first row is the baseline."""
    by_key = {(row["system"], row["metric"]): row for row in rows}
    p = score = 0.0
    for row in reported[1:]:
        name = Path(row["system"]).name
        for label, metric in (("BLEU", "bleu"), ("chrF2", "chrf")):
            ours = by_key[Path(name).stem, metric]
            theirs = row[label]
            p = max(p, abs(ours["p_value"] - float(theirs["p_value"])))
            score = max(score, abs(ours["score"] - float(theirs["score"])))
    return f"largest difference of a p-value {p:.1e}, of a score {score:.1e}"


def all_pairs(folder: Path) -> None:
    """Time both tests over all pairs."""
    systems, plain = _files(folder)
    total = 0.0
    for test in _TESTS:
        command = [sys.executable, "-m", "mteval", "compare", *systems, *plain, "--all-pairs"]
        command += ["--test", test, "-m", "bleu", "-m", "chrf", "--json"]
        seconds, output = timed(command)
        pairs = len(json.loads(output)["comparisons"]) // 2
        total += seconds
        print(f"{pairs} pairs, BLEU + chrF, {test}: {seconds:.1f} s")
    print(f"both: {total:.1f} s")


if __name__ == "__main__":
    main()
