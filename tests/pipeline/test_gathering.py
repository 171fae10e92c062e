"""Small batches go together, and nothing is lost or told twice because of it."""

import pytest

from hub.contract import Batch, RawRecord
from hub.pipeline import gathering
from hub.pipeline.gathering import PATIENCE, most_at_once
from hub.testing import FakeClock


def page(*keys: str, cursor: str | None = None) -> Batch:
    return Batch(tuple(RawRecord("s", key, "1", {}) for key in keys), cursor)


def gathered(pages, most, clock=None):
    return gathering.gathered(pages, most, (clock or FakeClock()).now)


def keys(batch: Batch) -> str:
    return "".join(record.key for record in batch.records)


def test_pages_go_together_up_to_the_bound_with_the_last_cursor():
    pages = [page("a", "b", cursor="1"), page("c", cursor="2"), page(cursor="3"), page("d", "e", cursor="4")]
    found = list(gathered(pages, 3))
    assert [(keys(one), one.cursor) for one in found] == [("abc", "3"), ("de", "4")]


def test_a_page_larger_than_the_bound_stays_whole_and_with_no_bound_all_stay_alone():
    pages = [page("a"), page("b", "c", "d"), page("e")]
    assert [keys(one) for one in gathered(pages, 2)] == ["a", "bcd", "e"]
    assert list(gathered(pages, 0)) == pages


def test_a_page_without_a_cursor_leaves_that_of_the_page_before():
    assert [one.cursor for one in gathered([page("a", cursor="1"), page("b")], 9)] == ["1"]


def test_a_record_that_is_told_again_begins_a_new_batch():
    pages = [page("a", "b", cursor="1"), page("b", "c", cursor="2"), page("d", cursor="3")]
    assert [keys(one) for one in gathered(pages, 9)] == ["ab", "bcd"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_came_before_a_failure_is_handed_over_first(error):
    def source():
        yield page("a", cursor="1")
        yield page("b", cursor="2")
        raise error

    found = []
    with pytest.raises(error):
        found.extend(gathered(source(), 9))
    assert [keys(one) for one in found] == ([] if error is KeyboardInterrupt else ["ab"])


@pytest.mark.parametrize(("most", "first"), [(0, "a"), (1, "a"), (2, "ab")])
def test_no_more_is_read_than_is_needed(most, first):
    def source():
        yield page("a")
        if most:
            yield page("b")
        if most == 2:
            yield page("c")
        pytest.fail("read too far")

    assert keys(next(gathered(source(), most))) == first


def test_no_batches_make_none():
    assert list(gathered([], 9)) == []


def test_a_slow_vendor_is_not_waited_for():
    clock = FakeClock()

    def source():
        yield page("a")
        clock.advance(PATIENCE.total_seconds() / 2)
        yield page("b")
        clock.advance(PATIENCE.total_seconds() / 2)
        yield page("c")
        yield page("d")

    assert [keys(one) for one in gathered(source(), 9, clock)] == ["ab", "cd"]


@pytest.mark.parametrize(("kinds", "most"), [({"loyalty_event"}, 2_000), ({"loyalty_event", "case"}, 0)])
def test_what_may_hold_text_is_not_gathered(kinds, most):
    class Mapping:
        def __init__(self):
            self.kinds = kinds

    assert most_at_once(Mapping()) == most
