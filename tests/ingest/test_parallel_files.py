from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import InputError, MismatchError
from mteval.ingest.parallel_files import AlignedFiles, align_files
from mteval.languages.encoder import sentence_encoder
from tests.conftest import ROOT

NAME = "mnd-2023-11-30-consensus"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Write a text without its second line, and its translation."""
    folder = tmp_path_factory.mktemp("files")
    for language in ("zh", "en"):
        lines = (ROOT / "references" / f"{NAME}.{language}.txt").read_text("utf-8").splitlines()
        if language == "zh":
            del lines[1]
        (folder / f"text.{language}.txt").write_text("\n\n".join(lines) + "\n", "utf-8")
    return folder / "text.zh.txt", folder / "text.en.txt"


@pytest.fixture(scope="module")
def aligned(files: tuple[Path, Path]) -> AlignedFiles:
    return align_files(*files, sentence_encoder())


def test_units_have_the_lines_of_their_files(aligned: AlignedFiles) -> None:
    assert [unit.name for unit in aligned.sources] == ["1", "3"]
    assert [unit.name for unit in aligned.targets] == ["1", "3", "5"]
    assert [row[:2] for row in aligned.rows()] == [("1", "1"), ("-", "3"), ("3", "5")]
    assert [aligned.status(bead) for bead in aligned.alignment.beads] == ["", "added", ""]
    assert aligned.counts()["pairs"] == 2
    assert aligned.counts()["added"] == 1


def test_beads_of_less_confidence_are_no_pairs(files: tuple[Path, Path]) -> None:
    aligned = align_files(*files, sentence_encoder(), min_confidence=1.0)
    assert aligned.pairs == ()
    assert aligned.counts()["left out"] == 2
    with pytest.raises(InputError, match="no pair of confidence 1 or more"):
        aligned.corpus()


def test_sentences_are_named_by_line_and_number(files: tuple[Path, Path]) -> None:
    aligned = align_files(*files, sentence_encoder(), level="sentence")
    assert [unit.name for unit in aligned.sources][:2] == ["1.1", "1.2"]
    beads = aligned.as_dict()["beads"]
    assert isinstance(beads, list)
    assert beads[0]["source_sentences"][0] == 1


def test_pairs_are_a_test_set_of_one_document(aligned: AlignedFiles) -> None:
    [document] = aligned.corpus().test_set.documents
    assert document.id == "text"
    assert [segment.source for segment in document.segments] == [
        aligned.sources[0].text,
        aligned.sources[1].text,
    ]


def test_files_in_the_wrong_order_are_refused(files: tuple[Path, Path]) -> None:
    with pytest.raises(
        MismatchError, match=r"text\.en\.txt: this file is not in Chinese; name the"
    ):
        align_files(files[1], files[0], sentence_encoder())
