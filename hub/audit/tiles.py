"""Where a log's tiles are, and what is in them (C2SP tlog-tiles, https://c2sp.org/tlog-tiles). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""

HEIGHT = 8
"""Tree levels that one tile covers."""


def tile_path(level: int, index: int, width: int = 0) -> str:
    """This is the path of a tile; ``width`` 1..255 names a partial one."""
    return f"tile/{level}/{_number(index)}{_partial(width)}"


def entries_path(index: int, width: int = 0) -> str:
    """This is the path of a bundle of entries; ``width`` 1..255 names a partial one."""
    return f"tile/entries/{_number(index)}{_partial(width)}"


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


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """This yields (level, index, width) of every tile of a log with ``size`` entries; width 256 is full."""
    level, nodes = 0, size
    while nodes:
        for index in range(0, nodes, WIDTH):
            yield level, index // WIDTH, min(WIDTH, nodes - index)
        level, nodes = level + 1, nodes // WIDTH


def _number(index: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def _partial(width: int) -> str:
    return f".p/{width}" if 0 < width < WIDTH else ""
