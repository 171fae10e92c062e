"""The answer to an access request: whole, checkable by strangers, readable by a person, and loss-free on the way back."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from html.parser import HTMLParser

import jsonschema
import pytest
from referencing import Registry, Resource
from typer.testing import CliRunner

from hub.audit.proof import Proof
from hub.audit.trust import Trust
from hub.cli import app
from hub.cli import export as export_command
from hub.emotion.verdict import correct_tag
from hub.errors import ConfigError, PolicyError
from hub.pipeline.export import collect, write_zip
from hub.pipeline.portable import parse_portable, take_in
from hub.privacy.receipt import FIELDS
from hub.schema import AuthorRole, EmotionTag, Identifier, Party, json_schemas
from hub.store.persons import Profile
from hub.store.records import StoredRecord
from tests.flows.test_erasure import interaction
from tests.flows.test_retention import said

pytestmark = pytest.mark.slow


def exported(hub, person):
    hub.audit.sequence()
    return zipfile.ZipFile(io.BytesIO(write_zip(collect(hub.rooms, person), hub.rooms, hub.controller)))


def read(made, name):
    return json.loads(made.read(name))


def check_schema(value, schema):
    bundled = [(one["$id"], Resource.from_contents(one)) for one in json_schemas().values()]
    jsonschema.Draft202012Validator(schema, registry=Registry().with_resources(bundled)).validate(value)


def reach(value, path):
    """What is at a place of a JSON-LD document, whichever of several objects on the way has it."""
    if not path:
        return [value]
    many = value if isinstance(value, list) else [value]
    return [
        found for one in many if isinstance(one, dict) and path[0] in one for found in reach(one[path[0]], path[1:])
    ]


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def world(world_in):
    return world_in("sqlite", size=2)


@pytest.fixture
def ada(world):
    with world.open() as hub, hub.store.begin() as tx:
        person, now = tx.persons.create(), hub.now()
        tx.persons.attach(person, [Identifier(kind="email", value="ada@example.com", verified=True)])
        tx.persons.set_profile(person, Profile(name="Ada <script>alert(1)</script>", country="DE", birth_year=1985))
        mine = interaction(person, now, "int_1").model_copy(update={"text": "=1+1 <b>Where</b> is my [ORDER]?"})
        agents = interaction(person, now, "int_2")
        agents = agents.model_copy(update={"author": Party(role=AuthorRole.AGENT, person_id="per_agent")})
        end = now + timedelta(days=365)
        tx.records.put([StoredRecord(person, one, "content", end, "run_1") for one in (mine, agents)])
        tx.tags.put([EmotionTag(
            id="tag_1", record_id="int_1", person_id=person, label="frustration", intensity=0.6, confidence=0.83,
            abstained=False, valence=-0.4, distress=0.2, churn_risk=0.1, model="linear-en/1", occurred_at=now,
            expires_at=now + timedelta(days=90),
        )])  # fmt: skip
        tx.consents.append([
            (person, said(person, "given", now, 1, purpose="EmotionAnalysis", category="emotion")),
            (person, said(person, "withdrawn", now + timedelta(hours=1), 2, purpose="DirectMarketing")),
            (person, said(person, "objected", now, 3, purpose="ServiceOptimisation")),
        ])  # fmt: skip
    return person


def test_the_export_of_somebody_who_was_pulled_and_pushed(world_in):
    """One real person of the sandbox: every recipient is on the list, and every audit entry about them is proven."""
    world = world_in("sqlite", size=6)
    world.pull()
    world.push()
    member = next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))
    with world.open() as hub:
        with hub.store.read() as tx:
            person = world.person(hub, tx, member)
            sent = {one.connection for one in tx.outbox.receipts(person)}
        made = exported(hub, person)
        check_schema(read(made, "data.json"), read(made, "data.schema.json"))
        check_schema(read(made, "consents.jsonld"), read(made, "consents.schema.json"))
        told = read(made, "recipients.json")
        assert sent and {row["connection"] for row in told if row["state"] == "confirmed"} == sent
        assert all(row["fields"] for row in told)
        inferences = read(made, "inferences.json")
        assert inferences and all(
            row["model"] and row["explanation"] and 0 <= row["confidence"] <= 1 for row in inferences
        )
        entries = read(made, "audit/entries.json")
        assert {row["index"] for row in entries} >= {row["audit_entry"] for row in told} and len(entries) > 5
        trust = Trust((hub.signer.verifier,))
        for row in entries:
            proof = Proof.parse(made.read(f"audit/proofs/{row['index']}.tlog-proof").decode())
            assert json.loads(proof.extra) == {key: value for key, value in row.items() if key != "index"}
            assert proof.note == made.read("audit/checkpoint").decode()
            proof.verify(proof.extra, trust)
        others = [m for m in world.members if m is not member]
        whole = b"\0".join(made.read(name) for name in made.namelist())
        assert member.email.encode() in whole
        assert not [m.number for m in others if m.email.encode() in whole or m.name.encode() in whole]


def test_every_mandatory_field_of_27560_is_there_for_every_record(world, ada):
    with world.open() as hub:
        receipt = read(exported(hub, ada), "consents.jsonld")
    records = receipt["dpv:hasRecordOfActivity"]
    assert len(FIELDS) == 25 and len(records) == 3
    for name, path in FIELDS.items():
        for record in records:
            found = reach(receipt, (path[0][1:],)) if path[0].startswith("^") else reach(record, path)
            assert found and all(found), (name, path)
    status = next(one["dpv:hasConsentStatus"] for one in records if one["dct:identifier"] == "con_1")
    assert (
        status[0]["@type"] == ["dpv:ConsentGiven", "dpv:ExplicitlyExpressedConsent"]
        and status[0]["dpv:hasDuration"] == "P730D"
    )


def test_the_schema_of_receipts_misses_no_field(world, ada):
    with world.open() as hub:
        made = exported(hub, ada)
    schema = read(made, "consents.schema.json")
    check_schema(read(made, "consents.jsonld"), schema)
    for path in sorted({path for path in FIELDS.values() if not path[0].startswith("^")}):
        harmed = read(made, "consents.jsonld")
        for owner in reach(harmed["dpv:hasRecordOfActivity"][0], path[:-1]):
            for one in owner if isinstance(owner, list) else [owner]:
                one.pop(path[-1], None)
        with pytest.raises(jsonschema.ValidationError):
            check_schema(harmed, schema)
            pytest.fail(f"nobody misses {path}")


def test_what_people_wrote_is_text_for_browsers_and_spreadsheets(world, ada):
    with world.open() as hub:
        made = exported(hub, ada)
    page = Page()
    page.feed(made.read("index.html").decode())
    assert not {"script", "b", "img", "link", "iframe"} & set(page.tags)
    text = " ".join(page.text)
    assert "Ada <script>alert(1)</script>" in text and "<b>Where</b> is my [ORDER]?" in text
    for heading in (
        "Who we think you are",
        "What was guessed from it",
        "Who was sent something about you",
        "What you can do",
    ):
        assert heading in text
    assert "83%" in text and "linear-en/1" in text and "frustration" in text and "withdrawn" in text
    rows = list(csv.DictReader(io.StringIO(made.read("csv/interaction.csv").decode("utf-8-sig"))))
    assert rows[0]["text"].startswith("'=1+1")


def test_what_reviewers_said_is_told_and_who_they_are_is_not(world, ada):
    with world.open() as hub, hub.store.begin() as tx:
        tx.tag_reviews.queue({"tag_1": "sampled"}, {"tag_1": ada})
        for reviewer, label in (("nora.reviewer", "sadness"), ("otto.reviewer", "anxiety")):
            tx.tag_reviews.judge(tx.tag_reviews.get("tag_1"), reviewer, label)
    with world.open() as hub:
        made = exported(hub, ada)
    (told,) = read(made, "inferences.json")
    assert [one["label"] for one in told["judgements"]] == ["sadness", "anxiety"] and not told["reviewed"]
    assert all(one["at"] for one in told["judgements"])
    assert "sadness, anxiety" in made.read("index.html").decode()
    assert not [name for name in made.namelist() if b"reviewer." in made.read(name) or b".reviewer" in made.read(name)]


def test_a_tag_that_people_agreed_on_is_not_told_as_a_guess(world, ada):
    with world.open() as hub, hub.store.begin() as tx:
        tx.tags.put([correct_tag(tx.tags.get(["tag_1"])["tag_1"], "sadness")])
    with world.open() as hub:
        (told,) = read(exported(hub, ada), "inferences.json")
    assert told["reviewed"] and "people read them" in told["explanation"] and "guessed" not in told["explanation"]


def test_others_in_the_thread_are_left_out(world, ada):
    with world.open() as hub:
        found = read(exported(hub, ada), "data.json")
    authors = {row["record"]["id"]: row["record"]["author"] for row in found["records"]}
    assert authors["int_1"]["person_id"] == ada
    assert (authors["int_2"]["role"], authors["int_2"]["person_id"]) == ("agent", None)


def plain(data, person):
    """An export without what must differ elsewhere: the person's random id, when it became known, and how consents came."""
    text = json.dumps({**data, "consents": [row["event"] for row in data["consents"]]}).replace(person, "PERSON")
    return text.replace('"source_kind": "import"', '"source_kind": "direct"')


