"""TMX 1.4: translation memories, as every CAT program exports and imports them.

The first reference is the translation of a unit. What TMX has no place for (document, domain,
further references, hypotheses of systems) is in properties whose names begin with x-, which other
programs keep or pass over, and never take for translations.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mteval.corpus.formats.base import (
    METADATA,
    Corpus,
    Draft,
    Wanted,
    check_xml,
    losses,
    name_of,
    rows,
)
from mteval.corpus.formats.inline import Inline
from mteval.corpus.layout import TARGET_LANGUAGE
from mteval.errors import InputError, location
from mteval.io.xml import XML_LANG, add, load_lxml, local_name, sourceline, xml_text

__all__ = ["read_tmx", "write_tmx"]

# Elements within a segment whose content is code of another format, and not text.
_CODES = frozenset({"bpt", "ept", "ph", "it", "ut"})
_HELD = frozenset({*METADATA, "kind", "documents", "systems", "missing", "references", "languages"})
_DOCTYPE = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'


def read_tmx(path: Path, root: Any, wanted: Wanted) -> Corpus:
    """Read the tree of a file.

    Raises:
        InputError: its languages cannot be told.
    """
    draft = Draft(path)
    inline = Inline(_CODES)
    units = list(root.iter("{*}tu"))
    header = next(root.iter("{*}header"), None)
    stated = "" if header is None else header.get("srclang", "")
    found = dict.fromkeys(_language(path, each) for unit in units for each in unit.iter("{*}tuv"))
    stated_in = [code for code in found if code.lower() == stated.lower()]
    languages = wanted.languages(
        path,
        stated_in if stated_in and wanted.source_language is None else found,
        found if len(found) > 1 else [wanted.target_language or TARGET_LANGUAGE],
    )
    further = 0
    for number, unit in enumerate(units, 1):
        props = {each.get("type", ""): each.text or "" for each in unit.findall("{*}prop")}
        id = props.get("x-document", "")
        document = draft.document(id if id.strip() else name_of(path))
        document.describe(**{name: props.get(f"x-{name}") for name in METADATA})
        texts: dict[str, str] = {}
        for each in unit.findall("{*}tuv"):
            segment = each.find("{*}seg")
            language = _language(path, each)
            if segment is None or language not in languages:
                continue
            if language in texts:
                further += 1
            else:
                texts[language] = inline.text(segment)
        label = props.get("x-reference-name", "")
        references = {label if label.strip() else "A": texts.get(languages[1])}
        hypotheses: dict[str, str | None] = {}
        for name, text in props.items():
            kind, _, label = name.partition(":")
            if kind not in ("x-reference", "x-hypothesis"):
                continue
            if not label.strip():
                raise InputError(
                    f"{location(path, sourceline(unit))}: the property {name!r} does not say whose "
                    "text it has; name it"
                )
            (references if kind == "x-reference" else hypotheses)[label] = text
        if "x-no-reference" in props:
            references = {}
        where = f"unit {location(unit.get('tuid') or str(number))}"
        document.add(
            texts.get(languages[0], ""),
            references,
            hypotheses,
            kind=props.get("x-kind", "text"),
            where=where,
        )
    if further:
        draft.note(f"{further} further translations of a unit into one language were left out")
    inline.report(draft)
    return draft.corpus(languages, as_system=wanted.as_system)


def _language(path: Path, element: Any) -> str:
    code: str | None = element.get(XML_LANG) or element.get("lang")
    if not code:
        raise InputError(
            f"{location(path, sourceline(element))}: the text does not say its language; give "
            f"<{local_name(element)}> the attribute xml:lang"
        )
    return code


def write_tmx(corpus: Corpus) -> tuple[str, list[str]]:
    """Write a corpus as the text of a file, and say what it cannot hold.

    Raises:
        InputError: there is no source, or a character that XML cannot hold.
        MismatchError: a system does not have a hypothesis for each segment.
    """
    etree = load_lxml("files in TMX")
    if corpus.test_set.sources is None:
        raise InputError("TMX needs the source of every segment; add it, or write .jsonl")
    check_xml(corpus, "TMX")
    source_language, target_language = corpus.languages
    names = corpus.reference_names
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
            "srclang": source_language,
            "datatype": "plaintext",
        },
    )
    body = add(root, "body")
    for number, row in enumerate(rows(corpus), 1):
        unit = add(body, "tu", tuid=str(number))
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
        translations = [(source_language, row.segment.source)]
        translations += [(target_language, text) for text in row.segment.references[:1]]
        for language, translation in translations:
            add(add(unit, "tuv", **{XML_LANG: language}), "seg", translation)
    return xml_text(root, _DOCTYPE), losses(
        corpus, "TMX", _HELD if names else _HELD - {"languages"}
    )
