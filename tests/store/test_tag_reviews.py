"""Reviews of tags rest with their tag: what people agreed on stands for the same words, and goes with tag and person."""

from datetime import timedelta

import pytest

from hub.errors import ConfigError
from hub.schema import EmotionLabel
from hub.store.records import StoredRecord
from hub.store.traces import traces


@pytest.fixture
def tagged(store, interaction, tag):
    """Stores a message with a tag, under review."""

    def make(text="It is broken.", person=None, key="1", **change):
        with store.begin() as tx:
            person = person or tx.persons.create()
            record = interaction(key=key, text=text)
            tx.records.put([StoredRecord(person, record, "content", None, "run_1", f"ref_{key}")])
            made = tag(person, record.id, **change)
            tx.tags.put([made])
            tx.tag_reviews.queue({made.id: "sampled"}, {made.id: person})
        return person, made

    return make


def settle(store, made, label="delight", reviewers=("r1", "r2")):
    with store.begin() as tx:
        review = tx.tag_reviews.get(made.id)
        for one in reviewers:
            tx.tag_reviews.judge(review, one, label)
        tx.tag_reviews.settle(
            review,
            "corrected",
            made.model_copy(update={"label": EmotionLabel(label), "reviewed": True}),
            {"agreed": label},
        )


def label_of(store, made):
    with store.read() as tx:
        return tx.tags.get([made.id])[made.id].label


def test_nobody_is_shown_a_message_twice_and_disputed_ones_come_first(store, tagged, clock):
    _, first = tagged(key="1")
    clock.advance(60)
    _, second = tagged(key="2")
    with store.begin() as tx:
        assert [one.tag_id for one in tx.tag_reviews.waiting("r1", 9)] == [first.id, second.id]
        tx.tag_reviews.judge(tx.tag_reviews.get(first.id), "r1", "anger")
        assert [one.tag_id for one in tx.tag_reviews.waiting("r1", 9)] == [second.id]
        tx.tag_reviews.move(tx.tag_reviews.get(second.id), "disputed")
        assert [one.tag_id for one in tx.tag_reviews.waiting("r2", 9)] == [second.id, first.id]
        tx.tag_reviews.queue({first.id: "unsure"}, {first.id: first.person_id})  # known: stays as it is
        assert tx.tag_reviews.counts() == {("sampled", "waiting"): 1, ("sampled", "disputed"): 1}
        assert len(tx.tag_reviews.judgements([first.id, second.id])[first.id]) == 1


def test_a_review_is_named_by_how_it_begins(store, tagged):
    _, made = tagged(key="10")
    tagged(key="11")
    with store.read() as tx:
        assert tx.tag_reviews.get("tag_itx_10").tag_id == made.id
        for wrong in ("tag_itx_1", "nothing", "", "tag%"):
            with pytest.raises(ConfigError):
                tx.tag_reviews.get(wrong)


def test_what_people_agreed_on_stands_when_the_same_words_are_tagged_again(store, tagged, clock):
    person, made = tagged()
    settle(store, made)
    later = made.model_copy(update={"expires_at": clock.now() + timedelta(days=5), "model": "other/2"})
    with store.begin() as tx:
        tx.tags.put([later])
        standing = tx.tags.get([made.id])[made.id]
    assert (standing.label, standing.reviewed, standing.expires_at) == ("delight", True, later.expires_at)
    assert standing.person_id == person


def test_other_words_are_judged_anew(store, tagged):
    person, made = tagged()
    settle(store, made)
    tagged(text="All is well now.", person=person)
    assert label_of(store, made) == "anger"
    with store.read() as tx:
        assert tx.tag_reviews.get(made.id).state == "waiting"
        assert tx.tag_reviews.judgements([made.id]) == {}


def test_a_judgement_of_words_that_changed_does_not_count(store, tagged):
    person, made = tagged()
    with store.begin() as tx:
        tx.tag_reviews.judge(tx.tag_reviews.get(made.id), "r1", "delight")
    tagged(text="All is well now.", person=person)
    with store.read() as tx:
        assert tx.tag_reviews.judgements([made.id]) == {}
        assert [one.tag_id for one in tx.tag_reviews.waiting("r1", 9)] == [made.id]


def test_a_record_that_is_about_somebody_else_by_now_is_not_judged_by_what_was_said_before(store, tagged):
    _, made = tagged()
    settle(store, made)
    with store.begin() as tx:
        other = tx.persons.create()
    tagged(person=other)
    assert label_of(store, made) == "anger"
    with store.read() as tx:
        assert tx.tag_reviews.judgements([made.id]) == {}


def test_it_goes_with_the_tag_and_nothing_is_left_after_an_erasure(store, tagged):
    person, made = tagged()
    settle(store, made)
    other, kept = tagged(key="2")
    with store.begin() as tx:
        assert traces(tx.unit, [person])["tag_judgements"] == 2
        tx.tags.delete([made.id])
        found = traces(tx.unit, [person])
        assert "tag_reviews" not in found and "tag_judgements" not in found
        assert traces(tx.unit, [other])["tag_reviews"] == 1
        assert tx.tag_reviews.get(kept.id).state == "waiting"


def test_what_rests_tells_no_label(store, tagged, url):
    _, made = tagged(label=None, abstained=True)
    settle(store, made, "gratitude")
    with store.read() as tx:
        from sqlalchemy import select

        from hub.store.tables import tag_judgements, tag_reviews

        rows = [tuple(row) for table in (tag_reviews, tag_judgements) for row in tx.unit.conn.execute(select(table))]
        assert rows and not any(b"gratitude" in bytes(str(cell), "utf-8") for row in rows for cell in row)
        (found,) = tx.tag_reviews.settled(tx.now - timedelta(days=1), tx.now + timedelta(days=1))
        assert found.told == {"agreed": "gratitude"}


def test_a_doubted_tag_is_judged_anew_and_first(store, tagged, clock):
    _, made = tagged()
    settle(store, made)
    tagged(key="2")
    with store.begin() as tx:
        tx.tag_reviews.dispute(made.id, made.person_id)
        assert next(one.tag_id for one in tx.tag_reviews.waiting("r1", 9)) == made.id
        clock.advance(100 * 86_400)
    with store.read() as tx:
        assert tx.tag_reviews.waiting("r1", 9) == []  # their time has come
