"""The little markup of a question's text: paragraphs, and code between backticks."""

from __future__ import annotations

import html
import re

__all__ = ["as_html", "as_plain"]

_CODE = re.compile(r"`([^`]+)`")


def as_html(text: str) -> str:
    """Return a text as HTML: an empty line begins a paragraph, backticks hold code.

    >>> as_html("Is `a < b`?"), as_html("One line\\nand its end.\\n\\nAnother.")
    ('Is <code>a &lt; b</code>?', 'One line and its end.<br><br>Another.')
    """
    return "<br><br>".join(
        _CODE.sub(r"<code>\1</code>", html.escape(paragraph, quote=False))
        for paragraph in _paragraphs(text)
    )


def as_plain(text: str) -> str:
    """Return a text without backticks, one line per paragraph.

    >>> as_plain("Is `a < b`?")
    'Is a < b?'
    """
    return "\n".join(_CODE.sub(r"\1", paragraph) for paragraph in _paragraphs(text))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip())]
