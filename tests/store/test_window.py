"""No window of the vendor's length ever holds more calls than its limit, however long each call is under way."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.store.window import FLIGHT, SLICES, Window

SECOND = 1_000_000


@settings(max_examples=200, deadline=None)
@given(
    limit=st.integers(1, 8),
    per=st.integers(1, 90).map(lambda seconds: seconds * SECOND),
    steps=st.lists(
        st.tuples(st.integers(0, 3 * SECOND), st.integers(0, 20 * SECOND), st.floats(0, 1)), min_size=10, max_size=60
    ),
)
def test_no_window_of_the_vendor_holds_more_than_the_limit(limit, per, steps):
    """Each step: how long after the last one a call wants to start, how long it takes, and when in between it arrives."""
    window, now, flying, arrived = Window(per), 0, [], []
    for pause, takes, share in steps:
        now += pause
        for done in sorted(one for one in flying if one[0] <= now):
            window.finish(done[1], done[0])
            flying.remove(done)
        window.forget(now)
        if window.room_at(1, limit, now) <= now:
            late = window.start(now)
            flying.append((now + takes, late))
            arrived.append(now + round(takes * share))
    arrived.sort()
    for first in arrived:
        assert sum(first <= at < first + per for at in arrived) <= limit


def test_what_is_told_as_the_wait_is_no_longer_than_one_slice_too_long():
    window = Window(60 * SECOND)
    for _ in range(10):
        window.finish(window.start(0), 0)
    assert window.room_at(1, 10, 0) == 60 * SECOND + 60 * SECOND // SLICES
    assert window.room_at(1, 11, 0) == 0
    later = window.room_at(1, 10, 0)
    window.forget(later)
    assert window.used() == 0


def test_a_call_whose_process_died_counts_until_it_must_have_arrived():
    window = Window(SECOND)
    window.start(0)
    window.forget(FLIGHT)
    assert window.used() == 1
    window.forget(FLIGHT + 2 * SECOND)
    assert window.used() == 0


def test_places_in_the_queue_wait_longer():
    window = Window(60 * SECOND)
    assert window.room_at(1, 2, 0) == window.room_at(2, 2, 0) == 0
    assert window.room_at(3, 2, 0) == 60 * SECOND
    window.finish(window.start(0), 0)
    assert window.room_at(2, 2, 0) == 61 * SECOND


def test_what_a_wrong_clock_wrote_does_not_block_for_ever():
    window = Window(60 * SECOND)
    window.finish(window.start(10**15), 10**15)
    window.forget(0)
    assert window.used() == 0


def test_another_length_forgets_nothing():
    window = Window(60 * SECOND)
    window.finish(window.start(0), 0)
    window.reshape(600 * SECOND, 30 * SECOND)
    window.forget(30 * SECOND)
    assert (window.per, window.used()) == (600 * SECOND, 1)