def test_the_export_goes_into_another_hub_and_comes_out_the_same(world, world_in, ada):
    with world.open() as hub:
        first = read(exported(hub, ada), "data.json")
    there = world_in("sqlite", size=2, name="there")
    there.clock.advance((world.clock.now() - there.clock.now()).total_seconds())
    with there.open() as hub:
        person = take_in(hub.rooms, parse_portable(json.dumps(first).encode()))
        second = read(exported(hub, person), "data.json")
        assert person != ada and plain(second, person) == plain(first, ada)
        assert len(second["records"]) == 2 and len(second["emotion_tags"]) == 1 and len(second["consents"]) == 3
        with pytest.raises(PolicyError, match="known"):
            take_in(hub.rooms, parse_portable(json.dumps(first).encode()))


def test_the_erased_do_not_come_back_by_a_file(world, ada):
    with world.open() as hub:
        data = exported(hub, ada).read("data.json")
    assert world.erase(ada).progress == "complete"
    with world.open() as hub:
        with pytest.raises(PolicyError, match="stays erased"):
            take_in(hub.rooms, parse_portable(data))
        with hub.store.read() as tx:
            assert tx.persons.count() == 0


def run(world, *arguments):
    return CliRunner().invoke(app, ["person", *arguments, "-c", str(world.config)])


