"""The settings: one frozen model read from ``hub.yaml`` at the door; secrets are references."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from hub.contract import Limit
from hub.errors import ConfigError
from hub.references import read_connection, read_keyring

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_MAX_BYTES = 1_000_000
_MAX_SECRET = 64 * 1024
_NAME = r"^[a-z][a-z0-9_-]{0,40}$"
_SECRET = re.compile(r"(env|file|airflow|keyring):(.+)\Z", re.DOTALL)
Name = Annotated[str, Field(pattern=_NAME)]
ROOT_FILE = ".deployment"
"""Marks a copy of a configuration (``hub.revision``): it holds the folder of the deployment that was copied."""

DEFAULT_ROLES: dict[str, tuple[str, ...]] = {"operator": ("operations",)}
"""Where nobody says who is what: whoever operates the hub sees its runs, and nobody's data."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _require_reference(value: str | None) -> str | None:
    if value is not None and not _SECRET.match(value):
        raise ValueError("a secret stands in the file itself; write env:NAME, file:PATH or another reference instead")
    return value


class LimitSettings(_Settings):
    """How often a vendor may be called: another number for a limit that the connector declares, or a limit of your own."""

    calls: int = Field(ge=1, description="calls per window, of all processes together")
    per: float | None = Field(None, ge=1, le=86_400, description="length of the window in seconds")
    match: str | None = Field(None, description='shell pattern for "METHOD /path"; `*` is every call')


class ConnectionSettings(_Settings):
    """A configured connector with credentials.

    ``config`` is checked by the connector's own model; secrets in it are references: ``env:NAME``, ``file:PATH``,
    ``airflow:CONNECTION``, ``airflow:CONNECTION/FIELD`` or ``keyring:SERVICE/USER``.
    """

    connector: str
    base_url: str | None = None
    config: dict[str, Any] = Field(default_factory=dict)
    limits: dict[Name, LimitSettings] = Field(default_factory=dict)

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is not None and not _has_host(url):
            raise ValueError("this is no address; write one like https://proxy.example:8443")
        return url


class CapSettings(_Settings):
    """How much one push may change at once before somebody has looked at it.

    Rows that the destination never got before are new and never count; nor do rows that are emptied because their own
    person's consent has moved.
    """

    changed_share: float = Field(
        0.5, ge=0, le=1, description="share of the rows at the vendor that may get other content, emptied ones included"
    )
    cleared_share: float = Field(0.2, ge=0, le=1, description="share of them that may be emptied")
    min_rows: int = Field(100, ge=1, description="fewer rows than this may always be changed or emptied")
    cleared: int | None = Field(None, ge=0, description="number of rows that may be emptied; only the share if absent")


class SyncSettings(_Settings):
    """A scheduled pull or push of one connection.

    ``streams`` (pull) and ``objects`` (push) are read and written in this order, consent streams first.
    ``purpose`` is what a push is for: the gate is asked about it for every record.
    """

    kind: Literal["pull", "push"]
    connection: Name
    streams: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    purpose: str | None = None
    schedule: str | None = Field(None, description="cron expression, UTC")
    parallel: int = Field(
        1,
        ge=1,
        le=16,
        description="pull: parts of a full read that may be read at once, where the connector can cut it; under Airflow by as "
        "many tasks",
    )
    caps: CapSettings = Field(
        CapSettings(), description="push: how much one run may change before it asks for approval, see below"
    )
    attempts: int = Field(
        8,
        ge=1,
        le=100,
        description="push: after so many failed attempts, ever further apart, a row is a dead letter (8: some ten hours)",
    )
    backlog: int = Field(
        10_000, ge=1, description="push: with more rows than this failed and unresolved, nothing more is selected"
    )

    @model_validator(mode="after")
    def _fits_its_kind(self) -> SyncSettings:
        if self.kind == "pull" and (self.objects or self.purpose or not self.streams):
            raise ValueError("a pull names streams, and neither objects nor a purpose")
        if self.kind == "pull" and (given := sorted({"caps", "attempts", "backlog"} & self.model_fields_set)):
            raise ValueError(f"{given[0]!r} belongs to a push")
        if self.kind == "push" and (self.streams or not self.objects or not self.purpose):
            raise ValueError("a push names objects and a purpose, and no streams")
        if self.kind == "push" and self.parallel > 1:
            raise ValueError("'parallel' belongs to a pull")
        return self


