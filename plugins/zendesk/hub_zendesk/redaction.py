"""Marking everything that a comment says for Zendesk's own, irreversible redaction."""

import html
from html.parser import HTMLParser

BLOCK = "\u2587"
"""What Zendesk puts in place of each redacted character."""

_MARKED = frozenset({"a", "img"})
"""Elements whose own attributes can tell something."""


class _Marker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        shown = "".join(f' {name}="{html.escape(value or "")}"' for name, value in attrs)
        self.parts.append(f"<{tag}{shown}{' redact' if tag in _MARKED else ''}>")

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(f"<redact>{html.escape(data, quote=False)}</redact>" if data.strip() else data)


def mark_all(html_body: str) -> str:
    """This puts all text of a comment into ``<redact>`` tags, and marks its links and images."""
    marker = _Marker()
    marker.feed(html_body)
    marker.close()
    return "".join(marker.parts)


def is_redacted(text: str | None) -> bool:
    """This tells whether nothing but redacted characters, white space and punctuation is left of a text."""
    return not any(char.isalnum() for char in html.unescape(text or ""))
