"""The text blocks of an HTML page, in order, and which of them are outside its main text.

Blocks are read from the whole tree, so that nothing is lost; trafilatura, which knows what the
main text of a page is, only marks them. What it leaves out of the midst of the main text, and
whatever prose it leaves out, counts as main text all the same: of bilingual pages it may take one
half for something else.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mteval.errors import InputError
from mteval.ingest import weights
from mteval.ingest.lines import WHOLE_LINE_END, Block, join_pieces
from mteval.packages import check_packages

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = ["FORM", "HIDDEN", "OUTSIDE", "declared_encoding", "looks_like_html", "read_html"]

OUTSIDE, HIDDEN, FORM = "outside the main text", "hidden on the page", "form control"
RUBY = "readings of characters (ruby) dropped"

_START = re.compile(
    r"\ufeff?\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).)*-->\s*)*<(!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})"
    rb"|<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w-]{2,20})",
    re.IGNORECASE,
)
# Of the bytes of a page; the HTML standard wants the declaration within the first 1,024.
_DECLARED_WITHIN = 4096
# Pictures in the page: they may be most of its size, and parsers have limits.
_DATA_URI = re.compile(r"data:[\w/+.-]{0,60}(?:;[\w=-]{1,40})*;base64,[A-Za-z0-9+/=%\s]*")
MAX_MARKUP = 8 << 20
# Beyond this the extractor takes longer than anybody waits; all blocks count as main text then.
_MAX_MARKUP_EXTRACTED = 3 << 20
_MAX_ELEMENTS_EXTRACTED = 40_000
MAX_ELEMENTS = 100_000
MAX_DEPTH = 1000

_SKIPPED = frozenset(
    ("script", "style", "template", "head", "svg", "math", "object", "embed", "audio", "video")
)
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd"),
        *("details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
        *("footer", "form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup"),
        *("hr", "html", "iframe", "legend", "li", "main", "menu", "nav", "noframes", "ol"),
        *("optgroup", "option", "p", "pre", "section", "select", "summary", "table", "tbody"),
        *("td", "textarea", "tfoot", "th", "thead", "tr", "ul", "button", "noscript"),
    )
)
_CONTROLS = frozenset(("select", "textarea", "button", "datalist"))
_REGIONS = frozenset(("nav", "aside", "footer", "form"))
_REGION_ROLES = frozenset(("navigation", "complementary", "contentinfo", "search", "banner"))
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")


def looks_like_html(text: str) -> bool:
    """Return whether a text begins as HTML pages do."""
    return _START.match(text[:10_000]) is not None


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that the head of a page declares, in lower case."""
    match = _CHARSET.search(data, 0, _DECLARED_WITHIN)
    return None if match is None else (match[1] or match[2]).decode("ascii").lower()


class _Inherited(NamedTuple):
    """What an element passes on to those in it: why they are no text, and where they are."""

    reason: str | None = None
    region: bool = False
    pre: bool = False
    link: bool = False


@dataclass(slots=True)
class _Reader:
    """The blocks of a page that is being read.

    Attributes:
        blocks: those that ended.
        links: of each, how many of its characters are links.
        in_region: of each, whether it is in a region that is no main text, such as a menu.
        elements: how many elements and comments were seen.
        pieces: the text of the block at hand, cut at line breaks.
        linked: how many characters of it are links.
    """

    blocks: list[Block] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    in_region: list[bool] = field(default_factory=list)
    elements: int = 0
    pieces: list[list[str]] = field(default_factory=lambda: [[]])
    linked: int = 0

    def add(self, text: str | None, inherited: _Inherited) -> None:
        """Add text to the block at hand."""
        if not text:
            return
        if inherited.pre:
            first, *rest = text.split("\n")
            self.pieces[-1].append(first)
            self.pieces.extend([line] for line in rest)
        else:
            self.pieces[-1].append(text)
        if inherited.link or inherited.reason == FORM:
            self.linked += len(text.strip())

    def flush(self, inherited: _Inherited) -> None:
        """End the block at hand: its pieces are what line breaks made of it."""
        pieces = ["".join(parts) for parts in self.pieces]
        if not inherited.pre:
            pieces = [_SPACES.sub(" ", piece) for piece in pieces]
        linked, self.pieces, self.linked = self.linked, [[]], 0
        if any(piece.strip() for piece in pieces):
            for text in pieces if inherited.pre else join_pieces(pieces):
                if text.strip():
                    self.blocks.append(Block(text, inherited.reason))
                    self.links.append(linked)
                    self.in_region.append(inherited.region)


def read_html(text: str, origin: str, *, whole: bool = False) -> tuple[list[Block], list[str]]:
    """Return the blocks of a page in order: paragraphs, headings, list items, cells of tables.

    Args:
        text: the page.
        origin: where it is from, for messages.
        whole: whether all of it is main text, as in a part of a Markdown page.

    Returns:
        The blocks, those outside the main text with that reason, and notes on the page.

    Raises:
        InputError: the page is too large, nested too deeply, or consists of frames.
    """
    notes: list[str] = []
    text = _DATA_URI.sub("", text)
    if len(text) > MAX_MARKUP:
        raise InputError(
            f"{origin}: the page has {len(text):,} characters of markup, more than "
            f"{MAX_MARKUP:,}; split it"
        )
    tree = _parse(text, origin)
    if tree is None:
        return [], notes
    reader, rubies, framed = _walk(tree, origin)
    if framed and not any(block.reason is None for block in reader.blocks):
        raise InputError(
            f"{origin}: the page consists of frames and holds no text itself; save the frame that "
            "has the text"
        )
    if rubies:
        notes.append(f"{rubies} {RUBY}")
    if not whole:
        _mark_main_text(reader, tree, len(text), notes)
    return reader.blocks, notes


