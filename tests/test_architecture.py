"""docs/architecture.md: the files it names are there, every room is in it, changes stay small."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tests.test_imports import ROOMS

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PATHS = sorted(
    set(re.findall(r"`((?:mteval|tests|benchmarks)/[\w/.]+|[\w]+\.(?:toml|txt))`", PAGE))
)
CHANGES = {
    cells[1].strip(): cells[2]
    for line in PAGE[PAGE.index("## Five changes") :].splitlines()
    if len(cells := line.split("|")) == 4 and not re.match(r"\s*(change\s*$|-)", cells[1])
}


@pytest.mark.parametrize("path", PATHS)
def test_every_file_that_is_named_exists(path: str) -> None:
    # NAME stands for a file that whoever makes the change adds.
    found = ROOT / path.replace("NAME.py", "")
    assert found.is_dir() if path.endswith(("/", "NAME.py")) else found.is_file()


def test_every_room_has_its_line_in_the_order_of_the_imports() -> None:
    rows = re.findall(r"^\| `mteval/([\w/.]+)`", PAGE, re.MULTILINE)
    named = [row.strip("/").removesuffix(".py").replace("/", ".") for row in rows]
    assert set(named) == set(ROOMS) - {"__init__", "__main__", "_moved", "wording"}
    for n, room in enumerate(named):
        assert set(named[:n]) & ROOMS[room] == set(), f"{room} imports from above"


def test_each_change_touches_two_files_at_most() -> None:
    assert len(CHANGES) == 5
    for change, cell in CHANGES.items():
        instructions = re.sub(r"(Example|From another package|Of a language|Batches)\b.*", "", cell)
        touched = set(re.findall(r"`(mteval/[\w/.]+)`", instructions))
        assert 1 <= len(touched) <= 2, f"{change}: {touched}"
