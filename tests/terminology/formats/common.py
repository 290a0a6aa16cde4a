"""What the tests of formats share: every format, made-up termbases, round trips, refusals."""

from __future__ import annotations

import datetime
from datetime import date
from pathlib import Path

import pytest
from hypothesis import strategies as st

from mteval.errors import InputError
from mteval.terminology.concepts import Concept, Rendering
from mteval.terminology.formats.base import Style
from mteval.terminology.formats.registry import read_termbase, write_termbase
from mteval.terminology.termbase import Termbase

# Every format and style: suffix, style.
KINDS: list[tuple[str, Style]] = [
    (".csv", "dca"),
    (".xlsx", "dca"),
    (".tbx", "dca"),
    (".tbx", "dct"),
    (".xml", "dca"),
]


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def refused(path: Path) -> str:
    """Give the message that a file is refused with, less the folder of the file."""
    with pytest.raises(InputError) as caught:
        read_termbase(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.replace(f"{path.parent}/", "")


ANY = st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"])
XML = st.characters(exclude_characters="\ufffe\uffff", exclude_categories=["Cs", "Cc"])
TRICKY = ["=1+1", "+1", "-x", "@a", "#N/A", '"', "a,b", "'x", "2023", "<b>&amp;", "]]>", "_x0041_"]


def texts(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    text = st.text(alphabet, max_size=8).map(str.strip)
    return (text | st.sampled_from([*TRICKY, "true", "a  b", "<!ENTITY x>"])).filter(bool)


@st.composite
def termbases(draw: st.DrawFn, alphabet: st.SearchStrategy[str]) -> Termbase:
    text = texts(alphabet)
    concepts = []
    for id in draw(st.lists(text, min_size=1, max_size=3, unique=True)):
        renderings: list[Rendering] = []
        for target in draw(st.lists(text, min_size=1, max_size=3, unique_by=str.casefold)):
            begin = draw(st.none() | st.dates())
            end = draw(st.none() | st.dates(min_value=begin or date.min))
            periods = [(begin, end)]
            # The same text may come back in the next period, with another status.
            if end is not None and end < date.max and draw(st.booleans()):
                periods.append((end + datetime.timedelta(1), None))
            for begin, end in periods:
                renderings.append(
                    Rendering(
                        target,
                        draw(st.sampled_from(["preferred", "admitted", "deprecated"])),
                        draw(st.sampled_from(["critical", "major", "minor"])),
                        draw(st.just("") | text),
                        draw(st.sampled_from(["auto", "exact", "ignore"])),
                        begin,
                        end,
                    )
                )
        sources = draw(st.lists(text, min_size=1, max_size=3, unique=True))
        concepts.append(Concept(id, tuple(sources), tuple(renderings)))
    return Termbase(tuple(concepts))


def goes_round(folder: Path, termbase: Termbase, suffix: str, style: Style) -> None:
    path = folder / f"terms{suffix}"
    write_termbase(path, termbase, style=style, force=True)
    again = read_termbase(path)
    assert again == termbase
    assert again.fingerprint() == termbase.fingerprint()
    assert [each.name for each in folder.iterdir()] == [path.name]


TERMBASE = Termbase(
    (
        Concept(
            "prc",
            ("中国", "中华人民共和国"),
            (
                Rendering("China", "preferred"),
                Rendering("Red China", "deprecated", "critical", "hostile", "exact"),
            ),
        ),
    )
)
