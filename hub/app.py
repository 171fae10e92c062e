"""The composition root: opens the rooms that a command needs, and wires them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import sys
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub import plugins as plugin_loader
from hub.audit.anchoring import TimestampAuthority, TrustedWitness, read_certificates
from hub.audit.folder import LogFolder
from hub.audit.key import Signer, Verifier
from hub.audit.keyring import KeyRing
from hub.audit.log import AuditLog
from hub.budget import SharedBudget, limits_of
from hub.config import Deployment, SyncSettings, load_settings, resolve_config, resolve_limits, resolve_secret
from hub.contract import Connector, ConsentSource, Context, Destination, Limit, Object, Source, Stream, Tagger
from hub.errors import ConfigError, TransientError
from hub.mappings.load import MappingSet, load_mappings
from hub.pipeline.caps import Caps
from hub.pipeline.holder import this_process
from hub.pipeline.journal import ErasureJournal, replay
from hub.pipeline.plan import PushJob
from hub.pipeline.pull import PullJob
from hub.pipeline.rooms import Rooms
from hub.pipeline.sweep import SweepJob
from hub.plugins import Plugins
from hub.privacy.policy import Policy, load_policy
from hub.privacy.redaction import RedactionPolicy, Redactor, load_redaction, make_redactor
from hub.store.delivery import Retry
from hub.store.store import Store, open_store
from hub.store.vault import Vault
from hub.transport import PreparedSession, Route, TransportLimits, check_base_url, prepare_session

KEY_BYTES = 32


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
        """Keyed hashes and encryption under the root key."""
        return Vault(_key(self.deployment, self.deployment.settings.root_key, "root_key"))

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
    def mappings(self) -> MappingSet:
        """The mapping files: the site's own first, then the plugins'."""
        site = self.deployment.path(self.deployment.settings.mappings)
        return load_mappings([site, *self.plugins.mapping_folders()], functions=self.plugins.offered.functions)

    @cached_property
    def audit(self) -> AuditLog:
        """The transparency log."""
        settings = self.deployment.settings.audit
        mirror = LogFolder(self.deployment.path(settings.mirror)) if settings.mirror else None
        keyring = KeyRing.load(self.deployment.path(settings.keys), self.signer)
        return AuditLog(self.store, self.signer, self.now, mirror, keyring)

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
            Route(origin, check_base_url(origin, where=f"audit: {url}")), pause=self.sleep
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
        return make_redactor(policy, recognisers=[offered[name]() for name in policy.recognisers])

    @cached_property
    def tagger(self) -> Tagger:
        """The emotion tagger that the settings name."""
        return self.make_tagger()

    @property
    def make_tagger(self) -> Callable[[], Tagger]:
        """What makes the tagger; cheap, so that a misspelt name is told before anything is pulled."""
        makers: dict[str, Callable[[], Tagger]] = {"linear-en": _linear_en, **self.plugins.offered.taggers}
        maker: Callable[[], Tagger] = _pick(makers, self.deployment.settings.tagger, "tagger")
        return maker

    @property
    def rooms(self) -> Rooms:
        """What the flow works with."""
        return Rooms(
            store=self.store,
            vault=self.vault,
            audit=self.audit,
            mappings=self.mappings,
            policy=self.policy,
            redactor=lambda: self.redactor,
            tagger=lambda: self.tagger,
            now=self.now,
            jurisdiction=self.deployment.settings.jurisdiction,
            revision=self.revision,
            journal=self.journal,
            parts=self.parts,
            holder=str(this_process()),
        )

    @property
    def actor(self) -> str:
        """Who acts, as the audit log tells it."""
        return resolve_secret(self.deployment.settings.actor, self.deployment.root)[:60]

    @property
    def parts(self) -> dict[str, str]:
        """Version or hash of everything that a run works with."""
        plugins = {f"plugin {one.name}": f"{one.version} {one.status}" for one in self.plugins.found}
        rules = {"policy": self.policy.version, "redaction": self.redaction.fingerprint}
        settings = {"settings": self.deployment.revision, "tagger": self.deployment.settings.tagger}
        return {**plugins, **rules, **settings, "mappings": self.mappings.revision[:12], "audit key": self._key_hash}

    @property
    def _key_hash(self) -> str:
        return self.signer.verifier.key_hash.hex()

    @property
    def revision(self) -> str:
        """The hash over settings, mappings and policy that a run is made under."""
        parts = (self.deployment.revision, self.mappings.revision, self.policy.version)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]

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
        )
        self.sessions.append(prepared)
        context = Context(connection, prepared.session, base_url, self.now, self.sleep)
        return plugin_loader.open_connector(connector, config, context)

    def limits(self, connection: str) -> tuple[Limit, ...]:
        """These are the call limits of a connection: the manifest's, as the settings change them; raises ConfigError."""
        settings = self._connection(connection)
        declared = self.plugins.connector(settings.connector).manifest.limits
        return limits_of(declared, resolve_limits(connection, settings, declared))

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
        )

    def sweep_job(self, *, approved: int | None = None) -> SweepJob:
        """This is a retention sweep ready to run; up to ``approved`` records may be deleted, whatever the cap says."""
        settings = self.deployment.settings.sweep
        cap = settings.cap if approved is None or settings.cap is None else max(settings.cap, approved)
        return SweepJob(cap, timedelta(days=settings.dead_letters))

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


def consent_streams(source: Any) -> tuple[str, ...]:
    """These streams of an opened connector hold consent objects."""
    return tuple(source.consent_streams()) if isinstance(source, ConsentSource) else ()


def write_key(path: Path) -> bool:
    """This writes a new random key, readable by its owner only; an existing file is left alone (False)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
        return True
    return False


def defaults_folder() -> Path:
    """This is where the shipped hub.yaml, mappings and privacy rules are: inside the wheel, or the checkout's root."""
    package = Path(str(sys.modules["hub"].__file__)).parent
    packaged = package / "_defaults"
    return packaged if packaged.is_dir() else package.parent


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
