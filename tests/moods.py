"""People who have said something with a feeling, as a pull leaves them in the store."""

from datetime import timedelta

from hub.schema import AuthorRole, EmotionTag, Interaction, Party, Provenance, Redaction
from hub.store.records import StoredRecord


def say(hub, said, when):
    """New people, each of whom said one thing at a moment; ``said`` counts them by label and channel."""
    with hub.store.begin() as tx:
        for (label, channel), count in said.items():
            records = [record(person, label, channel, when) for person in tx.persons.create_many(count)]
            tx.records.put(records)
            tx.tags.put([tag(one, label) for one in records])


def record(person, label, channel, when):
    made = Interaction(
        id=f"itx_{person}_{label}_{channel}", channel=channel, author=Party(role=AuthorRole.CUSTOMER), visibility="private",
        provenance=Provenance(connection="desk", connector="zendesk", stream="tickets", key=f"{person}{label}", version="1"),
        occurred_at=when, text="Where is it?", language="en", redaction=Redaction(engine="test"),
    )  # fmt: skip
    return StoredRecord(person, made, "content", None, "run_1", f"ref_{made.id}")


def tag(stored, label):
    said = stored.record.occurred_at
    return EmotionTag(
        id=f"tag_{stored.record.id}", record_id=stored.record.id, person_id=stored.person_id, label=label, intensity=0.5,
        confidence=0.9, abstained=False, valence=0.0, distress=0.1, churn_risk=0.1, model="test/1", occurred_at=said,
        expires_at=said + timedelta(days=90),
    )  # fmt: skip
