"""Quotes: what a message repeats of another one is somebody else's words, and nobody's mood is read from it.

A reply often carries what an agent wrote before. An agent's mood is never read, and the customer's is not in it.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(r"^[\s\u200b-\u200d\ufeff]*(?:>|&gt;|＞)")
_OPENS = re.compile(
    r"\s*(?:(?:on|am|le|el|il|op|em|w dniu|dnia|(?:pon|wt|śr|czw|pt|sob|niedz)\.,)(?!\w)"
    r"|\d{4}[年./-]\s?\d{1,2}[月./-]\s?\d{1,2}\D)",
    re.IGNORECASE,
)
_SAYS_WHO = re.compile(
    r"(?:\s*\D.{4,200}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|napisała?|escreveu)\b.{0,120}"
    r"|\s*\d.{0,200}[<@].{0,120}):\s*$",
    re.IGNORECASE,
)
_LONGEST_HEAD = 3
"""Lines that a mail client breaks the head of a quote into."""
_RULE = re.compile(
    r"^\s*(?:[-_=]{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|"
    r"message d'origine|message transféré|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|"
    r"mensagem original|mensagem encaminhada|oorspronkelijk bericht|doorgestuurd bericht|wiadomość oryginalna|"
    r"przekazana wiadomość|元のメッセージ|転送メッセージ)\b.*|_{10,}"
    r"|##-.*-##"  # what a help desk puts above its own mails
    r"|(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:réexpédié|transféré)|"
    r"inicio del mensaje reenviado|inizio messaggio inoltrato)\s?:)\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\s*\*{0,2}(?:from|von|de|da|van|od|差出人)\*{0,2}\s?[:：]\s*\S", re.IGNORECASE)
_SENT = re.compile(
    r"^\s*\*{0,2}(?:sent|date|gesendet|datum|envoyé|fecha|enviad[oa](?: em| el)?|inviato|data|verzonden|wysłan[oe]|"
    r"送信日時|日付)\*{0,2}\s?[:：]\s*\S",
    re.IGNORECASE,
)
_HEADER_LINES = 4


def own_words(text: str) -> str:
    """This is a message without what it quotes: marked lines, and all below the head of an earlier message."""
    lines = text.splitlines()
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if _RULE.match(line) or _is_head(line, lines[number + 1 :]):
            break
        if size := _head_size(lines[number : number + _LONGEST_HEAD]):
            number += size
            if not _is_marked(lines[number:]):
                break
            continue  # the quoted lines are marked: an answer may stand between or below them
        if not _QUOTED.match(line):
            kept.append(line)
        number += 1
    return "\n".join(kept).strip()


def _head_size(lines: list[str]) -> int:
    """How many lines say who wrote what follows, and when; 0: none. Of several lines one must hold an address."""
    if not _OPENS.match(lines[0]):
        return 0
    for size in range(1, len(lines) + 1):
        if not lines[size - 1].strip():
            return 0
        told = " ".join(lines[:size])
        if _SAYS_WHO.match(told) and (size == 1 or "<" in told or "@" in told):
            return size
    return 0


def _is_marked(rest: list[str]) -> bool:
    """Whether the quote begins with a mark: a mark further down is of what the quote itself quotes."""
    first = next((line for line in rest if line.strip()), "")
    return _QUOTED.match(first) is not None


def _is_head(line: str, rest: list[str]) -> bool:
    return bool(_FROM.match(line)) and any(_SENT.match(one) for one in rest[:_HEADER_LINES])


__all__ = ["own_words"]