def test_only_who_handles_the_request_gets_it_and_then_it_is_answered(world, ada, tmp_path, audit_entries):
    target = tmp_path / "ada.zip"
    refused = run(world, "export", ada, "--out", str(target))
    assert isinstance(refused.exception, PolicyError) and not target.exists()
    stranger = run(world, "export", "nobody@example.com", "--out", str(target))
    assert str(stranger.exception) == str(refused.exception), "who may not see it learns who is known here"
    with world.open() as hub, hub.store.read() as tx:
        assert tx.requests.list() == [], "a look that was denied put a request on the register"
    world.edit(lambda settings: settings["roles"].update(operator=["dsar_clerk"]))
    done = run(world, "export", ada, "--out", str(target), "--json")
    assert done.exit_code == 0, done.output
    assert target.stat().st_mode & 0o777 == 0o600 and zipfile.ZipFile(target).testzip() is None
    with world.open() as hub, hub.store.read() as tx:
        (request,) = tx.requests.list(closed=True)
        assert (request.kind, request.outcome, request.law) == ("access", "exported", "GDPR")
    steps = [(one["outcome"], one["reasons"]) for one in audit_entries(world, type="request")]
    assert steps == [("opened", ["access", "GDPR"]), ("closed", ["access", "GDPR", "exported"])]
    looks = [(one["outcome"], one["reasons"][-1]) for one in audit_entries(world, type="read")]
    assert ("denied", "because data_subject_request") in looks and ("shown", "because data_subject_request") in looks
    assert run(world, "import", str(target)).exception.reason == "person.known"
    assert run(world, "import", str(world.config)).exception.exit_code == 2


def test_a_role_that_does_not_exist_is_no_role_that_is_denied(world):
    asked = CliRunner().invoke(app, ["access", "explain", "--role", "agnet", "-c", str(world.config)])
    assert isinstance(asked.exception, ConfigError) and "there is no 'agnet'" in str(asked.exception)


def test_of_two_exports_to_one_file_at_once_the_second_is_refused(world, ada, tmp_path, monkeypatch):
    """It may be of somebody else: whoever asked first would hand over another person's data."""
    target = tmp_path / "ada.zip"
    world.edit(lambda settings: settings["roles"].update(operator=["dsar_clerk"]))

    def collect(rooms, person):
        target.write_bytes(b"of somebody else")
        return real(rooms, person)

    real = export_command.collect
    monkeypatch.setattr(export_command, "collect", collect)
    refused = run(world, "export", ada, "--out", str(target))
    assert isinstance(refused.exception, ConfigError) and target.read_bytes() == b"of somebody else"
    with world.open() as hub, hub.store.read() as tx:
        assert [one.outcome for one in tx.requests.list()] == [None], "it waits for its answer"
