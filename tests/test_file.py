"""Files that several processes write: whole at any moment, and nothing of what another has just written is lost."""

import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from hub.file import read_whole, rewriting, write_new, write_whole

AT_ONCE, TIMES = 4, 15


def at_once(work, *, threads=AT_ONCE):
    start = Barrier(threads)

    def go(number):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(go, range(threads)))


def test_what_is_changed_at_once_is_all_there(tmp_path):
    path = tmp_path / "count"
    write_whole(path, b"0")

    def add(_):
        for _ in range(TIMES):
            with rewriting(path) as file:
                file.write(b"%d" % (int(path.read_bytes()) + 1))

    at_once(add)
    assert path.read_bytes() == b"%d" % (AT_ONCE * TIMES)
    assert [one.name for one in tmp_path.iterdir()] == ["count"]


def test_nobody_reads_half_a_file(tmp_path):
    path, over = tmp_path / "lines", Event()
    write_whole(path, b"0" * 100_000)

    def work(number):
        if number:
            for _ in range(TIMES):
                write_whole(path, b"%d" % number * 100_000)
            over.set()
            return set()
        found = set()
        while not over.is_set():
            data = read_whole(path)
            found.add((len(data), len(set(data))))
        return found

    assert at_once(work)[0] == {(100_000, 1)}


def test_of_many_that_make_a_file_one_does(tmp_path):
    for number in range(10):
        path = tmp_path / str(number)
        made = at_once(lambda one, path=path: write_new(path, b"%d" % one))
        assert made.count(True) == 1 and path.read_bytes() == b"%d" % made.index(True)


def test_an_exception_and_a_kill_leave_the_old_file_and_hold_nobody_up(tmp_path):
    path = tmp_path / "notes"
    (tmp_path / ".notes.new").write_bytes(b"longer than what follows, and cut off by a ki")
    write_whole(path, b"old")
    with pytest.raises(KeyError), rewriting(path) as file:
        file.write(b"half")
        raise KeyError
    assert path.read_bytes() == b"old" and [one.name for one in tmp_path.iterdir()] == ["notes"]
    write_whole(path, b"new")
    assert path.read_bytes() == b"new" and stat.S_IMODE(path.stat().st_mode) == 0o600
