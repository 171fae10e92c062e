"""The viewer: who a user of Airflow is to the hub's door. What they may do in Airflow is asked of its auth manager."""

from __future__ import annotations

import re

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails

from hub.airflow.dag_ids import dags_of
from hub.airflow.deployment import USER
from hub.app import Hub
from hub.pipeline.door import Door, Viewer

_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_DIGITS = 16


def door_of(hub: Hub, user: BaseUser) -> Door:
    """This is the door for a user: with what Airflow lets them do, and what ``hub.yaml`` says of them alone."""
    settings = hub.deployment.settings
    actor = name_of(hub, user)
    roles = set(settings.roles.get(actor, ()))
    if may_read_runs(user, *dags_of(settings.syncs)):
        roles.update(settings.console.readers)
        # Not by the name of a role: every auth manager has other ones.
        if get_auth_manager().is_authorized_connection(method="PUT", user=user):
            roles.update(settings.console.operators)
    viewer = Viewer(actor, frozenset(roles), settings.agents.get(actor, {}))
    return Door(hub.store, hub.audit, hub.access, viewer, hub.now)


def may_read_runs(user: BaseUser, *dag_ids: str) -> bool:
    """This tells whether Airflow lets a user read the runs of each of these DAGs.

    DAGs are always named: asked about none in particular, FAB says yes to whoever may read any one of them, and of no DAG at
    all everything is true. So nobody may read the runs of none.
    """
    about = [DagDetails(id=dag_id) for dag_id in dag_ids]
    return bool(about) and get_auth_manager().batch_is_authorized_dag(
        [{"method": "GET", "access_entity": DagAccessEntity.RUN, "details": one} for one in about], user=user
    )


def name_of(hub: Hub, user: BaseUser) -> str:
    """This is a user as the audit log names them: by the auth manager's id.

    An id that is no code, such as an e-mail address, is told as its keyed hash: the log is kept for years, and by others.
    """
    known = str(user.get_id())
    return USER + (known if _CODE.fullmatch(known) else hub.vault.ref("airflow user", known)[:_DIGITS])
