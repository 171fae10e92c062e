"""Airflow's connections as secret references: ``airflow:ID`` is the password of one, ``airflow:ID/FIELD`` a field."""

from __future__ import annotations

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from hub.references import field_of, register_connections


def field_of_connection(connection: str, field: str) -> str | None:
    """This is a connection's password, or a field of its form, wherever Airflow's secrets backends keep it.

    None where there is no such connection, or nothing in the field.
    """
    try:
        found = Connection.get(connection)
    except AirflowNotFoundException:
        return None
    told: str | None = field_of(found.extra, field) if field else found.password
    return told


def register() -> None:
    """This lets references in ``hub.yaml`` be answered by Airflow."""
    register_connections(field_of_connection)
