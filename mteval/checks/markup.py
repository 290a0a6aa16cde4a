"""Inline markup that outputs lose, add or nest wrongly: tags and placeholders.

What a reference does with the markup of the source, a system may do too.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from mteval.checks.base import MAX_SHOWN, Check, Rule, Segment
from mteval.languages.text import shorten
from mteval.wording import listing

__all__ = ["MARKUP"]

# Inline elements of HTML and XLIFF, and special tokens that models let slip.
_TAG_NAMES = frozenset(
    """
    a abbr b bdi bdo big br cite code del dfn em font i img ins kbd mark q s samp small span strike
    strong sub sup tt u var wbr
    bpt ept g it mrk ph pc sc ec x bx ex
    bos eos mask num pad sep unk url
    """.split()  # noqa: SIM905 - a list of words by where they are from
)
# These have no end.
_VOID = frozenset("bos br bx eos ex img mask num pad ph sc ec sep unk url wbr x".split())  # noqa: SIM905
_TAG = re.compile(
    r"<(?P<end>/)?(?P<name>[A-Za-z][A-Za-z0-9:_-]*|[0-9]+)"
    r"(?P<attributes>(?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))*)"
    r"\s*(?P<empty>/)?>",
    re.ASCII,
)
_ID = re.compile(r"\sid\s*=\s*[\"']?([^\s\"'/>]+)")
# [b]: forums. Without an end it is a letter that an editor put in: "[I] agree", a[i].
_BRACKET_TAG = re.compile(
    r"\[(?P<end>/)?(?P<name>b|i|u|s|url|img|quote|code|color|size)(?:=[^\]\[]*)?\]", re.IGNORECASE
)
# {0}, {name}, {{name}}, ${name}; %s, %1$s, %(name)s, but not 100%d; #NAME# of test sets of chats.
_PLACEHOLDER = re.compile(
    r"\{\{\s*[\w.-]+\s*\}\}|\$?\{[A-Za-z0-9_][\w.:-]*\}"
    r"|(?<![0-9%])%(?:\d+\$|\(\w+\))?[-+0#]*\d*(?:\.\d+)?(?:[sdiufFeEgGxXc@])(?![A-Za-z0-9])"
    r"|\#(?:[A-Z]+(?:_[A-Z0-9]+)+|ADDRESS|EMAIL|NAME|NUMBER|URL)\#",
    re.ASCII,
)
# No markup is without one of these.
_MARKS = re.compile(r"[<\[{%#]")


@dataclass(frozen=True, slots=True)
class _Item:
    """A tag or placeholder: what it is the same by, as written, and what closes it or it closes.

    ``element`` is "" for what stands alone.
    """

    key: str
    text: str
    element: str = ""
    is_end: bool = False


def _items(text: str, known: frozenset[str] = frozenset()) -> list[_Item]:
    """Return the markup of a text, in its order.

    Args:
        text: the text.
        known: names of tags in brackets that are markup in the source.
    """
    if not _MARKS.search(text):
        return []
    found = [(match.start(), _Item(match[0], match[0])) for match in _PLACEHOLDER.finditer(text)]
    tags = list(_TAG.finditer(text))
    # <Titanic> is a title in wrong quotation marks, if nothing shows that it is a tag.
    ended = {match["name"].lower() for match in tags if match["end"]}
    for match in tags:
        name = match["name"].lower()
        if (
            name in _TAG_NAMES
            or name in ended
            or name.isdigit()
            or match["empty"]
            or match["attributes"]
        ):
            found.append((match.start(), _tag(match, name)))
    known |= _bracket_names(text)
    found += [
        (match.start(), _bracket_tag(match))
        for match in _BRACKET_TAG.finditer(text)
        if match["name"].lower() in known
    ]
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _bracket_names(text: str) -> frozenset[str]:
    """Return the names of the tags in brackets that a text ends."""
    return frozenset(m["name"].lower() for m in _BRACKET_TAG.finditer(text) if m["end"])


def _tag(match: re.Match[str], name: str) -> _Item:
    end = match["end"] or ""
    # Titles and links may be translated; identifiers may not.
    identifier = _ID.search(match["attributes"])
    key = f"<{end}{name}{f' id={identifier[1]}' if identifier else ''}>"
    alone = match["empty"] or name in _VOID
    return _Item(key, match[0], "" if alone else f"<{name}>", bool(end))


def _bracket_tag(match: re.Match[str]) -> _Item:
    name = match["name"].lower()
    end = match["end"] or ""
    return _Item(f"[{end}{name}]", match[0], f"[{name}]", bool(end))


def _is_nested(items: list[_Item]) -> bool:
    """Return whether each end closes what was opened last, and nothing stays open."""
    stack: list[str] = []
    for item in items:
        if not item.element:
            continue
        if not item.is_end:
            stack.append(item.element)
        elif not stack or stack.pop() != item.element:
            return False
    return not stack


def _prepare(segment: Segment) -> Rule | None:
    brackets = _bracket_names(segment.source or "")
    wanted = _items(segment.source or "")
    counts = Counter(item.key for item in wanted)
    shown = {item.key: item.text for item in wanted}
    known = [Counter(item.key for item in _items(text, brackets)) for text in segment.references]
    fewest = {key: min([count, *(c[key] for c in known)]) for key, count in counts.items()}
    most = counts.copy()
    for reference in known:
        most |= reference
    must_nest = _is_nested(wanted)

    def rule(text: str) -> str | None:
        items = _items(text, brackets)
        if not (wanted or items):
            return None
        own = Counter(item.key for item in items)
        lost = [shown[key] for key, count in fewest.items() if own[key] < count]
        added = [item.text for item in items if own[item.key] > most[item.key]]
        details = [
            f"{_listed(texts)} {what}"
            for texts, what in ((lost, "missing"), (added, "not in the source"))
            if texts
        ]
        if not details and must_nest and own == counts and not _is_nested(items):
            nested = [item.text for item in items if item.element]
            details.append(f"{_listed(nested)} in the wrong order")
        return "; ".join(details) or None

    return rule


def _listed(texts: list[str]) -> str:
    return listing([shorten(text) for text in dict.fromkeys(texts)], MAX_SHOWN)


MARKUP = Check(
    "markup",
    "with tags or placeholders of the source lost, added or in the wrong order",
    _prepare,
    needs_source=True,
)
