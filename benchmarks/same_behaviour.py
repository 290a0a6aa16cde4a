"""Run the same commands in two checkouts and compare byte for byte what they print and write.

    python -m benchmarks.same_behaviour OLD NEW [--only NAME ...] [--wmt22 FOLDER] [--keep FOLDER]

OLD and NEW are checkouts (git worktrees, say). Every case runs in a fresh folder of the same path,
with references/ and systems/ of OLD and an empty cache, first with OLD's package, then with NEW's;
both by the interpreter that runs this. Compared are exit codes, stdout, stderr and every file,
after one replacement: time stamps and speeds, which differ between two runs of one checkout too.
Not compared: report.html of a run folder (its markup may change), and what --help prints. --keep
keeps both sides in FOLDER; what is there of OLD is not run again.

Exits with 1, and shows the first lines that differ, where anything does.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

RUN = "RUN"  # stands for the newest run folder
SCORE = ("score", "systems/*")
FORMATS = ("tsv", "csv", "jsonl", "tmx", "xlf", "xml")
# By case, its commands; the output of each is kept. SETS are plain files of a test set.
CASES: dict[str, list[tuple[str, ...]]] = {
    "ingest": [
        ("ingest", "references/raw/*", "-o", "out"),
        ("ingest", "references/raw/*", "-o", "again", "--json"),
    ],
    "align": [
        *(
            ("align", f"{name}.zh.txt", f"{name}.en.txt", *options)
            for name in (
                "references/mnd-2023-12-28-military-diplomacy",
                "references/state-2023-10-27-blinken-wang",
            )
            for options in ((), ("--json",), ("--level", "sentence", "--json"))
        ),
        ("align", "shifted.zh.txt", "shifted.en.txt", "--json"),
    ],
    "score": [
        SCORE,
        (*SCORE, "--json"),
        (*SCORE, "--json", "--resample", "documents", "-m", "bleu", "-m", "ter", "-m", "chrf++"),
        ("export", RUN, "--format", "json"),
        ("export", RUN, "--format", "csv"),
        ("export", RUN, "--format", "markdown"),
        ("export", RUN, "--format", "latex"),
        ("history",),
        ("history", "--json"),
        ("gate", RUN, "--must-pass", "critical", "--fail-on", "deprecated"),
    ],
    "resegment": [
        (*SCORE, "merged", "--realign", "-m", "bleu", "-m", "chrf", "--json"),
        (*SCORE, "merged", "-m", "bleu"),
        (*SCORE, "partial", "--allow-missing", "-m", "bleu", "-m", "chrf"),
        (*SCORE, "partial", "-m", "bleu"),
    ],
    "terms": [
        ("terms", "check", "systems/*"),
        ("terms", "check", "systems/*", "--json"),
        ("terms", "check", "systems/*", "--csv", "terms.csv"),
        ("terms", "check", "systems/*", "--concept", "北部·联合", "--context"),
        ("terms", "audit"),
        ("terms", "audit", "--json"),
        ("terms", "mine"),
        ("terms", "convert", "references/terms.csv", "terms.tbx"),
        ("terms", "convert", "terms.tbx", "back.csv"),
        ("terms", "convert", "references/terms.csv", "terms.xlsx"),
        ("terms", "convert", "terms.xlsx", "back2.csv"),
        (*SCORE, "-m", "bleu"),
        (*SCORE, "-m", "bleu"),
        ("terms", "history"),
    ],
    "compare": [
        ("compare", "systems/*"),
        ("compare", "systems/*", "--json"),
        ("compare", "systems/*", "--all-pairs", "--test", "randomization", "--json"),
        ("compare", "systems/*", "--resample", "documents", "-m", "chrf"),
    ],
    "convert": [
        step
        for suffix in FORMATS
        for step in (
            ("convert", "references", "systems/*", f"out.{suffix}"),
            ("convert", f"out.{suffix}", f"back-{suffix}"),
            ("score", f"out.{suffix}", "-r", f"out.{suffix}", "-m", "bleu", "--json"),
        )
    ],
    "refusals": [
        ("score", "nowhere"),
        ("score", "systems/*", "-m", "blue"),
        ("score", "systems/*", "-r", "nowhere"),
        ("terms", "check", "systems/*", "--terms", "references/fixes.toml"),
        ("compare", "systems/llm-fluent"),
        ("gate", "nowhere"),
        ("convert", "references", "systems"),
        ("ingest", "references/terms.csv", "-o", "out"),
        ("metrics",),
        ("models",),
    ],
    "wmt22": [
        (
            *("score", "WMT22/systems/*", "-s", "WMT22/src.zh", "-r", "WMT22/ref.A.en"),
            *("-m", "bleu", "-m", "chrf", "--json"),
        ),
    ],
}
# Time stamps as names of runs and in ISO 8601, speeds, elapsed times.
VARIES = re.compile(
    rb"20\d\d-?\d\d-?\d\dT\d\d:?\d\d:?\d\dZ|\d+(?:\.\d+)? a second|\d+:\d\d(?::\d\d)?(?= )"
    rb"|20\d\d-\d\d-\d\d \d\d:\d\d(?::\d\d)?"
)
# Lines that come after a second of work, or not at all.
PROGRESS = re.compile(rb"^mteval: [^\n]*\d+ of \d+ [^\n]* done\b[^\n]*\n", re.MULTILINE)
MAX_SHOWN_LINES = 20


def main() -> int:
    """Compare the two checkouts; return 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--only", nargs="*", choices=CASES, default=list(CASES))
    parser.add_argument("--wmt22", type=Path)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    different = 0
    with tempfile.TemporaryDirectory() as scratch:
        kept = (given.keep or Path(scratch) / "kept").resolve()
        for case in given.only:
            if case == "wmt22" and given.wmt22 is None:
                print("wmt22: not run; name its folder with --wmt22")
                continue
            for side, checkout in (("old", given.old), ("new", given.new)):
                target = kept / side / case
                if target.exists():
                    if side == "old":
                        continue
                    shutil.rmtree(target)
                made = run_case(case, checkout.resolve(), given.old.resolve(), given.wmt22)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(made, target)
            found = list(differences(kept / "old" / case, kept / "new" / case))
            print(f"{case}: {'the same' if not found else f'{len(found)} files differ'}")
            for text in found:
                print(text)
            different += len(found)
    return int(different > 0)