def _parse(text: str, origin: str) -> HtmlElement | None:
    check_packages("reading HTML", {"lxml": "lxml", "trafilatura": "trafilatura"}, "ingest")
    from lxml import etree, html

    # Characters that XML has not: the parser would stop there, or drop them without a word.
    text = re.sub("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]", " ", text)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8"), parser=parser, ensure_head_body=False)
    except etree.ParserError:  # nothing but white space and comments
        return None
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise InputError(
            f"{origin}: the HTML cannot be read ({str(error)[:80]}); open the page in a browser "
            "and save it again"
        ) from None
    return tree


def _walk(tree: HtmlElement, origin: str) -> tuple[_Reader, int, bool]:
    """Go through the tree without recursion; block elements begin and end blocks."""
    from lxml import etree

    reader = _Reader()
    rubies, framed = 0, False
    # What each open element passes on to those in it.
    states = [_Inherited()]
    walker = etree.iterwalk(tree, events=("start", "end", "comment"))
    for event, element in walker:
        reader.elements += 1
        inherited = states[-1]
        if event == "comment":
            reader.add(element.tail, inherited)
            continue
        tag = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
        is_block = tag in _BLOCKS
        if event == "start":
            _check_limits(reader.elements, len(states), origin)
            if is_block:
                reader.flush(inherited)
            framed |= tag in ("frameset", "frame", "iframe")
            if tag == "br":
                reader.pieces.append([])
            states.append(_inherit(element, tag, inherited))
            if tag in _SKIPPED or tag in ("rt", "rp", "rtc"):
                rubies += tag == "rt"
                walker.skip_subtree()
            else:
                reader.add(element.text, states[-1])
        else:
            if is_block:
                reader.flush(inherited)
            states.pop()
            reader.add(element.tail, states[-1])
    reader.flush(states[0])
    return reader, rubies, framed


def _check_limits(elements: int, depth: int, origin: str) -> None:
    # Each element is counted twice: where it starts and where it ends.
    if elements > 2 * MAX_ELEMENTS:
        raise InputError(f"{origin}: the page has more than {MAX_ELEMENTS:,} elements; split it")
    if depth > MAX_DEPTH:
        raise InputError(
            f"{origin}: the page's elements are nested more than {MAX_DEPTH} deep; it is "
            "damaged, so save its text alone"
        )


def _inherit(element: HtmlElement, tag: str, above: _Inherited) -> _Inherited:
    reason, region, pre, link = above
    if reason is None:
        if (
            "hidden" in element.attrib
            or tag in ("noscript", "dialog")
            or _HIDING.search(element.get("style", ""))
        ):
            reason = HIDDEN
        elif tag in _CONTROLS:
            reason = FORM
    if tag in _REGIONS or element.get("role") in _REGION_ROLES:
        region = True
    return _Inherited(reason, region, pre or tag == "pre", link or tag == "a")


def _mark_main_text(reader: _Reader, tree: HtmlElement, size: int, notes: list[str]) -> None:
    small = size <= _MAX_MARKUP_EXTRACTED and reader.elements <= 2 * _MAX_ELEMENTS_EXTRACTED
    main = _main_text(tree) if small else None
    if main is None:
        notes.append("the main text could not be told from the rest, so all of it was looked at")
        return
    blocks = reader.blocks
    # A word of a menu is in the midst of some sentence, too.
    cells = {_squeeze(cell) for line in main.split("\n") for cell in (line, *line.split("|"))}
    cells |= {cell.lstrip("-#") for cell in cells}
    run_on = _squeeze(main)
    inside = [
        block.reason is None
        and (
            _squeeze(block.text) in cells
            or (len(block.text) >= weights.MIN_PROSE_CHARACTERS and _squeeze(block.text) in run_on)
        )
        for block in blocks
    ]
    prose = [
        not region
        and len(block.text) >= weights.MIN_PROSE_CHARACTERS
        and linked < weights.MAX_LINKED_SHARE * len(block.text)
        and WHOLE_LINE_END.search(block.text.strip()) is not None
        for block, linked, region in zip(blocks, reader.links, reader.in_region, strict=True)
    ]
    core = [number for number, both in enumerate(zip(inside, prose, strict=True)) if any(both)]
    if not core:
        return
    for number, block in enumerate(blocks):
        if block.reason is not None or inside[number] or prose[number]:
            continue
        linked = reader.links[number] >= weights.MAX_LINKED_SHARE * len(block.text.strip())
        near = core[0] - weights.BLOCKS_NEAR_TEXT <= number <= core[-1] + weights.BLOCKS_NEAR_TEXT
        if reader.in_region[number] or linked or not near:
            blocks[number] = Block(block.text, OUTSIDE)


def _main_text(tree: HtmlElement) -> str | None:
    """Return the main text as trafilatura extracts it; None where that fails."""
    import copy

    from trafilatura import extract

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = extract(
                copy.deepcopy(tree),
                favor_recall=True,
                include_comments=False,
                include_tables=True,
                deduplicate=False,
            )
    except Exception:  # the library promises nothing for damaged pages, and may raise anything
        return None
    return text or None


def _squeeze(text: str) -> str:
    return "".join(text.split()).replace("|", "")
