"""Whatever a file holds, reading it gives its text or one sentence, in little time and memory."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mteval.errors import EncodingError, InputError, MtevalError
from mteval.ingest.pages import MAX_BYTES, read_page
from mteval.ingest.pipeline import ingest_page
from mteval.io.encodings import decode_any
from tests.conftest import Run, without_progress
from tests.ingest import renderings
from tests.ingest.renderings import archive, docx
from tests.ingest.test_pipeline import CHINESE, ENGLISH

SUFFIXES = (".html", ".md", ".docx", ".txt", ".mht")
LINES = [*CHINESE, *ENGLISH]
GOOD = {
    ".html": renderings.html_site(LINES).encode(),
    ".md": renderings.markdown(LINES).encode(),
    ".docx": docx(LINES),
    ".txt": "\n".join(LINES).encode("utf-16"),
    ".mht": b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\n'
    b"Content-Type: text/html; charset=utf-8\n\n"
    + renderings.html_paragraphs(LINES).encode()
    + b"\n--x--\n",
}
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def document(body: str, before: str = "") -> bytes:
    text = f'{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return archive({"word/document.xml": text})


def reads_or_refuses(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    message = path.name
    try:
        read_page(path)
    except MtevalError as error:
        message = str(error)
    assert "\n" not in message
    assert path.name in message


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzed")


@given(st.sampled_from(SUFFIXES), st.binary(max_size=300))
@settings(deadline=60_000, max_examples=150)
def test_any_bytes_are_read_or_refused(folder: Path, suffix: str, data: bytes) -> None:
    reads_or_refuses(folder / f"x{suffix}", data)


@given(st.sampled_from(SUFFIXES), st.integers(0, 2**32))
@settings(deadline=60_000, max_examples=150)
def test_damaged_pages_are_read_or_refused(folder: Path, suffix: str, seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(GOOD[suffix])
    for _ in range(rng.randint(1, 8)):
        start = rng.randrange(len(data))
        stop = min(len(data), start + rng.randint(0, 40))
        data[start:stop] = rng.choice([b"", rng.randbytes(5), data[start:stop] * 3, b"<p>", b"\0"])
        data = data or bytearray(b"x")
    reads_or_refuses(folder / f"x{suffix}", bytes(data))


@given(
    st.lists(
        st.sampled_from(
            [
                *("<p>", "</p>", "<div>", "</table>", "<td>", "<br>", "<b>", "</b>", "<li>"),
                *("<!-- x -->", "<pre>", "</pre>", "<ul>", "<a href=x>", "</a>", "&amp;", "&nbsp;"),
                *(
                    "一二三。",
                    "four five.",
                    "six",
                    " ",
                    "\n",
                    "<",
                    "&",
                    "<select><option>",
                    "</div>",
                ),
            ]
        ),
        max_size=30,
    )
)
@settings(deadline=60_000, max_examples=150, suppress_health_check=list(HealthCheck))
def test_no_text_of_a_page_is_lost(folder: Path, parts: list[str]) -> None:
    class Text(HTMLParser):
        seen = ""

        def handle_data(self, data: str) -> None:
            self.seen += data

    # A lone < begins no tag, as parsers of browsers have it, only before a space.
    text = "".join(part if part != "<" else "< " for part in parts)
    parser = Text()
    parser.feed(f"<body>{text}")
    parser.close()
    path = folder / "y.html"
    path.write_text(f"<html><body>{text}", "utf-8")
    try:
        lines = read_page(path).lines
    except InputError:
        lines = ()
    found = Counter("".join("".join(line.text.split()) for line in lines))
    assert found == Counter("".join(parser.seen.split()))


DEEP = 100_000


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.html", "<div>" * DEEP, "nested more than 1000 deep"),
        ("x.html", "<blockquote><ul><li>" * DEEP, "nested more than 1000 deep"),
        ("x.md", "> " * DEEP + "x", None),
        ("x.md", "[" * 15_000, None),
        ("x.docx", document("<w:sdt>" * DEEP), "nests elements deeper"),
        ("x.docx", document(" " * 60_000_000), "unpacks to more than"),
        (
            "x.docx",
            document("&a;", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
            "declares entities|entit",
        ),
        ("x.docx", GOOD[".docx"][:300], "damaged or encrypted"),
        ("x.docx", archive({"a.txt": "x"}), r"not a \.docx or \.odt"),
        ("x.txt", "a" * 1_000_000, "line 1 has 1,000,000 characters"),
        ("x.txt", "x y.\n" * 300_000, "more than 200,000 lines"),
        ("x.html", "<p>x y.</p>" * 30_000, "30,000 paragraphs"),
        ("x.txt", "中文\0text", "NUL character"),
        ("x.txt", b"\xff\xfe\x2d\x4e\x00\xd8", "damaged at byte offset 4"),
        ("x.txt", b"\xff\xfe\x2d\x4e\x00", "damaged at byte offset"),
        ("x.txt", "中文".encode() + b"\xed\xa0\x80", "half a surrogate pair"),
        ("x.txt", b"\xfe\xff\x4e\x2d\x00\x00", "NUL character"),
        ("x.txt", bytes(range(256)) * 4, "encoding cannot be told|NUL|not UTF-8"),
        ("x.pdf", "%PDF-1.7", "a PDF file; save its text"),
        ("x.doc", b"\xd0\xcf\x11\xe0x", "an old Office file; save it as .docx"),
        ("x.html", "<frameset><frame src=a><frame src=b></frameset>", "consists of frames"),
        ("x.mht", b"MIME-Version: 1.0\nContent-Type: image/png\n\nx", "holds no HTML page"),
    ],
)
def test_what_cannot_be_read_is_refused_soon_in_one_sentence(
    tmp_path: Path, name: str, data: str | bytes, says: str | None
) -> None:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    start = time.monotonic()
    if says is None:
        reads_or_refuses(path, path.read_bytes())
    else:
        with pytest.raises(InputError, match=says) as caught:
            read_page(path)
        assert "\n" not in str(caught.value)
    assert time.monotonic() - start < 60


def test_a_huge_file_is_not_even_read(tmp_path: Path, mteval: Run) -> None:
    path = tmp_path / "x.txt"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    done = mteval("ingest", path, "-o", tmp_path / "out")
    assert (done.returncode, len(without_progress(done.stderr).splitlines())) == (2, 1)
    assert f"no more than {MAX_BYTES // 2**20} MiB are read" in done.stderr


def test_long_lines_that_say_nothing_do_not_take_long(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    odd = ["a" * 15_000, "a'" * 7000, "中" * 15_000, "(a" * 7000, "a." * 7000, "@" * 15_000]
    path.write_text("\n".join([*odd, *LINES]), "utf-8")
    start = time.monotonic()
    result = ingest_page(path)
    assert time.monotonic() - start < 60
    assert [s.source for s in result.document.segments] == list(CHINESE)


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "utf-16-le", "utf-16-be"])
def test_a_short_text_is_decoded_right_or_refused(encoding: str) -> None:
    import opencc

    convert = opencc.OpenCC("s2hk").convert if encoding == "big5hkscs" else str
    for start in range(len(CHINESE[0]) - 4):
        text = convert(CHINESE[0][start : start + 6]).replace("，", "、")
        with contextlib.suppress(EncodingError):
            assert decode_any(text.encode(encoding), Path("x"))[0] == text


def test_many_comments_before_text_are_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("<!-- menu -->\n" * 5000 + "國防部說好。\n", "utf-8")
    assert read_page(path).lines[-1].text == "國防部說好。"


def test_markdown_nests_as_deep_as_it_likes_or_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("".join(f"{'  ' * n}- item {n}\n" for n in range(14)), "utf-8")
    texts = [line.text for line in read_page(path).lines]
    assert [f"item {n}" in text for n, text in enumerate(t for t in texts if t.strip())] == [
        True
    ] * 14
    path.write_text(">" * 20000 + "a", "utf-8")
    with pytest.raises(InputError, match="Markdown cannot be read"):
        read_page(path)
