"""Corpora to carry through formats, and what of a corpus must come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from mteval.corpus.formats.corpus import Corpus, default_names
from mteval.corpus.model import Document, Kind, Segment, SystemOutput, TestSet
from mteval.errors import MtevalError

# Pieces that have broken readers or writers of some format.
PIECES = [
    *("a", "B", "中", "國", "😀", "𠀀", "é", "e\u0301", "\u202e", "עב", "\u2028", "\x85", "\xa0"),
    *("<b>", "</seg>", "&", "&amp;", "&#10;", "]]>", "<![CDATA[", "<!--", "<?xml", "%41", "\\n"),
    *('"', '""', "'", ",", ";", "=1+1", "{", "}", "[", ":", "/", "..", "-", " ", "  ", "\ufeff"),
]
TABS = ["\t"]
BREAKS = ["\n", "\r", "\r\n"]
CONTROLS = ["\x01", "\x0b", "\x1f", "\x7f", "\ufffe", "\uffff"]


@dataclass(frozen=True)
class Holds:
    """Say what a format holds without a loss, apart from text."""

    pieces: tuple[str, ...]
    metadata: tuple[str, ...] = ("title", "date", "publisher", "domain")
    kinds: bool = True
    missing: bool = True
    extra: bool = False
    sourceless: bool = False
    languages: bool = True
    names: bool = True
    ids: tuple[str, ...] = ()
    sorted_ids: bool = False


def texts(pieces: tuple[str, ...], blank: bool = False) -> st.SearchStrategy[str]:
    found = st.lists(st.sampled_from(pieces), min_size=0 if blank else 1, max_size=6).map("".join)
    return found if blank else found.filter(lambda text: bool(text.strip()))


@st.composite
def corpora(draw: Any, holds: Holds) -> Corpus:
    text = texts(holds.pieces)
    name = (
        text
        if not holds.ids
        else st.lists(st.sampled_from(holds.ids), min_size=1, max_size=3).map("".join)
    )
    ids = draw(st.lists(name, min_size=1, max_size=3, unique_by=str.casefold))
    if holds.sorted_ids:
        ids.sort()
    n = draw(st.integers(0, 3))
    has_source = n == 0 or not holds.sourceless or draw(st.booleans())
    documents = []
    for id in ids:
        size = draw(st.integers(1, 3))
        segments = []
        for _ in range(size):
            kind: Kind = "heading" if holds.kinds and draw(st.booleans()) else "text"
            segments.append(
                Segment(
                    draw(text) if has_source else None, tuple(draw(text) for _ in range(n)), kind
                )
            )
        metadata = {key: draw(st.none() | text) for key in holds.metadata}
        documents.append(Document(id, tuple(segments), **metadata))
    systems = []
    for system in draw(st.lists(name, max_size=2, unique_by=str.casefold)):
        outputs = {}
        for i, document in enumerate(documents):
            if i and holds.missing and draw(st.booleans()):
                continue
            lines = [draw(texts(holds.pieces, blank=True)) for _ in document.segments]
            if not holds.missing and not any(lines):
                lines[0] = "x"
            outputs[document.id] = tuple(lines)
        systems.append(SystemOutput(system, outputs))
    names = default_names(n)
    if holds.names and draw(st.booleans()):
        names = tuple(
            sorted(
                draw(
                    st.lists(
                        st.sampled_from(["A", "B", "C", "ht", "post"]),
                        min_size=n,
                        max_size=n,
                        unique=True,
                    )
                )
            )
        )
    languages = ("zh", "en")
    # Without a translation there is nothing to say whose language it is in.
    if holds.languages and n:
        languages = draw(st.sampled_from([("zh", "en"), ("de", "fr"), ("zh-Hans-CN", "en-GB")]))
    return Corpus(TestSet(tuple(documents)), tuple(systems), names, languages)


def content(corpus: Corpus) -> dict[str, Any]:
    """Give what must come back: all but where it was read from."""
    return {
        "documents": [
            (d.id, d.title, d.date, d.publisher, d.domain, d.segments)
            for d in corpus.test_set.documents
        ],
        "systems": {s.name: dict(s.documents) for s in corpus.systems},
        "names": corpus.reference_names,
        "languages": corpus.languages,
    }


def check_sentence(error: MtevalError) -> None:
    """Check that an error is one sentence."""
    assert str(error)
    assert "\n" not in str(error)


def small(**changes: Any) -> Corpus:
    """Make a corpus of one document by hand."""
    segments = changes.pop("segments", (Segment("源", ("text",)), Segment("文", ("two",))))
    metadata = {
        key: changes.pop(key) for key in ("title", "date", "publisher", "domain") if key in changes
    }
    document = Document(changes.pop("id", "d"), tuple(segments), **metadata)
    return Corpus(TestSet((document,)), **changes)
