from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import InputError
from mteval.io.toml import read_toml, toml_text


def test_bad_toml_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("good = 1\nbad =\n")
    with pytest.raises(InputError, match=r"x\.toml.*line 2"):
        read_toml(tmp_path / "x.toml")


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    data = {"title": 'a "b"\\ 中', "kinds": ["text"], "pages": {"x.html": {"line": 3}}}
    (tmp_path / "x.toml").write_text(toml_text(data), "utf-8")
    assert read_toml(tmp_path / "x.toml") == data
