"""How fast mteval/comet-mini-en is on paragraphs of press releases, against unbabel-comet's loop.

    python -m benchmarks.mini [--rounds N]

Both sides run in this process, in turn, over the paragraphs and systems of this repository, with
the model loaded before: ours as `mteval score` calls it, the library's own `predict` with its
default batch. Nothing is cached between rounds.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path
from statistics import median

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from comet.models import load_from_checkpoint

    from mteval.corpus.layout import load_systems, load_test_set
    from mteval.metrics.comet.checkpoints import find_model
    from mteval.metrics.comet.kinds import load_model
    from mteval.metrics.comet.known_models import DEFAULT_MODEL
    from mteval.metrics.learned.inputs import ModelInput

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Read the paragraphs, run both sides in turn, print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    inputs = read_inputs()
    files = find_model(DEFAULT_MODEL)
    ours = load_model(files, device="cpu")
    os.chdir(files.hparams_file.parent)  # where the library finds the encoder
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        library = load_from_checkpoint(str(files.checkpoint)).eval()
    samples = [{"src": "", "mt": input.hypothesis, "ref": input.reference} for input in inputs]
    times: dict[str, list[float]] = {"mteval": [], "predict": []}
    for _ in range(rounds):
        ours.keep_embeddings(())
        started = time.perf_counter()
        encodings = ours.tokenize([text for input in inputs for text in input.texts()])
        scored = ours.score(inputs, encodings, lambda _: None)
        times["mteval"].append(time.perf_counter() - started)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            started = time.perf_counter()
            found = library.predict(samples, gpus=0, num_workers=0, progress_bar=False).scores
            times["predict"].append(time.perf_counter() - started)
        worst = max(abs(one.score - other) for one, other in zip(scored, found, strict=True))
    tokens = sum(len(ours.tokenize([input.hypothesis])[input.hypothesis]) for input in inputs)
    print(f"{len(inputs)} segments of {tokens / len(inputs):.0f} tokens on average")
    for name, seconds in times.items():
        print(f"{name:8} {median(seconds):6.2f} s  {len(inputs) / median(seconds):6.1f} segments/s")
    ratio = median(b / a for a, b in zip(times["mteval"], times["predict"], strict=True))
    print(f"predict takes {ratio:.1f} times as long; segment scores within {worst:.1e}")


def read_inputs() -> list[ModelInput]:
    """Read every paragraph of every system of this repository."""
    test_set = load_test_set(ROOT / "references")
    outputs, _ = load_systems(sorted((ROOT / "systems").iterdir()))
    [references] = test_set.references
    return [
        ModelInput(None, hypothesis or "", reference)
        for output in outputs
        for hypothesis, reference in zip(output.hypotheses(test_set), references, strict=True)
    ]


if __name__ == "__main__":
    main()