def run_case(case: str, checkout: Path, data: Path, wmt22: Path | None) -> Path:
    """Run the commands of a case; return the folder of what they printed and wrote."""
    folder = Path(tempfile.gettempdir()) / "mteval-same-behaviour"
    folder.mkdir()
    work = folder / "work"
    work.mkdir()
    for name in ("references", "systems"):
        shutil.copytree(data / name, work / name)
    write_damaged(work)
    if wmt22 is not None:
        (work / "WMT22").symlink_to(wmt22.resolve())
    cache = folder / "cache"
    environment = os.environ | {
        "PYTHONPATH": str(checkout),
        "MTEVAL_CACHE_DIR": str(cache),
        "COLUMNS": "200",
        "PYTHONHASHSEED": "random",
    }
    for number, command in enumerate(CASES[case]):
        words = [word for part in command for word in expanded(part, work)]
        done = subprocess.run(
            [sys.executable, "-m", "mteval", *words],
            cwd=work,
            env=environment,
            capture_output=True,
            check=False,
        )
        name = f"{number:02}-" + re.sub(r"[^\w.-]+", "_", " ".join(command))[:80]
        (folder / f"{name}.stdout").write_bytes(done.stdout)
        (folder / f"{name}.stderr").write_bytes(done.stderr)
        (folder / f"{name}.exit").write_text(f"{done.returncode}\n")
    shutil.rmtree(cache, ignore_errors=True)
    for path in work.rglob("report.html"):
        path.unlink()
    (work / "WMT22").unlink(missing_ok=True)
    return folder


def write_damaged(work: Path) -> None:
    """Write systems and texts that are not as the references are: merged, partial, shifted."""
    source = work / "systems" / "llm-fluent"
    for path in sorted(source.iterdir()):
        lines = path.read_text("utf-8").splitlines()
        merged = [" ".join(lines[:2]), *lines[2:]]
        for name, kept in (("merged", merged), ("partial", lines)):
            if name == "merged" or path != sorted(source.iterdir())[0]:
                (work / name).mkdir(exist_ok=True)
                (work / name / path.name).write_text("".join(f"{x}\n" for x in kept), "utf-8")
    name = "state-2023-10-27-blinken-wang"
    for language, drop in (("zh", 3), ("en", 8)):
        lines = (work / "references" / f"{name}.{language}.txt").read_text("utf-8").splitlines()
        del lines[drop : drop + 2]
        (work / f"shifted.{language}.txt").write_text("".join(f"{x}\n" for x in lines), "utf-8")


def expanded(word: str, work: Path) -> list[str]:
    """Expand a pattern of paths, and the name of the newest run."""
    if word == RUN:
        return [str(sorted((work / "results").iterdir())[-1].relative_to(work))]
    if "*" in word:
        return [str(path.relative_to(work)) for path in sorted(work.glob(word))]
    return [word]


def differences(old: Path, new: Path) -> Iterator[str]:
    """Yield what differs between the files of two folders, the names of runs made alike."""
    mine, theirs = contents(old), contents(new)
    for name in sorted(mine | theirs):
        a, b = mine.get(name), theirs.get(name)
        if a is None or b is None:
            yield f"  {name}: only in {'new' if a is None else 'old'}"
        elif a != b:
            before, after = (side.decode("utf-8", "replace").splitlines() for side in (a, b))
            lines = difflib.unified_diff(before, after, lineterm="", n=0)
            shown = [line[:200] for line in lines][2 : 2 + MAX_SHOWN_LINES]
            yield "\n    ".join([f"  {name}:", *shown])


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, by path, with what varies replaced; runs in their order."""
    found: dict[str, bytes] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = VARIES.sub(b"TIME", str(path.relative_to(folder)).encode()).decode()
        while name in found:
            name += "'"
        found[name] = VARIES.sub(b"TIME", PROGRESS.sub(b"", path.read_bytes()))
    return found


if __name__ == "__main__":
    sys.exit(main())
