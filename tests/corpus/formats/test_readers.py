"""Files as other programs write them, which mteval never would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.formats.detect import detect
from mteval.corpus.formats.inputs import read_inputs
from mteval.corpus.formats.read import read_corpus, read_many
from mteval.corpus.formats.sacrebleu_sets import read_set
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.formats.write import write_corpus
from mteval.corpus.model import Segment, SystemOutput
from mteval.errors import InputError, MtevalError, UnavailableError, UsageError
from mteval.evaluation.orchestrator import evaluate
from tests.corpus.formats.corpora import small


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def pairs(corpus: Corpus) -> list[tuple[str | None, ...]]:
    return [(s.source, *s.references) for s in corpus.test_set.segments]


# TMX

TMX = """<?xml version="1.0"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="zh-CN" segtype="sentence"/><body>
<tu tuid="7"><tuv xml:lang="zh-CN"><seg>你<bpt i="1">&lt;b&gt;</bpt>好<ept i="1">&lt;/b&gt;</ept>\
<ph>{0}<sub>脚注</sub></ph>，<hi>世界</hi> </seg></tuv>
<tuv xml:lang="en-US"><seg>Hello, <it pos="begin">x</it>world</seg></tuv>
<tuv xml:lang="en-US"><seg>Hi</seg></tuv><tuv xml:lang="de"><seg>Hallo</seg></tuv></tu>
<tu><tuv xml:lang="zh-CN"><seg>未译</seg></tuv></tu>
<tu tuid="9"><tuv xml:lang="zh-CN"><seg>空</seg></tuv><tuv xml:lang="en-US"><seg> </seg></tuv></tu>
</body></tmx>"""


def test_tmx_of_a_cat_program(tmp_path: Path) -> None:
    corpus = read_corpus(write(tmp_path / "memory.tmx", TMX))
    assert pairs(corpus) == [("你好，世界 ", "Hello, world")]
    assert corpus.languages == ("zh-CN", "en-US")
    assert corpus.test_set.documents[0].id == "memory"
    path = tmp_path / "memory.tmx"
    assert corpus.notes == (
        f"{path}: skipped 1 further translation of a unit into one language",
        f"{path}: dropped 5 inline tags, but not the text within",
        f"{path}: dropped 1 text within inline tags (sub), such as footnotes",
        f"{path}: 2 segments without a reference were skipped: unit 2, unit 9",
    )


def test_languages_are_chosen(tmp_path: Path) -> None:
    path = write(tmp_path / "memory.tmx", TMX)
    german = read_corpus(path, wanted=Wanted(target_language="de"))
    assert pairs(german) == [("你好，世界 ", "Hallo")]
    back = read_corpus(path, wanted=Wanted("en", "zh"))
    assert back.languages == ("en-US", "zh-CN")
    with pytest.raises(
        InputError, match=r"the target language 'fr' cannot be determined .* --target-lan"
    ):
        read_corpus(path, wanted=Wanted(target_language="fr"))


# XLIFF

XLIFF_1 = """<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file original="docs/a b.docx" source-language="zh-CN" target-language="en-GB" datatype="x-docx">
<header/><body><group id="g"><trans-unit id="1">
<source><g id="1">甲。</g><x id="2"/>乙。</source>
<seg-source><mrk mtype="seg" mid="0">甲<g id="1">。</g></mrk> <mrk mtype="seg" mid="1">乙。</mrk>\
</seg-source>
<target><mrk mtype="seg" mid="1">Two.</mrk><mrk mtype="seg" mid="0">One.</mrk></target>
</trans-unit></group>
<trans-unit id="2"><source>  丙
     丁 </source><target state="translated">Three <ph id="1">code</ph>four</target>
