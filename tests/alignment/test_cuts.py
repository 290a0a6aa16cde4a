from __future__ import annotations

from mteval.alignment.resegment import resegment
from mteval.languages.encoder import Embed


def test_a_sentence_of_any_length_is_cut_somewhere(embed: Embed) -> None:
    source = "我们坚决反对这种做法，" * 20 + "结束。"
    output = "we firmly oppose this practice, " * 400 + "end"
    for sources in ([source] * 2, [source] * 3):
        again = resegment(sources, [output], embed)
        assert "".join("".join(again.texts).split()) == "".join(output.split())
