"""Where a log's tiles are, and what is in them (C2SP tlog-tiles, https://c2sp.org/tlog-tiles). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from hub.store.bundle import WIDTH, bundle, unbundle

HEIGHT = 8
"""Tree levels that one tile covers."""


def tile_path(level: int, index: int, width: int = 0) -> str:
    """This is the path of a tile; ``width`` 1..255 names a partial one."""
    return f"tile/{level}/{_number(index)}{_partial(width)}"


def entries_path(index: int, width: int = 0) -> str:
    """This is the path of a bundle of entries; ``width`` 1..255 names a partial one."""
    return f"tile/entries/{_number(index)}{_partial(width)}"


def tiles_of(size: int, old: int = 0) -> Iterator[tuple[int, int, int]]:
    """This yields (level, index, width) of every tile of a log with ``size`` entries; width 256 is full.

    Tiles that were full already when the log had ``old`` entries are left out.
    """
    level, nodes = 0, size
    while nodes:
        for index in range((old >> HEIGHT * level) // WIDTH * WIDTH, nodes, WIDTH):
            yield level, index // WIDTH, min(WIDTH, nodes - index)
        level, nodes = level + 1, nodes // WIDTH


def _number(index: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def _partial(width: int) -> str:
    return f".p/{width}" if 0 < width < WIDTH else ""


__all__ = ["HEIGHT", "WIDTH", "bundle", "entries_path", "tile_path", "tiles_of", "unbundle"]
