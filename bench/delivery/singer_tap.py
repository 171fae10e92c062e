"""A Singer tap over the feed: ``python singer_tap.py RECORDS PER_PERSON`` writes SCHEMA, RECORD and STATE messages."""

from __future__ import annotations

import json
import sys

from feed import Feed

STATE_EVERY = 10_000


def main(records: int, per_person: int) -> None:
    """This writes both streams to standard output."""
    feed = Feed(records, per_person)
    for stream in ("members", "activities"):
        first = next(feed.read(stream), None)
        if first is None:
            continue
        schema = {"type": "object", "properties": {name: _type(value) for name, value in first.items()}}
        _say({"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": ["id"]})
        for number, record in enumerate(feed.read(stream), start=1):
            _say({"type": "RECORD", "stream": stream, "record": record})
            if number % STATE_EVERY == 0:
                _say({"type": "STATE", "value": {stream: number}})
    _say({"type": "STATE", "value": {"done": True}})


def _type(value: object) -> dict[str, object]:
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: _type(inner) for name, inner in value.items()}}
    kinds = {bool: "boolean", int: "integer", str: "string"}
    return {"type": ["null", kinds[type(value)]]}


def _say(message: object) -> None:
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
