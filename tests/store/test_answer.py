"""A PostgreSQL server that refuses: which refusals nobody can wait out, and which pass."""

import socket
import struct
import threading
from contextlib import suppress

import pytest

from hub.errors import ConfigError, TransientError
from hub.store.migration import current_revision, migrate
from hub.store.store import open_store

pytest.importorskip("psycopg")
SECRET = "hunter2"


class Refusing:
    """A server that answers whoever wants in with an error; after it has asked for a password, where ``asks``."""

    def __init__(self, code: str, words: str, *, asks: bool) -> None:
        self._fields = f"SFATAL\0VFATAL\0C{code}\0M{words}\0\0".encode()
        self._asks = asks
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"postgresql://me:{SECRET}@127.0.0.1:{self._listening.getsockname()[1]}/hub"

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with client:
                while _read_startup(client) == 80_877_103:  # wants TLS
                    client.sendall(b"N")
                if self._asks:
                    client.sendall(b"R" + struct.pack("!II", 8, 3))  # a password in clear text, please
                    client.recv(1_000)
                with suppress(OSError):  # who asked may have gone
                    client.sendall(b"E" + struct.pack("!I", len(self._fields) + 4) + self._fields)

    def close(self) -> None:
        self._listening.close()


def _read_startup(client: socket.socket) -> int:
    (length,) = struct.unpack("!I", client.recv(4, socket.MSG_WAITALL))
    return int(struct.unpack("!I", client.recv(length - 4, socket.MSG_WAITALL)[:4])[0])


@pytest.fixture
def server():
    made = []

    def make(*args, **options):
        made.append(Refusing(*args, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize(
    ("code", "words", "asks", "error", "says"),
    [
        ("28P01", 'password authentication failed for user "me"', True, ConfigError, "user and password"),
        (
            "28P01",
            "Passwort-Authentifizierung für Benutzer »me« fehlgeschlagen",
            True,
            ConfigError,
            "user and password",
        ),
        ("28000", 'no pg_hba.conf entry for host "10.0.0.1"', False, ConfigError, "pg_hba.conf"),
        ("28000", 'role "me" is not permitted to log in', False, ConfigError, "user and password"),
        ("28000", 'role "me" does not exist', False, ConfigError, "does not exist"),
        ("3D000", 'database "hub" does not exist', True, ConfigError, "does not exist"),
        ("53300", "sorry, too many clients already", False, TransientError, "busy"),
        ("53300", "remaining connection slots are reserved", True, TransientError, "busy"),
        ("57P03", "the database system is starting up", False, TransientError, "busy"),
        ("57P03", "the database system is shutting down", True, TransientError, "busy"),
    ],
)
def test_who_is_shut_out_is_told_so_and_who_may_come_back_is_told_that(
    server, vault, clock, code, words, asks, error, says
):
    url = server(code, words, asks=asks).url
    for use in (migrate, current_revision, lambda one: open_store(one, vault, now=clock.now)):
        with pytest.raises(error, match=says) as told:
            use(url)
        assert told.value.exit_code == (2 if error is ConfigError else 3)
        assert SECRET not in f"{told.value!r} {told.value.__dict__}" and told.value.fix
        assert told.value.__suppress_context__, "the driver's own words may follow"


def test_a_server_that_hangs_up_without_a_word_may_come_back(server, vault, clock):
    quiet = server("", "", asks=True)
    quiet._fields = b""
    with pytest.raises(TransientError, match="busy or does not answer"):
        open_store(quiet.url, vault, now=clock.now)
