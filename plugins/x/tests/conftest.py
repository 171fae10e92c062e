from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub.contract import Batch, RawRecord
from hub.testing import FakeClock, connect
from hub.transport import TransportLimits
from hub_x import CONNECTOR
from hub_x.simulator import XSimulator

ReadAll = Callable[..., tuple[list[RawRecord], str | None]]


@pytest.fixture
def empty_x(clock: FakeClock) -> Iterator[XSimulator]:
    """X with the account and the strangers, without any post."""
    with XSimulator(clock=clock) as simulator:
        simulator.seed()
        simulator.world.posts.clear()
        yield simulator


@pytest.fixture
def x(clock: FakeClock) -> Iterator[XSimulator]:
    """X as it is seeded."""
    with XSimulator(clock=clock) as simulator:
        simulator.seed()
        yield simulator


@pytest.fixture
def open_source() -> Callable[..., Any]:
    """Opens a source on a simulator, with some settings replaced; it reads nothing twice unless told to."""

    def open_(simulator: XSimulator, limits: TransportLimits | None = None, **settings: Any) -> Any:
        told = simulator.settings() | {"settle_seconds": 0} | settings
        return connect(CONNECTOR, simulator, settings=told, limits=limits)

    return open_


@pytest.fixture
def read_all() -> ReadAll:
    """Reads a stream to its end: all records and the last cursor."""

    def read(source: Any, stream: str = "mentions", cursor: str | None = None) -> tuple[list[RawRecord], str | None]:
        batches: list[Batch] = list(source.read(stream, cursor))
        return [record for batch in batches for record in batch.records], batches[-1].cursor

    return read