<alt-trans origin="tm"><target>other</target></alt-trans></trans-unit>
<trans-unit id="3"><source>未</source></trans-unit>
</body></file></xliff>"""


def test_xliff_1_of_a_cat_program(tmp_path: Path) -> None:
    corpus = read_corpus(write(tmp_path / "x.sdlxliff", XLIFF_1))
    assert pairs(corpus) == [("甲。", "One."), ("乙。", "Two."), ("丙 丁", "Three four")]
    assert corpus.test_set.documents[0].id == "docs/a b.docx"
    assert corpus.systems == ()
    assert any(
        "1 segment without a reference was skipped: docs/a b.docx:3" in n for n in corpus.notes
    )


XLIFF_2 = """<xliff version="2.0" srcLang="zh" trgLang="en"
 xmlns="urn:oasis:names:tc:xliff:document:2.0"><file id="f1"><group id="g1"><unit id="u1">
<originalData><data id="d1">&lt;b&gt;</data></originalData>
<segment id="s1"><source>甲<pc id="1" dataRefStart="d1">乙</pc><ph id="2"/><cp hex="0001"/></source>
<target>One<sc id="3"/> <mrk id="m1" type="term">two</mrk><ec startRef="3"/></target></segment>
<ignorable><source> </source></ignorable>
<segment><source xml:space="preserve"> 丙 </source><target xml:space="preserve"> Three </target>\
</segment></unit></group></file></xliff>"""


def test_xliff_2_of_a_cat_program(tmp_path: Path) -> None:
    corpus = read_corpus(write(tmp_path / "x.xlf", XLIFF_2))
    assert pairs(corpus) == [("甲乙\x01", "One two"), (" 丙 ", " Three ")]
    assert corpus.notes == (
        f"{tmp_path / 'x.xlf'}: dropped 4 inline tags, but not the text within",
    )


def test_untranslated_units_are_empty_hypotheses_of_a_system(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlf", XLIFF_1)
    corpus = read_corpus(path, wanted=Wanted(as_system="mt"))
    assert len(corpus.test_set.segments) == 4
    assert corpus.systems[0].documents["docs/a b.docx"] == ("One.", "Two.", "Three four", "")
    assert any("system mt has no hypothesis for 1 segment" in note for note in corpus.notes)


def test_unknown_version(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"XLIFF of the version '3\.0'"):
        read_corpus(write(tmp_path / "x.xlf", '<xliff version="3.0"/>'))


# WMT XML

WMT = """<?xml version='1.0' encoding='utf-8'?>
<dataset id="wmttest"><collection id="general">
<doc origlang="zh" id="d1" domain="news">
<src lang="zh"><p><seg id="2">二</seg><seg id="1">一</seg></p><p><seg id="10">十</seg></p></src>
<ref lang="en" translator="B"><p><seg id="1">one</seg><seg id="2">two</seg><seg id="10">ten</seg>\
</p></ref>
<ref lang="en" translator="A"><p><seg id="10">TEN</seg><seg id="2">TWO</seg><seg id="1">ONE</seg>\
</p></ref>
<hyp system="X" language="en"><p><seg id="1">1</seg><seg id="2"></seg></p></hyp></doc>
<doc origlang="zh" id="d2"><src lang="zh"><p><seg id="1">三</seg><seg id="2">四</seg></p></src>
<ref lang="en" translator="A"><p><seg id="1">three</seg><seg id="2">f</seg></p></ref>
<ref lang="en" translator="B"><p><seg id="1">THREE</seg></p></ref></doc>
<doc origlang="zh" id="t" testsuite="x"><src lang="zh"><p><seg id="1">试</seg></p></src></doc>
</collection></dataset>"""


def test_wmt_xml_out_of_order_with_gaps(tmp_path: Path) -> None:
    path = write(tmp_path / "wmt.xml", WMT)
    corpus = read_corpus(path)
    assert corpus.reference_names == ("B", "A")
    assert pairs(corpus) == [
        ("一", "one", "ONE"),
        ("二", "two", "TWO"),
        ("十", "ten", "TEN"),
        ("三", "THREE", "three"),
    ]
    assert [d.domain for d in corpus.test_set.documents] == ["news", None]
    assert dict(corpus.systems[0].documents) == {"d1": ("1", "", "")}
    said = "\n".join(corpus.notes)
    for part in (
        "skipped 1 document of test suites, as sacrebleu does: t",
        "which segments make a paragraph (p) is not kept",
        "1 segment without a reference was skipped: d2:2",
        "system X has no hypothesis for 1 segment",
    ):
        assert part in said


def test_sacrebleu_reads_our_wmt_xml_as_we_do(tmp_path: Path) -> None:
    from sacrebleu.dataset.wmt_xml import WMTXMLDataset

    corpus = read_corpus(write(tmp_path / "wmt.xml", WMT))
    corpus = Corpus(
        corpus.test_set,
        (SystemOutput("X", {"d1": ("a", "b]]>&<", "c"), "d2": ("e",)}),),
        corpus.reference_names,
    )
    write_corpus(corpus, tmp_path / "out.xml")
    with (tmp_path / "out.xml").open("rb") as file:
        fields = WMTXMLDataset._unwrap_wmt21_or_later(file)  # type: ignore[no-untyped-call]
    assert fields["src"] == corpus.test_set.sources
    assert fields["docid"] == ["d1", "d1", "d1", "d2"]
    assert [fields["ref:B"], fields["ref:A"]] == corpus.test_set.references
    assert fields["X"] == ["a", "b]]>&<", "c", "e"]
    assert fields["origlang"] == ["zh"] * 4


def test_wmt22_goes_round(wmt22: Path, tmp_path: Path) -> None:
    systems = sorted((wmt22 / "systems").iterdir())[:2]
    plain = read_many([wmt22 / "src.zh", wmt22 / "ref.A.en", wmt22 / "ref.B.en"], "lines")
    named, outputs, _ = read_inputs([wmt22 / "ref.A.en"], wmt22 / "src.zh", systems)
    assert not isinstance(named, Path)
    write_corpus(plain, tmp_path / "wmt.xml")
    test_set, scored, notes = read_inputs([tmp_path / "wmt.xml"], None, systems)
    assert not isinstance(test_set, Path)
    assert notes == ()
    assert (test_set.sources, test_set.references) == (
        plain.test_set.sources,
        plain.test_set.references,
    )
    for left, right in zip(scored, outputs, strict=True):
        assert isinstance(left, SystemOutput)
        assert isinstance(right, SystemOutput)
        assert left.hypotheses(test_set) == right.hypotheses(named)


# mt-metrics-eval


def mme(folder: Path) -> Path:
    for name, text in {
        "sources/zh-en.txt": "一\n二\n三\n",
        "sources/en-de.txt": "a\n",
        "references/zh-en.refA.txt": "one\ntwo\nthree\n",
        "references/zh-en.refB.txt": "1\n2\n3\n",
        "documents/zh-en.docs": "news d1\nnews\td2\nnews d1\n",
        "system-outputs/zh-en/refA.txt": "one\ntwo\nthree\n",
        "system-outputs/zh-en/X.txt": "uno\n\ntres\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(folder / name, text)
    return folder


def test_mt_metrics_eval(tmp_path: Path) -> None:
    corpus = read_corpus(mme(tmp_path))
    assert corpus.reference_names == ("A", "B")
    assert pairs(corpus) == [("一", "one", "1"), ("三", "three", "3"), ("二", "two", "2")]
    assert [d.domain for d in corpus.test_set.documents] == ["news", "news"]
    assert [s.name for s in corpus.systems] == ["X"]
    assert dict(corpus.systems[0].documents) == {"d1": ("uno", "tres")}
    assert corpus.notes == (
        f"{tmp_path}: the system refA is the reference refA, and was skipped",
        f"{tmp_path}: documents that stand in several pieces were put together: d1",
    )
    with pytest.raises(InputError, match="the language pair cannot be determined"):
        read_corpus(tmp_path, wanted=Wanted("fr", "en"))
    (tmp_path / "documents/zh-en.docs").write_text("news\n" * 3)
    with pytest.raises(InputError, match=r"zh-en\.docs:1: the line must be a domain, a tab"):
        read_corpus(tmp_path)


# Tables


def test_tables_as_people_make_them(tmp_path: Path) -> None:
    corpus = read_corpus(write(tmp_path / "x.tsv", '\ufeffSource\tReference\r\n甲 \tA "b\r\n\r\n'))
    assert pairs(corpus) == [("甲 ", 'A "b')]
    corpus = read_corpus(
        write(
            tmp_path / "x.csv",
            'docid,seg_id,src,ref,mt,score\nd,2,乙,"B\n""b""",x,1\nd,1,甲,A,,2\n',
        )
    )
    assert pairs(corpus) == [("甲", "A"), ("乙", 'B\n"b"')]
    assert dict(corpus.systems[0].documents) == {"d": ("", "x")}
    assert corpus.systems[0].name == "x"
    assert len(corpus.notes) == 2
    line = {"doc": 3, "src": "甲", "references": ["A", "B"], "hypotheses": {"s": "x", "t": ""}}
    corpus = read_corpus(write(tmp_path / "x.jsonl", json.dumps(line)))
    assert pairs(corpus) == [("甲", "A", "B")]
    assert {s.name: dict(s.documents) for s in corpus.systems} == {
        "s": {"3": ("x",)},
        "t": {"3": ("",)},
    }


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "x.tsv",
            "source\treference\n甲\n",
            r"x\.tsv:2: the line has 1 cells where the first has 2",
        ),
        ("x.tsv", "甲\tA\n", r"x\.tsv:1: the first line names no column"),
        ("x.tsv", "source\tsource\n", r"x\.tsv:1: there are two columns 'source'"),
        ("x.tsv", "source\tsrc\n甲\t乙\n", r"x\.tsv:2: 'src' says again"),
        ("x.tsv", "source\treference\n", "no segment here"),
        ("x.tsv", "source\treference\n甲\t\n", r"no segment here .*1 segment without a reference"),
        ("x.csv", 'source,reference\n"甲,A\n', r"x\.csv:2: this is not valid CSV"),
        ("x.csv", "document,segment,source\nd,1,a\nd,1,b\n", r"segment 1 of document d stands at"),
        ("x.csv", "document,source,kind\nd,a,b\n", r"x\.csv:2: the kind is 'b'"),
        ("x.csv", "document,source\n ,a\n", r"x\.csv:2: the document has no id"),
        ("x.jsonl", "[]", r"x\.jsonl:1: this is no JSON object"),
        ("x.jsonl", "{", r"x\.jsonl:1: this is not valid JSON"),
        ("x.jsonl", '{"src": "a", "src": "b"}', "a key stands twice"),
        ("x.jsonl", '{"src": 1}', r"'src' is not text"),
        ("x.jsonl", '{"a": "b"}', r"x\.jsonl:1: there is neither a source nor a reference"),
        ("x.jsonl", '{"src": "\\ud800"}', "half a surrogate pair"),
        ("x.jsonl", '{"src": "\\u0000"}', "NUL"),
        ("x.jsonl", "[" * 100_000, "nests deeper"),
        ("x.jsonl", '{"segment": ' + "9" * 5000 + "}", "not valid JSON"),
        ("x.jsonl", b"\xb0\xa1", "not UTF-8"),
        ("x.tsv", b"source\0\n", "NUL"),
        ("x.xml", "<a/>", r"x\.xml:1: the root element is <a>.* dataset, tmx, xliff"),
        ("x.xml", "<tbx/>", "a termbase and no test set"),
        ("x.xml", "<refset/>", "before 2021"),
        ("x.xml", "", "not valid XML"),
        ("x.zip", b"PK\x03\x04....", "a ZIP archive; unpack it"),
        ("x.tsv", b"\x1f\x8b.....", "packed with gzip; unpack it"),
        ("x.tar", b"\0" * 257 + b"ustar", "a tar archive; unpack it"),
        ("x.pdf", b"%PDF", r"no format of test sets is known .*\.tmx"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    tmp_path: Path, name: str, text: str | bytes, said: str
) -> None:
    path = write(tmp_path / name, text)
    with pytest.raises(InputError, match=said) as caught:
        read_corpus(path)
    assert "\n" not in str(caught.value)


