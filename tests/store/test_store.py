import hashlib
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InternalError

from hub.errors import ConfigError, TransientError
from hub.store.engine import make_engine
from hub.store.migration import current_revision, migrate
from hub.store.store import Store, open_store
from hub.store.vault import Vault
from hub.testing.clock import FakeClock


def test_an_unmigrated_database_is_refused_and_not_created(sqlite_url: str, vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Run hub migrate"):
        open_store(sqlite_url, vault, now=FakeClock().now)
    assert list(tmp_path.iterdir()) == []


def test_a_new_database_can_be_made_on_the_way(sqlite_url: str, vault: Vault, tmp_path: Path) -> None:
    open_store(sqlite_url, vault, now=FakeClock().now, create=True).close()
    assert stat.S_IMODE((tmp_path / "hub.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("url", ["sqlite://", "mysql://host/db", "nonsense", "sqlite:////nowhere/at/all.db"])
def test_urls_that_cannot_hold_a_store_are_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        migrate(url)


def test_another_root_key_is_refused_without_harm(store: Store, url: str, clock: FakeClock) -> None:
    with store.begin() as tx:
        person = tx.persons.create()
    with pytest.raises(ConfigError, match="root key"):
        open_store(url, Vault(b"x" * 32), now=clock.now)
    with store.read() as tx:
        assert tx.persons.status(person) == "active"


def test_a_database_of_before_keeps_its_references(store: Store, url: str, vault: Vault, clock: FakeClock) -> None:
    near = vault.source_ref("desk", "tickets", "3543601")
    with store.begin() as tx:
        tx.unit.conn.execute(text("DELETE FROM meta WHERE name = 'refs'"))
    open_store(url, vault, now=clock.now).close()
    assert vault.source_ref("desk", "tickets", "3543601") == vault.ref("source", "desk", "tickets", "3543601") != near


def test_an_exception_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.begin() as tx:
        tx.persons.create()
        tx.audit.append([b"leaf"])
        _ = 1 / 0
    with store.read() as tx:
        assert tx.persons.count() == 0
        assert tx.audit.pending(10) == []


def test_a_killed_process_leaves_nothing(url: str, vault: Vault, clock: FakeClock) -> None:
    """Killed in the middle of a transaction, as by the kernel: no rows, no lock, nothing to repair."""
    script = """
import os, signal, sys
from hub.store.store import open_store
from hub.store.vault import Vault
from hub.testing.clock import FakeClock
store = open_store(sys.argv[1], Vault(b"r" * 32), now=FakeClock().now)
with store.begin() as tx:
    tx.persons.create_many(3)
with store.begin() as tx:
    tx.persons.create_many(5_000)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script, url], check=False).returncode == -signal.SIGKILL
    with open_store(url, vault, now=clock.now) as store:
        with store.begin() as tx:
            assert tx.persons.count() == 3
            tx.persons.create()
        with store.read() as tx:
            assert tx.persons.count() == 4


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises((TransientError, InternalError)), store.read() as tx:
        tx.persons.create()
    with store.begin() as tx:
        assert tx.persons.count() == 0


def test_a_locked_database_is_a_passing_trouble_that_shows_no_data(
    sqlite_url: str, vault: Vault, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.engine._PRAGMAS", ("PRAGMA busy_timeout = 50",))
    with (
        open_store(sqlite_url, vault, now=clock.now, create=True) as store,
        store.begin(),
        pytest.raises(TransientError, match="busy"),
        store.begin(),
    ):
        pass


@pytest.mark.parametrize("damage", [b"this is no database, but a text of some length" * 200, None])
def test_a_damaged_database_is_told_and_left_alone(
    sqlite_url: str, vault: Vault, clock: FakeClock, damage: bytes | None
) -> None:
    path = Path(str(make_url(sqlite_url).database))
    with open_store(sqlite_url, vault, now=clock.now, create=True) as store, store.begin() as tx:
        tx.persons.create_many(200)
    whole = path.read_bytes()
    path.write_bytes(damage or whole[:4096] + b"\xff" * (len(whole) - 4096))
    before = path.read_bytes()
    with (
        pytest.raises(ConfigError, match="damaged"),
        open_store(sqlite_url, vault, now=clock.now) as store,
        store.read() as tx,
    ):
        tx.persons.count()
    assert path.read_bytes() == before


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.read() as reader:
        assert reader.persons.count() == 0
        with store.begin() as tx:
            tx.persons.create()
        assert reader.persons.count() == 0
    with store.read() as reader:
        assert reader.persons.count() == 1


def test_sqlite_is_opened_as_promised(sqlite_url: str) -> None:
    migrate(sqlite_url)
    engine = make_engine(sqlite_url)
    with engine.connect() as conn:
        found = {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                 ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")}  # fmt: skip
    engine.dispose()
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 30000,
    }  # fmt: skip


def test_a_dry_run_sees_its_own_work_and_leaves_nothing(store: Store, url: str, vault: Vault, clock: FakeClock) -> None:
    with store.begin() as tx:
        tx.persons.create()
    with open_store(url, vault, now=clock.now, dry_run=True) as rehearsal:
        with rehearsal.begin() as tx:
            tx.persons.create()
        with pytest.raises(ZeroDivisionError), rehearsal.begin() as tx:
            tx.persons.create()
            _ = 1 / 0
        with rehearsal.read() as tx:
            assert tx.persons.count() == 2
    with store.read() as tx:
        assert tx.persons.count() == 1


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_dry_run_leaves_the_file_byte_identical(
    sqlite_url: str, vault: Vault, clock: FakeClock, tmp_path: Path
) -> None:
    file = tmp_path / "hub.db"
    with open_store(sqlite_url, vault, now=clock.now, create=True) as store, store.begin() as tx:
        tx.persons.create_many(50)
    before = _digest(file)
    with open_store(sqlite_url, vault, now=clock.now, dry_run=True) as rehearsal:
        for _ in range(3):
            with rehearsal.begin() as tx:
                for person in tx.persons.create_many(500):
                    tx.persons.erase(person)
    assert _digest(file) == before


def test_a_dry_run_does_not_move_what_a_killed_run_committed(
    sqlite_url: str, vault: Vault, clock: FakeClock, tmp_path: Path
) -> None:
    with open_store(sqlite_url, vault, now=clock.now, create=True) as store:
        with store.begin() as tx:
            tx.persons.create_many(50)
        killed = tmp_path / "killed"  # what lies on the disk when a process dies: file and log, nobody tidied up
        killed.mkdir()
        for name in ("hub.db", "hub.db-wal"):
            shutil.copy(tmp_path / name, killed / name)
    before = {name: _digest(killed / name) for name in ("hub.db", "hub.db-wal")}
    with open_store(f"sqlite:///{killed}/hub.db", vault, now=clock.now, dry_run=True) as rehearsal:
        with rehearsal.begin() as tx:
            tx.persons.create_many(500)
        with rehearsal.read() as tx:
            assert tx.persons.count() == 550
    assert {name: _digest(killed / name) for name in ("hub.db", "hub.db-wal")} == before


def test_erased_bytes_are_in_no_file(
    sqlite_url: str, vault: Vault, clock: FakeClock, tmp_path: Path,
    interaction: Callable[..., Any], stored: Callable[..., Any],
) -> None:  # fmt: skip
    """Not the words, which never rest in clear; nor what could open or find them: wrapped key, hash, sealed bytes."""
    from sqlalchemy import select

    from hub.schema import Identifier, IdentifierKind
    from hub.store.tables import identifiers, person_keys, records

    email = Identifier(kind=IdentifierKind.EMAIL, value="erased.person@example.com")
    with open_store(sqlite_url, vault, now=clock.now, create=True) as store:
        with store.begin() as tx:
            person, other = tx.persons.create_many(2)
            tx.persons.attach(person, [email])
            tx.records.put([stored(person, interaction(text="a very special sentence"))])
            tx.persons.attach(other, [Identifier(kind=IdentifierKind.EMAIL, value="stays@example.com")])
            run = tx.unit.conn.execute
            secrets = [
                run(select(person_keys.c.wrapped).where(person_keys.c.person_id == person)).scalar_one(),
                run(select(identifiers.c.sealed).where(identifiers.c.person_id == person)).scalar_one(),
                run(select(records.c.sealed)).scalar_one(),
                vault.lookup_identifier(email).encode(),
            ]
        assert all(_somewhere(tmp_path, secret) for secret in secrets)
        assert not _somewhere(tmp_path, b"erased.person")
        assert not _somewhere(tmp_path, b"special sentence")
        with store.begin() as tx:
            tx.records.purge(person)
            tx.persons.erase(person)
        assert not any(_somewhere(tmp_path, secret) for secret in secrets)
        with store.read() as tx:
            assert len(tx.persons.identifiers([other])[other]) == 1


def _somewhere(folder: Path, needle: bytes) -> bool:
    return any(needle in path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize(
    "url", ["postgresql://me:hunter2@127.0.0.1:1/hub", "postgresql://me:hunter2@127.0.0.1:99999/hub"]
)
def test_a_server_that_is_down_is_told_by_its_address_and_never_with_the_password(url, vault, clock) -> None:
    pytest.importorskip("psycopg")
    for use in (migrate, current_revision, lambda one: open_store(one, vault, now=clock.now)):
        with pytest.raises(TransientError, match=r"hub at 127\.0\.0\.1:") as error:
            use(url)
        assert error.value.exit_code == 3 and "hunter2" not in str(error.value)


@pytest.mark.parametrize("url", ["postgresql://h:abc/db", "postgresql://[::1/db", "sqlite:///a\0b", "", "mysql://h/db"])
def test_an_address_that_is_none_is_a_config_error(url) -> None:
    with pytest.raises(ConfigError, match="sqlite:///PATH"):
        migrate(url)


def test_a_file_that_cannot_be_a_database_is_told(tmp_path) -> None:
    (tmp_path / "text").write_text("no database at all, but long enough to be looked at as one" * 20)
    for url in (f"sqlite:///{tmp_path}/text", f"sqlite:///{tmp_path}/none/hub.db", f"sqlite:///{tmp_path}"):
        with pytest.raises((ConfigError, TransientError)):
            migrate(url)
