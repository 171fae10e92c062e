"""Migration of a database to the revision that this version of the hub works with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from hub.errors import ConfigError
from hub.store.answer import answering
from hub.store.engine import make_engine, sqlite_file, use_wal
from hub.store.locks import WRITERS, hold

_SCRIPTS = Path(__file__).parent / "migrations"
_REVISION = text("SELECT version_num FROM alembic_version")


@dataclass(frozen=True, slots=True)
class Step:
    """One revision to be made, with the first line of what it says about itself."""

    revision: str
    what: str


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """What a migration would do: the revision found (None: no tables yet), the one wanted, and the steps in between."""

    before: str | None
    after: str
    steps: tuple[Step, ...]


def migrate(url: str, *, revision: str = "head") -> tuple[str | None, str | None]:
    """This brings the database to ``revision`` ("base" empties it) and gives the revisions before and after.

    All of it happens or none; two that migrate at once take turns. It makes a SQLite file readable by its owner only.
    Raises ConfigError where the database is newer than the hub, TransientError where it does not answer.
    """
    engine = make_engine(url)
    try:
        _make_file(engine)
        with answering(engine), engine.begin() as conn:
            _take_turns(conn)
            before = _revision(conn)
            _check_known(before)
            _move(conn, before, revision)
            return before, _revision(conn)
    finally:
        engine.dispose()


def plan_migration(url: str) -> MigrationPlan:
    """This tells what ``migrate`` would do and changes nothing; raises as it does."""
    found = current_revision(url)
    _check_known(found)
    revisions = [step.revision for step in _steps()]
    done = 0 if found is None else revisions.index(found) + 1
    return MigrationPlan(found, revisions[-1], tuple(_steps()[done:]))


def current_revision(url: str) -> str | None:
    """This is the revision of a database, None where it was never migrated."""
    engine = make_engine(url)
    try:
        with answering(engine):
            return revision_of(engine)
    finally:
        engine.dispose()


def revision_of(engine: Engine) -> str | None:
    """This is the revision behind an engine, None where there is no database; it creates nothing."""
    path = sqlite_file(engine)
    if path is not None and (not path.exists() or path.stat().st_size == 0):
        return None
    with engine.connect() as conn:
        return _revision(conn)


def head_revision() -> str:
    """This is the revision that this version of the hub works with."""
    return _steps()[-1].revision


def require_head(engine: Engine) -> str:
    """This gives the hub's own revision, and raises ConfigError unless the database is at it."""
    found, wanted = revision_of(engine), head_revision()
    if found == wanted:
        return wanted
    _check_known(found)
    state = "has no tables yet" if found is None else f"is at revision {found}, the hub needs {wanted}"
    raise ConfigError(f"The store's database {state}.", fix="Run hub migrate.")


def require_same(conn: Connection, revision: str) -> None:
    """This raises ConfigError where the database was migrated since it was opened at ``revision``.

    A writer of the version before would go on with tables that are no longer its own.
    """
    found = conn.execute(_REVISION).scalar()
    if found != revision:
        raise ConfigError(
            f"The store's database was migrated to revision {found} while this was running; what was stored before is kept.",
            fix="Start again, with the version of the hub that migrated it.",
        )


def _take_turns(conn: Connection) -> None:
    # On SQLite the transaction holds the write lock from its beginning.
    hold(conn, "migration")
    hold(conn, WRITERS)  # who has begun to write ends first; who begins later finds the new revision
    if conn.dialect.name == "postgresql":
        conn.execute(text("SET LOCAL statement_timeout = 0"))  # an index over many rows takes its time


def _move(conn: Connection, before: str | None, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = conn
    order = ["base", *(step.revision for step in _steps())]
    wanted = order[-1] if revision == "head" else revision
    if order.index(wanted) < order.index(before or "base"):
        command.downgrade(config, wanted)
    else:
        command.upgrade(config, wanted)


def _check_known(revision: str | None) -> None:
    if revision is not None and revision not in {step.revision for step in _steps()}:
        raise ConfigError(
            f"The store's database is at revision {revision}, which this version of the hub does not know.",
            fix="Use the version of the hub that migrated it, or a newer one.",
        )


def _steps() -> Sequence[Step]:
    scripts = ScriptDirectory.from_config(_config()).walk_revisions("base", "heads")
    return [Step(script.revision, script.doc) for script in scripts][::-1]


def _revision(conn: Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def _make_file(engine: Engine) -> None:
    path = sqlite_file(engine)
    if path is None:
        return
    if not path.parent.is_dir():
        raise ConfigError(f"The folder {path.parent} of the store does not exist.", fix="Make it, or change the URL.")
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise ConfigError(
            f"The store's file {path} cannot be written ({error.strerror}).", fix="Change its rights, or the URL."
        ) from None
    with answering(engine):
        use_wal(engine)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
