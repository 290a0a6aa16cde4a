"""mteval ingest, as users run it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.support import (
    fails,
)
from tests.conftest import Run


def test_ingest_makes_the_shipped_references_again(project: Path, mteval: Run) -> None:
    before = {path.name: path.read_bytes() for path in (project / "references").glob("*.t*")}
    pages = sorted((project / "references" / "raw").iterdir())
    done = mteval("ingest", *(path.relative_to(project) for path in pages))
    assert done.returncode == 0, done.stderr
    after = {path.name: path.read_bytes() for path in (project / "references").glob("*.t*")}
    assert after == before
    for reason in ("byline", "disclaimer", "share button", "question, no English counterpart"):
        assert reason in done.stdout


def test_one_bad_page_writes_nothing(project: Path, mteval: Run) -> None:
    (project / "zh.txt").write_text("国防部发言人答记者问。\n双方保持沟通。\n", "utf-8")
    (project / "en.txt").write_text("The two sides keep in touch.\nThey will meet soon.\n")
    good = "references/raw/001_716df68112b84b33.txt"
    for bad, language in (("zh.txt", "English"), ("en.txt", "Chinese")):
        fails(mteval("ingest", good, bad, "-o", "out"), f"{bad}: the page has no {language} text")
        assert not (project / "out").exists()


def test_ingest_json_is_the_report(project: Path, mteval: Run) -> None:
    done = mteval("ingest", "references/raw/003_ad845db156be8542.txt", "-o", "out", "--json")
    [page] = json.loads(done.stdout)["pages"]
    assert page["document"] == "state-2023-10-27-blinken-wang"
    assert {"line": 84, "reason": "share button", "text": "分享按钮"} in page["dropped"]
