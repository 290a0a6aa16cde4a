"""XLIFF 1.2 and 2.1: what CAT programs exchange with translators, a file element a document.

The first reference is the target of a unit. In 1.2 further references and the hypotheses of
systems are alternative translations (alt-trans) whose origin says which; in 2.1, and for title,
date, publisher and kind in both, they are in a namespace of mteval's own, which other programs
must keep and ignore.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mteval.corpus.formats.base import Format, Head
from mteval.corpus.formats.corpus import METADATA, Corpus, Row, main_language, rows
from mteval.corpus.formats.draft import Draft, DraftDocument, name_of
from mteval.corpus.formats.inline import Inline
from mteval.corpus.formats.losses import check_has_source, check_xml
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.formats.xml_files import tree_reader
from mteval.corpus.layout import TARGET_LANGUAGE
from mteval.errors import InputError, location
from mteval.io.xml import XML_SPACE, add, load_lxml, local_name, not_xml, sourceline, xml_text
from mteval.wording import counted

__all__ = ["XLIFF_1", "XLIFF_2", "read_xliff", "write_xliff_1", "write_xliff_2"]

_NS_1 = "urn:oasis:names:tc:xliff:document:1.2"
_NS_2 = "urn:oasis:names:tc:xliff:document:2.0"
_OURS = "urn:mteval:corpus:1"
_M = f"{{{_OURS}}}"
# Elements within a segment whose content is code of another format, and not text.
_CODES_1 = frozenset({"bpt", "ept", "ph", "it"})
# In 2.1 code is elsewhere (originalData), and these are empty.
_CODES_2 = frozenset({"ph", "sc", "ec"})
_HOLDS = frozenset(
    {*METADATA, "kind", "documents", "systems", "missing", "references", "languages"}
)


def read_xliff(path: Path, root: Any, wanted: Wanted) -> Corpus:
    """Return the corpus of the tree of a file, of whichever version.

    Raises:
        InputError: languages cannot be determined, or the version is unknown.
    """
    version = root.get("version", "")
    draft = Draft(path)
    # The name of the first reference; a corpus without any has targets nowhere.
    none = root.get(f"{_M}references") == "0"
    label = root.get(f"{_M}reference", "")
    reference = None if none else label if label.strip() else "A"
    if version.startswith("2."):
        languages = _read_2(draft, path, root, wanted, reference)
    elif version.startswith("1."):
        languages = _read_1(draft, path, root, wanted, reference)
    else:
        raise InputError(
            f"{location(path, sourceline(root))}: this is XLIFF of the version {version!r}, and "
            "those known are 1.0 to 1.2 and 2.0 to 2.1; export it as one of them"
        )
    return draft.corpus(languages, as_system=wanted.as_system)


def _describe(draft: Draft, file: Any, path: Path, *names: str) -> DraftDocument:
    """Return the document of a file element, called after the first of these attributes."""
    ids = (file.get(name, "") for name in names)
    document = draft.document(next((id for id in ids if id.strip()), name_of(path)))
    values = {name: file.get(f"{_M}{name}") for name in METADATA}
    document.describe(**values)
    document.describe(domain=file.get("category"))
    return document


def _collapses(element: Any) -> bool:
    """Return whether white space of an element may be the layout of the file."""
    while element is not None:
        space = element.get(XML_SPACE)
        if space is not None:
            return bool(space != "preserve")
        element = element.getparent()
    return True


def _read_1(
    draft: Draft, path: Path, root: Any, wanted: Wanted, reference: str | None
) -> tuple[str, str]:
    files = list(root.iter("{*}file"))
    targets = [file.get("target-language") for file in files if file.get("target-language")]
    languages = wanted.languages(
        path,
        [file.get("source-language", "") for file in files],
        targets or [wanted.target_language or TARGET_LANGUAGE],
    )
    inline = Inline(_CODES_1)
    others: dict[str, None] = {}
    for file in files:
        codes = file.get("source-language", ""), file.get("target-language", "")
        strange = [
            code
            for code, own in zip(codes, languages, strict=True)
            if code and main_language(code) != main_language(own)
        ]
        if strange:
            others.update(dict.fromkeys(strange))
            continue
        document = _describe(draft, file, path, "original")
        for unit in file.iter("{*}trans-unit"):
            collapse = _collapses(unit)
            source = unit.find("{*}source")
            target = unit.find("{*}target")
            pairs = _marked(unit.find("{*}seg-source"), target) or [(None, source, target)]
            # Translations of the whole unit, and so of one segment only.
            alternatives = {
                each.get("origin", ""): each.find("{*}target")
                for each in unit.findall("{*}alt-trans")
                if len(pairs) == 1
            }
            name = unit.get("id") or f"{len(document.rows) + 1}"
            for mark, left, right in pairs:
                references = (
                    {} if reference is None else {reference: _text(inline, right, collapse)}
                )
                hypotheses = {}
                for origin, each in alternatives.items():
                    kind, _, label = origin.partition(":")
                    if label.strip() and kind == "reference":
                        references[label] = _text(inline, each, collapse)
                    elif label.strip() and kind == "system":
                        hypotheses[label] = _text(inline, each, collapse)
                document.add(
                    _text(inline, left, collapse) or "",
                    references,
                    hypotheses,
                    kind=unit.get(f"{_M}kind", "text"),
                    where=f"{location(document.id)}:{location(name)}"
                    + (f"/{mark}" if mark else ""),
                )
    inline.report(draft)
    if others:
        draft.note(f"skipped files in other languages: {', '.join(map(location, others))}")
    return languages


def _text(inline: Inline, element: Any, collapse: bool) -> str | None:
    return None if element is None else inline.text(element, collapse=collapse)


def _marked(source: Any, target: Any) -> list[tuple[str | None, Any, Any]]:
    """Return the pairs of segments of a unit that was segmented, if each of them has a mark."""
    if source is None:
        return []
    left = _marks(source)
    right = {} if target is None else _marks(target)
    # A target without marks is that of the whole unit, unless there is only one to be.
    if target is not None and not right and "".join(target.itertext()).strip():
        return []
    return [(mark, element, right.get(mark)) for mark, element in left.items()]


def _marks(element: Any) -> dict[str, Any]:
    marks = (each for each in element.iter("{*}mrk") if each.get("mtype") == "seg")
    return {each.get("mid", ""): each for each in marks}


def _read_2(
    draft: Draft, path: Path, root: Any, wanted: Wanted, reference: str | None
) -> tuple[str, str]:
    target_language = root.get("trgLang")
    languages = wanted.languages(
        path,
        [root.get("srcLang", "")],
        [target_language or wanted.target_language or TARGET_LANGUAGE],
    )
    inline = Inline(_CODES_2)
    lost = 0
    for file in root.iter("{*}file"):
        document = _describe(draft, file, path, "original", "id")
        for unit in file.iter("{*}unit"):
            segments = unit.findall("{*}segment")
            # Translations of the whole unit, and so of one segment only.
            others: dict[str, dict[str, str | None]] = {"reference": {}, "system": {}}
            for each in unit.findall(f"{_M}text"):
                if each.get("type") in others and len(segments) == 1:
                    name = each.get("name", "")
                    if not name.strip():
                        raise InputError(
                            f"{location(path, sourceline(each))}: the text does not say whose it "
                            f"is; give <{local_name(each)}> the attribute name"
                        )
                    others[each.get("type")][name] = inline.text(each)
            lost += sum(
                bool("".join(each.itertext()).strip()) for each in unit.findall("{*}ignorable")
            )
            for number, segment in enumerate(segments, 1):
                source = segment.find("{*}source")
                target = segment.find("{*}target")
                references: dict[str, str | None] = {}
                if reference is not None:
                    references[reference] = _side(inline, target)
                name = segment.get("id") or (str(number) if len(segments) > 1 else "")
                document.add(
                    _side(inline, source) or "",
                    references | others["reference"],
                    others["system"],
                    kind=unit.get(f"{_M}kind", "text"),
                    where=f"{location(document.id)}:{location(unit.get('id', ''))}"
                    + (f"/{name}" if name else ""),
                )
    if lost:
        draft.note(f"dropped {counted(lost, 'text')} between segments (ignorable)")
    inline.report(draft)
    return languages


def _side(inline: Inline, element: Any) -> str | None:
    return None if element is None else inline.text(element, collapse=_collapses(element))


def write_xliff_1(corpus: Corpus) -> tuple[str, list[str]]:
    """Return a corpus as the text of a file in XLIFF 1.2; nothing in it has to change.

    Raises:
        InputError: there is no source, or a character that XML cannot hold.
        MismatchError: a system does not have a hypothesis for each segment.
    """
    etree = load_lxml("files in XLIFF")
    check_has_source(corpus, "XLIFF")
    check_xml(corpus, "XLIFF 1.2")
    root = etree.Element(f"{{{_NS_1}}}xliff", {"version": "1.2"}, nsmap={None: _NS_1, "m": _OURS})
    _name_references(root, corpus)
    names = corpus.reference_names

    def make(parent: Any, name: str, text: str | None = None, **attributes: str | None) -> Any:
        return add(parent, f"{{{_NS_1}}}{name}", text, **attributes)

    body: Any = None
    for row in rows(corpus):
        if row.number == 1:
            file = make(
                root,
                "file",
                **{
                    "original": row.document.id,
                    "source-language": corpus.languages[0],
                    "target-language": corpus.languages[1],
                    "datatype": "plaintext",
                    "category": row.document.domain or None,
                    **_described(row, ("title", "date", "publisher")),
                },
            )
            body = make(file, "body")
        unit = make(
            body, "trans-unit", **{"id": str(row.number), XML_SPACE: "preserve", **_kind(row)}
        )
        make(unit, "source", row.segment.source)
        for text in row.segment.references[:1]:
            make(unit, "target", text)
        others = [
            (f"reference:{name}", text)
            for name, text in zip(names[1:], row.segment.references[1:], strict=True)
        ]
        others += [(f"system:{name}", text) for name, text in row.hypotheses.items()]
        for origin, text in others:
            make(make(unit, "alt-trans", origin=origin), "target", text)
    return xml_text(root), []


def write_xliff_2(corpus: Corpus) -> tuple[str, list[str]]:
    """Return a corpus as the text of a file in XLIFF 2.1; nothing in it has to change.

    Raises:
        InputError: there is no source, or a character that XML cannot hold.
        MismatchError: a system does not have a hypothesis for each segment.
    """
    etree = load_lxml("files in XLIFF")
    check_has_source(corpus, "XLIFF")
    # Texts can have control characters, by <cp>.
    check_xml(corpus, "XLIFF 2.1", texts=False)
    root = etree.Element(
        f"{{{_NS_2}}}xliff",
        {"version": "2.1", "srcLang": corpus.languages[0], "trgLang": corpus.languages[1]},
        nsmap={None: _NS_2, "m": _OURS},
    )
    _name_references(root, corpus)
    names = corpus.reference_names
    files = 0
    file: Any = None
    for row in rows(corpus):
        if row.number == 1:
            files += 1
            file = add(
                root,
                f"{{{_NS_2}}}file",
                id=f"f{files}",
                original=row.document.id,
                **_described(row, METADATA),
            )
        unit = add(file, f"{{{_NS_2}}}unit", id=f"u{row.number}", **_kind(row))
        others = [
            ("reference", name, text)
            for name, text in zip(names[1:], row.segment.references[1:], strict=True)
        ]
        others += [("system", name, text) for name, text in row.hypotheses.items()]
        for type, name, text in others:
            _add_text(unit, f"{_M}text", text, type=type, name=name)
        segment = add(unit, f"{{{_NS_2}}}segment")
        _add_text(segment, f"{{{_NS_2}}}source", row.segment.source or "")
        for text in row.segment.references[:1]:
            _add_text(segment, f"{{{_NS_2}}}target", text)
    return xml_text(root), []


def _name_references(root: Any, corpus: Corpus) -> None:
    if not corpus.reference_names:
        root.set(f"{_M}references", "0")
    elif corpus.reference_names[0] != "A":
        root.set(f"{_M}reference", corpus.reference_names[0])


def _described(row: Row, names: tuple[str, ...]) -> dict[str, str | None]:
    return {f"{_M}{name}": getattr(row.document, name) or None for name in names}


def _kind(row: Row) -> dict[str, str | None]:
    return {f"{_M}kind": None if row.segment.kind == "text" else row.segment.kind}


def _add_text(parent: Any, tag: str, text: str, /, **attributes: str) -> None:
    """Add an element of text, in which what XML cannot hold is an element by itself."""
    element = add(parent, tag, None, **{XML_SPACE: "preserve", **attributes})
    last: Any = None
    while text:
        character = not_xml(text)
        before, _, text = text.partition(character) if character else (text, "", "")
        if last is None:
            element.text = before
        else:
            last.tail = before
        if character:
            last = element.makeelement(f"{{{_NS_2}}}cp", {"hex": f"{ord(character):04X}"})
            element.append(last)


def _is_version_2(head: Head) -> bool:
    return head.root is not None and head.root.attributes.get("version", "").startswith("2.")


# Either reads both; the first is what files of unknown versions are taken for.
XLIFF_1 = Format(
    name="xliff-1.2",
    label="XLIFF 1.2",
    # Those of plain XLIFF, Trados, memoQ and Memsource.
    suffixes=(".xlf", ".xliff", ".sdlxliff", ".mqxliff", ".mxliff"),
    root="xliff",
    sniff=lambda head: (
        head.root is not None and head.root.name == "xliff" and not _is_version_2(head)
    ),
    read=tree_reader("xliff", "XLIFF 1.2", read_xliff),
    write=write_xliff_1,
    holds=_HOLDS,
)
XLIFF_2 = Format(
    name="xliff-2.1",
    label="XLIFF 2.1",
    root="xliff",
    read=tree_reader("xliff", "XLIFF 2.1", read_xliff),
    write=write_xliff_2,
    holds=_HOLDS,
)
