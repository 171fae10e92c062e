import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.audit import merkle
from hub.audit.tree import grow, nodes_of
from hub.errors import FatalError


def build(*steps):
    tiles, size = {}, 0
    for step in steps:
        leaves = [merkle.leaf_hash(str(index).encode()) for index in range(size, size + step)]
        tiles.update(grow(size, leaves, lambda level, index: tiles.get((level, index), b"")))
        size += step
    return tiles


def reader(tiles):
    return nodes_of(lambda level, index: tiles.get((level, index), b""))


def naive_root(leaves):
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return merkle.leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


READ = reader(build(130))
LEAVES = [str(index).encode() for index in range(130)]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 64, 100, 130])
def test_root_is_the_recursive_definition(size):
    assert merkle.root(size, READ) == naive_root(LEAVES[:size])


@given(st.integers(1, 130).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_every_inclusion_proof_verifies_and_no_other_leaf_does(case):
    index, size = case
    proof, root = merkle.inclusion_proof(index, size, READ), merkle.root(size, READ)
    assert merkle.verify_inclusion(index, size, merkle.leaf_hash(LEAVES[index]), proof, root)
    assert not merkle.verify_inclusion(index, size, merkle.leaf_hash(b"other"), proof, root)
    assert not merkle.verify_inclusion(index, size, merkle.leaf_hash(LEAVES[index]), [*proof, root], root)
    assert size == 1 or not merkle.verify_inclusion(index, size, merkle.leaf_hash(LEAVES[index]), proof[:-1], root)


@given(st.integers(1, 130).flatmap(lambda new: st.tuples(st.integers(1, new), st.just(new))))
def test_every_consistency_proof_verifies_and_no_other_root_does(case):
    old, new = case
    proof = merkle.consistency_proof(old, new, READ)
    roots = merkle.root(old, READ), merkle.root(new, READ)
    assert merkle.verify_consistency(old, new, *roots, proof)
    assert not merkle.verify_consistency(old, new, bytes(32), roots[1], proof)
    assert not merkle.verify_consistency(old, new, roots[0], bytes(32), proof)
    assert not merkle.verify_consistency(old, new, *roots, [*proof, bytes(32)])


def test_short_hashes_are_refused():
    assert not merkle.verify_consistency(1, 1, b"short-root-1", b"short-root-1", [])


@given(st.lists(st.integers(1, 400), min_size=1, max_size=4))
def test_a_tree_does_not_depend_on_the_steps_in_which_it_grew(steps):
    assert build(*steps) == build(sum(steps))


def test_a_tree_of_many_tiles_is_the_recursive_definition():
    leaves = [str(index).encode() for index in range(66_000)]
    read = reader(build(65_000, 1_000))
    for size in (255, 256, 257, 511, 65_535, 65_536, 65_537, 66_000):
        assert merkle.root(size, read) == naive_root(leaves[:size])


def test_a_damaged_tile_is_not_built_upon():
    tiles = build(300)
    tiles[0, 1] = tiles[0, 1][:-32]
    with pytest.raises(FatalError, match="damaged"):
        grow(300, [bytes(32)], lambda level, index: tiles.get((level, index), b""))
    with pytest.raises(FatalError, match="lacks"):
        merkle.root(300, reader(tiles))
