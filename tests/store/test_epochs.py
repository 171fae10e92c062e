"""Epoch keys' file: whoever comes first makes it, and everybody goes on with the same key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

from hub.store.epochs import Epochs
from hub.store.vault import KEY_BYTES

NOW = datetime(2026, 11, 2, tzinfo=UTC)
AT_ONCE, TIMES = 6, 20


def test_first_runs_at_once_go_on_with_one_key(tmp_path):
    for number in range(TIMES):
        epochs = Epochs(tmp_path / str(number) / "epochs.json", b"r" * KEY_BYTES)
        start = Barrier(AT_ONCE)

        def first_run(_, epochs=epochs, start=start):
            start.wait()
            epochs.create(NOW)
            return epochs.read()[1].key

        with ThreadPoolExecutor(AT_ONCE) as pool:
            keys = set(pool.map(first_run, range(AT_ONCE)))
        assert keys == {epochs.read()[1].key}, "one of them holds a key that is in no file"
        assert [path.name for path in epochs.path.parent.iterdir()] == ["epochs.json"]


def test_a_first_run_that_was_killed_with_the_lock_holds_nobody_up(tmp_path):
    epochs = Epochs(tmp_path / "epochs.json", b"r" * KEY_BYTES)
    (tmp_path / ".epochs.json.new").write_bytes(b"{")
    epochs.create(NOW)
    assert epochs.read()[1].key


def test_a_key_that_ends_while_another_begins_stays_ended_and_the_other_stays(tmp_path):
    """Written back as one of them had read it, the file would lack the new key, or hold the destroyed one again."""
    for number in range(TIMES):
        epochs = Epochs(tmp_path / str(number) / "epochs.json", b"r" * KEY_BYTES)
        epochs.create(NOW)
        epochs.begin(NOW)
        start = Barrier(AT_ONCE)

        def change(one, epochs=epochs, start=start):
            start.wait()
            return epochs.begin(NOW) if one % 2 else epochs.end(1, NOW)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            begun = list(filter(None, pool.map(change, range(AT_ONCE))))
        found = epochs.read()
        assert found[1].key is None and sorted(begun) == [3, 4, 5]
        assert all(found[one].key for one in begun)


def test_a_key_that_ends_disturbs_nobody_who_reads_the_others(tmp_path):
    epochs = Epochs(tmp_path / "epochs.json", b"r" * KEY_BYTES)
    epochs.create(NOW)
    for number in range(1, TIMES * AT_ONCE):
        epochs.begin(NOW)
        start = Barrier(2)

        def read(_, start=start):
            start.wait()
            for _ in range(20):
                epochs.read()

        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(read, None)
            start.wait()
            epochs.end(number, NOW)
            reading.result()
