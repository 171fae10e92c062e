"""Salesforce's own rule for aggregated consent: false if any value that is consulted is an opt-out."""

import pytest

from hub.cli.consent import _append
from hub.pipeline.gate import ledger_events
from hub.privacy.consent import Query, decide
from hub.schema import ConsentScope, ConsentState
from hub_salesforce.simulated_seed import add_consent, add_lead, add_point_consent
from hub_salesforce.simulated_table import make_id

pytestmark = pytest.mark.slow

EMOTION, MARKETING, LINK = (
    ("EmotionAnalysis", "emotion.label", None), ("DirectMarketing", "contact", "email"), ("IdentityLink.X", "contact", None)
)  # fmt: skip
TABLE = [
    # what Salesforce holds, an hour between the steps; the question; the answer. A capital names a consent object.
    ("one yes", [["A yes"]], EMOTION, True),
    ("a yes of another object after the no", [["A no"], ["B yes"]], EMOTION, False),
    ("a no after the yes", [["A yes"], ["B no"]], EMOTION, False),
    ("the same object changes its mind", [["A no"], ["A yes"]], EMOTION, True),
    ("the object that said no says yes, too", [["A no"], ["B yes"], ["A yes"]], EMOTION, True),
    ("one of two objects that said no says yes", [["A no", "B no"], ["A yes"]], EMOTION, False),
    ("a yes after the no of one that is gone again", [["A yes"], ["A gone"], ["B yes"]], EMOTION, True),
    ("no profiling", [["HasOptedOutProfiling"], ["A yes"]], EMOTION, False),
    ("no processing", [["HasOptedOutProcessing"], ["A yes"]], EMOTION, False),
    ("to be forgotten", [["ShouldForget"], ["A yes"]], EMOTION, False),
    ("no offers says nothing of emotion", [["HasOptedOutSolicit"], ["A yes"]], EMOTION, True),
    ("no offers", [["HasOptedOutSolicit"], ["A yes"]], MARKETING, False),
    ("no mail", [["HasOptedOutOfEmail"], ["A yes"]], MARKETING, False),
    ("no calls says nothing of mail", [["no calls"], ["A yes"]], MARKETING, True),
    ("no tracking", [["HasOptedOutTracking"], ["A yes"]], LINK, False),
    ("no tracking says nothing of offers", [["HasOptedOutTracking"], ["A yes"]], MARKETING, True),
    ("no mail to the address, then yes to mail", [["point no"], ["A yes"]], MARKETING, False),
    ("yes to mail, then no mail to the address", [["A yes"], ["point no"]], MARKETING, False),
    ("no mail, then yes for the address", [["A no"], ["point yes"]], MARKETING, False),
    ("the address changes its mind", [["point no"], ["point yes"]], MARKETING, True),
    ("no mail to the Lead that somebody was", [["A yes"], ["lead no"]], MARKETING, False),
    ("no mail to the Lead, and a yes of the Contact", [["lead no"], ["A yes"]], MARKETING, False),
    ("no analysis, by the address", [["A yes"], ["point no"]], EMOTION, False),
]


class Org:
    """The consent of one person each row of the table, as an administrator of the org would keep it."""

    def __init__(self, world):
        self.world = world
        self.table = world.simulator("salesforce").table
        self.objects = {}
        for sobject in ("ContactPointTypeConsent", "Individual"):
            self.table.rows[sobject].clear()
        for n in range(1, 1 + len(TABLE)):
            flags = dict.fromkeys(
                ("HasOptedOutProcessing", "HasOptedOutProfiling", "HasOptedOutTracking", "HasOptedOutSolicit", "ShouldForget"),
                False,
            )  # fmt: skip
            party = self.table.add("Individual", flags, id=make_id("Individual", n))
            self.table.change("Contact", make_id("Contact", n), {"IndividualId": party})

    def act(self, number, purpose, what):
        name, _, said = what.partition(" ")
        if what == "no calls":
            key = add_consent(self.table, number, purpose, "OptOut", self.world.clock.now())
            self.table.change("ContactPointTypeConsent", key, {"ContactPointType": "Phone", "DataUsePurposeId": None})
        elif what == "HasOptedOutOfEmail":
            self.table.change("Contact", make_id("Contact", number), {what: True})
        elif name == "lead":
            key, person = make_id("Contact", number), make_id("Individual", number)
            fields = {
                "ConvertedContactId": key,
                "IndividualId": person,
                "IsConverted": True,
                "HasOptedOutOfEmail": True,
            }
            add_lead(self.table, "Some Body", f"lead{number}@example.org", self.world.clock.now(), **fields)
        elif not said:
            self.table.change("Individual", make_id("Individual", number), {what: True})
        elif said == "gone":
            self.table.bin("ContactPointTypeConsent", self.objects[number, name])
        else:
            self._answer(number, name, purpose, {"yes": "OptIn", "no": "OptOut"}[said])

    def _answer(self, number, name, purpose, status):
        now, known = self.world.clock.now(), self.objects.get((number, name))
        if known is not None:
            when = now.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
            sobject = "ContactPointConsent" if name == "point" else "ContactPointTypeConsent"
            self.table.change(sobject, known, {"PrivacyConsentStatus": status, "CaptureDate": when})
        elif name == "point":
            person, address = make_id("Individual", number), f"point{number}@example.org"
            self.objects[number, name] = add_point_consent(self.table, person, address, status, now, purpose)
        else:
            self.objects[number, name] = add_consent(self.table, number, purpose, status, now)


@pytest.fixture
def world(world_in):
    world = world_in("sqlite", size=len(TABLE))
    org = Org(world)
    for step in range(max(len(steps) for _, steps, _, _ in TABLE)):
        world.clock.advance(3600)
        for number, (_, steps, (purpose, _, _), _) in enumerate(TABLE, start=1):
            for what in steps[step] if step < len(steps) else ():
                org.act(number, purpose, what)
        world.clock.advance(3600)
        world.pull("salesforce-pull")
    return world


def answer(world, number, question):
    purpose, category, channel = question
    with world.open() as hub, hub.store.read() as tx:
        person = world.person(hub, tx, world.members[number - 1])
        events = ledger_events(tx.consents.for_persons([person])[person])
        query = Query(person, purpose, category, None, world.clock.now(), ("DE",), channel=channel)
        return person, decide(hub.rooms.policy, events, query).allowed


def test_the_most_restrictive_object_is_heard(world):
    got = {name: answer(world, n, asked)[1] for n, (name, _, asked, _) in enumerate(TABLE, start=1)}
    assert got == {name: allowed for name, _, _, allowed in TABLE}
    refused = next(n for n, row in enumerate(TABLE, start=1) if row[0] == "a yes of another object after the no")
    person, _ = answer(world, refused, EMOTION)
    world.clock.advance(60)
    with world.open() as hub:
        scope = ConsentScope(purpose="EmotionAnalysis", category="emotion")
        _append(hub, person, ConsentState.GIVEN, scope, explicit=True, notice=1)
    assert answer(world, refused, EMOTION)[1], "what the person tells the hub itself is no object of Salesforce"