def test_detection_by_content(tmp_path: Path) -> None:
    assert detect(write(tmp_path / "memory.txt", TMX)) == "tmx"
    assert detect(write(tmp_path / "x.tmx", XLIFF_1)) == "xliff-1.2"
    assert detect(write(tmp_path / "y.xml", XLIFF_2)) == "xliff-2.1"
    assert read_corpus(tmp_path / "x.tmx").languages == ("zh-CN", "en-GB")
    with pytest.raises(InputError, match="<xliff>, and this is known of XML: tmx"):
        read_corpus(tmp_path / "x.tmx", "tmx")
    with pytest.raises(UsageError, match="there is no format 'docx'"):
        read_corpus(tmp_path / "x.tmx", "docx")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="neither references"):
        detect(empty)
    with pytest.raises(InputError, match="no such file or folder"):
        detect(tmp_path / "nothing")


# sacrebleu


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SACREBLEU", str(tmp_path))
    folder = tmp_path / "wmt22"
    folder.mkdir()
    for field, text in {
        "src": "一\n二\n",
        "docid": "d1\nd2\n",
        "origlang": "zh\nzh\n",
        "ref-A": "one\ntwo\n",
        "ref-B": "1\n2\n",
        "Online-A": "x\n\n",
    }.items():
        write(folder / f"wmt22.zh-en.{field}", text)
    write(folder / "wmt22.zh-de.src", "no\n")
    return folder


