"""Measure time and memory at sizes far beyond a usual test set, a fresh process each.

    python -m benchmarks.scale WMT22 [--only lines-10000 ...] [--cores 2]

WMT22 is a folder with src.zh, ref.A.en and systems/*, whose lines are repeated, each with a number
of its own. Measured is the command of a user, files read and run folder written, with the checks of
outputs unless their name says otherwise.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

SCORE = ("score", "-m", "bleu", "-m", "chrf", "--no-cache")


class Texts:
    """The lines of WMT22: sources, references and the outputs of systems, of one length."""

    def __init__(self, folder: Path) -> None:
        columns = [
            path.read_text("utf-8").split("\n")[:-1]
            for path in (folder / "src.zh", folder / "ref.A.en", *sorted(folder.glob("systems/*")))
        ]
        kept = [rows for rows in zip(*columns, strict=True) if rows[0].strip() and rows[1].strip()]
        self.sources, self.references, *self.outputs = map(list, zip(*kept, strict=True))

    def columns(
        self, n: int, system: int = 0
    ) -> tuple[Iterator[str], Iterator[str], Iterator[str]]:
        """Return n sources, references and hypotheses of a system, no two of them the same."""
        output = self.outputs[system % len(self.outputs)]
        return (
            (f"{text}第{k}段。" for k, text in enumerate(islice(cycle(self.sources), n))),
            (f"{text} Paragraph {k}." for k, text in enumerate(islice(cycle(self.references), n))),
            (
                f"{text if system < len(self.outputs) else text[system % 7 :]} Paragraph {k}."
                for k, text in enumerate(islice(cycle(output), n))
            ),
        )


def write(path: Path, lines: Iterator[str]) -> None:
    """Write lines into a file, and the folder that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def lines(texts: Texts, folder: Path, n: int, *flags: str) -> Sequence[str]:
    """Write n lines for one system, as plain files."""
    for name, column in zip(("src.txt", "ref.txt", "out.txt"), texts.columns(n), strict=True):
        write(folder / name, column)
    return (*SCORE, "out.txt", "-s", "src.txt", "-r", "ref.txt", *flags)


def systems(texts: Texts, folder: Path, n: int) -> Sequence[str]:
    """Write 50 lines for each of n systems."""
    sources, references, _ = texts.columns(50)
    write(folder / "references" / "d.zh.txt", sources)
    write(folder / "references" / "d.en.txt", references)
    for system in range(n):
        write(folder / "systems" / f"s{system:04}" / "d.txt", texts.columns(50, system)[2])
    return (*SCORE, *(f"systems/s{system:04}" for system in range(n)))


def documents(texts: Texts, folder: Path, n: int) -> Sequence[str]:
    """Write n documents of 5 lines for two systems."""
    columns = [list(column) for column in texts.columns(5 * n)]
    for d in range(n):
        for name, column in zip(
            (f"references/d{d:05}.zh.txt", f"references/d{d:05}.en.txt", f"systems/x/d{d:05}.txt"),
            columns,
            strict=True,
        ):
            write(folder / name, iter(column[5 * d : 5 * d + 5]))
    return (*SCORE, "systems/x")


def terms(texts: Texts, folder: Path, n: int) -> Sequence[str]:
    """Write a termbase of n terms, most of which do not occur in 1,000 lines."""
    command = lines(texts, folder, 1000)
    draw = random.Random(1)
    characters = sorted({c for text in texts.sources for c in text if "一" <= c <= "龥"})
    names: dict[str, None] = {}
    while len(names) < n:
        names["".join(draw.choices(characters, k=draw.randint(2, 5)))] = None
    rows = (f"c{k},{name},rendering {k},preferred,minor," for k, name in enumerate(names))
    head = "concept,source,target,status,severity,note"
    write(folder / "terms.csv", iter([head, *rows]))
    return (*command, "--terms", "terms.csv")


Work = Callable[[Texts, Path], Sequence[str]]


def of_size(make: Callable[..., Sequence[str]], n: int, *flags: str) -> Work:
    """Return what makes an input of a size, and returns the command that is measured."""
    return lambda texts, folder: make(texts, folder, n, *flags)


WORK: dict[str, Work] = {
    **{f"lines-{n}": of_size(lines, n) for n in (10_000, 100_000, 1_000_000)},
    "lines-100000-unchecked": of_size(lines, 100_000, "--no-checks"),
    **{f"systems-{n}": of_size(systems, n) for n in (200, 2000)},
    **{f"documents-{n}": of_size(documents, n) for n in (1000, 10_000)},
    **{f"terms-{n}": of_size(terms, n) for n in (5000, 50_000)},
}


def measure(command: Sequence[str], folder: Path, cores: int) -> tuple[float, float, float]:
    """Return seconds, seconds of CPU with workers, and the peak memory of the main process, GB."""
    environment = os.environ | {"MTEVAL_CORES": str(cores)}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    began = time.perf_counter()
    with (folder / "said.txt").open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "mteval", *command],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit((folder / "said.txt").read_text("utf-8"))
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6


def main() -> None:
    """Make each input in turn, score it, and print a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wmt22", type=Path)
    parser.add_argument("--only", nargs="*", choices=WORK, default=list(WORK))
    parser.add_argument("--cores", type=int, default=2)
    arguments = parser.parse_args()
    texts = Texts(arguments.wmt22)
    print(f"{'':24} {'s':>8} {'s of CPU':>9} {'GB':>6} {'run, MB':>8}")
    for name in arguments.only:
        with tempfile.TemporaryDirectory() as scratch:
            command = WORK[name](texts, Path(scratch))
            seconds, cpu, memory = measure(command, Path(scratch), arguments.cores)
            size = sum(path.stat().st_size for path in Path(scratch, "results").glob("*/*"))
            print(
                f"{name:24} {seconds:8.1f} {cpu:9.1f} {memory:6.2f} {size / 1e6:8.1f}", flush=True
            )


if __name__ == "__main__":
    main()
