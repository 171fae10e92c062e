"""Who a user of Airflow is to the hub, whatever auth manager answers: Airflow's simple one, FAB, or one that knows nobody."""

from types import SimpleNamespace

import pytest

from hub.config import load_settings
from tests.airflow.conftest import ROOT

ALL = "every DAG"


class LikeFab:
    """Answers as FAB's auth manager does: asked about no DAG in particular, it says yes to whoever may read one."""

    def __init__(self, dags, connections=False):
        self.dags, self.connections = dags, connections

    def is_authorized_dag(self, *, method, user, access_entity=None, details=None):
        known = details.id if details is not None else None
        return bool(self.dags) if known is None else ALL in self.dags or known in self.dags

    def batch_is_authorized_dag(self, requests, *, user):
        return all(self.is_authorized_dag(**one, user=user) for one in requests)

    def is_authorized_connection(self, *, method, user):
        return self.connections


@pytest.fixture
def roles_of(monkeypatch):
    """The roles at the hub of somebody whom FAB knows by the number 7."""
    from hub.airflow import viewer

    def roles_of(manager, **roles):
        monkeypatch.setattr(viewer, "get_auth_manager", lambda: manager)
        deployment = load_settings(ROOT / "hub.yaml")
        settings = deployment.settings.model_copy(update={"roles": {"airflow:7": tuple(roles.get("given", ()))}})
        hub = SimpleNamespace(
            deployment=SimpleNamespace(settings=settings), store=None, audit=None, access=None, now=None
        )
        door = viewer.door_of(hub, SimpleNamespace(get_id=lambda: 7))
        assert door.viewer.actor == "airflow:7"
        return set(door.viewer.roles)

    return roles_of


def test_who_may_read_every_run_is_an_observer_and_who_may_change_connections_an_operator(roles_of):
    assert roles_of(LikeFab({ALL})) == {"observer"}
    assert roles_of(LikeFab({ALL}, connections=True)) == {"observer", "operations"}


def test_who_may_read_the_runs_of_one_dag_does_not_see_those_of_all(roles_of):
    """The console shows the runs of all syncs, whatever one of them somebody may see in Airflow."""
    assert roles_of(LikeFab({"hub_sync__x-pull"})) == set()
    assert roles_of(LikeFab({"hub_sync__x-pull"}, connections=True)) == set()


def test_who_may_read_each_of_the_hubs_dags_need_not_read_others(roles_of):
    from hub.airflow.dag_ids import dags_of

    syncs = load_settings(ROOT / "hub.yaml").settings.syncs
    assert roles_of(LikeFab(set(dags_of(syncs)))) == {"observer"}
    assert roles_of(LikeFab(set(dags_of(syncs)[1:]))) == set()


def test_a_role_of_ones_own_needs_nothing_of_airflow(roles_of):
    assert roles_of(LikeFab(set()), given=["privacy_officer"]) == {"privacy_officer"}


def test_nobody_may_read_the_runs_of_no_dag_in_particular(monkeypatch):
    from hub.airflow import viewer

    monkeypatch.setattr(viewer, "get_auth_manager", lambda: LikeFab({ALL}))
    assert viewer.may_read_runs(SimpleNamespace(get_id=lambda: 7)) is False
