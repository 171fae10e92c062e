import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.audit import merkle


def build(count):
    nodes = {}
    for index in range(count):
        digest = merkle.leaf_hash(str(index).encode())
        for level, place, node in merkle.new_nodes(index, digest, lambda a, b: nodes[a, b]):
            nodes[level, place] = node
    return lambda level, index: nodes[level, index]


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


READ = build(130)
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
