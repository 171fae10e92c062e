"""Keys in their epochs: rotation that can be killed, backups that go dark, and who comes back readable."""

import json
import shutil
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.cli import backup as backing
from hub.errors import ConfigError, LockedError
from hub.pipeline import restore as restoring
from hub.pipeline import rotation as module
from hub.pipeline.restore import restore
from hub.pipeline.rotation import rotate
from hub.schema import Identifier
from hub.store.backup import copy_sqlite
from hub.store.engine import make_engine
from hub.store.vault import Vault

pytestmark = pytest.mark.slow

ADA, BOB = (Identifier(kind="email", value=f"{name}@example.com") for name in ("ada", "bob"))


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request, world_in):
    return world_in(request.param, size=2)


@pytest.fixture
def world(world_in):
    return world_in("sqlite", size=2)


def people(world, *identifiers):
    made = []
    with world.open() as hub, hub.store.begin() as tx:
        for identifier in identifiers:
            made.append(tx.persons.create())
            tx.persons.attach(made[-1], [identifier])
    return made


def known(world):
    """Whom the hub can still read."""
    with world.open() as hub, hub.store.read() as tx:
        found = tx.persons.find([hub.vault.lookup_identifier(one) for one in (ADA, BOB)])
        return {one.value for group in tx.persons.identifiers(list(found.values())).values() for one in group}


def rotated(world):
    with world.open() as hub:
        return rotate(hub.rooms, hub.rotation_job(now=True))


def test_a_rotation_wraps_every_key_again_destroys_the_old_one_and_is_on_the_audit_record(anywhere, audit_entries):
    people(anywhere, ADA, BOB)
    before = anywhere.open().epochs.path.read_text()
    report = rotated(anywhere)
    assert (report.epoch, report.rewrapped, report.ended) == (2, 2, (1,))
    assert known(anywhere) == {ADA.value, BOB.value}
    after = json.loads(anywhere.open().epochs.path.read_text())["epochs"]
    assert [("wrapped" in row, "ended" in row) for row in after] == [(False, True), (True, False)]
    assert json.loads(before)["epochs"][0]["wrapped"] not in json.dumps(after)
    told = [(one["outcome"], one["reasons"]) for one in audit_entries(anywhere, type="key")]
    assert told == [("epoch.begun", ["epoch.2"]), ("rewrapped", ["keys.2"]), ("epoch.destroyed", ["epoch.1"])]
    assert len((anywhere.folder / "var" / "person-keys.copy").read_text().splitlines()) == 2


def test_it_is_time_only_after_a_week(world):
    people(world, ADA)
    with world.open() as hub:
        assert rotate(hub.rooms, hub.rotation_job()) is None
        world.clock.advance(8 * 24 * 3600)
        assert rotate(hub.rooms, hub.rotation_job()).epoch == 2
        assert rotate(hub.rooms, hub.rotation_job()) is None


STEPS = ["_begin", "_rewrap", "copy_keys", "_end_old", "_check_unused"]


@pytest.mark.parametrize("step", STEPS)
def test_a_rotation_killed_at_any_step_is_gone_on_with(world, monkeypatch, step):
    people(world, ADA, BOB)
    monkeypatch.setattr(module, "BATCH", 1)
    real, calls = getattr(module, step), []

    def dying(*args, **kwargs):
        calls.append(1)
        if step != "_rewrap" or len(calls) == 2:  # after the first of two batches
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(module, step, dying)
    with pytest.raises(KeyboardInterrupt):
        rotated(world)
    monkeypatch.setattr(module, step, real)
    assert known(world) == {ADA.value, BOB.value}
    with world.open() as hub:
        assert rotate(hub.rooms, hub.rotation_job()).epoch == 2, "the next sweep goes on, whether or not it is time"
        assert list(hub.epochs.keys()[1]) == [2]
        with hub.store.read() as tx:
            assert tx.keys.by_epoch() == {2: 2}
    assert known(world) == {ADA.value, BOB.value}


