"""What a simulator receives and answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came over the wire."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The last value of each query parameter."""
        return {name: values[-1] for name, values in parse_qs(self.query_string, keep_blank_values=True).items()}

    def json(self) -> Any:
        """The parsed body; raises ValueError."""
        return json.loads(self.body or b"null")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: ``body`` is sent as JSON unless it is text or bytes; ``repeat_headers`` sends each header twice."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeat_headers: bool = False

    def parsed(self) -> Any:
        """This is a copy of the JSON body as a client gets it; raises ValueError where it is none."""
        return json.loads(self.encode()[0] or b"null")

    def encode(self) -> tuple[bytes, str]:
        """The body's bytes and its media type."""
        if isinstance(self.body, bytes):
            return self.body, "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), "text/plain; charset=utf-8"
        return (b"" if self.body is None else json.dumps(self.body).encode()), "application/json; charset=utf-8"