class SweepSettings(_Settings):
    """When retention runs, and how much it may delete by itself."""

    schedule: str | None = "17 3 * * *"
    cap: int | None = Field(
        None, ge=0, description="more records and tags than this are not deleted without approval; no cap if absent"
    )
    dead_letters: int = Field(
        90, ge=1, description="days after which unresolved dead letters and quarantined records are given up"
    )


class ReviewSettings(_Settings):
    """Which emotion tags people look at, and how many of them must say the same."""

    sampled: float = Field(0.01, ge=0, le=1, description="share of all tags; what is measured on them holds for all")
    unsure: float = Field(0.02, ge=0, le=1, description="share of the tags that the tagger was not sure of")
    below: float = Field(
        0.5, ge=0, le=1, description="confidence below which it is not sure; where it abstained it never is"
    )
    reviewers: int = Field(2, ge=1, le=5, description="how many people must say the same before it counts")


class KeySettings(_Settings):
    """Where the keys are that wrap persons' keys, and how often a new one takes over.

    Neither file belongs in a backup of the database: what such a backup holds of an erased person is unreadable once the
    epoch's key is destroyed.
    """

    epochs: Path = Field(Path("var/epochs.json"), description="the epoch keys, wrapped under the root key")
    copy_to: Path = Field(
        Path("var/person-keys.copy"),
        alias="copy",
        description="all persons' keys under the current epoch, written at each rotation; 'hub restore' reads it",
    )
    rotate_days: int = Field(7, ge=1, le=365, description="the sweep begins a new epoch when the last is so old")


class WitnessSettings(_Settings):
    """Somebody who cosigns the audit log's checkpoints, by the protocol of C2SP tlog-witness."""

    name: Name = Field(description="what you call this witness")
    vkey: str = Field(description="its public key: NAME+HASH+BASE64")
    url: str = Field(description="where it takes checkpoints")


class TimestampSettings(_Settings):
    """Somebody who says when a checkpoint existed, by RFC 3161."""

    name: Name = Field(description="what you call this authority")
    url: str = Field(description="where it takes requests")
    certificates: Path = Field(description="PEM file with the root certificates that it must descend from")


class AuditSettings(_Settings):
    """What keeps the audit log from being rewritten unseen."""

    mirror: Path | None = Field(
        Path("var/audit-log"),
        description="folder with a copy of the log, best on another disk; the log never signs what contradicts it",
    )
    keys: Path = Field(Path("var/audit-keys.json"), description="all keys the log ever had; written by a rotation")
    keep: timedelta = Field(
        timedelta(days=1095),
        ge=timedelta(days=180),
        description="how long the log is kept at least, never below P180D (EU AI Act, Art. 19 and 26); the hub itself "
        "deletes none of it",
    )
    witnesses: tuple[WitnessSettings, ...] = Field((), description="who cosigns checkpoints ('hub audit anchor')")
    timestamps: tuple[TimestampSettings, ...] = Field((), description="who stamps checkpoints ('hub audit anchor')")
    anchor_every: int | None = Field(
        24,
        ge=1,
        description="hours after which witnesses and timestamp authorities are asked again at the end of a run, if the log "
        "has grown; null: only by 'hub audit anchor'",
    )


class ConsoleSettings(_Settings):
    """What users of Airflow are at the console inside its pages, by what Airflow itself lets them do.

    ``roles`` may give a single one more, as ``airflow:ID``.
    """

    readers: tuple[str, ...] = Field(
        ("observer",), description="roles of `privacy/access.yaml` for whoever Airflow lets read every DAG's runs"
    )
    operators: tuple[str, ...] = Field(
        ("operations",), description="roles for whoever it lets change connections, beside those of a reader"
    )


