"""Quotes: what a message repeats of another one is somebody else's words, and nobody's mood is read from it.

A reply often carries what an agent wrote before. An agent's mood is never read, and the customer's is not in it.
"""

from __future__ import annotations

import re
from itertools import accumulate

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
_LINE_BREAK = 2
"""Characters of the longest line break; what lies further apart has something quoted in between."""


def own_words(text: str) -> str:
    """This is a message without what it quotes: marked lines, and all below the head of an earlier message."""
    return "\n".join(line for _, line in _own_lines(text)).strip()


def place_in_whole(text: str, start: int, end: int) -> tuple[int, int] | None:
    """This is where a stretch of a message's own words stands in the whole of it, as far as nothing is quoted in between.

    Args:
        text: the whole message.
        start: first character of the stretch in ``own_words``.
        end: the one behind its last.

    None where there is no such stretch.
    """
    lines = _own_lines(text)
    joined = "\n".join(line for _, line in lines)
    places = [at + offset for at, line in lines for offset in range(len(line) + 1)]
    before = len(joined) - len(joined.lstrip())
    if not 0 <= start < end <= len(joined) - before:
        return None
    first = last = before + start
    while last + 1 < before + end and places[last + 1] - places[last] <= _LINE_BREAK:
        last += 1
    whole = text[places[first] : places[last] + 1].rstrip()
    return (places[first], places[first] + len(whole)) if whole else None


def _own_lines(text: str) -> list[tuple[int, str]]:
    """The lines that quote nothing, each with its place in the text."""
    lines = text.splitlines()
    places = [0, *accumulate(map(len, text.splitlines(keepends=True)))]
    kept: list[tuple[int, str]] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if _RULE.match(line) or _is_head(line, lines[number + 1 : number + 1 + _HEADER_LINES]):
            break
        if size := _head_size(lines[number : number + _LONGEST_HEAD]):
            number += size
            if not _is_marked(lines, number):
                break
            continue  # the quoted lines are marked: an answer may stand between or below them
        if not _QUOTED.match(line):
            kept.append((places[number], line))
        number += 1
    return kept


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


def _is_marked(lines: list[str], start: int) -> bool:
    """Whether the quote begins with a mark: a mark further down is of what the quote itself quotes."""
    first = next((lines[number] for number in range(start, len(lines)) if lines[number].strip()), "")
    return _QUOTED.match(first) is not None


def _is_head(line: str, following: list[str]) -> bool:
    return bool(_FROM.match(line)) and any(map(_SENT.match, following))


__all__ = ["own_words", "place_in_whole"]
