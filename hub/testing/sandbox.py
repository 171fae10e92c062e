"""All installed simulators at once, telling one consistent story."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any, Self

from hub.contract import Connector
from hub.testing.cast import make_cast
from hub.testing.clock import SystemClock
from hub.testing.connect import load_simulator
from hub.testing.simulator import Clock, Simulator

PEOPLE = 150
"""Invented customers of a demonstration: so many that a week has figures to show, though small groups are hidden."""


class Sandbox:
    """Running, seeded simulators by connector name; use it as a context manager.

    Args:
        connectors: those that ship no simulator are left out.
        size: number of invented customers.
        ports: fixed ports by connector name; a free one otherwise.
        clock: the vendors' clock; the real one unless given.
        start: when the story of four days begins; three days before the clock's time unless given.
    """

    def __init__(
        self,
        connectors: Iterable[Connector],
        *,
        size: int = 24,
        ports: dict[str, int] | None = None,
        clock: Clock | None = None,
        start: datetime | None = None,
    ) -> None:
        clock = clock or SystemClock()
        cast = make_cast(
            size, start=start or clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=3)
        )
        self.simulators: dict[str, Simulator] = {
            connector.manifest.name: load_simulator(connector)(
                clock=clock, cast=cast, port=(ports or {}).get(connector.manifest.name, 0)
            )
            for connector in connectors
            if connector.simulator
        }
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for simulator in self.simulators.values():
            simulator.seed()
            self._stack.enter_context(simulator)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def connection(self, connector: str) -> dict[str, Any]:
        """This is what ``hub.yaml`` says of a connection to one simulator: base_url and settings."""
        simulator = self.simulators[connector]
        return {"connector": connector, "base_url": simulator.url, "config": simulator.settings()}
