"""Show what share of the mutants of each module the tests kill, of the last ``make mutation``.

    python -m benchmarks.mutation [--survivors]

A mutant that runs out of time may do so because the machine is busy: it does not count as killed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from pathlib import Path

STATUSES = ("killed", "survived", "no tests", "timeout")


def results() -> dict[str, str]:
    """Return the status of each mutant by its name, as mutmut lists them."""
    listed = subprocess.run(
        [Path(sys.executable).with_name("mutmut"), "results", "--all", "true"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    pairs = (line.strip().rpartition(": ") for line in listed.splitlines() if ": " in line)
    return {name: status for name, _, status in pairs}


def main() -> None:
    """Print a row for each module, in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--survivors", action="store_true", help="show what each survivor changes")
    arguments = parser.parse_args()
    found = {name: status for name, status in results().items() if status != "not checked"}
    by_module: dict[str, Counter[str]] = {}
    for name, status in found.items():
        # mteval.statistics.significance.x_holm__mutmut_3
        by_module.setdefault(name.rpartition(".")[0], Counter())[status] += 1
    print("| module | mutants |", " | ".join(STATUSES), "| share killed |")
    print("|---|---|" + "---|" * len(STATUSES) + "---|")
    for module, counts in sorted(by_module.items()):
        total = counts.total()
        cells = " | ".join(str(counts[status]) for status in STATUSES)
        print(f"| {module} | {total} | {cells} | {counts['killed'] / total:.1%} |")
    for name, status in found.items():
        if arguments.survivors and status != "killed":
            print(f"\n{name} ({status})")
            shown = subprocess.run(
                [Path(sys.executable).with_name("mutmut"), "show", name],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            lines = shown.splitlines()
            changed = [one for one in lines if one[:1] in ("+", "-")]
            print(*(one for one in changed if one[:3] not in ("+++", "---")), sep="\n")


if __name__ == "__main__":
    main()
