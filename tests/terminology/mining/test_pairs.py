from __future__ import annotations

import pytest

from mteval.terminology.mining.pairs import SegmentPair


@pytest.mark.parametrize(
    ("source", "spans"),
    [
        ("“北部·联合-2023”演习", ["北部·联合"]),
        ("《条约》和「金龍」", ["条约", "金龍"]),
        ("‘ 金龙 ’", ["金龙"]),
        ("他说:“我们不会这样做”", []),
        ("“一、二,三”“。”“龙”“A”", []),
        (f"“{'长' * 21}”", []),
    ],
)
def test_a_quoted_name_is_short_and_no_sentence(source: str, spans: list[str]) -> None:
    pair = SegmentPair(source, "")
    assert [source[start:end] for start, end in pair.quoted] == spans
