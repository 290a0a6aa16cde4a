"""A real browser for the tests of pages, and the pages it opens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium without a window."""
    found = os.environ.get("MTEVAL_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("there is no Chromium here; install it, or name it in MTEVAL_CHROMIUM")
    with sync_playwright() as playwright:
        # Containers as a rule do not let Chromium make its sandbox.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Opener:
    """Opens pages, and collects what went wrong in them or was asked of other than the file."""

    browser: Browser
    problems: list[str] = field(default_factory=list)

    def __call__(
        self,
        path: Path,
        fragment: str = "",
        *,
        width: int = 1360,
        height: int = 900,
        dark: bool = False,
        scripts: bool = True,
    ) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            offline=True,
        )
        page = context.new_page()
        page.on("request", lambda request: self._asked(request.url, path))
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", lambda message: self.problems.append(f"console: {message.text}"))
        page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog.message}"))
        page.goto(path.as_uri() + fragment)
        return page

    def _asked(self, url: str, path: Path) -> None:
        if url.split("#")[0] != path.as_uri():
            self.problems.append(f"request: {url}")


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Yield the function that opens a page; no page may fail or fetch anything."""
    opener = Opener(browser)
    yield opener
    for context in browser.contexts:
        context.close()
    assert opener.problems == []


@pytest.fixture(scope="session")
def shipped_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Score the shipped systems on the shipped pages, as a user does: a run folder."""
    results = tmp_path_factory.mktemp("shipped") / "results"
    systems = sorted(path for path in (ROOT / "systems").iterdir() if path.is_dir())
    subprocess.run(
        [sys.executable, "-m", "mteval", "score", *map(str, systems), "-o", str(results)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [run] = results.iterdir()
    return run
