"""Secrets by reference: every kind answers, and one that does not is named without its value."""

from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from hub import references
from hub.config import name_of_secret, resolve_secret
from hub.errors import ConfigError

HERE = Path()


class Memory(KeyringBackend):
    priority = 1

    def __init__(self):
        self.held, self.locked = {("attune", "root"): "from-the-ring"}, False

    def get_password(self, service, username):
        if self.locked:
            raise KeyringError("locked")
        return self.held.get((service, username))

    def set_password(self, service, username, password): ...

    def delete_password(self, service, username): ...


@pytest.fixture
def ring():
    before, mine = keyring.get_keyring(), Memory()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def outside_airflow(monkeypatch):
    """Whatever tests of Airflow have registered in this process."""
    monkeypatch.setattr(references, "_readers", [])


@pytest.fixture
def in_airflow(outside_airflow):
    held = {("hub_root", ""): "from-airflow", ("hub_desk", "api_token"): "from-the-form"}
    references.register_connections(lambda connection, field: held.get((connection, field)))


@pytest.mark.parametrize(
    ("reference", "environ", "found"),
    [
        ("env:ROOT", {"ROOT": "from-env"}, "from-env"),
        ("airflow:hub_root", {"AIRFLOW_CONN_HUB_ROOT": "generic://me:pa%2Fss@host/x"}, "pa/ss"),
        ("airflow:hub_root", {"AIRFLOW_CONN_HUB_ROOT": '{"conn_type": "generic", "password": "pass"}'}, "pass"),
        ("airflow:desk/api_token", {"AIRFLOW_CONN_DESK": '{"extra": {"api_token": "t0ken"}}'}, "t0ken"),
        ("airflow:desk/api_token", {"AIRFLOW_CONN_DESK": '{"extra": "{\\"api_token\\": \\"t0ken\\"}"}'}, "t0ken"),
        ("airflow:desk/api_token", {"AIRFLOW_CONN_DESK": "hub-zendesk://?api_token=t0%2Fken"}, "t0/ken"),
        ("airflow:desk/n", {"AIRFLOW_CONN_DESK": "x://?__extra__=%7B%22n%22%3A%207%7D"}, "7"),
        ("plain text", {}, "plain text"),
    ],
)
def test_a_reference_is_answered(reference, environ, found):
    assert resolve_secret(reference, HERE, environ) == found


def test_inside_airflow_its_own_backends_answer(in_airflow):
    assert resolve_secret("airflow:hub_root", HERE, {"AIRFLOW_CONN_HUB_ROOT": "generic://u:env@h"}) == "from-airflow"
    with pytest.raises(ConfigError, match="'airflow:other'"):
        resolve_secret("airflow:other", HERE, {})
    assert resolve_secret("airflow:hub_desk/api_token", HERE, {}) == "from-the-form"
    with pytest.raises(ConfigError, match="no such connection, or it has no secret"):
        resolve_secret("airflow:hub_desk/secret", HERE, {})


def test_a_keyring_answers(ring):
    assert resolve_secret("keyring:attune/root", HERE) == "from-the-ring"
    with pytest.raises(ConfigError, match="'keyring:attune/nobody': there is no such entry"):
        resolve_secret("keyring:attune/nobody", HERE)
    ring.locked = True
    with pytest.raises(ConfigError, match="does not answer"):
        resolve_secret("keyring:attune/root", HERE)


@pytest.mark.parametrize(
    ("reference", "environ"),
    [
        ("env:ROOT", {}),
        ("airflow:hub_root", {}),
        ("airflow:hub_root", {"AIRFLOW_CONN_HUB_ROOT": "generic://host-without-password"}),
        ("airflow:hub_root", {"AIRFLOW_CONN_HUB_ROOT": "{broken"}),
        ("airflow:hub_root/token", {"AIRFLOW_CONN_HUB_ROOT": '{"password": "token"}'}),
        ("airflow:hub_root/token", {"AIRFLOW_CONN_HUB_ROOT": '{"extra": {"token": {"deep": 1}}}'}),
        ("keyring:no-user", {}),
        ("file:not/there", {}),
    ],
)
def test_one_that_does_not_is_named(reference, environ):
    with pytest.raises(ConfigError, match=reference):
        resolve_secret(reference, HERE, environ)


def test_an_error_names_a_reference_and_never_a_value():
    assert name_of_secret("root_key", "env:ROOT") == "root_key (env:ROOT)"
    assert name_of_secret("root_key", "c2VjcmV0") == "root_key"
