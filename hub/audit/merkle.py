"""The Merkle tree of RFC 6962 section 2.1: hashes, inclusion and consistency proofs. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

NodeReader = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree at (level, index): 2**level leaves, beginning at leaf index * 2**level."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32


def leaf_hash(leaf: bytes) -> bytes:
    """This is the hash of one entry."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """This is the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(size: int, read: NodeReader) -> bytes:
    """This is the root of the first ``size`` leaves."""
    return _range(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """This proves that the leaf at ``index`` is in the tree of ``size`` leaves; raises ValueError outside of it."""
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not in a log of {size} entries")
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range(middle, high, read))
            high = middle
        else:
            path.append(_range(low, middle, read))
            low = middle
    return path[::-1]


def consistency_proof(old: int, new: int, read: NodeReader) -> list[bytes]:
    """This proves that the tree of ``new`` leaves begins with the tree of ``old`` leaves; raises ValueError."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof from {old} to {new} entries")
    path, low, high, whole = [], 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range(middle, high, read))
            high = middle
        else:
            path.append(_range(low, middle, read))
            low, whole = middle, False
    return ([] if whole else [_range(low, high, read)]) + path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected: bytes) -> bool:
    """This checks an inclusion proof for a leaf hash (RFC 9162 section 2.1.3.2); False for anything malformed."""
    if not 0 <= index < size or any(len(part) != HASH_BYTES for part in (leaf, expected, *proof)):
        return False
    fn, sn, digest = index, size - 1, leaf
    for part in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            digest = node_hash(part, digest)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            digest = node_hash(digest, part)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and digest == expected


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """This checks a consistency proof (RFC 9162 section 2.1.4.2); False for anything malformed."""
    if any(len(part) != HASH_BYTES for part in (old_root, new_root, *proof)) or not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if not proof:
        return False
    parts = list(proof) if old & (old - 1) else [old_root, *proof]
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return _fold(fn, sn, parts) == (old_root, new_root)


def _fold(fn: int, sn: int, parts: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    first = second = parts[0]
    for part in parts[1:]:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            first, second = node_hash(part, first), node_hash(part, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, part)
        fn, sn = fn >> 1, sn >> 1
    return (first, second) if sn == 0 else None


def _split(width: int) -> int:
    """The largest power of two below ``width``."""
    return 1 << (width - 1).bit_length() - 1


def _range(low: int, high: int, read: NodeReader) -> bytes:
    width = high - low
    if width & (width - 1) == 0 and low % width == 0:
        level = width.bit_length() - 1
        return read(level, low >> level)
    middle = low + _split(width)
    return node_hash(_range(low, middle, read), _range(middle, high, read))
