from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub.testing import connect
from hub.transport import TransportLimits
from hub_salesforce import CONNECTOR
from hub_salesforce.simulator import SalesforceSimulator


@pytest.fixture
def org() -> Iterator[SalesforceSimulator]:
    simulator = SalesforceSimulator()
    simulator.seed()
    with simulator:
        yield simulator


@pytest.fixture
def open_org(org: SalesforceSimulator) -> Callable[..., Any]:
    """Opens the connector against the org, with changed settings; no retries, so that calls can be counted."""

    def open_it(**changes: Any) -> Any:
        settings = {name: value for name, value in {**org.settings(), **changes}.items() if value is not None}
        return connect(CONNECTOR, org, settings=settings, limits=TransportLimits(retries=0, read_timeout=5))

    return open_it


@pytest.fixture
def connector(open_org: Callable[..., Any]) -> Any:
    return open_org()
