"""Files that were made to do harm, or that nobody thought of."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.formats.inputs import read_inputs
from mteval.corpus.formats.read import read_corpus, read_many
from mteval.corpus.formats.registry import FORMATS
from mteval.corpus.formats.write import write_corpus
from mteval.corpus.model import Document, Segment, SystemOutput, TestSet
from mteval.errors import InputError, MismatchError, MtevalError
from mteval.io import xml as xmltree
from mteval.io.files import read_bytes
from tests.corpus.formats.corpora import check_sentence, small


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_corpus(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def tmx(text: str, before: str = "", attribute: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{before}<tmx version="1.4"><header srclang="zh"/><body><tu>'
        f'<tuv xml:lang="zh"{attribute}><seg>{text}</seg></tuv>'
        '<tuv xml:lang="en"><seg>a</seg></tuv></tu></body></tmx>'
    )


_TENFOLD = "".join(f"<!ENTITY a{i + 1} '{f'&a{i};' * 10}'>" for i in range(12))
LAUGHS = f"<!DOCTYPE tmx [<!ENTITY a0 'ha'>{_TENFOLD}]>"


@pytest.mark.parametrize("suffix", [".tmx", ".xlf", ".xml"])
@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("&a12;", LAUGHS),
        ("&x;", '<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        ("&x;", '<!DOCTYPE tmx [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>'),
        ("x", '<!DOCTYPE tmx [<!ENTITY % x "<!ELEMENT tmx ANY>">]>'),
    ],
)
def test_entities_are_refused(tmp_path: Path, suffix: str, text: str, before: str) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_text(tmx(text, before))
    assert "declares entities" in refused(path)
    path.write_bytes(tmx(text, before).replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"))
    assert "declares entities" in refused(path)


def test_undeclared_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tmx"
    path.write_text(tmx("&nbsp;"))
    assert "nbsp" in refused(path)
    path.write_text(tmx("&nbsp;", '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'))
    assert refused(path).endswith(
        "x.tmx:1: the file uses &nbsp;, which it does not explain; write the character itself"
    )


def test_no_outside_dtd_is_loaded(tmp_path: Path) -> None:
    # It would put a text into every attribute, or break the parser.
    (tmp_path / "tmx14.dtd").write_text("<!ENTITY nbsp 'loaded'><!ATTLIST seg x CDATA 'loaded'>")
    path = tmp_path / "x.tmx"
    path.write_text(tmx("x", f'<!DOCTYPE tmx SYSTEM "{tmp_path / "tmx14.dtd"}">'))
    assert read_corpus(path).test_set.sources == ["x"]
    root = xmltree.parse_xml(path, path.read_bytes(), "TMX", "")
    assert next(root.iter("seg")).attrib == {}


def test_includes_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "x.tmx"
    include = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    )
    path.write_text(tmx(f"x{include}"))
    assert read_corpus(path).test_set.sources == ["x"]


@pytest.mark.parametrize(
    "text",
    [
        tmx("<hi>" * 100_000 + "x" + "</hi>" * 100_000),
        "<a>" * 100_000,
        tmx("x", attribute=f' x="{"y" * 11_000_000}"'),
        tmx("x" * 11_000_000),
    ],
    ids=["deep", "unclosed", "attribute", "text"],
)
def test_depth_and_length_are_limited(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.tmx"
    path.write_text(text)
    before = time.monotonic()
    message = refused(path)
    assert "nests elements deeper, or has a longer text" in message
    assert len(message) < 500
    assert time.monotonic() - before < 60


def test_nesting_within_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.tmx"
    path.write_text(tmx("<hi>" * 200 + "x" + "</hi>y" * 200))
    assert read_corpus(path).test_set.sources == ["x" + "y" * 200]


def test_tags_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmltree, "MAX_TAGS", 5)
    path = tmp_path / "x.tmx"
    path.write_text(tmx("x"))
    assert "more than 5 tags" in refused(path)


def test_encodings_of_xml(tmp_path: Path) -> None:
    path = tmp_path / "x.tmx"
    text = tmx("中文")
    path.write_bytes(text.replace('"1.0"', '"1.0" encoding="UTF-16"', 1).encode("utf-16"))
    assert read_corpus(path).test_set.sources == ["中文"]
    path.write_bytes(text.replace('"1.0"', '"1.0" encoding="GB18030"', 1).encode("gb18030"))
    assert read_corpus(path).test_set.sources == ["中文"]
    # Declared to be what it is not.
    path.write_bytes(text.replace('"1.0"', '"1.0" encoding="UTF-8"', 1).encode("gb18030"))
    assert "not valid XML" in refused(path)
    path.write_bytes(text.replace('"1.0"', '"1.0" encoding="none-such"', 1).encode("utf-8"))
    assert "not valid XML" in refused(path)
    path.write_bytes(text.encode().replace("中".encode(), b"\xed\xa0\x80"))
    assert "not valid XML" in refused(path)
    path.write_bytes(text.encode().replace("中".encode(), b"\0"))
    assert "not valid XML" in refused(path)


@pytest.mark.parametrize("suffix", [".tsv", ".jsonl", ".csv", ".tmx", ".xml", ".txt"])
def test_a_gigabyte_in_one_line_is_refused_at_once(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    with path.open("wb") as file:
        file.truncate(2**30)
    before = time.monotonic()
    with pytest.raises(InputError, match=r"the file has 1,024 MiB, and no more than \d+ MiB"):
        read_many([path, path] if suffix == ".txt" else [path])
    assert time.monotonic() - before < 60


def test_a_gigabyte_in_a_folder_is_refused_at_once(tmp_path: Path) -> None:
    write_corpus(small(), tmp_path / "refs")
    os.truncate(tmp_path / "refs" / "d.en.txt", 2**30)
    before = time.monotonic()
    assert "d.en.txt: the file has 1,024 MiB" in refused(tmp_path / "refs")
    assert time.monotonic() - before < 60


def test_a_file_that_grows_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("source\n" + "x\n" * 10)
    real = os.fstat

    def grows(handle: int) -> os.stat_result:
        found = real(handle)
        with path.open("a") as file:
            file.write("y" * 1000)
        return found

    monkeypatch.setattr(os, "fstat", grows)
    with pytest.raises(InputError, match="no more than 0 MiB are read"):
        read_bytes(path, 100)


def test_pipes_and_devices_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.tmx")
    assert "a pipe or a device" in refused(tmp_path / "x.tmx")
    (tmp_path / "y.jsonl").symlink_to("/dev/zero")
    assert "a pipe or a device" in refused(tmp_path / "y.jsonl")


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret\nsecret\n")
    write_corpus(small(), tmp_path / "refs")
    path = tmp_path / "refs" / "d.en.txt"
    path.unlink()
    path.symlink_to("../secret")
    assert "d.en.txt: this is a link that leads out of" in refused(tmp_path / "refs")
    path.unlink()
    path.symlink_to("d.zh.txt")
    assert read_corpus(tmp_path / "refs").test_set.references == [["源", "文"]]
    path.unlink()
    path.symlink_to("d.en.txt")
    assert "d.en.txt" in refused(tmp_path / "refs")
    write_corpus(
        small(systems=(SystemOutput("s", {"d": ("a", "b")}),)), tmp_path / "m", "mt-metrics-eval"
    )
    path = tmp_path / "m" / "system-outputs" / "zh-en"
    (path / "evil.txt").symlink_to(tmp_path / "secret")
    assert "evil.txt: this is a link that leads out of" in refused(tmp_path / "m")
    write_corpus(small(systems=(SystemOutput("s", {"d": ("a", "b")}),)), tmp_path / "f")
    (tmp_path / "f" / "systems" / "t").symlink_to(tmp_path)
    assert "systems/t: this is a link that leads out of" in refused(tmp_path / "f")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../../x",
            "/etc/x",
            "..",
            ".",
            ".hidden",
            "a/b",
            "a\\b",
            "C:\\x",
            "a\nb",
            "x.en",
            "x.zh",
        ),
        *(
            "sources",
            "terms",
            "fixes",
            "con",
            "NUL",
            "a.",
            "a ",
            " ",
            "%2F",
            "\u202e",
            "a\tb",
            "😀/",
        ),
    ],
)
@pytest.mark.parametrize("format", ["folder", "mt-metrics-eval", "lines"])
def test_no_name_climbs_out_of_the_folder(tmp_path: Path, format: str, name: str) -> None:
    if not name.strip():
        return
    corpus = small(id=name, systems=(SystemOutput(name, {name: ("x", "y")}),))
    notes = write_corpus(corpus, tmp_path / "in" / "out", format)
    assert list(tmp_path.iterdir()) == [tmp_path / "in"]
    assert list((tmp_path / "in").iterdir()) == [tmp_path / "in" / "out"]
    if format != "lines":
        back = read_corpus(tmp_path / "in" / "out")
        if back.test_set.documents[0].id != name or back.systems[0].name != name:
            assert any("a file name cannot hold every" in note for note in notes)
        assert back.test_set.segments == corpus.test_set.segments
        assert list(back.systems[0].documents.values()) == [("x", "y")]


def test_names_that_would_be_one_file_are_refused(tmp_path: Path) -> None:
    segments = (Segment("a", ("b",)),)
    for left, right in (("a/b", "a%2Fb"), ("a", "A")):
        corpus = Corpus(TestSet((Document(left, segments), Document(right, segments))))
        with pytest.raises(InputError, match="would have one file name"):
            write_corpus(corpus, tmp_path / "out")
    with pytest.raises(InputError, match="is too long to name a file"):
        write_corpus(small(id="x" * 300), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_file_names_with_spaces_chinese_and_newlines(tmp_path: Path) -> None:
    for name in ("a b", "文件", "a\nb", "'\"$(x)`"):
        for suffix in (".tmx", ".xlf", ".xml", ".tsv", ".csv", ".jsonl", ""):
            path = tmp_path / f"{name}{suffix}"
            write_corpus(small(), path)
            assert read_corpus(path).test_set.segments == small().test_set.segments
    path = tmp_path / "a\nb.pdf"
    path.write_text("x")
    assert r"a\nb.pdf" in refused(path)
    path = tmp_path / os.fsdecode(b"\xff.jsonl")
    path.write_text('{"src": "a", "ref": "b"}')
    assert "the file name is not UTF-8; rename it" in refused(path)


def test_nothing_is_overwritten_and_nothing_is_left_half_written(tmp_path: Path) -> None:
    (tmp_path / "x.tmx").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "empty").mkdir()
    for name in ("x.tmx", "full"):
        with pytest.raises(InputError, match="there is something already"):
            write_corpus(small(), tmp_path / name)
    with pytest.raises(InputError, match=r"this is a folder, and TMX 1\.4 is a file"):
        write_corpus(small(), tmp_path / "empty", "tmx")
    write_corpus(small(), tmp_path / "empty")
    assert (tmp_path / "x.tmx").read_text() == "mine"
    (tmp_path / "closed").write_text("")
    with pytest.raises(InputError, match="cannot be"):
        write_corpus(small(), tmp_path / "closed" / "x.tmx")
    bad = small(systems=(SystemOutput("s", {"d": ("one",)}),))
    for format in ("jsonl", "mt-metrics-eval", "xliff-2.1"):
        with pytest.raises(MismatchError):
            write_corpus(bad, tmp_path / "new", format)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["closed", "empty", "full", "x.tmx"]


def test_a_folder_that_changes_while_it_is_read(tmp_path: Path) -> None:
    corpus = Corpus(
        TestSet(tuple(Document(f"d{i}", (Segment("a", ("b",)),)) for i in range(30))),
        (SystemOutput("s", {f"d{i}": ("x",) for i in range(30)}),),
    )
    write_corpus(corpus, tmp_path / "refs")
    files = list((tmp_path / "refs").rglob("*.txt"))
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            for path in files:
                path.unlink(missing_ok=True)
                path.write_text("x\n")

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range(30):
            try:
                read_corpus(tmp_path / "refs")
                read_inputs([tmp_path / "refs"], None, [])
            except InputError as error:
                check_sentence(error)
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("format", [n for n in FORMATS if FORMATS[n].write is not None])
@settings(max_examples=60)
@given(data=st.data())
def test_damaged_files_are_read_or_refused_in_a_sentence(format: str, data: st.DataObject) -> None:
    if format == "system":
        return
    corpus = small(
        domain="news",
        segments=[Segment("源<b>", ('te"xt', "x")), Segment("文", ("two", "y"), "heading")],
        systems=(SystemOutput("s", {"d": ("x", "")}),),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        write_corpus(corpus, path, format)
        files = sorted(
            each for each in (path.rglob("*") if path.is_dir() else [path]) if each.is_file()
        )
        damaged = data.draw(st.sampled_from(files))
        content = bytearray(damaged.read_bytes())
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(content)))
            size = data.draw(st.sampled_from([0, 1, 2, 20]))
            new = data.draw(
                st.binary(max_size=3)
                | st.sampled_from(
                    [b"<", b">", b'"', b"\t", b"\n", b"\r", b"\0", b"&", b"\xff", b"{", b","]
                )
            )
            content[at : at + size] = new
        damaged.write_bytes(bytes(content))
        try:
            if format == "lines":
                read_many([path / "source.txt", path / "reference.txt"], format)
            else:
                read_corpus(path, format)
        except MtevalError as error:
            check_sentence(error)
