"""A notice gets to people by mail, encrypted and to the right server, or not at all."""

import pytest

from hub.errors import AuthError, ConfigError, TransientError
from hub.watch.mail import Mail
from hub.watch.notice import Notice

NOTICE = Notice("Attune acme: 1 alert", "[critical] stale: zendesk-pull")


def mail(port, security, **change):
    fields = {
        "host": "localhost",
        "certificates": None,
        "login": None,
        "sender": "hub@acme.example",
        "to": ["ops@acme.example"],
    }
    return Mail(port=port, security=security, **{**fields, **change})


@pytest.mark.parametrize(("security", "login"), [("starttls", ("hub", "right")), ("tls", None), ("none", None)])
def test_a_notice_gets_there(mail_server, certificate, security, login):
    server = mail_server(security)
    mail(server.port, security, certificates=certificate[0], login=login).send(NOTICE)
    (got,) = server.got
    assert got.rcpt_tos == ["ops@acme.example"] and got.mail_from == "hub@acme.example"
    text = got.content.decode()
    assert "Subject: Attune acme: 1 alert" in text and "[critical] stale: zendesk-pull" in text


def test_a_server_that_nobody_vouches_for_gets_nothing(mail_server):
    server = mail_server("starttls")
    with pytest.raises(ConfigError, match="certificate"):
        mail(server.port, "starttls", login=("hub", "right")).send(NOTICE)
    assert server.got == []


def test_a_server_without_encryption_gets_nothing(mail_server):
    server = mail_server("none")
    with pytest.raises(AuthError):
        mail(server.port, "starttls").send(NOTICE)
    assert server.got == []


def test_a_wrong_password_is_told_without_it(mail_server, certificate):
    server = mail_server("starttls")
    with pytest.raises(AuthError) as told:
        mail(server.port, "starttls", certificates=certificate[0], login=("hub", "wrongwrong")).send(NOTICE)
    assert "wrongwrong" not in str(told.value)


def test_nobody_answers():
    with pytest.raises(TransientError):
        mail(1, "none").send(NOTICE)


def test_certificates_that_are_none(tmp_path):
    with pytest.raises(ConfigError):
        mail(1, "tls", certificates=tmp_path / "none.pem").send(NOTICE)
