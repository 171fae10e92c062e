"""Where secrets rest that a reference names: a field of an Airflow connection, or the machine's keyring."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from hub.errors import ConfigError

ConnectionReader = Callable[[str, str], str | None]
"""Gives a field of an Airflow connection, by the connection's id and the field's name; None where there is none.

The name is empty for the password; otherwise it is one of the connection's form.
"""

_readers: list[ConnectionReader] = []


def register_connections(reader: ConnectionReader) -> None:
    """This lets Airflow answer for its own connections, with all its secrets backends; ``hub.airflow`` calls it."""
    _readers[:] = [reader]


def read_connection(name: str, environ: Mapping[str, str]) -> str:
    """This is the password of an Airflow connection, or with ``ID/FIELD`` a field of its form.

    Raises ConfigError, which names the reference.

    Inside Airflow it asks Airflow; on the command line it reads ``AIRFLOW_CONN_NAME``, a URI or JSON, as Airflow does.
    """
    connection, _, field = name.partition("/")
    variable = f"AIRFLOW_CONN_{connection.upper()}"
    told = _told(environ[variable], field) if variable in environ else None
    found = _readers[0](connection, field) if _readers else told
    if not found:
        raise ConfigError(
            f"secret reference 'airflow:{name}': there is no such connection, or it has no {field or 'password'}.",
            fix=f"Add the connection in Airflow, or set {variable}.",
        )
    return found


def read_keyring(where: str) -> str:
    """This is a password of the machine's keyring, by ``SERVICE/USER``; raises ConfigError, which names the reference."""
    service, _, user = where.rpartition("/")
    reference = f"secret reference 'keyring:{where}'"
    if not service or not user:
        raise ConfigError(f"{reference}: a service and a user are needed.", fix="Write keyring:SERVICE/USER.")
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise ConfigError(f"{reference}: the keyring library is missing.", fix="Install attune-hub[keyring].") from None
    try:
        found = keyring.get_password(service, user)
    except KeyringError as error:
        raise ConfigError(f"{reference}: the keyring does not answer ({type(error).__name__}).") from None
    if found is None:
        raise ConfigError(f"{reference}: there is no such entry.", fix=f"Run 'keyring set {service} {user}'.")
    return found


def field_of(extra: object, field: str) -> str | None:
    """This is a field of a connection's form: Airflow keeps them in what it calls its extra, as JSON or parsed."""
    try:
        parsed = json.loads(extra) if isinstance(extra, str) else extra
    except ValueError:
        return None
    found = parsed.get(field) if isinstance(parsed, Mapping) else None
    return None if found is None or isinstance(found, Mapping | list) else str(found)


def _told(text: str, field: str) -> str | None:
    """What Airflow itself would read from an environment variable; a text that is neither URI nor JSON holds nothing."""
    try:
        if text.lstrip().startswith("{"):
            whole = json.loads(text)
            return field_of(whole.get("extra"), field) if field else field_of(whole, "password")
        parts = urlsplit(text)
    except ValueError:
        return None
    if field:
        asked = dict(parse_qsl(parts.query))
        return field_of(asked["__extra__"], field) if "__extra__" in asked else asked.get(field)
    return unquote(parts.password) if parts.password else None