def test_a_process_that_began_under_the_old_epoch_wraps_under_the_new_one(anywhere):
    with anywhere.open() as early:
        assert early.vault.epoch == 1
        with early.store.read():
            pass
        people(anywhere, ADA)
        rotated(anywhere)
        with early.store.begin() as tx:
            late = tx.persons.create()
            tx.persons.attach(late, [BOB])
            assert tx.keys.by_epoch() == {2: 2}
    assert known(anywhere) == {ADA.value, BOB.value}


def test_a_rotation_that_was_stopped_for_long_and_goes_on_costs_nobody_a_key(anywhere, monkeypatch):
    """Its lease ran out and another one rotates; then it writes one more epoch into the file, which is the newest now."""
    people(anywhere, ADA)
    real = module.copy_keys

    def copy_keys(store, path):
        with anywhere.open() as late:
            late.epochs.begin(late.now())
        people(anywhere, BOB)  # by whoever opens the file now
        return real(store, path)

    monkeypatch.setattr(module, "copy_keys", copy_keys)
    rotated(anywhere)
    assert known(anywhere) == {ADA.value, BOB.value}
    monkeypatch.setattr(module, "copy_keys", real)
    with anywhere.open() as hub:
        assert rotate(hub.rooms, hub.rotation_job()).epoch == 3, "the next sweep goes on with it"
        assert list(hub.epochs.keys()[1]) == [3]
    assert known(anywhere) == {ADA.value, BOB.value}


def test_a_deployment_without_epoch_keys_gets_them_with_its_first_rotation(world):
    people(world, ADA)
    path = world.open().epochs.path
    with world.open() as hub:
        derived = Vault(hub.epochs.root_key)
        keys = {person: derived.new_key()[1] for (person, *_) in world.rows("person_keys")["person_keys"]}
    path.unlink()  # as it was before there were epochs: the key hangs from the root key alone
    world.sql(lambda conn: [conn.exec_driver_sql("DELETE FROM identifiers")])
    world.sql(
        lambda conn: [
            conn.exec_driver_sql("UPDATE person_keys SET wrapped = ? WHERE person_id = ?", (wrapped, person))
            for person, wrapped in keys.items()
        ]
    )
    with world.open() as hub, hub.store.begin() as tx:
        tx.persons.attach(next(iter(keys)), [ADA])
    assert not path.exists()
    with world.open() as early, early.store.read() as tx:
        assert tx.persons.identifiers(list(keys))
        assert rotated(world).epoch == 2
        with early.store.read() as later:
            assert later.persons.identifiers(list(keys)), "who began before there was a file goes on with it"
    assert known(world) == {ADA.value}
    with world.open() as hub, pytest.raises(ConfigError):
        hub.vault.unwrap(keys[next(iter(keys))])


# ---- lost and wrong keys ----


def database(world):
    return world.database.read_bytes()


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda hub: hub.epochs.path.unlink(), r"root_key \(file:var/root.key\), without keys.epochs \(.*epochs.json"),
        (lambda hub: hub.epochs.path.write_text("{}"), r"keys.epochs: .*epochs.json cannot be read"),
        (lambda hub: hub.epochs.path.write_text('{"version": 1, "epochs": [{"epoch": 1}]}'), "keys.epochs: "),
        (lambda hub: (hub.deployment.root / "var/root.key").unlink(), "file:var/root.key"),
        (lambda hub: (hub.deployment.root / "var/root.key").write_text("A" * 43 + "="), r"root_key \(file:var/root.key\)"),
    ],
)  # fmt: skip
def test_a_lost_or_wrong_key_is_named_and_does_no_damage(world, harm, told):
    people(world, ADA)
    hub = world.open()
    kept = {path: path.read_bytes() for path in (hub.epochs.path, hub.deployment.root / "var/root.key")}
    before = database(world)
    harm(hub)
    with pytest.raises(ConfigError, match=told) as raised, world.open() as hub:
        hub.store.begin()
    assert "AAAA" not in str(raised.value)
    assert database(world) == before
    for path, data in kept.items():
        path.write_bytes(data)
    assert known(world) == {ADA.value}


