"""The same page as other kinds of files: HTML, Markdown, word processors' files, encodings."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from html import escape

__all__ = [
    "HTML",
    "docx",
    "html_divisions",
    "html_lines",
    "html_list",
    "html_paragraphs",
    "html_site",
    "html_table",
    "markdown",
    "markdown_table",
    "odt",
]

_HEAD = '<!DOCTYPE html>\n<html><head><meta charset="{charset}"><title>x</title></head><body>\n'


def _page(body: str, charset: str = "utf-8") -> str:
    return _HEAD.format(charset=charset) + body + "\n</body></html>\n"


def html_paragraphs(lines: Sequence[str]) -> str:
    return _page("\n".join(f"<p>{escape(line)}</p>" for line in lines))


def html_divisions(lines: Sequence[str]) -> str:
    """Write as editors of mails do, with spans, no-break spaces and empty blocks."""
    spans = (f'<div><span lang="x">&nbsp;{escape(line)}</span></div>' for line in lines)
    return _page("<div>" + "<div>&nbsp;</div>".join(spans) + "</div>")


def html_lines(lines: Sequence[str]) -> str:
    """Write all of it as one paragraph with line breaks, as old sites do, and close nothing."""
    return _page('<center><font size="2"><p>' + "<br><br>\n".join(map(escape, lines)))


def html_list(lines: Sequence[str]) -> str:
    return _page("<ul>" + "".join(f"<li>{escape(line)}\n" for line in lines) + "</ul>")


def html_site(lines: Sequence[str]) -> str:
    """Put round it what a site has: menus, links, scripts, what is hidden, a form, a footer."""
    links = ("Home", "首页", "新闻发布", "军事外交", "About us", "Photos of the week")
    menu = "".join(f'<li><a href="/{n}">{name}</a></li>' for n, name in enumerate(links))
    related = "".join(
        f'<li><a href="/{n}">{name}</a></li>'
        for n, name in enumerate(
            ("大使出席华侨华人中秋晚会", "Consulate closes for public holidays")
        )
    )
    text = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    return _page(
        f"<script>var a = '<p>no text</p>';</script><nav><ul>{menu}</ul></nav>"
        f'<main><article>{text}</article></main><div style="display:none">隐藏的一段文字。</div>'
        f"<aside><ul>{related}</ul></aside><!-- a comment -->"
        "<form><select><option>简体<option>繁體</select><button>搜索一下</button></form>"
        "<footer><p>承办单位 信息中心</p><p>Managed by the Information Centre</p></footer>"
    )


HTML: tuple[Callable[[Sequence[str]], str], ...] = (
    html_paragraphs,
    html_divisions,
    html_lines,
    html_list,
    html_site,
)


def html_table(
    pairs: Sequence[tuple[str, str]], *, english_left: bool = False, header: bool = True
) -> str:
    """Write two columns, a language each; paragraphs of a cell are divisions in it."""

    def cell(text: str) -> str:
        inner = "".join(f"<div>{escape(part)}</div>" for part in text.split("\n\n"))
        return f"<td>{inner}</td>"

    order = slice(None, None, -1) if english_left else slice(None)
    rows = ["".join(map(cell, pair[order])) for pair in pairs]
    head = "".join(f"<th>{name}</th>" for name in ("中文", "English")[order])
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return _page(f"<table><tr><td><table>{f'<tr>{head}</tr>' if header else ''}{body}</table>")


def markdown(lines: Sequence[str]) -> str:
    return "---\nlayout: post\n---\n# " + "\n\n".join(line.replace("*", "\\*") for line in lines)


def markdown_table(pairs: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"| {zh} | {en} |\n" for zh, en in pairs)
    return "| 中文 | English |\n|---|---|\n" + rows


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(lines: Sequence[str], pairs: Sequence[tuple[str, str]] = ()) -> bytes:
    """Write paragraphs, each in two runs, and a table; header, deletion and text box beside."""

    def paragraph(text: str) -> str:
        half = len(text) // 2
        runs = "".join(
            f'<w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r>'
            for part in (text[:half], text[half:])
        )
        return f"<w:p>{runs}</w:p>"

    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph(side)}</w:tc>" for side in pair) + "</w:tr>"
        for pair in pairs
    )
    deleted = "<w:p><w:del><w:r><w:delText>删去的话。</w:delText></w:r></w:del></w:p>"
    control = f"<w:sdt><w:sdtContent>{''.join(map(paragraph, lines))}</w:sdtContent></w:sdt>"
    body = f"{control}<w:tbl>{rows}</w:tbl>{deleted}"
    return archive(
        {
            "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
            "word/header1.xml": f'<w:hdr xmlns:w="{_W}">{paragraph("内部资料")}</w:hdr>',
        }
    )


def odt(lines: Sequence[str]) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    body = "".join(f"<text:p>{escape(line)}<text:s/></text:p>" for line in lines)
    return archive(
        {
            "content.xml": f'<o:document-content xmlns:o="{space}office:1.0" '
            f'xmlns:text="{space}text:1.0"><o:body><o:text>{body}</o:text></o:body>'
            "</o:document-content>"
        }
    )


def archive(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()
