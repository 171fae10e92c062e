"""Pytest fixtures for plugin authors; found by pytest through the entry point ``attune_hub``."""

import pytest

from hub.testing.cast import Cast, make_cast
from hub.testing.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """A clock that moves only when told to."""
    return FakeClock()


@pytest.fixture
def cast() -> Cast:
    """The invented customers that simulators are seeded with."""
    return make_cast()
