from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.formats.read import read_corpus, read_many
from mteval.corpus.formats.registry import FORMATS
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.formats.write import write_corpus
from mteval.corpus.model import Segment, SystemOutput
from mteval.errors import InputError, MtevalError
from tests.corpus.formats.corpora import (
    BREAKS,
    CONTROLS,
    PIECES,
    TABS,
    Holds,
    check_sentence,
    content,
    corpora,
    small,
)

ALL = (*PIECES, *TABS, *BREAKS, *CONTROLS)
XML = (*PIECES, *TABS, *BREAKS)
LINES = (*PIECES, *TABS, *CONTROLS)
HOLDS = {
    "folder": Holds(
        LINES, languages=False, names=True, ids=("a", "中", "-x", "_", "b.c", " d"), sorted_ids=True
    ),
    "mt-metrics-eval": Holds(
        (*PIECES, *TABS),
        (),
        kinds=False,
        missing=False,
        languages=False,
        ids=("a", "中", "-x", "_", "b.c"),
    ),
    "tsv": Holds((*PIECES, *CONTROLS), missing=False, sourceless=True, languages=False),
    "csv": Holds(ALL, missing=False, sourceless=True, languages=False),
    "jsonl": Holds(ALL, sourceless=True, languages=False),
    "wmt-xml": Holds(XML, ("domain",), kinds=False),
    "tmx": Holds(XML),
    "xliff-1.2": Holds(XML),
    "xliff-2.1": Holds(XML),
}
WRITTEN = [name for name in FORMATS if FORMATS[name].write is not None]
SUFFIXES = {"wmt-xml": ".xml", "xliff-1.2": ".xlf", "xliff-2.1": ".xliff"}
SETTINGS = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def suffix(format: str) -> str:
    return SUFFIXES.get(format, "" if format in ("folder", "mt-metrics-eval") else f".{format}")


def carry(corpus: Corpus, format: str) -> tuple[list[str], Corpus]:
    """Write a corpus and read it back, its format told by content and suffix."""
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / f"名 字{suffix(format)}"
        notes = write_corpus(corpus, path, format)
        return notes, read_corpus(path)
    finally:
        shutil.rmtree(folder)


def test_every_format_that_is_read_is_carried() -> None:
    assert set(HOLDS) == set(WRITTEN) - {"system", "lines"}


@pytest.mark.parametrize("format", HOLDS)
@SETTINGS
@given(data=st.data())
def test_what_a_format_holds_comes_back_without_a_note(format: str, data: st.DataObject) -> None:
    holds = HOLDS[format]
    corpus = data.draw(corpora(holds))
    notes, back = carry(corpus, format)
    assert notes == []
    assert back.notes == ()
    assert content(back) == content(corpus)


@pytest.mark.parametrize("format", HOLDS)
@SETTINGS
@given(corpus=corpora(Holds(ALL, sourceless=True)))
def test_what_does_not_come_back_is_said(format: str, corpus: Corpus) -> None:
    try:
        notes, back = carry(corpus, format)
    except MtevalError as error:
        check_sentence(error)
        return
    if content(back) != content(corpus):
        assert notes or back.notes


@SETTINGS
@given(corpus=corpora(Holds((*XML, *CONTROLS), ids=("a", "中"), metadata=())))
def test_xliff_2_holds_control_characters(corpus: Corpus) -> None:
    notes, back = carry(corpus, "xliff-2.1")
    assert notes == []
    assert content(back) == content(corpus)


@pytest.mark.parametrize("format", ["wmt-xml", "tmx", "xliff-1.2"])
def test_other_xml_refuses_control_characters_by_place(tmp_path: Path, format: str) -> None:
    corpus = small(segments=[Segment("a", ("b",)), Segment("c", ("d\x01",))])
    with pytest.raises(InputError, match=r"^d:2: the reference A has the character U\+0001, which"):
        write_corpus(corpus, tmp_path / "x", format)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", WRITTEN)