class PoolSettings(_Settings):
    """A pool of Airflow's, for connections that share one account at a vendor: their tasks wait for each other there.

    The DAG bundle makes it; for a plain DAG folder ``airflow hub pools`` does. A task whose pool does not exist never starts.
    """

    connections: tuple[Name, ...] = Field(
        min_length=1, description="names under `connections`; each is in one pool only"
    )
    slots: int = Field(1, ge=1, le=128, description="how many of their tasks may run at once")


class SlackSettings(_Settings):
    """A channel of Slack, or of what speaks its format, by an incoming webhook."""

    webhook: str = Field(description="the webhook's address, as a reference: whoever knows it may write there")
    host: str = Field("hooks.slack.com", description="the only host that is called for it")

    _is_a_reference = field_validator("webhook")(_require_reference)


class EmailSettings(_Settings):
    """A mail server that sends alerts to people."""

    host: str = Field(description="the mail server")
    port: int = Field(587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="`tls` is encrypted from the first byte (port 465); `none` is for this machine only"
    )
    certificates: Path | None = Field(
        None, description="PEM file with the certificates it must descend from; those that the system trusts if absent"
    )
    user: str | None = Field(None, description="who logs in; nobody if absent")
    password: str | None = Field(None, description="the password, as a reference")
    sender: str = Field(description="the address that mails come from")
    to: tuple[str, ...] = Field(min_length=1, description="the addresses that they go to")

    _is_a_reference = field_validator("password")(_require_reference)

    @model_validator(mode="after")
    def _is_encrypted(self) -> EmailSettings:
        if self.security == "none" and (self.host not in LOOPBACK or self.password):
            raise ValueError("without TLS only a server on this machine is used, and no password is sent")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        return self


class AlertSettings(_Settings):
    """When `hub alerts` tells something, and whom `hub alerts --notify` tells."""

    failures: int = Field(3, ge=1, description="so many failed runs in a row are an alert")
    missed: int = Field(3, ge=1, description="so many times of its schedule may pass until a sync is stale")
    stale_hours: int | None = Field(
        None, ge=1, description="hours until any sync is stale, whatever its schedule; by the schedule if absent"
    )
    zero_hours: int = Field(
        12,
        ge=1,
        description="hours for which a pull that usually reads something may read nothing: longer than your nights",
    )
    dead_letter_hours: int = Field(24, ge=1, description="hours that a dead letter may wait for somebody")
    withheld_rise: float = Field(
        0.25, gt=0, le=1, description="by how much the withheld share of a run may exceed the usual one"
    )
    withheld_rows: int = Field(20, ge=1, description="runs that read fewer records than this say nothing about a share")
    erasure_hours: int = Field(72, ge=1, description="hours that a step of an erasure may wait")
    expiry_hours: int = Field(48, ge=1, description="hours that something may rest past its date")
    anchor_hours: int = Field(48, ge=1, description="hours without a word of a witness who should have spoken")
    repeat_hours: int = Field(24, ge=1, description="hours after which `--notify` tells of the same alert again")
    slack: SlackSettings | None = Field(None, description="a Slack channel to notify")
    email: EmailSettings | None = Field(None, description="people to notify by e-mail")


