"""Compare how long two checkouts take for the same work, in turns, in one run.

    python -m benchmarks.same_speed OLD NEW [--rounds 5]

OLD and NEW are checkouts; both are run by the interpreter that runs this. A round runs each piece
of work once with either package, the order changing from round to round. Printed are the medians,
and the median of the ratios NEW / OLD of the rounds with the lowest and the highest. "cold" has an
empty cache of scores and embeddings, "warm" the one that the round before left.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORK: dict[str, tuple[str, ...]] = {
    "import mteval": ("-c", "import mteval"),
    "mteval --help": ("-m", "mteval", "--help"),
    "mteval score --help": ("-m", "mteval", "score", "--help"),
    "score, cold": ("-m", "mteval", "score", "systems/*"),
    "score, warm": ("-m", "mteval", "score", "systems/*"),
    "compare, warm": ("-m", "mteval", "compare", "systems/*"),
    "terms check, warm": ("-m", "mteval", "terms", "check", "systems/*"),
    "ingest": ("-m", "mteval", "ingest", "references/raw/*", "-o", "out"),
}


def main() -> None:
    """Time both checkouts in turns and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    checkouts = {"old": given.old.resolve(), "new": given.new.resolve()}
    seconds: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for side in checkouts:
            for name in ("references", "systems"):
                shutil.copytree(checkouts["old"] / name, Path(scratch) / side / name)
        # The first round only compiles and fills caches.
        for number in range(given.rounds + 1):
            for work in WORK:
                sides = ("old", "new") if number % 2 else ("new", "old")
                for side in sides:
                    taken = timed(work, checkouts[side], Path(scratch) / side)
                    if number:
                        seconds.setdefault((work, side), []).append(taken)
    print(f"{'':20} {'old':>8} {'new':>8}  new/old (lowest-highest of {given.rounds} rounds)")
    for work in WORK:
        old, new = seconds[work, "old"], seconds[work, "new"]
        ratios = [b / a for a, b in zip(old, new, strict=True)]
        print(
            f"{work:20} {statistics.median(old):7.2f}s {statistics.median(new):7.2f}s  "
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        )


def timed(work: str, checkout: Path, folder: Path) -> float:
    """Return the seconds that a piece of work takes with a checkout's package."""
    cache = folder / "cache"
    if work.endswith("cold"):
        shutil.rmtree(cache, ignore_errors=True)
    shutil.rmtree(folder / "out", ignore_errors=True)
    words = [
        path
        for word in WORK[work]
        for path in (
            sorted(str(p.relative_to(folder)) for p in folder.glob(word)) if "*" in word else [word]
        )
    ]
    environment = os.environ | {"PYTHONPATH": str(checkout), "MTEVAL_CACHE_DIR": str(cache)}
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, check=True
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
