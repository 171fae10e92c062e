"""A channel hears of an alert once it gets there, and then not again until it is time."""

from datetime import timedelta

import pytest

from hub.errors import TransientError
from hub.store.store import open_store
from hub.store.vault import Vault
from hub.testing.clock import FakeClock
from hub.watch.alert import Alert
from hub.watch.channel import notify

ALERT = Alert("stale", "critical", "last came to its end 3 h ago", "hub pull zendesk-pull", "zendesk-pull")
DAY = timedelta(days=1)


class Fake:
    name = "fake"

    def __init__(self):
        self.got, self.is_down = [], False

    def send(self, notice):
        if self.is_down:
            raise TransientError("fake: nobody answers.")
        self.got.append(notice)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def store(make_database, tmp_path, clock):
    with open_store(make_database("sqlite", tmp_path / "hub.db"), Vault(b"r" * 32), now=clock.now) as opened:
        yield opened


def test_it_hears_once_again_after_a_day_and_of_the_end(store, clock):
    channel = Fake()

    def tell(*alerts):
        answer = notify(store, channel, "acme", alerts, DAY)
        return answer.alerts, answer.ended

    assert tell(ALERT) == (1, 0)
    clock.advance(3600)
    assert tell(ALERT) == (0, 0)
    clock.advance(23 * 3600)
    assert tell(ALERT) == (1, 0)
    assert tell() == (0, 1)
    assert tell() == (0, 0)
    assert len(channel.got) == 3


def test_what_did_not_get_there_is_told_the_next_time(store):
    channel = Fake()
    channel.is_down = True
    assert isinstance(notify(store, channel, "acme", [ALERT], DAY).error, TransientError)
    channel.is_down = False
    assert notify(store, channel, "acme", [ALERT], DAY).alerts == 1


def test_each_channel_has_its_own_memory(store):
    first, second = Fake(), Fake()
    second.name = "other"
    assert [notify(store, one, "acme", [ALERT], DAY).alerts for one in (first, second, first)] == [1, 1, 0]
