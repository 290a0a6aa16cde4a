from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from mteval.terminology.concepts import Concept, Rendering
from mteval.terminology.formats.base import Style
from mteval.terminology.formats.registry import read_termbase, write_termbase
from mteval.terminology.termbase import Termbase
from tests.terminology.formats.common import (
    refused,
    write,
)

# Written after the examples of the TBX-Basic dialect: github.com/LTAC-Global.

DCA = """\
<?xml version="1.0" encoding="UTF-8"?>
<?xml-model href="https://example.org/TBX-Basic.rng" type="application/xml"?>
<tbx xmlns="urn:iso:std:iso:30042:ed-2" style="dca" type="TBX-Basic" xml:lang="en">
  <tbxHeader><fileDesc><sourceDesc><p>By hand</p></sourceDesc></fileDesc></tbxHeader>
  <text><body>
    <!-- one concept -->
    <conceptEntry id="c1">
      <descrip type="subjectField">politics</descrip>
      <note>of the entry</note>
      <langSec xml:lang="en-GB">
        <descripGrp><descrip type="definition">State</descrip><note>of it</note></descripGrp>
        <termSec>
          <term>People's
            <!-- hm -->Republic of <hi>China</hi></term>
          <termNote type="partOfSpeech">noun</termNote>
          <termNote type="administrativeStatus">preferredTerm-admn-sts</termNote>
          <note>in full</note>
          <note>official</note>
        </termSec>
        <termSec>
          <term>Cathay</term>
          <termNoteGrp>
            <termNote type="administrativeStatus">supersededTerm-admn-sts</termNote>
            <note>of the status</note>
          </termNoteGrp>
        </termSec>
        <termSec><term>China</term></termSec>
      </langSec>
      <langSec xml:lang="en-US"><termSec><term>China</term></termSec></langSec>
      <langSec xml:lang="zh-Hans">
        <termSec><term>中国</term></termSec><termSec><term>中华人民共和国</term></termSec>
      </langSec>
      <langSec xml:lang="zh_TW"><termSec><term>中國</term></termSec></langSec>
      <langSec xml:lang="cmn"><termSec><term>中国</term></termSec></langSec>
      <langSec xml:lang="fr"><termSec><term>Chine</term></termSec></langSec>
    </conceptEntry>
  </body></text>
</tbx>
"""

DCT = """\
<?xml version="1.0" encoding="UTF-8"?>
<tbx xmlns="urn:iso:std:iso:30042:ed-2" style="dct" type="TBX-Basic" xml:lang="en"
    xmlns:min="http://www.tbxinfo.net/ns/min" xmlns:basic="http://www.tbxinfo.net/ns/basic">
  <tbxHeader><fileDesc><sourceDesc><p>By hand</p></sourceDesc></fileDesc></tbxHeader>
  <text><body>
    <conceptEntry id="c1">
      <min:subjectField>politics</min:subjectField>
      <langSec xml:lang="zh">
        <basic:definition>国家</basic:definition>
        <termSec><term>中国</term><min:partOfSpeech>noun</min:partOfSpeech></termSec>
      </langSec>
      <langSec xml:lang="en">
        <termSec>
          <term>China</term>
          <min:administrativeStatus>admittedTerm-admn-sts</min:administrativeStatus>
          <basic:context>China is here.</basic:context>
          <note>short</note>
        </termSec>
        <termSec>
          <term>Sina</term>
          <min:administrativeStatus>deprecatedTerm-admn-sts</min:administrativeStatus>
        </termSec>
      </langSec>
    </conceptEntry>
  </body></text>
</tbx>
"""

# Version 2 (ISO 30042:2008), without a namespace and with a document type, as CAT tools export it.
MARTIF = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE martif SYSTEM "TBXBasiccoreStructV02.dtd">
<martif type="TBX-Basic" xml:lang="en">
  <martifHeader><fileDesc><sourceDesc><p>By hand</p></sourceDesc></fileDesc></martifHeader>
  <text><body>
    <termEntry id="t1">
      <langSet xml:lang="zh-CN">
        <tig><term>中国</term></tig>
      </langSet>
      <langSet xml:lang="en-US">
        <ntig>
          <termGrp>
            <term>China</term>
            <termNote type="administrativeStatus">preferredTerm-admn-sts</termNote>
          </termGrp>
          <note>short</note>
        </ntig>
        <tig>
          <term>Cathay</term>
          <termNote type="normativeAuthorization">deprecatedTerm</termNote>
        </tig>
      </langSet>
    </termEntry>
    <termEntry>
      <langSet xml:lang="zh-CN"><tig><term>党</term></tig></langSet>
      <langSet xml:lang="en-US">
        <tig><term>party</term></tig>
        <tig><term>Party</term></tig>
        <tig><term>CPC</term></tig>
      </langSet>
    </termEntry>
  </body></text>
