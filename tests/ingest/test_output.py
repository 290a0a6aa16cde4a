"""What is written, and what lies there already."""

from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import InputError
from mteval.ingest.output import write_ingested
from mteval.ingest.pipeline import ingest_pages
from tests.ingest.test_pipeline import CHINESE, ENGLISH


def test_another_file_of_a_document_never_pairs_by_accident(tmp_path: Path) -> None:
    page = tmp_path / "raw" / "x.txt"
    page.parent.mkdir()
    page.write_text("\n".join([*CHINESE, *ENGLISH]), "utf-8")
    write_ingested(tmp_path, ingest_pages([page]))
    # The same again changes nothing, so a second reference by hand may lie beside it.
    (tmp_path / "x.en.B.txt").write_text("one\ntwo\n")
    assert write_ingested(tmp_path, ingest_pages([page])) == []
    (tmp_path / "sources.toml").write_text('[pages."x.txt"]\nlanguages = ["en"]\n')
    page.write_text("\n".join([*CHINESE, *ENGLISH, "One more line of English text."]), "utf-8")
    with pytest.raises(InputError, match=r"x\.en\.B\.txt: this file belongs to document x"):
        write_ingested(tmp_path, ingest_pages([page]))
    assert (tmp_path / "x.zh.txt").read_text("utf-8").splitlines() == list(CHINESE)


def test_what_is_replaced_is_told(tmp_path: Path) -> None:
    page = tmp_path / "x.txt"
    page.write_text("\n".join([*CHINESE, *ENGLISH]), "utf-8")
    write_ingested(tmp_path / "out", ingest_pages([page]))
    (tmp_path / "out" / "x.en.txt").write_text("edited\nby hand\n")
    assert write_ingested(tmp_path / "out", ingest_pages([page])) == ["x.en.txt"]
