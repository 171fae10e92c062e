"""The database that a hub writes to: a SQLite file in its folder, or a PostgreSQL database copied from a template."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from hub.store.migration import migrate

IN_THE_FOLDER = "sqlite:///var/hub.db"


class Sqlite:
    """A file in the hub's folder: copied with it, gone with it."""

    url = IN_THE_FOLDER

    def __enter__(self) -> "Sqlite":
        return self

    def __exit__(self, *_: object) -> None:
        """It goes with its folder."""

    @contextmanager
    def copied(self, name: str) -> Iterator[str]:
        yield self.url


class Postgres:
    """A database of its own on a server, and copies of it; nothing is left behind."""

    def __init__(self, server: str) -> None:
        self._server = make_url(server).set(drivername="postgresql+psycopg")
        self._name = f"attune_crash_{os.getpid()}"
        self.url = self._url(self._name)

    def __enter__(self) -> "Postgres":
        self._run(f"CREATE DATABASE {self._name}")
        migrate(self.url)
        return self

    def __exit__(self, *_: object) -> None:
        self._run(f"DROP DATABASE {self._name} WITH (FORCE)")

    @contextmanager
    def copied(self, name: str) -> Iterator[str]:
        copy = f"{self._name}_{name.replace('-', '_')}"
        self._run(f"CREATE DATABASE {copy} TEMPLATE {self._name}")
        try:
            yield self._url(copy)
        finally:
            self._run(f"DROP DATABASE {copy} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self._server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def _run(self, statement: Any) -> None:
        engine = create_engine(self._server, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(statement))
        engine.dispose()
