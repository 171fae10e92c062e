"""The page on PostgreSQL does what it says: its two roles are made, one migrates, the other can work and do nothing else."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from hub.errors import ConfigError, TransientError
from hub.schema import Identifier, IdentifierKind
from hub.store.migration import migrate
from hub.store.store import open_store
from hub.store.vault import Vault
from hub.testing import FakeClock

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-on-postgresql.md"


def run(url, statements) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        for statement in statements.split(";"):
            if statement.strip():
                conn.execute(text(statement))
    engine.dispose()


@pytest.fixture
def made(postgres) -> Iterator[tuple[str, str]]:
    """The URLs of the owner and of the hub, after the page's statements."""
    name = f"attune_{uuid.uuid4().hex[:12]}"
    (recipe,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    before, _, after = re.sub(r"\bhub(?=_owner\b|\b)", name, recipe).partition(f"\\connect {name}\n")
    server = make_url(postgres)
    here = server.set(database=name).render_as_string(hide_password=False)
    try:
        run(postgres, before)
        run(here, after)
        passwords = re.findall(r"PASSWORD '(.*?)'", recipe)
        urls = [
            server.set(database=name, username=role, password=password).render_as_string(hide_password=False)
            for role, password in zip((f"{name}_owner", name), passwords, strict=True)
        ]
        yield urls[0], urls[1]
    finally:
        run(
            postgres,
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE); DROP ROLE IF EXISTS {name}_owner; DROP ROLE IF EXISTS {name}",
        )


def test_the_hubs_role_can_work_and_do_nothing_else(made):
    owner, hub = made
    vault, clock = Vault(bytes(32)), FakeClock()
    with pytest.raises(ConfigError, match="lacks a right"):
        migrate(hub)
    migrate(owner)
    with open_store(hub, vault, now=clock.now) as store:
        with store.begin() as tx:
            (person,) = tx.persons.create_many(1)
            tx.persons.attach(person, [Identifier(kind=IdentifierKind.EMAIL, value="a@example.com")])
            tx.audit.append([b"{}"])
            run_id = tx.ledger.start_run("sync", "pull", "1")
            tx.ledger.finish_run(run_id, "succeeded")
        with store.begin() as tx:
            tx.persons.erase(person)
        for harm in (
            "DROP TABLE records",
            "TRUNCATE audit_entries",
            "CREATE TABLE mine (id int)",
            "ALTER TABLE runs ADD x int",
        ):
            with pytest.raises((ConfigError, TransientError)), store.begin() as tx:
                tx.unit.conn.execute(text(harm))
