from __future__ import annotations

from mteval.alignment.aligner import align
from mteval.alignment.resegment import resegment
from mteval.languages.encoder import Embed
from tests.alignment.support import report


def test_a_paragraph_of_more_than_four_is_one_bead(embed: Embed) -> None:
    chinese, english = report("airport")
    keep = [n for n, text in enumerate(english) if text.endswith(".")][:6]
    alignment = align(["".join(chinese[n] for n in keep)], [english[n] for n in keep], embed)
    assert [(b.sources, b.targets) for b in alignment.beads] == [((0,), tuple(range(6)))]


def test_a_line_from_elsewhere_takes_no_source_in(embed: Embed) -> None:
    chinese, english = report("airport")
    foreign = "The weather in the mountains was cold that winter, and few travellers came. " * 4
    again = resegment(chinese, [*english[:3], foreign.strip(), *english[5:]], embed)
    assert (again.omitted, again.added) == ((3, 4), (3,))
    assert list(again.texts) == [*english[:3], "", "", *english[5:]]
