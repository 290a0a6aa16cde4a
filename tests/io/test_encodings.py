from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import EncodingError
from mteval.io.files import read_text


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16"])
def test_other_encodings_are_named_with_the_offset(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.txt"
    text = "國防部發言人就中美兩軍關係答記者問。雙方保持溝通協調，我們將適時發布消息。\n" * 20
    path.write_bytes(("A line in ASCII\n" + text).encode(encoding))
    with pytest.raises(EncodingError) as error:
        read_text(path)
    with pytest.raises(UnicodeDecodeError) as plain:
        path.read_bytes().decode("utf-8")
    assert f"byte offset {plain.value.start};" in str(error.value)
    expected = {"gb18030": "GB", "big5": "BIG5", "utf-16": "UTF-16"}[encoding]
    assert f"it looks like {expected}" in str(error.value)
    assert f"{path}:" in str(error.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a\nb\0c\n", r"x\.txt:2: a NUL character stands at byte offset 3"),
        ("English only\n".encode("utf-16-le"), "it looks like UTF-16"),
        (b"ab\xed\xa0\x80\n", "half a surrogate pair stands at byte offset 2"),
    ],
)
def test_what_no_text_has_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "x.txt").write_bytes(data)
    with pytest.raises(EncodingError, match=says):
        read_text(tmp_path / "x.txt")


def test_the_encoding_of_a_long_file_is_told_too(tmp_path: Path) -> None:
    text = "国防部发言人就中美两军关系答记者问,双方保持着沟通协调。\n" * 3000
    (tmp_path / "x.txt").write_bytes(b"x" + text.encode("gb18030"))
    with pytest.raises(EncodingError, match="it looks like GB18030"):
        read_text(tmp_path / "x.txt")
