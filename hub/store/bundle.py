"""Bundles of audit leaves, as the log rests and as it is published (C2SP tlog-tiles, https://c2sp.org/tlog-tiles). Pure."""

from collections.abc import Iterable, Iterator

WIDTH = 256
"""Leaves in a full bundle, hashes in a full tile."""

LONGEST = 0xFFFF
"""Bytes of the longest leaf: its length is written in two."""


def bundle(leaves: Iterable[bytes]) -> bytes:
    """This is a bundle: each entry behind its length as two big-endian bytes; raises ValueError above 65,535 bytes."""
    parts = []
    for leaf in leaves:
        if len(leaf) > LONGEST:
            raise ValueError("an entry is longer than 65,535 bytes")
        parts.append(len(leaf).to_bytes(2, "big") + leaf)
    return b"".join(parts)


def unbundle(data: bytes) -> Iterator[bytes]:
    """This yields the entries of a bundle; raises ValueError where it ends in the middle of one."""
    position = 0
    while position < len(data):
        end = position + 2 + int.from_bytes(data[position : position + 2], "big")
        if end > len(data):
            raise ValueError("a bundle of entries ends in the middle of one")
        yield data[position + 2 : end]
        position = end


def leaf_at(data: bytes, place: int) -> bytes:
    """This is one entry of a bundle, from 0; raises ValueError where the bundle ends before it."""
    position = 0
    for _ in range(place):
        position += 2 + (data[position] << 8) + data[position + 1] if position + 1 < len(data) else 2
    end = position + 2 + int.from_bytes(data[position : position + 2], "big")
    if position + 2 > len(data) or end > len(data):
        raise ValueError("a bundle of entries ends before this one")
    return data[position + 2 : end]
