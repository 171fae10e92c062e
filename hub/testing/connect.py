"""Opens a connector against a simulator exactly as the hub would."""

import importlib
from typing import Any

from hub.contract import Connector, Context
from hub.testing.clock import FakeClock
from hub.testing.simulator import Simulator
from hub.transport import Route, TransportLimits, prepare_session


def connect(
    connector: Connector,
    simulator: Simulator,
    *,
    settings: dict[str, Any] | None = None,
    limits: TransportLimits | None = None,
    clock: FakeClock | None = None,
) -> Any:
    """This opens ``connector`` on a prepared session that is routed to ``simulator``.

    Args:
        connector: as the plugin registers it.
        simulator: a running simulator.
        settings: replaces the simulator's own settings (for wrong passwords and the like).
        limits: bounds of the session.
        clock: the hub's, where it does not show the same time as the vendor's.
    """
    config = connector.config_model.model_validate(settings if settings is not None else simulator.settings())
    route = Route(connector.origin(config), simulator.url, connector.manifest.hosts)
    ours = clock or simulator.clock
    pause = getattr(ours, "sleep", lambda _: None)
    prepared = prepare_session(route, limits=limits, pause=pause, now=ours.now)
    context = Context(connector.manifest.name, prepared.session, simulator.url, ours.now, pause, prepared.clock.time)
    return connector.open(config, context)


def load_simulator(connector: Connector) -> type[Simulator]:
    """This imports the simulator class that a connector names; raises LookupError where it names none."""
    if connector.simulator is None:
        raise LookupError(f"connector {connector.manifest.name!r} ships no simulator")
    module, _, name = connector.simulator.partition(":")
    found: type[Simulator] = getattr(importlib.import_module(module), name)
    if not issubclass(found, Simulator):
        raise LookupError(f"{connector.simulator} is not a hub.testing.Simulator")
    return found
