"""Several writers on PostgreSQL: nobody's work is lost, nobody sees half of another's, and a lost connection leaves nothing."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from hub.audit.entry import Entry
from hub.audit.key import Signer
from hub.audit.log import AuditLog
from hub.errors import ConfigError, LockedError, TransientError
from hub.schema import Identifier, IdentifierKind
from hub.store.conflict import Conflict, again_after_conflict
from hub.store.engine import make_engine
from hub.store.locks import hold_components
from hub.store.migration import head_revision, migrate
from hub.store.store import Store, Tx, open_store
from hub.store.tables import persons
from hub.store.vault import Vault
from hub.testing.clock import FakeClock

Make = Callable[..., Any]
SOON = 0.4
LATE = 20


@pytest.fixture
def store(postgres_url: str, vault: Vault, clock: FakeClock) -> Iterator[Store]:
    with open_store(with_options(postgres_url, "-c lock_timeout=15s"), vault, now=clock.now) as opened:
        yield opened


@pytest.fixture
def beside() -> Iterator[Callable[..., Future[Any]]]:
    with ThreadPoolExecutor(8) as pool:
        yield pool.submit


def with_options(url: str, more: str) -> str:
    parsed = make_url(url)
    options = f"{parsed.query.get('options', '')} {more}"
    return parsed.update_query_dict({"options": options}).render_as_string(hide_password=False)


def email(number: object) -> Identifier:
    return Identifier(kind=IdentifierKind.EMAIL, value=f"somebody{number}@example.com")


def meet(tx: Tx, identifier: Identifier) -> str:
    """What a pull does: the person with this identifier, or a new one."""
    lookup = tx.unit.vault.lookup_identifier(identifier)
    person = tx.persons.hold([lookup]).get(lookup) or tx.persons.create()
    tx.persons.attach(person, [identifier])
    return person


def test_two_that_meet_a_new_person_at_once_make_one(store: Store, beside: Make) -> None:
    both_looked = threading.Barrier(2, timeout=LATE)
    attempts = []

    @again_after_conflict
    def work(first: list[bool]) -> str:
        attempts.append(1)
        with store.begin() as tx:
            tx.persons.hold([store.vault.lookup_identifier(email(1))])
            if first and first.pop():
                both_looked.wait()
            return meet(tx, email(1))

    one, two = beside(work, [True]), beside(work, [True])
    assert one.result(LATE) == two.result(LATE)
    assert len(attempts) == 3
    with store.read() as tx:
        assert tx.persons.count() == 1


def test_who_is_overtaken_between_looking_and_writing_begins_again(store: Store) -> None:
    """Nobody had the identifier when it was asked for; whoever it has become since, their records must not be parted."""
    with pytest.raises(Conflict, match="just met"), store.begin() as tx:
        assert tx.persons.hold([store.vault.lookup_identifier(email(1))]) == {}
        with store.begin() as other:
            known = meet(other, email(1))
        tx.persons.attach(tx.persons.create(), [email(1)])
    with store.begin() as tx:
        assert meet(tx, email(1)) == known
        assert tx.persons.count() == 1


def test_whoever_comes_later_waits_and_sees_what_was_done(
    store: Store, beside: Make, tag: Make, interaction: Make, stored: Make
) -> None:
    """A withdrawal must find the tag that a pull was just about to store, or no tag could ever be said to be gone."""
    with store.begin() as tx:
        person = meet(tx, email(1))

    def withdraw() -> int:
        with store.begin() as tx:
            tx.persons.hold_many([person])
            return tx.tags.purge([person])

    with store.begin() as tx:
        meet(tx, email(1))
        tx.records.put([stored(person, interaction())])
        tx.tags.put([tag(person)])
        late = beside(withdraw)
        with pytest.raises(TimeoutError):
            late.result(SOON)
    assert late.result(LATE) == 1


def test_writers_of_different_persons_do_not_wait_for_each_other(store: Store, beside: Make) -> None:
    with store.begin() as tx:
        tx.persons.touch([meet(tx, email(1))])
        tx.consents.append([])
        tx.suppression.hits(["x"])

        def other() -> str:
            with store.begin() as mine:
                person = meet(mine, email(2))
                mine.persons.touch([person])
                mine.suppression.hits(["x"])
                return person

        assert beside(other).result(LATE)


def test_a_circle_of_waiting_ends_as_a_conflict_and_is_done_again(store: Store, beside: Make) -> None:
    with store.begin() as tx:
        one, two = tx.persons.create_many(2)
    met = threading.Barrier(2, timeout=LATE)
    conflicts = []

    @again_after_conflict
    def work(first: str, second: str, wait: list[bool]) -> None:
        try:
            with store.begin() as tx:
                tx.persons.hold_many([first])
                if wait:
                    wait.clear()
                    met.wait()
                tx.persons.hold_many([second])
                tx.persons.touch([first])
        except Conflict:
            conflicts.append(first)
            raise

    for done in [beside(work, one, two, [True]), beside(work, two, one, [True])]:
        done.result(LATE)
    assert len(conflicts) == 1
    with store.read() as tx:
        assert {person for person, _ in tx.persons.touched_since(2, 10)} == {one, two}


def test_a_conflict_that_never_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.store.conflict.PAUSES", (0.0, 0.0))
    tried = []

    @again_after_conflict
    def work() -> None:
        tried.append(1)
        raise Conflict("in the way")

    with pytest.raises(TransientError):
        work()
    assert len(tried) == 3


def test_merges_at_once_leave_one_root(store: Store, beside: Make) -> None:
    """x into y while y goes into z: no lost update may leave x behind a person that stands for nobody."""
    for _ in range(5):
        with store.begin() as tx:
            x, y, z = tx.persons.create_many(3)
        ready = threading.Barrier(2, timeout=LATE)

        def merge(keep: str, gone: str, ready: threading.Barrier = ready) -> None:
            ready.wait()
            again_after_conflict(lambda: _merge(store, keep, gone))()

        for done in [beside(merge, y, x), beside(merge, z, y)]:
            done.result(LATE)
        with store.read() as tx:
            found = tx.persons.roots([x, y, z])
            assert len(set(found.values())) == 1
            assert set(tx.persons.members(x)) == {x, y, z}


def _merge(store: Store, keep: str, gone: str) -> None:
    with store.begin() as tx:
        tx.consents.append_merge(keep, gone)
        tx.persons.merge(keep, gone, "test")


def test_who_reads_all_after_n_misses_no_late_commit(store: Store, beside: Make) -> None:
    stop = threading.Event()

    def write(number: int) -> list[str]:
        made = []
        for turn in range(12):
            with store.begin() as tx:
                made.append(meet(tx, email(f"{number}-{turn}")))
        return made

    def read() -> list[str]:
        seen: list[str] = []
        position, last_look = 0, False
        while True:
            with store.read() as tx:
                page = tx.persons.touched_since(position, 5)
            seen += [person for person, _ in page]
            position = page[-1][1] if page else position
            if not page and last_look:
                return seen
            last_look = stop.is_set()

    reading = beside(read)
    made = [person for done in [beside(write, number) for number in range(4)] for person in done.result(60)]
    stop.set()
    assert sorted(reading.result(LATE)) == sorted(made)


def test_each_audit_entry_gets_one_place_whoever_puts_it_there(store: Store, beside: Make, clock: FakeClock) -> None:
    log = AuditLog(store, Signer("hub.example/audit/test", Ed25519PrivateKey.generate()), clock.now)

    def write(number: int) -> None:
        for turn in range(10):
            with store.begin() as tx:
                log.record(tx, [Entry(type="test", outcome=f"{number}-{turn}-{n}") for n in range(3)])
            log.sequence()

    for done in [beside(write, number) for number in range(4)]:
        done.result(60)
    log.sequence()
    verified = log.verify()
    assert (verified.size, verified.pending, verified.problem) == (120, 0, None)
    with store.read() as tx:
        leaves = [entry.leaf for entry in tx.audit.entries(0, 1000)]
    assert len(set(leaves)) == 120


def test_an_erasure_waits_for_pulls_that_have_asked_the_suppression_list(store: Store, beside: Make) -> None:
    def suppress() -> None:
        with store.begin() as tx:
            tx.suppression.add(["hash"], "erased")

    with store.begin() as tx:
        assert tx.suppression.hits(["hash"]) == set()
        late = beside(suppress)
        with pytest.raises(TimeoutError):
            late.result(SOON)
    late.result(LATE)
    with store.begin() as tx:
        assert tx.suppression.hits(["hash"]) == {"hash"}


def test_one_holder_of_a_lease_whoever_asks_at_once(store: Store, beside: Make) -> None:
    def ask(number: int) -> bool:
        try:
            with store.begin() as tx:
                tx.leases.acquire("a-sync", f"host/{number}", timedelta(minutes=1))
        except LockedError:
            return False
        return True

    assert sorted(done.result(LATE) for done in [beside(ask, number) for number in range(6)]) == [False] * 5 + [True]


def test_a_dry_run_and_writers_take_turns(
    store: Store, postgres_url: str, vault: Vault, clock: FakeClock, beside: Make
) -> None:
    def write() -> None:
        with store.begin() as tx:
            meet(tx, email(1))

    with open_store(postgres_url, vault, now=clock.now, dry_run=True) as rehearsal:
        late = beside(write)  # it waits before it holds anything that the dry run may need
        with pytest.raises(TimeoutError):
            late.result(SOON)
        for number in (1, 2):
            with rehearsal.begin() as tx:
                meet(tx, email(number))
    late.result(LATE)
    with store.read() as tx:
        assert tx.persons.count() == 1


def test_a_connection_lost_in_the_middle_leaves_nothing_and_the_next_one_works(store: Store) -> None:
    with pytest.raises(TransientError, match="broken the connection off"), store.begin() as tx:
        meet(tx, email(1))
        mine = tx.unit.conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other = make_engine(store_url(store))
        with other.connect() as conn:
            conn.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
        other.dispose()
        meet(tx, email(2))
    with store.begin() as tx:
        assert tx.persons.count() == 0
        meet(tx, email(1))
    with store.read() as tx:
        assert tx.persons.count() == 1


def store_url(store: Store) -> str:
    return store._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_waiting_has_an_end(store: Store, postgres_url: str, vault: Vault, clock: FakeClock) -> None:
    with store.begin() as tx:
        person = tx.persons.create()
    hurried = with_options(postgres_url, "-c lock_timeout=100ms")
    with open_store(hurried, vault, now=clock.now) as impatient, store.begin() as tx:
        tx.persons.hold_many([person])
        with pytest.raises(TransientError, match="busy"), impatient.begin() as other:
            other.persons.hold_many([person])


def test_sessions_are_named_and_limited_unless_the_url_says_otherwise(postgres_url: str) -> None:
    names = ("application_name", "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")

    def shown(url: str) -> list[str]:
        engine = make_engine(url)
        with engine.connect() as conn:
            found = [conn.execute(text(f"SHOW {name}")).scalar_one() for name in names]
        engine.dispose()
        return found

    assert shown(postgres_url) == ["attune", "30s", "5min", "10min"]
    own = make_url(with_options(postgres_url, "-c statement_timeout=7s")).update_query_dict(
        {"application_name": "mine"}
    )
    assert shown(own.render_as_string(hide_password=False)) == ["mine", "30s", "7s", "10min"]


def test_what_the_url_asks_of_the_driver_reaches_it() -> None:
    engine = make_engine("postgres://hub:secret@db.example/hub?sslmode=verify-full&sslrootcert=/etc/ca.pem")
    _, given = engine.dialect.create_connect_args(engine.url)
    assert (given["sslmode"], given["sslrootcert"]) == ("verify-full", "/etc/ca.pem")


@pytest.mark.parametrize("use", [lambda url: open_store(url, Vault(bytes(32)), now=FakeClock().now), migrate])
def test_a_server_that_is_not_there_is_told_without_the_password(use: Callable[[str], object]) -> None:
    with pytest.raises(TransientError, match=r"hub at 127.0.0.1:1\b") as told:
        use("postgresql://hub:very-secret@127.0.0.1:1/hub?connect_timeout=2")
    chain = [told.value, told.value.__cause__, told.value.__context__]
    assert "very-secret" not in "".join(f"{one} {one!r}" for one in chain)


def test_a_missing_table_is_told(store: Store) -> None:
    with store.begin() as tx:
        tx.unit.conn.execute(text("ALTER TABLE tags RENAME TO gone"))
    try:
        with pytest.raises(ConfigError, match="hub migrate"), store.read() as tx:
            tx.tags.last_said(tx.now)
    finally:
        with store.begin() as tx:
            tx.unit.conn.execute(text("ALTER TABLE gone RENAME TO tags"))


def test_two_may_open_a_new_database_at_once(postgres_url: str, vault: Vault, clock: FakeClock, beside: Make) -> None:
    for done in [beside(open_store, postgres_url, vault, now=clock.now) for _ in range(6)]:
        done.result(LATE).close()


def _migrate_and_tell(url: str, ready: Any, queue: Any) -> None:
    ready.wait()
    try:
        queue.put(migrate(url))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        queue.put(repr(error))


def test_four_may_migrate_at_once(empty_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    queue, ready = context.Queue(), context.Barrier(4)
    processes = [context.Process(target=_migrate_and_tell, args=(empty_url, ready, queue)) for _ in range(4)]
    for process in processes:
        process.start()
    told = [queue.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    head = head_revision()
    assert sorted(told, key=str) == sorted([(None, head), *[(head, head)] * 3], key=str)


def test_locking_persons_follows_merges_that_happen_meanwhile(store: Store, beside: Make) -> None:
    with store.begin() as tx:
        keep, gone = tx.persons.create_many(2)
    with store.begin() as tx:
        tx.persons.merge(keep, gone, "test")

        def late() -> tuple[object, int]:
            with store.begin() as mine:
                found = hold_components(mine.unit.conn, [gone])
                locked = select(persons.c.id).where(persons.c.id == keep).with_for_update(skip_locked=True)
                with store.begin() as third:
                    return found[gone], len(third.unit.conn.execute(locked).all())

        waiting = beside(late)
        with pytest.raises(TimeoutError):
            waiting.result(SOON)
    assert waiting.result(LATE) == (keep, 0)
