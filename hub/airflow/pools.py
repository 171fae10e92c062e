"""Airflow's pools: those that ``hub.yaml`` names for vendors' accounts. Tasks cannot make them: they see no database."""

from __future__ import annotations

from pathlib import Path

from airflow.models.pool import Pool
from airflow.utils.session import create_session
from sqlalchemy import select

from hub.config import load_settings


def make_pools(config: Path) -> dict[str, str]:
    """This makes the pools of a deployment in Airflow's database, or brings their slots up to date, and says which.

    Pools that ``hub.yaml`` does not name are left alone. Raises ConfigError where it cannot be read.

    Args:
        config: path of ``hub.yaml``.
    """
    told = {}
    for name, pool in sorted(load_settings(config).settings.pools.items()):
        with create_session() as session:
            before = session.scalar(select(Pool.slots).where(Pool.pool == name))
            about = f"Attune: {', '.join(pool.connections)}"
            Pool.create_or_update_pool(name, pool.slots, about, include_deferred=False, session=session)
        told[name] = f"{pool.slots} slots" + _difference(before, pool.slots)
    return told


def _difference(before: int | None, now: int) -> str:
    if before is None:
        return ", new"
    return "" if before == now else f", {before} before"