</martif>
"""


def one_entry(entry: str) -> list[str]:
    """Put an entry into TBX, where it begins on line 2."""
    start = '<tbx xmlns="urn:iso:std:iso:30042:ed-2" style="dca" type="TBX-Basic"><text><body>'
    return [start, entry, "</body></text></tbx>"]


def test_dca_is_read(tmp_path: Path) -> None:
    termbase = read_termbase(write(tmp_path / "t.tbx", DCA))
    assert termbase.concepts == (
        Concept(
            "c1",
            ("中国", "中华人民共和国", "中國"),
            (
                Rendering("People's Republic of China", "preferred", note="in full; official"),
                Rendering("Cathay", "deprecated"),
                Rendering("China", "admitted"),
            ),
        ),
    )
    places = [each.where.rpartition("/")[2] for each in termbase.concepts[0].renderings]
    assert places == ["t.tbx:13", "t.tbx:21", "t.tbx:27"]


def test_dct_is_read(tmp_path: Path) -> None:
    assert read_termbase(write(tmp_path / "t.xml", DCT)).concepts == (
        Concept(
            "c1",
            ("中国",),
            (Rendering("China", "admitted", note="short"), Rendering("Sina", "deprecated")),
        ),
    )


def test_version_2_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.tbx"
    path.write_bytes(MARTIF.replace("UTF-8", "UTF-16").encode("utf-16"))
    assert read_termbase(path).concepts == (
        Concept(
            "t1",
            ("中国",),
            (Rendering("China", "preferred", note="short"), Rendering("Cathay", "deprecated")),
        ),
        Concept(
            "entry 2",
            ("党",),
            (
                Rendering("party", "preferred"),
                Rendering("Party", "preferred"),
                Rendering("CPC", "admitted"),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("preferredTerm-admn-sts", "preferred"),
        ("preferredTerm", "preferred"),
        ("preferred", "preferred"),
        ("standardizedTerm-admn-sts", "preferred"),
        ("admittedTerm-admn-sts", "admitted"),
        ("deprecatedTerm-admn-sts", "deprecated"),
        ("supersededTerm-admn-sts", "deprecated"),
        ("notRecommended", "deprecated"),
        ("obsolete", "deprecated"),
    ],
)
def test_statuses(tmp_path: Path, word: str, status: str) -> None:
    path = write(tmp_path / "t.tbx", DCA.replace("preferredTerm-admn-sts", word))
    assert read_termbase(path).rows()[0].status == status


@pytest.mark.parametrize("style", ["dca", "dct"])
def test_what_is_written_is_tbx(tmp_path: Path, style: Style) -> None:
    plain = Termbase((Concept("prc", ("中国",), (Rendering("China", "preferred", note="n"),)),))
    path = tmp_path / "t.tbx"
    assert write_termbase(path, plain, style=style) == []
    root = etree.parse(str(path)).getroot()
    assert root.tag == "{urn:iso:std:iso:30042:ed-2}tbx"
    assert dict(root.attrib) == {
        "style": style,
        "type": "TBX-Basic",
        "{http://www.w3.org/XML/1998/namespace}lang": "en",
    }
    if style == "dca":
        status = '<termNote type="administrativeStatus">preferredTerm-admn-sts</termNote>'
    else:
        assert root.nsmap["min"] == "http://www.tbxinfo.net/ns/min"
        status = "<min:administrativeStatus>preferredTerm-admn-sts</min:administrativeStatus>"
    text = path.read_text("utf-8")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<tbx ')
    assert [line.strip() for line in text.splitlines()][11:-3] == [
        '<conceptEntry id="prc">',
        '<langSec xml:lang="zh">',
        "<termSec>",
        "<term>中国</term>",
        "</termSec>",
        "</langSec>",
        '<langSec xml:lang="en">',
        "<termSec>",
        "<term>China</term>",
        status,
        "<note>n</note>",
        "</termSec>",
        "</langSec>",
        "</conceptEntry>",
    ]


@pytest.mark.parametrize("style", ["dca", "dct"])
def test_what_tbx_has_no_category_for_is_noted(tmp_path: Path, style: Style) -> None:
    rendering = Rendering("C", "preferred", "minor", "", "exact", date(2020, 1, 2))
    termbase = Termbase(
        tuple(Concept(id, ("一",), (rendering,)) for id in ["20th", "c1", "c3", "中 国"])
    )
    notes = write_termbase(tmp_path / "t.tbx", termbase, style=style)
    assert [note.partition(" ")[0] for note in notes] == ["TBX", "2"]
    assert read_termbase(tmp_path / "t.tbx") == termbase
    ids = [each.get("id") for each in etree.parse(str(tmp_path / "t.tbx")).iter("{*}conceptEntry")]
    assert ids == ["c1_", "c1", "c3", "c4"]
    text = (tmp_path / "t.tbx").read_text("utf-8")
    if style == "dca":
        assert '<termNote type="x-mteval-validFrom">2020-01-02</termNote>' in text
        assert '<admin type="x-mteval-concept">20th</admin>' in text
    else:
        assert 'xmlns:mteval="urn:mteval:tbx:1"' in text
        assert "<mteval:severity>minor</mteval:severity>" in text


ZH = '<langSec xml:lang="zh"><termSec><term>一</term></termSec></langSec>'
EN = '<langSec xml:lang="en"><termSec><term>one</term></termSec></langSec>'


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "t.tbx:1: this is not valid XML ("),
        (["<tbx>", "<a>", "</tbx>"], "t.tbx:3: this is not valid XML ("),
        (["<tbx>\x01</tbx>"], "t.tbx:1: this is not valid XML ("),
        (["not XML"], "t.tbx:1: this is not valid XML ("),
        (
            ["", "<html/>"],
            "t.tbx:2: this is not TBX, as its root element is <html> and not <tbx> or <martif>; ",
        ),
        (["<tbx/>"], "t.tbx: there is no term here; "),
        (
            one_entry(f'<conceptEntry id="a">\n{ZH}\n</conceptEntry>'),
            "t.tbx:2: entry 'a' has no English (en) term; add one, or remove the entry",
        ),
        (
            one_entry(f'<conceptEntry id="a">\n{EN}\n</conceptEntry>'),
            "t.tbx:2: entry 'a' has no Chinese (zh) term; add one, or remove the entry",
        ),
        (
            one_entry(
                f'<conceptEntry id="a">{ZH}{EN}</conceptEntry>\n'
                f'<conceptEntry id="a">{ZH}{EN}</conceptEntry>'
            ),
            "t.tbx:3: the entry has the id 'a' of the entry at t.tbx:2; give it one of its own",
        ),
        (
            one_entry(f'<conceptEntry id="a">{ZH}\n{EN.replace("one", " ")}</conceptEntry>'),
            "t.tbx:3: the term is empty; fill it in, or remove it",
        ),
        (
            one_entry(
                f'<conceptEntry id="a">{ZH}\n<langSec xml:lang="en"><termSec/></langSec>'
                "</conceptEntry>"
            ),
            "t.tbx:3: the term is empty; ",
        ),
        (
            one_entry(
                f'<conceptEntry id="a">{ZH}\n<langSec xml:lang="en"><termSec><term>one</term>'
                '<termNote type="administrativeStatus">fine</termNote></termSec></langSec>'
                "</conceptEntry>"
            ),
            "t.tbx:3: the administrative status 'fine' of 'one' is unknown; use one of preferred",
        ),
        (
            one_entry(
                f'<conceptEntry id="a">{ZH}<langSec xml:lang="en">\n'
                "<termSec><term>one</term></termSec>\n"
                '<termSec><term>One</term><termNote type="administrativeStatus">deprecated'
                "</termNote></termSec></langSec></conceptEntry>"
            ),
            "t.tbx:4: concept 'a' has the contradictory status deprecated for 'One', which t.tbx:3 "
            "has 'one' as ",
        ),
        (
            one_entry(
                f'<conceptEntry id="a">{ZH}<langSec xml:lang="en">\n'
                "<termSec><term>one</term></termSec>\n<termSec><term>one</term></termSec>"
                "</langSec></conceptEntry>"
            ),
            "t.tbx:4: duplicate: '一' -> 'one' (preferred) is in concept 'a' already, at t.tbx:3; ",
        ),
    ],
    ids=str,
)
def test_bad_tbx_is_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    assert refused(write(tmp_path / "t.tbx", *lines)).startswith(message)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_bombs_are_refused(tmp_path: Path, encoding: str) -> None:
    bomb = f'<?xml version="1.0" encoding="{encoding}"?>\n<!DOCTYPE tbx [\n<!ENTITY a "ha">\n'
    bomb += "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">\n' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    bomb += "]>\n<tbx style='&j;'><text>&j;</text></tbx>"
    (tmp_path / "t.tbx").write_bytes(bomb.encode(encoding))
    assert refused(tmp_path / "t.tbx").startswith("t.tbx:3: the file declares entities, ")


def test_files_outside_are_not_read(tmp_path: Path) -> None:
    write(tmp_path / "secret", "secret")
    write(
        tmp_path / "t.tbx",
        f'<!DOCTYPE tbx [<!ENTITY a SYSTEM "{tmp_path}/secret">]>',
        f'<tbx><conceptEntry id="a">{ZH}{EN.replace("one", "&a;")}</conceptEntry></tbx>',
    )
    assert refused(tmp_path / "t.tbx").startswith("t.tbx:1: the file declares entities, ")


def test_entities_nobody_declares_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "t.tbx", MARTIF.replace("<term>China", "<term>China&nbsp;"))
    assert refused(tmp_path / "t.tbx").startswith("t.tbx:13: the file uses &nbsp;, which it does ")


def test_beyond_the_lines_that_libxml2_counts_entries_are_named(tmp_path: Path) -> None:
    for term, where in [("<term> </term>", "t.tbx:70002"), ("<term/>", "t.tbx, entry 1")]:
        english = f'<langSec xml:lang="en"><termSec>{term}</termSec></langSec>'
        entry = f'<conceptEntry id="a">{ZH}{english}</conceptEntry>'
        write(tmp_path / "t.tbx", *one_entry("\n" * 70_000 + entry))
        assert refused(tmp_path / "t.tbx").startswith(f"{where}: the term is empty; ")
