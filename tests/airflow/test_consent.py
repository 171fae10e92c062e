"""The DAG of withdrawals: systems that owe one are told to their pushes, and what is overdue is red."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from hub.app import open_hub
from hub.cli.sandbox import open_sandbox, write_deployment
from hub.pipeline.propagation import OWNER, WITHDRAWAL
from hub.store.migration import migrate


@pytest.fixture
def config(tmp_path):
    """A deployment of simulators that nobody calls."""
    with open_sandbox(2) as sandbox:
        config = write_deployment(tmp_path, sandbox)
    migrate(f"sqlite:///{tmp_path / 'var' / 'hub.db'}")
    return config


def owe(config, system, minutes):
    with open_hub(config) as hub, hub.store.begin() as tx:
        due = datetime.now(UTC) + timedelta(minutes=minutes)
        tx.obligations.open(f"somebody-{minutes}", system, WITHDRAWAL, OWNER, due)


def states(run):
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def events(database, run):
    """Which assets a run has told, and what with."""
    engine = sa.create_engine(f"sqlite:///{database}")
    query = "select a.name, e.extra from asset_event e join asset a on a.id = e.asset_id where e.source_run_id = :run"
    with engine.connect() as conn:
        found = conn.execute(sa.text(query), {"run": run.run_id}).all()
    engine.dispose()
    return sorted(tuple(row) for row in found)


def test_who_owes_is_nudged_and_nobody_else(config, airflow_db, parse):
    dags = parse(config).dags
    quiet = dags["hub_consent"].test()
    assert states(quiet) == {"nudge": "success", "overdue": "success"} and events(airflow_db, quiet) == []
    owe(config, "zendesk", 30)
    owe(config, "zendesk", 40)
    owing = dags["hub_consent"].test()
    assert states(owing) == {"nudge": "success", "overdue": "success"}, "there is time left"
    ((name, extra),) = events(airflow_db, owing)
    assert name == "hub.owed.zendesk" and '"people": 2' in extra
    assert name in {asset.name for asset in dags["hub_sync__zendesk-push"].timetable.asset_condition.objects}


def test_what_is_overdue_is_red_and_says_where(config, airflow_db, parse, capfd):
    owe(config, "salesforce", -1)
    late = parse(config).dags["hub_consent"].test()
    assert states(late) == {"nudge": "success", "overdue": "failed"}
    assert [name for name, _ in events(airflow_db, late)] == ["hub.owed.salesforce"]
    assert "withdrawals are overdue: 1 at salesforce." in "".join(capfd.readouterr())
