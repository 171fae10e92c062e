"""Finds installed plugins by entry point; a broken one is quarantined with its reason, never fatal.

pluggy's own ``load_setuptools_entrypoints`` imports before any check, lets one bad plugin stop the host and silently drops
a second distribution of the same name, so the hub enumerates, checks and loads one at a time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Literal

import pluggy

from hub.contract import CONTRACT_VERSION, PROJECT, Capability, Connector, Context, Hooks, Scorer, Tagger
from hub.errors import ConfigError, HubError, TransientError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")
_PROTOCOL_OF = {Capability.READ: "streams", Capability.WRITE: "objects"}


class PluginProblem(Exception):
    """This plugin cannot be used; the text says why. Never leaves this module."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """One installed plugin, usable or not.

    ``status`` is ``loaded``, ``disabled`` (not in the allow-list) or ``quarantined`` with a ``reason``.
    """

    name: str
    distribution: str
    version: str
    status: Literal["loaded", "disabled", "quarantined"]
    reason: str | None = None
    connectors: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


@dataclass(slots=True)
class Registered:
    """What plugins have handed in: the hub's only view of them."""

    connectors: dict[str, Connector] = field(default_factory=dict)
    taggers: dict[str, Callable[[], Tagger | Scorer]] = field(default_factory=dict)
    recognisers: dict[str, Callable[[], Any]] = field(default_factory=dict)
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)


