"""The viewer: who a user of Airflow is to the hub's door. What they may do in Airflow is asked of its auth manager."""

from __future__ import annotations

import re

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails

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
    manager = get_auth_manager()
    if may_read_runs(user):
        roles.update(settings.console.readers)
        # Not by the name of a role: every auth manager has other ones.
        if manager.is_authorized_connection(method="PUT", user=user):
            roles.update(settings.console.operators)
    viewer = Viewer(actor, frozenset(roles), settings.agents.get(actor, {}))
    return Door(hub.store, hub.audit, hub.access, viewer, hub.now)


def may_read_runs(user: BaseUser, dag_id: str | None = None) -> bool:
    """This tells whether Airflow lets a user read the runs of a DAG, or of every DAG."""
    details = DagDetails(id=dag_id) if dag_id is not None else None
    manager = get_auth_manager()
    return manager.is_authorized_dag(method="GET", access_entity=DagAccessEntity.RUN, details=details, user=user)


def name_of(hub: Hub, user: BaseUser) -> str:
    """This is a user as the audit log names them: by the auth manager's id.

    An id that is no code, such as an e-mail address, is told as its keyed hash: the log is kept for years, and by others.
    """
    known = str(user.get_id())
    return USER + (known if _CODE.fullmatch(known) else hub.vault.ref("airflow user", known)[:_DIGITS])