class Settings(_Settings):
    """Everything that ``hub.yaml`` says. Paths are relative to the file's folder."""

    version: Literal[1]
    tenant: Name = "attune"
    store: str = "sqlite:///var/hub.db"
    root_key: str = "file:var/root.key"
    audit_key: str = "file:var/audit.key"
    actor: str = Field(
        "operator",
        description="who acts, as the audit log tells it: a role or staff number, never a name; may be a reference",
    )
    roles: dict[str, tuple[str, ...]] = Field(
        default_factory=lambda: dict(DEFAULT_ROLES),
        description="who may look at what: the roles of `privacy/access.yaml` that an actor has; an actor without an entry "
        "sees nothing at all",
    )
    agents: dict[str, dict[Name, str]] = Field(
        default_factory=dict,
        description="for actors who answer customers: their own id as an agent at each connection, by which a ticket is theirs "
        "(`own_case`); without it no ticket is",
    )
    audit: AuditSettings = Field(AuditSettings(), description="what keeps the audit log from being rewritten unseen")
    keys: KeySettings = Field(KeySettings(), description="the keys that wrap persons' keys, and their rotation")
    erasure_journal: Path = Field(
        Path("var/erasures.log"), description="where erasures are journalled, apart from the database"
    )
    privacy: Path = Path("privacy")
    mappings: Path = Path("mappings")
    plugins: tuple[str, ...] | None = Field(
        None, description="allow-list of plugin names; all installed ones if absent"
    )
    tagger: str = "linear-en"
    review: ReviewSettings = Field(ReviewSettings(), description="which tags people look at ('hub review')")
    jurisdiction: str | None = Field(None, description="where a person is who does not say; strictest rules if absent")
    connections: dict[Name, ConnectionSettings] = Field(default_factory=dict)
    syncs: dict[Name, SyncSettings] = Field(default_factory=dict)
    sweep: SweepSettings = SweepSettings()
    console: ConsoleSettings = Field(ConsoleSettings(), description="what users of Airflow may see at the console")
    pools: dict[Name, PoolSettings] = Field(default_factory=dict, description="pools of Airflow by name, see below")
    alerts: AlertSettings = Field(AlertSettings(), description="what is worth an alert, and who hears of it, see below")

    @model_validator(mode="after")
    def _syncs_name_connections(self) -> Settings:
        for name, sync in self.syncs.items():
            if sync.connection not in self.connections:
                raise ValueError(f"sync {name!r} names unknown connection {sync.connection!r}")
        return self

    @model_validator(mode="after")
    def _agents_work_at_connections(self) -> Settings:
        for actor, ids in self.agents.items():
            if strange := sorted(ids.keys() - self.connections.keys()):
                raise ValueError(f"agents.{actor} names unknown connection {strange[0]!r}")
        return self

    @model_validator(mode="after")
    def _pools_share_connections_out(self) -> Settings:
        taken: dict[str, str] = {}
        for name, pool in self.pools.items():
            for one in pool.connections:
                if one not in self.connections:
                    raise ValueError(f"pool {name!r} names unknown connection {one!r}")
                if taken.setdefault(one, name) != name:
                    raise ValueError(f"connection {one!r} is in two pools, {taken[one]!r} and {name!r}")
        return self

    def pool_of(self, connection: str) -> str | None:
        """This is the pool of Airflow's that a connection's tasks run in; None for the default one."""
        return next((name for name, pool in self.pools.items() if connection in pool.connections), None)


class Deployment(_Settings):
    """Settings, and the folder they were read from."""

    settings: Settings
    root: Path
    revision: str = Field(description="short hash of the settings file")

    def path(self, relative: Path | str) -> Path:
        """This is a path of the settings made absolute."""
        return (self.root / relative).resolve()

    def store_url(self) -> str:
        """This is the database URL with SQLite paths made absolute and secrets resolved."""
        url = resolve_secret(self.settings.store, self.root)
        prefix = "sqlite:///"
        if url.startswith(prefix) and not url.startswith(prefix + "/"):
            return prefix + str(self.path(url.removeprefix(prefix)))
        return url


def load_settings(path: Path) -> Deployment:
    """This reads ``hub.yaml``; raises ConfigError with file, line and the nearest valid name.

    Beside a ``ROOT_FILE`` it is a copy: its rules lie beside it as well, all else where the deployment is.
    """
    text = _read(path)
    data = _parse(path, text)
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        raise ConfigError(_explain(path, text, error)) from None
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    folder = path.resolve().parent
    if not (mark := folder / ROOT_FILE).is_file():
        return Deployment(settings=settings, root=folder, revision=digest)
    copied = settings.model_copy(update={"privacy": folder / "privacy", "mappings": folder / "mappings"})
    return Deployment(settings=copied, root=Path(_read(mark).strip()), revision=digest)