# ---- backups ----


def backed_up(world, name="old.db") -> Path:
    with world.open() as hub:
        hub.store.checkpoint()
    copy_sqlite(world.database, world.folder / name)
    return world.folder / name


def put_back(world, backup, **options):
    with world.open() as hub:
        job = hub.restore_job(backup, **options)
    return restore(job)


def test_a_backup_from_before_the_epoch_opens_nothing_by_itself(world):
    ada, _ = people(world, ADA, BOB)
    backup = backed_up(world)
    rotated(world)
    shutil.copyfile(backup, world.database)
    for suffix in ("-wal", "-shm"):
        world.database.with_name("hub.db" + suffix).unlink(missing_ok=True)
    with pytest.raises(ConfigError, match="hub restore"), world.open() as hub:
        hub.store.begin()
    with world.open() as hub:
        ((wrapped,),) = sqlite3.connect(world.database).execute(
            "SELECT wrapped FROM person_keys WHERE person_id = ?", (ada,)
        )
        with pytest.raises(ConfigError, match="epoch 1"):
            hub.vault.unwrap(wrapped)


def test_a_restored_backup_has_the_living_and_nobody_who_was_erased(world):
    ada, _ = people(world, ADA, BOB)
    backup = backed_up(world)
    assert world.erase(ada).progress == "complete"
    rotated(world)
    report = put_back(world, backup)
    assert (report.people, report.erased_again, report.given_up) == (1, 1, 0)
    assert known(world) == {BOB.value}
    with world.open() as hub, hub.store.read() as tx:
        assert tx.persons.status(ada) == "erased"
        assert tx.suppression.hits([hub.vault.suppress_identifier(ADA)]), "she would come back with the next pull"
        assert hub.audit.verify().problem is None
    assert world.database.with_name("hub.db.replaced").exists()


def test_who_came_and_was_erased_after_the_backup_stays_refused(world):
    people(world, BOB)
    backup = backed_up(world)
    (ada,) = people(world, ADA)
    assert world.erase(ada).progress == "complete"
    world.database.unlink()
    put_back(world, backup)
    with world.open() as hub, hub.store.read() as tx:
        assert tx.suppression.hits([hub.vault.suppress_identifier(ADA)]), "the backup has never heard of her"


def test_a_backup_of_an_erasure_that_waited_brings_nobody_back(world):
    """What held it was over when it went on; the restored hold keeps nothing any more."""
    ada, _ = people(world, ADA, BOB)
    with world.open() as hub, hub.store.begin() as tx:
        hold = tx.holds.place(ada, reason="case 1", actor="dpo")
    assert world.erase(ada).progress == "open"
    backup = backed_up(world)
    with world.open() as hub, hub.store.begin() as tx:
        tx.holds.release(hold, reason="closed", actor="dpo")
    assert world.erase(ada).progress == "complete"
    assert put_back(world, backup).erased_again == 1
    with world.open() as hub, hub.store.read() as tx:
        assert tx.suppression.hits([hub.vault.suppress_identifier(ADA)]) and not tx.holds.standing([ada])
        assert (
            not tx.records.for_person(ada) and [one.type for one in tx.consents.for_persons([ada])[ada]][-1] == "erased"
        )
    assert world.erase(ada).progress == "complete" and known(world) == {BOB.value}


def test_a_lost_database_is_restored_with_the_copy_of_the_keys(world):
    ada, _ = people(world, ADA, BOB)
    backup = backed_up(world)
    assert world.erase(ada).progress == "complete"
    rotated(world)
    world.database.unlink()
    report = put_back(world, backup)
    assert (report.people, report.erased_again) == (1, 1) and known(world) == {BOB.value}


