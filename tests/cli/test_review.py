"""``hub review``: the queue at the terminal, who may look, and the report of a month."""

import json
import re
from datetime import datetime, timedelta

import pytest
from typer.testing import CliRunner

from hub.app import open_hub
from hub.cli import app
from hub.errors import HubError
from hub.pipeline.judging import judge as judging
from tests.cli.test_figures import deployment  # noqa: F401 - the fixture is used by name
from tests.moods import record, tag

ROLES = "{r1: [reviewer], r2: [reviewer], r3: [reviewer], lead: [team_lead], boss: [operations]}"


@pytest.fixture
def folder(deployment):  # noqa: F811 - the fixture of the same name
    config = deployment / "hub.yaml"
    config.write_text(re.sub(r"(?m)^roles: .*$", f"roles: {ROLES}\nreview: {{sampled: 1.0}}", config.read_text()))
    return deployment


def fill(folder, count, *, label="anger", when=None, channel="ticket"):
    """Tags of as many people, which wait for reviewers."""
    with open_hub(folder / "hub.yaml") as hub, hub.store.begin() as tx:
        people = tx.persons.create_many(count)
        records = [record(person, label, channel, when or hub.now()) for person in people]
        tx.records.put(records)
        made = [tag(one, label) for one in records]
        tx.tags.put(made)
        tx.tag_reviews.queue(
            dict.fromkeys([one.id for one in made], "sampled"), {one.id: one.person_id for one in made}
        )
    return made


def ask(folder, actor, *arguments, code=0, **options):
    config = folder / "hub.yaml"
    config.write_text(re.sub(r"(?m)^actor: .*$", f"actor: {actor}", config.read_text()))
    ran = CliRunner().invoke(app, ["review", *arguments, "-c", str(config)], **options)
    found = ran.exception.exit_code if isinstance(ran.exception, HubError) else ran.exit_code
    assert found == code, (arguments, ran.output, ran.exception)
    return ran.stdout


def judge(folder, actor, review, label):
    return json.loads(ask(folder, actor, "judge", review, label, "--json"))["state"]


def test_two_who_differ_are_joined_by_a_third(folder):
    one, other = fill(folder, 2)
    assert judge(folder, "r1", other.id, "anger") == "begun"
    assert judge(folder, "r2", other.id, "delight") == "disputed"
    assert json.loads(ask(folder, "r3", "next", "--json"))[0]["review"] == other.id  # before all others
    assert ask(folder, "r3", "judge", other.id, "sadness").startswith("settled: nobody can tell")
    with open_hub(folder / "hub.yaml") as hub, hub.store.read() as tx:
        assert tx.tags.get([other.id])[other.id].label is None
    assert ask(folder, "boss", "list").split()[-6:] == ["sampled", "unclear", "1", "sampled", "waiting", "1"]
    assert [found["review"] for found in json.loads(ask(folder, "r3", "next", "-n", "9", "--json"))] == [one.id]


def test_whoever_has_no_such_role_sees_and_judges_nothing(folder):
    (made,) = fill(folder, 1)
    for actor in ("lead", "boss", "nobody"):
        assert ask(folder, actor, "next", code=4) == ask(folder, actor, "judge", made.id, "anger", code=4) == ""
    ask(folder, "r1", "next", "--purpose", "DirectMarketing", code=4)
    ask(folder, "r1", "judge", made.id, "furious", code=2)
    ask(folder, "r1", "report", "--purpose", "EmotionAnalysis", code=4)
    ask(folder, "r1", code=2)  # no terminal
    with open_hub(folder / "hub.yaml") as hub:
        entries = list(hub.audit.show())
        assert not [entry for entry in entries if entry["type"] == "review"]
        assert len([entry for entry in entries if entry.get("outcome") == "denied"]) >= 8


def test_what_a_hold_keeps_is_shown_to_nobody(folder):
    (made,) = fill(folder, 1)
    with open_hub(folder / "hub.yaml") as hub, hub.store.begin() as tx:
        tx.holds.place(made.person_id, reason="CASE-1", actor="boss")
    assert json.loads(ask(folder, "r1", "next", "--json")) == []
    ask(folder, "r1", "judge", made.id, "anger", code=4)


