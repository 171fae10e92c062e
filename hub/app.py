"""The composition root: opens the rooms that a command needs, and wires them."""

from __future__ import annotations

import base64
import binascii
import secrets
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub import plugins as plugin_loader
from hub.audit.anchoring import TimestampAuthority, TrustedWitness, read_certificates
from hub.audit.anchors import Anchors
from hub.audit.folder import LogFolder
from hub.audit.key import Signer, Verifier
from hub.audit.keyring import KeyRing
from hub.audit.log import AuditLog
from hub.budget import SharedBudget, limits_of
from hub.config import (
    Deployment,
    SyncSettings,
    load_settings,
    name_of_secret,
    resolve_config,
    resolve_limits,
    resolve_secret,
)
from hub.contract import (
    Capability,
    Connector,
    ConsentSource,
    Context,
    Destination,
    Eraser,
    Limit,
    Object,
    Scorer,
    Source,
    Stream,
    Tagger,
)
from hub.emotion.selection import Shares
from hub.errors import ConfigError, HubError, PolicyError, TransientError
from hub.file import write_new
from hub.mappings.load import MappingSet, load_mappings
from hub.mappings.touchpoint import channels_of
from hub.pipeline.caps import Caps
from hub.pipeline.door import Door, Viewer
from hub.pipeline.erase import EraseJob
from hub.pipeline.holder import this_process
from hub.pipeline.journal import ErasureJournal, replay
from hub.pipeline.order import Order
from hub.pipeline.plan import PushJob
from hub.pipeline.pull import PullJob
from hub.pipeline.restore import RestoreJob
from hub.pipeline.rooms import Rooms
from hub.pipeline.rotation import RotationJob, read_copy
from hub.pipeline.sweep import SweepJob
from hub.pipeline.upkeep import UpkeepReport
from hub.pipeline.upkeep import upkeep as run_upkeep
from hub.plugins import Plugins
from hub.privacy.access import AccessPolicy, load_access
from hub.privacy.approvals import Approvals, load_approvals
from hub.privacy.controller import Controller, load_controller
from hub.privacy.deadlines import Deadlines, load_deadlines
from hub.privacy.dossier import Dossier, Flow, load_statement
from hub.privacy.dossier import Source as FlowSource
from hub.privacy.policy import UNREADABLE, Policy, closed_policy, content_hash, load_policy
from hub.privacy.redaction import RedactionPolicy, Redactor, load_redaction, make_redactor
from hub.privacy.wordbook import Wordbook, load_wordbook
from hub.revision import revision_of
from hub.schema import EmotionLabel
from hub.store.delivery import Retry
from hub.store.epochs import Epochs
from hub.store.store import Store, has_keys, open_store
from hub.store.vault import Vault
from hub.telemetry.vocabulary import declare
from hub.transport import PreparedSession, Route, TransportLimits, check_base_url, prepare_session
from hub.watch.alert import Alert, find_alerts
from hub.watch.channel import Answer, Channel, notify
from hub.watch.lineage import Lineage, lineage_of
from hub.watch.mail import Mail
from hub.watch.sample import Sample, samples
from hub.watch.slack import Slack
from hub.watch.snapshot import Plan, Snapshot, take_snapshot
from hub.watch.thresholds import Thresholds

KEY_BYTES = 32

_Found = TypeVar("_Found")

# Anchoring comes after the work and must not hold it up.
_ANCHORING = TransportLimits(
    connect_timeout=5, read_timeout=15, answer_timeout=20, retries=1, max_wait=5, max_response_bytes=1 << 20
)


def utc_now() -> datetime:
    """This is the real clock."""
    return datetime.now(UTC)


