"""The DAGs on PostgreSQL, as every Airflow with more than one worker has it: the store's URL is a secret, and stays one."""

import pytest
import sqlalchemy as sa
import yaml

from hub.cli.sandbox import open_sandbox, write_deployment
from hub.store import tables
from hub.store.engine import make_engine

pytestmark = pytest.mark.slow

DAGS = ("hub_sync__salesforce-pull", "hub_sync__zendesk-pull", "hub_sync__zendesk-push", "hub_sweep", "hub_audit")


@pytest.fixture
def deployed(tmp_path, postgres_url):
    with open_sandbox(6) as sandbox:
        config = write_deployment(tmp_path, sandbox)
        (tmp_path / "var" / "secrets" / "store").write_text(postgres_url, encoding="utf-8")
        settings = yaml.safe_load(config.read_text(encoding="utf-8"))
        config.write_text(yaml.safe_dump({**settings, "store": "file:var/secrets/store"}), encoding="utf-8")
        yield config


def test_the_dags_do_their_work_on_postgresql(deployed, postgres_url, airflow_db, parse, capfd):
    dags = parse(deployed).dags
    assert {name: str(dags[name].test().state) for name in DAGS} == dict.fromkeys(DAGS, "success")
    engine = make_engine(postgres_url)
    with engine.connect() as conn:
        runs = conn.execute(sa.select(tables.runs.c.sync, tables.runs.c.status).order_by(tables.runs.c.seq)).all()
        sent = tables.deliveries.c.state == "confirmed"
        confirmed = conn.execute(sa.select(sa.func.count()).select_from(tables.deliveries).where(sent)).scalar_one()
        entries = conn.execute(sa.select(sa.func.sum(tables.audit_bundles.c.count))).scalar_one()
        waiting = conn.execute(sa.select(sa.func.count()).select_from(tables.audit_pending)).scalar_one()
    engine.dispose()
    syncs = ["salesforce-pull", "zendesk-pull", "zendesk-push", "sweep"]
    assert runs == [(sync, "succeeded") for sync in syncs]
    assert confirmed > 0 and entries > 0 and waiting == 0
    assert postgres_url not in "".join(capfd.readouterr())
