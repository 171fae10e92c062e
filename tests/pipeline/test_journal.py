"""The erasure journal outlives whoever writes it."""

import pytest

from hub.errors import ConfigError
from hub.pipeline.journal import ErasureJournal, Journalled

FIRST, SECOND = Journalled(("per_1",), ("aa",)), Journalled(("per_2",), ("bb", "cc"))


@pytest.fixture
def journal(tmp_path):
    return ErasureJournal(tmp_path / "var" / "erasures.log")


def test_what_was_written_is_read(journal):
    assert list(journal.read()) == []
    journal.append(FIRST)
    journal.append(SECOND)
    assert list(journal.read()) == [FIRST, SECOND]


def test_a_line_cut_off_by_a_power_cut_stops_nobody(journal):
    journal.append(FIRST)
    with journal.path.open("a") as file:
        file.write('{"persons": ["per_')
    assert list(journal.read()) == [FIRST]
    journal.append(SECOND)
    assert list(journal.read()) == [FIRST, SECOND]


def test_a_whole_line_without_its_end_is_an_erasure(journal):
    journal.append(FIRST)
    journal.path.write_bytes(journal.path.read_bytes().rstrip(b"\n"))
    assert list(journal.read()) == [FIRST]
    journal.append(SECOND)
    assert list(journal.read()) == [FIRST, SECOND]


@pytest.mark.parametrize("damage", ["{}\n", "per_3\n", '{"persons": ["per_\n'])
def test_a_damaged_line_is_told_because_somebody_might_come_back(journal, damage):
    journal.append(FIRST)
    with journal.path.open("a") as file:
        file.write(damage)
    with pytest.raises(ConfigError, match=r"erasures\.log:2"):
        list(journal.read())
