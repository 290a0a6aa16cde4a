"""Time COMET in `mteval score` against comet-score and a loop over the library's own predict.

    python -m benchmarks.comet WMT22_FOLDER [--rounds N] [--segments N] [--distinct]
        [--skip-comet-score]

All sides are whole processes over the same files: 15 outputs (12 WMT22 systems, reference B, and
two that choose between two of these segment by segment), with an XLM-RoBERTa encoder of 6 layers,
384 wide, with random weights, on this machine's CPU. Encoding every distinct text once can save no
more than the share of texts that repeat, so that is printed, and --distinct gives the two outputs
texts of their own. Printed are wall times, their ratios, the largest difference of a segment score
from the fp32 predict, a second run (scores cached), and a run with one more system.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_LOOP = """
import json, sys
from comet.models import load_from_checkpoint
model = load_from_checkpoint(sys.argv[1])
read = lambda path: [line.rstrip("\\n") for line in open(path, encoding="utf-8")]
source, reference = read(sys.argv[2]), read(sys.argv[3])
scores = []
for path in sys.argv[5:]:
    data = [dict(src=s, mt=h, ref=r) for s, h, r in zip(source, read(path), reference)]
    scores.append(model.predict(data, batch_size=16, gpus=0, progress_bar=False).scores)
json.dump(scores, open(sys.argv[4], "w"))
"""


def make_texts(
    folder: Path, out: Path, n_segments: int, *, distinct: bool
) -> tuple[Path, Path, list[Path]]:
    """Write source, reference and 16 outputs of the first segments."""

    def write(name: str, lines: list[str]) -> Path:
        path = out / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    def read(path: Path) -> list[str]:
        return path.read_text("utf-8").split("\n")[:n_segments]

    outputs = {path.stem: read(path) for path in sorted((folder / "systems").iterdir())}
    outputs["reference-B"] = read(folder / "ref.B.en")
    for name, other in (("Online-A", "Online-B"), ("Online-G", "Online-W")):
        pairs = zip(outputs[name], outputs[other], strict=True)
        outputs[f"{name}-or-{other}"] = [
            " ".join(pair[0].split()[:-1]) if distinct else pair[i % 2]
            for i, pair in enumerate(pairs)
        ]
    outputs["one-more"] = [" ".join(line.split()[1:]) for line in outputs["Online-Y"]]
    source, reference = read(folder / "src.zh"), read(folder / "ref.A.en")
    used = list(outputs.values())[:15]
    texts = {*source, *reference, *(line for lines in used for line in lines)}
    print(f"{len(texts)} distinct of {3 * n_segments * len(used)} texts")
    return (
        write("src.zh", source),
        write("ref.en", reference),
        [write(f"{name}.en", lines) for name, lines in outputs.items()],
    )


def timed(command: list[object], environment: dict[str, str]) -> tuple[float, str]:
    """Run a command and give its wall time in seconds and its stdout."""
    began = time.perf_counter()
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stderr[-3000:]}")
    return time.perf_counter() - began, done.stdout


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--segments", type=int, default=200)
    parser.add_argument("--distinct", action="store_true")
    parser.add_argument("--skip-comet-score", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        compare(Path(scratch), arguments)


def compare(work: Path, arguments: argparse.Namespace) -> None:
    """Run every side and print what it took."""
    make = (
        "from pathlib import Path; from tests.checkpoints import build_checkpoint, build_encoder;"
        f"encoder = build_encoder(Path({str(work / 'encoder')!r}), layers=6, width=384, heads=12,"
        "spread=0.02);"
        f"build_checkpoint(Path({str(work / 'model')!r}), encoder, hidden_sizes=[1536, 512])"
    )
    timed([sys.executable, "-W", "ignore", "-c", make], {})
    checkpoint = work / "model" / "checkpoints" / "model.ckpt"
    source, reference, outputs = make_texts(
        arguments.folder, work, arguments.segments, distinct=arguments.distinct
    )
    outputs, extra = outputs[:15], outputs[15]
    ours = [sys.executable, "-m", "mteval", "score", "-s", source, "-r", reference, "-m", "comet"]
    ours += ["--comet-model", work / "model", "-o", work / "results", "--json"]
    scorer = Path(sys.executable).with_name("comet-score")
    theirs = [scorer, "-s", source, "-r", reference, "--model", checkpoint, "--gpus", "0"]
    theirs += ["--quiet", "--to_json", work / "comet-score.json", "-t", *outputs]
    loop = [sys.executable, "-W", "ignore", "-c", _LOOP, checkpoint, source, reference]
    loop += [work / "loop.json", *outputs]
    times: dict[str, list[float]] = {}
    cache = {"MTEVAL_CACHE_DIR": str(work / "cache")}
    for _ in range(arguments.rounds):
        shutil.rmtree(work / "cache", ignore_errors=True)
        for name, command in (
            ("mteval", [*ours, *outputs]),
            ("mteval again", [*ours, *outputs]),
            ("mteval, one more system", [*ours, *outputs, extra]),
            ("loop over predict, fp32", loop),
            *([] if arguments.skip_comet_score else [("comet-score", theirs)]),
        ):
            seconds, printed = timed(command, cache)
            times.setdefault(name, []).append(seconds)
            if name == "mteval":
                run = json.loads(printed)["run"]["run"]
    start_up, _ = timed([sys.executable, "-m", "mteval", "metrics"], cache)
    print(f"{len(outputs)} outputs x {arguments.segments} segments, {os.cpu_count()} cores")
    for name, taken in times.items():
        ratio = statistics.median(taken) / statistics.median(times["mteval"])
        shown = " ".join(f"{value:.2f}" for value in taken)
        print(f"{name:26} {shown} s   {ratio:.2f} x mteval")
    print(f"{'mteval metrics (start-up)':26} {start_up:.2f} s")
    print(f"largest difference from predict: {largest_difference(work, run, outputs):.1e}")


def largest_difference(work: Path, run: str, outputs: list[Path]) -> float:
    """Compare the segment scores of a run with those of the loop over predict."""
    import pandas as pd

    found = pd.read_csv(work / "results" / run / "segments.csv")
    wanted = json.loads((work / "loop.json").read_text("utf-8"))
    return max(
        float((found[found.system == path.stem].comet.to_numpy() - scores).__abs__().max())
        for path, scores in zip(outputs, wanted, strict=True)
    )


if __name__ == "__main__":
    main()
