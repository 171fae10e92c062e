"""The tree as it is kept: rows of hashes in tiles of 256 (C2SP tlog-tiles), everything between them computed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from hub.audit.merkle import HASH_BYTES, NodeReader, node_hash
from hub.audit.tiles import HEIGHT, WIDTH
from hub.errors import FatalError

TileReader = Callable[[int, int], bytes]
"""Gives the hashes that the tile at (tile level, index) has so far, one after the other."""

Rows = tuple[tuple[bytes, ...], ...]
"""The rows of a tile: its own hashes first."""

TILE_BYTES = WIDTH * HASH_BYTES


def nodes_of(read: TileReader) -> NodeReader:
    """This finds the hash of any complete subtree, from one tile, which is read once only.

    Raises FatalError where the tile lacks hashes that it should have.
    """
    tiles: dict[tuple[int, int], Rows] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, inside = divmod(level, HEIGHT)
        tile, first = divmod(index << inside, WIDTH)
        if (tile_level, tile) not in tiles:
            tiles[tile_level, tile] = rows_of(read(tile_level, tile))
        row = tiles[tile_level, tile][inside]
        if first >> inside >= len(row):
            raise FatalError(f"the audit tree lacks hashes of tile {tile_level}/{tile}.", fix="Run 'hub audit verify'.")
        return row[first >> inside]

    return node


@lru_cache(maxsize=64)  # the tiles near the root are asked for with every proof
def rows_of(hashes: bytes) -> Rows:
    """These are a tile's own hashes and, row by row, those of the complete subtrees above them, below the next tile."""
    row = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes) - HASH_BYTES + 1, HASH_BYTES)]
    rows = [tuple(row)]
    for _ in range(HEIGHT - 1):
        row = list(map(node_hash, row[::2], row[1::2]))
        rows.append(tuple(row))
    return tuple(rows)


def subtree_root(hashes: bytes) -> bytes:
    """This is the root over a power of two of hashes that stand one after the other."""
    row = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    while len(row) > 1:
        row = list(map(node_hash, row[::2], row[1::2]))
    return row[0]


def grow(size: int, leaves: Sequence[bytes], read: TileReader) -> dict[tuple[int, int], bytes]:
    """These tiles, by (tile level, index), are new or longer when leaf hashes are put behind ``size`` others.

    Raises FatalError where the tile at the tree's edge has not as many hashes as the size says.
    """
    tiles: dict[tuple[int, int], bytes] = {}
    level, fresh = 0, list(leaves)
    while fresh:
        index, have = divmod(size, WIDTH)
        edge = read(level, index) if have else b""
        if len(edge) != have * HASH_BYTES:
            raise FatalError(f"the audit tree's tile {level}/{index} is damaged.", fix="Run 'hub audit verify'.")
        row = edge + b"".join(fresh)
        cut = [row[at : at + TILE_BYTES] for at in range(0, len(row), TILE_BYTES)]
        tiles.update({(level, index + place): tile for place, tile in enumerate(cut)})
        fresh = [subtree_root(tile) for tile in cut if len(tile) == TILE_BYTES]
        level, size = level + 1, size // WIDTH
    return tiles