@dataclass
class Hub:
    """One deployment, its rooms opened on first use.

    Args:
        deployment: the settings.
        now: the clock.
        dry_run: everything happens in one transaction that is rolled back at the end; nothing is sent.
        sleep: how connectors wait.
        bounds: bounds of each connection's traffic; the usual ones where it is None.
    """

    deployment: Deployment
    now: Callable[[], datetime] = utc_now
    dry_run: bool = False
    sleep: Callable[[float], None] = time.sleep
    bounds: TransportLimits | None = None
    sessions: list[PreparedSession] = field(default_factory=list)

    @cached_property
    def plugins(self) -> Plugins:
        """The installed plugins."""
        return plugin_loader.load(self.deployment.settings.plugins)

    @cached_property
    def vault(self) -> Vault:
        """Keyed hashes and encryption under the root key.

        A database without anybody in it gets a file of epoch keys; an older one, whose keys hang from the root key alone,
        gets it with its first rotation.
        """
        epochs = self.epochs
        if not epochs.path.exists() and not self.dry_run and not has_keys(self.deployment.store_url()):
            epochs.create(self.now())
        return _vault(epochs, self.deployment.settings.tenant)

    @cached_property
    def epochs(self) -> Epochs:
        """The file of epoch keys."""
        settings = self.deployment.settings
        key = _key(self.deployment, settings.root_key, "root_key")
        return Epochs(self.deployment.path(settings.keys.epochs), key, name_of_secret("root_key", settings.root_key))

    @cached_property
    def store(self) -> Store:
        """The database; whoever a restored backup has brought back is erased again before anything else."""
        store = open_store(self.deployment.store_url(), self.vault, now=self.now, dry_run=self.dry_run)
        replay(self.journal, store, AuditLog(store, self.signer, self.now))
        return store

    @cached_property
    def journal(self) -> ErasureJournal:
        """The erasure journal."""
        return ErasureJournal(self.deployment.path(self.deployment.settings.erasure_journal))

    @cached_property
    def signer(self) -> Signer:
        """The audit log's key."""
        return self.read_signer(self.deployment.settings.audit_key, "audit_key")

    def read_signer(self, reference: str, name: str) -> Signer:
        """This is a key of the audit log behind a secret reference; ``name`` says whose in errors."""
        key = Ed25519PrivateKey.from_private_bytes(_key(self.deployment, reference, name))
        return Signer(f"attune.example/audit/{self.deployment.settings.tenant}", key)

    @cached_property
    def policy(self) -> Policy:
        """The privacy rules."""
        return load_policy(self.deployment.path(self.deployment.settings.privacy))

    @cached_property
    def controller(self) -> Controller:
        """Who answers for the data."""
        return load_controller(self.deployment.path(self.deployment.settings.privacy))

    @cached_property
    def wordbook(self) -> Wordbook:
        """What the departments call the emotions."""
        return load_wordbook(self.deployment.path(self.deployment.settings.privacy))

    @cached_property
    def deadlines(self) -> Deadlines:
        """By when people must have an answer."""
        return load_deadlines(self.deployment.path(self.deployment.settings.privacy))

    @cached_property
    def access(self) -> AccessPolicy:
        """Who may look at what."""
        return load_access(self.deployment.path(self.deployment.settings.privacy), self.policy)

    @cached_property
    def approvals(self) -> Approvals:
        """What was approved of what the configuration says."""
        return load_approvals(self.deployment.path(self.deployment.settings.privacy))

    @property
    def stale_flows(self) -> tuple[str, ...]:
        """These pushes are not what the approved impact assessment describes; none before the first approval."""
        return self.approvals.stale_flows(self.dossier) if self.approvals.assessment else ()

    @cached_property
    def dossier(self) -> Dossier:
        """What this deployment does with personal data, for those who must be told and those who must judge."""
        return Dossier(
            tenant=self.deployment.settings.tenant,
            policy=self.policy,
            access=self.access,
            statement=load_statement(self.deployment.path(self.deployment.settings.privacy)),
            sources=tuple(self._sources()),
            flows=tuple(self._flows()),
            channels=self._channels(),
            labels=tuple(EmotionLabel),
            model=self.tagger.name,
            measures=dict(getattr(self.tagger, "measures", {})),
            redaction={"languages": self.redaction.languages, "entities": self.redaction.entities},
            redaction_rules=self.redaction.fingerprint,
        )

    def _syncs(self, kind: str) -> list[tuple[str, SyncSettings]]:
        return sorted((name, sync) for name, sync in self.deployment.settings.syncs.items() if sync.kind == kind)

    def _sources(self) -> Iterator[FlowSource]:
        for _, sync in self._syncs("pull"):
            manifest = self.connector(sync.connection).manifest
            yield FlowSource(
                sync.connection, manifest.title, manifest.hosts, sync.streams, self._address(sync.connection)
            )

    def _flows(self) -> Iterator[Flow]:
        for name, sync in self._syncs("push"):
            manifest = self.connector(sync.connection).manifest
            yield Flow(
                name, sync.connection, manifest.title, manifest.hosts, str(sync.purpose), sync.objects,
                self._address(sync.connection),
            )  # fmt: skip

    def _address(self, connection: str) -> str:
        """Where a connection goes, as it is configured: no secret is looked up for it."""
        settings, connector = self._connection(connection), self.connector(connection)
        try:
            origin = connector.origin(connector.config_model.model_construct(**settings.config))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            origin = content_hash(settings.config)  # it cannot tell from what is written: then everything there counts
        return f"{origin} {settings.base_url or ''}".strip()

    def _channels(self) -> tuple[str, ...]:
        read = [
            (self.connector(sync.connection).manifest.name, one)
            for _, sync in self._syncs("pull")
            for one in sync.streams
        ]
        wanted = {f"{connector}.{stream}" for connector, stream in read}
        files = [source for source in self.mappings.files if source.name in wanted]
        return tuple(sorted(frozenset[str]().union(*(channels_of(source) for source in files))))

    @cached_property
    def door(self) -> Door:
        """Where whoever uses this deployment asks before they see anything personal."""
        return self.door_for(self.actor)

    def door_for(self, actor: str) -> Door:
        """This is the door for somebody else than the deployment's own actor, such as a user of a console."""
        settings = self.deployment.settings
        bound = settings.roles
        for name, roles in bound.items() if self.access.file.roles else ():
            for role in roles:
                _pick(dict.fromkeys(self.access.file.roles, role), role, f"roles.{name}")
        viewer = Viewer(actor, frozenset(bound.get(actor, ())), settings.agents.get(actor, {}))
        return Door(self.store, self.audit, self.access, viewer, self.now)

    @cached_property
    def mappings(self) -> MappingSet:
        """The mapping files: the site's own first, then the plugins'."""
        site = self.deployment.path(self.deployment.settings.mappings)
        return load_mappings([site, *self.plugins.mapping_folders()], functions=self.plugins.offered.functions)

    @cached_property
    def audit(self) -> AuditLog:
        """The transparency log."""
        return self.audit_of(self.store)

    def audit_of(self, store: Store) -> AuditLog:
        """This is the transparency log in a store."""
        settings = self.deployment.settings.audit
        mirror = LogFolder(self.deployment.path(settings.mirror)) if settings.mirror else None
        return AuditLog(
            store, self.signer, self.now, mirror, KeyRing.load(self.deployment.path(settings.keys), self.signer)
        )

    @property
    def anchors(self) -> Anchors:
        """Everybody who speaks about the audit log."""
        hours = self.deployment.settings.audit.anchor_every
        every = None if hours is None else timedelta(hours=hours)
        return Anchors(self.audit, self.witnesses, self.authorities, self.post, every)

    @property
    def witnesses(self) -> list[TrustedWitness]:
        """Those who cosign the audit log."""
        return [
            TrustedWitness(one.name, Verifier.parse(one.vkey), one.url)
            for one in self.deployment.settings.audit.witnesses
        ]

    @property
    def authorities(self) -> list[TimestampAuthority]:
        """Those who say when a checkpoint of the audit log existed."""
        return [
            TimestampAuthority(one.name, one.url, read_certificates(self.deployment.path(one.certificates)))
            for one in self.deployment.settings.audit.timestamps
        ]

    def post(self, url: str, body: bytes, media_type: str) -> tuple[int, bytes]:
        """This posts to a witness or timestamp authority; raises TransientError where nobody answers."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        session = prepare_session(
            Route(origin, check_base_url(origin, where=f"audit: {url}")), limits=_ANCHORING, pause=self.sleep
        ).session
        with session:
            try:
                answer = session.post(url, data=body, headers={"Content-Type": media_type}, allow_redirects=False)
            except requests.RequestException as error:
                raise TransientError(f"{url} does not answer ({type(error).__name__}).", fix="Try again.") from None
        return answer.status_code, answer.content

    @cached_property
    def redaction(self) -> RedactionPolicy:
        """The redaction rules; cheap to read, and read before anything is pulled."""
        return load_redaction(self.deployment.path(self.deployment.settings.privacy) / "redaction.yaml")

    @cached_property
    def redactor(self) -> Redactor:
        """The redaction engine; loading it takes about a second."""
        policy = self.redaction
        offered = self.plugins.offered.recognisers
        if unknown := sorted(set(policy.recognisers) - set(offered)):
            known = ", ".join(sorted(offered)) or "none"
            raise ConfigError(f"redaction.yaml: no plugin offers recogniser {unknown[0]!r} (offered: {known}).")
        installed = [name for name in policy.names if name == "spacy" or name in offered]
        if not installed:
            raise ConfigError(
                f"redaction.yaml: none of names: {', '.join(policy.names)} is installed.",
                fix="Install the plugin, or add spacy to the list; it is always there.",
            )
        if policy.second_names not in {None, "spacy", *offered}:
            raise ConfigError(
                f"redaction.yaml: second_names: {policy.second_names!r} is not installed.",
                fix="Install the plugin, or name spacy; it is always there.",
            )
        second = policy.second_names or "spacy"
        return make_redactor(
            policy,
            recognisers=[offered[name]() for name in policy.recognisers],
            names=None if installed[0] == "spacy" else offered[installed[0]](),
            second=None if second == "spacy" else offered[second](),
        )

    @cached_property
    def tagger(self) -> Tagger:
        """The emotion tagger that the settings name."""
        return self.make_tagger()

    @property
    def make_tagger(self) -> Callable[[], Tagger]:
        """What makes the tagger; cheap, so that a misspelt name is told before anything is pulled."""
        chosen = self.deployment.settings.tagger
        if "/" in chosen:
            return lambda: _whole(_local(self.deployment.path(chosen)))
        makers: dict[str, Callable[[], Tagger | Scorer]] = {"linear-en": _linear_en, **self.plugins.offered.taggers}
        maker: Callable[[], Tagger | Scorer] = _pick(makers, chosen, "tagger")
        return lambda: _whole(maker())

    def _tagger_version(self) -> str:
        """A model in a folder is told by what is in it; others have their version in their name, or come with a plugin's."""
        chosen = self.deployment.settings.tagger
        if "/" not in chosen:
            return chosen
        from hub.emotion.local import name_local

        return name_local(self.deployment.path(chosen))

    @property
    def review_shares(self) -> Shares:
        """Which tags people look at."""
        review = self.deployment.settings.review
        return Shares(review.sampled, review.unsure, review.below)

    @property
    def rooms(self) -> Rooms:
        """What the flow works with; raises PolicyError where the lint finds an error in the privacy rules."""
        if errors := [problem for problem in self.policy.lint() if problem.severity == "error"]:
            raise PolicyError(
                f"{errors[0].where}: {errors[0].message}", reason="policy.lint", fix="See 'hub privacy lint'."
            )
        return self._rooms(self.policy, self.mappings, self.deadlines)

    @property
    def rooms_to_erase(self) -> Rooms:
        """The same, whatever the lint finds, and where a file of rules cannot even be read.

        For what only takes away: erasures, withdrawals, and what is owed about them. Rules that may let out too much are no
        reason to keep somebody's data. Instead of rules that cannot be read there are some that allow nothing; for the
        deadlines, those that the hub came with.
        """
        shipped = defaults_folder() / "privacy"
        policy = _readable(lambda: self.policy, closed_policy)
        sound = policy.is_readable and all(problem.severity != "error" for problem in policy.lint())
        mappings = _readable(lambda: self.mappings, lambda: MappingSet([]))
        deadlines = _readable(lambda: self.deadlines, lambda: load_deadlines(shipped))
        return replace(self._rooms(policy, mappings, deadlines), sound=sound)

    def _rooms(self, policy: Policy, mappings: MappingSet, deadlines: Deadlines) -> Rooms:
        declare(self.words)
        return Rooms(
            store=self.store,
            vault=self.vault,
            audit=self.audit,
            mappings=mappings,
            policy=policy,
            redactor=lambda: self.redactor,
            tagger=lambda: self.tagger,
            now=self.now,
            jurisdiction=self.deployment.settings.jurisdiction,
            revision=self.revision,
            journal=self.journal,
            deadlines=deadlines,
            parts=self.parts,
            review=self.review_shares,
            syncs=frozenset({*self.deployment.settings.syncs, "sweep", "keys"}),
            holder=str(this_process()),
        )

    @property
    def words(self) -> frozenset[str]:
        """These names of the settings may be told in metrics and traces."""
        settings = self.deployment.settings
        told = {"sweep", "keys", *settings.syncs, *settings.connections}
        told |= {one for sync in settings.syncs.values() for one in (*sync.streams, *sync.objects)}
        return frozenset(
            told | {one.name for one in settings.audit.witnesses} | {one.name for one in settings.audit.timestamps}
        )

    @property
    def plans(self) -> list[Plan]:
        """These are the syncs of the settings, and the sweep, as monitoring sees them."""
        settings = self.deployment.settings
        syncs = [Plan(name, sync.kind, sync.connection, sync.schedule) for name, sync in sorted(settings.syncs.items())]
        return [*syncs, Plan("sweep", "sweep", schedule=settings.sweep.schedule)]

    def snapshot(self) -> Snapshot:
        """This is how the deployment is now, in ids, dates and counts."""
        declare(self.words)
        try:
            standings = self.anchors.standing()
        except HubError:  # certificates that cannot be read: 'hub check' says so, the rest is still worth seeing
            standings = []
        found = take_snapshot(self.store, self.plans, standings)
        known = set(self.deployment.settings.connections)
        declare(one.name for one in found.budgets if one.connection in known)
        return found

    def find_alerts(self, snapshot: Snapshot) -> list[Alert]:
        """These are the alerts that stand in a snapshot, by the thresholds of the settings."""
        settings = self.deployment.settings.alerts
        thresholds = Thresholds(**{one.name: getattr(settings, one.name) for one in fields(Thresholds)})
        return find_alerts(snapshot, thresholds)

    def samples(self) -> list[Sample]:
        """These are all metrics as they are now."""
        snapshot = self.snapshot()
        return samples(snapshot, self.find_alerts(snapshot))

    def lineage_of(self, run_id: str) -> Lineage | None:
        """This is which datasets a run read and wrote; None where there is no such run."""
        settings = self.deployment.settings
        connectors = {name: one.connector for name, one in settings.connections.items()}
        return lineage_of(self.store, settings.tenant, connectors, run_id)

    @property
    def channels(self) -> list[Channel]:
        """These channels hear of alerts; raises ConfigError where a secret is not where it should be."""
        settings, root = self.deployment.settings.alerts, self.deployment.root
        found: list[Channel] = []
        if slack := settings.slack:
            found.append(Slack(resolve_secret(slack.webhook, root), slack.host, self.sleep))
        if mail := settings.email:
            login = (mail.user, resolve_secret(mail.password, root)) if mail.user and mail.password else None
            certificates = self.deployment.path(mail.certificates) if mail.certificates else None
            found.append(Mail(mail.host, mail.port, mail.security, certificates, login, mail.sender, mail.to))
        return found

    def notify(self, alerts: Sequence[Alert]) -> list[Answer]:
        """This tells each channel what it has not heard yet, or not for long; gives what became of it."""
        settings = self.deployment.settings
        repeat = timedelta(hours=settings.alerts.repeat_hours)
        return [notify(self.store, channel, settings.tenant, alerts, repeat) for channel in self.channels]

    @property
    def actor(self) -> str:
        """Who acts, as the audit log tells it."""
        return resolve_secret(self.deployment.settings.actor, self.deployment.root)[:60]

    @property
    def parts(self) -> dict[str, str]:
        """Version or hash of everything that a run works with."""
        plugins = {f"plugin {one.name}": f"{one.version} {one.status}" for one in self.plugins.found}
        files = {
            "policy": lambda: self.policy.version,
            "access": lambda: self.access.version,
            "redaction": lambda: self.redaction.fingerprint,
            "mappings": lambda: self.mappings.revision[:12],
            "tagger": self._tagger_version,
        }
        rules = {name: _readable(version, lambda: UNREADABLE) for name, version in files.items()}
        settings = {
            "settings": self.deployment.revision,
            "configuration": self.revision,
        }
        return {**plugins, **rules, **settings, "audit key": self._key_hash}

    @property
    def _key_hash(self) -> str:
        return self.signer.verifier.key_hash.hex()

    @property
    def revision(self) -> str:
        """The revision of the configuration that a run is made under, as Airflow names it too (``hub.airflow.bundle``)."""
        return revision_of(self.deployment)

    def sync(self, name: str) -> SyncSettings:
        """This is a sync of the settings; raises ConfigError."""
        syncs = self.deployment.settings.syncs
        if name not in syncs:
            raise ConfigError(f"unknown sync {name!r} (known: {', '.join(sorted(syncs)) or 'none'}).")
        return syncs[name]

    def connector(self, connection: str) -> Connector:
        """This is the connector behind a connection."""
        return self.plugins.connector(self._connection(connection).connector)

    def check_jurisdiction(self) -> str:
        """This is where a person is who does not say; raises ConfigError where the privacy rules know no such place."""
        place = self.deployment.settings.jurisdiction
        if place is not None:
            _pick(dict.fromkeys(self.policy.jurisdictions.jurisdictions), place, "jurisdiction")
        return place or "the strictest rules"

    def connect(self, connection: str) -> Any:
        """This opens a connection on a prepared session; it calls nobody yet."""
        settings = self._connection(connection)
        connector = self.plugins.connector(settings.connector)
        base_url = check_base_url(settings.base_url, where=f"connections.{connection}")
        config = resolve_config(connection, settings, connector.config_model, self.deployment.root)
        prepared = prepare_session(
            Route(connector.origin(config), base_url, connector.manifest.hosts),
            limits=self.bounds,
            pause=self.sleep,
            budget=SharedBudget(lambda: self.store, connection, self.limits(connection), sleep=self.sleep),
            now=self.now,
        )
        self.sessions.append(prepared)
        context = Context(connection, prepared.session, base_url, self.now, self.sleep, prepared.clock.time)
        return plugin_loader.open_connector(connector, config, context)

    def limits(self, connection: str) -> tuple[Limit, ...]:
        """These are the call limits of a connection: the manifest's, as the settings change them; raises ConfigError."""
        settings = self._connection(connection)
        declared = self.plugins.connector(settings.connector).manifest.limits
        return limits_of(declared, resolve_limits(connection, settings, declared))

    def job(self, order: Order, kind: str | None = None) -> PullJob | PushJob:
        """This is what an order asks for, ready to run; raises ConfigError, also where the sync is not of that ``kind``."""
        if (kind or self.sync(order.sync).kind) == "pull":
            return self.pull_job(order.sync, full=order.full, only=order.streams)
        return self.push_job(order.sync, approved=order.approved)

    def pull_job(self, name: str, *, full: bool = False, only: Collection[str] = ()) -> PullJob:
        """This is a pull ready to run: streams checked against the manifest, consent streams first.

        ``only`` leaves out all of the sync's other streams.
        """
        sync = self._of_kind(name, "pull")
        connector = self.connector(sync.connection)
        known = {stream.name: stream for stream in connector.manifest.streams}
        own = dict.fromkeys(sync.streams)
        chosen = [_pick({one: one for one in own}, stream, f"sync {name!r}") for stream in only] or list(own)
        streams = [_pick(known, stream, f"syncs.{name}.streams") for stream in chosen]
        for stream in streams:
            self.mappings.inbound(connector.manifest.name, stream.name)
        _ = self.redaction, self.make_tagger  # what cannot be read or found stops the pull before its first record
        source = self._reader(name)
        ordered = {stream.name: stream for stream in sorted(streams, key=lambda stream: not stream.consent)}
        return PullJob(
            name, sync.connection, connector.manifest.name, source, tuple(ordered), full=full,
            known=ordered, reopen=lambda: self._reader(name),
        )  # fmt: skip

    def _reader(self, name: str) -> Source:
        sync = self.sync(name)
        source = self.connect(sync.connection)
        if not isinstance(source, Source):
            raise ConfigError(
                f"syncs.{name}: connector {self.connector(sync.connection).manifest.name!r} does not read."
            )
        return source

    def push_job(self, name: str, *, approved: int = 0) -> PushJob:
        """This is a push ready to run: objects and fields checked against the manifest and the mappings.

        ``approved`` rows may be changed or emptied, whatever the caps say.
        """
        sync = self._of_kind(name, "push")
        connector = self.connector(sync.connection)
        known = {obj.name: obj for obj in connector.manifest.objects}
        objects = tuple(_pick(known, obj, f"syncs.{name}.objects") for obj in sync.objects)
        purpose = _pick(
            dict.fromkeys(self.policy.purposes.purposes, sync.purpose), str(sync.purpose), f"syncs.{name}.purpose"
        )
        for obj in objects:
            self._check_fields(connector.manifest.name, obj)
        destination = self.connect(sync.connection)
        if not isinstance(destination, Destination):
            raise ConfigError(f"syncs.{name}: connector {connector.manifest.name!r} does not write.")
        return PushJob(
            name,
            sync.connection,
            connector.manifest.name,
            destination,
            objects,
            purpose,
            caps=Caps(**sync.caps.model_dump()),
            approved=approved,
            retry=Retry(attempts=sync.attempts),
            backlog=sync.backlog,
            stale=name in self.stale_flows,
            checkpoint=self.sessions[-1].checkpoint,
        )

    def sweep_job(self, *, approved: int | None = None) -> SweepJob:
        """This is a retention sweep ready to run; up to ``approved`` records may be deleted, whatever the cap says."""
        settings = self.deployment.settings.sweep
        cap = settings.cap if approved is None or settings.cap is None else max(settings.cap, approved)
        connections = self.deployment.settings.connections
        connectors = {name: connection.connector for name, connection in connections.items()}
        offered = self.plugins.offered.connectors
        objects = ((name, connectors[name]) for name in sorted(connectors) if connectors[name] in offered)
        lasting = frozenset(
            (name, one.name)
            for name, connector in objects
            for one in offered[connector].manifest.objects
            if not one.clearable
        )
        return SweepJob(cap, timedelta(days=settings.dead_letters), connectors, lasting)

    def upkeep(self, progress: Callable[[int], None] = lambda _: None) -> UpkeepReport:
        """This is what the sweep does beside retention: epoch keys take turns, erasures that wait are gone on with."""
        return run_upkeep(self.rooms_to_erase, self.rotation_job(), self.erase_job, progress=progress)

    def rotation_job(self, *, now: bool = False) -> RotationJob:
        """This is a rotation of the epoch keys, where it is time, or in any case."""
        settings = self.deployment.settings.keys
        period = None if now else timedelta(days=settings.rotate_days)
        return RotationJob(self.epochs, self.deployment.path(settings.copy_to), period)

    def restore_job(self, backup: Path | None, *, lost: int = 0) -> RestoreJob:
        """This is a restore of the deployment's database; nothing is opened or made for it."""
        vault = _vault(self.epochs, self.deployment.settings.tenant)
        copy = read_copy(self.rotation_job().copy)
        url = self.deployment.store_url()
        return RestoreJob(url, vault, self.journal, copy, self.audit_of, self.now, backup, lost)

    def erase_job(self, person_id: str, *, identity: str = "operator", received_at: datetime | None = None) -> EraseJob:
        """This is the erasure of one person at every connection of the deployment."""
        connections = self.deployment.settings.connections
        erasers = {name: self._eraser(name) for name in sorted(connections)}
        connectors = {name: connection.connector for name, connection in connections.items()}
        said = {name: self.connector(name).manifest.instructions for name in erasers}
        return EraseJob(person_id, erasers, connectors, identity, self.actor, received_at, said)

    def _eraser(self, connection: str) -> Eraser | None:
        if Capability.ERASE not in self.connector(connection).manifest.capabilities:
            return None
        opened = self.connect(connection)
        return opened if isinstance(opened, Eraser) else None

    def _check_fields(self, connector: str, obj: Object) -> None:
        mapped = self.mappings.outbound(connector, obj.name).fields
        if strange := sorted(set(mapped) - set(obj.fields)):
            raise ConfigError(
                f"mapping {connector}.{obj.name}: the plugin does not write {strange[0]!r}.",
                fix=f"It writes: {', '.join(obj.fields)}.",
            )

    def _of_kind(self, name: str, kind: str) -> SyncSettings:
        sync = self.sync(name)
        if sync.kind != kind:
            raise ConfigError(f"sync {name!r} is a {sync.kind}, not a {kind}.", fix=f"Run 'hub {sync.kind} {name}'.")
        return sync

    def _connection(self, name: str) -> Any:
        connections = self.deployment.settings.connections
        if name not in connections:
            raise ConfigError(f"unknown connection {name!r} (known: {', '.join(sorted(connections)) or 'none'}).")
        return connections[name]

    def close(self) -> None:
        """This closes what was opened."""
        for prepared in self.sessions:
            prepared.session.close()
        if "store" in self.__dict__:
            self.store.close()

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_hub(config: Path, *, dry_run: bool = False, now: Callable[[], datetime] = utc_now) -> Hub:
    """This reads the settings and gives the hub; rooms open when first used. Raises ConfigError."""
    return Hub(load_settings(config), now=now, dry_run=dry_run)