def test_people_whose_keys_nobody_has_are_never_given_up_unasked(world):
    people(world, ADA, BOB)
    backup = backed_up(world)
    rotated(world)
    world.database.unlink()
    (world.folder / "var" / "person-keys.copy").unlink()
    with pytest.raises(ConfigError, match=r"keys of 2 people .*--give-up 2"):
        put_back(world, backup)
    assert not world.database.exists() and not list(world.database.parent.glob("*.restoring*"))
    assert put_back(world, backup, lost=2).given_up == 2
    assert known(world) == set()


@pytest.mark.parametrize("harm", ["gone", "cut", "changed"])
def test_without_its_erasure_journal_a_database_is_not_opened(world, harm):
    ada, bob = people(world, ADA, BOB)
    for person in (ada, bob):
        assert world.erase(person).progress == "complete"
    journal = world.open().journal.path
    lines = journal.read_bytes().splitlines(keepends=True)
    harmed = {"gone": None, "cut": lines[0], "changed": lines[0] + lines[1].replace(bob.encode(), ada.encode())}[harm]
    journal.unlink() if harmed is None else journal.write_bytes(harmed)
    with pytest.raises(ConfigError, match="missing from the journal"), world.open() as hub:
        hub.store.begin()
    journal.write_bytes(b"".join(lines))
    assert known(world) == set()


def test_what_retention_has_forgotten_stays_forgotten_after_a_restore(world):
    from hub.store.records import StoredRecord
    from tests.flows.test_erasure import interaction

    (ada,) = people(world, ADA)
    with world.open() as hub, hub.store.begin() as tx:
        expiry = hub.now() + timedelta(days=9)
        tx.records.put([StoredRecord(ada, interaction(ada, hub.now(), "int_1"), "content", expiry, "run_1")])
    backup = backed_up(world)
    world.clock.advance(10 * 24 * 3600)
    assert world.sweep().people == 1
    assert put_back(world, backup).erased_again == 1 and known(world) == set()
    with world.open() as hub, hub.store.read() as tx:
        assert not tx.suppression.hits([hub.vault.suppress_identifier(ADA)]), "whoever comes back by themselves may"


def test_a_backup_of_another_hub_is_refused(world, world_in):
    people(world, ADA)
    other = world_in("sqlite", size=2, name="other")
    people(other, BOB)
    with pytest.raises(ConfigError, match="root key"):
        put_back(world, backed_up(other))
    assert known(world) == {ADA.value}


def test_what_is_no_database_of_a_hub_does_not_take_the_place_of_one(world, tmp_path):
    people(world, ADA)
    nothing, strange = tmp_path / "nothing.db", tmp_path / "strange.db"
    nothing.touch()
    with sqlite3.connect(strange) as other:
        other.execute("CREATE TABLE notes (text TEXT)")
    for file in (nothing, strange):
        with pytest.raises(ConfigError, match="no database of a hub"):
            put_back(world, file)
    assert known(world) == {ADA.value}
    assert sorted(path.name for path in world.database.parent.glob("hub.db*")) == ["hub.db"]


def test_a_database_that_somebody_has_open_is_not_replaced(world):
    """What they write would be in neither: not in the one that was put in place, nor in the one that was put aside."""
    backup = backed_up(world)
    with world.open() as console:
        with console.store.read() as tx:
            assert tx.persons.count() == 0
        people(world, ADA)
        with pytest.raises(LockedError, match="another process has the database open"):
            put_back(world, backup)
        with console.store.begin() as tx:
            tx.persons.attach(tx.persons.create(), [BOB])
    assert known(world) == {ADA.value, BOB.value}
    assert not list(world.database.parent.glob("hub.db.re*"))
    put_back(world, backup)
    assert known(world) == set()
    put_back(world, world.database.with_name("hub.db.replaced"))
    assert known(world) == {ADA.value, BOB.value}


