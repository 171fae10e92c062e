"""The dossier: what a deployment does with personal data, gathered from its live configuration.

The notice, the impact assessment and the record of processing are written from it, so none of them can tell another story.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from hub.privacy.access import AccessPolicy
from hub.privacy.categories import FIELDS
from hub.privacy.document import read_document, validate
from hub.privacy.policy import HUB, Policy, content_hash
from hub.privacy.rules import Destination, Purpose, RetentionRule, Rule


class Answer(Rule):
    """What a person wrote to a question of the impact assessment; ``gauge`` where it asks for a judgement."""

    text: str
    gauge: Literal["negligible", "limited", "significant", "maximum"] | None = None


class Statement(Rule):
    """The file ``statement.yaml``: what no configuration knows and only people can say; what it does not say is a gap.

    Args:
        version: of this format.
        controller: company and address.
        contact: how people reach it about their data.
        officer: how they reach the data protection officer.
        opt_out: where they withdraw consent or object.
        authority: where they can complain.
        processors: what was agreed with each system, by connection.
        transfers: where data of each system goes outside the EEA, and on which ground, by connection.
        titles: titles of purposes in other languages.
        answers: answers to questions of the impact assessment, by number.
    """

    version: Literal[1]
    controller: str | None = None
    contact: str | None = None
    officer: str | None = None
    opt_out: str | None = None
    authority: str | None = None
    processors: dict[str, str] = Field(default_factory=dict)
    transfers: dict[str, str] = Field(default_factory=dict)
    titles: dict[str, dict[str, str]] = Field(default_factory=dict)
    answers: dict[str, Answer] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A system that is read: connection, the connector's title, its hosts, the streams and the configured address."""

    connection: str
    title: str
    hosts: tuple[str, ...]
    streams: tuple[str, ...]
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """A push: which system, at which configured address, gets which objects for which purpose."""

    name: str
    connection: str
    title: str
    hosts: tuple[str, ...]
    purpose: str
    objects: tuple[str, ...]
    origin: str = ""


@dataclass(frozen=True)
class Dossier:
    """Everything there is to tell.

    Args:
        tenant: name of the deployment.
        policy: the rules.
        access: who may look.
        statement: what people said.
        sources: systems that are read.
        flows: systems that are written to.
        channels: where what is read was said.
        labels: what may be inferred.
        model: what infers it, with its version.
        measures: figures of the model's quality, by name.
        redaction: languages with a name recogniser, entities, and what happens to other languages.
        redaction_rules: hash over all of ``redaction.yaml``.
    """

    tenant: str
    policy: Policy
    access: AccessPolicy
    statement: Statement
    sources: tuple[Source, ...]
    flows: tuple[Flow, ...]
    channels: tuple[str, ...]
    labels: tuple[str, ...]
    model: str
    measures: Mapping[str, float] = field(default_factory=dict)
    redaction: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    redaction_rules: str = ""

    def purposes(self) -> Iterator[tuple[str, Purpose]]:
        """These purposes are in use: those that the hub or a flow serves, in the file's order."""
        used = set(self.policy.destinations.destinations[HUB].purposes)
        used |= {flow.purpose for flow in self.flows} | {p for d in self.recipients().values() for p in d.purposes}
        return ((name, one) for name, one in self.policy.purposes.purposes.items() if name in used)

    def recipients(self) -> dict[str, Destination]:
        """These systems receive something: destinations that a flow writes to."""
        known = self.policy.destinations.destinations
        return {flow.connection: known[flow.connection] for flow in self.flows if flow.connection in known}

    def told(self, connection: str) -> dict[str, str]:
        """These fields about people go to a system, each with its operator."""
        entry = self.recipients().get(connection)
        rules = entry.rules if entry else {}
        return {path: rules[path].do for path in sorted(rules) if rules[path].do != "drop" and FIELDS[path] is not None}

    def retention(self) -> tuple[RetentionRule, ...]:
        """These rules say how long what is kept."""
        return self.policy.retention.rules

    def line(self, file: str, *trail: str | int) -> str:
        """This is where something is configured: file and line."""
        document = self.access.document if file == "access.yaml" else self.policy.documents.get(file)
        return f"{file}:{document.line(trail)}" if document else file

    def safeguards(self) -> dict[str, str]:
        """These are hashes over what protects people and stands in no sentence of the papers, by its name."""
        rules = self.policy
        addresses = {(one.connection, one.origin) for one in self.sources}
        addresses |= {(one.connection, one.origin) for one in self.flows}
        return {
            "redaction.yaml": self.redaction_rules,
            "access.yaml": self.access.version,
            "jurisdictions.yaml": content_hash(rules.jurisdictions.model_dump(mode="json")),
            "operations in purposes.yaml": content_hash(rules.purposes.operations.model_dump(mode="json")),
            "addresses of connections": content_hash(sorted(addresses)),
        }

    def fingerprint(self, flow: Flow, *, addressed: bool = True) -> str:
        """This hash over purpose, destination, address, system and model of a flow changes whenever one of them does.

        Approvals of before addresses counted are compared without them (``addressed``).
        """
        rules = self.policy.purposes
        chain = sorted(self.policy.purpose_lineages.get(flow.purpose, ()))
        entry = self.policy.destinations.destinations.get(flow.connection)
        return content_hash({
            "flow": [flow.connection, flow.title, sorted(flow.hosts), flow.purpose, sorted(flow.objects)],
            "purposes": {name: rules.purposes[name].model_dump(mode="json", exclude_defaults=True) for name in chain},
            "forbidden": sorted(rules.emotion_forbidden),
            "destination": entry.model_dump(mode="json", exclude_defaults=True) if entry else None,
            "model": self.model,
            **({"origin": flow.origin} if addressed else {}),
        })  # fmt: skip


def load_statement(folder: Path) -> Statement:
    """This reads ``statement.yaml``; where there is none, everything in it is a gap."""
    path = folder / "statement.yaml"
    return validate(read_document(path), Statement) if path.exists() else Statement(version=1)


def period(value: timedelta) -> str:
    """This is a period as ISO 8601 writes it, in days where it is whole days."""
    days, rest = divmod(int(value.total_seconds()), 86_400)
    return f"P{days}D" if not rest else f"PT{int(value.total_seconds()) // 3600}H"
