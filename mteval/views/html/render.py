"""HTML pages of templates, with everything that they show escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

__all__ = ["escaped", "is_page", "render", "safe"]

# Every page has it in its head, before any text that it shows.
_MARK = b'<meta name="generator" content="mteval">'
_HEAD_BYTES = 200


def render(template: str, **context: object) -> str:
    """Return a template of this room filled in; values are escaped unless they are safe.

    Args:
        template: name of its file.
        context: what it names; a name that is not given is an error.
    """
    page = _environment().get_template(template).render(context)
    # A parser of HTML makes a line feed of a bare carriage return, and only texts have any.
    return page.replace("\r", "&#13;")


def is_page(content: bytes) -> bool:
    """Return whether the content of a file is a page that mteval made."""
    return _MARK in content[:_HEAD_BYTES]


def safe(markup: str) -> Markup:
    """Return text as HTML that needs no escaping."""
    from markupsafe import Markup

    return Markup(markup)


def escaped(text: str) -> str:
    """Return text escaped for HTML: content, or an attribute in quotes."""
    from markupsafe import escape

    return str(escape(text))


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("mteval.views.html"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {
        "ensure_ascii": False,
        "separators": (",", ":"),
        "allow_nan": False,
    }
    return environment
