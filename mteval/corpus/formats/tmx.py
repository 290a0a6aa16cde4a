"""TMX 1.4: translation memories, as every CAT program exports and imports them.

The first reference is the translation of a unit. What TMX has no place for (document, domain,
further references, hypotheses of systems) is in properties whose names begin with x-, which other
programs keep or ignore, and never take for translations.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mteval.corpus.formats.base import Format
from mteval.corpus.formats.corpus import METADATA, Corpus, Row, rows
from mteval.corpus.formats.draft import Draft, name_of
from mteval.corpus.formats.inline import Inline
from mteval.corpus.formats.losses import check_has_source, check_xml, lost_target_language
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.formats.xml_files import tree_reader
from mteval.corpus.layout import TARGET_LANGUAGE
from mteval.errors import InputError, location
from mteval.io.xml import XML_LANG, add, load_lxml, local_name, sourceline, xml_text
from mteval.wording import counted

__all__ = ["TMX", "read_tmx", "write_tmx"]

# Elements within a segment whose content is code of another format, and not text.
_CODES = frozenset({"bpt", "ept", "ph", "it", "ut"})
_DOCTYPE = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'


def read_tmx(path: Path, root: Any, wanted: Wanted) -> Corpus:
    """Return the corpus of the tree of a file.

    Raises:
        InputError: its languages cannot be determined.
    """
    draft = Draft(path)
    inline = Inline(_CODES)
    units = list(root.iter("{*}tu"))
    languages = _languages(path, root, units, wanted)
    further = 0
    for number, unit in enumerate(units, 1):
        props = {each.get("type", ""): each.text or "" for each in unit.findall("{*}prop")}
        id = props.get("x-document", "")
        document = draft.document(id if id.strip() else name_of(path))
        document.describe(**{name: props.get(f"x-{name}") for name in METADATA})
        texts, more = _texts(path, unit, languages, inline)
        further += more
        references, hypotheses = _properties(props, location(path, sourceline(unit)))
        label = props.get("x-reference-name", "")
        references = {label if label.strip() else "A": texts.get(languages[1]), **references}
        document.add(
            texts.get(languages[0], ""),
            {} if "x-no-reference" in props else references,
            hypotheses,
            kind=props.get("x-kind", "text"),
            where=f"unit {location(unit.get('tuid') or str(number))}",
        )
    if further:
        draft.note(f"skipped {counted(further, 'further translation')} of a unit into one language")
    inline.report(draft)
    return draft.corpus(languages, as_system=wanted.as_system)


def _languages(path: Path, root: Any, units: list[Any], wanted: Wanted) -> tuple[str, str]:
    header = next(root.iter("{*}header"), None)
    stated = "" if header is None else header.get("srclang", "")
    found = dict.fromkeys(_language(path, each) for unit in units for each in unit.iter("{*}tuv"))
    stated_in = [code for code in found if code.lower() == stated.lower()]
    return wanted.languages(
        path,
        stated_in if stated_in and wanted.source_language is None else found,
        found if len(found) > 1 else [wanted.target_language or TARGET_LANGUAGE],
    )


def _texts(
    path: Path, unit: Any, languages: tuple[str, str], inline: Inline
) -> tuple[dict[str, str], int]:
    """Return the first text of a unit in each language, and the number of further ones."""
    texts: dict[str, str] = {}
    further = 0
    for each in unit.findall("{*}tuv"):
        segment = each.find("{*}seg")
        language = _language(path, each)
        if segment is None or language not in languages:
            continue
        if language in texts:
            further += 1
        else:
            texts[language] = inline.text(segment)
    return texts, further


def _properties(
    props: Mapping[str, str], where: str
) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """Return the further references and the hypotheses among the properties of a unit, by name."""
    references: dict[str, str | None] = {}
    hypotheses: dict[str, str | None] = {}
    for name, text in props.items():
        kind, _, label = name.partition(":")
        if kind not in ("x-reference", "x-hypothesis"):
            continue
        if not label.strip():
            raise InputError(
                f"{where}: the property {name!r} does not say whose text it has; name it"
            )
        (references if kind == "x-reference" else hypotheses)[label] = text
    return references, hypotheses


def _language(path: Path, element: Any) -> str:
    code: str | None = element.get(XML_LANG) or element.get("lang")
    if not code:
        raise InputError(
            f"{location(path, sourceline(element))}: the text does not say its language; give "
            f"<{local_name(element)}> the attribute xml:lang"
        )
    return code


def write_tmx(corpus: Corpus) -> tuple[str, list[str]]:
    """Return a corpus as the text of a file, and a sentence where it loses languages.

    Raises:
        InputError: there is no source, or a character that XML cannot hold.
        MismatchError: a system does not have a hypothesis for each segment.
    """
    etree = load_lxml("files in TMX")
    check_has_source(corpus, "TMX")
    check_xml(corpus, "TMX")
    root = etree.Element("tmx", {"version": "1.4"})
    add(
        root,
        "header",
        **{
            "creationtool": "mteval",
            "creationtoolversion": "1",
            "segtype": "paragraph",
            "o-tmf": "mteval",
            "adminlang": "en",
            "srclang": corpus.languages[0],
            "datatype": "plaintext",
        },
    )
    body = add(root, "body")
    for number, row in enumerate(rows(corpus), 1):
        unit = add(body, "tu", tuid=str(number))
        _add_properties(unit, row, corpus.reference_names)
        texts = [row.segment.source, *row.segment.references[:1]]
        for language, text in zip(corpus.languages, texts, strict=False):
            add(add(unit, "tuv", **{XML_LANG: language}), "seg", text)
    lost = [] if corpus.reference_names else lost_target_language(corpus, TMX.label)
    return xml_text(root, _DOCTYPE), lost


def _add_properties(unit: Any, row: Row, names: tuple[str, ...]) -> None:
    add(unit, "prop", row.document.id, type="x-document")
    for name in METADATA:
        value = getattr(row.document, name)
        # Of the domain a CAT program can make use in every unit.
        if value and (row.number == 1 or name == "domain"):
            add(unit, "prop", value, type=f"x-{name}")
    if row.segment.kind != "text":
        add(unit, "prop", row.segment.kind, type="x-kind")
    if not names:
        add(unit, "prop", "", type="x-no-reference")
    elif names[0] != "A":
        add(unit, "prop", names[0], type="x-reference-name")
    for name, text in zip(names[1:], row.segment.references[1:], strict=True):
        add(unit, "prop", text, type=f"x-reference:{name}")
    for name, text in row.hypotheses.items():
        add(unit, "prop", text, type=f"x-hypothesis:{name}")


TMX = Format(
    name="tmx",
    label="TMX 1.4",
    suffixes=(".tmx",),
    root="tmx",
    read=tree_reader("tmx", "TMX 1.4", read_tmx),
    write=write_tmx,
    holds=frozenset(
        {*METADATA, "kind", "documents", "systems", "missing", "references", "languages"}
    ),
)
