"""One deployment with a told ledger for all tests of the console; nobody changes what it tells."""

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    lacking = [name for name in ("fastapi", "jinja2", "pygal", "uvicorn") if importlib.util.find_spec(name) is None]
    for item in items if lacking else ():
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.skip(reason=f"{', '.join(lacking)} not installed (extra: console)"))


@pytest.fixture(scope="session")
def story(tmp_path_factory):
    from tests.console.story import tell

    return tell(tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="session")
def office(story):
    from hub.console.office import Office

    office = Office(story.config, now=story.clock.now)
    yield office
    office.close()


@pytest.fixture
def console(office):
    """The application for a viewer with given roles."""
    from hub.console.application import make_console
    from hub.pipeline.door import Door, Viewer

    def console(*roles):
        def door_for(hub):
            return Door(hub.store, hub.audit, hub.access, Viewer("somebody", frozenset(roles)), hub.now)

        return make_console(office, lambda: door_for)

    return console
