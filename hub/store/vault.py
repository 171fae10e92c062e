"""The vault: every key of the hub derived from one root key, and what is done with them. No SQL, no clock."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from hub.errors import ConfigError, PolicyError
from hub.schema import Identifier

KEY_BYTES = 32
"""Length of the root key, of every subkey and of every person's key."""

_NONCE_BYTES = 12
_FORMAT = b"\x02"
_OLD_FORMAT = b"\x01"  # bound to its place, not yet to the tenant; still opened
_LOOKUP_CHARS = 40  # 160 bits: no collision among billions of identifiers
_REF_CHARS = 32  # 128 bits
_NEAR_CHARS = 12  # 48 of them are shared by neighbours: more blocks than any vendor has
_NEAR_TAIL = 2  # characters in which neighbours differ: a hundred numbers, some thousand ids with letters


class _Keyed:
    """Keyed hashes under one key. What has been taken in once, the key or the first parts, is copied, not taken in anew."""

    def __init__(self, key: bytes) -> None:
        self._key = HMAC(key, SHA256())
        self._begun: dict[tuple[str, ...], HMAC] = {}
        self._near: dict[tuple[str, ...], tuple[str, str]] = {}

    def hash_near(self, parts: tuple[str, ...]) -> str:
        """This is the hash of parts whose first digits are the same for all whose last part differs in its end only."""
        *first, last = parts
        place, begin = ("near", *first), last[:-_NEAR_TAIL]
        known = self._near.get(place)
        if known is None or known[0] != begin:
            known = self._near[place] = (begin, self.hash_last((*place, begin))[:_NEAR_CHARS])
        return known[1] + self.hash_last(parts)[_NEAR_CHARS:]

    def hash(self, parts: tuple[str, ...]) -> str:
        """This is the hash of parts of which any may be new."""
        fresh = self._key.copy()
        fresh.update(b"".join(map(_framed, parts)))
        return fresh.finalize().hex()

    def hash_last(self, parts: tuple[str, ...]) -> str:
        """This is the same hash, of parts of which only the last changes from call to call."""
        first = parts[:-1]
        begun = self._begun.get(first)
        if begun is None:
            begun = self._begun[first] = self._key.copy()
            begun.update(b"".join(map(_framed, first)))
        fresh = begun.copy()
        fresh.update(_framed(parts[-1]))
        return fresh.finalize().hex()


def _framed(part: str) -> bytes:
    # Each part carries its length, so that ("ab", "c") and ("a", "bc") never meet.
    encoded = part.encode()
    return len(encoded).to_bytes(4, "big") + encoded


