"""Measure the report of a large run in headless Chromium: size, first paint, filters.

    python -m benchmarks.report WMT22

WMT22 is a folder with src.zh, ref.A.en and systems/*. It makes 100 documents of 20 segments and 15
systems of it (what it lacks is repeated, with words left out), scores them, and opens the report.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

import mteval
from mteval.views.html.report import report_page

SYSTEMS, DOCUMENTS, SEGMENTS = 15, 100, 20
FILTERS: tuple[tuple[str, str], ...] = (
    *(("text", "north korea"), ("text", "")),
    *(("document", "5"), ("document", "")),
    *(("verdict", "6"), ("verdict", "")),
    *(("low", "50"), ("high", "60"), ("low", ""), ("high", "")),
    *(("sort", "disagreement"), ("sort", "document")),
)
# From the event until the second frame after it, in milliseconds.
TIME_FILTER = """async ([name, value]) => {
  const form = document.getElementById("segment-filters");
  form.elements[name].value = value;
  const began = performance.now();
  form.elements[name].dispatchEvent(new Event("input", {bubbles: true}));
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - began;
}"""


def main() -> None:
    """Make the run, write the report, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wmt22", type=Path)
    evaluation = evaluate(parser.parse_args().wmt22)
    record = evaluation.run_record("benchmark", datetime.now(timezone.utc), ["mteval", "score"])
    times = []
    for _ in range(3):
        began = time.perf_counter()
        page = report_page(evaluation, record)
        times.append(time.perf_counter() - began)
    print(f"{len(page.encode('utf-8')) / 1e6:.1f} MB, written in {statistics.median(times):.1f} s")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_text(page, "utf-8")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for _ in range(3):
            measure(browser.new_page(viewport={"width": 1360, "height": 900}), path)
        browser.close()


def evaluate(data: Path) -> mteval.Evaluation:
    """Score 15 systems on 100 documents made of WMT22's texts."""

    def lines(path: Path) -> list[str]:
        found = path.read_text("utf-8").split("\n")[:-1]
        return (found * 2)[: DOCUMENTS * SEGMENTS]

    systems = {path.stem: lines(path) for path in sorted((data / "systems").iterdir())}
    chance = random.Random(1)
    for name in list(systems)[: max(0, SYSTEMS - len(systems))]:
        systems[f"{name}-worse"] = [
            " ".join(word for word in text.split() if chance.random() > 0.1) or text
            for text in systems[name]
        ]
    sources, references = lines(data / "src.zh"), lines(data / "ref.A.en")
    cuts = {
        f"document-of-the-year-{d:03}": slice(d * SEGMENTS, (d + 1) * SEGMENTS)
        for d in range(DOCUMENTS)
    }
    test_set = mteval.TestSet(
        tuple(
            mteval.Document.from_columns(name, sources[cut], [references[cut]])
            for name, cut in cuts.items()
        )
    )
    outputs = [
        mteval.SystemOutput(name, {d: tuple(texts[cut]) for d, cut in cuts.items()})
        for name, texts in systems.items()
    ]
    return mteval.evaluate(test_set, outputs, terms="references/terms.csv")


def measure(page: Page, path: Path) -> None:
    """Open the report once and print first paint, loading and the time of each filter."""
    page.goto(path.as_uri(), wait_until="load")
    paint: Any = page.evaluate(
        "[performance.getEntriesByName('first-contentful-paint')[0].startTime,"
        " performance.getEntriesByType('navigation')[0].loadEventEnd]"
    )
    page.evaluate("document.getElementById('segments').scrollIntoView()")
    page.wait_for_timeout(2000)
    times = [page.evaluate(TIME_FILTER, [name, value]) for name, value in FILTERS]
    print(
        f"first paint {paint[0]:.0f} ms, loaded {paint[1]:.0f} ms, filters: median "
        f"{statistics.median(times):.0f} ms, longest {max(times):.0f} ms"
    )


if __name__ == "__main__":
    main()