class _Shelf:
    """What one plugin hands in while it registers; merged only when all of it is sound."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.offered = Registered()

    def connector(self, connector: Connector) -> None:
        _check_connector(connector)
        _put(self.offered.connectors, "connector", connector.manifest.name, connector)

    def tagger(self, name: str, make: Callable[[], Tagger | Scorer]) -> None:
        _put(self.offered.taggers, "tagger", name, make)

    def recogniser(self, name: str, make: Callable[[], Any]) -> None:
        _put(self.offered.recognisers, "recogniser", name, make)

    def mapping_function(self, name: str, function: Callable[..., Any]) -> None:
        if not name.startswith(f"{self.owner}_"):
            raise PluginProblem(f"mapping function {name!r} must begin with {self.owner + '_'!r}")
        _put(self.offered.functions, "mapping function", name, function)


@dataclass(frozen=True, slots=True)
class Plugins:
    """All installed plugins and what the sound ones offer."""

    found: tuple[Plugin, ...]
    offered: Registered

    def connector(self, name: str) -> Connector:
        """This is the connector of that name; raises ConfigError, with the quarantine reason where there is one."""
        if name in self.offered.connectors:
            return self.offered.connectors[name]
        reasons = [f"{p.name}: {p.reason}" for p in self.found if p.status == "quarantined"]
        known = ", ".join(sorted(self.offered.connectors)) or "none"
        raise ConfigError(
            f"no usable connector named {name!r} (usable: {known}).",
            fix=f"Quarantined plugins: {'; '.join(reasons)}."
            if reasons
            else "Install the plugin, or correct the name.",
        )

    def mapping_folders(self) -> tuple[Path, ...]:
        """These folders inside the plugins hold their mapping files."""
        connectors = (self.offered.connectors[name] for name in sorted(self.offered.connectors))
        return tuple(Path(c.mappings) for c in connectors if c.mappings)


def load(enabled: Collection[str] | None = None, *, points: Iterable[EntryPoint] | None = None) -> Plugins:
    """This loads every allowed plugin that fits the contract.

    Args:
        enabled: the allow-list of entry-point names; None allows all installed ones.
        points: entry points to look at instead of the installed ones.
    """
    found = sorted(
        entry_points(group=PROJECT) if points is None else points, key=lambda point: (point.name, point.value)
    )
    names = Counter(point.name for point in found)
    offered, plugins = Registered(), []
    for point in found:
        if enabled is not None and point.name not in enabled:
            plugins.append(_describe(point, "disabled", "not in the list of enabled plugins"))
        elif names[point.name] > 1:
            plugins.append(_describe(point, "quarantined", "two distributions claim this name"))
        else:
            plugins.append(_load_one(point, offered))
    return Plugins(tuple(plugins), offered)


def open_connector(connector: Connector, config: Any, context: Context) -> Any:
    """This makes the working connector; raises ConfigError where the plugin cannot, without the plugin's own text.

    A vendor's client prints the settings that it does not like, and with them the secrets.
    """
    try:
        return connector.open(config, context)
    except HubError:
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
        kind = type(error).__name__
    raise ConfigError(
        f"connections.{context.connection}: connector {connector.manifest.name!r} cannot be opened ({kind}).",
        fix="Check the connection's settings and secrets.",
    )


@contextmanager
def shielded(where: str) -> Iterator[None]:
    """This lets a plugin's code run outside a run: anything but a HubError becomes a TransientError.

    It names the kind of the stranger's error and never its text, which may quote a secret or a person.
    """
    try:
        yield
        return
    except HubError:
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
        kind = type(error).__name__
    raise TransientError(f"{where}: {kind} in the plugin.", fix="Try again; if it stays so, tell the plugin's makers.")


def _load_one(point: EntryPoint, offered: Registered) -> Plugin:
    shelf = _Shelf(point.name)
    try:
        _call_register(point, shelf)
        _merge(offered, shelf.offered)
    except PluginProblem as problem:
        return _describe(point, "quarantined", str(problem))
    except Exception as error:  # noqa: BLE001 - a stranger's import or register may raise anything; see the module docstring
        return _describe(point, "quarantined", f"{type(error).__name__}: {error}".splitlines()[0][:200])
    return _describe(point, "loaded", None, shelf.offered)


def _call_register(point: EntryPoint, shelf: _Shelf) -> None:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    try:
        manager.register(point.load(), name=point.name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginProblem(str(error).splitlines()[-1].strip()) from error
    implementations = manager.hook.register.get_hookimpls()
    if not implementations:
        raise PluginProblem("no function marked with hookimpl and named 'register' was found")
    manager.hook.register(register=shelf)


def _check_connector(connector: Connector) -> None:
    manifest = connector.manifest
    if manifest.contract != CONTRACT_VERSION:
        raise PluginProblem(
            f"written for contract version {manifest.contract}, this hub speaks version {CONTRACT_VERSION}"
        )
    if not _NAME.match(manifest.name):
        raise PluginProblem(f"connector name {manifest.name!r} must be lower-case letters, digits and '_'")
    if Capability.BIOMETRIC in manifest.capabilities and not (manifest.high_risk and manifest.conformity):
        raise PluginProblem(
            f"connector {manifest.name!r} takes in voice, faces or typing; that needs high_risk and a conformity id"
        )
    for capability, what in _PROTOCOL_OF.items():
        if (capability in manifest.capabilities) != bool(getattr(manifest, what)):
            raise PluginProblem(
                f"connector {manifest.name!r}: capability {capability!r} and its list of {what} disagree"
            )


def _put(shelf: dict[str, Any], what: str, name: str, value: Any) -> None:
    if name in shelf:
        raise PluginProblem(f"{what} {name!r} is registered twice")
    shelf[name] = value


def _merge(into: Registered, new: Registered) -> None:
    shelves: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("connector", into.connectors, new.connectors),
        ("tagger", into.taggers, new.taggers),
        ("recogniser", into.recognisers, new.recognisers),
        ("mapping function", into.functions, new.functions),
    ]
    for what, old, fresh in shelves:
        if taken := sorted(set(old) & set(fresh)):
            raise PluginProblem(f"{what} {taken[0]!r} is already registered by another plugin")
    for _, old, fresh in shelves:
        old.update(fresh)


def _describe(
    point: EntryPoint,
    status: Literal["loaded", "disabled", "quarantined"],
    reason: str | None,
    offered: Registered | None = None,
) -> Plugin:
    connectors = offered.connectors.values() if offered else ()
    return Plugin(
        name=point.name,
        distribution=point.dist.name if point.dist else "unknown",
        version=point.dist.version if point.dist else "unknown",
        status=status,
        reason=reason,
        connectors=tuple(sorted(c.manifest.name for c in connectors)),
        capabilities=tuple(sorted({str(cap) for c in connectors for cap in c.manifest.capabilities})),
    )