class Vault:
    """A holder of keys that seals, opens and makes keyed hashes; it never shows a key.

    Args:
        root_key: 32 random bytes; every subkey is HKDF-SHA256 of it under a label.
        epoch: number of the key-encryption key that wraps persons' keys from now on.
        epoch_keys: key-encryption secrets by epoch (32 bytes each), kept apart from the root key so that an old one can be
            destroyed and with it every backup's wrapped keys. Without it they are derived from the root key.
        refresh: gives epoch and keys anew, because another process may have begun an epoch since.
        source: which setting the root key came from, for errors.
        tenant: whose data it is; what was sealed for one tenant opens for no other.

    Raises ConfigError where a key has the wrong length or the current epoch has no key.
    """

    def __init__(
        self,
        root_key: bytes,
        *,
        epoch: int = 1,
        epoch_keys: Mapping[int, bytes] | None = None,
        refresh: Callable[[], tuple[int, Mapping[int, bytes]]] | None = None,
        source: str = "root_key",
        tenant: str = "",
    ) -> None:
        for key in (root_key, *(epoch_keys or {}).values()):
            if len(key) != KEY_BYTES:
                raise ConfigError(f"A root or epoch key has {len(key)} bytes.", fix=f"Give exactly {KEY_BYTES} bytes.")
        self.epoch = epoch
        self._root = root_key
        self.source = source
        self._bound = f"|{tenant}|2"
        self._refresh = refresh
        self._derived = epoch_keys is None
        self._keks = dict(epoch_keys or {})
        self._lookup = _Keyed(self._derive("lookup"))
        self._ref = _Keyed(self._derive("ref"))
        self._suppress = _Keyed(self._derive("suppress"))
        self._tenant_key = self._derive("tenant")
        self._tokens: dict[str, bytes] = {}
        self.scattered = False
        """Whether references to vendor records have nothing in common, as in databases of before they had; see 0060."""
        self._kek(epoch)

    def __repr__(self) -> str:
        return f"Vault(epoch={self.epoch})"

    def lookup(self, kind: str, value: str) -> str:
        """This is the keyed hash by which an identifier is found: 40 hexadecimal digits, the same for ever."""
        return self._lookup.hash_last((kind, value))[:_LOOKUP_CHARS]

    def lookup_identifier(self, identifier: Identifier) -> str:
        """This is the lookup of a normalised identifier; its issuer is part of its kind."""
        return self.lookup(_identifier_kind(identifier), identifier.value)

    def ref(self, *parts: str) -> str:
        """This is the keyed hash of ``parts``, 32 hexadecimal digits, for record ids and references to vendor records."""
        return self._ref.hash(parts)[:_REF_CHARS]

    def source_ref(self, connection: str, stream: str, key: str) -> str:
        """This is the reference of one vendor record, as the ledger and ``records.of_source`` know it."""
        return self._of_vendor(("source", connection, stream, key))

    def record_id(self, kind: str, connection: str, key: str) -> str:
        """This is the hub's id for a vendor record's canonical record of a kind."""
        return self._of_vendor((kind, connection, key))

    def _of_vendor(self, parts: tuple[str, ...]) -> str:
        return (self._ref.hash_last if self.scattered else self._ref.hash_near)(parts)[:_REF_CHARS]

    def suppress(self, kind: str, value: str) -> str:
        """This is the hash of an identifier on the suppression list; its key differs from that of ``lookup``."""
        return self._suppress.hash_last((kind, value))[:_LOOKUP_CHARS]

    def suppress_identifier(self, identifier: Identifier) -> str:
        """This is the suppression hash of a normalised identifier."""
        return self.suppress(_identifier_kind(identifier), identifier.value)

    def token_key(self, scope: str) -> bytes:
        """This is the 32-byte key that makes tokens for one scope; two scopes can never be joined."""
        if scope not in self._tokens:
            self._tokens[scope] = self._derive(f"token/{scope}")
        return self._tokens[scope]

    def new_key(self) -> tuple[bytes, bytes]:
        """This makes a person's key: the key itself, and the same wrapped (AES-KW) under the current epoch."""
        dek = os.urandom(KEY_BYTES)
        return dek, self._wrap(dek)

    def follow(self, epoch: int) -> None:
        """This takes up the epoch that the database says is current; raises ConfigError where its key is not at hand."""
        if epoch != self.epoch:
            self._read_again()
        if epoch > self.epoch:
            self._kek(epoch)
            self.epoch = epoch

    def unwrap(self, wrapped: bytes) -> bytes:
        """This opens a wrapped key; raises ConfigError where the root key or the epoch's key is not the one that wrapped it."""
        try:
            return self._unwrap(wrapped)
        except InvalidUnwrap:
            raise ConfigError(
                f"{self.source}: the root key, or the file of epoch keys, does not open the keys in this database; "
                "nothing was changed.",
                fix="Start the hub with the root key and the epoch keys that this database was made with.",
            ) from None

    def rewrap(self, wrapped: bytes) -> bytes:
        """This wraps a key again under the current epoch."""
        return self._wrap(self.unwrap(wrapped))

    def seal(self, dek: bytes | AESGCM, data: bytes, aad: str) -> bytes:
        """This encrypts with AES-256-GCM under a person's key; ``aad`` names the place where the result rests.

        Place, tenant and format are bound to it: moved anywhere else, it does not open.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + _cipher(dek).encrypt(nonce, data, (aad + self._bound).encode())

    def open(self, dek: bytes | AESGCM, sealed: bytes, aad: str) -> bytes:
        """This decrypts; raises PolicyError where the key, the place or a single bit differs."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            if sealed[:1] not in (_FORMAT, _OLD_FORMAT) or len(nonce) < _NONCE_BYTES:
                raise InvalidTag
            bound = aad + self._bound if sealed[:1] == _FORMAT else aad
            return _cipher(dek).decrypt(nonce, body, bound.encode())
        except InvalidTag:
            raise PolicyError(
                f"A sealed value ({aad.split('|', 1)[0]}) cannot be opened with this key.",
                reason="vault.unreadable",
                fix="Check the root key, and that nobody edited the database; nothing was changed.",
            ) from None

    def seal_tenant(self, data: bytes, aad: str) -> bytes:
        """This encrypts what belongs to no person (cursors, quarantined vendor keys) under the hub's own key."""
        return self.seal(self._tenant_key, data, aad)

    def open_tenant(self, sealed: bytes, aad: str) -> bytes:
        """This decrypts what ``seal_tenant`` made; raises PolicyError."""
        return self.open(self._tenant_key, sealed, aad)

    def _wrap(self, dek: bytes) -> bytes:
        return self.epoch.to_bytes(4, "big") + aes_key_wrap(self._kek(self.epoch), dek)

    def _unwrap(self, wrapped: bytes) -> bytes:
        try:
            return aes_key_unwrap(self._kek(epoch_of(wrapped)), wrapped[4:])
        except InvalidUnwrap:
            if not self._derived:
                raise
            with suppress(ConfigError):  # another process may have made the file of epoch keys since
                self._read_again()
            return aes_key_unwrap(self._kek(epoch_of(wrapped)), wrapped[4:])

    def _kek(self, epoch: int) -> bytes:
        if epoch not in self._keks and not self._derived:
            self._read_again()
        if epoch not in self._keks:
            if not self._derived:
                raise ConfigError(
                    f"There is no key of epoch {epoch}: it was destroyed, or keys.epochs is not this database's file.",
                    fix="Where this is an old backup: 'hub restore'. Else restore the file from its own copy.",
                )
            self._keks[epoch] = self.derived_kek(epoch)
        return self._keks[epoch]

    def has_epoch(self, epoch: int) -> bool:
        """This tells whether the key of an epoch is at hand; one that was destroyed is not."""
        try:
            self._kek(epoch)
        except ConfigError:
            return False
        return True

    def derived_kek(self, epoch: int) -> bytes:
        """This is the key of an epoch in a deployment that has no file of epoch keys yet."""
        return self._derive(f"kek/{epoch}")

    def _read_again(self) -> None:
        if self._refresh is not None:
            self.epoch, keys = self._refresh()
            self._keks, self._derived = dict(keys), False

    def _derive(self, label: str) -> bytes:
        return derive(self._root, label)


def derive(root_key: bytes, label: str) -> bytes:
    """This is the subkey of a root key under a label."""
    info = f"attune/1/{label}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(root_key)


def epoch_of(wrapped: bytes) -> int:
    """This is the number of the epoch that a key was wrapped under."""
    return int.from_bytes(wrapped[:4], "big")


def _cipher(dek: bytes | AESGCM) -> AESGCM:
    return AESGCM(dek) if isinstance(dek, bytes) else dek


def _identifier_kind(identifier: Identifier) -> str:
    return f"{identifier.kind}:{identifier.issuer}" if identifier.issuer else str(identifier.kind)
