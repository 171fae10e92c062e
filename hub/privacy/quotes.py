"""Quotes: what a message repeats of another one is somebody else's words, and nobody's mood is read from it.

A reply often carries what an agent wrote before. An agent's mood is never read, and the customer's is not in it.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(r"^\s*(?:>|&gt;)")
_SAYS_WHO = re.compile(
    r"^\s*(?:on|am|le|el|il|op|w dniu)\b.{4,200}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|napisał)\b.{0,80}:\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"^\s*(?:[-_=]{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|"
    r"message d'origine|mensaje original)\b.*|_{10,})\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\s*\*?(?:from|von|de|da|van|od)\*?:\s*\S", re.IGNORECASE)
_SENT = re.compile(
    r"^\s*\*?(?:sent|date|gesendet|datum|envoyé|enviado|inviato|verzonden|wysłano)\*?:\s*\S", re.IGNORECASE
)
_HEADER_LINES = 4


def own_words(text: str) -> str:
    """This is a message without what it quotes: marked lines, and all below the head of an earlier message."""
    lines = text.splitlines()
    kept: list[str] = []
    for number, line in enumerate(lines):
        rest = lines[number + 1 :]
        if _RULE.match(line) or _is_head(line, rest):
            break
        if _SAYS_WHO.match(line):
            if any(_QUOTED.match(one) for one in rest):
                continue  # the quoted lines are marked: an answer may stand between or below them
            break
        if not _QUOTED.match(line):
            kept.append(line)
    return "\n".join(kept).strip()


def _is_head(line: str, rest: list[str]) -> bool:
    return bool(_FROM.match(line)) and any(_SENT.match(one) for one in rest[:_HEADER_LINES])


__all__ = ["own_words"]
