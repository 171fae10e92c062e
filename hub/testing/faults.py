"""Scripted faults: what a simulator does wrong, to which calls, and how often.

Each fault has a named constructor, and the same three words say when it strikes::

    simulator.faults.add(Fault.throttled("GET /items*", retry_after=30))            # the next matching call
    simulator.faults.add(Fault.html("*", times=-1))                                 # every call
    simulator.faults.add(Fault.committed_then_reset("POST *", after=2))             # the third matching call

``Fault.refused`` and ``Fault.throttled`` answer in the vendor's own error shape: see ``Simulator.refusal``.
"""

from __future__ import annotations

import fnmatch
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Literal, Self

from hub.testing.reply import Reply

FaultKind = Literal[
    "reply", "refuse", "change", "reset", "truncate", "slow", "drip", "endless", "commit_then_reset",
    "commit_then_slow", "early", "odd_chunks",
]  # fmt: skip

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_HTML = "<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong; the class methods make all kinds of it.

    Args:
        match: shell pattern for "METHOD /path", such as ``GET /api/v2/incremental/*``.
        kind: ``reply`` answers with ``reply`` instead of the vendor, and nothing happens at the vendor; ``refuse`` does so
            in the vendor's own error shape; ``change`` lets the vendor answer and alters the answer; ``reset`` cuts the
            connection before the request has an effect, ``commit_then_reset`` after it; ``commit_then_slow`` answers late;
            ``truncate`` sends half of the true body; ``slow`` waits first; ``drip`` sends the true body byte by byte,
            ``endless`` never stops sending; ``early`` sends interim answers before the true one, ``odd_chunks`` the true
            one in chunks of a size below zero.
        reply: the answer of kind ``reply``; status and headers of kind ``refuse``.
        times: how many matching calls it hits; -1 for all.
        after: how many matching calls go well first.
        seconds: real seconds that ``slow`` and ``commit_then_slow`` wait, and ``drip`` between two bytes.
        change: makes the answer of kind ``change`` from the vendor's own.
    """

    match: str
    kind: FaultKind = "reply"
    reply: Reply | None = None
    times: int = 1
    after: int = 0
    seconds: float = 0.0
    change: Callable[[Reply], Reply] | None = None

    def hits(self, call: str) -> bool:
        """This counts a matching call down and tells whether the fault strikes now."""
        if self.times == 0 or not fnmatch.fnmatchcase(call, self.match):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1 if self.times > 0 else 0
        return True

    # ---- refusals ---------------------------------------------------------------------------------------------------

    @classmethod
    def throttled(
        cls, match: str = "*", *, retry_after: float | datetime | None = None, headers: Mapping[str, str] | None = None,
        times: int = 1, after: int = 0,
    ) -> Self:  # fmt: skip
        """This is a 429; ``retry_after`` is seconds or an instant, ``headers`` the vendor's own (a reset time)."""
        told = dict(headers or {})
        if isinstance(retry_after, datetime):
            told["Retry-After"] = format_datetime(retry_after, usegmt=True)
        elif retry_after is not None:
            told["Retry-After"] = f"{retry_after:g}"
        return cls(match, "refuse", Reply(429, None, told), times, after)

    @classmethod
    def refused(cls, match: str = "*", *, status: int, times: int = 1, after: int = 0) -> Self:
        """This is any status in the vendor's own error shape, with nothing done: 401, 403, 500, 502, 503."""
        return cls(match, "refuse", Reply(status), times, after)

    @classmethod
    def redirected(cls, match: str = "*", *, to: str, status: int = 302, times: int = 1, after: int = 0) -> Self:
        """This sends the caller elsewhere."""
        return cls(match, "reply", Reply(status, None, {"Location": to}), times, after)

    # ---- answers that are none --------------------------------------------------------------------------------------

    @classmethod
    def answers(
        cls, match: str = "*", *, body: Any, status: int = 200, headers: Mapping[str, str] | None = None,
        times: int = 1, after: int = 0,
    ) -> Self:  # fmt: skip
        """This answers with ``body`` (JSON unless text or bytes), whatever was asked: ``null``, a list, a number."""
        return cls(match, "reply", Reply(status, body, headers or {}), times, after)

    @classmethod
    def html(cls, match: str = "*", *, status: int = 200, times: int = 1, after: int = 0) -> Self:
        """This is a web page where JSON is due, as maintenance and login walls give."""
        return cls(match, "reply", Reply(status, _HTML, {"Content-Type": "text/html; charset=utf-8"}), times, after)

    @classmethod
    def empty(cls, match: str = "*", *, status: int = 200, times: int = 1, after: int = 0) -> Self:
        """This is an answer without a body."""
        return cls(match, "reply", Reply(status), times, after)

    @classmethod
    def malformed(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This is JSON that breaks off, in a complete answer."""
        return cls(match, "reply", Reply(200, '{"data": [{"id": "1", "te', _JSON), times, after)

    @classmethod
    def nested(cls, match: str = "*", *, depth: int = 100_000, times: int = 1, after: int = 0) -> Self:
        """This is JSON that is nested deeper than a parser goes."""
        return cls(match, "reply", Reply(200, '{"a":' * depth + "1" + "}" * depth, _JSON), times, after)

    # ---- the true answer, spoilt ------------------------------------------------------------------------------------

    @classmethod
    def changed(cls, match: str = "*", *, change: Callable[[Any], Any], times: int = 1, after: int = 0) -> Self:
        """This alters the parsed body of the vendor's own answers of 2xx: links to other hosts, renamed fields."""
        return cls(match, "change", None, times, after, change=lambda reply: _with_body(reply, change))

    @classmethod
    def truncated(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This announces the whole answer and sends half of it."""
        return cls(match, "truncate", None, times, after)

    @classmethod
    def garbled(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This sends the true answer with a byte that is not UTF-8."""
        return cls(
            match, "change", None, times, after, change=lambda reply: _raw(reply, lambda body: body + b"\xff\xfe")
        )

    @classmethod
    def with_bom(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This sends the true answer behind a byte order mark."""
        return cls(match, "change", None, times, after, change=lambda reply: _raw(reply, b"\xef\xbb\xbf".__add__))

    @classmethod
    def corrupt_gzip(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This sends the true answer as gzip with a damaged middle."""
        return cls(match, "change", None, times, after, change=_damaged)

    @classmethod
    def repeated_headers(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This sends the true answer with each of its own headers twice."""
        return cls(match, "change", None, times, after, change=_doubled)

    @classmethod
    def early(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This sends 103 Early Hints and 102 Processing first, as some proxies do, and the true answer a little later."""
        return cls(match, "early", None, times, after, 0.02)

    @classmethod
    def odd_chunks(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This sends the true answer in a chunk whose size is below zero."""
        return cls(match, "odd_chunks", None, times, after)

    # ---- the connection ---------------------------------------------------------------------------------------------

    @classmethod
    def reset(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This cuts the connection before the request has an effect."""
        return cls(match, "reset", None, times, after)

    @classmethod
    def slow(cls, match: str = "*", *, seconds: float, times: int = 1, after: int = 0) -> Self:
        """This waits before the vendor does anything."""
        return cls(match, "slow", None, times, after, seconds)

    @classmethod
    def drip(cls, match: str = "*", *, seconds: float = 0.05, times: int = 1, after: int = 0) -> Self:
        """This sends the true answer byte by byte, so that no single read ever times out."""
        return cls(match, "drip", None, times, after, seconds)

    @classmethod
    def endless(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This sends an answer in chunks that never ends and names no length."""
        return cls(match, "endless", None, times, after)

    @classmethod
    def committed_then_reset(cls, match: str = "*", *, times: int = 1, after: int = 0) -> Self:
        """This lets the request have its effect and cuts the connection instead of answering."""
        return cls(match, "commit_then_reset", None, times, after)

    @classmethod
    def committed_then_slow(cls, match: str = "*", *, seconds: float, times: int = 1, after: int = 0) -> Self:
        """This lets the request have its effect and answers only when nobody listens any more."""
        return cls(match, "commit_then_slow", None, times, after, seconds)


@dataclass(slots=True)
class FaultScript:
    """The faults of one simulator, first match first."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """This appends a fault."""
        self.faults.append(fault)

    def clear(self) -> None:
        """This ends all faults."""
        self.faults.clear()

    def next(self, call: str) -> Fault | None:
        """This is the fault that strikes ``call`` ("METHOD /path"), if any."""
        return next((fault for fault in self.faults if fault.hits(call)), None)


def _with_body(reply: Reply, change: Callable[[Any], Any]) -> Reply:
    return reply if reply.status >= 300 else Reply(reply.status, change(reply.parsed()), reply.headers)


def _raw(reply: Reply, change: Callable[[bytes], bytes]) -> Reply:
    body, media_type = reply.encode()
    return Reply(reply.status, change(body), {"Content-Type": media_type, **reply.headers})


def _damaged(reply: Reply) -> Reply:
    def spoil(body: bytes) -> bytes:
        packed = bytearray(gzip.compress(body))
        packed[len(packed) // 2] ^= 0xFF
        packed[-6] ^= 0xFF
        return bytes(packed)

    spoilt = _raw(reply, spoil)
    return Reply(spoilt.status, spoilt.body, {**spoilt.headers, "Content-Encoding": "gzip"})


def _doubled(reply: Reply) -> Reply:
    _, media_type = reply.encode()
    headers = {"Content-Type": media_type, **reply.headers}
    return Reply(reply.status, reply.body, headers, repeat_headers=True)
