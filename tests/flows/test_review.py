"""Two people look at a tag, and what they agree on is what every system is sent."""

import json

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import HubError

pytestmark = pytest.mark.slow

ROLES = {"r1": ["reviewer"], "r2": ["reviewer"], "officer": ["privacy_officer"]}


@pytest.fixture
def world(world_in):
    made = world_in("sqlite", size=4)
    made.edit(lambda settings: settings.update(roles=ROLES, review={"sampled": 1.0}))
    made.pull()
    return made


@pytest.fixture
def ask(world, monkeypatch):
    monkeypatch.setattr("hub.cli.review.open_hub", lambda config: world.open())

    def run(actor, *arguments):
        world.edit(lambda settings: settings.update(actor=actor))
        ran = CliRunner().invoke(app, ["review", *arguments, "--json", "-c", str(world.config)])
        assert ran.exception is None or isinstance(ran.exception, SystemExit | HubError), ran.exception
        return json.loads(ran.stdout) if ran.exit_code == 0 else ran.exception.exit_code

    return run


def test_what_two_agree_on_is_sent_and_stays_and_goes_with_the_person(world, ask, audit_entries):
    world.push()
    mine = next(one for one in world.members if any(tag.label for tag in world.tags_of(one)))
    before = next(tag for tag in reversed(world.tags_of(mine)) if tag.label)  # the one that systems were told of
    agreed = "sadness" if before.label == "anger" else "anger"
    shown = ask("r1", "next", "-n", "3")
    assert len(shown) == 3 and not any(secret in json.dumps(shown) for secret in world.secrets_of(mine))

    assert ask("r1", "judge", before.id, agreed) == {"state": "begun", "final": False}
    assert ask("r1", "judge", before.id, agreed)["state"] == "begun"  # twice by one person is one
    assert before in world.tags_of(mine)
    assert ask("r2", "judge", before.id, agreed)["state"] == "corrected"
    after = next(tag for tag in world.tags_of(mine) if tag.id == before.id)
    assert (after.label, after.reviewed, after.expires_at) == (agreed, True, before.expires_at)

    sent = world.push()
    assert sum(report.counts["confirmed"] for report in sent.values()) > 0
    world.pull(full=True)
    assert after in world.tags_of(mine)

    entries = audit_entries(world, type="review")
    assert [one["outcome"] for one in entries] == ["judged", "judged", "judged", "corrected"]
    assert {one["actor"] for one in entries} == {"r1", "r2"} and all(one["subject"] and one["c"] for one in entries)
    assert agreed not in json.dumps(entries)
    assert ask("r2", "judge", before.id, agreed) == 2  # settled

    who = ["dispute", mine.customer_id, "--purpose", "EmotionAnalysis"]
    assert ask("officer", *who) == 4  # gives no reason
    assert ask("officer", *who, "--reason", "complaint") == {"review": after.id}
    assert [(one["review"], one["why"]) for one in ask("r1", "next")] == [(after.id, "disputed")]

    ask("r1", "judge", before.id, agreed)
    with world.open() as hub, hub.store.read() as tx:
        person = world.person(hub, tx, mine)
    world.erase(person)
    left = world.rows("tag_reviews", "tag_judgements")
    assert left["tag_reviews"] and not any(person in row for rows in left.values() for row in rows)
