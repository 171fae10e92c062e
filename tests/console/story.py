"""A deployment with something of everything in its ledger, and with people in it whom no page may know."""

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from hub.app import open_hub, write_key
from hub.audit.entry import Entry as AuditEntry
from hub.schema import AuthorRole, Identifier, IdentifierKind, Interaction, Party, Provenance, Redaction
from hub.store.delivery import DeliveryState, NewDelivery, Note, Settlement
from hub.store.ledger import PullCounts, PullOutcome, PullState, RunStatus
from hub.store.migration import migrate
from hub.store.quarantine import Quarantined
from hub.store.records import StoredRecord
from hub.store.requests import RequestKind

ROOT = Path(__file__).parents[2]
CANARIES = ("zephyrine.quill@example.org", "Zephyrine Quill", "zq-customer-777", "The parcel smelled of vinegar")
NOW = datetime(2026, 5, 20, 3, 7, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Story:
    """The deployment, its clock, and the runs that were written."""

    config: Path
    clock: Clock
    runs: dict[str, str]
    person: str

    def set_roles(self, roles: str, actor: str = "operator") -> None:
        text = re.sub(r"(?m)^(actor|roles): .*\n", "", self.config.read_text())
        self.config.write_text(f"{text}actor: {actor}\nroles: {roles}\n")


def tell(folder: Path) -> Story:
    """Writes the deployment and its ledger."""
    for name in ("privacy", "mappings"):
        shutil.copytree(ROOT / name, folder / name)
    settings = yaml.safe_load((ROOT / "hub.yaml").read_text())
    for key in ("actor", "roles"):
        settings.pop(key, None)
    config = folder / "hub.yaml"
    config.write_text(yaml.safe_dump(settings, sort_keys=False))
    for key in ("root.key", "audit.key"):
        write_key(folder / "var" / key)
    migrate(f"sqlite:///{folder}/var/hub.db")
    clock = Clock()
    with open_hub(config, now=clock.now) as hub:
        person = _people(hub)
        runs = {"good": _pull(hub, clock), "late": _late(hub, clock), "push": _push(hub, clock, person)}
        _owed(hub, person)
        hub.audit.sequence()
    clock.at = NOW
    return Story(config, clock, runs, person)


def _people(hub):
    with hub.store.begin() as tx:
        person = tx.persons.create()
        email = Identifier(kind=IdentifierKind.EMAIL, value=CANARIES[0], issuer="", verified=True)
        tx.persons.attach(person, [email])
        said = Interaction(
            id="itx_1", channel="ticket", author=Party(role=AuthorRole.CUSTOMER), visibility="private",
            provenance=Provenance(connection="zendesk", connector="zendesk", stream="tickets", key=CANARIES[2], version="1"),
            occurred_at=NOW, text=CANARIES[3], language="en", redaction=Redaction(engine="test"),
        )  # fmt: skip
        tx.records.put([StoredRecord(person, said, "content", None, "run_1", "ref_1")])
    return person


def _pull(hub, clock):
    """Five records: three stored, one withheld, one quarantined; the run ends in part."""
    clock.at = NOW - timedelta(minutes=20)
    with hub.store.begin() as tx:
        run = tx.ledger.start_run("zendesk-pull", "pull", "rev1")
        rows = [PullOutcome(f"ref_{n}", "1", PullState.STORED) for n in range(3)]
        rows += [PullOutcome("ref_w", "1", PullState.WITHHELD, "consent.none", policy="p1")]
        rows += [PullOutcome("ref_q", "1", PullState.QUARANTINED, "mapping.missing")]
        tx.ledger.batch(run, "zendesk-pull", "zendesk", "tickets", CANARIES[2], PullCounts(5, 3, 0, 1, 1), rows)
        tx.quarantine.put([Quarantined("zendesk", "tickets", CANARIES[0], "1", "mapping.missing", run)])
    clock.at += timedelta(seconds=12)
    with hub.store.begin() as tx:
        tx.ledger.finish_run(run, RunStatus.PARTIAL)
    return run


def _late(hub, clock):
    """A pull that went well two days ago, and never since."""
    clock.at = NOW - timedelta(days=2)
    with hub.store.begin() as tx:
        run = tx.ledger.start_run("salesforce-pull", "pull", "rev1")
        tx.ledger.batch(run, "salesforce-pull", "salesforce", "contacts", None, PullCounts(), [])
        tx.ledger.finish_run(run, RunStatus.SUCCEEDED)
    clock.at = NOW - timedelta(minutes=30)
    with hub.store.begin() as tx:
        failed = tx.ledger.start_run("salesforce-pull", "pull", "rev1")
        tx.ledger.finish_run(failed, RunStatus.FAILED)
    return failed


def _push(hub, clock, person):
    """Three rows: one confirmed, one withheld, one dead."""
    clock.at = NOW - timedelta(minutes=10)
    with hub.store.begin() as tx:
        run = tx.ledger.start_run("zendesk-push", "push", "rev1")
        batch = tx.ledger.selection(run, "zendesk-push", "zendesk", "push:users", "1", 3)
        tx.outbox.enqueue([_row(run, batch, person, key) for key in ("a", "b")])
        note = Note(
            "zendesk",
            "users",
            "target_c",
            DeliveryState.WITHHELD,
            "optout.withdrawn",
            person,
            policy="p1",
            batch_id=batch,
        )
        tx.outbox.note("zendesk-push", run, [note])
        tx.outbox.claim("zendesk-push", "users", 10, run)
        tx.outbox.settle([
            Settlement("idem_a", DeliveryState.CONFIRMED), Settlement("idem_b", DeliveryState.FAILED, "INVALID_FIELD"),
        ])  # fmt: skip
    clock.at += timedelta(seconds=3)
    with hub.store.begin() as tx:
        tx.ledger.finish_run(run, RunStatus.PARTIAL)
    return run


def _row(run, batch, person, key):
    return NewDelivery(
        sync="zendesk-push", run_id=run, connection="zendesk", object="users", person_id=person,
        target_ref=f"target_{key}", key=CANARIES[2], fields={"notes": CANARIES[1]}, payload_hash="h",
        idempotency_key=f"idem_{key}", consent_seq=1, policy="p1", batch_id=batch,
    )  # fmt: skip


def _owed(hub, person):
    with hub.store.begin() as tx:
        hub.audit.record(tx, [AuditEntry(type="run", outcome="started", subject=tx.persons.audit_ref(person))])
        tx.obligations.open(
            tx.persons.audit_ref(person), "x", "withdrawal.not_clearable", "social desk", NOW - timedelta(days=1)
        )
        tx.requests.open(
            person, RequestKind.ACCESS, "GDPR", received_at=NOW - timedelta(days=9), due_at=NOW + timedelta(days=21)
        )