def test_sacrebleu_sets_on_disk(sets: Path) -> None:
    corpus = read_set("wmt22", "zh-en")
    assert pairs(corpus) == [("一", "one"), ("二", "two")]
    assert [d.id for d in corpus.test_set.documents] == ["d1", "d2"]
    assert [s.name for s in corpus.systems] == ["Online-A"]
    assert corpus.languages == ("zh", "en")


def test_sacrebleu_sets_as_sacrebleu_unpacks_them(
    sets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sacrebleu.dataset import DATASETS

    dataset = DATASETS["wmt22"]
    for path in sets.iterdir():
        path.unlink()
    raw = sets / "raw" / dataset.langpairs["zh-en"][0]
    raw.parent.mkdir(parents=True)
    # The second document without the segment that lacks a reference, which sacrebleu keeps.
    write(raw, WMT.replace('<seg id="2">四</seg>', "").replace('<seg id="2">f</seg>', ""))
    write(
        raw,
        raw.read_text("utf-8").replace(
            'system="X" language="en"><p>', 'system="X"><p><seg id="10">c</seg>'
        ),
    )
    hyp = '<hyp system="X"><p><seg id="1">d</seg></p></hyp>'
    write(
        raw,
        raw.read_text("utf-8").replace(
            '<p><seg id="1">THREE</seg></p></ref>', f'<p><seg id="1">THREE</seg></p></ref>{hyp}'
        ),
    )
    monkeypatch.setattr(dataset, "_outdir", str(sets))
    monkeypatch.setattr(dataset, "_rawdir", str(sets / "raw"))
    monkeypatch.setattr(dataset, "maybe_download", lambda: None)
    dataset.process_to_text("zh-en")
    ours = read_corpus(raw)
    theirs = read_set("wmt22", "zh-en")
    # Of wmt22 sacrebleu scores against reference A alone.
    assert theirs.reference_names == ("A",)
    assert theirs.test_set.references[0] == ours.test_set.references[1]
    assert theirs.test_set.sources == ours.test_set.sources
    assert theirs.test_set.positions() == ours.test_set.positions()
    assert {s.name: dict(s.documents) for s in theirs.systems} == {
        s.name: dict(s.documents) for s in ours.systems
    }


def test_sacrebleu_sets_that_are_not(sets: Path) -> None:
    with pytest.raises(UnavailableError, match="once with: sacrebleu -t wmt21 -l zh-en --echo src"):
        read_set("wmt21", "zh-en")
    with pytest.raises(UsageError, match=r"no test set 'wmt222' \(did you mean wmt22"):
        read_set("wmt222", "zh-en")
    with pytest.raises(UsageError, match="and not for 'zh-fr'"):
        read_set("wmt22", "zh-fr")
    write(sets / "wmt22.zh-en.ref-A", "one\n")
    with pytest.raises(InputError, match="has 1 lines where"):
        read_set("wmt22", "zh-en")


# What mteval score is given


def test_inputs_of_score(tmp_path: Path, root: Path) -> None:
    corpus = small(systems=(SystemOutput("s", {"d": ("x", "y")}),))
    write_corpus(corpus, tmp_path / "x.tmx")
    test_set, systems, _ = read_inputs([tmp_path / "x.tmx"], None, [])
    assert not isinstance(test_set, Path)
    assert [s.name for s in systems if isinstance(s, SystemOutput)] == ["s"]
    write(tmp_path / "mt.txt", "1\n2\n")
    write_corpus(corpus, tmp_path / "other.jsonl")
    _, systems, _ = read_inputs([tmp_path / "x.tmx"], None, [tmp_path / "mt.txt", root / "systems"])
    assert isinstance(systems[0], SystemOutput)
    assert dict(systems[0].documents) == {"d": ("1", "2")}
    assert systems[1] == root / "systems"
    write(tmp_path / "mt.txt", "1\n")
    with pytest.raises(InputError, match="there are 1 lines where the test set has 2 segments"):
        read_inputs([tmp_path / "x.tmx"], None, [tmp_path / "mt.txt"])
    assert read_inputs([], None, [tmp_path])[0] == Path("references")
    assert read_inputs([root / "references"], None, [tmp_path])[0] == root / "references"
    with pytest.raises(UsageError, match="no system is named"):
        evaluate(root / "references", [])
    write(tmp_path / "ref", "one\n")
    plain, _, _ = read_inputs([tmp_path / "ref"], None, [tmp_path / "mt.txt"])
    assert not isinstance(plain, Path)
    assert plain.references == [["one"]]


def test_files_are_put_together(tmp_path: Path) -> None:
    for id in ("a", "b"):
        write_corpus(
            small(id=id, systems=(SystemOutput("s", {id: ("x", "y")}),)), tmp_path / f"{id}.xlf"
        )
    corpus = read_many([tmp_path / "b.xlf", tmp_path / "a.xlf"])
    assert [d.id for d in corpus.test_set.documents] == ["b", "a"]
    assert set(corpus.systems[0].documents) == {"a", "b"}
    with pytest.raises(MtevalError, match="has the document a in two files"):
        read_many([tmp_path / "a.xlf", tmp_path / "a.xlf"])
    write_corpus(small(id="c", languages=("de", "en")), tmp_path / "c.xlf")
    with pytest.raises(InputError, match="one file is zh-en, another de-en"):
        read_many([tmp_path / "a.xlf", tmp_path / "c.xlf"])
    two = small(id="e", segments=[Segment("a", ("b", "c"))])
    write_corpus(two, tmp_path / "e.xlf")
    with pytest.raises(InputError, match="references are called A in one file and A, B in another"):
        read_many([tmp_path / "a.xlf", tmp_path / "e.xlf"])


def test_the_working_folder_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", '{"src": "a", "ref": "b"}')
    before = list(tmp_path.iterdir())
    read_corpus(path)
    assert list(tmp_path.iterdir()) == before
