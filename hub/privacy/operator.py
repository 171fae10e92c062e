"""The operators: what is done to a value before it may leave."""

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from hub.privacy.redaction.entity import Entity, Redacted
from hub.privacy.rules import ANY, FieldRule, TokenScope

REDACTED = "[redacted]"
"""What ``redact`` leaves of a value."""

_KEPT_PART = {"hour": "%Y-%m-%dT%H:00:00+00:00", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


class UnusableError(Exception):
    """An operator cannot handle a value, so the field must stay; the message is the reason's code."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What operators work with: token scopes with what gives their keys, and redaction."""

    token_key: Callable[[str], bytes]
    redact: Callable[[str], Redacted] | None
    scopes: Mapping[str, TokenScope]


def apply(rule: FieldRule, path: str, value: Any, tools: Tools) -> Any:
    """This is what leaves of the value of field ``path``; None stays None. Raises UnusableError."""
    return None if value is None else _OPERATORS[rule.do](rule, path, value, tools)


def _keep(rule: FieldRule, path: str, value: Any, tools: Tools) -> Any:
    if not isinstance(value, str | int | float):
        # A nested value could carry fields that nobody listed.
        raise UnusableError("field.not_scalar")
    return value


def _redact(rule: FieldRule, path: str, value: Any, tools: Tools) -> Any:
    return REDACTED


def _mask(rule: FieldRule, path: str, value: Any, tools: Tools) -> Any:
    text = _text(value)
    # Never more than a quarter stays readable, so that a short value does not stand there whole.
    shown = min(rule.keep_last or 0, len(text) // 4)
    return "*" * (len(text) - shown) + text[len(text) - shown :]


def _token(rule: FieldRule, path: str, value: Any, tools: Tools) -> Any:
    return token(_key(tools, rule), _version(tools, rule), _kind(path), _text(value))


def token(key: bytes, version: int, kind: str, value: str) -> str:
    """This is the token of a value, such as ``t1_MFRGG...`` (26 characters of base32): keyed, and nobody can go back.

    Values that differ in case or in Unicode form only have one token; ``kind`` (``email``) keeps equal values of two kinds
    apart.
    """
    canonical = unicodedata.normalize("NFKC", value).lower().encode()
    digest = hmac.digest(key, b"hub-tok/1\0" + kind.encode() + b"\0" + canonical, "sha256")
    return f"t{version}_{base64.b32encode(digest).decode()[:26]}"


def _pseudonym(rule: FieldRule, path: str, value: Any, tools: Tools) -> Any:
    return _seal(_key(tools, rule), _version(tools, rule), _kind(path), _text(value))


def _seal(key: bytes, version: int, kind: str, value: str) -> str:
    sealed = AESSIV(_siv_key(key)).encrypt(value.encode(), [kind.encode()])
    return f"p{version}_" + base64.b32encode(sealed).decode().rstrip("=")


def _siv_key(key: bytes) -> bytes:
    return hashlib.sha512(b"hub-pseudonym/1\0" + key).digest()


def _generalise(rule: FieldRule, path: str, value: Any, tools: Tools) -> Any:
    text = _text(value)
    if rule.to is None:
        return text[: rule.keep_first]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnusableError("field.not_a_time") from None
    if moment.tzinfo is None:
        raise UnusableError("field.not_a_time")
    return moment.astimezone(UTC).strftime(_KEPT_PART[rule.to])


def _round(rule: FieldRule, path: str, value: Any, tools: Tools) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableError("field.not_a_number")
    step = Decimal(str(rule.step))
    rounded = (Decimal(str(value)) / step).to_integral_value(ROUND_HALF_EVEN) * step
    return int(rounded) if isinstance(value, int) and rounded == int(rounded) else float(rounded)


def _scan(rule: FieldRule, path: str, value: Any, tools: Tools) -> Any:
    text = _text(value)
    if tools.redact is None:
        raise UnusableError("field.not_scanned")
    if rule.max_len is not None and len(text) > rule.max_len:
        raise UnusableError("field.too_long")
    found = tools.redact(text)
    if found.withheld:
        raise UnusableError("field.not_scanned")
    pieces, done = [], 0
    for entity in found.entities:
        if _is_taken_out(rule, entity):
            pieces += [text[done : entity.start], _instead(rule, entity.type, text[entity.start : entity.end], tools)]
            done = entity.end
    return "".join((*pieces, text[done:]))


def _is_taken_out(rule: FieldRule, entity: Entity) -> bool:
    listed = rule.entities is None or entity.type in rule.entities
    return listed and entity.score >= (rule.min_score or 0)


def _instead(rule: FieldRule, type_: str, value: str, tools: Tools) -> str:
    """What stands in a text in place of a piece of personal data."""
    do = rule.with_.get(type_) or rule.with_.get(ANY) or "redact"
    if do == "token":
        return token(_key(tools, rule), _version(tools, rule), type_, value)
    if do == "pseudonym":
        return _seal(_key(tools, rule), _version(tools, rule), type_, value)
    return {"drop": "", "mask": "*" * len(value), "redact": f"<{type_}>"}[do]


_OPERATORS: dict[str, Callable[[FieldRule, str, Any, Tools], Any]] = {
    "keep": _keep,
    "redact": _redact,
    "mask": _mask,
    "token": _token,
    "pseudonym": _pseudonym,
    "generalise": _generalise,
    "round": _round,
    "scan": _scan,
}


def reveal(pseudonym: str, kind: str, key: bytes) -> str:
    """This is the value behind a pseudonym, for the vault's side only; ValueError where key or kind is not the pseudonym's.

    Args:
        pseudonym: what the destination got, such as ``p1_...``.
        kind: the field it was made for (``person.email``), or the entity that it stands for in a text (``PERSON``).
        key: the key of that version of its token scope.
    """
    try:
        sealed = pseudonym.partition("_")[2].upper()
        raw = base64.b32decode(sealed + "=" * (-len(sealed) % 8))
        return AESSIV(_siv_key(key)).decrypt(raw, [_kind(kind).encode()]).decode()
    except (InvalidTag, ValueError):
        raise ValueError("this pseudonym was not made with this key for this field") from None


def _kind(path: str) -> str:
    return path.rpartition(".")[2]


def _key(tools: Tools, rule: FieldRule) -> bytes:
    name = rule.scope or ""
    key = tools.token_key(tools.scopes[name].key_name(name))
    if len(key) < 32:
        raise UnusableError("field.weak_key")
    return key


def _version(tools: Tools, rule: FieldRule) -> int:
    return tools.scopes[rule.scope or ""].key_version


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnusableError("field.not_text")
    return str(value)