def test_at_the_terminal_each_message_is_asked_about(folder, monkeypatch):
    fill(folder, 3)
    answers = iter(["what", "²", "s", "1", "q"])
    monkeypatch.setattr("rich.prompt.PromptBase.get_input", lambda *_, **__: next(answers))
    monkeypatch.setattr("hub.cli.review._is_terminal", lambda: True)
    shown = ask(folder, "r1")
    assert "1 anger" in shown and shown.count("Where is it?") == 3 and shown.endswith("1 judged\n")
    assert shown.count("one more reviewer is wanted") == 1


def test_one_that_others_settled_meanwhile_ends_nobodys_round(folder, monkeypatch):
    made = fill(folder, 2)
    config = folder / "hub.yaml"

    def answer(*_, **__):
        with open_hub(config) as hub:
            for actor in ("r2", "r3"):
                for one in made[:1]:
                    judging(hub.rooms, hub.door_for(actor), "EmotionAnalysis", one.id, "anger", needed=2)
        made.clear()
        return "1"

    first = min(made, key=lambda one: one.id)
    made.sort(key=lambda one: one is not first)
    monkeypatch.setattr("rich.prompt.PromptBase.get_input", answer)
    monkeypatch.setattr("hub.cli.review._is_terminal", lambda: True)
    shown = ask(folder, "r1")
    assert "not on record" in shown and "is settled" in shown and shown.endswith("1 judged\n")


def test_older_tags_are_drawn_on_demand(folder):
    fill(folder, 2)
    with open_hub(folder / "hub.yaml") as hub, hub.store.begin() as tx:
        tx.unit.conn.exec_driver_sql("DELETE FROM tag_reviews")
    assert [json.loads(ask(folder, "boss", "fill", "--json"))["queued"] for _ in range(2)] == [2, 0]


@pytest.fixture
def last_month():
    now = datetime.now().astimezone()
    return now.replace(day=1) - timedelta(days=5)


def test_the_report_of_a_month_tells_how_good_the_tags_were_and_of_nobody(folder, last_month, tmp_path):
    made = fill(folder, 12, when=last_month) + fill(folder, 3, label="sadness", when=last_month, channel="phone")
    right, wrong, apart = ("anger", "anger"), ("frustration", "frustration"), ("anger", "delight")
    settle_at(folder, last_month, made, [right] * 6 + [wrong] * 5 + [apart] + [("sadness", "sadness")] * 3)
    found = json.loads(ask(folder, "lead", "report", "--purpose", "CustomerCare", "--json"))
    assert found["month"] == f"{last_month:%Y-%m}" and found["k"] == 10 and found["models"] == ["test/1"]
    assert found["agreement"] | {"kappa": 0} == {
        "judgements": 30, "reviewers": 2, "pairs": 15, "observed": 0.933, "kappa": 0,
    }  # fmt: skip
    assert found["agreement"]["kappa"] == pytest.approx(0.899, abs=0.001)
    (line,) = found["precision"]["label"]  # sadness has three people
    assert line == {"label": "anger", "tags": 11, "precision": 0.55, "from": 0.28, "to": 0.79}
    assert found["corrections"] == []  # five people
    assert [one["channel"] for one in found["groups"]["channel"]] == ["ticket"]
    assert {one["of"]: one["psi"] for one in found["drift"]} == dict.fromkeys(
        ("label", "confidence", "language", "channel")
    )  # there was nothing the month before

    with open_hub(folder / "hub.yaml") as hub, hub.store.begin() as tx:
        tx.tags.purge([one.person_id for one in made])
    for name, mark in (("m.md", "# Emotion tags"), ("m.html", "<!doctype html>")):
        ask(folder, "lead", "report", "--purpose", "CustomerCare", "--to", str(tmp_path / name))
        page = (tmp_path / name).read_text()
        assert page.startswith(mark) and "0.55" in page and "sadness" not in page  # counted once
    ask(folder, "lead", "report", "--purpose", "CustomerCare", "--month", "2099-01", code=4)
    for none in ("June", "9999-12", "0001-01"):
        ask(folder, "lead", "report", "--purpose", "CustomerCare", "--month", none, code=2)
    ask(folder, "lead", "report", "--purpose", "CustomerCare", "--to", "m.pdf", code=2)


def settle_at(folder, at, made, labels):
    """What two reviewers said at a time."""
    with open_hub(folder / "hub.yaml", now=lambda: at) as hub:
        doors = [hub.door_for(actor) for actor in ("r1", "r2")]
        for one, pair in zip(made, labels, strict=True):
            for door, label in zip(doors, pair, strict=True):
                judging(hub.rooms, door, "EmotionAnalysis", one.id, label, needed=2)