def _parse(path: Path, text: str) -> dict[str, Any]:
    """This is the file's content as plain data; what stands twice or is nested beyond all use is refused with its line."""
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        _refuse_doubles(path, root, set())
        data = loader.construct_document(root) if root is not None else None
    except RecursionError:
        raise ConfigError(f"{path}:1: nested too deeply.", fix="Run 'hub init' for a working example.") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date or number that only looks like one
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        raise ConfigError(f"{path}:{mark.line + 1 if mark else 1}: this is not valid YAML: {problem}.") from None
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise ConfigError(f"{path}:1: expected a mapping at the top.", fix="Run 'hub init' for a working example.")
    return data


def _refuse_doubles(path: Path, node: Any, seen: set[int]) -> None:
    """PyYAML takes the last of two equal keys without a word: the first sync of that name would be gone."""
    if id(node) in seen or not isinstance(node, yaml.CollectionNode):
        return
    seen.add(id(node))  # what an alias repeats was looked at already
    keys: set[str] = set()
    for child in node.value:
        key, value = child if isinstance(child, tuple) else (None, child)
        if isinstance(key, yaml.ScalarNode):
            if key.value in keys:
                raise ConfigError(
                    f"{path}:{key.start_mark.line + 1}: the key {key.value!r} stands here twice.",
                    fix="Keep one of them.",
                )
            keys.add(key.value)
        _refuse_doubles(path, value, seen)


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file.", fix="Run 'hub init' here, or name one with --config.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
    except ValueError:
        raise ConfigError(f"{str(path)!r}: this is no path.", fix="Name a file with --config.") from None
    if len(data) > _MAX_BYTES:
        raise ConfigError(f"{path}: larger than {_MAX_BYTES} bytes.")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8 text.") from None


def _explain(path: Path, text: str, error: ValidationError) -> str:
    """This turns pydantic's first complaint into "file:line: what; did you mean ...?"."""
    problems = error.errors(include_input=False, include_url=False)
    # A misspelt key is told before the key that is missing because of it.
    problem = min(problems, key=lambda one: one["type"] != "extra_forbidden")
    place = [str(part) for part in problem["loc"]]
    what = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        what = f"unknown key {place[-1]!r}" + _nearest(place[-1], _keys_at(place[:-1]))
    elif problem["type"] == "missing":
        what = f"missing key {place[-1]!r}"
    where = f"{path}:{_line_of(text, place)}: {'.'.join(place) or 'settings'}"
    return f"{where}: {what}" if what.endswith(("?", ".")) else f"{where}: {what}."


def _nearest(name: str, valid: list[str]) -> str:
    found = difflib.get_close_matches(name, valid, n=1)
    return f", did you mean {found[0]!r}?" if found else f" (valid: {', '.join(valid)})"


def _keys_at(place: list[str]) -> list[str]:
    if place[:1] == ["syncs"] and place[2:3] == ["caps"]:
        return sorted(CapSettings.model_fields)
    models: dict[str, type[BaseModel]] = {
        "connections": ConnectionSettings,
        "syncs": SyncSettings,
        "sweep": SweepSettings,
        "console": ConsoleSettings,
        "review": ReviewSettings,
        "alerts": AlertSettings,
    }
    if place[:1] == ["alerts"] and place[1:2] in (["slack"], ["email"]):
        return sorted((SlackSettings if place[1] == "slack" else EmailSettings).model_fields)
    if place[:1] == ["connections"] and "limits" in place[2:]:
        return sorted(LimitSettings.model_fields)
    return sorted((models.get(place[0], Settings) if place else Settings).model_fields)


