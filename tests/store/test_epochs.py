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
    (tmp_path / "epochs.json.lock").touch()
    (tmp_path / "epochs.json.new").write_bytes(b"{")
    epochs.create(NOW)
    assert epochs.read()[1].key
