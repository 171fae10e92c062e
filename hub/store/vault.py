"""The vault: every key of the hub derived from one root key, and what is done with them. No SQL, no clock."""

import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from hub.errors import ConfigError, PolicyError
from hub.schema import Identifier

KEY_BYTES = 32
"""Length of the root key, of every subkey and of every person's key."""

_NONCE_BYTES = 12
_FORMAT = b"\x01"
_LOOKUP_CHARS = 40  # 160 bits: no collision among billions of identifiers
_REF_CHARS = 32  # 128 bits


Keyed = hmac.HMAC
"""A hash that has taken in its key already: copying it is quicker than keying one anew for each value."""


def _keyed(key: bytes) -> Keyed:
    return hmac.new(key, digestmod="sha256")


def _hash(keyed: Keyed, parts: tuple[str, ...]) -> str:
    framed = b""
    for part in parts:
        # Each part carries its length, so that ("ab", "c") and ("a", "bc") never meet.
        encoded = part.encode()
        framed += len(encoded).to_bytes(4, "big") + encoded
    fresh = keyed.copy()
    fresh.update(framed)
    return fresh.hexdigest()


class Vault:
    """A holder of keys that seals, opens and makes keyed hashes; it never shows a key.

    Args:
        root_key: 32 random bytes; every subkey is HKDF-SHA256 of it under a label.
        epoch: number of the key-encryption key that wraps persons' keys from now on.
        epoch_keys: key-encryption secrets by epoch (32 bytes each), kept apart from the root key so that an old one can be
            destroyed and with it every backup's wrapped keys. Without it they are derived from the root key.

    Raises ConfigError where a key has the wrong length or the current epoch has no key.
    """

    def __init__(self, root_key: bytes, *, epoch: int = 1, epoch_keys: Mapping[int, bytes] | None = None) -> None:
        for key in (root_key, *(epoch_keys or {}).values()):
            if len(key) != KEY_BYTES:
                raise ConfigError(f"A root or epoch key has {len(key)} bytes.", fix=f"Give exactly {KEY_BYTES} bytes.")
        self.epoch = epoch
        self._root = root_key
        self._derived = epoch_keys is None
        self._keks = dict(epoch_keys or {})
        self._lookup = _keyed(self._derive("lookup"))
        self._ref = _keyed(self._derive("ref"))
        self._suppress = _keyed(self._derive("suppress"))
        self._tenant_key = self._derive("tenant")
        self._tokens: dict[str, bytes] = {}
        self._kek(epoch)

    def __repr__(self) -> str:
        return f"Vault(epoch={self.epoch})"

    def lookup(self, kind: str, value: str) -> str:
        """This is the keyed hash by which an identifier is found: 40 hexadecimal digits, the same for ever."""
        return _hash(self._lookup, (kind, value))[:_LOOKUP_CHARS]

    def lookup_identifier(self, identifier: Identifier) -> str:
        """This is the lookup of a normalised identifier; its issuer is part of its kind."""
        return self.lookup(_identifier_kind(identifier), identifier.value)

    def ref(self, *parts: str) -> str:
        """This is the keyed hash of ``parts``, 32 hexadecimal digits, for record ids and references to vendor records."""
        return _hash(self._ref, parts)[:_REF_CHARS]

    def source_ref(self, connection: str, stream: str, key: str) -> str:
        """This is the reference of one vendor record, as the ledger and ``records.of_source`` know it."""
        return self.ref("source", connection, stream, key)

    def suppress(self, kind: str, value: str) -> str:
        """This is the hash of an identifier on the suppression list; its key differs from that of ``lookup``."""
        return _hash(self._suppress, (kind, value))[:_LOOKUP_CHARS]

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

    def unwrap(self, wrapped: bytes) -> bytes:
        """This opens a wrapped key; raises ConfigError where the root key or the epoch's key is not the one that wrapped it."""
        try:
            return aes_key_unwrap(self._kek(int.from_bytes(wrapped[:4], "big")), wrapped[4:])
        except InvalidUnwrap:
            raise ConfigError(
                "The root key does not open the keys in this database; nothing was changed.",
                fix="Start the hub with the root key that this database was made with.",
            ) from None

    def rewrap(self, wrapped: bytes) -> bytes:
        """This wraps a key again under the current epoch."""
        return self._wrap(self.unwrap(wrapped))

    def seal(self, dek: bytes, data: bytes, aad: str) -> bytes:
        """This encrypts with AES-256-GCM under a person's key; ``aad`` names the place where the result rests."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + AESGCM(dek).encrypt(nonce, data, aad.encode())

    def open(self, dek: bytes, sealed: bytes, aad: str) -> bytes:
        """This decrypts; raises PolicyError where the key, the place or a single bit differs."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            if sealed[:1] != _FORMAT:
                raise InvalidTag
            return AESGCM(dek).decrypt(nonce, body, aad.encode())
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

    def _kek(self, epoch: int) -> bytes:
        if epoch not in self._keks:
            if not self._derived:
                raise ConfigError(
                    f"There is no key of epoch {epoch}.", fix="It was destroyed, or the secret does not list it."
                )
            self._keks[epoch] = self._derive(f"kek/{epoch}")
        return self._keks[epoch]

    def _derive(self, label: str) -> bytes:
        info = f"attune/1/{label}".encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._root)


def _identifier_kind(identifier: Identifier) -> str:
    return f"{identifier.kind}:{identifier.issuer}" if identifier.issuer else str(identifier.kind)
