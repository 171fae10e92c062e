"""The catalogue: every metric and every span there is, with its labels. What is not in here is neither counted nor told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, named as OpenTelemetry names them.

    Args:
        name: lower-case words with dots.
        kind: ``counter``: a total that grows for ever; ``gauge``: how it is now.
        unit: UCUM; in braces: what is counted.
        labels: what its figures are told apart by; each is a label of the vocabulary.
        about: what it tells.
    """

    name: str
    kind: Literal["counter", "gauge"]
    unit: str
    labels: tuple[str, ...]
    about: str

    @property
    def exposed(self) -> str:
        """This is its name for Prometheus, by the rules of OpenTelemetry: unit in words, counters end in ``_total``."""
        units = {"s": "_seconds"}
        return self.name.replace(".", "_") + units.get(self.unit, "") + ("_total" if self.kind == "counter" else "")


METRICS = (
    Metric("attune.runs", "counter", "{run}", ("sync", "kind", "state"), "runs that have ended; a part is a run of its own"),
    Metric(
        "attune.records", "counter", "{record}", ("sync", "state", "reason"),
        "records that were read, by what became of each; their sum is what was read",
    ),
    Metric("attune.redactions", "counter", "{entity}", ("connection", "entity"), "pieces of personal data taken out of text"),
    Metric(
        "attune.tags", "counter", "{tag}", ("emotion",),
        "emotion tags that were made; an emotion is named where one batch tells it of ten people, else it is `few`",
    ),
    Metric(
        "attune.rows", "counter", "{row}", ("sync", "connection", "state", "reason"),
        "rows for a destination, by what became of each; one that is settled later counts once more",
    ),
    Metric("attune.sync.last_run.timestamp", "gauge", "s", ("sync",), "when the latest run of a sync began, since 1970"),
    Metric("attune.sync.last_success.timestamp", "gauge", "s", ("sync",), "when a run last left nothing behind, since 1970"),
    Metric("attune.sync.lag", "gauge", "s", ("sync",), "age of what a sync knows: time since its last success"),
    Metric("attune.sync.running", "gauge", "{run}", ("sync",), "runs under way"),
    Metric("attune.queue", "gauge", "{row}", ("sync", "state"), "rows that are not settled; `dead` ones are dead letters"),
    Metric("attune.dead_letter.age", "gauge", "s", ("sync",), "age of a push's oldest dead letter"),
    Metric("attune.quarantine", "gauge", "{record}", (), "records that could not be read or mapped, and wait for somebody"),
    Metric("attune.budget.limit", "gauge", "{call}", ("connection", "limit"), "calls that a vendor allows in a window"),
    Metric("attune.budget.left", "gauge", "{call}", ("connection", "limit"), "calls that are left of them"),
    Metric("attune.budget.blocked", "gauge", "s", ("connection", "limit"), "time for which a vendor lets nobody call"),
    Metric("attune.expiry.backlog", "gauge", "{record}", ("kind",), "records and tags past their date that still rest"),
    Metric("attune.expiry.overdue", "gauge", "s", ("kind",), "how long the oldest of them is past its date"),
    Metric("attune.audit.size", "gauge", "{entry}", (), "entries of the audit log that have their place in the tree"),
    Metric("attune.audit.waiting", "gauge", "{entry}", (), "entries that wait for their place"),
    Metric("attune.audit.checkpoint.timestamp", "gauge", "s", (), "when the latest checkpoint was signed, since 1970"),
    Metric("attune.audit.anchored", "gauge", "{entry}", ("kind", "name"), "entries that somebody else has vouched for"),
    Metric("attune.owed", "gauge", "{item}", ("kind",), "requests, obligations and erasures that are open"),
    Metric("attune.owed.late", "gauge", "{item}", ("kind",), "those of them that are late"),
    Metric("attune.alert", "gauge", "{alert}", ("alert", "sync"), "1 for each alert of `hub alerts` that stands"),
)  # fmt: skip
"""All metrics, in the order in which they are told."""

SPANS: dict[str, str] = {
    "attune.run": "one run of a sync, or of a part of it",
    "attune.pull.page": "waiting for the next page of a vendor",
    "attune.pull.store": "one batch through the steps and into the store",
    "attune.push.select": "some people decided about, and what may leave put into the outbox",
    "attune.push.claim": "rows marked as sending, consent asked once more",
    "attune.push.write": "rows handed to the connector",
    "attune.push.settle": "what became of them written down",
    "attune.push.reconcile": "earlier rows without an answer read back",
    "attune.sweep.delete": "some expired records and tags deleted",
    "attune.erase.step": "one step of an erasure",
}
"""All spans, by name."""

ATTRIBUTES: dict[str, str] = {
    "attune.run.id": "run",
    "attune.run.kind": "kind",
    "attune.run.state": "state",
    "attune.sync": "sync",
    "attune.connection": "connection",
    "attune.stream": "stream",
    "attune.object": "object",
    "attune.count": "",
    "error.type": "error",
}
"""What a span may tell: attribute to label of the vocabulary; empty: a whole number."""