def test_who_comes_while_a_backup_is_restored_waits_and_writes_to_what_was_restored(world, monkeypatch):
    people(world, ADA)
    backup = backed_up(world)
    with ThreadPoolExecutor(1) as pool:
        waiting = []

        def put_in(conn, source):
            waiting.append(pool.submit(people, world, BOB))
            time.sleep(0.5)
            assert not waiting[0].done()
            real(conn, source)

        real = restoring.put_in
        monkeypatch.setattr(restoring, "put_in", put_in)
        put_back(world, backup)
        assert waiting[0].result()
    assert known(world) == {ADA.value, BOB.value}


def test_a_damaged_database_is_moved_away_by_hand_before_a_restore(world):
    people(world, ADA)
    backup = backed_up(world)
    world.database.write_bytes(b"damaged " * 1_000)
    with pytest.raises(ConfigError, match="Move it away"):
        put_back(world, backup)
    world.database.rename(world.folder / "damaged")
    put_back(world, backup)
    assert known(world) == {ADA.value}


def test_of_two_backups_to_one_file_at_once_the_second_is_refused(world, monkeypatch):
    """Each would write into the other's file."""
    people(world, ADA)
    command = ["backup", str(world.folder / "monday.db"), "-c", str(world.config)]
    refused = []

    def copy_sqlite(source, target):
        monkeypatch.setattr(backing, "copy_sqlite", real)
        refused.append(CliRunner().invoke(app, command))
        real(source, target)

    real = backing.copy_sqlite
    monkeypatch.setattr(backing, "copy_sqlite", copy_sqlite)
    assert CliRunner().invoke(app, command).exit_code == 0
    assert "a file already" in str(refused[0].exception)
    put_back(world, world.folder / "monday.db")
    assert known(world) == {ADA.value}
    assert not list(world.folder.glob(".new-*"))


def test_a_backup_that_is_not_there_is_told_before_anybody_is_asked(world):
    from hub.cli.backup import restore as command

    with pytest.raises(ConfigError, match=r"nowhere\.db: no such file"):
        command(world.folder / "nowhere.db", config=world.config)


def test_a_second_restore_does_not_write_over_what_the_first_put_aside(world):
    backup = backed_up(world)
    people(world, ADA)
    assert put_back(world, backup).replaced == world.database.with_name("hub.db.replaced")
    assert put_back(world, backup).replaced == world.database.with_name("hub.db.replaced-2")
    put_back(world, world.database.with_name("hub.db.replaced"))
    assert known(world) == {ADA.value}, "the wrong backup, twice, and the right database is still there"


def test_what_was_loaded_into_a_server_is_mended_in_place(anywhere):
    ada, _ = people(anywhere, ADA, BOB)
    backup = anywhere.rows()
    assert anywhere.erase(ada).progress == "complete"
    rotated(anywhere)
    anywhere.restore(backup)
    with pytest.raises(ConfigError, match="hub restore"), anywhere.open() as hub:
        hub.store.begin()
    report = put_back(anywhere, None)
    assert (report.people, report.erased_again) == (1, 1) and known(anywhere) == {BOB.value}


def test_no_key_outlives_its_person_in_another_process(world):
    """A worker's keys live as long as one transaction: the next one no longer opens what was shredded."""
    ada, _ = people(world, ADA, BOB)
    with world.open() as worker:
        with worker.store.read() as tx:
            assert tx.persons.identifiers([ada])
        world.erase(ada)
        with worker.store.read() as tx:
            assert not tx.keys.known(ada) and tx.persons.identifiers([ada]) == {ada: []}


def test_the_engine_that_restores_leaves_no_file_behind(world):
    people(world, ADA)
    put_back(world, backed_up(world))
    engine = make_engine(f"sqlite:///{world.database}")
    engine.dispose()
    assert sorted(path.name for path in world.database.parent.glob("hub.db*")) == ["hub.db", "hub.db.replaced"]
