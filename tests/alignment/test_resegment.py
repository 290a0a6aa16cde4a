from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mteval.alignment.resegment import resegment
from mteval.languages.encoder import Embed
from tests.alignment.support import PARAGRAPHS, hashed, report
from tests.conftest import ROOT

OUTPUTS = sorted((ROOT / "systems").glob("*/*.txt"))


@given(st.lists(PARAGRAPHS, max_size=5), st.lists(PARAGRAPHS, max_size=5))
@settings(max_examples=50)
def test_outputs_keep_every_text(sources: list[str], targets: list[str]) -> None:
    again = resegment(sources, targets, hashed)
    assert len(again.texts) == len(again.confidences) == len(sources)
    kept = [text for j, text in enumerate(targets) if j not in again.added]
    assert "".join("".join(again.texts).split()) == "".join("".join(kept).split())


def test_no_lines_omit_every_source() -> None:
    assert resegment(["甲"], [], hashed).omitted == (0,)


def test_outputs_are_cut_into_the_paragraphs_of_the_source(embed: Embed) -> None:
    chinese, english = report("airport")
    keep = [n for n, text in enumerate(english) if text.endswith(".")]
    chinese, english = [chinese[n] for n in keep], [english[n] for n in keep]
    first, rest = english[0].split(", up ", 1)
    outputs = [
        *(first + ".", "It was up " + rest),
        " ".join(english[1:3]),
        *english[3:5],
        *english[6:9],
        "A line that no source has, about the weather of the day.",
        " ".join(english[9:12]),
        *english[12:],
    ]
    again = resegment(chinese, outputs, embed)
    wanted = [f"{first}. It was up {rest}", *english[1:]]
    wanted[5] = ""
    assert list(again.texts) == wanted
    assert again.omitted == (5,)
    assert again.added == (8,)


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_outputs_come_back_from_one_line_and_from_merged_neighbours(
    output: Path, embed: Embed
) -> None:
    sources = (ROOT / "references" / f"{output.stem}.zh.txt").read_text("utf-8").splitlines()
    lines = output.read_text("utf-8").splitlines()
    assert list(resegment(sources, [" ".join(lines)], embed).texts) == lines
    for n in range(len(lines) - 1):
        merged = [*lines[:n], " ".join(lines[n : n + 2]), *lines[n + 2 :]]
        assert list(resegment(sources, merged, embed).texts) == lines


def test_an_output_in_one_line_is_cut_into_all_paragraphs(embed: Embed) -> None:
    chinese, english = report("airport")
    again = resegment(chinese, [" ".join(english)], embed)
    right = [text == wanted for text, wanted in zip(again.texts, english, strict=True)]
    assert len(chinese) > 12
    assert sum(right) >= len(right) - 2
    # What the line lacks is left empty, and nothing but it.
    n = len(english) // 2
    assert english[n].endswith(".")
    again = resegment(chinese, [" ".join(english[:n] + english[n + 1 :])], embed)
    assert again.omitted == (n,)


def test_an_output_of_a_sentence_a_line_keeps_all_lines(embed: Embed) -> None:
    chinese, english = report("airport")
    keep = [n for n, text in enumerate(english) if text.endswith(".")]
    groups = [keep[n : n + 6] for n in range(0, len(keep), 6)]
    again = resegment(
        ["".join(chinese[n] for n in group) for group in groups],
        [english[n] for n in keep],
        embed,
    )
    assert list(again.texts) == [" ".join(english[n] for n in group) for group in groups]
    assert (again.omitted, again.added) == ((), ())


def test_blank_lines_are_no_lines(embed: Embed) -> None:
    chinese, english = report("airport")
    again = resegment(chinese, [line for text in english for line in (text, "")], embed)
    assert list(again.texts) == english
    assert again.added == ()


def test_shifted_lines_are_told_from_those_in_their_places(embed: Embed) -> None:
    chinese, english = report("airport")
    assert not resegment(chinese, english, embed).is_shifted
    n = next(n for n, text in enumerate(english) if text.count(". ") and n > 3)
    head, tail = english[n].split(". ", 1)
    outputs = [" ".join(english[:2]), *english[2:n], f"{head}.", tail, *english[n + 1 :]]
    assert len(outputs) == len(chinese)
    again = resegment(chinese, outputs, embed)
    assert again.is_shifted
    assert list(again.texts) == english