def test_nul_characters_are_refused_by_location(tmp_path: Path, format: str) -> None:
    corpus = small(segments=[Segment("a\0", ("b",))])
    with pytest.raises(InputError, match=r"^d:1: the source has a NUL"):
        write_corpus(corpus, tmp_path / "x", format)


@pytest.mark.parametrize("format", WRITTEN)
def test_names_that_no_file_can_hold_are_refused(tmp_path: Path, format: str) -> None:
    corpus = small(systems=(SystemOutput("s\0", {"d": ("a", "b")}),))
    with pytest.raises(InputError, match=r"^the name of system .* has a NUL"):
        write_corpus(corpus, tmp_path / "x", format)


@pytest.mark.parametrize(
    ("format", "said"),
    [
        ("tsv", "TSV cannot hold line breaks and tabs in a segment: they became spaces in d:1"),
        ("folder", "a folder of references cannot hold line breaks in a segment: they became"),
        ("mt-metrics-eval", "mt-metrics-eval cannot hold line breaks in a segment: they became"),
    ],
)
def test_line_breaks_become_spaces_and_are_said(format: str, said: str) -> None:
    corpus = small(segments=[Segment("a\nb", ("c",))])
    notes, back = carry(corpus, format)
    assert notes[0].startswith(said)
    assert back.test_set.sources == ["a b"]


def test_each_loss_is_one_sentence() -> None:
    corpus = small(
        title="t",
        date="2023",
        publisher="p",
        domain="news",
        segments=[Segment("a", ("b",), "heading"), Segment("c", ("d",))],
        systems=(SystemOutput("s", {"d": ("", ""), "other": ("x",)}),),
        reference_names=("x.y",),
        languages=("de", "en"),
    )
    notes, _ = carry(corpus, "mt-metrics-eval")
    assert notes == [
        "mt-metrics-eval cannot hold the title of a document: lost for d",
        "mt-metrics-eval cannot hold the date of a document: lost for d",
        "mt-metrics-eval cannot hold the publisher of a document: lost for d",
        "mt-metrics-eval cannot hold which segments are headings: lost for d:1",
        "mt-metrics-eval cannot hold documents that the test set lacks: skipped other of system s",
        "mt-metrics-eval cannot tell empty hypotheses from missing ones: system s will read as "
        "lacking d, which it left empty",
        "names of references that mt-metrics-eval cannot hold: x.y",
    ]
    notes, _ = carry(corpus, "folder")
    assert notes == [
        "a folder of references cannot hold the codes of the languages: lost are de and en",
        "names of references that cannot be kept: x.y",
    ]


def test_plain_lines_are_carried(tmp_path: Path) -> None:
    corpus = small(systems=(SystemOutput("s", {"d": ("x", "")}),))
    assert write_corpus(corpus, tmp_path / "out", "lines") == []
    read = read_many([tmp_path / "out" / "source.txt", tmp_path / "out" / "reference.txt"])
    assert read.test_set.segments == corpus.test_set.segments
    assert (tmp_path / "out" / "systems" / "s.txt").read_text("utf-8") == "x\n\n"


def test_translations_become_a_system(tmp_path: Path) -> None:
    corpus = small()
    for format in HOLDS:
        path = tmp_path / f"{format}{suffix(format)}"
        write_corpus(corpus, path, format)
        read = read_corpus(path, wanted=Wanted(as_system="mt"))
        assert read.test_set.n_references == 0
        (system,) = read.systems
        assert (system.name, list(system.documents.values())) == ("mt", [("text", "two")])


def test_real_references_go_round(root: Path, tmp_path: Path) -> None:
    corpus = read_many([root / "references", *sorted((root / "systems").glob("llm-*"))])
    for format in HOLDS:
        notes, back = carry(corpus, format)
        texts = [
            (d.id, d.segments if not notes[1:] else [(s.source, s.references) for s in d.segments])
            for d in back.test_set.documents
        ]
        assert texts == [
            (d.id, d.segments if not notes[1:] else [(s.source, s.references) for s in d.segments])
            for d in corpus.test_set.documents
        ]
        assert {s.name: dict(s.documents) for s in back.systems} == {
            s.name: dict(s.documents) for s in corpus.systems
        }
