"""Readers of exports by parsers that are not ours, and what they should find."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from mteval.runs.evaluation import Evaluation
from tests.views.exports.hostile import HOSTILE

TEXT_COLUMNS = {
    "segments": ("source", "hypothesis"),
    "flags": ("detail",),
    "error_spans": ("text",),
    "terms": ("source", "target"),
    "occurrences": ("source", "rendering"),
}


def expected(evaluation: Evaluation, table: str, column: str) -> list[str]:
    if table != "segments":
        return HOSTILE
    if column == "hypothesis":
        return [*HOSTILE, *reversed(HOSTILE)]
    return [text if text.strip() else "甲" for text in HOSTILE] * 2


def csv_rows(content: bytes) -> list[dict[str, str]]:
    # A field may hold 128 KiB by default, and no text of these tests is longer.
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def shared_strings(content: bytes) -> set[str]:
    """Read the texts of a workbook as ECMA-376 (22.9.2.19, ST_Xstring) says."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read("xl/sharedStrings.xml"))
        assert not [n for n in archive.namelist() if "externalLink" in n or n.endswith(".vml")]
    return {
        re.sub(
            "_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), node.findtext(f"{SHEET}t") or ""
        )
        for node in root
    }


class Page(HTMLParser):
    """Collect the texts of the cells of a page, its tags, and its text nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.nodes: list[str] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.open = True
        elif tag == "br":
            self.rows[-1][-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.open = False

    def handle_data(self, data: str) -> None:
        self.nodes.append(data)
        if self.open:
            self.rows[-1][-1] += data


def page(markdown: bytes) -> Page:
    found = Page()
    found.feed(MarkdownIt("commonmark").enable("table").render(markdown.decode("utf-8")))
    found.close()
    return found


SHOWN_TAGS = {"h3", "table", "thead", "tbody", "tr", "th", "td", "br", "span", "ul", "li", "strong"}


def unlatex(text: str) -> str:
    """Undo what was done for LaTeX; fail at what LaTeX would not set as it is."""

    def plain(match: re.Match[str]) -> str:
        if match["symbol"]:
            return chr(int(match["symbol"]))
        if match["name"]:
            return {
                **{"backslash": "\\", "asciitilde": "~", "asciicircum": "^", "quotedbl": '"'},
                **{"asciigrave": "`", "less": "<", "greater": ">", "bar": "|"},
            }[match["name"]]
        if match["math"]:
            return {"uparrow": "↑", "downarrow": "↓", "pm": "±"}[match["math"]]
        assert not match["wrong"], text
        return str(match["escaped"] or match["braced"] or (" " if match[0] == "\\ " else ""))

    assert not re.search(r"--|''|,,|  |^ | $", re.sub(r"\\ ", "_", text)), text
    return re.sub(
        r"\\symbol\{(?P<symbol>\d+)\}|\\text(?P<name>[a-z]+)\{\}|\$\\(?P<math>[a-z]+)\$"
        r"|\\(?P<escaped>[&%$#_{}])|\{(?P<braced>[\[\]*])\}|\\/|\\ "
        r"|(?P<wrong>[\\&%$#_{}~^`\"<>|\[\]*\x00-\x1f\x7f-\x9f])",
        plain,
        text,
    )
