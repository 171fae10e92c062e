"""Bundles of audit leaves, as the log rests and as it is published (C2SP tlog-tiles, https://c2sp.org/tlog-tiles). Pure."""

from collections.abc import Iterable, Iterator

WIDTH = 256
"""Leaves in a full bundle, hashes in a full tile."""


def bundle(leaves: Iterable[bytes]) -> bytes:
    """This is a bundle: each entry behind its length as two big-endian bytes; raises ValueError above 65,535 bytes."""
    parts = []
    for leaf in leaves:
        if len(leaf) > 0xFFFF:
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