def _vault(epochs: Epochs, tenant: str) -> Vault:
    if not epochs.path.exists():
        told = f"{epochs.source}, without keys.epochs ({epochs.path} is not there)"
        return Vault(epochs.root_key, refresh=epochs.keys, source=told, tenant=tenant)
    epoch, keys = epochs.keys()
    return Vault(
        epochs.root_key, epoch=epoch, epoch_keys=keys, refresh=epochs.keys, source=epochs.source, tenant=tenant
    )


def consent_streams(source: Any) -> tuple[str, ...]:
    """These streams of an opened connector hold consent objects."""
    return tuple(source.consent_streams()) if isinstance(source, ConsentSource) else ()


def write_key(path: Path) -> bool:
    """This writes a new random key, readable by its owner only; an existing file is left alone (False)."""
    return write_new(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")


def defaults_folder() -> Path:
    """This is where the shipped hub.yaml, mappings and privacy rules are: inside the wheel, or the checkout's root."""
    package = Path(str(sys.modules["hub"].__file__)).parent
    packaged = package / "_defaults"
    return packaged if packaged.is_dir() else package.parent


def _readable(read: Callable[[], _Found], instead: Callable[[], _Found]) -> _Found:
    try:
        return read()
    except (ConfigError, PolicyError):
        return instead()


def _whole(made: Tagger | Scorer) -> Tagger:
    """A plugin may bring a whole tagger, or only a model that scores."""
    if isinstance(made, Tagger):
        return made
    from hub.emotion.scored import wrap_scorer

    return wrap_scorer(made)


def _local(folder: Path) -> Scorer:
    from hub.emotion.local import load_local

    return load_local(folder)


def _linear_en() -> Tagger:
    # Loaded with its numeric libraries only where something is to be tagged.
    from hub.emotion.tagger import load_tagger

    return load_tagger()


def _key(deployment: Deployment, reference: str, name: str) -> bytes:
    return read_key(reference, deployment.root, name)


def read_key(reference: str, root: Path, name: str) -> bytes:
    """This is the key behind a secret reference; ``name`` says whose in errors. Raises ConfigError where it is none."""
    text = resolve_secret(reference, root)
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"{name}: expected {KEY_BYTES} random bytes as base64.",
            fix="Run 'hub init' to make keys, or restore yours.",
        )
    return key


def _pick(known: dict[str, Any], name: str, where: str) -> Any:
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known)) or 'none'}."
        raise ConfigError(f"{where}: unknown {name!r};", fix=hint)
    return known[name]


__all__ = ["Hub", "Stream", "consent_streams", "defaults_folder", "open_hub", "utc_now", "write_key"]
