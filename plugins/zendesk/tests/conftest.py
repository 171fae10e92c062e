from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub.testing import connect
from hub.transport import TransportLimits
from hub_zendesk import CONNECTOR
from hub_zendesk.simulator import ZendeskSimulator


@pytest.fixture
def vendor() -> Iterator[ZendeskSimulator]:
    """A running, seeded Zendesk."""
    with ZendeskSimulator() as simulator:
        simulator.seed()
        yield simulator


@pytest.fixture
def opened(vendor: ZendeskSimulator) -> Iterator[Callable[..., Any]]:
    """This opens connections with other settings, or other retries than none, and closes their sockets."""
    sessions: list[Any] = []

    def open_one(*, retries: int = 0, **settings: Any) -> Any:
        limits = TransportLimits(retries=retries, read_timeout=5)
        connection = connect(CONNECTOR, vendor, settings={**vendor.settings(), **settings}, limits=limits)
        sessions.append(connection.account.context.session)
        return connection

    yield open_one
    for session in sessions:
        session.close()


@pytest.fixture
def zendesk(opened: Callable[..., Any]) -> Any:
    """A connection; no retries by the session, so that each fault is seen at once."""
    return opened()
