"""PO files of gettext, read only: translations of the texts of a program, an entry each.

::

    #, fuzzy                 not yet reviewed
    msgctxt "menu"           tells equal texts apart
    msgid "%d file"          source
    msgid_plural "%d files"
    msgstr[0] "..."          translation

The file is a document and its entries are the segments; of an entry with plural forms each form is
one. A fuzzy translation is no reference, as nobody has confirmed it, but it may be the output of a
system. https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mteval.corpus.formats.base import Format
from mteval.corpus.formats.corpus import Corpus, listed, main_language
from mteval.corpus.formats.draft import Draft, name_of
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.errors import EncodingError, InputError, location
from mteval.io.encodings import decode
from mteval.io.files import read_bytes
from mteval.wording import counted

__all__ = ["PO", "read_po"]

_CHARSET = re.compile(rb'"Content-Type:[^"\n]*charset=([A-Za-z0-9_.:-]+)', re.IGNORECASE)
# A line of an entry, obsolete or not: a keyword with its text, or more of that text. No language
# has ten plural forms.
_TEXT_LINE = re.compile(
    r'(?:#~\s*)?(?P<keyword>msgctxt|msgid_plural|msgid|msgstr(?:\[[0-9]\])?)?\s*"(?:[^"\\]|\\.)*"'
)
_POLIB_LINE = re.compile(r"\(line (\d+)\)(?:: (.*))?")
_ADVICE = "find out more with: msgfmt --check"


class _Text(str):
    """The text of a file, whose lines end at line feeds only, as gettext has it."""

    __slots__ = ()

    def splitlines(self, keepends: bool = False) -> list[str]:  # noqa: ARG002 - that of str
        """Return the lines, where str breaks at U+2028 and others within texts too."""
        return self.split("\n")


def read_po(path: Path, wanted: Wanted) -> Corpus:
    """Return the corpus of a PO file; its notes count what was skipped.

    Raises:
        InputError: it is no valid PO file, or nothing in it is translated.
        EncodingError: it is not in UTF-8, nor in the encoding that it declares.
    """
    entries, header = _parse(path)
    draft = Draft(path)
    document = draft.document(name_of(path))
    fuzzy: list[str] = []
    obsolete = contexts = 0
    for entry in entries:
        where = location(path, max(1, entry.linenum))
        if entry.obsolete:
            obsolete += 1
            continue
        if "fuzzy" in entry.flags and any(text for _, text in _pairs(entry)):
            fuzzy.append(where)
            if wanted.as_system is None:
                continue
        contexts += entry.msgctxt is not None
        for source, target in _pairs(entry):
            document.add(source, {"A": target or None}, {}, where=where)
    if fuzzy:
        what = counted(len(fuzzy), "fuzzy entry", "fuzzy entries")
        done = "skipped, as nobody has confirmed the translation"
        if wanted.as_system is not None:
            done = "taken for output of the system"
        draft.note(f"{what} {done}: {listed(fuzzy)}")
    if obsolete:
        draft.note(f"{counted(obsolete, 'obsolete entry', 'obsolete entries')} skipped")
    if contexts:
        draft.note(f"{counted(contexts, 'context')} (msgctxt) not kept")
    return draft.corpus(_languages(path, header, wanted), as_system=wanted.as_system)


def _pairs(entry: Any) -> Iterator[tuple[str, str]]:
    """Yield the source and the translation of an entry, or of each of its plural forms."""
    if not entry.msgid_plural:
        yield entry.msgid, entry.msgstr
        return
    forms = sorted(entry.msgstr_plural.items())
    for index, text in forms:
        # A language with one form has it for all numbers.
        is_singular = index == 0 and len(forms) > 1
        yield entry.msgid if is_singular else entry.msgid_plural, text


def _languages(path: Path, header: dict[str, str], wanted: Wanted) -> tuple[str, str]:
    """Return the languages that a header says, or those that are meant where it does not.

    The source is what other programs write into X-Source-Language. Without that it is English, in
    which gettext wants the texts of programs, but where the target is English.
    """
    target = header.get("Language", "").replace("_", "-")
    target = target or wanted.target_language or TARGET_LANGUAGE
    usual = SOURCE_LANGUAGE if main_language(target) == TARGET_LANGUAGE else TARGET_LANGUAGE
    source = header.get("X-Source-Language", "").replace("_", "-")
    return wanted.languages(path, [source or wanted.source_language or usual], [target])


def _parse(path: Path) -> tuple[list[Any], dict[str, str]]:
    """Return the entries of a file without its header, and the fields of the header."""
    import polib

    text = _decoded(path)
    _check_lines(path, text)
    try:
        # With a line feed at its end it is no path, which polib would open.
        found = polib.pofile(_Text(f"{text}\n"))
    except (OSError, ValueError) as error:
        match = _POLIB_LINE.search(str(error))
        raise InputError(
            f"{location(path, int(match[1]) if match else None)}: this is not valid PO "
            f"({match[2] if match and match[2] else 'this line cannot stand here'}); {_ADVICE}"
        ) from None
    return list(found), dict(found.metadata)


def _decoded(path: Path) -> str:
    data = read_bytes(path)
    match = _CHARSET.search(data)
    declared = match[1].decode("ascii") if match else ""
    try:
        encoding = codecs.lookup(declared).name
        if encoding != "utf-8":
            return data.decode(encoding)
    except LookupError:
        # CHARSET, where a template was never filled in, or what is not an encoding of text.
        return decode(data, path)
    except UnicodeError as error:
        offset = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, offset) + 1
        raise EncodingError(
            f"{location(path, line)}: the file says that it is in {declared}, and it is not (byte "
            f"offset {offset}); correct its Content-Type, or save it as UTF-8"
        ) from None
    return decode(data, path)


def _check_lines(path: Path, text: str) -> None:
    """Check what polib takes on trust: that each text is in quotation marks and each entry whole.

    Raises:
        InputError: a line is none of a PO file, or the last entry has no translation.
    """
    keyword = "msgstr"
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or (line.startswith("#") and not line.startswith("#~ ")):
            continue
        match = _TEXT_LINE.fullmatch(line)
        if match is None:
            raise InputError(
                f"{location(path, number)}: this is not valid PO (neither a comment nor a keyword "
                f"with a text in quotation marks); {_ADVICE}"
            )
        keyword = match["keyword"] or keyword
    if not keyword.startswith("msgstr"):
        raise InputError(
            f"{location(path, number)}: the file ends before the translation (msgstr) of its last "
            f"entry; {_ADVICE}"
        )


PO = Format(name="po", label="PO", suffixes=(".po", ".pot"), read=read_po)
