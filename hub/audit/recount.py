"""Counts a log over again from its entries alone, and says where what rests of it differs. Pure but for what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hub.audit.merkle import EMPTY_ROOT, leaf_hash, root
from hub.audit.tiles import WIDTH
from hub.audit.tree import TILE_BYTES, TileReader, grow, nodes_of

LeafReader = Callable[[int, int], Sequence[tuple[int, bytes]]]
"""Gives the next entries as (index, bytes), from an index on, at most so many."""

PAGE = 10 * WIDTH


@dataclass(frozen=True, slots=True)
class Recount:
    """What was counted: how many entries, the root over them, and the first ``problem``, None where all is in place.

    ``roots`` holds the root at each of the smaller sizes that were asked for.
    """

    size: int
    root: bytes
    problem: str | None
    roots: dict[int, bytes]


def recount(read_leaves: LeafReader, read_tile: TileReader, *, at: Sequence[int] = ()) -> Recount:
    """This makes the whole tree again, compares each tile with the one that rests, and gives the root.

    ``at`` asks for the roots of earlier sizes on the way. Memory grows by a byte for eight entries.
    """
    tiles: dict[tuple[int, int], bytes] = {}
    roots = {0: EMPTY_ROOT}
    size, problem = 0, None

    def edge(level: int, index: int) -> bytes:
        return tiles.get((level, index), b"")

    for leaves in _pages(read_leaves, sorted(at)):
        if leaves is None:
            return Recount(size, _root(size, tiles), f"entry {size} is missing", roots)
        fresh = grow(size, [leaf_hash(leaf) for leaf in leaves], edge)
        problem = problem or _differs(fresh, read_tile)
        tiles.update(fresh)
        for place in [place for place, tile in fresh.items() if place[0] == 0 and len(tile) == TILE_BYTES]:
            del tiles[place]
        size += len(leaves)
        if size in at:
            roots[size] = _root(size, tiles)
    problem = problem or _differs(
        {place: tile for place, tile in tiles.items() if len(tile) < TILE_BYTES}, read_tile, edge=True
    )
    return Recount(size, _root(size, tiles), problem, roots)


def _pages(read: LeafReader, stops: Sequence[int]) -> Iterator[list[bytes] | None]:
    size, waiting = 0, list(stops)
    while True:
        while waiting and waiting[0] <= size:
            waiting.pop(0)
        rows = read(size, min(PAGE, waiting[0] - size) if waiting else PAGE)
        if not rows:
            return
        if [index for index, _ in rows] != list(range(size, size + len(rows))):
            yield None
            return
        yield [leaf for _, leaf in rows]
        size += len(rows)


def _differs(tiles: dict[tuple[int, int], bytes], read: TileReader, *, edge: bool = False) -> str | None:
    for (level, index), tile in sorted(tiles.items()):
        if (edge or len(tile) == TILE_BYTES) and read(level, index) != tile:
            return f"the tree's tile {level}/{index} is not what its entries say"
    return None


def _root(size: int, tiles: dict[tuple[int, int], bytes]) -> bytes:
    return root(size, nodes_of(lambda level, index: tiles.get((level, index), b"")))
