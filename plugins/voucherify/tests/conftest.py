from collections.abc import Iterator

import pytest

from hub.testing import connect
from hub_voucherify import CONNECTOR
from hub_voucherify.simulator import VoucherifySimulator


@pytest.fixture
def simulator() -> Iterator[VoucherifySimulator]:
    simulator = VoucherifySimulator()
    simulator.seed()
    with simulator:
        yield simulator


@pytest.fixture
def open_with(simulator):
    def opened(**settings):
        # Nothing is read twice unless a test asks for it.
        return connect(CONNECTOR, simulator, settings={**simulator.settings(), "reread_seconds": 0, **settings})

    return opened


@pytest.fixture
def connection(open_with):
    return open_with()
