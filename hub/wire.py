"""The wire: connections whose answers end in time and stay within a size, whatever the other side sends.

A read time-out bounds the wait for the next byte only: a server that drips one byte a second holds its caller for days,
with the status line as well as with the body, and a body in chunks announces no length. So the bounds are kept where the
bytes come in, below everything that parses them.
"""

import io
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException, HTTPResponse
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ProtocolError

MOST_INTERIM = 20
"""Interim answers (1xx) that may come before the answer itself."""


@dataclass(frozen=True, slots=True)
class AnswerBounds:
    """What one answer may take.

    Args:
        seconds: from the end of the request to the last byte of the answer.
        size: bytes, as they come over the wire and again once unpacked.
    """

    seconds: float
    size: int


class _BoundedReader(io.RawIOBase):
    """The raw bytes of one answer; raises TimeoutError or ProtocolError at its bounds."""

    def __init__(self, sock: socket.socket, bounds: AnswerBounds) -> None:
        self._socket = sock
        # makefile() keeps the descriptor open where http.client lets go of the socket before the body is read.
        self._file = sock.makefile("rb", buffering=0)
        self._deadline = time.monotonic() + bounds.seconds
        self._patience = sock.gettimeout()
        self._left = bounds.size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("an answer took longer than allowed")
        self._socket.settimeout(remaining if self._patience is None else min(self._patience, remaining))
        count = self._file.readinto(buffer) or 0
        self._left -= count
        if self._left < 0:
            raise ProtocolError("an answer is larger than the allowed maximum")
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _BoundedResponse(HTTPResponse):
    """An answer whose bytes come through a bounded reader."""

    def __init__(self, sock: socket.socket, *args: Any, bounds: AnswerBounds, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        unbounded, self.fp = self.fp, io.BufferedReader(_BoundedReader(sock, bounds))
        unbounded.close()

    def begin(self) -> None:
        """This reads the head of the answer, past interim ones such as 103 Early Hints.

        http.client skips 100 only and takes any other for the answer: the true one would then be that of the next request.
        """
        for _ in range(MOST_INTERIM + 1):
            super().begin()
            if not 100 <= self.status < 200:
                return
            if self.status == 101:
                break  # what follows is no HTTP, and nobody asked for it
            self.headers = self.msg = None  # type: ignore[assignment] # so it stands before the first head is read
        # An exception closes the connection, so that no later request reads what was meant for this one.
        raise HTTPException("an answer that only announces another")


def bounded_pools(bounds: AnswerBounds) -> dict[str, type[HTTPConnectionPool]]:
    """These connection pools, by scheme, hold every answer within ``bounds``."""
    answer = {"response_class": partial(_BoundedResponse, bounds=bounds)}
    http = type("BoundedConnection", (HTTPConnection,), answer)
    https = type("BoundedSecureConnection", (HTTPSConnection,), answer)
    return {
        "http": type("BoundedPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
        "https": type("BoundedSecurePool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
    }


class BoundedBody:
    """An answer's body as ``requests`` reads it, within a size also where it was packed.

    Args:
        raw: urllib3's response.
        size: the most bytes that it may unpack to.
        count: is told the size of each piece.
    """

    def __init__(self, raw: Any, size: int, count: Any) -> None:
        self._raw, self._size, self._count = raw, size, count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, *args: Any, **options: Any) -> Iterator[bytes]:
        """This yields the unpacked body; raises ProtocolError where it is larger than allowed, or comes in no chunks."""
        left = self._size
        try:
            for piece in self._raw.stream(*args, **options):
                left -= len(piece)
                if left < 0:
                    self._raw.close()
                    raise ProtocolError("an answer unpacks to more than the allowed maximum")
                self._count(len(piece))
                yield piece
        except ValueError:  # how urllib3 stumbles over a chunk whose size is below zero
            self._raw.close()
            raise ProtocolError("an answer comes in chunks that are none") from None


def announced_size(headers: Mapping[str, str]) -> int:
    """This is the length that an answer announces; 0 where it announces none that is a number."""
    length = headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0
