import pytest

from hub.errors import ConfigError, PolicyError
from hub.schema import Identifier, IdentifierKind
from hub.store.vault import Vault


def test_a_sealed_value_opens_only_with_its_key_and_at_its_place(vault: Vault) -> None:
    dek, _ = vault.new_key()
    sealed = vault.seal(dek, b"angry", "records|per_1|itx_1")
    assert vault.open(dek, sealed, "records|per_1|itx_1") == b"angry"
    assert b"angry" not in sealed
    for key, place in [(dek, "records|per_1|itx_2"), (vault.new_key()[0], "records|per_1|itx_1")]:
        with pytest.raises(PolicyError) as error:
            vault.open(key, sealed, place)
        assert error.value.reason == "vault.unreadable"
        assert "per_1" not in str(error.value)


@pytest.mark.parametrize("at", [0, 1, 13, -1])
def test_every_changed_bit_is_noticed(vault: Vault, at: int) -> None:
    dek, _ = vault.new_key()
    broken = bytearray(vault.seal(dek, b"angry", "x"))
    broken[at] ^= 1
    with pytest.raises(PolicyError):
        vault.open(dek, bytes(broken), "x")


def test_sealing_twice_gives_different_bytes(vault: Vault) -> None:
    dek, _ = vault.new_key()
    assert vault.seal(dek, b"same", "x") != vault.seal(dek, b"same", "x")


def test_a_wrapped_key_opens_with_its_root_key_only(vault: Vault) -> None:
    dek, wrapped = vault.new_key()
    assert vault.unwrap(wrapped) == dek
    assert dek not in wrapped
    with pytest.raises(ConfigError, match="root key"):
        Vault(b"x" * 32).unwrap(wrapped)


def test_a_key_moves_to_the_next_epoch_and_lookups_stay() -> None:
    old = Vault(b"r" * 32, epoch=1, epoch_keys={1: b"1" * 32})
    both = Vault(b"r" * 32, epoch=2, epoch_keys={1: b"1" * 32, 2: b"2" * 32})
    late = Vault(b"r" * 32, epoch=2, epoch_keys={2: b"2" * 32})
    dek, wrapped = old.new_key()
    assert late.unwrap(both.rewrap(wrapped)) == dek
    with pytest.raises(ConfigError, match="epoch 1"):
        late.unwrap(wrapped)
    assert old.lookup("email", "a@example.com") == late.lookup("email", "a@example.com")


def test_keyed_hashes_have_keys_of_their_own(vault: Vault) -> None:
    other = Vault(b"x" * 32)
    assert vault.lookup("email", "a@example.com") != other.lookup("email", "a@example.com")
    assert vault.lookup("email", "a@example.com") != vault.suppress("email", "a@example.com")
    assert vault.token_key("crm") != vault.token_key("bi")
    assert len(vault.token_key("crm")) == 32


def test_parts_do_not_run_into_each_other(vault: Vault) -> None:
    assert vault.ref("ab", "c") != vault.ref("a", "bc")
    assert vault.lookup("a", "bc") != vault.lookup("ab", "c")


def test_the_issuer_is_part_of_an_identifier(vault: Vault) -> None:
    x = Identifier(kind=IdentifierKind.VENDOR_ID, value="7", issuer="x")
    zendesk = Identifier(kind=IdentifierKind.VENDOR_ID, value="7", issuer="zendesk")
    assert vault.lookup_identifier(x) != vault.lookup_identifier(zendesk)
    assert vault.suppress_identifier(x) != vault.suppress_identifier(zendesk)


def test_keys_are_never_shown_and_must_be_long_enough() -> None:
    assert "rrrr" not in repr(Vault(b"r" * 32))
    with pytest.raises(ConfigError, match="31 bytes"):
        Vault(b"r" * 31)


def test_hashes_are_what_they_have_always_been() -> None:
    # What rests in databases was found by these: HMAC-SHA256 under HKDF's subkeys, each part with its length before it.
    vault = Vault(b"r" * 32)
    vault.scattered = True  # as in databases that were made before neighbours stood together
    for _ in range(2):
        assert vault.ref("source", "loyalty", "members", "é1") == "cb9d24e325c6f316f741eb34811ed163"
        assert vault.source_ref("loyalty", "members", "é1") == "cb9d24e325c6f316f741eb34811ed163"
        assert vault.record_id("case", "loyalty", "é1") == vault.ref("case", "loyalty", "é1")
        assert vault.lookup("email", "a@example.com") == "9781186c0315e766d0c07d9efbe46fcfd27ceb33"
        assert vault.suppress("email", "a@example.com") == "5b77275bec0863e1701bce4cb43eec783188988d"


def test_references_of_neighbours_begin_alike_and_are_found_again() -> None:
    vault, other = Vault(b"r" * 32), Vault(b"s" * 32)
    refs = [vault.source_ref("desk", "tickets", f"35436{number:02d}") for number in range(100)]
    assert len(set(refs)) == 100 and len({ref[:12] for ref in refs}) == 1 and {len(ref) for ref in refs} == {32}
    assert vault.source_ref("desk", "tickets", "3543601") == refs[1]  # in whatever order they come
    assert vault.source_ref("desk", "tickets", "3543701")[:12] != refs[1][:12]
    assert vault.source_ref("desk", "comments", "3543601")[:12] != refs[1][:12]
    assert vault.record_id("case", "desk", "3543601")[:12] != refs[1][:12]
    assert other.source_ref("desk", "tickets", "3543601")[:12] != refs[1][:12]
    assert vault.source_ref("desk", "tickets", "7") != vault.source_ref("desk", "tickets", "")
    assert vault.source_ref("desk", "tickets", "3543601") == "be0af1f425477b5e5e79cf2a0405fd82"
