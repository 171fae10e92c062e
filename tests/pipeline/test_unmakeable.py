"""A row that the mapping cannot make costs that row, never the push: least of all what others have taken back."""

from pathlib import Path

import pytest
import yaml

import hub_salesforce
from hub.pipeline.intake import put_on_record
from hub.pipeline.push import push
from hub.schema import ConsentState, EmotionLabel

FIRST, SECOND = "003000000000000AAA", "003000000000001AAA"


@pytest.fixture
def mapped(town):
    """Has the town's contacts written by these fields."""

    def write(**fields):
        source = Path(hub_salesforce.__file__).parent / "mappings" / "salesforce.contacts.yaml"
        file = yaml.safe_load(source.read_text(encoding="utf-8"))
        file["out"]["fields"] = fields
        file["out"].pop("when", None)
        file["examples"] = [one for one in file["examples"] if "view" not in one]
        drawer = town.folder / "mappings"
        drawer.mkdir(exist_ok=True)
        (drawer / source.name).write_text(yaml.safe_dump(file), encoding="utf-8")
        settings = yaml.safe_load(town.config.read_text(encoding="utf-8"))
        settings["mappings"] = str(drawer)
        town.config.write_text(yaml.safe_dump(settings), encoding="utf-8")

    return write


def withdraw(town, hub, *people):
    town.clock.advance(60)
    with hub.store.begin() as tx:
        said = [(person, town.consent(person, ConsentState.WITHDRAWN)) for person in people]
        put_on_record(hub.rooms, tx, said, actor="tester")


def feel(town, hub, n, person, label):
    with hub.store.begin() as tx:
        tx.tags.put([town.tag(town.said(n, person)).model_copy(update={"label": label})])
        tx.persons.touch([person])


def test_a_word_that_the_mapping_does_not_list_costs_its_own_row(town, mapped, desk):
    mapped(Emotion__c={"from": "emotion.label", "enum": {"anger": "A"}, "on_null": "clear"})
    with town.open() as hub:
        ann, bob, *_ = town.people(hub, 3)
        feel(town, hub, 0, ann, EmotionLabel.SADNESS)
        report = push(hub.rooms, town.job(hub, desk))
        assert report.error is None and sorted(desk.rows) == [SECOND, "003000000000002AAA"]
        assert (report.counts["confirmed"], report.counts["failed"], report.counts["selected"]) == (2, 1, 3)
        assert report.reasons == {"failed: mapping.enum": 1}
        withdraw(town, hub, bob)
        assert push(hub.rooms, town.job(hub, desk)).error is None
        assert desk.rows[SECOND]["Emotion__c"] is None


def test_what_can_no_longer_be_said_is_taken_back_and_the_next_push_says_why(town, mapped, desk):
    mapped(
        Emotion__c={"from": "emotion.label", "enum": {"anger": "A"}, "on_null": "clear"},
        Distress__c={"from": "emotion.distress", "as": "number"},
    )
    with town.open() as hub:
        ann, _ = town.people(hub, 2)
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows[FIRST] == desk.rows[SECOND] == {"Emotion__c": "A", "Distress__c": 0.75}
        feel(town, hub, 0, ann, EmotionLabel.SADNESS)
        report = push(hub.rooms, town.job(hub, desk))
        assert report.error is None and report.reasons == {"pending: mapping.enum": 1}
        assert desk.rows[FIRST] == {"Emotion__c": None, "Distress__c": 0.75}
        with hub.store.begin() as tx:
            tx.persons.touch([ann])
        report = push(hub.rooms, town.job(hub, desk))
        assert (
            report.reasons == {"failed: mapping.enum": 1} and report.counts["failed"] == report.counts["selected"] == 1
        )
        withdraw(town, hub, ann)
        assert push(hub.rooms, town.job(hub, desk)).error is None
        assert desk.rows[FIRST] == {"Emotion__c": None, "Distress__c": None}
        with hub.store.read() as tx:
            assert tx.obligations.list() == [] and tx.balance.of_latest() == []