def _line_of(text: str, place: list[str]) -> int:
    """This is the line of the deepest part of ``place`` that the file has."""
    node, line = yaml.compose(text, Loader=yaml.SafeLoader), 1
    for part in place:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = next(((key, value) for key, value in pairs if key.value == part), None)
        if found is None:
            return line
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def resolve_secret(value: str, root: Path, environ: Mapping[str, str] = os.environ) -> str:
    """This looks a secret reference up; other text is itself. Raises ConfigError, which names the reference.

    ``env:NAME``, ``file:PATH`` (relative to ``root``), ``airflow:CONNECTION`` (its password, or with
    ``/FIELD`` a field of its form) and ``keyring:SERVICE/USER``.
    """
    found = _SECRET.match(value)
    if found is None:
        return value
    kind, where = found.groups()
    if kind == "file":
        return _read_secret(root / where, value)
    if kind == "airflow":
        return read_connection(where, environ)
    if kind == "keyring":
        return read_keyring(where)
    if where not in environ:
        raise ConfigError(f"secret reference {value!r}: this environment variable is not set.", fix=f"Set {where}.")
    return environ[where]


def name_of_secret(setting: str, value: str) -> str:
    """This names a secret in an error: the setting, and the reference where it is one; never a value."""
    return f"{setting} ({value})" if _SECRET.match(value) else setting


def _read_secret(path: Path, reference: str) -> str:
    # A secret is short: a wrong path may lead to an endless device.
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_SECRET + 1)
        if len(data) <= _MAX_SECRET:
            return data.decode().strip()
        problem = f"the file is longer than {_MAX_SECRET} bytes, which no secret is"
    except UnicodeDecodeError:
        problem = "the file is not UTF-8 text"
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
    except ValueError:
        problem = "this is no path"
    raise ConfigError(f"secret reference {reference!r}: {problem}.", fix="Name a text file that holds the secret only.")


def resolve_config(name: str, connection: ConnectionSettings, model: type[BaseModel], root: Path) -> Any:
    """This makes the connector's own settings object, secrets resolved; raises ConfigError without any value in it."""
    secrets = {field for field, info in model.model_fields.items() if _is_secret(info.annotation)}
    values = {key: _resolve(value, root) for key, value in connection.config.items()}
    for field in sorted(secrets & set(connection.config)):
        given = connection.config[field]
        if isinstance(given, str) and given and not _SECRET.match(given):
            raise ConfigError(
                f"connections.{name}.config.{field}: a secret stands in the file itself.",
                fix="Write env:NAME, file:PATH, airflow:CONNECTION or keyring:SERVICE/USER instead.",
            )
        if isinstance(values[field], str) and not values[field].strip():
            raise ConfigError(
                f"connections.{name}.config.{field}: the secret is empty.",
                fix="Put it where the reference points, or leave the setting out.",
            )
    return check_config(f"connections.{name}.config", values, model)


def check_config(where: str, values: Mapping[str, Any], model: type[BaseModel]) -> Any:
    """This makes a connector's settings object of values with secrets in them; raises ConfigError without any of them."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in problem["loc"])
        hint = _nearest(field, sorted(model.model_fields)) if problem["type"] == "extra_forbidden" else ""
        raise ConfigError(f"{where}.{field}: {problem['msg'].removeprefix('Value error, ')}{hint}.") from None


def resolve_limits(name: str, connection: ConnectionSettings, declared: Sequence[Limit]) -> list[Limit]:
    """These are the connection's own call limits, completed from those that the connector declares; raises ConfigError."""
    known = {limit.name: limit for limit in declared}
    found = []
    for which, own in connection.limits.items():
        base = known.get(which)
        match, per = own.match or (base and base.match), own.per or (base and base.per)
        if not match or not per:
            hint = _nearest(which, sorted(known)) if known else ""
            raise ConfigError(
                f"connections.{name}.limits.{which}: connector {connection.connector!r} declares no such limit{hint}.",
                fix="Name a declared one, or give calls, per and match.",
            )
        found.append(Limit(which, match, per, own.calls))
    return found


def _resolve(value: Any, root: Path) -> Any:
    return resolve_secret(value, root) if isinstance(value, str) else value


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or SecretStr in getattr(annotation, "__args__", ())
