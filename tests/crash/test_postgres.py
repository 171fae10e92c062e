"""The same on PostgreSQL, where a killed client leaves a transaction to the server."""

import os

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]

SERVER = os.environ.get("ATTUNE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
FEW = "zendesk-pull,salesforce-push"


@pytest.fixture(scope="module")
def told(run_harness, points):
    pytest.importorskip("psycopg", reason="psycopg is not installed (extra: postgres)")
    engine = create_engine(make_url(SERVER).set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": 2})
    try:
        engine.connect().close()
    except OperationalError:
        pytest.skip("no PostgreSQL server is reachable")
    finally:
        engine.dispose()
    return run_harness("--postgres", SERVER, *(["--chapters", FEW] if points == "spread" else []))


def test_the_resumed_run_ends_where_an_uninterrupted_one_does(told):
    assert [problem for chapter in told for problem in chapter["problems"]] == []
    assert all(len(chapter["hit"]) >= 10 for chapter in told)
