"""Totals grow with the transactions that do what they count, and hold no word and no figure about one person."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.store.tallies import Tally, count_outcomes, count_redactions, count_run, count_tags
from hub.telemetry.vocabulary import ENOUGH


def totals(store):
    with store.read() as tx:
        return {tuple(one[:4]): one.value for one in tx.tallies.all()}


def test_totals_add_up_over_transactions(store):
    for _ in range(3):
        with store.begin() as tx:
            count_outcomes(
                tx.unit, "records", "zendesk-pull", [("stored", None), ("stored", None), ("withheld", "suppressed")]
            )
            count_run(tx.unit, "zendesk-pull", "pull", "succeeded")
    assert totals(store) == {
        ("records", "zendesk-pull", "stored", ""): 6,
        ("records", "zendesk-pull", "withheld", "suppressed"): 3,
        ("runs", "zendesk-pull", "succeeded", "pull"): 3,
    }


def test_what_was_undone_is_not_counted(store):
    with pytest.raises(RuntimeError), store.begin() as tx:
        count_run(tx.unit, "a", "pull", "failed")
        raise RuntimeError
    assert totals(store) == {}


def test_words_of_a_plugin_rest_as_other(store):
    with store.begin() as tx:
        count_outcomes(
            tx.unit, "rows", "a", [("failed", "maria.garcia@example.com is unknown"), ("failed", "not_found")]
        )
        count_redactions(tx.unit, [("zendesk", {"EMAIL_ADDRESS": 2, "BADGE_OF_MARIA": 1})])
    assert totals(store) == {
        ("rows", "a", "failed", "other"): 1,
        ("rows", "a", "failed", "not_found"): 1,
        ("redactions", "zendesk", "", "EMAIL_ADDRESS"): 2,
        ("redactions", "zendesk", "", "other"): 1,
    }


def test_an_emotion_of_few_people_is_not_named(store, make_tag):
    with store.begin() as tx:
        count_tags(tx.unit, [make_tag(person, "anger") for person in range(ENOUGH)])
        count_tags(tx.unit, [make_tag(0, "delight") for _ in range(ENOUGH)])  # one person, many words
        count_tags(tx.unit, [make_tag(person, "sadness") for person in range(ENOUGH - 1)])
    assert Counter({key[3]: value for key, value in totals(store).items()}) == {"anger": 10, "few": 19}


@pytest.fixture
def make_tag():
    from types import SimpleNamespace

    from hub.schema import EmotionLabel

    return lambda person, label: SimpleNamespace(person_id=f"per_{person}", label=EmotionLabel(label), abstained=False)


def test_many_writers_lose_no_count(store):
    def work(number):
        with store.begin() as tx:
            count_outcomes(tx.unit, "records", "a", [("stored", None)] * number)
            count_outcomes(tx.unit, "records", "b", [("stored", None)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(1, 21)))
    assert totals(store) == {("records", "a", "stored", ""): 210, ("records", "b", "stored", ""): 20}


def test_a_tally_reads_as_its_row(store):
    with store.begin() as tx:
        count_run(tx.unit, "sweep", "sweep", "succeeded")
    with store.read() as tx:
        assert tx.tallies.all() == [Tally("runs", "sweep", "succeeded", "sweep", 1)]
