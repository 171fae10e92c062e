"""The markup of an HTML e-mail, and the text in it."""

import re
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "head", "title"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "table", "h1", "h2", "h3", "h4", "blockquote"})


class _Text(HTMLParser):
    """This collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = self._quoted = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """This opens a silent part, or breaks the line."""
        self._silent += tag in _SILENT
        self._quoted += tag == "blockquote"
        if tag in _BREAKS:
            self._break_line()

    def handle_endtag(self, tag: str) -> None:
        """This closes a silent part, or a quote."""
        self._silent -= tag in _SILENT and self._silent > 0
        if tag == "blockquote" and self._quoted:
            self._quoted -= 1
            self._break_line()

    def handle_data(self, data: str) -> None:
        """This keeps text, with the source's own line breaks as blanks."""
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _break_line(self) -> None:
        # A quote is marked as in plain mails: what it says is somebody else's.
        self.parts.append("\n" + "> " * (self._quoted > 0))


def plain_text(markup: str) -> str:
    """This is the visible text of an HTML body, one line a block."""
    reader = _Text()
    reader.feed(markup)
    reader.close()
    lines = (line.strip() for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line.strip("> "))
