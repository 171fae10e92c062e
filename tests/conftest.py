"""Databases for tests: SQLite files and PostgreSQL schemas, migrated once and emptied before each use.

The server is the one that ATTUNE_TEST_POSTGRES names, else one on this machine, else one that is started here from the
installed programs and stopped at the end. ATTUNE_REQUIRE_POSTGRES=1 makes it an error that there is none.
"""

import getpass
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from hub.store.migration import migrate
from hub.store.tables import metadata

KINDS = ("sqlite", "postgresql")

# What a terminal would change of the commands' tables must not change what their tests see: before hub.cli is imported.
os.environ["COLUMNS"] = "160"
for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "NO_COLOR", "LINES"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server with the right to make schemas; a skip, or an error, where there is none."""
    required = os.environ.get("ATTUNE_REQUIRE_POSTGRES") == "1"
    if not required:
        pytest.importorskip("psycopg", reason="psycopg is not installed (extra: postgres)")
    if found := next(filter(is_answering, addresses()), None):
        yield found
    elif programs := server_programs():
        with started_server(programs) as address:
            yield address
    else:
        missing = "no PostgreSQL server: set ATTUNE_TEST_POSTGRES, start one on 127.0.0.1:5432, or install its programs"
        pytest.fail(missing) if required else pytest.skip(missing)


def addresses() -> list[str]:
    named = os.environ.get("ATTUNE_TEST_POSTGRES")
    if named:
        return [named]
    users = dict.fromkeys(["postgres", getpass.getuser()])
    hosts = ("127.0.0.1:5432", "")  # nothing: the Unix socket
    return [f"postgresql://{user}@{host}/postgres" for host in hosts for user in users]


def is_answering(address: str) -> bool:
    engine = create_engine(driven(address), connect_args={"connect_timeout": 2})
    try:
        engine.connect().close()
    except OperationalError:
        if address == os.environ.get("ATTUNE_TEST_POSTGRES"):
            pytest.fail("the server that ATTUNE_TEST_POSTGRES names does not answer")
        return False
    finally:
        engine.dispose()
    return True


def driven(address: str) -> str:
    return make_url(address).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def server_programs() -> Path | None:
    """The folder of the newest installed server."""
    on_path = shutil.which("initdb")
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: float(Path(path).parent.name))
    found = ([Path(on_path).resolve().parent] if on_path else []) + [Path(one) for one in folders]
    return next((one for one in reversed(found) if (one / "initdb").exists() and (one / "postgres").exists()), None)


@contextmanager
def started_server(programs: Path) -> Iterator[str]:
    """A server in a folder of its own, reached by its Unix socket only. The programs refuse to be run by root."""
    folder = Path(tempfile.mkdtemp(prefix="attune-pg-"))
    owner = unprivileged()
    if owner:
        os.chown(folder, pwd.getpwnam(owner).pw_uid, pwd.getpwnam(owner).pw_gid)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        options = {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []} if owner else {}
        with (folder / "log").open("a") as log:
            subprocess.run(command, check=True, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)

    try:
        run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync")
        settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
        run("pg_ctl", "start", "--wait", "--silent", f"--log={folder / 'server.log'}", f"--options={settings}")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged() -> str | None:
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


@contextmanager
def schema_of(address: str) -> Iterator[str]:
    """A schema of its own as a database URL, dropped in the end."""
    schema = f"attune_{uuid.uuid4().hex}"
    engine = create_engine(driven(address))
    with engine.begin() as conn:
        conn.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        mine = make_url(address).update_query_dict({"options": f"-csearch_path={schema}"})
        yield mine.render_as_string(hide_password=False)
    finally:
        with engine.begin() as conn:
            conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "hub.db"
    migrate(f"sqlite:///{path}")
    return path


class Schemas:
    """Migrated schemas without rows: one for each database that is in use at the same time."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.free: list[str] = []
        self.made: list[object] = []

    @contextmanager
    def lend(self) -> Iterator[str]:
        url = self.free.pop() if self.free else self._make()
        empty(url)
        try:
            yield url
        finally:
            self.free.append(url)

    def _make(self) -> str:
        context = schema_of(self.address)
        self.made.append(context)
        url = context.__enter__()
        migrate(url)
        return url

    def close(self) -> None:
        for context in self.made:
            context.__exit__(None, None, None)


def empty(url: str) -> None:
    engine = create_engine(driven(url))
    with engine.begin() as conn:
        conn.execute(
            text("SET LOCAL lock_timeout = '10s'")
        )  # a test that left a connection open is told, not waited for
        conn.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"))
    engine.dispose()


@pytest.fixture(scope="session")
def schemas(postgres: str) -> Iterator[Schemas]:
    lent = Schemas(postgres)
    yield lent
    lent.close()


@contextmanager
def lent_database(request: pytest.FixtureRequest) -> Iterator[Callable[[str, Path], str]]:
    """Gives migrated databases without rows: by kind, and where a SQLite file is to be."""
    in_use = []

    def make(kind: str, path: Path) -> str:
        if kind == "sqlite":
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(request.getfixturevalue("migrated_file"), path)
            return f"sqlite:///{path}"
        context = request.getfixturevalue("schemas").lend()
        in_use.append(context)
        return str(context.__enter__())

    yield make
    for context in in_use:
        context.__exit__(None, None, None)


@pytest.fixture
def make_database(request: pytest.FixtureRequest) -> Iterator[Callable[[str, Path], str]]:
    with lent_database(request) as make:
        yield make


@pytest.fixture
def empty_schema(postgres: str) -> Iterator[str]:
    with schema_of(postgres) as url:
        yield url


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables: a new file, or a schema of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hub.db"
    return str(request.getfixturevalue("empty_schema"))


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, make_database: Callable[[str, Path], str], tmp_path: Path) -> str:
    """A migrated database without rows; migrating is done once, because it is what takes the time."""
    return make_database(request.param, tmp_path / "hub.db")


@pytest.fixture
def postgres_url(make_database: Callable[[str, Path], str], tmp_path: Path) -> str:
    return make_database("postgresql", tmp_path)
